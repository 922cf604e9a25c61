"""What clicks mean, as edits of a rules file."""

from __future__ import annotations

from datetime import UTC, date
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.config.editing.albums import (
    PhotoFacts,
    add_album,
    album_entry,
    match_from_photo,
    set_word,
)
from immich_smart_albums.config.editing.draft import read_value
from immich_smart_albums.config.editing.match import add_condition, exclude, negate, regroup, remove, set_value
from immich_smart_albums.config.editing.photos import always, first_bad_one, last_good_one, more_like_this, never
from immich_smart_albums.config.yaml.data import load
from immich_smart_albums.config.yaml.emit import Unquoted
from immich_smart_albums.config.yaml.patch import patch
from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.errors import EditRefused
from immich_smart_albums.rules.rules_file.rules_file import read_rules
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.reader import Reader

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.config.yaml.data import Edit
    from immich_smart_albums.config.yaml.emit import Plain

pytestmark = pytest.mark.untraced  # others go the same ways

A, B, C, D = (f"8fbe472e-7463-4d97-ae2d-3efb3270e15{n}" for n in range(4))
ALBUM = ("albums", 0)
MATCH = (*ALBUM, "match")
HEAD = "albums:\n  - name: X  # mine\n    match:"


def change(match: str, click: Callable[[Plain], list[Edit]]) -> str:
    """The match of an album after a click; the file is one that can be read before and after."""
    text = HEAD + match
    readable(text)
    made = patch(text, click(load(text))).text
    readable(made)
    assert made.startswith(HEAD)
    return made.removeprefix(HEAD)


def readable(text: str) -> None:
    diagnostics = Diagnostics()
    value = read_yaml("rules.yaml", text.encode(), diagnostics)
    assert value is not None
    assert read_rules([value], Reader(diagnostics, date(2024, 5, 31), UTC)) is not None, diagnostics.problems
    assert diagnostics.problems == []


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" {person: Emma}  # she\n", f" {{person: Emma, not: [{{photo: [{A}]}}]}}  # she\n"),
        ("\n      person: Emma  # she\n", f"\n      person: Emma  # she\n      not:\n        - photo: [{A}]\n"),
        (
            f"\n      person: Emma\n      not:\n      - photo: {B}\n",
            f"\n      person: Emma\n      not:\n      - photo: [{B}, {A}]\n",
        ),
        (f" {{person: Emma, not: {{photo: [{B}]}}}}\n", f" {{person: Emma, not: {{photo: [{B}, {A}]}}}}\n"),
        (" {person: Emma, not: {tag: x}}\n", f" {{person: Emma, not: {{tag: x, photo: [{A}]}}}}\n"),
        (f" {{person: Emma, not: {{photo: [https://h/photos/{A}]}}}}\n", None),
        (
            f"\n      any:\n        - person: Emma\n        - photo: [{B}, {A}]\n",
            f"\n      any:\n        - person: Emma\n        - photo: [{B}]\n      not:\n        - photo: [{A}]\n",
        ),
        (
            f"\n      any:\n        - person: Emma\n        - photo: [{A}]\n",
            f"\n      any:\n        - person: Emma\n      not:\n        - photo: [{A}]\n",
        ),
    ],
)
def test_never_in_this_album(before: str, after: str | None) -> None:
    assert change(before, lambda rules: never(rules, ALBUM, A)) == (before if after is None else after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" {person: Emma}  # she\n", f"\n      any:\n        - {{person: Emma}}  # she\n        - photo: [{A}]\n"),
        (
            "\n      person: Emma  # she\n      not:\n        - tag: x\n",
            (
                "\n      any:\n        - person: Emma  # she\n          not:\n            - tag: x\n"
                f"        - photo: [{A}]\n"
            ),
        ),
        (f" {{any: [{{person: Emma}}, {{photo: {B}}}]}}\n", f" {{any: [{{person: Emma}}, {{photo: [{B}, {A}]}}]}}\n"),
        (
            f" {{any: {{person: Emma}}, not: {{photo: [{A}, {B}]}}}}\n",
            f" {{any: {{person: Emma, photo: [{A}]}}, not: {{photo: [{B}]}}}}\n",
        ),
        (f" {{any: [{{person: Emma}}], not: [{{photo: {A}}}]}}\n", f" {{any: [{{person: Emma}}, {{photo: [{A}]}}]}}\n"),
        (f" {{photo: {B}}}\n", f" {{photo: [{B}, {A}]}}\n"),
        (f" {{any: [{{person: Emma}}, {{photo: [{A}]}}]}}\n", None),
    ],
)
def test_always_in_this_album(before: str, after: str | None) -> None:
    assert change(before, lambda rules: always(rules, ALBUM, A)) == (before if after is None else after)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" {person: Emma}\n", f"\n      any:\n        - {{person: Emma}}\n        - smart: {{like: {A}}}\n"),
        (
            " {any: [{person: Emma}], not: {tag: x}}\n",
            f" {{any: [{{person: Emma}}, {{smart: {{like: {A}}}}}], not: {{tag: x}}}}\n",
        ),
        (" {any: {person: Emma}}\n", f" {{any: {{person: Emma, smart: {{like: {A}}}}}}}\n"),
        (" {any: {smart: dog}}\n", f" {{any: {{smart: [dog, {{like: {A}}}]}}}}\n"),
        # What is left out holds for the photos that are like this one as well.
        (
            "\n      person: Emma\n      not:\n        - tag: x  # private\n",
            (
                "\n      not:\n        - tag: x  # private\n      any:\n        - person: Emma\n"
                f"        - smart: {{like: {A}}}\n"
            ),
        ),
    ],
)
def test_more_like_this(before: str, after: str) -> None:
    assert change(before, lambda rules: more_like_this(rules, ALBUM, A)) == after


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (" {smart: a dog}\n", f" {{smart: {{query: a dog, until: {B}}}}}\n"),
        (" {smart: dog@500}\n", f" {{smart: {{query: dog, until: {B}}}}}\n"),
        (
            "\n      smart:\n        query: dog\n        top: 300  # enough\n",
            f"\n      smart:\n        query: dog\n        # enough\n        until: {B}\n",
        ),
        (f" {{smart: {{query: dog, until: {A}}}}}\n", f" {{smart: {{query: dog, until: [{A}, {B}]}}}}\n"),
        (f" {{smart: {{query: dog, until: [{D}]}}}}\n", f" {{smart: {{query: dog, until: [{B}]}}}}\n"),
        (f" {{smart: {{query: dog, until: [{A}, {C}]}}}}\n", f" {{smart: {{query: dog, until: [{A}, {B}]}}}}\n"),
        (f" {{smart: {{query: dog, until: {B}}}}}\n", f" {{smart: {{query: dog, until: {B}}}}}\n"),
    ],
)
def test_the_last_good_one_and_the_first_bad_one(before: str, after: str) -> None:
    search, ranking = (*MATCH, "smart"), [A, B, C, D]
    assert change(before, lambda rules: last_good_one(rules, search, B, ranking)) == after
    assert change(before, lambda rules: first_bad_one(rules, search, C, ranking)) == after


