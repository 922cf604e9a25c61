"""Where the parts of a rule stand in its text: from an origin to an offset, and from there to a row."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.rows import RowKind
from immich_smart_albums.model.span import Span

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from immich_smart_albums.config.editing.rows import Row
    from immich_smart_albums.model.span import Place

NOWHERE = -1
"""The offset of what does not stand in the text."""


@dataclass(frozen=True, slots=True)
class RowPlaces:
    """The rows of a rule and the text that they are of."""

    rows: Sequence[Row]
    _ranges: Sequence[range]
    _parents: Sequence[Row | None]
    _starts: Sequence[int]
    """Where each line of the text begins."""

    def offset(self, origin: Place | None) -> int:
        """Returns where in the text an origin is. NOWHERE if it is not in it."""
        if not isinstance(origin, Span) or origin.line > len(self._starts):
            return NOWHERE
        return self._starts[origin.line - 1] + origin.column - 1

    def around(self, offsets: Collection[int]) -> Row | None:
        """Returns the innermost row in which, or in whose group, all of these offsets are. None if there is none."""
        common = None
        for rows in zip(*(self._rows_at(offset) for offset in offsets), strict=False):
            if any(row is not rows[0] for row in rows):
                break
            common = rows[0]
        return common

    def _rows_at(self, offset: int) -> list[Row]:
        """Returns the row at an offset, after the groups that it is in, the outermost first."""
        row: Row | None = max(
            (row for row, place in zip(self.rows, self._ranges, strict=True) if offset in place),
            key=lambda row: row.depth,
            default=None,
        )
        rows = []
        while row is not None:
            rows.append(row)
            row = self.parent(row)
        return rows[::-1]

    def range(self, row: Row) -> range:
        """Returns where a row's word and value stand in the text."""
        return self._ranges[self.rows.index(row)]

    def parent(self, row: Row) -> Row | None:
        """Returns the group that a row is in. None if it stands at the margin."""
        return self._parents[self.rows.index(row)]


def row_places(text: str, rows: Sequence[Row]) -> RowPlaces:
    """Returns where rows stand in their text."""
    starts = [0]
    for line in text.split("\n"):
        starts.append(starts[-1] + len(line) + 1)
    open_groups: list[Row] = []
    parents: list[Row | None] = []
    for row in rows:
        del open_groups[row.depth :]
        parents.append(open_groups[-1] if open_groups else None)
        if row.kind is RowKind.GROUP:
            open_groups.append(row)
    return RowPlaces(rows, [_range(row, text) for row in rows], parents, starts)


def _range(row: Row, text: str) -> range:
    start = text.rfind(row.word, 0, row.span[0]) if row.word else row.span[0]
    return range(max(start, 0), max(row.span[1], row.span[0] + 1))
