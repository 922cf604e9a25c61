"""The exit codes and their meanings."""

from __future__ import annotations

from enum import IntEnum
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, UnsafePlan

if TYPE_CHECKING:
    from immich_smart_albums.errors import SmartAlbumsError


class Exit(IntEnum):
    """Exit code of a run, for scripts."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    OUR_BUG = 3
    REFUSED = 4
    CHANGED = 5
    INTERRUPTED = 130


def exit_of(error: SmartAlbumsError) -> Exit:
    """Returns the exit code of a run that fails with an error."""
    if isinstance(error, UnsafePlan):
        return Exit.REFUSED
    return Exit.WRONG_USAGE if isinstance(error, ConfigurationError) else Exit.FAILED


MEANINGS: dict[Exit, str] = {
    Exit.DONE: "done, or nothing to do",
    Exit.FAILED: "failed, for some album or all: server, key, network, name or filter; the message says what to do",
    Exit.WRONG_USAGE: "wrong flags, files or names; nothing was searched or written",
    Exit.OUR_BUG: "a bug in this tool; a report was written",
    Exit.REFUSED: "an album would change more than its guard allows, so nothing was written to it",
    Exit.CHANGED: "with --exit-code, and for status: there are changes, or there were",
    Exit.INTERRUPTED: "interrupted; a second run completes it",
}
