"""Commands of this tool that it tells people to run."""

from __future__ import annotations

import shlex


def command(*words: str) -> str:
    """Returns a command in backticks, quoted as a shell needs it: `plan --out 'my plan.json'`.

    The command line that prints it puts its own arguments to it, so that it works when it is pasted.
    """
    return f"`{shlex.join(words)}`"
