"""Where photos are shown, in the words of all versions."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.query import Visibility
from tests.support.payloads import problem, query

T, A, H = Visibility.TIMELINE, Visibility.ARCHIVE, Visibility.HIDDEN


@pytest.mark.parametrize(
    ("payload", "expected"),
    [
        ({}, {T}),
        ({"visibility": "timeline"}, {T}),
        ({"visibility": "archive"}, {A}),
        ({"visibility": "hidden"}, {H}),
        ({"isArchived": True}, {A}),
        ({"isArchived": False}, {T}),
        ({"withArchived": True}, {T, A}),
        ({"withArchived": False}, {T}),
        ({"isVisible": True}, {T}),
        ({"isVisible": False}, {H}),
        ({"isArchived": True, "withArchived": True}, {A}),
        ({"isArchived": False, "withArchived": True}, {T}),
        ({"isVisible": True, "withArchived": True}, {T, A}),
        ({"isVisible": True, "isArchived": True}, {A}),
        ({"visibility": "archive", "isArchived": True}, {A}),
        ({"visibility": "archive", "isVisible": True}, {A}),
        ({"visibility": "hidden", "isVisible": False}, {H}),
    ],
)
def test_the_words_of_all_versions_mean_the_same(payload: object, expected: set[Visibility]) -> None:
    assert query(payload).visibility == expected


@pytest.mark.parametrize(
    ("payload", "words"),
    [
        ({"visibility": "timeline", "isArchived": True}, "visibility and isArchived"),
        ({"visibility": "archive", "isArchived": False}, "visibility and isArchived"),
        ({"visibility": "archive", "withArchived": True}, "visibility and withArchived"),
        ({"visibility": "timeline", "isVisible": False}, "visibility and isVisible"),
        ({"visibility": "hidden", "isVisible": True}, "visibility and isVisible"),
        ({"isArchived": True, "isVisible": False}, "isArchived and isVisible"),
        ({"withArchived": True, "isVisible": False}, "withArchived and isVisible"),
    ],
)
def test_words_that_contradict_each_other_are_refused(payload: object, words: str) -> None:
    assert problem(payload).message == f"{words} contradict each other"


def test_locked_photos_cannot_be_searched_with_a_key() -> None:
    result = problem({"visibility": "locked"})
    assert result.message == "visibility 'locked' cannot be searched"
    assert result.hint is not None


@pytest.mark.parametrize("value", ["Timeline", "", None, True, [], ["timeline"], {}])
def test_any_other_visibility_is_refused(value: object) -> None:
    assert problem({"visibility": value}).message.startswith("visibility is one of timeline, archive, hidden")


@pytest.mark.parametrize("word", ["isArchived", "withArchived", "isVisible"])
@pytest.mark.parametrize("value", ["true", 1, None, [], {}])
def test_the_older_words_take_true_or_false(word: str, value: object) -> None:
    assert problem({word: value}).message.startswith(f"{word} takes true or false")
