"""`settle`: how long after its upload a photo counts as looked at."""

from __future__ import annotations

import pytest

from tests.support.rules_files import album, book, problems


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("0", 0), ("90 s", 90), ("30 min", 1800), ("2 hours", 7200), ("1h", 3600), ("3 days", 259_200)],
)
def test_a_length_of_time(text: str, seconds: int) -> None:
    assert album(f"settle: {text}").settle == seconds


def test_what_the_file_says_holds_where_an_album_says_nothing() -> None:
    assert album().settle == 3600
    assert album(top="settle: 5 min").settle == 300
    result = book("settle: 5 min\nalbums: [{name: A, match: {favorite: true}, settle: 1 day}]")
    assert result.albums[0].settle == 86_400


@pytest.mark.parametrize("text", ["soon", "90", "31 days", "[1 hour]", "-1 h"])
def test_anything_else_is_told(text: str) -> None:
    (one,) = problems(f"albums: [{{name: A, match: {{favorite: true}}, settle: {text}}}]")
    assert "settle is 30 days" in one[1] or "a length of time is expected" in one[1]
    assert len(problems(f"settle: {text}\nalbums: [{{name: A, match: {{favorite: true}}}}]")) == 1
