"""Rules in a plain form mean what they meant, and say what they are about."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Search
from immich_smart_albums.selection.compile.relax import without_smart
from immich_smart_albums.selection.compile.simplify import anchored, is_anchored, simplify
from tests.support.examples import examples
from tests.support.in_memory_searches import WHOLE, city, exactly, local, person, smart

NICE, KYOTO, EMMA, NOAH, DOG = city("Nice"), city("Kyoto"), person("emma"), person("noah"), smart("dog")
MAKE, MODEL = local("$.exifInfo.make"), local("$.exifInfo.model")
ARCHIVE = frozenset({Visibility.ARCHIVE})
ARCHIVED = Search(Query(Kind.METADATA, visibility=ARCHIVE))

LEAVES = (EMMA, NOAH, DOG, MAKE, MODEL, WHOLE)
trees = st.recursive(
    st.sampled_from((*LEAVES, NICE, KYOTO)),
    lambda children: st.one_of(
        st.builds(All, st.lists(children, min_size=1, max_size=3).map(tuple)),
        st.builds(Any, st.lists(children, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, children),
    ),
    max_leaves=10,
)


def asset_of(made: set[Search | Filter], place: Search | None) -> set[Node]:
    """What holds for an asset: any of the leaves, but one city at most; what a search finds is on the timeline."""
    held: set[Node] = {*made, *([place] if place else [])}
    return held | {WHOLE} if any(isinstance(part, Search) for part in held) else held


assets = st.builds(asset_of, st.sets(st.sampled_from(LEAVES)), st.sampled_from((None, NICE, KYOTO)))


def holds(node: Node | bool, asset: set[Node]) -> bool:
    match node:
        case bool():
            return node
        case Not():
            return not holds(node.child, asset)
        case All():
            return all(holds(child, asset) for child in node.children)
        case Any():
            return any(holds(child, asset) for child in node.children)
        case Search(Query(Kind.METADATA, (Condition("personIds", "all", tuple(people)),))):
            # Of people there may be several in one search.
            return all(person(str(id_)) in asset for id_ in people)
        case Search(Query(Kind.METADATA, conditions)) if len(conditions) > 1:
            return all(holds(Search(Query(Kind.METADATA, (condition,))), asset) for condition in conditions)
        case _:
            return node in asset


@given(trees, assets)
@example(Not(All((EMMA, NOAH))), {WHOLE, EMMA, NOAH})  # both are merged into one search
@settings(max_examples=examples(40), deadline=None)
def test_a_rule_in_a_plain_form_means_the_same(tree: Node, asset: set[Node]) -> None:
    assert holds(simplify(tree, []), asset) == holds(tree, asset)


@given(trees)
@settings(max_examples=examples(60), deadline=None)
def test_a_rule_is_bounded_once_it_says_what_it_is_about(tree: Node) -> None:
    plain = simplify(tree, [])
    if not isinstance(plain, bool):
        assert is_anchored(anchored(plain))


@given(trees, assets)
@settings(max_examples=examples(60), deadline=None)
def test_what_a_rule_is_about_takes_nothing_from_the_timeline(tree: Node, asset: set[Node]) -> None:
    assert holds(anchored(tree), asset | {WHOLE}) == holds(tree, asset | {WHOLE})


@pytest.mark.parametrize(
    ("node", "plain"),
    [
        (All((NICE,)), NICE),
        (Any((Any((NICE, EMMA)), NICE, All((MAKE,)))), Any((NICE, EMMA, MAKE))),
        (All((All((NICE, MAKE)), NICE)), All((NICE, MAKE))),
        (Not(Not(NICE)), NICE),
        (Not(Any((NICE, MAKE))), All((Not(NICE), Not(MAKE)))),
        (
            Not(Any((NICE, MAKE), FlagOrigin("exclude"))),
            All((Not(NICE, FlagOrigin("exclude")), Not(MAKE, FlagOrigin("exclude")))),
        ),
        (Not(All((EMMA, NOAH))), Not(person("emma", "noah"))),
        (Not(All((EMMA, MAKE, NOAH))), Not(All((person("emma", "noah"), MAKE)))),
        (Any((NICE, Not(Any((KYOTO, Not(KYOTO)))))), Any((NICE, All((Not(KYOTO), KYOTO))))),
    ],
)
def test_rules_lose_levels_and_repetitions(node: Node, plain: Node) -> None:
    assert simplify(node, []) == plain


@pytest.mark.parametrize(
    ("node", "plain"),
    [
        (All((NICE, KYOTO)), False),
        (All((NICE, Any((EMMA, MAKE)), All((KYOTO, EMMA)))), False),
        (Not(All((NICE, KYOTO))), True),
        (Any((All((NICE, KYOTO)), EMMA)), EMMA),
        (Any((All((NICE, KYOTO)), All((KYOTO, NICE)))), False),
        (All((EMMA, Not(All((NICE, KYOTO))))), EMMA),
        (Any((EMMA, Not(All((NICE, KYOTO))))), True),
        (All((Not(All((NICE, KYOTO))),)), True),
        (All((NICE, exactly("city", "Kyoto"))), False),
        (All((exactly("city", "Nice"), exactly("city", "Kyoto"))), False),
        (All((DOG, Search(Query(Kind.SMART, where(city="Nice", query="dog"), limit=9)), KYOTO)), False),
        (All((ARCHIVED, NICE)), False),
    ],
)
def test_what_cannot_be_is_found_before_anything_is_sent(node: Node, plain: Node | bool) -> None:
    assert simplify(node, []) == plain


def test_a_check_passes_wherever_the_photo_is_unless_it_says_where() -> None:
    anywhere = exactly("rating", 5)
    assert simplify(All((ARCHIVED, anywhere)), []) == All((ARCHIVED, anywhere))
    assert simplify(All((ARCHIVED, replace(anywhere, sets_scope=True))), []) is False


def test_what_cannot_be_is_told_with_its_reason_and_place() -> None:
    notes: list[str] = []
    node = Any((All((NICE, KYOTO), FlagOrigin("rules.yaml:3:5")), All((EMMA, All((NICE, KYOTO, MAKE))))))
    assert simplify(node, notes) is False
    assert notes == [
        "nothing can match rules.yaml:3:5: city cannot be 'Nice' and 'Kyoto'",
        "nothing can match: city cannot be 'Nice' and 'Kyoto'",
    ]


ELSEWHERE = replace(exactly("rating", 5), superset=Query(Kind.METADATA, where(rating=5), ARCHIVE))
UNSAID = replace(exactly("rating", 4), superset=Query(Kind.METADATA, where(albumIds=("x",))))


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (NICE, NICE),
        (All((MAKE, NICE)), All((MAKE, NICE))),
        (MAKE, All((WHOLE, MAKE))),
        (Not(NICE), All((WHOLE, Not(NICE)))),
        (All((MAKE, Not(NICE)), FlagOrigin("label")), All((WHOLE, MAKE, Not(NICE)), FlagOrigin("label"))),
        (Any((MAKE, Not(NICE))), All((WHOLE, Any((MAKE, Not(NICE)))))),
        (Any((MAKE, NICE)), Any((All((WHOLE, MAKE)), NICE))),
        (Any((Not(EMMA), All((NICE, MAKE)))), Any((All((WHOLE, Not(EMMA))), All((NICE, MAKE))))),
        (All((MODEL, Any((NICE, MAKE)))), All((MODEL, Any((NICE, All((WHOLE, MAKE))))))),
        (ELSEWHERE, All((ARCHIVED, ELSEWHERE))),
        (All((MAKE, ELSEWHERE)), All((ARCHIVED, MAKE, ELSEWHERE))),
        (Any((MAKE, ELSEWHERE)), Any((All((WHOLE, MAKE)), All((ARCHIVED, ELSEWHERE))))),
        (Any((ELSEWHERE, All((MAKE, ELSEWHERE)))), All((ARCHIVED, Any((ELSEWHERE, All((MAKE, ELSEWHERE))))))),
        (UNSAID, All((WHOLE, UNSAID))),
    ],
)
def test_what_nothing_bounds_is_about_the_timeline_or_where_its_checks_look(node: Node, expected: Node) -> None:
    assert anchored(node) == expected


@pytest.mark.parametrize(
    ("node", "rest"),
    [
        (DOG, None),
        (NICE, NICE),
        (All((DOG, NICE, MAKE)), All((NICE, MAKE))),
        (All((DOG, smart("cat"))), None),
        (Any((DOG, NICE)), None),
        (All((NICE, Any((DOG, smart("cat"))))), All((NICE,))),
        (Any((All((DOG, NICE)), EMMA)), Any((All((NICE,)), EMMA))),
        (All((DOG, NICE, Not(smart("cat")))), All((NICE, Not(smart("cat"))))),
    ],
)
def test_a_rule_without_its_smart_searches_holds_for_whatever_they_rank(node: Node, rest: Node | None) -> None:
    assert without_smart(node) == rest


def test_whole_library_is_the_timeline() -> None:
    assert WHOLE_LIBRARY.visibility == {Visibility.TIMELINE}


def test_checks_are_told_apart_by_their_words() -> None:
    assert isinstance(MAKE, Filter)
    assert simplify(All((MAKE, local("$['exifInfo'].make"))), []) == MAKE
