"""What decided, in short: the leaves that a verdict rests on, and what each of them saw."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from immich_smart_albums.selection.explain import Verdict

if TYPE_CHECKING:
    from immich_smart_albums.selection.explain import Answer, Explanation, Reason

_MOST = 200
"""Characters of a value that are shown."""


def because(explanation: Explanation) -> str:
    """The leaves that a verdict rests on, each with what it saw: `person 'Emma' (people: Noah)`."""
    return "; ".join(dict.fromkeys(in_short(reason) for reason in causes(explanation.tree)))


def causes(reason: Reason) -> Iterable[Reason]:
    """The leaves that a verdict rests on: of "all" those that fail, or all of them where it passes; and so on."""
    match reason.kind:
        case "not":
            yield from causes(reason.parts[0])
        case "all" | "any":
            # All passes, and any fails, because of every part.
            deciding = Verdict.FAILED if reason.kind == "all" else Verdict.PASSED
            for part in reason.parts:
                if part.verdict is deciding or reason.verdict is not deciding:
                    yield from causes(part)
        case _:
            yield reason


def in_short(reason: Reason) -> str:
    """A leaf that was asked, with what it saw."""
    seen = answer_text(reason.answer) if reason.answer else ""
    return f"{reason.words} ({seen})" if seen else reason.words


def answer_text(answer: Answer) -> str:
    """What decided an answer; empty where there is nothing to show."""
    if answer.read is None:
        return value_text(answer.value)
    if answer.rank is not None:
        return f"rank {answer.rank:,}"
    return f"not among the first {answer.read:,}" if answer.read else "not in this ranking"


def value_text(value: object) -> str:
    """A value as people read it, on one line."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            text = value if value.isprintable() and value.strip() else repr(value)
        case float():
            text = f"{value:g}"
        case Mapping():
            text = "; ".join(f"{name.rpartition('.')[2]}: {value_text(each)}" for name, each in value.items())
        case Iterable():
            text = ", ".join(map(value_text, value)) or "nothing"
        case _:
            text = str(value)
    return text if len(text) <= _MOST else f"{text[:_MOST]}…"
