"""Failures as text and as JSON."""

from __future__ import annotations

import traceback
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.report.envelope import envelope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.errors import SmartAlbumsError

GUARD_HINT = "Nothing was written to it. Look at the plan; if it is right, allow more in `guard`, or once with --allow."


def problem_json(problem: Problem) -> dict[str, object]:
    """Returns a problem as JSON: its place, its message, and its hint."""
    return {"where": problem.where, "message": problem.message, "hint": problem.hint}


def problems_of(error: SmartAlbumsError) -> tuple[Problem, ...]:
    """Returns the problems of a failure: one, or for wrong input all of them."""
    if isinstance(error, ConfigurationError):
        return error.problems
    return (Problem("", error.message, error.hint),)


def failure_json(problems: Iterable[Problem]) -> dict[str, object]:
    """Returns the JSON of a run without a result."""
    return envelope({"problems": [problem_json(problem) for problem in problems]})


def raised_at(error: Exception) -> str:
    """Returns the functions and lines that an exception came through, the innermost first: `read:12 < run:40`."""
    frames = reversed(traceback.extract_tb(error.__traceback__))
    return " < ".join(f"{frame.name}:{frame.lineno}" for frame in frames)


def by_album(problems: Mapping[str, Sequence[Problem]]) -> dict[Problem, list[str]]:
    """Returns every problem once, with the names of the albums that it stops."""
    albums: dict[Problem, list[str]] = {}
    for name, of_one in problems.items():
        for problem in dict.fromkeys(of_one):
            albums.setdefault(problem, []).append(name)
    return albums


def plan_problems(plan: Plan) -> dict[str, tuple[Problem, ...]]:
    """Returns the problems and refusals of albums, by the album's name."""
    return {
        album.name: (*album.problems, *(Problem("", f"refused: {refusal}", GUARD_HINT) for refusal in album.refusals))
        for album in plan.albums
        if album.problems or album.refusals
    }


def album_problems_json(problems: Mapping[str, Sequence[Problem]]) -> list[dict[str, object]]:
    """Returns the problems of albums as JSON: each once, with the albums that it stops."""
    return [
        {"albums": [name for name in names if name], **problem_json(problem)}
        for problem, names in by_album(problems).items()
    ]


def problem_texts(problem: Problem, albums: Sequence[str] = ()) -> Iterator[str]:
    """Yields the lines of a problem: the albums that it stops, its place and message, the excerpt, the hint."""
    before = [", ".join(albums)] if albums else []
    before += [problem.where] if problem.where and problem.where not in albums else []
    yield ": ".join([*before, problem.message])
    yield from (f"    {line}" for line in (problem.excerpt or "").splitlines())
    if problem.hint:
        yield f"  → {problem.hint}"
