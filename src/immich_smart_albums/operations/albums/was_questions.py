"""Questions that `was` answers: their wording, and the answers that a page offers as buttons."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

from immich_smart_albums.rules.rules_file.was import NO_RULE

if TYPE_CHECKING:
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.span import Span

_PLAIN = re.compile(r"\w[\w '()&.,+-]*\w", re.ASCII)
"""Names that YAML takes as they are."""

_NEW = f"`was: {NO_RULE}`."


def renamed_or_new(span: Span, message: str, before: str | None) -> Problem:
    """Returns the problem of a rule that may continue the rule `before`, or may be new. None: it can only be new."""
    if before is None:
        return span.problem(message, hint=f"A new album: add {_NEW}", answers=(NO_RULE,))
    name = before if _PLAIN.fullmatch(before) else json.dumps(before, ensure_ascii=False)
    hint = f"Renamed: add `was: {name}`. A new album: add {_NEW}"
    return span.problem(message, hint=hint, answers=(name, NO_RULE))


def own_album_as_well(span: Span, message: str, hint: str) -> Problem:
    """Returns the problem of a second album of the name of one that others share for viewing."""
    return span.problem(message, hint=f"{hint} For an own album as well: {_NEW}", answers=(NO_RULE,))
