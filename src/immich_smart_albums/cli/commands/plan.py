"""`plan`: what would change in the albums of rules files."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan_file import plan_text
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.html_report import picture_urls, require_file, save_page
from immich_smart_albums.cli.output import print_lines, save
from immich_smart_albums.cli.plans import print_plan, report_unwritten
from immich_smart_albums.cli.rules_session import rules_session
from immich_smart_albums.report.query_plan import query_plan_lines

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.session.session import Session


def run(arguments: argparse.Namespace) -> Exit:
    """Plan, print the plan, and save it with --out. Nothing is written to the server or the ledger."""
    console = stderr_console(verbose=arguments.verbose, quiet=arguments.quiet)
    require_file(arguments)
    with rules_session(arguments, console) as session:
        if arguments.show_plan:
            return _show_searches(session, console)
        plan = session.plan(allow=arguments.allow)
        if arguments.html:
            _save_page(arguments, plan, session, console)
    if arguments.out:
        save(arguments.out, plan_text(plan))
    print_plan(plan, arguments.format)
    return report_unwritten(plan, console, changes=Exit.CHANGED if arguments.exit_code else Exit.DONE)


def _save_page(arguments: argparse.Namespace, plan: Plan, session: Session, console: Console) -> None:
    # Templates take a moment to import, and only pages need them.
    from immich_smart_albums.report.html.plan_page import photos_of_plan, plan_page  # noqa: PLC0415

    wanted = [] if arguments.no_photos else photos_of_plan(plan, arguments.photos)
    pictures = picture_urls(wanted, session, console)
    save_page(arguments, plan_page(plan, pictures, shown=arguments.photos), "the plan", console)


def _show_searches(session: Session, console: Console) -> Exit:
    problems = [*session.accounts.absent.values()]
    for query_plan in session.query_plans():
        print_lines(
            query_plan_lines(
                query_plan.plan, query_plan.sizes, query_plan.names, query_plan.requested_fields, title=query_plan.title
            )
        )
        problems += query_plan.problems
    for problem in dict.fromkeys(problems):
        console.problem(problem)
    return Exit.FAILED if problems else Exit.DONE
