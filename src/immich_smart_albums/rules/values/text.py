"""Tests of a text of an asset: by a regular expression, by a glob, or by a text that it contains."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError
from immich_smart_albums.model.query import metadata
from immich_smart_albums.model.span import marked
from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.syntax.document import ScalarNode
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.accidents import accident
from immich_smart_albums.rules.values.kinds import ByHand, OneOf, OneOrMany, Options
from immich_smart_albums.rules.values.regex import SECONDS_PER_MATCH, PatternError, PatternTimeout, compile_pattern
from immich_smart_albums.rules.values.schema import TEXT
from immich_smart_albums.rules.values.single import NoneIs

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Getter, Node, Record
    from immich_smart_albums.rules.values.kinds import Value

MIN_LITERAL = 3
"""A shorter text is in nearly every name, so that a search for it leaves out hardly any photo."""

_GLOB_TOKEN = re.compile(r"(?P<folders>\*\*/)|(?P<any>\*\*)|(?P<some>\*)|(?P<one>\?)|(?P<set>\[[^]/]+\])|.", re.DOTALL)
_GLOB = {"folders": "(?:.*/)?", "any": ".*", "some": "[^/]*", "one": "[^/]"}


@dataclass(frozen=True, slots=True)
class TextField:
    """A text of an asset that can be tested."""

    noun: str
    """In messages, such as "path"."""
    getter: Getter
    field: str
    """The field of the record."""
    search: str
    """The search field that finds a text by a part of it, whatever case and accents."""
    glob_start: str = r"\A"
    """An expression for what may stand before a glob."""
    unknown: Filter | None = None
    """The meaning of `none`. None if it has no meaning."""


def text_match(of: TextField, options: Mapping[str, str]) -> Value[Node]:
    """Returns the kind of value for tests of a text; `options` are the kinds of tests, each with its meaning."""
    readers = {"regex": _matches, "glob": _is_like, "contains": _contains}
    plain = ByHand(partial(_plain, of=of), TEXT, meant=f"a regular expression for the {of.noun}")
    tests = {
        word: (
            meaning,
            OneOrMany(ByHand(partial(readers[word], of=of), TEXT, meant=f"a text for the {of.noun}")),
        )
        for word, meaning in options.items()
    }
    none = () if of.unknown is None else (NoneIs(of.unknown),)
    return OneOrMany(OneOf(plain, *none, Options(f"a test of the {of.noun}", tests)))


def _plain(value: ValueNode, reader: Reader, of: TextField) -> Node | None:
    _note_accident(value, reader, of)
    return _matches(value, reader, of)


def _note_accident(value: ValueNode, reader: Reader, of: TextField) -> None:
    """Say it where a plain text is hardly meant as the expression that it is. It stays one, as files rely on that."""
    meaning = accident(value.text) if isinstance(value, ScalarNode) else None
    if meaning is not None and isinstance(value, ScalarNode):
        reader.diagnostics.warn(
            f"{value.span}: {value.text!r} is read as a regular expression, in which {meaning}; for the {of.noun} with "
            f"this text write {{contains: {value.text!r}}}, for the expression {{regex: {value.text!r}}}"
        )


def _matches(value: ValueNode, reader: Reader, of: TextField) -> Filter | None:
    text = reader.text(value, "a regular expression")
    return None if text is None else _regex_filter(f"{of.noun} matches {text!r}", text, value, reader, of)


def _contains(value: ValueNode, reader: Reader, of: TextField) -> Filter | None:
    text = reader.text(value, "a text")
    return (
        None if text is None else _regex_filter(f"{of.noun} contains {text!r}", re.escape(nfc(text)), value, reader, of)
    )


def _is_like(value: ValueNode, reader: Reader, of: TextField) -> Filter | None:
    text = reader.text(value, "a glob")
    if text is None:
        return None
    start = r"\A" if text.startswith("/") else of.glob_start
    return _regex_filter(f"{of.noun} is like {text!r}", f"(?s){start}{_from_glob(nfc(text))}\\Z", value, reader, of)


def _from_glob(text: str) -> str:
    """Returns a glob as a regular expression: `[^/]*` for `*`. A folder at the end means all that is in it."""
    written = ""
    for token in _GLOB_TOKEN.finditer(f"{text}**" if text.endswith("/") else text):
        if token.lastgroup == "set":
            inside = re.sub(r"([\\\[&~|^])", r"\\\1", token[0][1:-1])
            written += f"[^/{inside[1:]}]" if inside.startswith("!") else f"[{inside}]"
        else:
            written += _GLOB.get(token.lastgroup or "", re.escape(token[0]))
    return written


def _regex_filter(words: str, regex: str, node: ValueNode, reader: Reader, of: TextField) -> Filter | None:
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
    within = metadata(**{of.search: piece}) if len(piece) >= MIN_LITERAL else None
    return Filter(words, holds, frozenset({of.field}), of.getter, within, sought=piece.lower() or None)
