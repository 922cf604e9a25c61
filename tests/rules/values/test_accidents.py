"""Plain texts that are regular expressions by accident are told of, and mean what they always meant."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.tree import Filter
from tests.support.yaml_values import parsed


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("Trip [2020]", "[2020] is any one of these characters"),
        ("^/photos/[2010-2020]/", "[2010-2020] is any one of these characters"),
        ("[old]", "[old] is any one of these characters"),
        ("a+b", "the + in a+ means once or more"),
        ("C++", "the + in C+ means once or more"),
        ("IMG_*", "the * in _* means any number of times"),
        ("what?", "the ? in t? means perhaps"),
        ("Trip (2)", "the parentheses in (2) are not looked for"),
        ("$RECYCLE", "$ is the end of the text"),
    ],
)
@pytest.mark.parametrize("word", ["path", "filename", "description"])
def test_a_text_that_is_hardly_meant_as_an_expression_is_told_of(text: str, meaning: str, word: str) -> None:
    result, findings = parsed({word: text})
    assert isinstance(result, Filter)
    assert findings.problems == []
    (notice,) = findings.warnings
    assert notice.startswith("rules.yaml:1:")
    assert f"{text!r} is read as a regular expression, in which {meaning}; " in notice
    assert f"{{contains: {text!r}}}" in notice
    for option in ("regex", "contains"):
        assert parsed({word: {option: text}})[1].warnings == []


@pytest.mark.parametrize(
    "text",
    [
        "/work_projects/",
        "^/photos/",
        r"\.JPE?G$",
        "jpe?g",
        r"IMG_\d+",
        "IMG_[12]",
        "[a-z]x",
        "IMG_(a|b)",
        "x{2}",
        ".*x+y",
        "(?i)a+b",
        "St. Moritz",
        "[^abc]d",
        r"\[2020\]",
        "",
    ],
)
def test_other_texts_are_taken_as_they_are(text: str) -> None:
    assert parsed({"path": text})[1].warnings == []


def test_a_list_is_looked_at_one_by_one() -> None:
    assert len(parsed({"path": ["a+b", {"regex": "a+b"}, "(2)", "fine"]})[1].warnings) == 2
