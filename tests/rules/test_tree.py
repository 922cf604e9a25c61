"""The tree itself, and the small values that it is made of."""

from __future__ import annotations

import pytest

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import (
    All,
    Any,
    Node,
    Not,
    fold,
    leaves,
    leaves_outside_not,
    signed_leaves,
    transform,
    verdict,
)

EMMA, NOAH, JANE = person_named("Emma"), person_named("Noah"), person_named("Jane")


@pytest.mark.parametrize("combination", [All, Any])
def test_a_combination_of_nothing_cannot_be_made(combination: type[All | Any]) -> None:
    with pytest.raises(ValueError, match="at least one predicate"):
        combination(())


def test_leaves_come_from_left_to_right() -> None:
    assert list(leaves(All((EMMA, Not(Any((NOAH, JANE))), EMMA)))) == [EMMA, NOAH, JANE, EMMA]


A, B, C = map(FlagOrigin, "abc")
NESTED = All((EMMA, Not(Any((NOAH, Not(JANE)), B), C)), A)
"""Two levels of not, with places."""


def test_a_leaf_excludes_under_an_odd_number_of_negations() -> None:
    assert list(signed_leaves(NESTED)) == [(EMMA, False), (NOAH, True), (JANE, False)]
    assert leaves_outside_not(NESTED) == (EMMA,)
    assert leaves_outside_not(Any((NOAH, All((EMMA, JANE))))) == (NOAH, EMMA, JANE)


def test_a_tree_is_transformed_from_below_and_keeps_its_places() -> None:
    seen: list[tuple[Node, bool]] = []

    def change(part: Node, excludes: bool) -> Node:
        seen.append((part, excludes))
        return EMMA if part == NOAH else part

    changed = transform(NESTED, change)
    assert changed == All((EMMA, Not(Any((EMMA, Not(JANE)), B), C)), A)
    assert [excludes for _, excludes in seen] == [False, True, False, True, True, False, False]
    assert seen[-1] == (changed, False)


@pytest.mark.parametrize(("there", "expected"), [({EMMA}, False), ({EMMA, JANE}, True), ({EMMA, JANE, NOAH}, False)])
def test_a_fold_over_truths_is_whether_the_rule_holds(there: set[Node], expected: bool) -> None:
    assert fold(NESTED, there.__contains__, all_of=all, any_of=any, negate=lambda holds: not holds) is expected


def test_where_a_predicate_stands_makes_no_difference() -> None:
    assert person_named("Emma", A) == person_named("Emma", B)


def test_problems_are_raised_together_and_each_once() -> None:
    diagnostics = Diagnostics()
    diagnostics.raise_problems()
    one, other = Problem("a", "is wrong"), Problem("b", "is wrong, too", "Mend it.")
    diagnostics.problems += [one, other, one]
    with pytest.raises(ConfigurationError) as caught:
        diagnostics.raise_problems()
    assert caught.value.problems == (one, other)
    assert caught.value.message == "a: is wrong\nb: is wrong, too"


def test_a_notice_is_said_once() -> None:
    diagnostics = Diagnostics()
    diagnostics.warn("x")
    diagnostics.warn("x")
    assert diagnostics.warnings == ["x"]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (Query(Kind.METADATA), "metadata search (the whole timeline)"),
        (
            Query(Kind.METADATA, where(city=None, isFavorite=True, personIds=("a", "b"), rating=3)),
            "metadata search (city=null, isFavorite=true, personIds=[a, b], rating=3)",
        ),
        (Query(Kind.SMART, where(query="a dog"), limit=5), "smart search (query='a dog', top 5)"),
        (
            Query(Kind.METADATA, visibility=frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})),
            "metadata search (visibility=archive+timeline)",
        ),
    ],
)
def test_a_query_is_described_in_one_line(query: Query, expected: str) -> None:
    assert query.describe() == expected


def test_a_query_tells_the_value_of_a_filter() -> None:
    query = Query(Kind.METADATA, where(city="Nice"))
    assert query.get("city") == "Nice"
    assert query.get("make") is None


@pytest.mark.parametrize(
    ("known", "expected"),
    [
        ({}, None),
        ({EMMA: False}, False),
        ({EMMA: True}, None),
        ({EMMA: True, NOAH: True}, False),
        ({EMMA: True, NOAH: False, JANE: True}, True),
        ({NOAH: True}, False),
        ({NOAH: False, JANE: True}, None),
    ],
)
def test_a_tree_holds_or_not_as_far_as_its_leaves_are_known(known: dict[Node, bool], expected: bool | None) -> None:
    assert verdict(NESTED, known.get) is expected