@pytest.mark.parametrize(
    ("before", "path", "after"),
    [
        (" {person: Emma, tag: x}\n", ("tag",), " {person: Emma, not: [{tag: x}]}\n"),
        (" {person: Emma, not: [{tag: x}]}\n", ("not", 0, "tag"), " {person: Emma, tag: x}\n"),
        (
            " {person: Emma, not: {tag: x, place: Nice}}\n",
            ("not", "tag"),
            " {person: Emma, not: {place: Nice}, tag: x}\n",
        ),
        (
            " {person: Emma, tag: y, not: {tag: x}}\n",
            ("tag",),
            " {person: Emma, not: {tag: x}, all: [{not: {tag: y}}]}\n",
        ),
        (" {person: Emma, tag: y, not: {tag: x}}\n", ("not", "tag"), " {person: Emma, tag: y, all: [{tag: x}]}\n"),
        (" {any: [{person: Emma}, {tag: x}]}\n", ("any", 1, "tag"), " {any: [{person: Emma}, {not: [{tag: x}]}]}\n"),
    ],
)
def test_a_condition_is_turned_round(before: str, path: tuple[str | int, ...], after: str) -> None:
    assert change(before, lambda rules: negate(rules, (*MATCH, *path))) == after


def test_conditions_are_added_changed_and_taken_out() -> None:
    def added(before: str, *group: str | int) -> str:
        return change(before, lambda rules: add_condition(rules, (*MATCH, *group), "tag", "new"))

    assert added(" {person: Emma}\n") == " {person: Emma, tag: new}\n"
    assert added(" {tag: x}\n") == " {tag: x, all: [{tag: new}]}\n"
    assert added(" {tag: x, all: {tag: y}}\n") == " {tag: x, all: {tag: y, all: [{tag: new}]}}\n"
    assert added(" {any: [{tag: x}]}\n", "any") == " {any: [{tag: x}, {tag: new}]}\n"
    assert added(" {any: [{tag: x}]}\n", "any", 0) == " {any: [{tag: x, all: [{tag: new}]}]}\n"

    def taken_out(before: str, *path: str | int) -> str:
        return change(before, lambda rules: remove(rules, (*MATCH, *path)))

    assert taken_out(" {any: [{tag: x}], person: Emma}\n", "any", 0, "tag") == " {person: Emma}\n"
    assert taken_out(" {tag: [x, y]}\n", "tag", 0) == " {tag: [y]}\n"
    with pytest.raises(EditRefused, match="nothing would say what belongs in this album"):
        taken_out(" {any: [{tag: x}]}\n", "any", 0, "tag")
    assert (
        change(" {any: [{tag: x}]}\n", lambda rules: regroup(rules, (*MATCH, "any"), "not")) == " {not: [{tag: x}]}\n"
    )
    assert change(" {tag: x}\n", lambda rules: exclude(rules, MATCH, "tag", "z")) == " {tag: x, not: [{tag: z}]}\n"
    value = read_value("{min: 4}")
    assert change(" {rating: 5 # best\n }\n", lambda rules: set_value(rules, (*MATCH, "rating"), value)) == (
        " {rating: {min: 4} # best\n }\n"
    )


