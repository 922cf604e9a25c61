"""Converts instants between Immich's texts and ms since 1970."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


def to_text(moment: datetime) -> str:
    """Returns an instant with zone in the form that every version of Immich takes: `2024-01-31T23:59:59.999Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_milliseconds(text: str) -> int:
    """Returns an instant of Immich in ms since 1970, rounded down.

    The text ends in `Z` or in an offset; without either it is in UTC. Raises ValueError for anything else.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(instant: int) -> str:
    """Returns an instant in ms since 1970 as `2024-05-31T18:00:00.123Z`, at most the last one of the year 9999."""
    return to_text(_EPOCH + min(max(instant, _FIRST), _LAST) * _MILLISECOND)
