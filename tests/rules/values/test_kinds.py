"""Kinds of values: what is read, what editors are told and what the reference says come from one description."""

from __future__ import annotations

import ast
from pathlib import Path

import jsonschema
import pytest

from immich_smart_albums.rules import predicates
from immich_smart_albums.rules.predicates.registry import PREDICATES
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Search
from immich_smart_albums.rules.values.kinds import ByHand, Every, OneOf, OneOrMany, Options
from immich_smart_albums.rules.values.schema import TEXT
from immich_smart_albums.rules.values.single import Choice, NoneIs, Text, Word, whether
from tests.support.yaml_values import node, reading, value

WITH_NONE = ("album", "camera", "description", "library", "near", "person", "place", "rating", "tag")


def says(text: str) -> Filter:
    """A filter that bears a text as its name."""
    return Filter(text, lambda _record: True, frozenset(), lambda _record: None)


def words(tree: Node) -> object:
    """A tree as its leaves."""
    match tree:
        case All():
            return ("all", *map(words, tree.children))
        case Any():
            return ("any", *map(words, tree.children))
        case Not():
            return ("not", words(tree.child))
        case Search():
            return tree.query.describe()
        case _:
            return tree.key


NAME = OneOf(Text("a name").means(says), NoneIs(says("nobody")), Word("any", says("somebody"), also=("all",)))
WHOM = OneOrMany(OneOf(NAME, Options("a condition", {"who": ("them", Every(NAME)), "is": ("so", whether(says("so")))})))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ("Emma", "Emma"),
        ("any", "somebody"),
        ("all", "somebody"),
        ("none", "nobody"),
        (["Emma", "none"], ("any", "Emma", "nobody")),
        ({"who": ["Emma", "none"]}, ("all", "Emma", "nobody")),
        ({"who": "Emma", "is": False}, ("all", "Emma", ("not", "so"))),
        (["Emma", {"is": True}], ("any", "Emma", "so")),
    ],
    ids=str,
)
def test_kinds_are_put_together_as_they_are_written(data: object, expected: object) -> None:
    read = reading()
    result = WHOM.read(value(data), read)
    assert read.diagnostics.problems == []
    assert result is not None
    assert words(result) == expected
    jsonschema.Draft202012Validator(WHOM.json_schema).validate(data)


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ([], "a name is expected here, and the list is empty"),
        ({}, "a condition is empty"),
        ({"whom": "Emma"}, "unknown word 'whom' in a condition"),
        ("  ", "a name is expected here, not "),
        ({"is": "maybe"}, "true or false is expected here"),
    ],
    ids=str,
)
def test_the_open_kind_says_what_is_wrong_and_every_entry_is_looked_at(data: object, message: str) -> None:
    read = reading()
    assert WHOM.read(value([data, data] if data else data), read) is None
    assert {problem.message.startswith(message) for problem in read.diagnostics.problems} == {True}
    assert len(read.diagnostics.problems) == (2 if data else 1)


def test_words_and_their_meanings_are_told_by_the_kind() -> None:
    assert WHOM.options == {"who": "them", "is": "so"}
    assert OneOrMany(Choice({"wide": "wider than high"}).means(says)).options == {"wide": "wider than high"}
    assert Choice({"wide": "", "high": ""}).json_schema == {"enum": ["wide", "high"]}
    assert ByHand(lambda _value, _reader: None, TEXT, TEXT).json_schema == {"anyOf": [TEXT, TEXT]}


@pytest.mark.parametrize("word", WITH_NONE)
def test_none_means_in_a_list_what_it_means_alone(word: str) -> None:
    assert words(node({word: ["none"]})) == words(node({word: "none"}))


def test_only_these_predicates_know_none() -> None:
    knowing = set()
    for predicate in PREDICATES:
        read = reading()
        if predicate.read(value("none"), read) is not None and jsonschema_takes(predicate.schema, None):
            knowing.add(predicate.name)
    assert knowing == set(WITH_NONE)


def jsonschema_takes(schema: object, data: object) -> bool:
    return bool(jsonschema.Draft202012Validator(schema).is_valid(data))  # type: ignore[arg-type]


def test_lists_are_read_in_one_place() -> None:
    """A predicate that took lists by itself would have to know of none, of empty lists and of places as well."""
    by_hand = set()
    for path in Path(predicates.__file__).parent.rglob("*.py"):
        for part in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(part, ast.Attribute) and part.attr == "elements":
                by_hand.add(path.stem)
    # One question about all people together; one about all photos together; no list of alternatives at all.
    assert by_hand == {"person", "photo", "smart"}
