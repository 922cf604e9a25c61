"""The predicate on paths."""

from __future__ import annotations

import pytest

from immich_smart_albums.errors import FilterError
from tests.support.asset_records import check, search, words
from tests.support.yaml_values import assert_problem


@pytest.mark.parametrize(
    ("match", "meaning"),
    [
        ({"path": "^/photos/"}, "path matches '^/photos/'"),
        ({"path": ["a", "b"]}, ("any", "path matches 'a'", "path matches 'b'")),
        ({"path": {"glob": "*.jpg"}}, "path is like '*.jpg'"),
        (
            {"path": {"contains": ["a", "b"], "regex": "c"}},
            ("all", ("any", "path contains 'a'", "path contains 'b'"), "path matches 'c'"),
        ),
        ({"path": "none"}, "path matches 'none'"),
    ],
)
def test_texts_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


def test_a_record_without_its_path_may_lie_anywhere() -> None:
    with pytest.raises(FilterError, match="originalPath"):
        check({"path": "private"}).holds({})


@pytest.mark.parametrize(
    ("match", "filters"),
    [
        ({"path": "^/photos/work_projects/"}, {"originalPath": "/photos/work"}),
        ({"path": {"glob": "/photos/2012/**/*.jpg"}}, {"originalPath": "/photos/2012/"}),
        ({"path": "ab"}, None),
        ({"path": {"glob": "*.*"}}, None),
    ],
)
def test_a_search_surely_finds_the_texts(match: object, filters: dict[str, str] | None) -> None:
    assert search(match) == (filters, False)


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"path": "*.jpg"}, "not a regular expression: nothing to repeat", "not a file mask"),
        ({"path": {}}, "a test of the path is empty", "It takes regex, glob, contains."),
        ({"path": {"globb": "x"}}, "unknown word 'globb' in a test of the path", "Did you mean 'glob'?"),
        ({"path": {"glob": "[z-a].jpg"}}, "not a regular expression: bad character range z-a", None),
    ],
)
def test_what_is_no_test_of_a_text_is_told(match: object, message: str, hint: str | None) -> None:
    assert_problem(match, message, hint)
