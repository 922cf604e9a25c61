"""Packs records by column: they take little memory, and fields that are not needed are not unpacked.

All values of a field in one batch are packed together. If few of them differ, they are a table and a byte for each
record: the cities `Nice, Nice, Oslo, Nice` become `[Nice, Oslo]` and `0, 0, 1, 0`. Fields in EXIF are columns of their
own, since rules read some of them only.
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
"""The value of a record that does not have the field."""

_MOST_DIFFERENT = 256
"""Values of a table, since each record has one byte."""

_pack, _unpack = msgspec.msgpack.encode, msgspec.msgpack.decode


class RecordBatch:
    """Some records, packed by column."""

    __slots__ = ("_columns", "_exif", "_has_exif", "are_read", "assets", "count", "ids")

    def __init__(
        self, records: Sequence[Mapping[str, object]], assets: Sequence[Asset], names: Collection[str]
    ) -> None:
        """Pack some top-level fields of records; `assets` are the same photos, in the same order."""
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
        """For each record 1 if its EXIF shows that Immich has read the file: most rules need that."""

    @property
    def size(self) -> int:
        """In bytes, about."""
        columns = (*self._columns.values(), *self._exif.values())
        return len(self._has_exif) + sum(column.size for column in columns)

    def verdict(self, check: Callable[[Record], bool], fields: frozenset[str]) -> bytes:
        """Returns for each record a byte, 1 if it passes a check that reads these fields only.

        The check is made once for all records with the same values of them. Raises what the check raises.
        """
        keys = self._keys(fields)
        if keys is None:
            return bytes(map(check, self.records(fields)))
        first = dict(zip(reversed(keys), range(self.count - 1, -1, -1), strict=True))
        verdicts = dict(zip(first, map(check, self.records(fields, list(first.values()))), strict=True))
        return bytes(map(verdicts.__getitem__, keys))

    def records(self, fields: frozenset[str], places: Sequence[int] | None = None) -> list[Row]:
        """Returns records with their ids and these fields. `places` are the ones to return, by number; None: all."""
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
        """Returns the names in EXIF that some fields stand for. None if there are none, or EXIF is one column."""
        if _EXIF in self._columns or not any(name.startswith(_EXIF) for name in fields):
            return None
        return self._exif if _EXIF in fields else {name.split(".")[1] for name in fields if name.startswith(_EXIF)}

    def _keys(self, fields: frozenset[str]) -> list[tuple[int, ...]] | None:
        """Returns for each record a key of its values of some fields. None if a column has too many values."""
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
    """The values of one field."""

    __slots__ = ("_data", "is_whole", "places")

    def __init__(self, values: list[object]) -> None:
        self.is_whole = _MISSING not in values
        # Values of other types may be equal and not the same, such as 1, 1.0 and True.
        is_text = {type(value) for value in values} <= {str, type(None)}
        keys: list[Any] = values if is_text else [_pack(value) for value in values]
        different = {key: place for place, key in enumerate(dict.fromkeys(keys))}
        self.places = b""
        """For each record the place of its value in the table. Empty if there are too many values for one."""
        if len(different) <= min(_MOST_DIFFERENT, len(values) // 2):
            self.places = bytes(map(different.__getitem__, keys))
            first = dict(zip(reversed(keys), reversed(values), strict=True))
            values = [first[key] for key in different]
        self._data = _pack(values)

    @property
    def size(self) -> int:
        return len(self._data) + len(self.places)

    def values(self, chosen: Sequence[int] | None) -> list[Any]:
        """Returns the value of each record, or of those at some places."""
        values: list[Any] = _unpack(self._data)
        if chosen is None:
            return [values[place] for place in self.places] if self.places else values
        return [values[self.places[one]] if self.places else values[one] for one in chosen]


def _columns(records: Sequence[Mapping[str, object]], names: Iterable[str]) -> dict[str, _Column]:
    """Returns a column for each of some fields that any record has."""
    lists = ((name, [record.get(name, _MISSING) for record in records]) for name in names)
    return {name: _Column(values) for name, values in lists if any(value is not _MISSING for value in values)}


def _rows(
    columns: Mapping[str, _Column], wanted: Collection[str], ids: Sequence[str] | None, chosen: Sequence[int] | None
) -> list[Row]:
    """Returns a mapping of field to value for each record, or for those at some places.

    Empty if there are neither columns nor ids.
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
