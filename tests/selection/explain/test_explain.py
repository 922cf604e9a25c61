"""Why an asset is in or out: verdicts, near misses, and what need not be asked."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.rules.tree import All, Any, EntityKind, Filter, Node, Not, Reference, Search, leaves
from immich_smart_albums.selection.explain.explain import Explanation, LeafEvidence, Reason, Verdict, explain
from immich_smart_albums.selection.words import query_text
from tests.support.examples import examples

PASSED, FAILED, NOT_ASKED = Verdict.PASSED, Verdict.FAILED, Verdict.NOT_ASKED


def check(words: str) -> Filter:
    return Filter(words, holds=lambda _: True, reads=frozenset(), evidence=lambda _: None)


def city(name: str, limit: int | None = None) -> Search:
    return Search(Query(Kind.METADATA, where(city=name), limit=limit))


def smart(text: str) -> Search:
    return Search(Query(Kind.SMART, where(query=text), limit=300))


A, B, C = check("a"), check("b"), check("c")
X, Y = city("x"), smart("y")


def why(node: Node, true: set[Node], written: Node | None = None) -> tuple[Explanation, list[Node]]:
    """The explanation where these leaves hold, and which leaves were asked, in order."""
    evaluated: list[Node] = []

    def ask(leaf: Search | Filter) -> LeafEvidence:
        evaluated.append(leaf)
        return LeafEvidence(leaf in true, "seen")

    return explain(node, ask, written=written, name_of=lambda _, id_: id_.upper()), evaluated


def outline(reason: Reason) -> str:
    """A tree of verdicts in one line."""
    mark = {PASSED: "+", FAILED: "-", NOT_ASKED: "?"}[reason.verdict]
    if reason.kind in {"check", "search"}:
        return mark + reason.words
    return f"{mark}{reason.kind}({' '.join(map(outline, reason.parts))})"


def near(explanation: Explanation) -> list[str]:
    return [reason.words for reason in explanation.near_misses]


def test_a_leaf_tells_what_decided() -> None:
    explanation, _ = why(A, {A})
    assert explanation.passed
    assert explanation.tree == Reason("check", "a", PASSED, LeafEvidence(holds=True, value="seen"))
    assert near(explanation) == ["a"]


@pytest.mark.parametrize(
    ("node", "true", "tree", "misses"),
    [
        (All((A, B)), {A, B}, "+all(+a +b)", ["a", "b"]),
        (All((A, B)), {A}, "-all(+a -b)", ["b"]),
        (All((A, B, C)), {C}, "-all(-a -b ?c)", []),
        (Any((A, B)), {A}, "+any(+a -b)", ["a"]),
        (Any((A, B)), set(), "-any(-a -b)", ["a", "b"]),
        (Any((A, B, C)), {A, B, C}, "+any(+a +b ?c)", []),
        (Not(A), {A}, "-not(+a)", ["a"]),
        (Not(A), set(), "+not(-a)", ["a"]),
        (All((A, Not(Any((B, C))))), {A, C}, "-all(+a -not(+any(-b +c)))", ["c"]),
        (Any((All((A, B)), All((Not(C), A)))), {B, C}, "-any(-all(-a +b) -all(-not(+c) -a))", ["a"]),
        (All((A, B, Any((Not(C), X)))), set(), "-all(-a -b ?any(?not(?c) ?city 'x'))", []),
    ],
)
def test_each_part_has_a_verdict(node: Node, true: set[Node], tree: str, misses: list[str]) -> None:
    explanation, _ = why(node, true)
    assert outline(explanation.tree) == tree
    assert near(explanation) == misses


def test_a_part_that_stands_twice_is_asked_once_and_turned_at_both_places() -> None:
    explanation, evaluated = why(All((A, Any((A, B)))), set())
    assert evaluated == [A, B]
    assert near(explanation) == ["a"]
    explanation, _ = why(All((A, Not(A))), {A})
    assert near(explanation) == []


def test_the_records_own_fields_are_looked_at_first_and_rankings_last() -> None:
    _, evaluated = why(All((Y, city("z", limit=5), X, A)), {X, Y, A, city("z", limit=5)})
    assert evaluated == [A, X, Y, city("z", limit=5)]
    explanation, evaluated = why(All((Y, X, A)), set())
    assert evaluated == [A, X]
    assert outline(explanation.tree) == "-all(?smart 'y', top 300 -city 'x' -a)"


def test_near_misses_come_in_the_order_of_the_rule() -> None:
    explanation, _ = why(All((Y, X, A)), {X, Y, A})
    assert near(explanation) == ["smart 'y', top 300", "city 'x'", "a"]


def test_names_stand_as_the_user_wrote_them() -> None:
    one, two = (Search(Query(Kind.METADATA, where(personIds=(id_,)))) for id_ in ("id1", "id2"))
    emma = Reference(EntityKind.PERSON, ("Emma",), "person 'Emma'", lambda _: one)
    explanation, _ = why(All((one, Not(A)), FlagOrigin("top")), {one}, All((emma, Not(A)), FlagOrigin("top")))
    assert (explanation.tree.words, explanation.tree.where) == ("", "top")
    assert outline(explanation.tree) == "+all(+person 'Emma' +not(-a))"
    both = Any((one, two), FlagOrigin("from a predicate"))
    explanation, _ = why(Not(both), {two}, Not(emma))
    assert explanation.tree.parts[0].words == "person 'Emma'"
    assert outline(explanation.tree) == "-not(+any(-person ID1 +person ID2))"
    explanation, _ = why(X, {X}, C)
    assert explanation.tree.words == "c"
    explanation, _ = why(All((A, B, Not(both))), set(), All((A, B, Not(emma))))
    assert explanation.tree.parts[2].parts[0].words == "person 'Emma'"


def test_a_name_that_was_not_looked_up_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(TypeError, match="person 'Emma' was not looked up"):
        why(Reference(EntityKind.PERSON, ("Emma",), "person 'Emma'", lambda _: A), set())


LEAVES = [A, B, C, X, Y]
TREES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=1, max_size=3).map(lambda parts: Any(tuple(parts)))
    ),
    max_leaves=8,
)


def plainly(node: Node, true: set[Node]) -> bool:
    match node:
        case All():
            return all(plainly(child, true) for child in node.children)
        case Any():
            return any(plainly(child, true) for child in node.children)
        case Not():
            return not plainly(node.child, true)
        case _:
            return node in true


@settings(max_examples=examples(40))
@given(TREES, st.sets(st.sampled_from(LEAVES)))
def test_the_verdict_is_the_trees_and_near_misses_are_what_turns_it(tree: Node, true: set[Node]) -> None:
    explanation, evaluated = why(tree, true)
    assert explanation.passed is plainly(tree, true)
    turning = {leaf for leaf in leaves(tree) if plainly(tree, true ^ {leaf}) is not plainly(tree, true)}
    assert sorted(near(explanation)) == sorted(query_text(leaf, lambda _, id_: id_) for leaf in turning)
    assert len(evaluated) == len(set(evaluated))
    assert turning <= set(evaluated)
