"""What decided, in short."""

from __future__ import annotations

import datetime as dt

import pytest

from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Search
from immich_smart_albums.selection.explain.explain import LeafEvidence, answer_text, explain, summary, value_text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "nothing"),
        (True, "true"),
        ("dog.jpg", "dog.jpg"),
        ("", "''"),
        (" ", "' '"),
        ("two\nlines", "'two\\nlines'"),
        (7, "7"),
        (2.80, "2.8"),
        ([], "nothing"),
        (["Emma", None, 3], "Emma, nothing, 3"),
        ({"exifInfo.city": "Nice", "people": []}, "city: Nice; people: nothing"),
        ({}, ""),
        (dt.date(2024, 5, 1), "2024-05-01"),
        ("x" * 201, "x" * 200 + "…"),
    ],
)
def test_values_on_one_line(value: object, text: str) -> None:
    assert value_text(value) == text


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        (LeafEvidence(holds=True, value="Nice"), "Nice"),
        (LeafEvidence(holds=True, value={}), ""),
        (LeafEvidence(holds=True, value={}, rank=1200, read=2000), "rank 1,200"),
        (LeafEvidence(holds=False, value={}, rank=None, read=2000), "not among the first 2,000"),
        (LeafEvidence(holds=False, value={}, rank=None, read=0), "not in this ranking"),
    ],
)
def test_answers_of_rankings_tell_the_rank(answer: LeafEvidence, text: str) -> None:
    assert answer_text(answer) == text


A, B, C, D = (Filter(name, lambda _: True, frozenset(), lambda _: None) for name in "abcd")


@pytest.mark.parametrize(
    ("node", "true", "text"),
    [
        (A, {A}, "a (yes)"),
        (All((A, B)), {A, B}, "a (yes); b (yes)"),
        (All((A, B)), {A}, "b (no)"),
        (Any((A, B)), {A}, "a (yes)"),
        (Any((A, B)), set(), "a (no); b (no)"),
        (Not(Any((A, B))), {B}, "b (yes)"),
        (All((A, Not(All((B, C))), D)), {A, B, C, D}, "b (yes); c (yes)"),
        (All((Any((A, B)), Any((B, A)))), {A}, "a (yes)"),
        (All((A, B, C)), set(), "a (no); b (no)"),
    ],
)
def test_a_verdict_rests_on_the_leaves_that_decided_it(node: Node, true: set[Node], text: str) -> None:
    def ask(leaf: Search | Filter) -> LeafEvidence:
        return (
            LeafEvidence(leaf in true, {}) if leaf == D else LeafEvidence(leaf in true, "yes" if leaf in true else "no")
        )

    assert summary(explain(node, ask, name_of=lambda _, id_: id_)) == text


def test_a_leaf_that_shows_nothing_stands_alone() -> None:
    assert summary(explain(D, lambda _: LeafEvidence(holds=True, value={}), name_of=lambda _, id_: id_)) == "d"
