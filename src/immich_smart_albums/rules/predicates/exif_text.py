"""Texts that Immich keeps for each asset and finds exactly: places, cameras, lenses."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.record import equals, exif, has_exif, is_missing
from immich_smart_albums.rules.syntax.document import MappingNode
from immich_smart_albums.rules.syntax.reader import any_of, is_none, options, read_list
from immich_smart_albums.rules.tree import Filter, ListedValue

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node, Record


MAY_BE_MISSING = "may-be-missing"
MAY_BE_MISSING_MEANS = "`true`: it is fine that no photo has such a name yet"


@dataclass(frozen=True, slots=True)
class Names:
    """A predicate on names that Immich keeps for each asset."""

    meant: str
    """What it is called in messages, such as "a place"."""
    fields: Mapping[str, str]
    """The search field, and field of EXIF, of each option."""
    plain: tuple[str, ...]
    """The options of which one must hold for a plain text."""
    plain_meant: str
    """What such a text is called in messages."""
    word: str
    """What `none` says is missing."""


def read_names(value: ValueNode, reader: Reader, names: Names) -> Node | None:
    """A text, `none`, a mapping of options, or a list of these of which any holds."""
    return read_list(value, reader, names.meant, lambda item: _one(item, reader, names))


def _one(value: ValueNode, reader: Reader, names: Names) -> Node | None:
    if not isinstance(value, MappingNode):
        return _plain(value, reader, names, may_be_missing=False)
    rest = MappingNode(tuple(entry for entry in value.entries if entry[0].text != MAY_BE_MISSING), value.span)
    may_be_missing_entry = value.get(MAY_BE_MISSING)
    may_be_missing = False if may_be_missing_entry is None else reader.truth(may_be_missing_entry)
    if may_be_missing is None:
        return None
    readers: dict[str, Callable[[ValueNode], Node | None]] = {
        "name": lambda item: read_list(
            item, reader, names.meant, lambda one: _plain(one, reader, names, may_be_missing=may_be_missing)
        )
    }
    readers |= {
        word: partial(_listed, reader=reader, word=word, name=name, may_be_missing=may_be_missing)
        for word, name in names.fields.items()
    }
    return options(rest, reader, names.meant, readers)


def _plain(value: ValueNode, reader: Reader, names: Names, *, may_be_missing: bool) -> Node | None:
    fields = tuple(names.fields[word] for word in names.plain)
    if is_none(value):
        return exif_missing(names.word, *fields)
    text = reader.text(value, names.plain_meant)
    if text is None:
        return None
    sought = (ListedValue(names.fields[word], text, fields, may_be_missing=may_be_missing) for word in names.plain)
    return any_of(exif_equals(word, text) for word, text in zip(names.plain, sought, strict=True))


def _listed(value: ValueNode, *, reader: Reader, word: str, name: str, may_be_missing: bool) -> Node | None:
    return read_list(
        value, reader, f"a {word}", lambda item: _of_field(item, reader, word, name, may_be_missing=may_be_missing)
    )


def _of_field(value: ValueNode, reader: Reader, word: str, name: str, *, may_be_missing: bool) -> Filter | None:
    if is_none(value):
        return is_missing(word, exif(name), f"exifInfo.{name}", within=Query(Kind.METADATA, ((name, None),)))
    text = reader.text(value, f"a {word}")
    return None if text is None else exif_equals(word, ListedValue(name, text, (name,), may_be_missing=may_be_missing))


def exif_equals(word: str, sought: ListedValue) -> Filter:
    """A field of EXIF is this text, until it is known how the server writes it."""
    name, text = sought.field, sought.text
    within = Query(Kind.METADATA, ((name, text),))
    return replace(equals(word, text, exif(name), f"exifInfo.{name}", within=within), listed_value=sought)


def exif_missing(word: str, *names: str) -> Filter:
    """Immich has read the file, and none of these fields of EXIF has a value."""

    def known(record: Record) -> list[object]:
        return [text for name in names if (text := exif(name)(record)) is not None]

    return Filter(
        f"no {word}",
        lambda record: has_exif(record) and not known(record),
        frozenset(f"exifInfo.{name}" for name in names),
        known,
        Query(Kind.METADATA, tuple((name, None) for name in sorted(names))),
        superset_is_exact=True,
    )
