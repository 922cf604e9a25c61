"""`was` in an album's entry: the name that its rule had before."""

from __future__ import annotations

import unicodedata

import pytest

from tests.support.rules_files import album, book, problems


def entry(name: str, was: str, more: str = "") -> str:
    return f'- {{name: "{name}", match: {{favorite: true}}, was: {was}{more}}}'


@pytest.mark.parametrize("was", ["Best", '" Best "', "Best of 2024"])
def test_a_rule_says_what_it_was(was: str) -> None:
    result = album(f"was: {was}")
    assert (result.was, result.is_new) == (was.strip('" '), False)


def test_the_form_of_the_name_does_not_count() -> None:
    assert album(f"was: {unicodedata.normalize('NFD', 'Büro')}").was == unicodedata.normalize("NFC", "Büro")


def test_a_rule_says_that_it_goes_on_with_none() -> None:
    assert (album("was: none").was, album("was: none").is_new) == (None, True)
    assert (album().was, album().is_new) == (None, False)
    two = f"albums:\n{entry('A', 'none')}\n{entry('B', 'none')}"
    assert [rule.is_new for rule in book(two).albums] == [True, True]


@pytest.mark.parametrize("was", ["", "[Best]", '""'])
def test_what_is_no_name_is_told(was: str) -> None:
    ((where, message),) = problems(f"albums:\n{entry('Kids', was)}")
    assert where.startswith("1.yaml:2:")
    assert message.startswith("the name that the rule had before, or none, is expected here, not ")


def test_a_rule_that_is_still_there_was_no_other_one() -> None:
    text = f"albums:\n- {{name: Best, match: {{favorite: true}}}}\n{entry('Kids', 'Best')}"
    assert problems(text) == [("1.yaml:3:48", "there still is a rule 'Best', at 1.yaml:2:10")]


def test_a_rule_may_have_had_its_own_name_in_another_account() -> None:
    assert album("was: Kids").was == "Kids"


def test_two_rules_cannot_have_been_the_same() -> None:
    text = f"albums:\n{entry('One', 'Best')}\n{entry('Two', 'Best')}"
    assert problems(text) == [("1.yaml:3:47", "two rules were 'Best' before, the other one at 1.yaml:2:47")]


def test_a_split_was_split_in_the_same_way() -> None:
    def of_split(was: str) -> str:
        return "albums:\n" + entry("{year} in {city}", was, ", split: [year, city]")

    (result,) = book(of_split("'{city} ({year})'")).albums
    assert result.was == "{city} ({year})"
    ((_, message),) = problems(of_split("'{year}'"))
    assert message == "the album is split, and '{year}' was not split in the same way"
    (result,) = book(of_split("none")).albums
    assert result.is_new
    ((_, message),) = problems("albums:\n- {match: {favorite: true}, was: A, split: year}")
    assert message == "this album has no name"
