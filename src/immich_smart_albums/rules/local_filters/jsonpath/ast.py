"""The syntax tree of a path: steps and selectors, as values that print in their normal form."""

from __future__ import annotations

import re
from dataclasses import dataclass

from immich_smart_albums.rules.values.regex import MarkedError

NAME = re.compile(r"[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff-]*")
"""A name after a dot. RFC 9535 allows no hyphen in it; jsonpath-ng does, and nothing else could be meant."""

# Without hyphens, and without characters beyond U+FFFF, which python-jsonpath takes between quotes only.
_SHORT_NAME = re.compile(r"[A-Za-z_\x80-\uffff][A-Za-z0-9_\x80-\uffff]*")


class PathError(MarkedError):
    """A path that cannot be read, or that cannot be evaluated on an asset."""


@dataclass(frozen=True, slots=True)
class Name:
    """The member of an object with this name."""

    name: str

    def __str__(self) -> str:
        return f"['{quoted(self.name)}']"


@dataclass(frozen=True, slots=True)
class Index:
    """The element of a list at this index; a negative one counts from the end."""

    index: int

    def __str__(self) -> str:
        return f"[{self.index}]"


@dataclass(frozen=True, slots=True)
class Wildcard:
    """All members of an object, or all elements of a list."""

    def __str__(self) -> str:
        return "[*]"


@dataclass(frozen=True, slots=True)
class BracketedSelection:
    """Anything else between brackets: a filter, a slice, several selectors."""

    normal: str
    """The normal form: without spaces, texts in single quotes."""

    source: str
    """As the user wrote it."""

    asks_root: bool
    """Whether it refers to the whole asset with `$`."""

    def __str__(self) -> str:
        return self.normal


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a path: a selector of children, or of all descendants."""

    selector: Name | Index | Wildcard | BracketedSelection
    start: int
    """Where it begins in the user's text; that of a selection is its opening bracket."""

    descendants: bool = False

    def __str__(self) -> str:
        dots = ".." if self.descendants else ""
        if isinstance(self.selector, Name) and _SHORT_NAME.fullmatch(self.selector.name):
            return f"{dots or '.'}{self.selector.name}"
        return f"{dots}{self.selector}"


def quoted(text: str) -> str:
    r"""Returns a text as it stands between single quotes in a path: `it\'s`."""
    return "".join(_ESCAPES.get(character, character) for character in text)


_ESCAPES = {
    **{chr(code): f"\\u{code:04x}" for code in range(32)},
    "\b": r"\b",
    "\f": r"\f",
    "\n": r"\n",
    "\r": r"\r",
    "\t": r"\t",
    "'": r"\'",
    "\\": r"\\",
}


@dataclass(frozen=True, slots=True)
class FilterPath:
    """A path inside a filter: from the current value (`@`), or from the whole asset (`$`)."""

    segments: tuple[Segment, ...]
    from_root: bool


@dataclass(frozen=True, slots=True)
class FilterSelector:
    """The children for which an expression holds."""

    queries: tuple[FilterPath, ...]
    """All paths in the expression."""


@dataclass(frozen=True, slots=True)
class Segment:
    """The selectors of one step, of children or of all descendants. A slice is the index 0 here."""

    selectors: tuple[Name | Index | Wildcard | FilterSelector, ...]
    descendants: bool


def plain_segments(steps: tuple[Step, ...]) -> tuple[Segment, ...]:
    """Returns the segments of a path without selections."""
    return tuple(
        Segment((step.selector,), step.descendants)
        for step in steps
        if isinstance(step.selector, Name | Index | Wildcard)
    )
