"""Saying that it is fine where no photo has a value: true or false, in every place where it can be said."""

from __future__ import annotations

import json

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.local_filters.local_filter import read_local_filters
from immich_smart_albums.rules.payload.payload import read_search
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm
from immich_smart_albums.rules.tree import Filter, Search, leaves
from immich_smart_albums.rules.values.regex_syntax import plain_text
from tests.support.yaml_values import node, parsed

WORDS: list[tuple[str, dict[str, object]]] = [
    ("place", {"name": "Oslo"}),
    ("place", {"city": ["Oslo", "none"]}),
    ("camera", {"lens": "85mm"}),
    ("json", {"path": "$.exifInfo.city", "regex": "Oslo"}),
]


@pytest.mark.parametrize(("word", "options"), WORDS)
def test_a_predicate_says_it_of_all_its_names(word: str, options: dict[str, object]) -> None:
    for said in (True, False):
        result = [
            leaf for leaf in leaves(node({word: {**options, "may-be-missing": said}})) if isinstance(leaf, Filter)
        ]
        assert {leaf.listed_value.may_be_missing for leaf in result if leaf.listed_value} == {said}
    assert not any(
        leaf.listed_value.may_be_missing
        for leaf in leaves(node({word: options}))
        if isinstance(leaf, Filter) and leaf.listed_value
    )
    found_nothing, findings = parsed({word: {**options, "may-be-missing": "perhaps"}})
    assert found_nothing is None
    assert [problem.message for problem in findings.problems] == ["true or false is expected here, not 'perhaps'"]


def test_alone_it_is_no_condition() -> None:
    assert parsed({"place": {"may-be-missing": True}})[1].problems[0].message == "a place is empty"


def test_a_search_says_it_with_a_word_of_ours() -> None:
    def read(said: object) -> tuple[Search | None, Diagnostics]:
        diagnostics = Diagnostics()
        text = json.dumps({"city": "Oslo", "mayBeMissing": said})
        source = Source("x.json", text, SourceForm.INLINE)
        return read_search(source, Kind.METADATA, diagnostics, smart_limit=9, zone=None), diagnostics

    result, _ = read(said=True)
    assert result is not None
    assert (result.may_be_missing, result.query.where) == (True, where(city="Oslo"))
    result, diagnostics = read("yes")
    assert result is None
    assert [problem.message for problem in diagnostics.problems] == ["mayBeMissing takes true or false, not 'yes'"]


def test_a_local_filter_says_it_with_the_same_word() -> None:
    def read(said: object) -> tuple[tuple[Filter, ...], Diagnostics]:
        diagnostics = Diagnostics()
        text = json.dumps([{"path": "$.exifInfo.city", "regex": "Oslo", "mayBeMissing": said}])
        return read_local_filters(Source("x.json", text, SourceForm.INLINE), diagnostics), diagnostics

    ((check,), _) = read(said=True)
    assert check.listed_value is not None
    assert check.listed_value.may_be_missing
    result, diagnostics = read("yes")
    assert result == ()
    assert diagnostics.problems[0].message.startswith("filter 1: mayBeMissing takes true or false, not ")


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("Oslo", "Oslo"),
        ("^oslo$", "oslo"),
        (r"\AOslo\Z", "Oslo"),
        (r"St\. Moritz", "St. Moritz"),
        ("St. Moritz", "St. Moritz"),
        ("a|b", None),
        ("Os.*", None),
        ("[Oo]slo", None),
        (r"\d+", None),
        (".", None),
        ("^$", None),
    ],
)
def test_a_plain_text_is_told_from_other_expressions(pattern: str, text: str | None) -> None:
    assert plain_text(pattern) == text


@pytest.mark.parametrize("path", ["$.exifInfo.iso", "$.originalPath", "$..city", "$.people[*].name", "$.city"])
def test_other_fields_have_no_list_of_values(path: str) -> None:
    diagnostics = Diagnostics()
    result = read_local_filters(Source("flag", f"{path}:Oslo", SourceForm.BARE), diagnostics)
    assert [check.listed_value for check in result] == [None] * len(result)
