"""Makes up a whole library from a seed: the same arguments give the same library, to the byte, on every day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_sandbox.generator.people import PeopleAndTags, add_people_and_tags
from immich_sandbox.generator.photographer import Photographer
from immich_sandbox.library import times
from immich_sandbox.library.library import Library
from immich_sandbox.library.records import Partner, Stack, User
from immich_sandbox.seeded import seeded

if TYPE_CHECKING:
    from random import Random

    from immich_sandbox.library.records import Asset

_CLOCK = times.parse("2026-11-01T00:00:00Z")
_TIE_INSTANT = times.parse("2019-05-18T09:30:00Z")
_SMALL_TIE = 60
_SMALL_TIE_FROM = 2000


def generate(assets: int = 2000, *, seed: int = 1, ties: int = 0) -> Library:
    """Return a library of exactly `assets` rows, those in the trash and hidden ones included; about a tenth is Bob's.

    From 2,000 assets on, 60 of Alice's photos share one instant; `ties` puts that many more of them, counted in
    `assets`, on another instant.
    """
    rng = seeded(f"library {seed} {assets} {ties}")
    library = Library(clock=_CLOCK, seed=seed)
    alice_people, bob_people = [_add_user(library, name, rng) for name in ("Alice", "Bob")]
    bob_count = assets // 10
    made = _make_photos(bob_people, bob_count, rng)
    made += _make_photos(alice_people, assets - bob_count, rng, ties=ties)
    library.add_assets(made)
    _add_stacks(library)
    alice, bob = alice_people.user.id, bob_people.user.id
    library.partners.append(Partner(shared_by_id=bob, shared_with_id=alice))
    _add_albums(library, alice, bob)
    return library


def _add_user(library: Library, name: str, rng: Random) -> PeopleAndTags:
    user = User(
        id=library.new_id(),
        name=name,
        email=f"{name.lower()}@example.org",
        created_at=times.parse("2023-01-15T18:00:00Z") + len(library.users) * times.DAY,
        avatar_color=("purple", "yellow")[len(library.users) % 2],
        is_admin=not library.users,
    )
    library.users[user.id] = user
    return add_people_and_tags(library, user, rng)


def _make_photos(people: PeopleAndTags, count: int, rng: Random, *, ties: int = 0) -> list[Asset]:
    photographer = Photographer(people, rng)
    tied = min(ties, count)
    small = (
        _SMALL_TIE
        if people.user.is_admin and count + count // 9 >= _SMALL_TIE_FROM and count > tied + _SMALL_TIE
        else 0
    )
    photographer.add_simultaneous(_TIE_INSTANT, tied)
    photographer.add_simultaneous(_TIE_INSTANT + 400 * times.DAY, small)
    photographer.add_odd_cases(count - len(photographer.assets))
    photographer.add_occasions(count - len(photographer.assets))
    return photographer.assets


def _add_stacks(library: Library) -> None:
    """Make a stack of every burst, whose photos carry the same stack id already."""
    for asset in library.timeline:
        if asset.stack_id is None:
            continue
        stack = library.stacks.setdefault(
            asset.stack_id, Stack(asset.stack_id, asset.owner_id, primary_asset_id=asset.id, asset_ids=[])
        )
        stack.asset_ids.append(asset.id)


def _add_albums(library: Library, alice: str, bob: str) -> None:
    shown = [asset for asset in library.timeline if asset.visibility == "timeline" and asset.deleted_at is None]
    hers = [asset for asset in shown if asset.owner_id == alice]
    his = [asset for asset in shown if asset.owner_id == bob]
    plans: list[tuple[str, str, list[str], dict[str, str]]] = [
        ("Best of", alice, [asset.id for asset in hers if asset.is_favorite][:40], {}),
        ("Finland", alice, _in_country(hers, "Finland")[::3][:120], {bob: "viewer"}),
        ("Apollo project", alice, [asset.id for asset in hers if "work_projects/apollo" in asset.original_path], {}),
        ("Duplicates", alice, [asset.id for asset in hers[:5]], {}),
        ("Duplicates", alice, [asset.id for asset in hers[5:8]], {}),
        ("Empty", alice, [], {}),
        ("Summer together", bob, [asset.id for asset in his[::4][:30]], {alice: "editor"}),
        ("Bob's travels", bob, _in_country(his, "France")[:30] or [asset.id for asset in his[:3]], {alice: "viewer"}),
        ("Bob's own", bob, [asset.id for asset in his[1::5][:20]], {}),
    ]
    for name, owner, asset_ids, roles in plans:
        library.add_album(name, owner_id=owner, asset_ids=asset_ids, roles=roles)


def _in_country(assets: list[Asset], country: str) -> list[str]:
    return [asset.id for asset in assets if asset.exif and asset.exif.country == country]
