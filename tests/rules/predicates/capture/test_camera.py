"""The predicate on cameras and lenses."""

from __future__ import annotations

import pytest

from tests.support.asset_records import holds, record, search, words
from tests.support.yaml_values import assert_problem


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"camera": "Apple"}, ("any", "make 'Apple'", "model 'Apple'")),
        (
            {"camera": {"make": "Apple", "model": ["A", "B"]}},
            ("all", "make 'Apple'", ("any", "model 'A'", "model 'B'")),
        ),
        ({"camera": {"lens": "FE 85mm F1.8"}}, "lens 'FE 85mm F1.8'"),
        ({"camera": {"lens": "~"}}, "no lens"),
        ({"camera": "none"}, "no camera"),
    ],
)
def test_names_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"camera": "Apple"}, {"make": "Apple", "model": "iPhone 8"}, True),
        ({"camera": "iPhone 8"}, {"make": "Apple", "model": "iPhone 8"}, True),
        ({"camera": "none"}, {"lensModel": "50mm"}, True),
        ({"camera": "none"}, {"make": "Apple"}, False),
        ({"camera": {"lens": "50mm"}}, {"lensModel": "50mm"}, True),
    ],
)
def test_names_are_exact(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


def test_of_a_file_that_immich_has_not_read_nothing_is_known_to_be_missing() -> None:
    assert not holds({"camera": "none"}, {"id": "1"})
    assert holds({"camera": "none"}, record())


@pytest.mark.parametrize(
    ("match", "filters"),
    [
        ({"camera": {"lens": "x"}}, {"lensModel": "x"}),
        ({"camera": "none"}, {"make": None, "model": None}),
    ],
)
def test_the_server_finds_exactly_the_same_names(match: object, filters: dict[str, object]) -> None:
    assert search(match) == (filters, True)


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"camera": {"len": "x"}}, "unknown word 'len'", "Did you mean 'lens'?"),
        ({"camera": ""}, "the make or model of a camera is expected here, not nothing", None),
    ],
)
def test_what_is_no_camera_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)
