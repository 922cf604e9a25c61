"""The predicate on file names."""

from __future__ import annotations

import pytest

from tests.support.asset_records import holds, record, search, words
from tests.support.yaml_values import Quoted, assert_problem


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"filename": {"glob": "IMG_*"}}, "file name is like 'IMG_*'"),
    ],
)
def test_texts_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"filename": {"glob": "IMG_*"}}, {"originalFileName": "img_1.jpg"}, True),
        ({"filename": {"glob": "MG_*"}}, {"originalFileName": "IMG_1.jpg"}, False),
        ({"filename": r"\.heic$"}, {"originalFileName": "IMG_1.HEIC"}, True),
    ],
)
def test_names_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


@pytest.mark.parametrize(
    ("match", "filters"),
    [
        ({"filename": {"contains": "whatsapp (1)"}}, {"originalFileName": "whatsapp (1)"}),
    ],
)
def test_a_search_surely_finds_the_texts(match: object, filters: dict[str, str] | None) -> None:
    assert search(match) == (filters, False)


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"filename": {"glob": {"a": "b"}}}, "a glob is expected here, not a mapping", None),
        ({"filename": {"contains": Quoted("")}}, "a text is expected here, not a blank text", None),
        ({"filename": ""}, "a regular expression is expected here, not nothing", None),
        ({"filename": []}, "a regular expression for the file name is expected here, and the list is empty", None),
    ],
)
def test_what_is_no_test_of_a_text_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)
