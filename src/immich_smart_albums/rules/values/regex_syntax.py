r"""What a pattern for `re` can cost, and the same pattern in the spelling of `regex`.

The two modules differ, without case and in version 0 of `regex`: there `\w` and `\b` take combining marks for
letters and leave out fractions and superscripts, `\s` leaves out U+001C to U+001F, the Turkish letters U+0130
and U+0131 are not both an i, `{e}` allows errors and `[[:alpha:]]` is a class. All this is written so that it
means what `re` means.

What still differs: characters younger than Python's own Unicode tables, U+0345 under `\w`, `\B` on an empty
text, a back-reference that takes a Turkish i for another, letters beyond ASCII inside `(?a:…)`, and sets that
hold nothing, such as `[^\d\D]`.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass

_HARMLESS = 1_000_000
"""So many elementary tries `re` may make on one text: about ten milliseconds."""


@dataclass(frozen=True, slots=True)
class Work:
    """An upper bound of what backtracking may try: `ways` * (length of the text) ** `power`."""

    ways: int = 1
    power: float = 0
    size: int = 0
    """Characters of the pattern with its counted repetitions written out."""

    def then(self, other: Work) -> Work:
        """This followed by the other."""
        return Work(self.ways * other.ways, self.power + other.power, self.size + other.size)

    def or_else(self, other: Work) -> Work:
        """Either of the two."""
        return Work(self.ways + other.ways, max(self.power, other.power), self.size + other.size)

    def repeated(self, low: int, high: float) -> Work:
        """This from `low` to `high` times; infinite power where the tries may multiply with every turn."""
        size = self.size * max(1, low if high == math.inf else int(high))
        if high <= 1:
            return Work(self.ways + 1, self.power, size)
        if self.ways > 1 or self.power:
            return Work(1, math.inf, size)
        return Work(1, 1, size) if high == math.inf else Work(int(high) + 1, 0, size)

    def longest(self, length_of_pattern: int) -> int:
        """The longest text on which it is harmless, -1 if there is none."""
        if self.power == math.inf:
            return -1
        tries = _HARMLESS // (self.ways * (length_of_pattern + 1))
        return int(tries ** (1 / (self.power + 1)))  # One more, because a match may start anywhere.


_ATOM = Work(size=1)

_ESCAPE = r"\\(?:N\{[^}]*\}|[0-7]{1,3}|x..|u.{4}|U.{8}|.)"
# Only ever applied to what `re` has accepted, so it need not tell valid from invalid.
_TOKEN = re.compile(
    rf"""(?P<set>\[\^?\]?(?:\\.|[^\]\\])*\])
      | (?P<comment>\(\?\#[^)]*\))
      | (?P<flags>\(\?[a-zA-Z-]+[:)])
      | (?P<reference>\(\?P=\w+\)|\\(?!0|[1-3][0-7][0-7])[0-9]{{1,2}})
      | (?P<open>\((?:\?(?:P<\w+>|\(\w+\)|<?[=!]|[:>]))?)
      | (?P<close>\))
      | (?P<bar>\|)
      | (?P<repeat>(?:[*+?]|\{{(?:(?P<low>\d+)(?P<comma>,(?P<high>\d*))?|,(?P<most>\d*))\}})[?+]?)
      | (?P<escape>{_ESCAPE})
      | (?P<character>.)""",
    re.VERBOSE | re.DOTALL,
)
_SET_ITEM = re.compile(rf"{_ESCAPE}|.", re.DOTALL)

_PLAIN = re.compile(r"(?:\^|\\A)?((?:[^\\^$*+?{}\[\]|()]|\\[^\w\s])+)(?:\$|\\Z)?")
"""A text with perhaps an anchor at either end, and dots, which stand for themselves more often than not."""

_CERTAIN = frozenset(map(chr, range(32, 127))) - set("%_\\;`")
"""What the database compares as it is, but for case; two of them have twins that NFC takes for them."""

_EVERY_I = "iI\u0130\u0131"
_WORD, _SPACE = r"\p{L}\p{N}_", r"\s\x1c-\x1f"
_AFTER_WORD, _AFTER_OTHER = f"(?<=[{_WORD}])", f"(?<![{_WORD}])"
_BEFORE_WORD, _BEFORE_OTHER = f"(?=[{_WORD}])", f"(?![{_WORD}])"
_CLASSES = {
    r"\w": f"[{_WORD}]",
    r"\W": f"[^{_WORD}]",
    r"\s": f"[{_SPACE}]",
    r"\S": f"[^{_SPACE}]",
    r"\b": f"(?:{_AFTER_WORD}{_BEFORE_OTHER}|{_AFTER_OTHER}{_BEFORE_WORD})",
    r"\B": f"(?:{_AFTER_WORD}{_BEFORE_WORD}|{_AFTER_OTHER}{_BEFORE_OTHER})",
}


@dataclass(slots=True)
class _Group:
    """An open group: the flags that hold in it, and the work of what has been read of it."""

    flags: frozenset[str]
    closed: Work | None = None
    branch: Work = Work()
    last: Work = Work()

    def add(self, item: Work) -> None:
        self.branch, self.last = self.branch.then(self.last), item

    def next_branch(self) -> None:
        self.closed, self.branch, self.last = self.total(), Work(), Work()

    def total(self) -> Work:
        branch = self.branch.then(self.last)
        return self.closed.or_else(branch) if self.closed else branch


def translate(text: str) -> tuple[str, Work]:
    """The pattern in the spelling of `regex`, and its work; `re` must have accepted it, without case."""
    groups = [_Group(frozenset("i"))]
    written: list[str] = []
    at = 0
    while at < len(text):
        token = next(_TOKEN.finditer(text, at))
        kind, found, at = token.lastgroup, token[0], token.end()
        group = groups[-1]
        if kind == "repeat":
            group.last = group.last.repeated(*_counts(token))
        elif kind == "reference":
            group.add(Work(1, 1, 1))
        elif kind in ("set", "escape", "character"):
            if "x" in group.flags and found == "#":
                at = (text.find("\n", at) + 1) or len(text)
                found = text[token.start() : at]
            elif "x" not in group.flags or found not in " \t\n\r\f\v":
                group.add(_ATOM)
                found = _spelled(found, group.flags)
        else:
            _nest(groups, kind, found)
        written.append(found)
    return "".join(written), groups[0].total()


def longest_literal(text: str) -> str:
    """The longest text that stands, in whatever case, in everything that the pattern is found in; empty: none.

    It is plain ASCII without characters that a database takes for wildcards. `re` must have accepted the pattern.
    """
    pieces, depth, at = [""], 0, 0
    while at < len(text):
        token = next(_TOKEN.finditer(text, at))
        kind, found, at = token.lastgroup, token[0], token.end()
        if (kind == "bar" and not depth) or (kind == "flags" and "x" in found):
            return ""  # a choice; spaces that mean nothing
        if kind == "open" or (kind == "flags" and found.endswith(":")):
            depth += 1
        elif kind == "close":
            depth -= 1
        elif depth or kind == "comment":
            continue
        elif kind == "repeat" and _counts(token)[0] == 0:
            pieces[-1] = pieces[-1][:-1]
        elif _is_letter(kind, found):
            pieces[-1] += found[-1]
            continue
        pieces.append("")
    return max((piece.strip() for piece in pieces), key=len)


def plain_text(text: str) -> str | None:
    """What a pattern that is a plain text, perhaps with anchors, looks for; None for any other."""
    found = _PLAIN.fullmatch(text)
    if found is None or not any(map(str.isalnum, found[1])):
        return None
    return re.sub(r"\\(.)", r"\1", found[1])


def _is_letter(kind: str | None, found: str) -> bool:
    """Whether a token is a character that stands for itself and that the database compares as it is, but for case."""
    itself = found not in ".^$" if kind == "character" else kind == "escape" and not found[1].isalnum()
    return itself and found[-1] in _CERTAIN


def _nest(groups: list[_Group], kind: str | None, found: str) -> None:
    group = groups[-1]
    if kind == "open":
        groups.append(_Group(group.flags))
    elif kind == "close":
        groups.pop()
        groups[-1].add(group.total())
    elif kind == "bar":
        group.next_branch()
    elif kind == "flags":
        on, _, off = found[2:-1].partition("-")
        flags = (group.flags | frozenset(on)) - frozenset(off)
        if found.endswith(":"):
            groups.append(_Group(flags))
        else:
            group.flags = flags


def _counts(repeat: re.Match[str]) -> tuple[int, float]:
    sign = repeat[0][0]
    if sign != "{":
        return {"*": (0, math.inf), "+": (1, math.inf), "?": (0, 1)}[sign]
    low = int(repeat["low"] or 0)
    if repeat["low"] and repeat["comma"] is None:
        return low, low
    most = repeat["high"] or repeat["most"]
    return low, int(most) if most else math.inf


def _spelled(atom: str, flags: frozenset[str]) -> str:
    """One character, escape or set as `regex` spells it."""
    ascii_only = "a" in flags
    any_i = "i" in flags and not ascii_only
    if len(atom) > 1 and atom[0] == "[":
        return _spelled_set(atom, any_i=any_i, ascii_only=ascii_only)
    if atom in _CLASSES:
        return atom if ascii_only else _CLASSES[atom]
    if any_i and atom not in (".", r"\D") and re.fullmatch(atom, "i", re.IGNORECASE):
        return f"[{_EVERY_I}]"
    # A brace that `re` takes for itself; and under the x flag, `regex` skips more kinds of space.
    return rf"\{atom}" if atom in "{}" or atom.isspace() else atom


def _spelled_set(text: str, *, any_i: bool, ascii_only: bool) -> str:
    negated = text.startswith("[^")
    items = _SET_ITEM.findall(text, 2 if negated else 1, len(text) - 1)
    content, complements = "", []
    for position, item in enumerate(items):
        if item in (r"\W", r"\S") and not ascii_only:
            complements.append(item)
        elif item in (r"\w", r"\s") and not ascii_only:
            content += _CLASSES[item][1:-1]
        elif len(item) > 1 or item.isalnum() or (item == "-" and 0 < position < len(items) - 1):
            content += item
        else:
            content += rf"\{item}"
    if any_i and negated == (re.match(text, "i", re.IGNORECASE) is None):
        content += _EVERY_I
    if not complements:
        return f"[^{content}]" if negated else f"[{content}]"
    # In version 0 a set cannot hold the complement of a set: say it with alternatives, or look ahead.
    if negated:
        without = f"(?![{content}])" if content else ""
        return f"(?:{without}{''.join(f'(?={_CLASSES[item.lower()]})' for item in complements)}(?s:.))"
    parts = [f"[{content}]"] if content else []
    return f"(?:{'|'.join(parts + [_CLASSES[item] for item in complements])})"
