"""When a photo came to the server."""

from __future__ import annotations

from datetime import UTC, date, timedelta, timezone

import pytest

from immich_smart_albums.rules.predicates.time_and_place import added
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.reader import Reader
from tests.support.asset_records import check, holds, record
from tests.support.yaml_values import problem, value


@pytest.mark.parametrize(
    ("wanted", "inside", "outside"),
    [
        (
            "2024-05",
            ["2024-05-01T00:00:00.000Z", "2024-05-31T23:59:59.999Z"],
            ["2024-04-30T23:59:59.999Z", "2024-06-01T00:00:00.000Z"],
        ),
        ({"last": "7 days"}, ["2024-05-24T00:00:00.000Z", "2024-05-31T12:00:00.000Z"], ["2024-05-23T23:59:59.999Z"]),
        (
            {"after": "2024-05-01 12:00"},
            ["2024-05-01T12:00:00.000Z", "2030-01-01T00:00:00.000Z"],
            ["2024-05-01T11:59:59.999Z"],
        ),
        ({"before": "2024-05-01 12:00"}, ["2024-05-01T12:00:59.999Z"], ["2024-05-01T12:01:00.000Z"]),
    ],
)
def test_when_a_photo_was_added(wanted: object, inside: list[str], outside: list[str]) -> None:
    for moment in inside:
        assert holds({"added": wanted}, record(createdAt=moment)), moment
    for moment in outside:
        assert not holds({"added": wanted}, record(createdAt=moment)), moment


def test_the_server_finds_exactly_what_was_added_then() -> None:
    result = check({"added": {"after": "2024-05", "before": "2024-06"}})
    assert result.superset is not None
    assert result.superset_is_exact
    assert result.superset.flat_fields == {
        "createdAfter": "2024-05-01T00:00:00.000Z",
        "createdBefore": "2024-06-30T23:59:59.999Z",
    }
    assert result.text == "added from 2024-05 to 2024-06"
    assert result.key == "added createdAfter 2024-05-01T00:00:00.000Z createdBefore 2024-06-30T23:59:59.999Z"
    assert result.required_fields == {"createdAt"}
    assert result.evidence(record()) == "2024-05-20T10:00:00.000Z"


def test_days_of_adding_are_those_of_this_machine() -> None:
    node_of_value = value("2024-05-20")
    read = Reader(Diagnostics(), date(2024, 5, 31), timezone(timedelta(hours=3)))
    early, late = (record(createdAt=f"2024-05-{day}T21:30:00.000Z") for day in (19, 20))
    result = added.PREDICATE.read(node_of_value, read)
    assert result is not None
    assert (result.holds(early), result.holds(late)) == (True, False)  # type: ignore[union-attr]


@pytest.mark.parametrize("wanted", ["x", {}, {"month": 5}, {"after": "x"}, ["2020", "y"]])
def test_what_is_no_time_of_adding_is_told(wanted: object) -> None:
    assert problem({"added": wanted}).where.startswith("rules.yaml:1:")


def test_today_is_an_argument() -> None:
    node_of_value = value({"last": "1 month"})
    for today, start in ((date(2024, 3, 31), "2024-02-29"), (date(2023, 3, 31), "2023-02-28")):
        read = Reader(Diagnostics(), today, UTC)
        result = added.PREDICATE.read(node_of_value, read)
        assert f"{start}T00:00:00.000Z" in result.key  # type: ignore[union-attr]
