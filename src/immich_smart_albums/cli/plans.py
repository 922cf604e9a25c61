"""Plans on the command line: printed, applied, and the exit codes that they mean."""

from __future__ import annotations

import sys
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import structs

from immich_smart_albums.cli.console import has_colour
from immich_smart_albums.cli.exits import Exit, exit_of
from immich_smart_albums.cli.interrupts import GracefulStop
from immich_smart_albums.cli.output import print_document, print_json, print_lines
from immich_smart_albums.cli.pasting import pasteable
from immich_smart_albums.errors import Problem, SmartAlbumsError, UnsafePlan
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.report.applied import report_lines
from immich_smart_albums.report.failures import GUARD_HINT, plan_problems, problems_of
from immich_smart_albums.report.plan.as_json import plan_json
from immich_smart_albums.report.plan.as_markdown import plan_markdown
from immich_smart_albums.report.plan.as_text import painted, plan_lines
from immich_smart_albums.report.plan.words import totals

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.session.session import Session

_NONE: Mapping[str, Sequence[Problem]] = MappingProxyType({})


def print_plan(plan: Plan, format_: str, failures: Mapping[str, Sequence[Problem]] = _NONE) -> None:
    """Print a plan on stdout, as text, json or markdown. JSON also has the failures when it was applied."""
    plan = _with_commands(plan)
    match format_:
        case "json":
            failures = {name: [*map(_problem_with_commands, problems)] for name, problems in failures.items()}
            print_json(plan_json(plan, failures))
        case "markdown":
            print_document(plan_markdown(plan))
        case _:
            print_lines(plan_lines(plan), painted if has_colour(sys.stdout) else str)


def _with_commands(plan: Plan) -> Plan:
    """Returns the plan with the commands in its sentences completed, before JSON or Markdown quote them."""
    return structs.replace(plan, albums=tuple(_album_with_commands(album) for album in plan.albums))


def _album_with_commands(album: AlbumPlan) -> AlbumPlan:
    warnings = tuple(map(pasteable, album.warnings))
    problems = tuple(_problem_with_commands(problem) for problem in album.problems)
    refusals = tuple(map(pasteable, album.refusals))
    return structs.replace(album, warnings=warnings, problems=problems, refusals=refusals)


def _problem_with_commands(problem: Problem) -> Problem:
    """Returns the problem with the commands in it completed, without answers, which nothing prints."""
    hint = None if problem.hint is None else pasteable(problem.hint)
    return Problem(problem.where, pasteable(problem.message), hint, problem.excerpt)


def report_unwritten(plan: Plan, console: Console, *, changes: Exit = Exit.DONE) -> Exit:
    """Report a plan that is not applied. Returns its exit code; stderr says why it is not 0."""
    console.problems(plan_problems(plan))
    for refusal in plan.refusals:
        console.problem(Problem("", refusal, GUARD_HINT))
    code = exit_code_of(plan, changes=changes)
    if code is Exit.CHANGED:
        console.say(f"there are changes: {totals(plan)}")
    return code


def exit_code_of(plan: Plan, *, changes: Exit = Exit.DONE) -> Exit:
    """Returns the exit code of a plan: a refusal goes before a failure, and that before `changes`."""
    if plan.is_refused:
        return Exit.REFUSED
    if any(album.problems for album in plan.albums):
        return Exit.FAILED
    return changes if plan.has_changes else Exit.DONE


def print_and_apply(plan: Plan, session: Session, console: Console, format_: str, *, exit_code: bool) -> Exit:
    """Print a plan, apply it, and report what was written, also when it fails in the middle. Returns the exit code.

    Stderr says once why the exit code is not 0. JSON is printed last, with all failures in it. Albums for which a key
    lacks a permission are not written. Raises SmartAlbumsError.
    """
    plan = session.writable(plan)
    if format_ != "json":
        print_plan(plan, format_)
    console.problems(plan_problems(plan))
    try:
        result = _apply(plan, session, console)
    except SmartAlbumsError as error:
        if format_ != "json":
            raise
        console.error(error)
        print_plan(plan, format_, {} if isinstance(error, UnsafePlan) else {"": problems_of(error)})
        return exit_of(error)
    failures = _failures(plan, result)
    if failures:
        console.say()
    console.problems(failures)
    if format_ == "json":
        print_plan(plan, format_, failures)
    code = exit_code_of(plan)
    if code is Exit.DONE and exit_code and result.has_changed:
        console.say("something was changed, and --exit-code says so")
        code = Exit.CHANGED
    return code if code is Exit.REFUSED or not failures else Exit.FAILED


def _failures(plan: Plan, result: ApplyResult) -> dict[str, list[Problem]]:
    """Returns the problems of writing each album. What guards refuse was reported with the plan."""
    problems_by_album = {
        album.name: [problem for failure in of_album.failures for problem in problems_of(failure)]
        for album, of_album in zip(plan.albums, result.albums, strict=False)
        if any(not isinstance(failure, UnsafePlan) for failure in of_album.failures)
    }
    return {name: problems for name, problems in problems_by_album.items() if problems}


def _apply(plan: Plan, session: Session, console: Console) -> ApplyResult:
    result, graceful_stop = ApplyResult(), GracefulStop(console.say)
    try:
        with graceful_stop.handling_signals():
            session.apply(plan, stop=graceful_stop.is_requested, result=result)
    finally:
        for line in report_lines(plan, result):
            console.say(line)
    return result
