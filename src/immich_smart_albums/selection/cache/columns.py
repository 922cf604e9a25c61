"""Records packed by column: little memory, and what is not asked for is not looked at.

What the records of one batch say under one name stands together: packed, or, where it says few different things, as a
table of these and a byte for each record. EXIF is taken apart, since rules look at some of it only.
"""

from __future__ import annotations

from itertools import accumulate, repeat
from typing import TYPE_CHECKING, Any

import msgspec

from immich_smart_albums.rules.tree import roots
from immich_smart_albums.selection.stages import shows_metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.rules.tree import Record

Row = dict[str, Any]

_EXIF = "exifInfo"
_MISSING = msgspec.msgpack.Ext(1, b"")
"""Stands where a record does not have the name at all."""

_MOST_DIFFERENT = 256

_PLAIN = {str, type(None)}

_pack, _unpack = msgspec.msgpack.encode, msgspec.msgpack.decode


class RecordBatch:
    """Some records."""

    __slots__ = ("_columns", "_exif", "_has_exif", "are_read", "assets", "count", "ids")

    def __init__(
        self, records: Sequence[Mapping[str, object]], assets: Sequence[Asset], names: Collection[str]
    ) -> None:
        """Pack what the records of these assets have under some names at the top."""
        self.assets = assets
        self.ids = tuple(asset.id for asset in assets)
        looked_at: Sequence[Mapping[str, object]] = records if _EXIF in names else ()
        exif: list[Mapping[str, object]] = [one for record in looked_at if isinstance(one := record.get(_EXIF), dict)]
        self.count = len(records)
        self._columns = _columns(records, [name for name in names if name != "id" and not (exif and name == _EXIF)])
        self._exif = _columns(exif, dict.fromkeys(name for shown in exif for name in shown))
        has_exif = (isinstance(record.get(_EXIF), dict) for record in looked_at)
        self._has_exif = b"" if len(exif) == self.count else bytes(has_exif)
        self.are_read = bytes(map(shows_metadata, looked_at)) or bytes(self.count)
        """For each record 1 if its EXIF shows that Immich has read the file: most rules want to know."""

    @property
    def size(self) -> int:
        """Bytes, about."""
        columns = (*self._columns.values(), *self._exif.values())
        return len(self._has_exif) + sum(column.size for column in columns)

    def verdict(self, check: Callable[[Record], bool], fields: frozenset[str]) -> bytes:
        """Returns what a check says of the records, which reads these fields: a byte for each, 1 if it passes.

        Of records that say the same under these names it is asked once. Raises what it raises.
        """
        keys = self._keys(fields)
        if keys is None:
            return bytes(map(check, self.records(fields)))
        first = dict(zip(reversed(keys), range(self.count - 1, -1, -1), strict=True))
        verdicts = dict(zip(first, map(check, self.records(fields, list(first.values()))), strict=True))
        return bytes(map(verdicts.__getitem__, keys))

    def records(self, fields: frozenset[str], places: Sequence[int] | None = None) -> list[Row]:
        """Returns the records again, with their ids and these fields. `places` are those of some; None: all."""
        rows = _rows(self._columns, roots(fields), self.ids, places)
        names = self._exif_names(fields)
        if names is None:
            return rows
        has_exif, exif_places = self._has_exif, places
        if places is not None and has_exif:
            number = list(accumulate(has_exif))
            exif_places = [number[place] - 1 for place in places if has_exif[place]]
            has_exif = bytes(has_exif[place] for place in places)
        shown = _rows(self._exif, names, None, exif_places) or [{} for _ in range(len(rows) - has_exif.count(0))]
        left = iter(shown)
        for row, has in zip(rows, has_exif or repeat(1), strict=False):
            if has:
                row[_EXIF] = next(left)
        return rows

    def _exif_names(self, fields: frozenset[str]) -> Collection[str] | None:
        """The names in EXIF that fields are about. None if they are not about EXIF, or it is no mapping."""
        if _EXIF in self._columns or not any(name.startswith(_EXIF) for name in fields):
            return None
        return self._exif if _EXIF in fields else {name.split(".")[1] for name in fields if name.startswith(_EXIF)}

    def _keys(self, fields: frozenset[str]) -> list[tuple[int, ...]] | None:
        """For each record what stands for all that it says under some names, where they say few different things."""
        if "id" in fields:
            return None
        columns = [self._columns[name] for name in roots(fields) if name in self._columns]
        names = self._exif_names(fields) or ()
        in_exif = [column for name, column in self._exif.items() if name in names]
        if not all(column.places for column in (*columns, *in_exif)):
            return None
        keys: list[Iterable[int]] = [column.places for column in columns]
        for column in in_exif:
            left = iter(column.places)
            keys.append([next(left) if has else -1 for has in self._has_exif] if self._has_exif else column.places)
        return list(zip(self._has_exif or bytes(self.count), *keys, strict=True))


class _Column:
    """What records say under one name."""

    __slots__ = ("_data", "is_whole", "places")

    def __init__(self, values: list[object]) -> None:
        self.is_whole = _MISSING not in values
        # Of other types equal values may be different ones: 1, 1.0 and True.
        keys: list[Any] = values if {type(value) for value in values} <= _PLAIN else [_pack(value) for value in values]
        different = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        self.places = b""
        """For each record the place of what it says in a table. Empty if they say too many different things."""
        if len(different) <= min(_MOST_DIFFERENT, len(values) // 2):
            self.places = bytes(map(different.__getitem__, keys))
            first = dict(zip(reversed(keys), reversed(values), strict=True))
            values = [first[key] for key in different]
        self._data = _pack(values)

    @property
    def size(self) -> int:
        return len(self._data) + len(self.places)

    def values(self, chosen: Sequence[int] | None) -> list[Any]:
        """In the order of the records, or those of some by their places."""
        values: list[Any] = _unpack(self._data)
        if chosen is None:
            return [values[place] for place in self.places] if self.places else values
        return [values[self.places[one]] if self.places else values[one] for one in chosen]


def _columns(records: Sequence[Mapping[str, object]], names: Iterable[str]) -> dict[str, _Column]:
    """Returns what records have under some names, but for those under which none has anything."""
    lists = ((name, [record.get(name, _MISSING) for record in records]) for name in names)
    return {name: _Column(values) for name, values in lists if any(value is not _MISSING for value in values)}


def _rows(
    columns: Mapping[str, _Column], wanted: Collection[str], ids: Sequence[str] | None, chosen: Sequence[int] | None
) -> list[Row]:
    """What some columns say, as one mapping for each record, or each chosen one.

    Empty where there are neither columns nor ids.
    """
    names = [name for name in columns if name in wanted]
    is_whole = all(columns[name].is_whole for name in names)
    lists: list[Sequence[Any]] = [columns[name].values(chosen) for name in names]
    if ids is not None:
        names, lists = ["id", *names], [ids if chosen is None else [ids[place] for place in chosen], *lists]
    if is_whole and len(names) == 1:
        (name,), (values,) = names, lists
        return [{name: value} for value in values]
    if is_whole:
        return [dict(zip(names, row, strict=True)) for row in zip(*lists, strict=True)]
    pairs = (zip(names, row, strict=True) for row in zip(*lists, strict=True))
    return [{name: value for name, value in pair if value != _MISSING} for pair in pairs]
