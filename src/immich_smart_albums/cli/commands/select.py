"""The flags: preview the photos that they select, or add them to an album."""

from __future__ import annotations

import os
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan import waiting_words
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.numbers import whole_number
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.server import read_connection
from immich_smart_albums.config.flag_values import read_source
from immich_smart_albums.errors import Problem
from immich_smart_albums.operations.apply.result import AlbumResult, ApplyResult
from immich_smart_albums.report.applied import album_line
from immich_smart_albums.report.failures import problems_of
from immich_smart_albums.report.query_plan import query_plan_lines
from immich_smart_albums.report.selection import as_json, lines, totals
from immich_smart_albums.rules.album import Target
from immich_smart_albums.rules.flags.flags import read_rule
from immich_smart_albums.rules.flags.names import FLAGS
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.flag_session import FlagSession
from immich_smart_albums.session.one_at_a_time import one_at_a_time
from immich_smart_albums.session.options import FlagOptions
from immich_smart_albums.session.places import state_place

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.run.evaluate import Selection


def run(arguments: argparse.Namespace) -> Exit:
    """Preview the selected photos, or with --album add them."""
    console = stderr_console(verbose=arguments.verbose)
    session = _session(arguments, console)
    session.check_ahead()
    if arguments.show_plan:
        account = session.query_plan()
        print_lines(
            query_plan_lines(account.plan, account.sizes, account.names, account.requested_fields, title=account.title)
        )
        return Exit.DONE
    if not arguments.album:
        selection = session.select()
        _print_waiting(selection, console)
        _preview(selection, session.base, arguments.format, console)
        return Exit.DONE
    plan = session.plan()
    selection = session.selection(plan)
    _print_waiting(selection, console)
    if plan.albums[0].album is not None or not plan.has_changes:
        return _add(plan, selection, session, arguments, console)
    with one_at_a_time(console.say):
        return _add(session.plan(), selection, session, arguments, console)


def _print_waiting(selection: Selection, console: Console) -> None:
    for reason, assets in selection.waiting.items():
        console.say(f"note: {waiting_words(len(assets), reason)}")


def _session(arguments: argparse.Namespace, console: Console) -> FlagSession:
    diagnostics = Diagnostics()
    rule, album = _read_rule(arguments, diagnostics), _read_album(arguments, diagnostics)
    connection = read_connection(arguments, diagnostics)
    searches = state_place(os.environ) if arguments.state == "" else arguments.state
    options = FlagOptions(
        os.environ,
        server=arguments.server,
        key=arguments.key,
        connection=connection,
        searches=None if searches is None else Path(searches),
        problems=tuple(diagnostics.problems),
        notes=tuple(diagnostics.warnings),
    )
    target = None if album is None else Target(album, may_create=arguments.create_album)
    return FlagSession(options, rule, target, console.show)


def _read_rule(arguments: argparse.Namespace, diagnostics: Diagnostics) -> Rule | None:
    sources = {}
    for flag in FLAGS:
        occurrences = getattr(arguments, flag.name)
        if occurrences is None:
            continue
        several, numbers = sum(map(len, occurrences)) > 1, count(1)
        groups = [
            [
                read_source(f"{flag.name} value {next(numbers)}" if several else flag.name, value, diagnostics)
                for value in group
            ]
            for group in occurrences
        ]
        sources[flag] = [[source for source in group if source is not None] for group in groups]
    limit = whole_number("--default-smart-result-limit", arguments.default_smart_result_limit, diagnostics)
    most = None
    if arguments.max_assets is not None:
        most = whole_number("--max-assets", arguments.max_assets, diagnostics)
    if sources:
        return read_rule(sources, diagnostics, max_assets=most, smart_limit=limit)
    hint = "Add an include, such as --include-person-names-union 'Jane Doe'."
    diagnostics.problems.append(Problem("command line", "nothing says which photos are meant", hint))
    return None


def _read_album(arguments: argparse.Namespace, diagnostics: Diagnostics) -> str | None:
    albums = arguments.album or []
    if len(albums) > 1:
        hint = "Run once for each album."
        diagnostics.problems.append(Problem("--album", f"{len(albums)} albums are named, a run fills one", hint))
    if arguments.create_album and not albums:
        diagnostics.problems.append(Problem("--create-album", "there is no --album to create", "Add --album NAME."))
    if albums and not albums[0].strip():
        diagnostics.problems.append(Problem("--album", "the name is blank", "Give a name, an id or an address."))
    return albums[0] if albums else None


def _preview(selection: Selection, base: str, format_: str | None, console: Console) -> None:
    if console.is_terminal and selection.assets:
        console.table("Selected", totals(selection.assets))
    elif not selection.assets:
        console.say("nothing matches")
    if format_ == "json":
        print_json(as_json(selection, base, None))
    else:
        print_lines(lines(selection.assets, base, format_ or "urls"))


def _add(
    plan: Plan, selection: Selection, session: FlagSession, arguments: argparse.Namespace, console: Console
) -> Exit:
    album = plan.albums[0]
    result = ApplyResult(albums=[AlbumResult(album.rule, album.album)])
    try:
        session.apply(plan, result=result)
    finally:
        # What was written is reported also after an interruption.
        console.say(album_line(album, result.albums[0]))
    for failure in result.failures:
        console.error(failure)
    if arguments.format == "json":
        problems = [problem for failure in result.failures for problem in problems_of(failure)]
        print_json(as_json(selection, session.base, result.albums[0], problems))
    if result.failures:
        return Exit.FAILED
    if arguments.format and arguments.format != "json":
        print_lines(lines(selection.assets, session.base, arguments.format))
    if arguments.exit_code and result.has_changed:
        console.say("something was changed, and --exit-code says so")
        return Exit.CHANGED
    return Exit.DONE
