"""Failures of a run: for people on stderr, for programs in the JSON on stdout."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.report.envelope import envelope

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.errors import SmartAlbumsError

GUARD_HINT = "Nothing was written to it. Look at the plan; if it is right, allow more in `guard`, or once with --allow."


def problem_json(problem: Problem) -> dict[str, object]:
    """Returns a problem, where it stands, and what to do about it."""
    return {"where": problem.where, "message": problem.message, "hint": problem.hint}


def problems_of(error: SmartAlbumsError) -> tuple[Problem, ...]:
    """Returns a failure as problems: those of the input one by one."""
    if isinstance(error, ConfigurationError):
        return error.problems
    return (Problem("", error.message, error.hint),)


def failure_json(problems: Iterable[Problem]) -> dict[str, object]:
    """Returns what stands on stdout where JSON was asked for and there is no result."""
    return envelope({"problems": [problem_json(problem) for problem in problems]})


def by_album(problems: Mapping[str, Sequence[Problem]]) -> dict[Problem, list[str]]:
    """Returns every problem once, with the names of the albums that it stops; `problems` are those of each album."""
    albums: dict[Problem, list[str]] = {}
    for name, of_one in problems.items():
        for problem in dict.fromkeys(of_one):
            albums.setdefault(problem, []).append(name)
    return albums


def plan_problems(plan: Plan) -> dict[str, tuple[Problem, ...]]:
    """Returns why albums were not planned, or may not be written, by the album's name."""
    return {
        album.name: (*album.problems, *(Problem("", f"refused: {refusal}", GUARD_HINT) for refusal in album.refusals))
        for album in plan.albums
        if album.problems or album.refusals
    }


def album_problems_json(problems: Mapping[str, Sequence[Problem]]) -> list[dict[str, object]]:
    """Returns the problems of albums in one list: each once, with the albums that it stops."""
    return [
        {"albums": [name for name in names if name], **problem_json(problem)}
        for problem, names in by_album(problems).items()
    ]


def problem_texts(problem: Problem, albums: Sequence[str] = ()) -> Iterator[str]:
    """Returns a problem in lines: the albums that it stops, where it stands, what it is, and what to do about it."""
    before = [", ".join(albums)] if albums else []
    before += [problem.where] if problem.where and problem.where not in albums else []
    yield ": ".join([*before, problem.message])
    yield from (f"    {line}" for line in (problem.excerpt or "").splitlines())
    if problem.hint:
        yield f"  → {problem.hint}"
