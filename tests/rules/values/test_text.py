"""Tests of texts: expressions, globs, parts, and the piece that a search can look for."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from immich_sandbox.library.text_match import like
from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.values import text
from immich_smart_albums.rules.values.regex_syntax import longest_literal
from tests.support.asset_records import check, holds, record
from tests.support.examples import examples
from tests.support.yaml_values import problem

letters = st.text("aAkKsSiI._%\\ Äå\u017f\u0131\u0130\u212a\u0301-", max_size=12)

atoms = st.sampled_from(
    [
        "a",
        "K",
        "s",
        "i",
        "Ä",
        r"\.",
        r"\_",
        "%",
        ".",
        "[as]",
        "(?:ka|s)",
        "(i)",
        r"\w",
        "^",
        "$",
        "(?=a)",
        "a|k",
        "(?#x)",
        "-",
    ]
)

repeats = st.sampled_from(["", "", "", "?", "*", "+", "{2}", "{0,2}", "+?"])


def _is_expression(regex: str) -> bool:
    try:
        re.compile(regex)
    except re.error:
        return False
    return True


expressions = (
    st.lists(st.tuples(atoms, repeats), max_size=7)
    .map(lambda parts: "".join(atom + repeat for atom, repeat in parts))
    .filter(_is_expression)
)


@pytest.mark.parametrize(
    ("test", "path", "expected"),
    [
        ("^/photos/work_projects/", "/photos/work_projects/a.jpg", True),
        ("^/photos/work_projects/", "/photos/workXprojects/a.jpg", False),
        ("WORK", "/photos/work/a.jpg", True),
        (r"\d{4}/a", "/photos/2012/a.jpg", True),
        ({"contains": "1.j"}, "/photos/1.jpg", True),
        ({"contains": "1.j"}, "/photos/1xjpg", False),
        ({"glob": "/photos/*.jpg"}, "/photos/a.JPG", True),
        ({"glob": "/photos/*.jpg"}, "/photos/b/a.jpg", False),
        ({"glob": "/photos/*.jpg"}, "/x/photos/a.jpg", False),
        ({"glob": "/photos/**.jpg"}, "/photos/b/a.jpg", True),
        ({"glob": "/photos/**/a.jpg"}, "/photos/a.jpg", True),
        ({"glob": "/photos/**/a.jpg"}, "/photos/b/c/a.jpg", True),
        ({"glob": "/photos/**/a.jpg"}, "/photos/b/ba.jpg", False),
        ({"glob": "*.jpg"}, "/photos/b/a.jpg", True),
        ({"glob": "b/*.jpg"}, "/photos/b/a.jpg", True),
        ({"glob": "b/*.jpg"}, "/photos/bb/a.jpg", False),
        ({"glob": "trip/"}, "/photos/trip/2014/a.jpg", True),
        ({"glob": "trip/"}, "/photos/roadtrip/a.jpg", False),
        ({"glob": "/photos/?.jpg"}, "/photos/a.jpg", True),
        ({"glob": "/photos/?.jpg"}, "/photos/ab.jpg", False),
        ({"glob": "/photos?a.jpg"}, "/photos/a.jpg", False),
        ({"glob": "[a-c].jpg"}, "/photos/b.jpg", True),
        ({"glob": "[!a-c].jpg"}, "/photos/b.jpg", False),
        ({"glob": "[!a-c].jpg"}, "/photos/d.jpg", True),
        ({"glob": "[!a]photos/d.jpg"}, "/photos/d.jpg", False),
        ({"glob": "[^b].jpg"}, "/photos/^.jpg", True),
        ({"glob": "[^b].jpg"}, "/photos/a.jpg", False),
        ({"glob": r"[\d].jpg"}, "/photos/1.jpg", False),
        ({"glob": r"[\d].jpg"}, "/photos/d.jpg", True),
        ({"glob": "[[].jpg"}, "/photos/[.jpg", True),
        ({"glob": "[a.jpg"}, "/photos/[a.jpg", True),
        ({"glob": "a+(b).jpg"}, "/photos/a+(b).jpg", True),
        ({"glob": "a.jp"}, "/photos/a.jpg", False),
        ({"glob": "*.jpg"}, "/photos/a\n.jpg", True),
        ({"glob": "ä*.jpg"}, "/photos/Ä1.jpg", True),
    ],
)
def test_texts_hold(test: object, path: str, expected: bool) -> None:
    assert holds({"path": test}, record(originalPath=path)) is expected


def test_an_expression_that_would_never_end_is_told_with_its_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(text, "SECONDS_PER_MATCH", 0.01)
    with pytest.raises(FilterError) as caught:
        check({"filename": "^(a|aa)+$"}).holds(record(originalFileName="a" * 60 + "b"))
    assert caught.value.message.startswith("rules.yaml:1:12: file name matches '^(a|aa)+$' failed on asset 8fbe")
    assert "repetition" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("regex", "piece"),
    [
        ("^/photos/work_projects/", "/photos/work"),
        (r"IMG_\d+\.HEIC$", ".HEIC"),
        ("holiday", "holiday"),
        ("a.holiday", "holiday"),
        ("holidays?", "holiday"),
        ("holidays*x", "holiday"),
        ("holidays+x", "holidays"),
        ("holidays{0,2}x", "holiday"),
        ("holidays{2}x", "holidays"),
        ("holiday|trip", ""),
        ("(holiday|trip)s/2012", "s/2012"),
        ("(holiday)?/2012", "/2012"),
        ("[hH]oliday", "oliday"),
        ("(?i)holiday", "holiday"),
        ("(?i:holiday)/2012", "/2012"),
        ("(?x) hol iday", "holiday"),
        ("(a(?x: b)c)holiday", "holiday"),
        ("((?s:a)b)holiday", "holiday"),
        ("holi(?#the rest)day", "holiday"),
        ("holiday(?#maybe)?", "holida"),
        ("(?!holiday)trips", "trips"),
        (r"holi\-day\/x", "holi-day/x"),
        (r"holi\bday", "holi"),
        (r"\x68oliday", "holiday"),
        ("100%_sure", "sure"),
        (r"a\\b\%c", "a"),
        ("kesä mökillä", "kill"),
        ("  padded  ", "padded"),
        ("^.$", ""),
        ("", ""),
    ],
)
def test_the_surest_piece_of_an_expression(regex: str, piece: str) -> None:
    re.compile(regex)
    result = longest_literal(regex)
    assert result == piece or (len(result) == len(piece) < text.MIN_LITERAL)


@settings(max_examples=examples(40))
@given(expressions, letters)
@example("kiss", "\u212a\u0131\u017fS")
@example("a(?#x)?k", "k")
def test_the_database_finds_every_text_that_an_expression_is_found_in(regex: str, text: str) -> None:
    piece = longest_literal(regex)
    if re.search(regex, text, re.IGNORECASE):
        assert like(piece)(text)


def test_the_mark_stands_in_the_expression() -> None:
    result = problem({"path": "(holiday"})
    assert result.where == "rules.yaml:1:8"
    assert result.excerpt == "(holiday\n^"
