"""Whatever a library holds, or holds nothing of, a server that hears every property is never said to drop one."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Library
from immich_sandbox.library import times
from immich_sandbox.library.records import Exif, Person, Tag, User
from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.model.dialects import is_in_filter
from immich_smart_albums.model.query import Branch, Condition, Kind, Query, Value, Visibility
from immich_smart_albums.model.search_field import Type
from immich_smart_albums.model.search_fields import BY_NAME, FIELDS
from tests.immich.conftest import LEVELS
from tests.support.examples import crossed, only_deep
from tests.support.immich_clients import (
    SERVED_OPERATORS,
    TIMELINE,
    Runs,
    by_filter,
    find,
    metadata,
    records_of,
    server_at,
    smart,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_sandbox import Sandbox
    from immich_smart_albums.immich.search.searches import ImmichSearches
    from tests.immich.conftest import Start

NOON = "2024-01-01T12:00:00.000Z"
NOBODY = "8c1a7e0a-5c2e-4a55-8f7d-3f6f0a9b1c2d"
EVERYWHERE = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})
SHOWN = frozenset({"exifInfo.city", "people"})


def empty() -> Library:
    library = Library(clock=times.parse("2026-01-01T00:00:00Z"))
    alice = User(library.new_id(), "Alice", "alice@example.org", library.now())
    library.users[alice.id] = alice
    return library


def one_plain() -> Library:
    library = empty()
    library.add_asset(taken=NOON)
    return library


def one_not_read_yet() -> Library:
    library = empty()
    library.add_asset(taken=NOON, exif=None)
    return library


def one_of_everything() -> Library:
    """One photo that has all there is to have."""
    library = empty()
    alice = library.user_named("alice").id
    person = Person(library.new_id(), alice, "Emma", library.now())
    tag = Tag(library.new_id(), alice, "Pets", library.now(), library.now())
    library.people[person.id], library.tags[tag.id] = person, tag
    photo = library.add_asset(
        taken=NOON,
        is_favorite=True,
        live_photo_video_id=library.new_id(),
        person_ids=(person.id,),
        tag_ids=(tag.id,),
        concepts=((0, 0.5),),
        exif=Exif(city="Nice", make="Canon", rating=5),
    )
    library.add_album("Mine", owner_id=alice, asset_ids=[photo.id])
    return library


def only_in_the_archive() -> Library:
    library = empty()
    library.add_asset(taken=NOON, visibility="archive", is_favorite=True)
    return library


def only_in_the_trash() -> Library:
    library = empty()
    library.trash(library.add_asset(taken=NOON).id)
    return library


def one_with_and_one_without() -> Library:
    """At the same instant: one photo that has all there is to have, and one that has nothing."""
    library = one_of_everything()
    library.add_asset(taken=NOON)
    return library


def one_of_each() -> Library:
    """Photos that each have one thing, so that a branch which one thing opens finds it by another."""
    library = one_with_and_one_without()
    (person,), (tag,), (album,) = library.people.values(), library.tags.values(), library.albums.values()
    library.add_asset(taken=NOON, is_favorite=True)
    library.add_asset(taken=NOON, live_photo_video_id=library.new_id(), exif=Exif(city="Nice"))
    library.add_asset(taken=NOON, person_ids=(person.id,))
    library.add_asset(taken=NOON, tag_ids=(tag.id,), exif=Exif(city="Nice"))
    library.add_asset(taken=NOON, type="VIDEO")
    in_album = library.add_asset(taken=NOON, concepts=((0, 0.7),))
    library.add_to_album(album.id, [in_album.id])
    library.add_asset(taken=NOON, visibility="archive")
    library.trash(library.add_asset(taken=NOON).id)
    return library


LIBRARIES = (
    empty,
    one_plain,
    one_not_read_yet,
    one_of_everything,
    only_in_the_archive,
    only_in_the_trash,
    one_with_and_one_without,
    one_of_each,
)


def values_of(name: str, library: Library) -> list[Value]:
    """Values that something in the library has, or nothing in it."""
    ids: dict[str, list[Value]] = {
        "personIds": [(person,) for person in library.people] or [(NOBODY,)],
        "tagIds": [(tag,) for tag in library.tags] or [(NOBODY,)],
        "albumIds": [(album,) for album in library.albums],
        "id": [next(iter(library.assets), NOBODY)],
        "libraryId": [NOBODY],
        "checksum": [next((asset.checksum for asset in library.assets.values()), "2jmj7l5rSw0yVb/vlWAYkK/YBwk=")],
        "type": ["IMAGE", "VIDEO", "OTHER"],
        "city": ["Nice"],
        "make": ["Canon"],
        "rating": [5],
        "fileSizeInBytes": [1000],
    }
    if name.endswith(("After", "Before", "At")):
        return [NOON]
    if name.startswith(("is", "has", "with")):
        return [True, False]
    return ids.get(name, ["a"])


def flat(library: Library) -> Iterator[Query]:
    """Every flat filter, by itself and beside another one, in both kinds of search; among what is hidden, once."""
    for name in sorted(FIELDS.keys() - {"query", "queryAssetId", "language", "order"}):
        values = values_of(name, library)
        yield from (metadata({Visibility.HIDDEN}, **{name: value}) for value in values[:1])
        for value in [*values, *([None] if FIELDS[name].nullable else [])]:
            yield metadata(EVERYWHERE, **{name: value})
            if Kind.SMART in FIELDS[name].kinds:
                yield smart(5, query="dog", **{name: value})


def conditions(library: Library) -> Iterator[Condition]:
    """Every condition of a structured search."""
    for field, operators in SERVED_OPERATORS.items():
        for operator in operators:
            for value in values_of(field, library)[: 2 if BY_NAME[field].type is Type.TRUTH else 1]:
                condition = Condition(field, operator, (value,) if operator in {"in", "notIn"} else value)  # type: ignore[arg-type]
                if is_in_filter(condition):
                    yield condition


def openings(library: Library) -> list[Condition]:
    """Conditions that no record settles: what else is said beside them in branches is put to the test."""
    (tag,) = library.tags or (NOBODY,)
    return [
        Condition("tagIds", "none", (tag,)),
        Condition("hasTags", "eq", value=False),
        Condition("hasAlbums", "eq", value=True),
    ]


def structured(library: Library) -> Iterator[Query]:
    """Every condition by itself and in branches beside others that records leave open."""
    nice = Condition("city", "eq", "Nice")
    for condition in conditions(library):
        yield by_filter(Query(Kind.METADATA, (condition,), EVERYWHERE))
        for opening in openings(library) if BY_NAME[condition.field].type is Type.TRUTH and library.assets else ():
            if opening.field != condition.field:
                yield in_branches((condition,), tuple(sorted((nice, opening))))


def in_branches(*branches: Branch) -> Query:
    return Query(Kind.METADATA, (), TIMELINE, any_of=branches)


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("make", "level"), dict.fromkeys([*crossed(LIBRARIES, LEVELS), *((one_of_each, level) for level in LEVELS)])
)
def test_no_search_of_a_small_library_is_an_alarm(make: Callable[[], Library], level: str, start: Start) -> None:
    """Every search is the first one of a run, so that every control rests on what this search alone finds.

    What controls of counts rest on is not found by them: all counts of one place are of one run.
    """
    library = make()
    runs = Runs(start(library, level=level))
    counts: defaultdict[frozenset[Visibility], ImmichSearches] = defaultdict(runs.searches)
    for query in filter(runs.serves, flat(library)):
        records_of(runs.searches(), query, SHOWN)
        counts[query.visibility].count(query)


@pytest.mark.untraced
@pytest.mark.parametrize("make", [empty, one_of_each, pytest.param(one_of_everything, marks=only_deep)])
def test_no_structured_search_of_a_small_library_is_an_alarm(make: Callable[[], Library], start: Start) -> None:
    """As above."""
    library = make()
    runs = Runs(start(library, level="3.2"))
    counts = runs.searches()
    for query in structured(library):
        records_of(runs.searches(), query, SHOWN)
        if query.conditions:
            counts.count(query)


def many_at_once(start: Start) -> tuple[Sandbox, Query]:
    """A smart search for photos in no album, where more than a page of photos share one instant with one that is in."""
    library = empty()
    photos = [library.add_asset(taken=NOON, concepts=((0, 0.5),)) for _ in range(1100)]
    alice = library.user_named("alice").id
    library.add_album("Mine", owner_id=alice, asset_ids=[photos[-1].id])
    return start(library), smart(5, query="dog", isNotInAlbum=True)


def test_more_photos_at_one_instant_than_a_page_holds_are_no_alarm(start: Start) -> None:
    sandbox, query = many_at_once(start)
    assert len(find(server_at(sandbox), query)) == 5
    sandbox.faults.drop("isNotInAlbum", times=None)
    with pytest.raises(Untrustworthy, match="drops 'isNotInAlbum'"):
        find(server_at(sandbox), query)


def test_pages_of_an_instant_that_are_not_heard_prove_nothing(start: Start) -> None:
    sandbox, query = many_at_once(start)
    sandbox.faults.drop("page", times=None)
    with pytest.raises(Untrustworthy, match="drops 'isNotInAlbum'"):
        find(server_at(sandbox), query)
