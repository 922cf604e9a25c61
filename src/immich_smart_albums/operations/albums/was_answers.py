"""Questions that `was` answers: their wording in hints of problems, and the answers that a hint offers.

Hints are written and read here, so that a page can offer the answers as buttons.
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
    """Returns the hint for a rule that may continue the rule `before`, or may be new. None: it can only be new."""
    if before is None:
        return f"A new album: add {_NEW}"
    name = before if _PLAIN.fullmatch(before) else json.dumps(before, ensure_ascii=False)
    return f"Renamed: add `was: {name}`. A new album: add {_NEW}"


def own_album_as_well() -> str:
    """Returns the hint for a second album of the name of one that others share for viewing."""
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
