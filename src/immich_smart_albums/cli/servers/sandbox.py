"""`sandbox`: keep a small photo server running, to try things out."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from immich_sandbox import Sandbox, generate, serve_forever
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.errors import ConfigurationError, Problem

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Serve until Ctrl-C. Raises ConfigurationError if the port is taken."""
    library = generate(arguments.assets, seed=arguments.seed, ties=arguments.ties)
    try:
        serve_forever(library, arguments.level, arguments.port, announce=_announce)
    except (OSError, OverflowError) as error:
        hint = "Leave --port out to take a free one."
        raise ConfigurationError((Problem("--port", f"{arguments.port}: {error}", hint),)) from None
    return Exit.DONE


def _announce(sandbox: Sandbox) -> None:
    """Print the address and the keys, ready to paste into another terminal."""
    count = len(sandbox.library.assets)
    version = ".".join(map(str, sandbox.level.version))
    sys.stdout.write(
        f"A photo server like Immich {version} with {count:,} made-up photos and videos is running.\n"
        "Press Ctrl-C to stop it. In another terminal:\n\n"
        f"export IMMICH_SERVER_URL={sandbox.url}\n"
        f"export IMMICH_API_KEY={sandbox.keys['alice']}\n\n"
        "Its other keys:\n"
    )
    sys.stdout.writelines(f"  {name:15} {key}\n" for name, key in sandbox.keys.items() if name != "alice")
    sys.stdout.flush()
