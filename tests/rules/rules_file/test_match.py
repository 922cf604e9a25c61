"""Match trees: how keys, lists, all, any and not combine, and what is wrong with a tree."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.rules_file.match import MOST_NESTED
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not
from tests.support.yaml_values import node, parsed, problem


def shape(tree: Node) -> object:
    """A tree as nested tuples."""
    match tree:
        case All():
            return ("all", *map(shape, tree.children))
        case Any():
            return ("any", *map(shape, tree.children))
        case Not():
            return ("not", shape(tree.child))
        case Filter():
            return tree.key
        case _:
            return tree


R1, R2, R3 = ({"rating": number} for number in (1, 2, 3))


@pytest.mark.parametrize(
    ("match", "wanted"),
    [
        (R1, "rating 1"),
        ({"rating": [1, 2]}, ("any", "rating 1", "rating 2")),
        ({"all": [R1, R2]}, ("all", "rating 1", "rating 2")),
        ({"any": [R1, R2]}, ("any", "rating 1", "rating 2")),
        ({"any": {"rating": 1, "all": [R2]}}, ("any", "rating 1", ("all", "rating 2"))),
        ({"rating": 1, "any": [R2]}, ("all", "rating 1", ("any", "rating 2"))),
        ({"rating": 1, "not": R2}, ("all", "rating 1", ("not", "rating 2"))),
        ({"rating": 1, "not": [R2, R3]}, ("all", "rating 1", ("all", ("not", "rating 2"), ("not", "rating 3")))),
        (
            {"not": {"rating": 1, "any": [R2, R3]}},
            ("all", ("not", "rating 1"), ("not", ("any", "rating 2", "rating 3"))),
        ),
        ({"not": [{"rating": 1, "all": [R2]}]}, ("not", ("all", "rating 1", ("all", "rating 2")))),
        ({"any": [{"not": [{"all": [R1]}]}, R2]}, ("any", ("not", ("all", "rating 1")), "rating 2")),
    ],
)
def test_combinations_nest_freely(match: object, wanted: object) -> None:
    assert shape(node(match)) == wanted


def test_every_part_is_labelled_with_its_place() -> None:
    tree = node({"any": [R1, {"rating": [2, 3]}], "not": R1})
    assert isinstance(tree, All)
    first, excluded = tree.children
    assert isinstance(first, Any)
    assert isinstance(excluded, Not)
    assert str(first.origin) == "rules.yaml:1:2"
    assert [str(child.origin) for child in first.children] == ["rules.yaml:1:17", "rules.yaml:1:22"]
    assert isinstance(first.children[1], Any)
    assert [str(child.origin) for child in first.children[1].children] == ["rules.yaml:1:31", "rules.yaml:1:34"]
    assert str(excluded.origin) == "rules.yaml:1:40"


@pytest.mark.parametrize(
    ("match", "where", "message", "hint"),
    [
        ({}, 1, "a match without any predicate", "search: {} is the whole timeline"),
        ({"any": {}}, 7, "a match without any predicate", None),
        ({"all": []}, 7, "all has an empty list", "Leave it out"),
        ({"not": None}, 7, "not takes a list of matches, not 'null'", None),
        ({"any": "rating"}, 7, "any takes a list of matches, not 'rating'", 'such as "rating: 5"'),
        (
            {"any": ["rating"]},
            8,
            "a match such as {person: Emma} is expected here, not 'rating'",
            'such as "rating: 5"',
        ),
        ({"any": [[R1]]}, 8, "expected here, not a list", 'Write "any:" or "all:" before the list.'),
        ([R1], 1, "expected here, not a list", 'Write "any:" or "all:" before the list.'),
        ({"ratting": 1}, 2, "there is no predicate 'ratting'", "Did you mean 'rating'?"),
        ({"xyzzy": 1}, 2, "there is no predicate 'xyzzy'", "Known are added, "),
    ],
)
def test_what_is_no_match_is_told_at_its_place(match: object, where: int, message: str, hint: str | None) -> None:
    result = problem(match)
    assert result.where == f"rules.yaml:1:{where}"
    assert message in result.message
    assert (hint or "") in (result.hint or "")


def test_all_problems_are_told_at_once() -> None:
    _, findings = parsed({"ratting": 1, "any": [{"rating": 7}, {"rating": [8, 9]}, "x"], "not": [{"alll": []}]})
    assert len(findings.problems) == 6


def test_too_deep_a_tree_is_a_problem() -> None:
    deep: dict[str, object] = dict(R1)
    for _ in range(MOST_NESTED):
        deep = {"any": [deep]}
    assert isinstance(node(deep), Any)
    assert "levels" in problem({"all": [deep]}).message


@pytest.mark.parametrize(
    ("match", "is_noted"),
    [
        ({"not": R1}, True),
        ({"not": [R1, R2]}, True),
        ({"any": [R1, {"not": R2}]}, True),
        ({"rating": 1, "not": R2}, False),
        ({"any": [R1, R2]}, False),
    ],
)
def test_a_match_of_excludes_alone_means_the_rest_of_the_timeline(match: object, is_noted: bool) -> None:
    assert bool(parsed(match)[1].warnings) is is_noted
