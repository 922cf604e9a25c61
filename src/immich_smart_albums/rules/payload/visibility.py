"""Reads the visibilities of a payload, in the words of any version of Immich.

Up to 1.132 the words are isVisible, isArchived and withArchived, since then `visibility`. The server's default changed
twice (1.133, 3.0.0); ours is always the timeline.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Visibility
from immich_smart_albums.model.search_fields import VISIBILITY_WORDS
from immich_smart_albums.rules.payload.json_text import name_of_type

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.syntax.source import Origin

_TIMELINE = frozenset({Visibility.TIMELINE})
_ARCHIVE = frozenset({Visibility.ARCHIVE})
_HIDDEN = frozenset({Visibility.HIDDEN})


def says_visibility(payload: dict[str, object]) -> bool:
    """Returns whether a payload sets the visibility of its photos."""
    return not payload.keys().isdisjoint(VISIBILITY_WORDS)


def read_visibility(payload: dict[str, object], source: Origin, diagnostics: Diagnostics) -> frozenset[Visibility]:
    """Returns the visibilities that a payload asks for. The timeline if it sets none, and with a problem noted."""
    wanted: dict[str, frozenset[Visibility]] = {}
    if "visibility" in payload:
        named = _read_word(payload["visibility"], source, diagnostics)
        if named:
            wanted["visibility"] = named
    truths = {word: _read_truth(word, payload, source, diagnostics) for word in _TRUTHS}
    if truths["isArchived"] is not None:
        wanted["isArchived"] = _ARCHIVE if truths["isArchived"] else _TIMELINE
    elif truths["withArchived"]:
        wanted["withArchived"] = _TIMELINE | _ARCHIVE
    if truths["isVisible"] is False:
        wanted["isVisible"] = _HIDDEN
    elif truths["isVisible"] and _HIDDEN in wanted.values():
        wanted["isVisible"] = _TIMELINE
    if len(set(wanted.values())) > 1:
        words = " and ".join(wanted)
        diagnostics.problems.append(source.problem(f"{words} contradict each other", hint="Keep one of them."))
    return next(iter(wanted.values()), _TIMELINE)


_TRUTHS = ("isArchived", "withArchived", "isVisible")


def _read_truth(word: str, payload: dict[str, object], source: Origin, diagnostics: Diagnostics) -> bool | None:
    value = payload.get(word)
    if word in payload and not isinstance(value, bool):
        message = f"{word} takes true or false, not {name_of_type(value)}: {value!r}"
        diagnostics.problems.append(source.problem(message, key=word))
        return None
    return value if isinstance(value, bool) else None


def _read_word(value: object, source: Origin, diagnostics: Diagnostics) -> frozenset[Visibility] | None:
    if value == "locked":
        hint = "Locked photos stay locked: Immich shows them to no API key."
        diagnostics.problems.append(
            source.problem("visibility 'locked' cannot be searched", hint=hint, key="visibility")
        )
        return None
    for visibility in Visibility:
        if value == visibility.value:
            return frozenset({visibility})
    message = f"visibility is one of timeline, archive, hidden, not {value!r}"
    diagnostics.problems.append(source.problem(message, key="visibility"))
    return None
