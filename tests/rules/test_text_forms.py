"""One text in two forms: names of a rules file, paths into records, and what is near to a misspelt name."""

from __future__ import annotations

import unicodedata

import pytest

from immich_smart_albums.model.text.forms import bare, folded, nfc, same_name, spellings
from immich_smart_albums.rules.local_filters.jsonpath import compile_path
from immich_smart_albums.rules.split import SPLIT_KEYS
from immich_smart_albums.rules.syntax.diagnostics import nearest
from immich_smart_albums.rules.tree import Reference, leaves
from tests.support.rules_files import album, book, problems

COMPOSED, APART = "B\u00fcro", "Bu\u0308ro"
BOTH = pytest.mark.parametrize(("one", "other"), [(COMPOSED, APART), (APART, COMPOSED)])


def test_texts_are_folded_as_far_as_they_are_said_to_be() -> None:
    assert nfc(APART) == COMPOSED
    assert folded(f"  {APART.upper()}  1") == "b\u00fcro 1"
    assert folded("Stra\u00dfe") == folded("STRASSE")
    assert folded("\u01f0") == folded("J\u030c")
    assert bare("S\u00c3O PAULO") == bare("sa\u0303o  paulo") == "sao paulo"
    assert bare("\u0e40\u0e0a\u0e35\u0e22\u0e07") == "\u0e40\u0e0a\u0e35\u0e22\u0e07"  # vowels of Thai are no accents
    assert spellings("abc") == ("abc",)
    assert spellings(APART) == (APART, COMPOSED)
    assert same_name(f" {APART}", COMPOSED)
    assert not same_name("b\u00fcro", COMPOSED)


@BOTH
def test_names_of_a_rules_file_are_compared_in_one_form(one: str, other: str) -> None:
    result = book(
        f"people: {{{one}: [Ada, Ben]}}\nplaces: {{{one}: {{lat: 1, lon: 2, radius: 1km}}}}\n"
        f"accounts: {{{one}: {{key_env: KEY}}}}\n"
        f"albums: [{{name: {one}, accounts: {other}, match: {{person: {other}, near: {other}}}}}]"
    )
    (only,) = result.albums
    assert (only.name, only.accounts, result.accounts[0].name) == (COMPOSED, (COMPOSED,), COMPOSED)
    assert [leaf.names for leaf in leaves(only.rule.match) if isinstance(leaf, Reference)] == [("Ada",), ("Ben",)]
    twins = f"albums: [{{name: {one}, match: {{favorite: true}}}}, {{name: {other}, match: {{favorite: true}}}}]"
    assert "there is an album with the name" in problems(twins)[0][1]
    circle = "{lat: 1, lon: 2, radius: 1km}"
    for twice in (
        f"places: {{{one}: {circle}, {other}: {circle}}}",
        f"accounts: {{{one}: {{key_env: A}}, {other}: {{key_env: B}}}}",
    ):
        assert "already, only encoded in another way" in problems(twice)[0][1]
    some = "albums: [{name: x, match: {favorite: true}"
    assert "named twice" in problems(f"{some}, share: [{one}, {other}]}}]")[0][1]
    assert "there is a group" in problems(f"people: {{{one}: [Ada], {other}: [Ben]}}\n{some}}}]")[0][1]


@BOTH
def test_a_misspelt_name_is_near_in_either_form(one: str, other: str) -> None:
    assert nearest(f"{one}x", [other]) == [other]


@BOTH
def test_a_split_has_one_album_for_both_forms(one: str, other: str) -> None:
    for word, record in (
        ("city", lambda text: {"exifInfo": {"city": text}}),
        ("person", lambda text: {"people": [{"name": text}]}),
        ("camera", lambda text: {"exifInfo": {"model": text}}),
    ):
        assert SPLIT_KEYS[word].values(record(one)) == SPLIT_KEYS[word].values(record(other)) == (COMPOSED,)
    assert album(name=f"{one} {{year}}", settings="split: year").name == f"{COMPOSED} {{year}}"


@BOTH
def test_filters_in_a_path_compare_in_one_form(one: str, other: str) -> None:
    record = {"people": [{"name": other, "id": 1}]}
    for condition in (f"@.name == '{one}'", f"match(@.name, '{one}')", f"search(@.name, '^{one}$')"):
        assert compile_path(f"$.people[?{condition}].id").values(record) == [1]
    assert compile_path(f"$.people[?@.name != '{one}'].id").values(record) == []
    assert compile_path("$.people[?@.id == 1].name").values(record) == [other]


def test_the_forms_here_are_what_they_seem() -> None:
    assert unicodedata.normalize("NFD", COMPOSED) == APART
