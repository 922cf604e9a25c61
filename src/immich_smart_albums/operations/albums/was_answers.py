"""Questions that `was` answers: how they are put at the end of a problem, and which answers one offers.

What is written here is read back here, so that a page can offer as buttons what a command line can only say.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from immich_smart_albums.rules.rules_file.was import NO_RULE

if TYPE_CHECKING:
    from immich_smart_albums.errors import Problem

_PLAIN = re.compile(r"\w[\w '()&.,+-]*\w", re.ASCII)
"""Names that YAML takes as they are."""

_NEW = f"`was: {NO_RULE}`."
_RENAMED_OR_NEW = re.compile(rf"Renamed: add `was: (?P<before>.+)`\. A new album: add {re.escape(_NEW)}", re.DOTALL)


def renamed_or_new(before: str | None) -> str:
    """Returns what to do where a rule may go on with an earlier one, or may be new; None: it can only be new."""
    if before is None:
        return f"A new album: add {_NEW}"
    name = before if _PLAIN.fullmatch(before) else json.dumps(before, ensure_ascii=False)
    return f"Renamed: add `was: {name}`. A new album: add {_NEW}"


def own_album_as_well() -> str:
    """Returns what to do where an album of the rule's name is only shown, and another one of that name is meant."""
    return f"For an own album as well: {_NEW}"


def was_answers(problem: Problem) -> tuple[str, ...]:
    """Returns the values of `was` that answer a problem, as YAML, the one for a new album last.

    Empty if it is not about that.
    """
    hint = problem.hint or ""
    renamed = _RENAMED_OR_NEW.fullmatch(hint)
    if renamed is not None:
        return (renamed["before"], NO_RULE)
    return (NO_RULE,) if hint.endswith((renamed_or_new(None), own_album_as_well())) else ()
