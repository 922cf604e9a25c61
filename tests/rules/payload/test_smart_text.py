"""Smart searches in plain words."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.payload.smart_text import looks_like_file, read_words
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm


def words(text: str) -> tuple[Query | None, Diagnostics]:
    diagnostics = Diagnostics()
    return read_words(Source("--flag", text, SourceForm.BARE), diagnostics, smart_limit=200), diagnostics


@pytest.mark.parametrize(
    ("text", "query", "limit"),
    [
        ("dog", "dog", 200),
        ("  a dog on a beach ", "a dog on a beach", 200),
        ("dog@500", "dog", 500),
        ("a dog @ 5", "a dog", 5),
        ("somebody@example@7", "somebody@example", 7),
        ("meet me @ noon", "meet me @ noon", 200),
        ("two\nlines@3", "two\nlines", 3),
        ("Mr. Smith", "Mr. Smith", 200),
        ("100% fun", "100% fun", 200),
        ("version 2.0", "version 2.0", 200),
        ("black/white", "black/white", 200),
        ("AC/DC concert", "AC/DC concert", 200),
        ("AC/DC concert@40", "AC/DC concert", 40),
        ("cats and / or dogs", "cats and / or dogs", 200),
        ("f/2.8", "f/2.8", 200),
        ("24/7 e.g. a kiosk", "24/7 e.g. a kiosk", 200),
        ("IMG_1234.jpg", "IMG_1234.jpg", 200),
        ("dog@999999999", "dog", 999_999_999),
    ],
)
def test_words_are_the_query_and_a_number_behind_an_at_sign_its_limit(text: str, query: str, limit: int) -> None:
    result, findings = words(text)
    assert result == Query(Kind.SMART, where(query=query), limit=limit)
    assert findings.problems == []


@pytest.mark.parametrize("digits", ["9" * 10, "9" * 4301, "-" + "9" * 4301])
def test_a_limit_beyond_any_library_is_refused(digits: str) -> None:
    result, findings = words(f"dog@{digits}")
    assert result is None
    assert [problem.message for problem in findings.problems] == [f"a limit of {len(digits)} digits"]


@pytest.mark.parametrize("text", ["dog@0", "dog@-5", "dog @ -0"])
def test_a_limit_below_one_is_refused(text: str) -> None:
    result, findings = words(text)
    assert result is None
    assert "keeps nothing" in findings.problems[0].message


@pytest.mark.parametrize(
    "text",
    [
        "beach.json",
        "beach.json@500",
        "BEACH.JSON",
        "my beach.jsno",
        "beach.josn",
        "beach.txt",
        "beach.yml",
        "/beach",
        "./beach",
        "../beach",
        "..",
        "~/beach",
        "C:\\beach",
        "filters/",
        "filters/beach.v2",
        "filters\\beach.jpeg",
    ],
)
def test_words_that_look_like_a_file_are_a_file_that_is_not_there(text: str) -> None:
    result, findings = words(text)
    assert result is None
    assert findings.problems[0].message == "no such file"


def test_a_sentence_does_not_look_like_a_file() -> None:
    assert not looks_like_file("a dog in St. Petersburg")
    assert looks_like_file("dogs.txt")
