"""Problems with the line that they are about."""

from __future__ import annotations

from immich_smart_albums.errors import Problem
from immich_smart_albums.rules.rules_file.located import located
from tests.rules.books import book


def test_a_problem_in_a_file_of_the_book_gets_its_line_and_a_caret() -> None:
    rules = book("albums: [{name: A, match: {person: Emma}}]", "albums:\n- {name: B, match: {person: Noha}}\n")
    given = [
        Problem("2.yaml:2:29", "nobody is named 'Noha'", "Did you mean 'Noah'?"),
        Problem("2.yaml:2:29", "x", excerpt="as it was"),
        Problem("3.yaml:2:29", "in no file of these"),
        Problem("account bob", "no place at all"),
    ]
    first, *others = located(given, rules)
    assert (first.where, first.message, first.hint) == (given[0].where, given[0].message, given[0].hint)
    assert first.excerpt == f"- {{name: B, match: {{person: Noha}}}}\n{' ' * 28}^"
    assert others == given[1:]
