"""Commands of this tool in messages, for people to run."""

from __future__ import annotations

import shlex


def command(*words: str) -> str:
    """Returns a command in backticks, quoted for a shell: `plan --out 'my plan.json'`.

    The command line that prints it adds its own arguments, so that it works when it is pasted.
    """
    return f"`{shlex.join(words)}`"
