"""How large an asset's file is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import exif, number, number_in
from immich_smart_albums.rules.syntax.reader import read_list
from immich_smart_albums.rules.values.numbers import Unit, read_range, written
from immich_smart_albums.rules.values.schema import RANGE, one_or_list

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node, Record

_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*([kmgt]?)(i?)b", re.ASCII | re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_FILE_SIZE = exif("fileSizeInByte")


def _bytes(text: str) -> float | None:
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    return float(match[1]) * float(1024 if match[3] else 1000) ** _POWERS[match[2].lower()]


_UNIT = Unit("a size with its unit, such as 5MB,", _bytes, lambda size: f"{written(size)} bytes", "5MB..10MB")


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_list(value, reader, _UNIT.meant, lambda item: _one(item, reader))


def _one(value: ValueNode, reader: Reader) -> Node | None:
    wanted = read_range(value, reader, _UNIT)

    def size(record: Record) -> float | None:
        return number(_FILE_SIZE(record))

    return None if wanted is None else number_in("size", wanted, _UNIT, size, "exifInfo.fileSizeInByte")


PREDICATE = Predicate(
    "size",
    "How large the file is.",
    _read,
    schema=one_or_list(RANGE),
    picker=Picker.NUMBER,
    phrase="has a size of {}",
    examples=(
        ("size: {min: 50MB}", "50 megabytes or more"),
        ("size: ..200kB", "at most 200 kilobytes"),
        ("size: 1GiB..", "a gibibyte or more"),
    ),
    options={"min": "at least this much", "max": "at most this much"},
    notes="Units are `B`, `kB`, `MB`, `GB`, `TB` (of 1000) and `KiB`, `MiB`, `GiB`, `TiB` (of 1024).",
)
