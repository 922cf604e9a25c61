"""Plans on the command line: made, printed, and what exit code they mean."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import has_colour
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.interrupts import Patience
from immich_smart_albums.cli.output import print_document, print_json, print_lines
from immich_smart_albums.cli.rules_run import now
from immich_smart_albums.errors import ConfigurationError, UnsafePlan
from immich_smart_albums.operations.apply.apply import apply
from immich_smart_albums.operations.apply.result import Report
from immich_smart_albums.operations.permissions import lacking
from immich_smart_albums.operations.plan import make_plan
from immich_smart_albums.report.applied import report_lines
from immich_smart_albums.report.plan_json import plan_json
from immich_smart_albums.report.plan_markdown import plan_markdown
from immich_smart_albums.report.plan_text import painted, plan_lines

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.cli.rules_run import RulesRun


def made(run: RulesRun, arguments: argparse.Namespace, console: Console) -> Plan:
    """The plan of a run, with notices told."""
    allow = getattr(arguments, "allow", ())
    try:
        plan, notices = make_plan(
            run.book, run.accounts, run.ledger, run.how, made_at=now(), rules=run.digest, allow=allow
        )
    finally:
        console.done_reading()
    for notice in notices:
        console.say(f"note: {notice}")
    return plan


def print_plan(plan: Plan, format_: str) -> None:
    """The plan on stdout, as text, json or markdown."""
    match format_:
        case "json":
            print_json(plan_json(plan))
        case "markdown":
            print_document(plan_markdown(plan))
        case _:
            print_lines(plan_lines(plan), painted if has_colour(sys.stdout) else str)


def ending(plan: Plan, *, changes: Exit = Exit.DONE) -> Exit:
    """The exit code of a plan: what was refused weighs more than what failed, and that more than `changes`."""
    if plan.is_refused:
        return Exit.REFUSED
    if any(album.problems for album in plan.albums):
        return Exit.FAILED
    return changes if plan.has_changes else Exit.DONE


def applied(plan: Plan, run: RulesRun, console: Console, *, exit_code: bool) -> Exit:
    """Write a plan that was made in this run, and say what was written, also when it fails in the middle.

    Raises ConfigurationError where a key lacks a permission that the plan needs: then nothing is written.
    """
    servers = {name: account.server for name, account in run.accounts.present.items()}
    problems = lacking(plan, servers)
    if problems:
        raise ConfigurationError(problems)
    report, patience = Report(), Patience(console.say)
    try:
        with patience.holding():
            apply(plan, servers, run.ledger, report, lambda: patience.at_next(now))
    finally:
        for line in report_lines(plan, report):
            console.say(line)
    if report.failures:
        console.say()
    for failure in report.failures:
        console.error(failure)
    code = ending(plan, changes=Exit.CHANGED if exit_code and report.has_changed else Exit.DONE)
    unsafe = any(isinstance(each, UnsafePlan) for each in report.failures)
    if unsafe or code is Exit.REFUSED:
        return Exit.REFUSED
    return Exit.FAILED if report.failures else code
