"""Changes that Immich does not tell, of faces, albums, texts, rankings: runs that remember miss none of them."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from random import Random
from shutil import copy
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_sandbox import Library, Sandbox, generate
from immich_sandbox.library import times
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.tree import All, Any, Not, Rule, Search
from tests.support.cached_runs import CANON, COUNTRY, SEVEN, WHOLE, Runs, check, flat
from tests.support.examples import IS_DEEP, examples

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_sandbox.library.records import Asset

SOMEBODY = check("somebody", "people", lambda record: bool(record["people"]))

PHOTOS = 150

LEVELS = ("1.132", "2.7", "3.1", "3.2")


def smart(text: str, top: int) -> Search:
    return Search(Query(Kind.SMART, where(query=text), limit=top))


@cache
def rules(level: str) -> tuple[Rule, ...]:
    """Rules about what is not told, as includes and as excludes, with and without EXIF.

    They are about people, an album and a tag by their ids, which are the same each time a library is generated.
    """
    library = generate(PHOTOS)
    person, other = (library.people_named(name)[0].id for name in ("Jane Doe", "John Smith"))
    made = (
        Rule(All((flat(personIds=(person,)), CANON))),
        Rule(All((WHOLE, SEVEN, Not(flat(personIds=(other,)))))),
        Rule(All((flat(personIds=(person,), country="Finland"), Not(flat(personIds=(other,))))), split=(COUNTRY,)),
        Rule(All((smart("dog", 20), CANON))),
        Rule(All((smart("beach", 30), Not(flat(personIds=(person,)))))),
        Rule(All((flat(isNotInAlbum=True), CANON))),
        Rule(All((flat(country="Finland"), SOMEBODY))),
    )
    if level == "1.132":
        return made
    album = next(iter(library.albums))
    tag = next(iter(library.tags))
    return (
        *made,
        Rule(All((flat(albumIds=(album,)), CANON))),
        Rule(All((flat(country="Finland"), Not(flat(albumIds=(album,)))))),
        Rule(Any((All((flat(ocr="menu"), CANON)), flat(tagIds=(tag,))))),
        Rule(All((flat(country="France"), Not(flat(tagIds=(tag,)))))),
    )


def photos(library: Library) -> list[Asset]:
    alice = library.user_named("alice").id
    return [asset for asset in library.timeline if asset.owner_id == alice and asset.deleted_at is None and asset.exif]


def face_moved(library: Library, chance: Random) -> None:
    """From one photo to another: how many there are stays, and so does every `updatedAt`."""
    person = library.people_named(chance.choice(("Jane Doe", "John Smith")))[0].id
    having = [asset for asset in photos(library) if person in asset.person_ids]
    lacking = [asset for asset in photos(library) if person not in asset.person_ids]
    if having:
        loser, winner = chance.choice(having), chance.choice(lacking)
        library.update(loser.id, person_ids=tuple(id_ for id_ in loser.person_ids if id_ != person))
        library.update(winner.id, person_ids=(*winner.person_ids, person))


def people_merged(library: Library, _chance: Random) -> None:
    one, other = (library.people_named(name)[0].id for name in ("Jane Doe", "Emma"))
    for asset_id in tuple(library.assets_of_person(other)):
        asset = library.assets[asset_id]
        library.update(asset_id, person_ids=tuple({one, *asset.person_ids} - {other}))


def person_hidden(library: Library, _chance: Random) -> None:
    person = library.people_named("John Smith")[0]
    person.is_hidden = not person.is_hidden


def album_swapped(library: Library, chance: Random) -> None:
    album = next(iter(library.albums.values()))
    members = [asset for asset in photos(library) if asset.id in album.asset_ids]
    others = [asset for asset in photos(library) if asset.id not in album.asset_ids]
    if members:
        library.remove_from_album(album.id, [chance.choice(members).id])
        library.add_to_album(album.id, [chance.choice(others).id])


def tag_swapped(library: Library, chance: Random) -> None:
    tag = next(iter(library.tags))
    having = [asset for asset in photos(library) if tag in asset.tag_ids]
    if having:
        library.update(chance.choice(having).id, tag_ids=())
    library.update(chance.choice(photos(library)).id, tag_ids=(tag,))


def trash_exchanged(library: Library, chance: Random) -> None:
    alice = library.user_named("alice").id
    trashed = [asset for asset in library.timeline if asset.owner_id == alice and asset.deleted_at is not None]
    library.trash(chance.choice(photos(library)).id)
    if trashed:
        library.restore(chance.choice(trashed).id)


def embeddings_rebuilt(library: Library, chance: Random) -> None:
    for _ in range(10):
        one, other = chance.sample(photos(library), 2)
        concepts = one.concepts
        library.update(one.id, concepts=other.concepts)
        library.update(other.id, concepts=concepts)


def text_moved(library: Library, chance: Random) -> None:
    one, other = chance.sample(photos(library), 2)
    library.update(one.id, text="Menu")
    library.update(other.id, text="")


EDITS: dict[str, Callable[[Library, Random], object]] = {
    "face moved": face_moved,
    "people merged": people_merged,
    "person hidden": person_hidden,
    "album swapped": album_swapped,
    "tag swapped": tag_swapped,
    "trash exchanged": trash_exchanged,
    "archived": lambda library, chance: library.update(chance.choice(photos(library)).id, visibility="archive"),
    "date moved": lambda library, chance: library.update(
        chance.choice(photos(library)).id, file_created_at=times.exact("2021-03-04T05:06:07Z")
    ),
    "place changed": lambda library, chance: library.update(
        chance.choice(photos(library)).id, country=chance.choice(("Finland", "France", None)), make="Canon"
    ),
    "embeddings rebuilt": embeddings_rebuilt,
    "text moved": text_moved,
    "upload": lambda library, chance: library.add_asset(
        name=f"IMG_{chance.randint(1, 99)}.jpg", person_ids=(library.people_named("Jane Doe")[0].id,)
    ),
    "purge": lambda library, chance: library.delete(chance.choice(photos(library)).id),
    "a pause": lambda library, _: library.wait(20 * times.MINUTE),
    "a day": lambda library, _: library.wait(times.DAY),
}


FEEDS = {"counting": -1000, "listing": 1000}
"""What it is taken to cost to ask what changed: so little that searches are counted, or so much that all are listed."""


@pytest.fixture(scope="module")
def remembered(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """State files of first runs; whatever is generated has the same ids each time."""
    folder, library = tmp_path_factory.mktemp("remembered"), generate(PHOTOS)
    paths = {name: folder / f"{name}.db" for name in FEEDS}
    with Sandbox(library, "3.1") as sandbox:
        for name, feed in FEEDS.items():
            Runs(sandbox, paths[name], rules=rules("3.1"), feed=feed).remembering()
    return paths


@pytest.mark.untraced
@pytest.mark.parametrize("name", EDITS)
def test_after_each_kind_of_edit_the_same_is_selected(name: str, remembered: dict[str, Path], tmp_path: Path) -> None:
    library, chance = generate(PHOTOS), Random(name)
    library.wait(times.HOUR)
    with Sandbox(library, "3.1") as sandbox:
        made = rules("3.1")
        counting, listing = (
            Runs(sandbox, Path(copy(remembered[feed], tmp_path)), rules=made, feed=cost) for feed, cost in FEEDS.items()
        )
        for _ in range(2 if IS_DEEP else 1):
            EDITS[name](library, chance)
            selected = counting.forgetful()
            assert counting.remembering() == selected
            assert counting.summary.startswith("0 of ") is (name == "a day"), counting.summary
            assert listing.remembering() == selected


@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=examples(2), deadline=None)
@given(
    edits=st.lists(st.lists(st.sampled_from(sorted(EDITS)), max_size=8), min_size=2, max_size=4),
    feed=st.sampled_from((-1000, 5, 1000)),
    seed=st.integers(),
)
def test_whatever_changes_between_runs_the_same_is_selected(
    level: str, edits: list[list[str]], feed: int, seed: int
) -> None:
    chance, library = Random(seed), generate(PHOTOS)
    with Sandbox(library, level) as sandbox, TemporaryDirectory() as folder:
        runs = Runs(sandbox, Path(folder) / "searches.db", rules=rules(level), feed=feed)
        runs.remembering()
        for group in edits:
            for name in group:
                EDITS[name](library, chance)
            assert runs.remembering() == runs.forgetful()


def test_what_arrives_between_the_ids_and_the_look_at_what_changed_is_read_in_full(tmp_path: Path) -> None:
    library = generate(200)
    person = library.people_named("Jane Doe")[0].id
    with Sandbox(library, "3.1") as sandbox:
        runs = Runs(sandbox, tmp_path / "searches.db", rules=[Rule(All((flat(personIds=(person,)), CANON)))])
        runs.remembering()
        library.wait(times.HOUR)
        library.add_asset(person_ids=(person,))

        def arrive() -> None:
            sandbox.faults.clear()
            sandbox.faults.hook(lambda: library.add_asset(person_ids=(person,)), path="/api/search/metadata")

        sandbox.faults.hook(arrive, path="/api/search/metadata")
        runs.lines.clear()
        selected = runs.remembering()
        assert "the library changed meanwhile" in runs.summary
        assert selected == runs.forgetful()
