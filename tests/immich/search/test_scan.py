"""Searches are read to their end, exactly: whole libraries, crowded instants, and while photos come and go."""

from __future__ import annotations

from dataclasses import replace
from itertools import product
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Library, Sandbox, generate
from immich_sandbox.library import times
from immich_smart_albums.model.instants import from_milliseconds
from immich_smart_albums.model.query import Visibility
from tests.immich.conftest import LEVELS
from tests.support.examples import IS_DEEP, crossed
from tests.support.immich_clients import (
    find,
    http_to,
    ids_found_by,
    metadata,
    searches_sent,
    server_at,
    shown,
    shown_ids,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from immich_sandbox.library.records import Asset
    from immich_sandbox.server.faults import Fault
    from immich_smart_albums.model.query import Value
    from tests.immich.conftest import Start

pytestmark = pytest.mark.untraced  # others go the same ways

INSTANT = times.parse("2020-01-01T00:00:00Z")
"""The crowded one, in microseconds."""


def at_levels(*concurrency: int) -> list[tuple[str, int]]:
    """Each level read by one of these numbers of readers; in `make test-deep` by all."""
    return crossed(LEVELS, concurrency)


def crowd(library: Library, count: int, instant: int = INSTANT, step: int = 0) -> list[str]:
    """Add photos on one instant, or `step` microseconds apart; returns their ids."""
    return add(library, [instant + step * number for number in range(count)])


def add(library: Library, instants: Sequence[int]) -> list[str]:
    """Add photos of these instants, in microseconds; returns their ids."""
    one = library.add_asset(taken=times.plain(instants[0]))
    others = [replace(one, id=library.new_id(), file_created_at=instant) for instant in instants[1:]]
    library.add_assets(others)
    return [one.id, *(asset.id for asset in others)]


def nobody_has_photos() -> Library:
    """A library with users and nothing else."""
    library = Library(clock=INSTANT)
    library.users.update(generate(20).users)
    return library


def a_long_timeline() -> Library:
    """Photos of a year and some months, one every three hours: more than two parallel readers take in one go."""
    library = nobody_has_photos()
    crowd(library, 3500, step=3 * times.HOUR)
    return library


def assert_exact(result: list[str], expected: list[str], *, once: bool) -> None:
    """What is found is what is expected; `once` also that nothing comes twice."""
    assert set(result) == set(expected)
    if once:
        assert len(result) == len(expected)


def assert_offsets_only_in_crowds(sandbox: Sandbox) -> None:
    """No request skips rows, unless it asks for two milliseconds at most."""
    for body in searches_sent(sandbox):
        if body["page"] > 1:
            assert times.parse(body["takenBefore"]) - times.parse(body["takenAfter"]) <= 2000


@pytest.mark.parametrize(("sandbox", "concurrency"), at_levels(1, 2), indirect=["sandbox"])
def test_the_whole_timeline_is_read_exactly_at_every_level(
    sandbox: Sandbox, library: Library, concurrency: int
) -> None:
    ids = ids_found_by(server_at(sandbox, concurrency=concurrency), metadata())
    assert_exact(ids, shown_ids(library), once=concurrency == 1)
    assert_offsets_only_in_crowds(sandbox)
    asked_for_windows = [request for request in sandbox.requests if request.path == "/api/timeline/buckets"]
    assert len(asked_for_windows) == (concurrency > 1)


FILTERS: dict[str, tuple[dict[str, Value], Callable[[Asset], object]]] = {
    "country": ({"country": "Finland"}, lambda asset: asset.exif and asset.exif.country == "Finland"),
    "no city": ({"city": None}, lambda asset: asset.exif and asset.exif.city is None),
    "favourite": ({"isFavorite": True}, lambda asset: asset.is_favorite),
    "no favourite": ({"isFavorite": False}, lambda asset: not asset.is_favorite),
    "video": ({"type": "VIDEO"}, lambda asset: asset.type == "VIDEO"),
    "file name": ({"originalFileName": "img_1"}, lambda asset: "img_1" in asset.original_file_name.lower()),
}
LONG = ["no city", "no favourite"]
"""More than a page of photos."""


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "sandbox"),
    [*product(sorted(FILTERS.keys() - set(LONG)), LEVELS), *((name, level) for level, name in crossed(LEVELS, LONG))],
    indirect=["sandbox"],
)
def test_a_filtered_search_is_read_exactly_at_every_level(sandbox: Sandbox, library: Library, name: str) -> None:
    filters, holds = FILTERS[name]
    expected = [asset.id for asset in shown(library) if holds(asset)]
    assert expected
    assert_exact(ids_found_by(server_at(sandbox), metadata(**filters)), expected, once=True)


