"""Rules that are deleted from their file: all else stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.config.editing.deleting import delete_album
from immich_smart_albums.config.yaml.data import Remove, edited, load, same
from immich_smart_albums.config.yaml.nodes import lay_out
from immich_smart_albums.errors import EditRefused
from tests.support.examples import examples
from tests.support.random_rules_files import document

if TYPE_CHECKING:
    from random import Random

FILE = """\
# Ours.
albums:   # all of them
  # The kids, as grandma likes them.
  - name: Kids   # and nobody else
    match:
      # both of them
      person: [Emma, Noah]
    # later: share

  # Old ones stay out of this.

  # A search.
  - name: Dogs
    match: {tag: dog}

# The end.
"""

WITHOUT_KIDS = """\
# Ours.
albums:   # all of them
  # Old ones stay out of this.

  # A search.
  - name: Dogs
    match: {tag: dog}

# The end.
"""

WITHOUT_DOGS = """\
# Ours.
albums:   # all of them
  # The kids, as grandma likes them.
  - name: Kids   # and nobody else
    match:
      # both of them
      person: [Emma, Noah]
    # later: share

  # Old ones stay out of this.

# The end.
"""


def comments(text: str) -> set[str]:
    layout = lay_out(text)
    return {layout.text[start:end].rstrip() for start, end in layout.comments}


@settings(max_examples=examples(25), deadline=None)
@given(st.randoms(use_true_random=False))
def test_without_an_album_a_file_says_the_rest_and_has_all_other_comments(chance: Random) -> None:
    text = document(chance)
    data = load(text)
    while isinstance(data, dict) and isinstance(albums := data.get("albums"), list):
        place = chance.randrange(len(albums))
        deletion = delete_album(text, place)
        path = ("albums", place) if len(albums) > 1 else ("albums",)
        assert same(load(deletion.text), edited(data, Remove(path)))
        # Of comments, which all differ, those of the album go, and no other; of lines none is new.
        assert comments(text) - comments(deletion.text) == comments(deletion.gone or "x: y")
        if deletion.gone:
            lines = iter(text.splitlines())
            assert all(any(line in former for former in lines) for line in deletion.text.splitlines())
        text, data = deletion.text, load(deletion.text)


@pytest.mark.parametrize(
    ("before", "place", "after"),
    [
        pytest.param(FILE, 0, WITHOUT_KIDS, id="the first, with what is said of it"),
        pytest.param(FILE, 1, WITHOUT_DOGS, id="the last"),
        pytest.param(
            "albums: # all\n  # Said of both.\n\n  - name: A\n# The end.\n",
            0,
            "# all\n  # Said of both.\n\n# The end.\n",
            id="the only one, whose list goes with it",
        ),
        pytest.param("server: x\nalbums:\n- name: A\npeople: {}\n", 0, "server: x\npeople: {}\n", id="between others"),
        pytest.param("albums:\n- name: A", 0, "", id="all that there was"),
        pytest.param("albums: [{name: A}, {name: B}]\n", 1, "albums: [{name: A}]\n", id="between brackets"),
        pytest.param(
            "\ufeffalbums:\r\n- name: A\r\n\r\n- name: B\r\n", 0, "\ufeffalbums:\r\n- name: B\r\n", id="Windows"
        ),
        pytest.param("albums:\n- name: |+\n    A\n\n\n- name: B\n", 1, "albums:\n- name: |+\n    A\n\n\n", id="a text"),
        pytest.param("albums:\n- &a {name: A}\n- *a\n", 1, "albums:\n- &a {name: A}\n", id="one that repeats another"),
        pytest.param("albums:\n- name: &a A\n  id: *a\n- name: B\n", 0, "albums:\n- name: B\n", id="its own anchor"),
    ],
)
def test_the_lines_of_an_album_go_and_no_others(before: str, place: int, after: str) -> None:
    assert delete_album(before, place).text == after


@pytest.mark.parametrize(
    ("text", "place", "message"),
    [
        ("albums:\n- name: A\n  match: &m {tag: x}\n- match: *m\n", 0, r"as &m near line 3 is used by \*m in line 4"),
        ("albums:\n- match: &m {tag: x}\n- match: {<<: *m}\n", 0, r"as &m near line 2 is used by \*m in line 3"),
        ("albums:\n- name: A\n", 1, "not in the file any more"),
        ("server: x\n", 0, "not in the file any more"),
        ("x-a: &a [{name: A}]\nalbums: *a\n", 0, r"\*a in line 2 repeats what is written elsewhere"),
    ],
)
def test_an_album_of_which_others_need_a_part_stays(text: str, place: int, message: str) -> None:
    with pytest.raises(EditRefused, match=message):
        delete_album(text, place)
