"""`history`: the runs, or what one of them did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.paths import ledger_place
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.operations.history import history
from immich_smart_albums.report.history import run_json, run_lines, runs_json, runs_lines

if TYPE_CHECKING:
    import argparse

MOST = 1000
"""Runs that are listed, the newest of those that wrote something."""


def run(arguments: argparse.Namespace) -> Exit:
    """Print from the ledger; the server is not asked."""
    as_json = arguments.format == "json"
    with open_ledger(arguments.ledger or ledger_place()) as ledger:
        if arguments.run is None:
            runs = history(ledger, most=MOST)
            if as_json:
                print_json(runs_json(runs))
            else:
                print_lines(runs_lines(runs))
            return Exit.DONE
        found = next((each for each in ledger.runs() if each.id == arguments.run), None)
        if found is None:
            hint = "history without a number lists the runs."
            raise ConfigurationError((Problem("RUN", f"the ledger knows no run {arguments.run}", hint),))
        writes = ledger.writes(found.id)
        if as_json:
            print_json(run_json(found, writes))
        else:
            print_lines(run_lines(found, writes))
    return Exit.DONE
