"""Photos dated in the years 32 to 99, which a server stores as that and shows in the last century, or in this one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich.search.early_years import BEFORE_ALL, LAST, with_true_years
from immich_smart_albums.immich.search.page import Page
from immich_smart_albums.model.instants import from_milliseconds
from tests.support.immich_clients import find, ids_found_by, metadata, server_at, shown_ids

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from tests.immich.conftest import Start

LEVELS = ["1.132", "2.7", "3.1", "3.2"]
YEARS = ["0099", "0075", "0050", "0049", "0032"]
"""Shown as 1999, 1975, 1950, 2049 and 2032, in this order, which is none."""


def with_early_ones(start: Start, level: str, count: int = 0) -> tuple[Sandbox, list[str]]:
    """A sandbox, and the ids of its early photos, newest first: all others are of a later time."""
    sandbox = start(level=level)
    library = sandbox.library
    library.add_asset(taken="1960-05-05T12:00:00Z", name="scan.jpg")
    early = [library.add_asset(taken=f"{year}-07-04T12:00:00Z", name=f"{year}.jpg").id for year in YEARS]
    for number in range(count):
        library.add_asset(taken=f"2020-01-01T00:00:{number % 60:02}Z", name=f"{number}.jpg")
    return sandbox, early


@pytest.mark.untraced
@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("concurrency", [1, 4])
def test_they_are_found_with_all_others_as_last_ones(start: Start, level: str, concurrency: int) -> None:
    sandbox, early = with_early_ones(start, level, 1200)
    records = find(server_at(sandbox, concurrency=concurrency), metadata(), frozenset({"localDateTime"}))
    ids = [record["id"] for record in records]
    assert sorted(ids) == sorted(shown_ids(sandbox.library))
    assert ids[-5:] == early
    assert [record["fileCreatedAt"][:4] for record in records[-5:]] == YEARS
    assert [record["localDateTime"][:4] for record in records[-5:]] == YEARS


@pytest.mark.parametrize("level", LEVELS)
def test_they_are_found_by_their_own_time(start: Start, level: str) -> None:
    sandbox, early = with_early_ones(start, level)
    server = server_at(sandbox)
    assert ids_found_by(server, metadata(takenBefore="0098-01-01T00:00:00.000Z")) == early[1:]
    before = ids_found_by(server, metadata(takenBefore="1970-01-01T00:00:00.000Z"))
    assert before[-5:] == early
    assert len(before) == 6
    after = ids_found_by(server, metadata(takenAfter="1970-01-01T00:00:00.000Z"))
    assert not set(after) & set(early)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("order", ["asc", "desc"])
def test_they_are_among_the_first_where_they_are(start: Start, level: str, order: str) -> None:
    sandbox, early = with_early_ones(start, level)
    first = ids_found_by(server_at(sandbox), metadata(order=order, limit=3))
    assert (first == early[:1:-1]) is (order == "asc")


def test_exif_tells_their_year_too(start: Start) -> None:
    sandbox, early = with_early_ones(start, "3.1")
    records = find(server_at(sandbox), metadata(), frozenset({"exifInfo.dateTimeOriginal"}))
    shown = {record["id"]: str((record.get("exifInfo") or {}).get("dateTimeOriginal")) for record in records}
    assert [shown[id_][:4] for id_ in early] == YEARS


def test_the_last_century_is_not_touched(start: Start) -> None:
    sandbox = start()
    scan = sandbox.library.add_asset(taken="1960-05-05T12:00:00Z", name="scan.jpg")
    (record,) = find(server_at(sandbox), metadata(originalFileName="scan.jpg"))
    assert record["fileCreatedAt"] == "1960-05-05T12:00:00.000Z"
    assert record["id"] == scan.id
    assert len([request for request in sandbox.requests if "/search" in request.path]) == 1


def test_a_server_that_ignores_the_time_is_told_as_before(start: Start) -> None:
    """All photos are of the last century, so that by their years alone each could be an early one."""
    sandbox = start()
    library = sandbox.library
    for id_ in list(library.assets):
        library.delete(id_)
    for year in (1999, 1980, 1960):
        library.add_asset(taken=f"{year}-05-05T12:00:00Z", name=f"{year}.jpg")
    body = answer_of(sandbox)
    sandbox.faults.status(200, body=body, path="/api/search/metadata", times=None)
    with pytest.raises(Untrustworthy):
        ids_found_by(server_at(sandbox), metadata(takenBefore="1970-01-01T00:00:00.000Z"))


def test_where_only_later_photos_were_asked_for_an_earlier_one_is_wrong(start: Start) -> None:
    sandbox, _ = with_early_ones(start, "3.1")
    sandbox.faults.status(200, body=answer_of(sandbox), path="/api/search/metadata", times=None)
    sandbox.clear_requests()
    with pytest.raises(Untrustworthy):
        ids_found_by(server_at(sandbox), metadata(takenAfter="1970-01-01T00:00:00.000Z"))
    assert len([request for request in sandbox.requests if "/search" in request.path]) == 1


def test_what_a_record_does_not_show_is_left() -> None:
    record = {"id": "a", "fileCreatedAt": "1999-07-04T12:00:00.000Z", "localDateTime": None, "exifInfo": None}
    page = with_true_years(Page([record], has_more=False, instants=[0]), {"a"})
    assert page.records == [{**record, "fileCreatedAt": "0099-07-04T12:00:00.000Z"}]


def answer_of(sandbox: Sandbox) -> bytes:
    """What the server answers to a search without a time."""
    http = server_at(sandbox)._http
    return http.post("/search/metadata", {"visibility": "timeline", "order": "desc", "page": 1, "size": 1000})


def test_the_bounds_are_written_as_the_server_takes_them() -> None:
    assert from_milliseconds(LAST) == "0099-12-31T23:59:59.999Z"
    assert from_milliseconds(BEFORE_ALL) == "0031-12-31T23:59:59.999Z"
