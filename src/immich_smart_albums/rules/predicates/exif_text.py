"""Texts that Immich keeps for each asset and finds exactly: places, cameras, lenses."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.record import equals, exif, has_exif, unknown
from immich_smart_albums.rules.syntax.reader import any_of, is_none
from immich_smart_albums.rules.tree import Check

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import Value
    from immich_smart_albums.rules.syntax.reader import Reading
    from immich_smart_albums.rules.tree import Node, Record


def is_exactly(word: str, name: str, wanted: str) -> Check:
    """The field `name` of EXIF is this text."""
    return equals(word, wanted, exif(name), f"exifInfo.{name}", within=Query(Kind.METADATA, ((name, wanted),)))


def read_exact(value: Value, reading: Reading, word: str, name: str) -> Node | None:
    """A text, `none`, or a list of these, for the field `name` of EXIF."""
    return any_of(value, reading, f"a {word}", lambda each: _one(each, reading, word, name))


def _one(value: Value, reading: Reading, word: str, name: str) -> Check | None:
    if is_none(value):
        return unknown(word, exif(name), f"exifInfo.{name}", within=Query(Kind.METADATA, ((name, None),)))
    text = reading.text(value, f"a {word}")
    return None if text is None else is_exactly(word, name, text)


def none_of(word: str, *names: str) -> Check:
    """Immich has read the file, and none of these fields of EXIF has a value."""

    def known(record: Record) -> list[object]:
        return [found for name in names if (found := exif(name)(record)) is not None]

    return Check(
        f"no {word}",
        lambda record: has_exif(record) and not known(record),
        frozenset(f"exifInfo.{name}" for name in names),
        known,
        Query(Kind.METADATA, tuple((name, None) for name in sorted(names))),
        exact=True,
    )
