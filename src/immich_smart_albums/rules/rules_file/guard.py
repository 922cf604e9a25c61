"""Reads guards: `guard: {remove: 30 %, add: 1000, empty: allow}`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.rules.syntax.document import ScalarNode, name_of

if TYPE_CHECKING:
    from immich_smart_albums.rules.album import Guard
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

UNLIMITED = "unlimited"
EMPTY = {"allow": True, "refuse": False}

_PERCENT = re.compile(r"(\d{1,3}(?:\.\d{1,3})?)\s*%", re.ASCII)
_COUNT = re.compile(r"\d{1,9}", re.ASCII)


def read_guard(value: ValueNode, default: Guard, words: tuple[str, ...], reader: Reader) -> Guard | None:
    """Returns the limits of a mapping with some of the `words` remove, add and empty. None with problems noted.

    Other limits stay as in `default`. `remove` replaces both of its limits, of photos and of their share.
    """
    before = len(reader.diagnostics.problems)
    entries = reader.entries(value, words, "a guard")
    guard = default
    if entries and "remove" in entries:
        guard = _remove(entries["remove"], guard, reader)
    if entries and "add" in entries:
        guard = replace(guard, add=_count(entries["add"], reader))
    if entries and "empty" in entries:
        guard = replace(guard, allow_empty=EMPTY.get(reader.choice(entries["empty"], EMPTY) or "", False))
    return guard if len(reader.diagnostics.problems) == before else None


def _remove(value: ValueNode, guard: Guard, reader: Reader) -> Guard:
    guard = replace(guard, remove=None, remove_share=None)
    for item in reader.elements(value, "a number of photos or a share of them") or ():
        percent = _PERCENT.fullmatch(item.text.strip()) if isinstance(item, ScalarNode) else None
        if percent is None:
            count = _count(item, reader, "30 %, 500, or both in a list")
            if guard.remove is not None:
                reader.problem(item, "two numbers of photos")
            guard = replace(guard, remove=count)
        elif float(percent[1]) > 100:
            reader.problem(item, "more than 100 % cannot be removed")
        elif guard.remove_share is not None:
            reader.problem(item, "two shares of the photos")
        else:
            guard = replace(guard, remove_share=float(percent[1]) / 100)
    return guard


def _count(value: ValueNode, reader: Reader, examples: str = "500") -> int | None:
    text = value.text.strip() if isinstance(value, ScalarNode) else ""
    if _COUNT.fullmatch(text):
        return int(text)
    if text != UNLIMITED:
        hint = f"Write {examples}; {UNLIMITED} for no limit."
        reader.problem(value, f"a number of photos is expected here, not {name_of(value)}", hint=hint)
    return None


def guard_words(guard: Guard, words: tuple[str, ...]) -> str:
    """Returns a guard as a rules file has it, with all of these words."""
    limits = [] if guard.remove_share is None else [f"{guard.remove_share * 100:.6g} %"]
    limits += [] if guard.remove is None else [str(guard.remove)]
    by_word = {
        "remove": f"[{', '.join(limits)}]" if limits else UNLIMITED,
        "add": UNLIMITED if guard.add is None else str(guard.add),
        "empty": "allow" if guard.allow_empty else "refuse",
    }
    return f"{{{', '.join(f'{word}: {by_word[word]}' for word in words)}}}"
