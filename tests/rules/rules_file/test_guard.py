"""How much a run may take out or add, as a rules file says it."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.album import Guard
from immich_smart_albums.rules.rules_file.guard import guard_words
from tests.support.rules_files import album, book


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("{}", Guard()),
        ("{add: 10}", Guard(add=10)),
        ("{add: unlimited}", Guard()),
        ("{remove: 30 %}", Guard(remove_share=0.3, remove=None)),
        ("{remove: 12.5%}", Guard(remove_share=0.125, remove=None)),
        ("{remove: 0}", Guard(remove_share=None, remove=0)),
        ("{remove: [100, 5 %]}", Guard(remove_share=0.05, remove=100)),
        ("{remove: unlimited}", Guard(remove_share=None, remove=None)),
        ("{empty: allow}", Guard(allow_empty=True)),
        ("{empty: refuse, remove: 5}", Guard(remove_share=None, remove=5)),
    ],
)
def test_guards(guard: str, expected: Guard) -> None:
    assert album(f"guard: {guard}").guard == expected


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        (Guard(), "{remove: [30 %, 500], add: unlimited, empty: refuse}"),
        (Guard(remove_share=None, remove=7, add=100), "{remove: [7], add: 100, empty: refuse}"),
        (Guard(remove_share=None, remove=None, allow_empty=True), "{remove: unlimited, add: unlimited, empty: allow}"),
    ],
)
def test_guards_are_written_as_they_are_read(guard: Guard, words: str) -> None:
    assert guard_words(guard, ("remove", "add", "empty")) == words
    assert album(f"guard: {words}").guard == guard


def test_a_guard_of_the_run() -> None:
    text = "guard: {remove: 5 %, add: 3000}\nalbums: [{name: Kids, match: {favorite: true}}]"
    assert book(text).guard == Guard(remove_share=0.05, remove=None, add=3000)
