"""`config`: check rules files, show the rules that they make, or print their JSON Schema."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.next_runs import next_runs, utc_now
from immich_smart_albums.cli.output import print_json, print_lines
from immich_smart_albums.cli.rules_session import rules_options, show_options
from immich_smart_albums.config.origins import key_origins, server_origin
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.model.span import in_order
from immich_smart_albums.report.rules_text import rules_text
from immich_smart_albums.rules.rules_file.json_schema import json_schema
from immich_smart_albums.session.session import Session

if TYPE_CHECKING:
    import argparse

    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.rules.album import RuleSet


def run(arguments: argparse.Namespace) -> Exit:
    """Run the action that the arguments name."""
    match arguments.action:
        case "schema":
            print_json(json_schema())
        case "show":
            options = show_options(arguments)
            rules = Session(options).parse()
            environment = options.surroundings
            print_lines(
                rules_text(rules, server_origin(rules, environment, arguments.server), key_origins(rules, environment))
            )
        case _:
            _check(arguments, stderr_console(verbose=arguments.verbose))
    return Exit.DONE


def _check(arguments: argparse.Namespace, console: Console) -> None:
    """Check the files, and unless --offline look up the names in them. Raises ConfigurationError."""
    session = Session(rules_options(arguments), console.show)
    if arguments.offline:
        rules = session.parse()
    else:
        rules = session.rules
        for note in dict.fromkeys(note for settings in session.config.settings.values() for note in settings.notes):
            console.say(f"note: {note}")
        problems = session.check_rules()
        if problems:
            raise ConfigurationError(in_order(problems))
    print_lines([_summary(rules, offline=arguments.offline), *next_runs(rules, os.environ, utc_now())])


def _summary(rule_set: RuleSet, *, offline: bool) -> str:
    count = len(rule_set.albums)
    rules = f"{count} rule{'' if count == 1 else 's'}"
    return f"{rules}, nothing wrong with the files; names were not looked up" if offline else f"{rules}, nothing wrong"
