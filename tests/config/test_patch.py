"""Edits of rules files: they say what was meant, and everything else stays as it was written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.config.yaml.data import Edit, Insert, Put, Remove, Rename, Wrap, edited, load, same, value_at
from immich_smart_albums.config.yaml.emit import Unquoted
from immich_smart_albums.config.yaml.nodes import YamlMapping, YamlSequence, lay_out
from immich_smart_albums.config.yaml.patch import patch
from immich_smart_albums.errors import EditRefused
from tests.support.examples import examples
from tests.support.random_rules_files import document, value

if TYPE_CHECKING:
    from random import Random

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Path


def paths(data: Plain, path: Path = ()) -> list[Path]:
    """The ways to all values."""
    result = [path] if path else []
    if isinstance(data, dict):
        return result + [inner for word, entry in data.items() for inner in paths(entry, (*path, word))]
    if isinstance(data, list):
        return result + [inner for place, item in enumerate(data) for inner in paths(item, (*path, place))]
    return result


def random_edit(chance: Random, data: Plain) -> Edit:
    """An edit somewhere."""
    path = chance.choice(paths(data))
    there = value_at(data, path)
    new = value(chance, chance.randint(0, 2))
    kind = chance.randint(0, 6)
    if kind == 0 and isinstance(there, dict):
        return Put((*path, "new-word"), new)
    if kind == 1 and isinstance(there, list):
        return Insert((*path, chance.randint(0, len(there))), new)
    if kind == 2:
        return Remove(path)
    if kind == 3:
        return Wrap(path, "any", (new,))
    if kind == 4 and isinstance(path[-1], str):
        return Rename(path, f"word-{chance.randint(1, 99)}")
    return Put(path, new)


def comments(text: str) -> list[str]:
    layout = lay_out(text)
    return sorted(layout.text[start:end].rstrip() for start, end in layout.comments)


def parent_of(text: str, path: Path) -> tuple[int, int]:
    """Where the list or mapping that has what is at a path begins and ends."""
    node = lay_out(text).root
    for step in path[:-1]:
        if isinstance(node, YamlMapping):
            result = node.find(step)
            assert result is not None
            node = result[1]
        else:
            assert isinstance(node, YamlSequence)
            node = node.items[int(step)]
    assert node is not None
    return node.start, node.end


@settings(max_examples=examples(30), deadline=None)
@given(st.randoms(use_true_random=False))
def test_random_edits_of_random_files_say_what_is_meant_and_keep_the_rest(chance: Random) -> None:
    text = document(chance)
    data = load(text)
    for _ in range(3):
        if data == {}:
            break
        edit = random_edit(chance, data)
        made = patch(text, [edit])
        data = edited(data, edit)
        assert same(load(made.text), data)
        assert comments(made.text) == comments(text)
        # The lines before and after what was edited are the same bytes; what is outside of the spans was there.
        # Without its only entry a block is gone as well, and its parent is what changes.
        start, end = parent_of(text, edit.path[:-1] if isinstance(edit, Remove) and len(edit.path) > 1 else edit.path)
        before, after = text[: text.rfind("\n", 0, start) + 1], text[text.find("\n", end) :]
        assert made.text.startswith(before)
        assert made.text.endswith(after if "\n" in text[end:] else "")
        outside, position = [], 0
        for first, last in made.spans:
            outside.append(made.text[position:first])
            position = last
        place = 0
        for piece in [*outside, made.text[position:]]:
            place = text.index(piece, place) + len(piece)
        text = made.text


@pytest.mark.parametrize(
    ("before", "edit", "after"),
    [
        pytest.param(
            "albums:\n- name: A # mine\n  match: {person: 'Emma'} # all\n",
            Put(("albums", 0, "match", "person"), "Noah"),
            "albums:\n- name: A # mine\n  match: {person: 'Noah'} # all\n",
            id="a text keeps its quotes",
        ),
        pytest.param(
            "match:\n    # the kids\n    person: [Emma]  # and Noah?\n    # later: x\n",
            Put(("match", "person"), ["Emma", "Noah"]),
            "match:\n    # the kids\n    person: [Emma, Noah]  # and Noah?\n    # later: x\n",
            id="a list grows",
        ),
        pytest.param(
            "match:\n  person:\n  - Emma  # one\n  - Noah  # two\n",
            Put(("match", "person"), ["Emma", "Ada", "Noah"]),
            "match:\n  person:\n  - Emma  # one\n  - Ada\n  - Noah  # two\n",
            id="in the middle",
        ),
        pytest.param(
            "match:\r\n  smart:\r\n    query: dog\r\n",
            Put(("match", "smart", "until"), ["a", "b"]),
            "match:\r\n  smart:\r\n    query: dog\r\n    until: [a, b]\r\n",
            id="line ends of Windows",
        ),
        pytest.param(
            "\ufeffname: A",
            Put(("share",), Unquoted("none")),
            "\ufeffname: A\nshare: none",
            id="a byte order mark, and no line feed at the end",
        ),
        pytest.param(
            "albums:\n  - name: A\n    match: {person: Emma}\n\n  - name: B\n    match: {person: Noah}\n\n# the end\n",
            Insert(("albums", 2), {"name": "C", "match": {"person": "Ada", "not": [{"photo": ["x"]}]}}),
            "albums:\n  - name: A\n    match: {person: Emma}\n\n  - name: B\n    match: {person: Noah}\n\n"
            "  - name: C\n    match:\n      person: Ada\n      not:\n        - photo: [x]\n\n# the end\n",
            id="a new album, with the empty line that others have between them",
        ),
        pytest.param(
            "# nothing yet\n", Put(("albums",), [{"name": "A"}]), "# nothing yet\nalbums:\n  - name: A\n", id="empty"
        ),
        pytest.param("", Put(("albums",), []), "albums: []\n", id="nothing at all"),
        pytest.param(
            "not:\n  - tag: private # really\n  - tag: work\n",
            Remove(("not", 0)),
            "not:\n  # really\n  - tag: work\n",
            id="the comment of what goes stays",
        ),
        pytest.param(
            "- a: 1 # x\n  b: 2\n",
            Remove((0, "a")),
            "-\n  # x\n  b: 2\n",
            id="the first of an item goes, its comment stays",
        ),
        pytest.param(
            "match:\n  person: Emma # she\n  text: |\n    one\n      two\n\n# end\n",
            Wrap(("match",), "any", ({"photo": ["x"]},)),
            "match:\n  any:\n    - person: Emma # she\n      text: |\n        one\n          two\n"
            "    - photo: [x]\n\n# end\n",
            id="a match becomes the first of several",
        ),
        pytest.param(
            "match: {person: Emma} # she\nshare: none\n",
            Wrap(("match",), "any", ({"photo": ["x"]},)),
            "match:\n  any:\n    - {person: Emma} # she\n    - photo: [x]\nshare: none\n",
            id="one on one line as well",
        ),
        pytest.param("any: # what\n  - a: 1\n", Rename(("any",), "all"), "all: # what\n  - a: 1\n", id="another word"),
        pytest.param(
            "a: &x {b: 1}\nc: *x\n", Put(("c",), {"b": 2}), "a: &x {b: 1}\nc: {b: 2}\n", id="an alias gives way"
        ),
        pytest.param(
            "a: &x\n  b: 1\n",
            Put(("a", "c"), Unquoted("2")),
            "a: &x\n  b: 1\n  c: 2\n",
            id="an anchor that nothing repeats",
        ),
        pytest.param(
            "a: &x {b: 1}\nc: {<<: *x}\n",
            Put(("c", "b"), 2),
            "a: &x {b: 1}\nc: {<<: *x, b: 2}\n",
            id="own words beside <<",
        ),
    ],
)
def test_an_edit_is_the_smallest_piece_of_text(before: str, edit: Edit, after: str) -> None:
    assert patch(before, [edit]).text == after


@pytest.mark.parametrize(
    ("text", "edit", "message"),
    [
        ("a: &x {b: 1}\nc: *x\n", Put(("a", "b"), 2), "what is marked &x near line 1 is repeated by *x"),
        ("a: &x {b: 1}\nc: *x\n", Put(("c", "b"), 2), "*x in line 2 repeats what is written elsewhere"),
        ("a: &x {b: 1}\nc: *x\n", Remove(("a",)), "what is marked &x near line 1 is repeated by *x"),
        ("a: {d: &x 1}\nc: *x\n", Remove(("a",)), "what is marked &x near line 1 is repeated by *x"),
        ("a: &x {b: 1}\nc: {<<: *x}\n", Remove(("c", "b")), "b comes from << in line 2, and is written elsewhere"),
        ("a: 1\n", Remove(("b",)), "there is nothing at b any more"),
        ("a: [1]\n", Remove(("a", 3)), "there is nothing at a → 4 any more"),
        ("a: [1]\n", Put(("a", 0, "b"), 2), "there is nothing at a → 1 → b any more"),
        ("a: 1\nb: 2\n", Rename(("a",), "b"), "there is b already beside a"),
        ("a: |+\n  x\n\n# c\n", Put(("b",), "y"), "line 2 is written in a way in which it cannot be changed"),
    ],
)
def test_what_cannot_be_changed_without_loss_is_refused(text: str, edit: Edit, message: str) -> None:
    with pytest.raises(EditRefused) as refused:
        patch(text, [edit])
    assert refused.value.message.startswith(message)


def test_the_spans_of_several_edits_are_those_of_the_last_text() -> None:
    made = patch("a: 1\nb: 2\nc: 3\n", [Put(("c",), 33), Put(("a",), 11), Remove(("b",))])
    assert made.text == "a: 11\nc: 33\n"
    assert [made.text[start:end] for start, end in made.spans] == ["11", "", "33"]


def test_what_is_said_already_changes_nothing() -> None:
    text = "a: 'x' # y\n"
    assert patch(text, [Put(("a",), "x")]).text == text