@pytest.mark.parametrize("sandbox", LEVELS if IS_DEEP else ["2.7", "3.2"], indirect=True)
def test_a_long_filtered_search_is_read_exactly_in_windows_too(sandbox: Sandbox, library: Library) -> None:
    expected = [asset.id for asset in shown(library) if asset.type == "IMAGE"]
    ids = ids_found_by(server_at(sandbox, concurrency=2), metadata(type="IMAGE"))
    assert_exact(ids, expected, once=False)
    assert "/api/timeline/buckets" in {request.path for request in sandbox.requests}


def test_a_search_for_people_is_read_exactly_at_every_level(sandbox: Sandbox, library: Library) -> None:
    alice = library.user_named("alice").id
    person = max(
        (person for person in library.people.values() if person.owner_id == alice),
        key=lambda person: len(library.assets_of_person(person.id)),
    )
    expected = [asset.id for asset in shown(library) if person.id in asset.person_ids]
    assert expected
    assert_exact(ids_found_by(server_at(sandbox), metadata(personIds=(person.id,))), expected, once=True)


@pytest.mark.traced
def test_the_archive_and_hidden_photos_are_read_exactly_at_every_level(sandbox: Sandbox, library: Library) -> None:
    server = server_at(sandbox)
    archive, hidden = shown_ids(library, "archive"), shown_ids(library, "hidden")
    assert archive
    assert hidden
    assert_exact(ids_found_by(server, metadata({Visibility.ARCHIVE})), archive, once=True)
    assert_exact(ids_found_by(server, metadata({Visibility.HIDDEN})), hidden, once=True)


@pytest.mark.untraced
@pytest.mark.parametrize(("sandbox", "concurrency"), at_levels(2, 1), indirect=["sandbox"])
def test_timeline_and_archive_together_are_both_read_exactly_at_every_level(
    sandbox: Sandbox, library: Library, concurrency: int
) -> None:
    query = metadata({Visibility.TIMELINE, Visibility.ARCHIVE})
    expected = shown_ids(library, "archive") + shown_ids(library)
    assert_exact(ids_found_by(server_at(sandbox, concurrency=concurrency), query), expected, once=concurrency == 1)


@pytest.mark.untraced
@pytest.mark.parametrize(("sandbox", "concurrency"), at_levels(1, 2), indirect=["sandbox"])
def test_the_users_own_bounds_include_both_ends_at_every_level(
    sandbox: Sandbox, library: Library, concurrency: int
) -> None:
    assets = list(shown(library))
    newest, oldest = assets[200].file_created_at // 1000, assets[-200].file_created_at // 1000
    query = metadata(takenAfter=from_milliseconds(oldest), takenBefore=from_milliseconds(newest))
    expected = [asset.id for asset in assets if oldest * 1000 <= asset.file_created_at <= newest * 1000]
    assert {assets[200].id, assets[-200].id} <= set(expected)
    ids = ids_found_by(server_at(sandbox, concurrency=concurrency), query)
    assert_exact(ids, expected, once=concurrency == 1)


@pytest.mark.untraced
@pytest.mark.parametrize(("level", "concurrency"), crossed(["2.7", "3.1"], [2, 1]))
def test_thousands_of_photos_of_one_instant_are_all_found(start: Start, level: str, concurrency: int) -> None:
    library = generate(300)
    crowded = crowd(library, 5000 if IS_DEEP else 2100)
    sandbox = start(library, level)
    ids = ids_found_by(server_at(sandbox, concurrency=concurrency), metadata())
    assert set(crowded) <= set(ids)
    assert_exact(ids, shown_ids(library), once=concurrency == 1)
    assert_offsets_only_in_crowds(sandbox)


@pytest.mark.untraced
@pytest.mark.parametrize(("level", "concurrency"), crossed(["2.7", "3.1"], [2, 1]))
def test_two_crowded_instants_one_millisecond_apart_are_both_found(start: Start, level: str, concurrency: int) -> None:
    library = generate(300)
    crowd(library, 1100)
    crowd(library, 1100, INSTANT + 1000)
    ids = ids_found_by(server_at(start(library, level), concurrency=concurrency), metadata())
    assert_exact(ids, shown_ids(library), once=concurrency == 1)


Edge = tuple[Sandbox, list[str], set[str], set[str]]


