"""When an asset came to the server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import field
from immich_smart_albums.rules.syntax.document import MappingNode
from immich_smart_albums.rules.syntax.reader import read_list
from immich_smart_albums.rules.tree import Filter
from immich_smart_albums.rules.values.dates import BOUNDS, MOMENT, DateRange, complete, read_bounds, read_period
from immich_smart_albums.rules.values.schema import SCALAR, mapping, one_or_list

if TYPE_CHECKING:
    from datetime import datetime

    from immich_smart_albums.rules.syntax.document import ScalarNode, ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Node, Record

_created = field("createdAt")


def _read(_word: ScalarNode, value: ValueNode, reader: Reader) -> Node | None:
    return read_list(value, reader, MOMENT, lambda item: _one(item, reader))


def _one(value: ValueNode, reader: Reader) -> Node | None:
    if not isinstance(value, MappingNode):
        period = read_period(value, reader)
        return None if period is None else _in_period(period, reader)
    entries = reader.entries(value, BOUNDS, "a time")
    if entries is None:
        return None
    if not entries:
        reader.problem(value, "a time is expected here", hint=f"It takes {', '.join(BOUNDS)}.")
        return None
    period = read_bounds(entries, value, reader)
    return None if period is None else _in_period(period, reader)


def _in_period(period: DateRange, reader: Reader) -> Filter:
    start, end = _instant(period.first, reader), _instant(period.last, reader)
    low, high = (None if end_of_period is None else to_milliseconds(end_of_period) for end_of_period in (start, end))

    def holds(record: Record) -> bool:
        instant = to_milliseconds(str(_created(record)))
        return (low is None or low <= instant) and (high is None or instant <= high)

    bounds = {"createdAfter": start, "createdBefore": end}
    filters = tuple((name, moment) for name, moment in bounds.items() if moment is not None)
    return Filter(
        f"added {' '.join(f'{name} {moment}' for name, moment in filters)}",
        holds,
        frozenset({"createdAt"}),
        _created,
        Query(Kind.METADATA, filters),
        superset_is_exact=True,
        required_fields=frozenset({"createdAt"}),
        text=f"added {period.words}",
    )


def _instant(moment: datetime | None, reader: Reader) -> str | None:
    return None if moment is None else complete(moment.isoformat(), reader.zone, end_of_day=False)


PREDICATE = Predicate(
    "added",
    "When the photo came to the server.",
    _read,
    schema=one_or_list(
        SCALAR,
        mapping(
            after=SCALAR,
            before=SCALAR,
            between={"anyOf": [SCALAR, {"type": "array", "items": SCALAR, "minItems": 2, "maxItems": 2}]},
            last=SCALAR,
        ),
    ),
    picker=Picker.DATE,
    phrase="came to the server {}",
    examples=(
        ("added: {last: 7 days}", "in the last week"),
        ("added: 2024-05", "in May 2024"),
        ("added: {after: 2024-05-01 12:00}", "from noon of that day on"),
    ),
    options={
        "after": "from this date on: a year, month, day, or a day with a time",
        "before": "up to and with this date",
        "between": "two dates, `2023-06-01..2023-08-31` or `[2023-06-01, 2023-08-31]`",
        "last": "so many days, weeks, months or years up to today, in whole days",
    },
    notes="Dates are in the time zone of the computer on which this tool runs. See `taken` for how they are written.",
)
