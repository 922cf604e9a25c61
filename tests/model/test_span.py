"""Problems and the lines that they are about."""

from __future__ import annotations

import msgspec

from immich_smart_albums.errors import Problem
from immich_smart_albums.model.span import Document, FlagOrigin, PlacedProblem, Span, in_order, problem_at, with_lines

ONE = Document("1.yaml", "albums: []\n- {name: B, match: {person: Noha}}\n")
OTHER = Document("2.yaml", "accounts: []\n")
NOHA = Span(ONE, 2, 29)


def test_a_problem_shows_its_line_and_a_caret() -> None:
    problem = NOHA.problem("nobody is named 'Noha'", hint="Did you mean 'Noah'?")
    assert str(problem) == "1.yaml:2:29: nobody is named 'Noha'"
    assert problem.excerpt == f"- {{name: B, match: {{person: Noha}}}}\n{' ' * 28}^"


def test_a_problem_that_is_found_later_gets_the_line_of_a_known_file() -> None:
    problems = [
        problem_at(NOHA, "nobody is named 'Noha'", "Did you mean 'Noah'?"),
        PlacedProblem("1.yaml:2:29", "x", excerpt="as it was", span=NOHA),
        problem_at(Span(OTHER, 1, 1), "in no file of these"),
        problem_at(FlagOrigin("--include-person-names-union"), "a flag"),
        problem_at("account bob", "no place at all"),
        problem_at(None, "nowhere"),
    ]
    first, *others = with_lines(problems, [ONE])
    assert first == Problem("1.yaml:2:29", "nobody is named 'Noha'", "Did you mean 'Noah'?", NOHA.excerpt)
    assert others == [
        Problem("1.yaml:2:29", "x", excerpt="as it was"),
        Problem("2.yaml:1:1", "in no file of these"),
        Problem("--include-person-names-union", "a flag"),
        Problem("account bob", "no place at all"),
        Problem("", "nowhere"),
    ]


def test_a_plan_holds_no_more_of_a_problem_than_its_words() -> None:
    problem, question = with_lines([problem_at(NOHA, "x"), NOHA.problem("x", answers=("new", "old"))], [])
    words = {"where": "1.yaml:2:29", "message": "x", "hint": None}
    assert msgspec.to_builtins(problem) == {**words, "excerpt": None}
    assert msgspec.to_builtins(question) == {**words, "excerpt": NOHA.excerpt}
    assert (problem.answers, question.answers) == ((), ("new", "old"))


def test_a_problem_at_a_place_says_nothing_of_the_rest_of_its_file() -> None:
    assert "albums" not in repr(NOHA.problem("x", hint="y"))


def test_problems_at_the_same_place_are_one() -> None:
    assert in_order([problem_at(NOHA, "x"), problem_at(NOHA, "x"), problem_at(NOHA, "y")]) == (
        problem_at(NOHA, "x"),
        problem_at(NOHA, "y"),
    )


def test_problems_without_a_place_come_first_and_others_by_file_and_line() -> None:
    problems = [
        problem_at(Span(ONE, 2, 1), "d"),
        Problem("server", "a"),
        problem_at(Span(OTHER, 1, 1), "e"),
        Problem("1.yaml:1:1", "b"),
        problem_at(Span(ONE, 1, 9), "c"),
    ]
    assert [problem.message for problem in in_order(problems)] == ["a", "b", "c", "d", "e"]
