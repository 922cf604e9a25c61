"""Places of the input, for messages: `rules.yaml:3:14` in a file, or a flag of the command line.

A problem in a file may show the line, with a caret under column 14.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem, Question

if TYPE_CHECKING:
    from collections.abc import Iterable

_SHOWN = 90
"""The most characters of a line in an excerpt."""


@dataclass(frozen=True, slots=True)
class Document:
    """A file with rules, or the part of a command line that stands for one."""

    name: str
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Span:
    """A place in a document; line and column count from 1."""

    document: Document = field(repr=False)
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.document.name}:{self.line}:{self.column}"

    @property
    def excerpt(self) -> str:
        """The line, with a caret under the place."""
        lines = self.document.text.split("\n")
        line = lines[self.line - 1] if self.line <= len(lines) else ""
        # A long line is cut around the place, to keep the caret on the screen.
        start = max(0, self.column - 50)
        return marked(line[start : start + _SHOWN], self.column - 1 - start)

    def problem(self, message: str, *, hint: str | None = None, answers: tuple[str, ...] = ()) -> Problem:
        """Returns a problem at this place, with the line and a caret. `answers` are those of a question."""
        return PlacedProblem(str(self), message, hint, self.excerpt, self, answers=answers)


@dataclass(frozen=True, slots=True)
class FlagOrigin:
    """A flag of the command line, and its value, as messages name them."""

    name: str

    def __str__(self) -> str:
        return self.name


Place = Span | FlagOrigin


@dataclass(frozen=True, slots=True, eq=False)
class PlacedProblem(Problem):
    """A problem with its place, by which it is sorted and its line is shown."""

    span: Span | None = field(default=None, repr=False)
    answers: tuple[str, ...] = field(default=(), kw_only=True)


def problem_at(where: Place | str | None, message: str, hint: str | None = None) -> Problem:
    """Returns a problem without its line, which may hold a secret, or is added later by `with_lines`."""
    text = "" if where is None else str(where)
    return PlacedProblem(text, message, hint, span=where) if isinstance(where, Span) else Problem(text, message, hint)


def with_lines(problems: Iterable[Problem], documents: Iterable[Document]) -> tuple[Problem, ...]:
    """Returns the problems without their places; those in these documents have their line instead."""
    shown = frozenset(documents)
    return tuple(_with_line(problem, shown) for problem in problems)


def _with_line(problem: Problem, documents: frozenset[Document]) -> Problem:
    span = problem.span if isinstance(problem, PlacedProblem) else None
    excerpt = problem.excerpt
    if excerpt is None and span is not None and span.document in documents:
        excerpt = span.excerpt
    if problem.answers:
        return Question(problem.where, problem.message, problem.hint, excerpt, answers=problem.answers)
    return Problem(problem.where, problem.message, problem.hint, excerpt)


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Returns the problems, each once: first those without a place, then those of each file by line."""
    unique = tuple(dict.fromkeys(problems))
    spans = [problem.span for problem in unique if isinstance(problem, PlacedProblem) and problem.span]
    ranks = {name: rank for rank, name in enumerate(dict.fromkeys(span.document.name for span in spans))}

    def order(problem: Problem) -> tuple[int, int, int]:
        span = problem.span if isinstance(problem, PlacedProblem) else None
        return (ranks[span.document.name], span.line, span.column) if span else (-1, 0, 0)

    return tuple(sorted(unique, key=order))


def marked(line: str, position: int) -> str:
    """Returns a line with a caret under one of its characters. Tabs become spaces, since they would move it."""
    shown = "".join(character if character.isprintable() else " " for character in line)
    return f"{shown.rstrip()}\n{' ' * position}^"
