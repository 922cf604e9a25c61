"""`init`: a rules file to begin with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.output import print_lines
from immich_smart_albums.config.starter import write_starter
from immich_smart_albums.model.text.command import command

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Write a rules file where there is none yet."""
    path = write_starter(arguments.file)
    print_lines([f"{path} is written. Edit it; then: {command('plan', str(path))}"])
    return Exit.DONE
