"""`demo`: the tool at work on a small photo server of its own."""

from __future__ import annotations

import os
import shlex
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

from immich_sandbox import Sandbox, generate
from immich_smart_albums.cli.arguments import selection_parser
from immich_smart_albums.cli.commands import select
from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.parser import PROGRAM
from immich_smart_albums.cli.servers import serve
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.config import headers
from immich_smart_albums.config.rules_files import DEFAULT_NAME
from immich_smart_albums.config.settings import KEY_FILE_NAME, KEY_NAME, SERVER_NAMES
from immich_smart_albums.errors import ConfigurationError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

ASSETS = 2000

RULE = (
    *("--include-person-names-union", "Emma", "Noah"),
    *("--include-metadata-union", '{"country": "Finland"}'),
    *("--exclude-person-names-union", "John Smith"),
    *("--exclude-local-filter-union", "$.originalPath:/work_projects/"),
)
"""Photos of the kids in Finland, without one person, and nothing from work."""

ALBUM = ("--album", "Kids in Finland", "--create-album")


RULES = """\
# Albums on the made-up photos of this demo. Change them as you like.
albums:
  # A list means any of these people.
  - name: Kids in Finland
    match:
      person: [Emma, Noah]
      place: {country: Finland}
      not:
        - person: John Smith
    keep: in-step

  # What a search for words finds: the best 120.
  - name: Dogs on the beach
    match:
      smart: {query: a dog on a beach, top: 120}
"""
"""The rules file of the studio on the made-up photos."""


def run(arguments: argparse.Namespace) -> Exit:
    """Preview a rule, add it to a new album, add again, and misspell something; or open the studio."""
    if arguments.studio:
        return _studio()
    with Sandbox(generate(ASSETS)) as sandbox:
        _use(sandbox)
        _say(f"A small photo server with {ASSETS:,} made-up photos is running for this demo, and only for it.")
        _say(
            "\n1. A preview: photos of Emma or Noah in Finland, without John Smith, nothing from work. Newest first.\n"
        )
        _show((*RULE, "--format", "table", "--max-assets", "8"))
        _say("\n2. The same without the limit, into an album. The album is made, and every photo is accounted for.\n")
        _show((*RULE, *ALBUM))
        _say("\n3. Once more, as cron would tomorrow. There is nothing to do, so nothing is done.\n")
        _show((*RULE, *ALBUM))
        _say("\n4. A typo. The server would ignore it and return every photo; here it stops the run.\n")
        _show(("--include-metadata-union", '{"contry": "Finland"}', "--album", "Kids in Finland"))
    _say(f"\nNow with your own server: see the README. To play on: make studio, or {PROGRAM} sandbox")
    return Exit.DONE


def _studio() -> Exit:
    """Serve the studio on made-up photos, with rules and a ledger that are deleted at the end."""
    with Sandbox(generate(ASSETS)) as sandbox, tempfile.TemporaryDirectory(prefix="immich-smart-albums-") as folder:
        _use(sandbox)
        rules = Path(folder, DEFAULT_NAME)
        rules.write_text(RULES, encoding="utf-8")
        _say(f"A small photo server with {ASSETS:,} made-up photos is running for this, and only for it.")
        flags = [str(rules), "--ledger", str(Path(folder, "ledger.db")), "--port", "0"]
        return serve.run(VERBS["serve"].parser("serve").parse_args(flags))


def _use(sandbox: Sandbox) -> None:
    """Let the environment name the sandbox, instead of any server of the user."""
    for name in (KEY_FILE_NAME, headers.VARIABLE, *headers.CERTIFICATE_NAMES):
        os.environ.pop(name, None)
    os.environ |= {SERVER_NAMES[0]: sandbox.url, KEY_NAME: sandbox.keys["alice"], "no_proxy": "*", "NO_PROXY": "*"}


def _show(arguments: Sequence[str]) -> None:
    """Print a command line as it would be typed, and run it."""
    _say(f"$ {PROGRAM} {_as_typed(arguments)}")
    sys.stdout.flush()
    try:
        select.run(selection_parser().parse_args(arguments))
    except ConfigurationError as error:
        # The one thing that is meant to fail here; everything else reaches the error boundary.
        stderr_console(verbose=False).error(error)
    sys.stdout.flush()


def _as_typed(arguments: Sequence[str]) -> str:
    """Returns the arguments with each flag on a line of its own."""
    return shlex.join(arguments).replace(" --", " \\\n    --")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