@pytest.fixture(scope="module")
def edge() -> Iterator[Edge]:
    """A crowd, and the ids of those in it, just after it and just before it."""
    library = generate(300)
    crowded = crowd(library, 2500)
    later = {library.add_asset(taken=times.plain(INSTANT + offset)).id for offset in (1, 500, 999, 1000)}
    earlier = {library.add_asset(taken=times.plain(INSTANT - offset)).id for offset in (1, 500, 999, 1000)}
    with Sandbox(library) as sandbox:
        yield sandbox, crowded, later, earlier


@pytest.mark.traced
@pytest.mark.parametrize("concurrency", [1, pytest.param(2, marks=pytest.mark.untraced)])
@pytest.mark.parametrize("bounds", [("takenBefore",), ("takenAfter",), ("takenAfter", "takenBefore")], ids=" ".join)
def test_a_crowd_on_the_very_edge_of_the_users_bounds_is_found_and_nothing_beyond(
    edge: Edge, bounds: tuple[str, ...], concurrency: int
) -> None:
    sandbox, crowded, later, earlier = edge
    moment = from_milliseconds(INSTANT // 1000)
    ids = ids_found_by(server_at(sandbox, concurrency=concurrency), metadata(**dict.fromkeys(bounds, moment)))
    assert set(crowded) <= set(ids)
    assert bool(later & set(ids)) == ("takenBefore" not in bounds)
    assert bool(earlier & set(ids)) == ("takenAfter" not in bounds)
    expected = [
        asset.id
        for asset in shown(sandbox.library)
        if not ("takenBefore" in bounds and asset.file_created_at > INSTANT)
        and not ("takenAfter" in bounds and asset.file_created_at < INSTANT)
    ]
    assert_exact(ids, expected, once=concurrency == 1)


def test_a_bound_holds_where_nothing_but_the_crowd_lies_below_it(start: Start) -> None:
    library = nobody_has_photos()
    crowded = crowd(library, 1100)
    crowd(library, 3, INSTANT + 400)
    query = metadata(takenBefore=from_milliseconds(INSTANT // 1000))
    for concurrency in (1, 2, 3, 4):
        assert set(ids_found_by(server_at(start(library), concurrency=concurrency), query)) == set(crowded)


@pytest.mark.untraced
@pytest.mark.parametrize(("step", "level"), crossed([1, 7, 400, 1000], ["2.7", "3.1"]))
def test_microseconds_that_answers_do_not_show_lose_nothing(start: Start, level: str, step: int) -> None:
    library = generate(50)
    crowd(library, 2300, step=step)
    sandbox = start(library, level)
    assert_exact(ids_found_by(server_at(sandbox), metadata()), shown_ids(library), once=True)
    assert_offsets_only_in_crowds(sandbox)


@pytest.mark.untraced
def test_microseconds_lose_nothing_where_parallel_reading_takes_over(start: Start) -> None:
    library = nobody_has_photos()
    # In steps that grow, so that pages end in the middle of milliseconds.
    add(library, [INSTANT + number * number // 50 for number in range(3500)])
    ids = ids_found_by(server_at(start(library), concurrency=2), metadata())
    assert_exact(ids, shown_ids(library), once=False)


def interrupted(
    start: Start, library: Library, level: str, request: int, run: Callable[[], object]
) -> tuple[Sandbox, Fault]:
    """A sandbox in which something happens just before a certain search request, and what tells whether it did."""
    sandbox = start(library, level)
    return sandbox, sandbox.faults.hook(run, path="/api/search/metadata", nth=request)


@pytest.mark.untraced
@pytest.mark.parametrize(("request_number", "concurrency", "level"), crossed([2, 4], [1, 2], ["2.7", "3.1"]))
def test_photos_that_arrive_while_a_search_is_read_push_no_other_out(
    start: Start, level: str, request_number: int, concurrency: int
) -> None:
    library = a_long_timeline()
    before = shown_ids(library)
    years = ("1999-03-01", "2020-06-01", "2026-11-02")
    sandbox, interruption = interrupted(
        start, library, level, request_number, lambda: [library.add_asset(taken=f"{year}T12:00:00Z") for year in years]
    )
    ids = ids_found_by(server_at(sandbox, concurrency=concurrency), metadata())
    assert interruption.hits
    assert set(before) <= set(ids) <= set(shown_ids(library))
    assert concurrency > 1 or len(ids) == len(set(ids))


@pytest.mark.untraced
@pytest.mark.parametrize(("request_number", "concurrency", "level"), crossed([2, 4], [1, 2], ["3.1", "2.7"]))
def test_photos_that_go_while_a_search_is_read_take_no_other_along(
    start: Start, level: str, request_number: int, concurrency: int
) -> None:
    library = a_long_timeline()
    before = shown_ids(library)
    trashed, deleted = before[100::400], before[250::400]
    gone = {*trashed, *deleted}

    def run() -> None:
        library.trash(*trashed)
        library.delete(*deleted)

    sandbox, interruption = interrupted(start, library, level, request_number, run)
    ids = ids_found_by(server_at(sandbox, concurrency=concurrency), metadata())
    assert interruption.hits
    assert set(before) - gone <= set(ids) <= set(before)
    assert concurrency > 1 or len(ids) == len(set(ids))


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("level", "request_number", "change"),
    [*crossed(["2.7"], [6, 10], ["arrive", "trash"]), *crossed(["3.1"], [4, 6], ["arrive", "trash"])],
)
def test_a_crowd_is_complete_whatever_comes_or_goes_while_it_is_read(
    start: Start, level: str, request_number: int, change: str
) -> None:
    library = generate(50)
    crowded = crowd(library, 1800)
    gone = crowded[::200] if change == "trash" else []

    def run() -> None:
        if change == "trash":
            library.trash(*gone)
        else:
            crowd(library, 30)

    sandbox, interruption = interrupted(start, library, level, request_number, run)
    ids = ids_found_by(server_at(sandbox), metadata())
    assert interruption.hits
    assert len(ids) == len(set(ids))
    assert set(crowded) - set(gone) <= set(ids)


def test_records_hold_what_was_asked_for_and_what_a_selection_keeps(newest: Sandbox, library: Library) -> None:
    query = metadata(takenAfter="2020-01-01T00:00:00.000Z")
    records = find(server_at(newest), query, frozenset({"exifInfo.city", "people", "originalPath"}))
    asset = next(asset for asset in shown(library) if asset.person_ids and asset.exif and asset.exif.city)
    record = next(record for record in records if record["id"] == asset.id)
    assert asset.exif
    assert record["exifInfo"] == {"city": asset.exif.city}
    assert [person["id"] for person in record["people"]] == list(asset.person_ids)
    assert record["originalPath"] == asset.original_path
    assert record["fileCreatedAt"] == times.zulu(asset.file_created_at)
    assert "checksum" not in record


def test_exif_can_be_asked_for_as_a_whole(newest: Sandbox) -> None:
    records = find(server_at(newest), metadata(city="Helsinki"), frozenset({"exifInfo"}))
    assert records
    assert all({"make", "model", "iso", "city"} <= record["exifInfo"].keys() for record in records)


def test_whole_assets_are_fetched_one_by_one_in_any_order(newest: Sandbox, library: Library) -> None:
    read: list[int] = []
    ids = shown_ids(library)[:30]
    server = server_at(newest, concurrency=4, on_read=read.append)
    details = list(server.searches.details(ids))
    assert sorted(str(detail["id"]) for detail in details) == sorted(ids)
    assert all({"tags", "people", "stack", "owner"} <= detail.keys() for detail in details)
    assert sum(read) == 30


def test_how_much_is_read_is_told_as_it_arrives(newest: Sandbox, library: Library) -> None:
    read: list[int] = []
    ids = ids_found_by(server_at(newest, on_read=read.append), metadata())
    assert len(read) > 3
    assert sum(read) == len(ids)


OTHER_ANSWERS = [(404, b"{}"), (500, b"{}"), (200, b"<p>Hi</p>"), (200, b"[")]


@pytest.mark.traced
@pytest.mark.parametrize(
    ("status", "body"),
    [(400, b"{}"), *(pytest.param(*answer, marks=pytest.mark.untraced) for answer in OTHER_ANSWERS)],
)
def test_a_server_that_does_not_tell_the_months_costs_time_and_nothing_else(
    newest: Sandbox, library: Library, status: int, body: bytes
) -> None:
    kind = "text/html" if body.startswith(b"<") else "application/json"
    fault = newest.faults.answer(status, body, kind, path="/api/timeline/buckets", times=None)
    try:
        ids = ids_found_by(server_at(newest, concurrency=2), metadata())
    finally:
        newest.faults.clear()
    assert fault.hits
    assert_exact(ids, shown_ids(library), once=False)


@pytest.mark.parametrize("level", ["3.1", "3.2"])
def test_pages_that_leave_out_whether_more_follows_are_read_as_long_as_they_are_full(start: Start, level: str) -> None:
    sandbox = start(generate(300), level)
    http = http_to(sandbox)
    whole = http.post("/search/metadata", {"visibility": "timeline", "size": 1000, "page": 1})
    sandbox.faults.status(200, body=whole.replace(b',"nextPage":null', b""), path="/api/search/metadata")
    assert ids_found_by(server_at(sandbox), metadata()) == shown_ids(sandbox.library)
