"""JSON as the input has it, and where its problems are."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.payload.json_text import name_of_type, read_json
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics, did_you_mean, nearest
from immich_smart_albums.rules.syntax.source import SourceForm
from tests.support.payloads import problem, source


def test_broken_json_in_a_file_is_told_with_line_column_and_caret() -> None:
    text = '{\n  "city": "Nice",\n  "make": Apple\n}\n'
    result = problem(text, form=SourceForm.FILE)
    assert result.where == "filters/x.json:3:11"
    assert result.message == "broken JSON: Expecting value"
    assert result.excerpt == '  "make": Apple\n          ^'


def test_broken_json_on_the_command_line_is_told_with_its_column() -> None:
    result = problem('{"city": "Nice",}')
    assert result.where == "--flag, column 17"
    assert result.excerpt == '{"city": "Nice",}\n                ^'


def test_json_that_ends_too_early_is_marked_at_its_last_line() -> None:
    result = problem('{"city": "Nice"\n\n\n', form=SourceForm.FILE)
    assert result.where == "filters/x.json:1:16"
    assert result.excerpt == '{"city": "Nice"\n               ^'


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_tabs_and_foreign_line_ends_do_not_move_the_caret(line_end: str) -> None:
    result = problem('{\n\t"c\u2028ty":\tNice\n}'.replace("\n", line_end), form=SourceForm.FILE)
    assert result.where == "filters/x.json:2:10"
    assert result.excerpt == ' "c ty": Nice\n         ^'


def test_a_long_inline_value_is_cut_around_the_place() -> None:
    result = problem('{"city": "' + "x" * 500 + '", "make": Apple, "model": "' + "y" * 500 + '"}')
    assert result.excerpt is not None
    line, caret = result.excerpt.split("\n")
    assert len(line) <= 90
    assert line[caret.index("^") :].startswith("Apple")


@pytest.mark.parametrize("text", ["", "  ", "\n\n"])
def test_an_empty_file_is_told_as_such(text: str) -> None:
    result = problem(text, form=SourceForm.FILE)
    assert (result.where, result.message) == ("filters/x.json", "this is empty; JSON was expected")


def test_a_key_that_stands_twice_is_marked_at_the_second() -> None:
    result = problem('{"city": "Nice",\n "city" : "Kyoto"}', form=SourceForm.FILE)
    assert result.message == "the key 'city' stands twice in one object"
    assert result.where == "filters/x.json:2:2"


def test_a_key_that_also_stands_in_other_objects_is_told_without_a_place() -> None:
    diagnostics = Diagnostics()
    read_json(source('[{"path": 1}, {"path": 1, "path": 2}]'), diagnostics)
    assert [item.where for item in diagnostics.problems] == ["--flag"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("null", "null is no filter"),
        ('{"rating": NaN}', "this JSON cannot be read: NaN is not JSON"),
        ("[-Infinity]", "this JSON cannot be read: -Infinity is not JSON"),
        ('{"city": "\\ud83d"}', "half of a character stands alone"),
    ],
)
def test_json_that_means_nothing_here_is_refused(text: str, message: str) -> None:
    assert problem(text).message == message


@pytest.mark.parametrize("text", ["[" * 100_000, "9" * 5_000])
def test_json_that_python_cannot_hold_is_a_problem_and_no_crash(text: str) -> None:
    assert problem(text).message.startswith("this JSON cannot be read: ")


@pytest.mark.parametrize(
    ("value", "name"),
    [(None, "null"), (True, "true or false"), (0, "a number"), (0.5, "a number"), ("", "a text"), ([], "a list")],
)
def test_values_are_called_by_names_that_people_know(value: object, name: str) -> None:
    assert name_of_type(value) == name


def test_the_nearest_words_are_found_without_regard_to_case() -> None:
    assert nearest("CITTY", ["country", "city", "state"]) == ["city"]
    assert nearest("Emma", ["Noah"]) == []


def test_a_hint_asks_for_the_nearest_words_or_says_something_else() -> None:
    assert did_you_mean("citty", ["country", "city"]) == "Did you mean 'city'?"
    assert did_you_mean("Emma", ["Noah"]) == ""
    assert did_you_mean("Emma", ["Noah"], "Known is Noah.") == "Known is Noah."
    assert did_you_mean("Em", ["Emma", "Emmy", "Noah"], count=3, written=str) == "Did you mean Emmy, Emma?"
