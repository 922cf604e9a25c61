"""Exit codes, in one table."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """How a run ended, for scripts."""

    DONE = 0
    FAILED = 1
    WRONG_USAGE = 2
    OUR_BUG = 3
    CHANGED = 5
    INTERRUPTED = 130


MEANINGS: dict[Exit, str] = {
    Exit.DONE: "done, or nothing to do",
    Exit.FAILED: "failed: server, key, network or a filter; the message says what to do",
    Exit.WRONG_USAGE: "wrong flags, files or names; nothing was searched or written",
    Exit.OUR_BUG: "a bug in this tool; a report was written",
    Exit.CHANGED: "with --exit-code: photos were added",
    Exit.INTERRUPTED: "interrupted; a second run completes it",
}
