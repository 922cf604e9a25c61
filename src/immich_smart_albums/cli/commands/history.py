"""`history`: the runs, or what one of them did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.rules_session import ledger_session
from immich_smart_albums.report.history import run_json, run_lines, runs_json, runs_lines

if TYPE_CHECKING:
    import argparse

MOST = 1000
"""Runs that are listed, the newest ones that wrote something."""


def run(arguments: argparse.Namespace) -> Exit:
    """Print runs from the ledger. Sends no request."""
    as_json = arguments.format == "json"
    session = ledger_session(arguments)
    if arguments.run is None:
        runs = session.history(MOST)
        if as_json:
            print_json(runs_json(runs))
        else:
            print_lines(runs_lines(runs))
        return Exit.DONE
    run_, writes = session.run(arguments.run)
    if as_json:
        print_json(run_json(run_, writes))
    else:
        print_lines(run_lines(run_, writes))
    return Exit.DONE
