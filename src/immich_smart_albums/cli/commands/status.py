"""`status`: are the albums as their rules say?"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.next_runs import next_runs, utc_now
from immich_smart_albums.cli.plans import print_plan, report_unwritten
from immich_smart_albums.cli.rules_session import rules_session

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Print how the albums differ from their rules. Returns 5 if some do."""
    console = stderr_console(verbose=arguments.verbose, quiet=arguments.quiet)
    with rules_session(arguments, console) as session:
        plan = session.plan()
        rules = session.rules
    print_plan(plan, arguments.format)
    for line in next_runs(rules, os.environ, utc_now()):
        console.say(line)
    return report_unwritten(plan, console, changes=Exit.CHANGED)
