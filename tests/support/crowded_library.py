"""A small library in which everything overlaps: chance gives every photo some of few values."""

from __future__ import annotations

import random

from immich_sandbox import Library
from immich_sandbox.library import times
from immich_sandbox.library.records import Exif, Partner, Person, Tag, User

PHOTOS = 60
CITIES = ("Nice", "Kyoto", None)
MAKES = ("Apple", "Canon", None)
RATINGS = (None, 1, 4, 5)
NAMES = ("IMG_1.jpg", "IMG_2.jpg", "trip.jpg", "Trip_IMG.png")
DAYS = tuple(f"2024-01-0{day}T00:00:00.000Z" for day in range(1, 6))


def crowded(seed: int) -> Library:
    """Photos of Alice and her partner Bob, in the timeline, the archive and the trash, with people, tags and albums.

    Ids are the same whatever the seed.
    """
    chance = random.Random(seed)
    library = Library(clock=times.parse("2026-01-01T00:00:00Z"))
    users = [User(library.new_id(), name, f"{name.lower()}@example.org", library.now()) for name in ("Alice", "Bob")]
    library.users |= {user.id: user for user in users}
    alice, bob = (user.id for user in users)
    library.partners.append(Partner(bob, alice, in_timeline=True))
    people = {user.id: [_person(library, user.id, name) for name in ("Emma", "Noah")] for user in users}
    parent = _tag(library, alice, "Trips")
    tags = [parent, _tag(library, alice, "Trips/Japan", parent), _tag(library, alice, "Pets")]
    for _ in range(PHOTOS):
        is_read = chance.random() < 0.9
        owner, owner_id = ("alice", alice) if chance.random() < 0.8 else ("bob", bob)
        asset = library.add_asset(
            owner=owner,
            # Some share an instant, some differ by less than a record shows.
            taken=f"2024-01-0{chance.randint(1, 5)}T{chance.choice(('00:00:00.000', '00:00:00.000700', '12:00:00'))}Z",
            name=chance.choice(NAMES),
            type=chance.choice(("IMAGE", "IMAGE", "VIDEO")),
            # A partner's photos in the archive or the trash may be found, but cannot be looked at by themselves.
            visibility=chance.choice(("timeline", "timeline", "archive", "locked")) if owner == "alice" else "timeline",
            is_favorite=chance.random() < 0.3,
            live_photo_video_id=chance.choice((None, None, library.new_id())),
            person_ids=tuple(sorted(person for person in people[owner_id] if chance.random() < 0.4)),
            tag_ids=tuple(tag for tag in tags if owner == "alice" and chance.random() < 0.25),
            # Immich reads the file first, and then looks at the picture.
            concepts=tuple((concept, chance.uniform(0.1, 1.0)) for concept in range(4)) if is_read else (),
            exif=Exif(make=chance.choice(MAKES), city=chance.choice(CITIES), rating=chance.choice(RATINGS))
            if is_read
            else None,
        )
        if chance.random() < 0.1 and owner == "alice":
            library.trash(asset.id)
    for name, owner_id, roles in (("Mine", alice, {}), ("Ours", bob, {alice: "editor"})):
        library.add_album(name, owner_id=owner_id, roles=roles, asset_ids=_some(library, chance))
    return library


def _some(library: Library, chance: random.Random) -> list[str]:
    return [asset.id for asset in library.timeline if asset.visibility != "locked" and chance.random() < 0.4]


def _person(library: Library, owner_id: str, name: str) -> str:
    person = Person(library.new_id(), owner_id, name, library.now())
    library.people[person.id] = person
    return person.id


def _tag(library: Library, owner_id: str, value: str, parent_id: str | None = None) -> str:
    tag = Tag(library.new_id(), owner_id, value, library.now(), library.now(), parent_id)
    library.tags[tag.id] = tag
    return tag.id
