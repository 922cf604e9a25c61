"""Paths, file names and descriptions: expressions, globs, parts of texts, and the searches around them."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from immich_sandbox.library.text_match import like
from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.values import text
from immich_smart_albums.rules.values.regex_syntax import longest_literal
from tests.support.asset_records import check, holds, record, words
from tests.support.examples import examples
from tests.support.yaml_values import Quoted, problem


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
        ({"filename": {"glob": "IMG_*"}}, "file name is like 'IMG_*'"),
        ({"description": "birthday"}, "description matches 'birthday'"),
        ({"description": Quoted("none")}, "description matches 'none'"),
        ({"description": ["none", {"contains": "x"}]}, ("any", "no description", "description contains 'x'")),
        ({"path": "none"}, "path matches 'none'"),
    ],
)
def test_texts_are_read(match: object, meaning: object) -> None:
    assert words(match) == meaning


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


@pytest.mark.parametrize(
    ("match", "fields", "expected"),
    [
        ({"filename": {"glob": "IMG_*"}}, {"originalFileName": "img_1.jpg"}, True),
        ({"filename": {"glob": "MG_*"}}, {"originalFileName": "IMG_1.jpg"}, False),
        ({"filename": r"\.heic$"}, {"originalFileName": "IMG_1.HEIC"}, True),
        ({"description": "birthday"}, {"description": "Emma's Birthday"}, True),
        ({"description": "birthday"}, {"description": None}, False),
        ({"description": "^$"}, {"description": ""}, True),
        ({"description": "none"}, {"description": ""}, True),
        ({"description": "none"}, {"description": None}, True),
        ({"description": "none"}, {"description": "x"}, False),
        ({"description": "none"}, {"exifInfo": None}, False),
    ],
)
def test_names_and_descriptions_hold(match: object, fields: dict[str, object], expected: bool) -> None:
    assert holds(match, record(**fields)) is expected


def test_a_record_without_its_path_may_lie_anywhere() -> None:
    with pytest.raises(FilterError, match="originalPath"):
        check({"path": "private"}).holds({})


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


@settings(max_examples=examples(40))
@given(expressions, letters)
@example("kiss", "\u212a\u0131\u017fS")
@example("a(?#x)?k", "k")
def test_the_database_finds_every_text_that_an_expression_is_found_in(regex: str, text: str) -> None:
    piece = longest_literal(regex)
    if re.search(regex, text, re.IGNORECASE):
        assert like(piece)(text)


@pytest.mark.parametrize(
    ("match", "filters"),
    [
        ({"path": "^/photos/work_projects/"}, {"originalPath": "/photos/work"}),
        ({"path": {"glob": "/photos/2012/**/*.jpg"}}, {"originalPath": "/photos/2012/"}),
        ({"filename": {"contains": "whatsapp (1)"}}, {"originalFileName": "whatsapp (1)"}),
        ({"description": "birthday"}, {"description": "birthday"}),
        ({"description": "none"}, None),
        ({"path": "ab"}, None),
        ({"path": {"glob": "*.*"}}, None),
    ],
)
def test_a_search_surely_finds_the_texts(match: object, filters: dict[str, str] | None) -> None:
    result = check(match)
    assert (result.superset and result.superset.flat_fields) == filters
    assert not result.superset_is_exact


@pytest.mark.parametrize(
    ("match", "message", "hint"),
    [
        ({"path": "*.jpg"}, "not a regular expression: nothing to repeat", "not a file mask"),
        ({"path": {}}, "a test of the path is empty", "It takes regex, glob, contains."),
        ({"path": {"globb": "x"}}, "unknown word 'globb' in a test of the path", "Did you mean 'glob'?"),
        (
            {"description": {"glob": "x"}},
            "unknown word 'glob' in a test of the description",
            "Known are regex, contains",
        ),
        ({"filename": {"glob": {"a": "b"}}}, "a glob is expected here, not a mapping", None),
        ({"filename": {"contains": Quoted("")}}, "a text is expected here, not a blank text", None),
        ({"filename": ""}, "a regular expression is expected here, not nothing", None),
        ({"filename": []}, "a regular expression for the file name is expected here, and the list is empty", None),
        ({"path": {"glob": "[z-a].jpg"}}, "not a regular expression: bad character range z-a", None),
    ],
)
def test_what_is_no_test_of_a_text_is_told(match: object, message: str, hint: str | None) -> None:
    result = problem(match)
    assert message in result.message
    assert (hint or "") in (result.hint or "")


def test_the_mark_stands_in_the_expression() -> None:
    result = problem({"path": "(holiday"})
    assert result.where == "rules.yaml:1:8"
    assert result.excerpt == "(holiday\n^"
