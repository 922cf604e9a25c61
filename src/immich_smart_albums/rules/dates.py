"""Dates as people write them, completed to what every Immich version takes.

Immich 3.0 and later refuses dates without time and zone; 2.x took them as server-local time. We always send UTC with
milliseconds, so that the same payload means the same everywhere.
"""

from __future__ import annotations

from datetime import MINYEAR, UTC, datetime, timedelta
from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_text

if TYPE_CHECKING:
    from datetime import tzinfo

_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
_DAY_ONLY = len("2023-06-01")


def complete(text: str, zone: tzinfo | None, *, end_of_day: bool) -> str:
    """An instant in UTC from a date with or without time and zone.

    A date alone is the beginning of that day, or its last millisecond with `end_of_day`. Without a zone the date is in
    `zone`; None means the zone of this machine, with its summer time. What a zone moves out of the years 1 to 9999
    becomes their first or last millisecond in UTC. Raises ValueError for anything that is no date.
    """
    cleaned = text.strip()
    if len(cleaned) < _DAY_ONLY or cleaned[4] != "-":
        message = f"not a date: {text!r}"
        raise ValueError(message)
    moment = datetime.fromisoformat(cleaned)
    if len(cleaned) == _DAY_ONLY and end_of_day:
        # Where summer time ends at midnight, the last hour of a day comes twice; the second one ends it.
        moment = (moment + timedelta(days=1, milliseconds=-1)).replace(fold=1)
    if moment.tzinfo is None and zone is not None:
        moment = moment.replace(tzinfo=zone)
    try:
        return to_text(moment.astimezone(UTC))
    except (OverflowError, ValueError):  # which of them depends on where the zone comes from
        return to_text(_FIRST if moment.year == MINYEAR else _LAST)
