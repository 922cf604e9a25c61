"""A rule as rows: everything that is written is in one of them, in its place."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.config.editing.match import set_value
from immich_smart_albums.config.editing.rows import Row, RowKind, album_settings, row_id, row_path, rule_rows
from immich_smart_albums.config.editing.sentences import sentence
from immich_smart_albums.config.yaml.data import load, value_at
from immich_smart_albums.config.yaml.nodes import YamlMapping, YamlScalar, YamlSequence, descendants, lay_out
from immich_smart_albums.config.yaml.patch import patch
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.rules.predicates.predicate import Picker
from immich_smart_albums.rules.predicates.registry import PREDICATES, PREDICATES_BY_WORD
from tests.support.examples import examples
from tests.support.random_rules_files import document

if TYPE_CHECKING:
    from random import Random

    from immich_smart_albums.rules.predicates.predicate import Predicate

TEXT = """\
albums:
  - name: A
    match:
      person: [Emma, Noah]  # the kids
      smart: {query: a dog, until: x}
      any:
        - place: Nice
          taken: {after: 2015}
        - favorite: true
        - {all: {rating: {min: 4}, camera: none}}
      not: {tag: private}
      weather: sunny
"""


def shown(rows: list[Row]) -> list[str]:
    return [f"{'  ' * row.depth}{row.kind.value} {row.word}: {row.sentence}" for row in rows]


def test_a_rule_is_rows_in_words() -> None:
    rows = rule_rows(TEXT, ("albums", 0))
    assert shown(rows) == [
        "condition person: shows Emma or Noah",
        "condition smart: looks like a dog, down to the photo x",
        "group any: at least one of these",
        "  group : all of these together",
        "    condition place: was taken in Nice",
        "    condition taken: was taken after 2015",
        "  condition favorite: is a favourite",
        "  group all: all of these",
        "    condition rating: is rated from 4",
        "    condition camera: has no camera",
        "group not: none of these",
        "  condition tag: is tagged private",
        "text weather: weather: sunny",
    ]
    assert [row.picker for row in rows[:2]] == [Picker.PEOPLE, Picker.SMART]
    assert [TEXT[slice(*row.span)] for row in rows[:2]] == ["[Emma, Noah]", "{query: a dog, until: x}"]
    assert {row.locked for row in rows} == {None}
    assert row_id(rows[4].path) == "albums/0/match/any/0/place"


def test_what_is_repeated_elsewhere_is_shown_and_locked() -> None:
    text = (
        "people: &k [Emma, Noah]\nalbums:\n"
        "- {name: A, match: {person: *k, all: &all [{tag: x}]}}\n"
        "- {name: B, match: {<<: {tag: z}, all: *all, place: [Nice]}}\n"
        "- {name: C, match: &m {tag: y}}\n- {name: D, match: *m}\n- {name: E, match: Emma}\n- {name: F}\n"
    )
    rows = [rule_rows(text, ("albums", place)) for place in range(6)]
    assert [(row.sentence, row.locked) for album in rows for row in album] == [
        ("shows Emma or Noah", None),
        ("all of these", "is repeated by *all"),
        ("is tagged x", "is repeated by *all"),
        ("<<: {tag: z}", None),
        ("all of these", "repeats &all in line 3"),
        ("is tagged x", "repeats &all in line 3"),
        ("was taken in Nice", None),
        ("is tagged y", "is repeated by *m"),
        ("is tagged y", "repeats &m in line 5"),
        ("Emma", None),
    ]
    assert rule_rows(text, ("albums", 9)) == []
    assert rule_rows("", ("albums", 0)) == []


@settings(max_examples=examples(30), deadline=None)
@given(st.randoms(use_true_random=False))
def test_nothing_that_is_written_is_lost_and_what_is_not_locked_can_be_changed(chance: Random) -> None:
    text = document(chance)
    data = load(text)
    rows = rule_rows(text, ("albums", 0))
    node = lay_out(text).root
    for step in ("albums", 0, "match"):
        assert isinstance(node, YamlMapping | YamlSequence)
        if isinstance(node, YamlMapping):
            entry = node.find(step)
            assert entry is not None
            node = entry[1]
        else:
            node = node.items[int(step)]
    assert node is not None
    spans = [row.span for row in rows if row.kind is not RowKind.GROUP]
    words = {(row.path[-1], row.span) for row in rows}
    for part in descendants(node):
        if isinstance(part, YamlScalar):
            is_inside = any(start <= part.start and part.end <= end for start, end in spans)
            is_word = any(part.text == word for word, _ in words)
            assert is_inside or is_word, text[part.start : part.end]
    for row in rows:
        assert row_path(row_id(row.path)) == row.path
        value_at(data, row.path)
        if row.locked is None:
            changed = patch(text, set_value(data, row.path, "another"))
            assert value_at(load(changed.text), row.path) == "another"


@pytest.mark.parametrize("predicate", PREDICATES, ids=lambda predicate: predicate.name)
def test_every_example_is_a_sentence(predicate: Predicate) -> None:
    for example, _ in predicate.examples:
        ((word, value),) = load(example).items()  # type: ignore[union-attr]
        said = sentence(PREDICATES_BY_WORD[word], value)
        assert "{" not in said.replace("\\d{4}", "") or word in {"path", "filename", "json", "description"}
        phrase = predicate.phrase.partition("{}")[0].rstrip()
        assert said.removeprefix("not: ").startswith((phrase, f"has no {predicate.name}", "shows nobody")), said


def test_a_path_with_odd_words_is_an_address() -> None:
    assert row_path(row_id(("albums", 3, "match", "a/b~1"))) == ("albums", 3, "match", "a/b~1")


@pytest.mark.parametrize(
    ("word", "value", "said"),
    [
        ("people", "{all: [Emma, Noah], none: Grandma}", "shows Emma and Noah, not Grandma"),
        ("person", "[Emma, Noah, Ada]", "shows Emma, Noah or Ada"),
        ("favorite", "false", "not: is a favourite"),
        ("stack", "primary", "is one of a stack: primary"),
        ("taken", "{last: 12 months}", "was taken in the last 12 months"),
        ("place", "none", "has no place"),
        ("person", "none", "shows nobody"),
        ("person", "[Emma, none]", "shows Emma or none"),
        ("place", '"none"', "was taken in none"),
        ("taken", "{weekday: weekend}", "was taken weekday weekend"),
    ],
)
def test_values_are_put_in_words(word: str, value: str, said: str) -> None:
    read = load(f"value: {value}")
    assert isinstance(read, dict)
    assert sentence(PREDICATES_BY_WORD[word], read["value"]) == said


@pytest.mark.parametrize("text", ["[", "- a\n  b: *c\n", "'", "\0", "a: b: c\n"])
def test_what_is_no_yaml_is_told_and_is_no_bug(text: str) -> None:
    with pytest.raises(ConfigurationError):
        rule_rows(text, ("albums", 0))


def test_what_an_album_says_beside_its_rule_is_there_as_it_is_written() -> None:
    text = """\
albums:
  - name: A
    share:
      - user: bob@example.org   # grandpa
        role: viewer
    match: {rating: 5}
    keep: in-step   # always
"""
    assert album_settings(text, ("albums", 0)) == [
        "share:\n  - user: bob@example.org   # grandpa\n    role: viewer",
        "keep: in-step",
    ]
    assert album_settings("albums: [{name: A, match: {rating: 5}, keep: in-step}]", ("albums", 0)) == ["keep: in-step"]
    assert album_settings("albums: [A]", ("albums", 0)) == []
    assert album_settings("albums: []", ("albums", 0)) == []
