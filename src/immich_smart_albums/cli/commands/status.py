"""`status`: are the albums as their rules say?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.plans import print_plan, report_unwritten
from immich_smart_albums.cli.rules_session import rules_session

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Print how the albums differ from their rules; 5 where one does."""
    console = stderr_console(verbose=arguments.verbose)
    with rules_session(arguments, console) as session:
        plan = session.plan()
    print_plan(plan, arguments.format)
    return report_unwritten(plan, console, changes=Exit.CHANGED)
