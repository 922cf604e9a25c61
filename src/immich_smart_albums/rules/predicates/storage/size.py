"""Predicate `size`: how large an asset's file is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import exif, number, number_in
from immich_smart_albums.rules.values.kinds import OneOrMany
from immich_smart_albums.rules.values.numbers import Unit, written
from immich_smart_albums.rules.values.single import NumberRange

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Record

_SIZE = re.compile(r"(\d{1,12}(?:\.\d{1,9})?)\s*([kmgt]?)(i?)b", re.ASCII | re.IGNORECASE)
_POWERS = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_FILE_SIZE = exif("fileSizeInByte")


def _bytes(text: str) -> float | None:
    match = _SIZE.fullmatch(text)
    if match is None:
        return None
    return float(match[1]) * float(1024 if match[3] else 1000) ** _POWERS[match[2].lower()]


_UNIT = Unit("a size with its unit, such as 5MB,", _bytes, lambda size: f"{written(size)} bytes", "5MB..10MB")


def _size(record: Record) -> float | None:
    return number(_FILE_SIZE(record))


PREDICATE = Predicate(
    "size",
    "How large the file is.",
    value=OneOrMany(
        NumberRange(_UNIT, low="at least this much", high="at most this much").means(
            lambda wanted: number_in("size", wanted, _UNIT, _size, "exifInfo.fileSizeInByte")
        )
    ),
    picker=Picker.NUMBER,
    phrase="has a size of {}",
    examples=(
        ("size: {min: 50MB}", "50 megabytes or more"),
        ("size: ..200kB", "at most 200 kilobytes"),
        ("size: 1GiB..", "a gibibyte or more"),
    ),
    notes="Units are `B`, `kB`, `MB`, `GB`, `TB` (of 1000) and `KiB`, `MiB`, `GiB`, `TiB` (of 1024).",
)
