"""Which assets are best, in which order they come, and the values that they are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.instants import from_milliseconds, to_milliseconds, to_text
from immich_smart_albums.rules.tree import All, Any, Node, Not, Rule, Sort
from immich_smart_albums.selection.run.ranking import newest_first
from tests.support.in_memory_searches import Answers, city, ids, local, record, select, smart

NICE, DOG, CAT = city("Nice"), smart("dog"), smart("cat")

OLD, MIDDLE, NEW = (f"2024-01-0{day}T00:00:00.000Z" for day in (1, 2, 3))

IN_NICE = {"exifInfo": {"city": "Nice"}}

SEARCHES = {
    NICE.query: [[record("a", OLD), record("b", MIDDLE), record("c", NEW), record("d", NEW), record("e", OLD)]],
    DOG.query: [[record("e", OLD, **IN_NICE), record("a", OLD, **IN_NICE), record("c", NEW, **IN_NICE)]],
    CAT.query: [[record("b", MIDDLE, **IN_NICE), record("e", OLD, **IN_NICE)]],
}


@pytest.mark.parametrize(
    ("node", "limit", "expected"),
    [
        (NICE, None, ["c", "d", "b", "a", "e"]),
        (NICE, 9, ["c", "d", "b", "a", "e"]),
        (NICE, 5, ["c", "d", "b", "a", "e"]),
        (NICE, 1, ["c"]),
        (NICE, 4, ["c", "d", "b", "a"]),
        (DOG, 2, ["a", "e"]),
        (All((NICE, DOG)), 1, ["e"]),
        (Any((DOG, CAT)), 2, ["b", "e"]),  # both are first in one of them
        (Any((DOG, CAT)), 3, ["b", "a", "e"]),
        (Any((NICE, CAT)), 3, ["c", "b", "e"]),  # ranked before unranked, then the newest
        (All((NICE, Not(CAT))), 1, ["c"]),  # what excludes does not rank
    ],
)
def test_a_limit_keeps_the_best_ranked_then_the_newest_then_the_lowest_id(
    node: Node, limit: int | None, expected: list[str]
) -> None:
    assert ids(select(Rule(node, limit), Answers(SEARCHES))) == expected


@pytest.mark.parametrize(
    ("sort", "expected"), [(Sort.BEST, ["c", "e"]), (Sort.NEWEST, ["c", "b"]), (Sort.OLDEST, ["a", "e"])]
)
def test_a_limit_keeps_what_the_rule_sorts_first(sort: Sort, expected: list[str]) -> None:
    searches = Answers({DOG.query: [[record("e", OLD), record("c", NEW), record("b", MIDDLE), record("a", OLD)]]})
    assert ids(select(Rule(DOG, 2, sort), searches)) == expected


def test_a_rank_counts_the_photos_that_a_filter_dropped_before() -> None:
    dogs = [record("x", NEW, type="VIDEO"), record("a", OLD, type="IMAGE"), record("b", NEW, type="IMAGE")]
    cats = [record("b", NEW, type="IMAGE")]
    searches = Answers({DOG.query: [dogs], CAT.query: [cats]})
    node = All((Any((DOG, CAT)), local("$.type", "image")))
    assert ids(select(Rule(node, 1), searches)) == ["b"]
    assert select(Rule(node, 1), searches).matched == 2


def test_assets_are_shown_newest_first_with_ties_by_id() -> None:
    assets = [Asset(asset_id, taken, "", "", "IMAGE") for asset_id, taken in (("b", 1), ("c", 2), ("a", 1))]
    assert [asset.id for asset in newest_first(assets)] == ["c", "a", "b"]


def test_an_asset_is_what_a_record_says() -> None:
    asset = Asset.of(
        {
            "id": "a",
            "fileCreatedAt": "2024-01-01T00:00:00.250Z",
            "localDateTime": "2024-01-01T02:00:00.250Z",
            "originalFileName": "IMG.jpg",
            "type": "IMAGE",
        }
    )
    assert asset == Asset("a", 1704067200250, "2024-01-01T02:00:00", "IMG.jpg", "IMAGE")


@pytest.mark.parametrize("missing", ["id", "fileCreatedAt"])
def test_a_record_without_id_or_date_is_no_asset(missing: str) -> None:
    whole = record("a")
    with pytest.raises(KeyError):
        Asset.of({name: value for name, value in whole.items() if name != missing})


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1970-01-01T00:00:00Z", 0),
        ("1970-01-01T02:00:00+02:00", 0),
        ("1970-01-01T00:00:00", 0),
        ("1970-01-01T00:00:01.234567Z", 1234),
        ("1969-12-31T23:59:59.999500Z", -1),
    ],
)
def test_instants_are_milliseconds_rounded_down(text: str, expected: int) -> None:
    assert to_milliseconds(text) == expected


@pytest.mark.parametrize("text", ["", "now", "2024-13-01T00:00:00Z"])
def test_what_is_no_instant_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        to_milliseconds(text)


@given(st.integers(-60_000_000_000_000, 250_000_000_000_000))
def test_an_instant_survives_the_way_to_text_and_back(instant: int) -> None:
    assert to_milliseconds(from_milliseconds(instant)) == instant


def test_an_instant_is_written_in_utc_with_milliseconds() -> None:
    moment = datetime(2024, 1, 1, 2, 0, 0, 250_999, tzinfo=timezone(timedelta(hours=2)))
    assert to_text(moment) == "2024-01-01T00:00:00.250Z"
    assert to_text(datetime(1, 1, 1, tzinfo=UTC)) == "0001-01-01T00:00:00.000Z"
