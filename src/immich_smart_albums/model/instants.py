"""Instants as Immich writes them, and as numbers that sort."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
_FIRST = (datetime.min.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND
_LAST = (datetime.max.replace(tzinfo=UTC) - _EPOCH) // _MILLISECOND


def to_text(moment: datetime) -> str:
    """Returns an aware instant as every Immich version takes it: `2024-01-31T23:59:59.999Z`."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def to_milliseconds(text: str) -> int:
    """Returns an instant as Immich writes it in ms since 1970, rounded down.

    It ends in `Z`, in an offset, or in neither for UTC. Raises ValueError for anything else.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return (moment - _EPOCH) // _MILLISECOND


def from_milliseconds(instant: int) -> str:
    """Returns an instant in ms since 1970 as `2024-05-31T18:00:00.123Z`. Beyond the calendar's ends it is the end."""
    return to_text(_EPOCH + min(max(instant, _FIRST), _LAST) * _MILLISECOND)
