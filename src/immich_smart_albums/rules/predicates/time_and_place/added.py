"""Predicate `added`: when an asset came to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.query import metadata
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import field
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.dates import DateRange, complete
from immich_smart_albums.rules.values.kinds import OneOrMany
from immich_smart_albums.rules.values.single import Period

if TYPE_CHECKING:
    from datetime import datetime

    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Record

_created = field("createdAt")


def _in_period(period: DateRange, reader: Reader) -> Filter:
    start, end = _instant(period.first, reader), _instant(period.last, reader)
    low, high = (None if end_of_period is None else to_milliseconds(end_of_period) for end_of_period in (start, end))

    def holds(record: Record) -> bool:
        instant = to_milliseconds(str(_created(record)))
        return (low is None or low <= instant) and (high is None or instant <= high)

    bounds = {"createdAfter": start, "createdBefore": end}
    filters = {name: moment for name, moment in bounds.items() if moment is not None}
    return Filter(
        f"added {' '.join(f'{name} {moment}' for name, moment in filters.items())}",
        holds,
        frozenset({"createdAt"}),
        _created,
        metadata(**filters),
        superset_is_exact=True,
        required_fields=frozenset({"createdAt"}),
        text=f"added {period.words}",
    )


def _instant(moment: datetime | None, reader: Reader) -> str | None:
    return None if moment is None else complete(moment.isoformat(), reader.zone, end_of_day=False)


PREDICATE = Predicate(
    "added",
    "When the photo came to the server.",
    value=OneOrMany(Period().means_here(_in_period)),
    picker=Picker.DATE,
    phrase="came to the server {}",
    examples=(
        ("added: {last: 7 days}", "in the last week"),
        ("added: 2024-05", "in May 2024"),
        ("added: {after: 2024-05-01 12:00}", "from noon of that day on"),
    ),
    notes="Dates are in the time zone of the computer on which this tool runs. See `taken` for how they are written.",
)
