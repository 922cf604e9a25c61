"""Tests on a text of an asset: a regular expression that is searched in it, a glob, or a text that it contains."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.span import marked
from immich_smart_albums.model.text_forms import nfc
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode
from immich_smart_albums.rules.syntax.reader import options, read_list
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.accidents import accident
from immich_smart_albums.rules.values.regex import SECONDS_PER_MATCH, PatternError, PatternTimeout, compile_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Getter, Node, Record

MIN_LITERAL = 3
"""A shorter piece would leave out next to nothing."""

_GLOB_TOKEN = re.compile(r"(?P<folders>\*\*/)|(?P<any>\*\*)|(?P<some>\*)|(?P<one>\?)|(?P<set>\[[^]/]+\])|.", re.DOTALL)
_GLOB = {"folders": "(?:.*/)?", "any": ".*", "some": "[^/]*", "one": "[^/]"}


@dataclass(frozen=True, slots=True)
class TextField:
    """A text of an asset that can be tested."""

    noun: str
    getter: Getter
    field: str
    search: str
    """The search field that finds a text by a part of it, whatever case and accents."""
    glob_start: str | None = None
    """What a glob may begin after, as an expression; None: there are no globs."""
    unknown: Filter | None = None
    """What `none` means, where it means something."""


def read_text_test(value: ValueNode, reader: Reader, of: TextField) -> Node | None:
    """The test in a value, or in each value of a list, of which any holds."""
    meant = f"a regular expression for the {of.noun}"
    return read_list(value, reader, meant, lambda item: _one(item, reader, of), none=of.unknown)


def _one(value: ValueNode, reader: Reader, of: TextField) -> Node | None:
    if not isinstance(value, MappingNode):
        _note_accident(value, reader, of)
        return _matches(value, reader, of)
    readers = {"regex": _matches, "contains": _contains} | ({} if of.glob_start is None else {"glob": _is_like})
    meant = f"a test of the {of.noun}"
    return options(value, reader, meant, {word: partial(_listed, read, reader, of) for word, read in readers.items()})


def _note_accident(value: ValueNode, reader: Reader, of: TextField) -> None:
    """Say it where a plain text is hardly meant as the expression that it is. It stays one, as files rely on that."""
    meaning = accident(value.text) if isinstance(value, ScalarNode) else None
    if meaning is not None and isinstance(value, ScalarNode):
        reader.diagnostics.warn(
            f"{value.span}: {value.text!r} is read as a regular expression, in which {meaning}; for the {of.noun} with "
            f"this text write {{contains: {value.text!r}}}, for the expression {{regex: {value.text!r}}}"
        )


def _listed(
    read: Callable[[ValueNode, Reader, TextField], Node | None], reader: Reader, of: TextField, value: ValueNode
) -> Node | None:
    return read_list(value, reader, f"a text for the {of.noun}", lambda item: read(item, reader, of))


def _matches(value: ValueNode, reader: Reader, of: TextField) -> Filter | None:
    text = reader.text(value, "a regular expression")
    return None if text is None else _check(f"{of.noun} matches {text!r}", text, value, reader, of)


def _contains(value: ValueNode, reader: Reader, of: TextField) -> Filter | None:
    text = reader.text(value, "a text")
    return None if text is None else _check(f"{of.noun} contains {text!r}", re.escape(nfc(text)), value, reader, of)


def _is_like(value: ValueNode, reader: Reader, of: TextField) -> Filter | None:
    text = reader.text(value, "a glob")
    if text is None:
        return None
    start = r"\A" if text.startswith("/") else of.glob_start
    return _check(f"{of.noun} is like {text!r}", f"(?s){start}{_from_glob(nfc(text))}\\Z", value, reader, of)


def _from_glob(text: str) -> str:
    """A glob as a regular expression; a folder at the end means everything in it."""
    written = ""
    for token in _GLOB_TOKEN.finditer(f"{text}**" if text.endswith("/") else text):
        if token.lastgroup == "set":
            inside = re.sub(r"([\\\[&~|^])", r"\\\1", token[0][1:-1])
            written += f"[^/{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
        else:
            written += _GLOB.get(token.lastgroup or "", re.escape(token[0]))
    return written


def _check(words: str, regex: str, node: ValueNode, reader: Reader, of: TextField) -> Filter | None:
    try:
        pattern = compile_pattern(regex, timeout=SECONDS_PER_MATCH)
    except PatternError as error:
        problem = node.span.problem(error.reason, hint=error.hint)
        excerpt = marked(error.text, error.position)
        reader.diagnostics.problems.append(replace(problem, excerpt=excerpt))
        return None

    def holds(record: Record) -> bool:
        try:
            return pattern.matches(of.getter(record))
        except PatternTimeout as error:
            message = f"{node.span}: {words} failed on asset {record.get('id')}: {error}"
            hint = "Write it simpler: avoid repetition inside repetition, such as (a+)+."
            raise FilterError(message, hint=hint) from None

    piece = pattern.literal
    within = Query(Kind.METADATA, ((of.search, piece),)) if len(piece) >= MIN_LITERAL else None
    return Filter(words, holds, frozenset({of.field}), of.getter, within)
