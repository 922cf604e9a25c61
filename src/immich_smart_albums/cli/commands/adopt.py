"""`adopt`: let a rule take over an album that is there."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.cli.console import stderr_console
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.rules_session import rules_session

if TYPE_CHECKING:
    import argparse


def run(arguments: argparse.Namespace) -> Exit:
    """Bind the rule to the album, and report what that means. Nothing on the server changes."""
    console = stderr_console(verbose=arguments.verbose)
    *paths, name = arguments.words
    with rules_session(arguments, console, paths=[Path(path) for path in paths], writes="adopt") as session:
        adoption = session.adopt(name, arguments.id, take_over=arguments.take_over)
    name, view, adopted = adoption.name, adoption.view, adoption.adopted
    console.say(f"{name}: feeds the album {view.album.name!r} from now on, with {len(view.members):,} photos in it")
    if adopted.before is not None:
        console.say(f"it fed {adopted.before.name!r} so far, which is left as it is")
    for other in adopted.shared_with:
        console.say(f"note: the rule {other!r} feeds the same album")
    if arguments.take_over:
        console.say(f"{adopted.taken_over:,} of them match the rule, and count as added by this tool")
    else:
        console.say("all of them count as put there by hand, so none is ever taken out")
    return Exit.DONE
