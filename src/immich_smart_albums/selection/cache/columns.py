"""Records packed by column: little memory, and what is not asked for is not looked at.

What the records of one batch say under one name stands together: packed, or, where it says few different things, as a
table of these and a byte for each record. EXIF is taken apart, since rules look at some of it only.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from immich_smart_albums.rules.tree import roots

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset

Row = dict[str, Any]

_EXIF = "exifInfo"
_MISSING = msgspec.msgpack.Ext(1, b"")
"""Stands where a record does not have the name at all."""

_MOST_DIFFERENT = 256

_PLAIN = {str, type(None)}

_pack, _unpack = msgspec.msgpack.encode, msgspec.msgpack.decode


class RecordBatch:
    """Some records."""

    __slots__ = ("_columns", "_exif", "_has_exif", "assets", "count", "ids")

    def __init__(self, records: Sequence[Mapping[str, object]], assets: Sequence[Asset]) -> None:
        """Pack all that the records of these assets have."""
        self.assets = assets
        self.ids = tuple(asset.id for asset in assets)
        exif: list[Mapping[str, object]] = [shown for record in records if isinstance(shown := record.get(_EXIF), dict)]
        self.count = len(records)
        self._columns = _columns(records, {"id", _EXIF} if exif else {"id"})
        self._exif = _columns(exif)
        self._has_exif = b"" if len(exif) == self.count else bytes(bool(record.get(_EXIF)) for record in records)

    @property
    def size(self) -> int:
        """Bytes, about."""
        columns = (*self._columns.values(), *self._exif.values())
        return len(self._has_exif) + sum(column.size for column in columns)

    def records(self, fields: frozenset[str]) -> list[Row]:
        """Returns the records again, with their ids and these fields."""
        rows = _rows(self._columns, roots(fields), self.ids)
        if _EXIF in self._columns or not any(name.startswith(_EXIF) for name in fields):
            return rows
        names = self._exif if _EXIF in fields else {name.split(".")[1] for name in fields if name.startswith(_EXIF)}
        shown = _rows(self._exif, names, None)
        if not shown:
            shown = [{} for _ in range(self.count - self._has_exif.count(0))]
        if not self._has_exif:
            for row, exif in zip(rows, shown, strict=True):
                row[_EXIF] = exif
            return rows
        left = iter(shown)
        for row, has_exif in zip(rows, self._has_exif, strict=True):
            if has_exif:
                row[_EXIF] = next(left)
        return rows


class _Column:
    """What records say under one name."""

    __slots__ = ("_data", "_places", "is_whole")

    def __init__(self, values: list[object]) -> None:
        self.is_whole = _MISSING not in values
        # Of other types equal values may be different ones: 1, 1.0 and True.
        keys: list[Any] = values if {type(value) for value in values} <= _PLAIN else [_pack(value) for value in values]
        different = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        self._places: bytes | None = None
        if len(different) <= min(_MOST_DIFFERENT, len(values) // 2):
            self._places = bytes(map(different.__getitem__, keys))
            first = dict(zip(reversed(keys), reversed(values), strict=True))
            values = [first[key] for key in different]
        self._data = _pack(values)

    @property
    def size(self) -> int:
        return len(self._data) + len(self._places or b"")

    def values(self) -> list[Any]:
        """In the order of the records."""
        values: list[Any] = _unpack(self._data)
        return values if self._places is None else [values[place] for place in self._places]


def _columns(records: Sequence[Mapping[str, object]], without: Collection[str] = ()) -> dict[str, _Column]:
    names = dict.fromkeys(name for record in records for name in record if name not in without)
    return {name: _Column([record.get(name, _MISSING) for record in records]) for name in names}


def _rows(columns: Mapping[str, _Column], wanted: Collection[str], ids: Sequence[str] | None) -> list[Row]:
    """What some columns say, as one mapping for each record. Empty where there are neither columns nor ids."""
    names = [name for name in columns if name in wanted]
    is_whole = all(columns[name].is_whole for name in names)
    lists: list[Sequence[Any]] = [columns[name].values() for name in names]
    if ids is not None:
        names, lists = ["id", *names], [ids, *lists]
    if is_whole:
        return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]
    pairs = (zip(names, row, strict=True) for row in zip(*lists, strict=True))
    return [{name: value for name, value in pair if value != _MISSING} for pair in pairs]