@pytest.mark.parametrize(
    ("match", "click", "message"),
    [
        (f" {{any: [{{photo: {A}}}]}}\n", lambda rules: never(rules, ALBUM, A), "without this photo the rule"),
        (" {not: {tag: x}}\n", lambda rules: more_like_this(rules, ALBUM, A), "this rule only leaves out"),
        (" {smart: dog}\n", lambda rules: last_good_one(rules, (*MATCH, "smart"), A, [B]), "the search does not rank"),
        (" {smart: dog}\n", lambda rules: first_bad_one(rules, (*MATCH, "smart"), A, [B]), "the search does not rank"),
        (" {smart: dog}\n", lambda rules: first_bad_one(rules, (*MATCH, "smart"), B, [B]), "no photo ranks above"),
        (
            " {smart: [dog]}\n",
            lambda rules: last_good_one(rules, (*MATCH, "smart"), A, [A]),
            "there is no smart search",
        ),
        (" {any: [{tag: x}]}\n", lambda rules: negate(rules, (*MATCH, "any")), "only a single condition"),
        (" {tag: x}\n", lambda rules: regroup(rules, (*MATCH, "tag"), "any"), "tag is no group"),
        (
            " {any: [{tag: x}], not: {tag: y}}\n",
            lambda rules: regroup(rules, (*MATCH, "any"), "not"),
            "there is not already",
        ),
        (" {tag: x}\n", lambda rules: never(rules, ("albums", 4), A), "there is no match where one was"),
        (" {tag: x}\n", lambda rules: set_word(rules, ALBUM, "shares", "x"), "an album has no word 'shares'"),
        (" {tag: x}\n", lambda rules: set_word(rules, ALBUM, "match", None), "an album needs its match"),
        (
            " {tag: x}\n",
            lambda rules: set_value(rules, MATCH, read_value("a: b: c")),
            "a mapping cannot begin in the middle",
        ),
        (
            " {tag: x}\n",
            lambda rules: set_value(rules, MATCH, match_from_photo(PhotoFacts(), {"day"})),
            "nothing of this photo was ticked",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(match: str, click: Callable[[Plain], list[Edit]], message: str) -> None:
    with pytest.raises(EditRefused) as refused:
        change(match, click)
    assert refused.value.message.startswith(message)


def test_a_rule_begins_with_a_photo() -> None:
    facts = PhotoFacts(("Emma", "Noah"), "Nice", "France", date(2024, 5, 12), "Canon", "R6", "/photos/2024 (May)")
    match = match_from_photo(facts, {"people", "place", "day", "camera", "folder"})
    assert match == {
        "people": {"all": ["Emma", "Noah"]},
        "place": {"city": "Nice", "country": "France"},
        "taken": "2024-05-12",
        "camera": "R6",
        "path": r"^/photos/2024 \(May\)/",
    }
    assert match_from_photo(PhotoFacts(("Emma",)), {"people", "day"}) == {"person": "Emma"}
    text = patch("# mine\n", add_album({}, album_entry("New", match))).text
    readable(text)
    more = patch(text, add_album(load(text), album_entry("Old", {"person": "Emma"}, album_id=A))).text
    readable(more)
    assert more == (
        "# mine\nalbums:\n  - name: New\n    match:\n      people: {all: [Emma, Noah]}\n"
        "      place: {city: Nice, country: France}\n      taken: 2024-05-12\n      camera: R6\n"
        "      path: '^/photos/2024 \\(May\\)/'\n"
        f"  - name: Old\n    id: {A}\n    match: {{person: Emma}}\n"
    )


def test_words_of_an_album_come_and_go() -> None:
    assert change(" {tag: x}\n", lambda rules: set_word(rules, ALBUM, "share", Unquoted("none"))) == (
        " {tag: x}\n    share: none\n"
    )
    assert change(" {tag: x}\n    keep: in-step\n", lambda rules: set_word(rules, ALBUM, "keep", None)) == " {tag: x}\n"
    assert change(" {tag: x}\n", lambda rules: set_word(rules, ALBUM, "keep", None)) == " {tag: x}\n"
