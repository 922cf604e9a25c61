"""Filters that look for a text are looked at where it stands, and what they select is the same."""

from __future__ import annotations

import pytest

from immich_smart_albums.errors import FilterError
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, leaves
from immich_smart_albums.selection.query_plan import Branch, RulePlan, merge_scans
from immich_smart_albums.selection.result import ResultBuilder
from immich_smart_albums.selection.sought_texts import SoughtTexts
from tests.support.asset_records import holds
from tests.support.in_memory_searches import exactly, record
from tests.support.yaml_values import node

NAMES = ("IMG_1.jpg", "img_10.JPG", "DSC_7.arw", "\u212aiss.jpg", "kiss.jpg", "a", "straße.png", "x" * 300, "")
SOUGHT = (
    "IMG_1",
    "img_10",
    "kiss",
    "KISS",
    r"\.arw$",
    "dsc.*arw",
    "a",
    "strasse",
    "xxx",
    *(f"none {n}" for n in range(60)),
)


def found(match: Node, names: tuple[str, ...] = NAMES) -> set[str]:
    """The names that match as records stream by."""
    (scan,) = merge_scans((RulePlan(Rule(match), (Branch(WHOLE_LIBRARY, match),)),)).scans
    builder = ResultBuilder(scan)
    builder.take([record(name, originalFileName=name, exifInfo={"rating": len(name)}) for name in names])
    return set(builder.result.assets)


@pytest.mark.untraced
@pytest.mark.parametrize("form", ["any", "not", "all", "beside"])
def test_the_same_passes(form: str) -> None:
    sought = SOUGHT if form != "all" else ("IMG_1", "jpg")
    written = {
        "any": {"filename": list(sought)},
        "not": {"not": {"filename": list(sought)}},
        "all": {"all": [{"filename": text} for text in sought]},
        "beside": {"all": [{"filename": list(sought)}, {"not": {"filename": ["10", "10."]}}]},
    }[form]
    match = node(written)
    passing = {name for name in NAMES if holds(written, {"originalFileName": name})}
    assert found(match) == passing
    assert passing


def test_only_filters_whose_text_stands_there_are_looked_at() -> None:
    checks = [check for check in leaves(node({"filename": list(SOUGHT)})) if isinstance(check, Filter)]
    texts = SoughtTexts([(check, check.key != "file name matches 'none 3'") for check in checks])
    picked = [checks[number].key for number in texts.may_pass(record("x", originalFileName="IMG_10.jpg"))]
    assert picked == [f"file name matches {text!r}" for text in ("IMG_1", "img_10", "none 3")]
    assert len(texts.may_pass(record("x", originalFileName=None))) == 1
    for everywhere in ("\u212aiss", "x" * 300):
        assert len(texts.may_pass(record("x", originalFileName=everywhere))) == len(checks)


def test_a_record_without_the_field_fails_every_filter_as_ever() -> None:
    match = node({"filename": list(SOUGHT)})
    (scan,) = merge_scans((RulePlan(Rule(match), (Branch(WHOLE_LIBRARY, match),)),)).scans
    builder = ResultBuilder(scan)
    builder.take([record("x")])
    assert set(builder.result.failures) == set(scan.filters)
    assert all(isinstance(error, FilterError) for error in builder.result.failures.values())


def test_what_rules_a_record_out_comes_before_a_field_that_it_lacks() -> None:
    match = All((exactly("rating", 5), node({"filename": list(SOUGHT)})))
    (scan,) = merge_scans((RulePlan(Rule(match), (Branch(WHOLE_LIBRARY, match),)),)).scans
    builder = ResultBuilder(scan)
    builder.take([record("x", exifInfo={"rating": 1})])
    assert not builder.result.failures
    assert not builder.result.assets


def test_filters_of_other_kinds_are_looked_at_too() -> None:
    match = Any((exactly("rating", 9), Not(exactly("rating", 9)), node({"filename": "kiss"})))
    assert found(match) == set(NAMES)
