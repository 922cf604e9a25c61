"""An explanation line by line, as a page shows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.report.explanation import near_misses, reason_words
from immich_smart_albums.report.words import one_line
from immich_smart_albums.selection.explain.explain import Verdict, answer_text, leaf_text

if TYPE_CHECKING:
    from immich_smart_albums.selection.explain.explain import Explanation, Reason


@dataclass(frozen=True, slots=True)
class WhyLine:
    """A part of a rule with its verdict, and the lines below it."""

    verdict: Verdict
    words: str
    value: str = ""
    """What decided. Empty if there is nothing to show."""
    parts: tuple[WhyLine, ...] = ()


@dataclass(frozen=True, slots=True)
class Why:
    """The lines of one explanation."""

    lines: tuple[WhyLine, ...]
    heading: str = ""
    """Above the near misses."""
    misses: tuple[WhyLine, ...] = ()


def why(explanation: Explanation) -> Why:
    """Returns the lines of an explanation, in the words of the terminal."""
    heading, misses = near_misses(explanation)
    lines = tuple(WhyLine(reason.verdict, one_line(leaf_text(reason))) for reason in misses)
    return Why((_line(explanation.tree),), heading, lines)


def _line(reason: Reason) -> WhyLine:
    value = one_line(answer_text(reason.answer)) if reason.answer else ""
    parts = () if reason.verdict is Verdict.NOT_ASKED else tuple(map(_line, reason.parts))
    return WhyLine(reason.verdict, reason_words(reason), value, parts)
