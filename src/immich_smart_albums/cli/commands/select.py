"""The flags: preview what they select, or add it to an album."""

from __future__ import annotations

import os
import time
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan import AlbumPlan, Plan, waiting_words
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.numbers import whole_number
from immich_smart_albums.cli.one_at_a_time import one_at_a_time
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.server import read_server
from immich_smart_albums.config.flag_values import read_source
from immich_smart_albums.errors import Problem
from immich_smart_albums.ledger.null import NullLedger
from immich_smart_albums.ledger.search_cache import StateFile
from immich_smart_albums.operations.apply.apply import apply
from immich_smart_albums.operations.apply.result import AlbumResult, ApplyResult
from immich_smart_albums.operations.explain.searches import asked_for, id_names, title_of
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.prepare import Order, Ready, check_order, plan_again, prepare
from immich_smart_albums.operations.select import SelectOptions, plan_searches, sizes
from immich_smart_albums.report.applied import album_line
from immich_smart_albums.report.failures import problems_of
from immich_smart_albums.report.query_plan import query_plan_lines
from immich_smart_albums.report.selection import as_json, lines, totals
from immich_smart_albums.rules.flags.flags import read_rule
from immich_smart_albums.rules.flags.names import FLAGS
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.places import state_place

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.selection.run.evaluate import Selection


def run(arguments: argparse.Namespace) -> Exit:
    """Select and preview; with --album, add."""
    console = stderr_console(verbose=arguments.verbose)
    diagnostics = Diagnostics()
    order = _read_order(arguments, diagnostics)
    connect, connection = read_server(arguments, diagnostics, console)
    noted = len(diagnostics.warnings)
    for notice in diagnostics.warnings:
        console.say(f"note: {notice}")
    servers: list[PhotoServer] = []

    def connected() -> PhotoServer:
        servers.append(connect())
        return servers[0]

    ready = check_order(order, connected, diagnostics, log=console.detail)
    for notice in diagnostics.warnings[noted:]:
        console.say(f"note: {notice}")
    if arguments.show_plan:
        _show_searches(ready)
        return Exit.DONE
    place = state_place(os.environ) if arguments.state == "" else arguments.state
    store = None if place is None else StateFile(Path(place), console.say)
    options = SelectOptions(connection.concurrency, console.detail, store, time.time)
    try:
        selection, plan = prepare(ready, options)
    finally:
        console.done_reading()
    for reason, assets in selection.waiting.items():
        console.say(f"note: {waiting_words(len(assets), reason)}")
    if plan is None:
        _preview(selection, servers[0].base, arguments.format, console)
        return Exit.DONE
    if plan.album is not None or not plan.has_changes:
        return _add(plan, selection, servers[0], arguments, console)
    with one_at_a_time(console.say):
        return _add(plan_again(ready, selection, options), selection, servers[0], arguments, console)


def _show_searches(ready: Ready) -> None:
    plan = plan_searches([ready.rule], ready.server)
    named, asked = id_names(plan, NameResolver(ready.server.directory)), asked_for(plan, ready.server)
    found = sizes((scan.query for scan in plan.scans), ready.server.searches)
    print_lines(query_plan_lines(plan, found, named, asked, title=title_of(ready.server)))


def _read_order(arguments: argparse.Namespace, diagnostics: Diagnostics) -> Order:
    given = {}
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
        given[flag] = [[source for source in group if source is not None] for group in groups]
    limit = whole_number("--default-smart-result-limit", arguments.default_smart_result_limit, diagnostics)
    most = None
    if arguments.max_assets is not None:
        most = whole_number("--max-assets", arguments.max_assets, diagnostics)
    rule = None
    if given:
        rule = read_rule(given, diagnostics, max_assets=most, smart_limit=limit)
    else:
        hint = "Add an include, such as --include-person-names-union 'Jane Doe'."
        diagnostics.problems.append(Problem("command line", "nothing says which photos are meant", hint))
    return Order(rule, _read_album(arguments, diagnostics), arguments.create_album)


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
    plan: AlbumPlan, selection: Selection, server: PhotoServer, arguments: argparse.Namespace, console: Console
) -> Exit:
    report = ApplyResult(albums=[AlbumResult(plan.rule, plan.album)])
    run = Plan(server.base, made_at="", albums=(plan,))
    try:
        apply(run, {plan.owner: server}, NullLedger(), report, now=str)
    finally:
        # Also when it was interrupted: what was written is said.
        console.say(album_line(plan, report.albums[0]))
    for failure in report.failures:
        console.error(failure)
    if arguments.format == "json":
        problems = [problem for failure in report.failures for problem in problems_of(failure)]
        print_json(as_json(selection, server.base, report.albums[0], problems))
    if report.failures:
        return Exit.FAILED
    if arguments.format and arguments.format != "json":
        print_lines(lines(selection.assets, server.base, arguments.format))
    if arguments.exit_code and report.has_changed:
        console.say("something was changed, and --exit-code says so")
        return Exit.CHANGED
    return Exit.DONE
