"""The predicate on places by name."""

from __future__ import annotations

import pytest

from tests.support.asset_records import check, holds, record, search, words
from tests.support.yaml_values import Quoted, assert_problem

ANY_PLACE = ("any", "city 'Paris'", "state 'Paris'", "country 'Paris'")


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"place": "Paris"}, ANY_PLACE),
        ({"place": ["Paris"]}, ANY_PLACE),
        ({"place": {"city": "Paris"}}, "city 'Paris'"),
        (
            {"place": {"city": ["Paris", "none"], "country": "France"}},
            ("all", ("any", "city 'Paris'", "no city"), "country 'France'"),
        ),
        ({"place": {"state": None}}, "no state"),
        ({"place": {"city": Quoted("none")}}, "city 'none'"),
        ({"place": "none"}, "no place"),
        ({"place": [None, {"city": "Paris"}]}, ("any", "no place", "city 'Paris'")),
    ],
)
def test_names_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"place": "Paris"}, {"city": "Paris"}, True),
        ({"place": "Uusimaa"}, {"city": "Helsinki", "state": "Uusimaa"}, True),
        ({"place": "Paris"}, {"city": "paris"}, False),
        ({"place": "Paris"}, {}, False),
        ({"place": {"city": "Springfield", "state": "Illinois"}}, {"city": "Springfield", "state": "Missouri"}, False),
        ({"place": {"country": "France", "city": "none"}}, {"country": "France"}, True),
        ({"place": {"country": "France", "city": "none"}}, {"country": "France", "city": "Nice"}, False),
        ({"place": "none"}, {}, True),
        ({"place": "none"}, {"country": "France"}, False),
    ],
)
def test_names_are_exact(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


def test_of_a_file_that_immich_has_not_read_nothing_is_known_to_be_missing() -> None:
    assert not holds({"place": "none"}, {"id": "1"})
    assert holds({"place": "none"}, record())


@pytest.mark.parametrize(
    ("match", "filters"),
    [
        ({"place": {"city": "Paris"}}, {"city": "Paris"}),
        ({"place": {"city": "none"}}, {"city": None}),
        ({"place": "none"}, {"city": None, "country": None, "state": None}),
    ],
)
def test_the_server_finds_exactly_the_same_names(match: object, filters: dict[str, object]) -> None:
    assert search(match) == (filters, True)


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"place": {}}, "a place is empty", "It takes name, city, state, country."),
        ({"place": {"town": "Paris"}}, "unknown word 'town' in a place", "Known are name, city"),
        ({"place": {"city": {"a": 1}}}, "a city is expected here, not a mapping", None),
        ({"place": Quoted(" ")}, "the name of a city, state or country is expected here, not a blank text", None),
    ],
)
def test_what_is_no_place_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)


def test_the_reason_is_what_immich_knows() -> None:
    paris = record(city="Paris", country="France", latitude=48.9, longitude=2.3)
    assert check({"place": {"city": "Nice"}}).evidence(paris) == "Paris"
    assert check({"place": "none"}).evidence(paris) == ["Paris", "France"]
