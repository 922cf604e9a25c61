"""Instants as whole microseconds since 1970 (what the database keeps), and the texts that Immich makes of them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from functools import lru_cache

SECOND = 1_000_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def parse(text: str) -> int:
    """Return the instant of an ISO 8601 text, cut to milliseconds as a JavaScript date is; without a zone it is UTC.

    Raises:
        ValueError: The text is no ISO 8601 date.
    """
    return _since_epoch(text) // timedelta(milliseconds=1) * 1000


def exact(text: str) -> int:
    """Return the instant of an ISO 8601 text with its microseconds, as the database would keep it.

    Raises:
        ValueError: The text is no ISO 8601 date.
    """
    return _since_epoch(text) // timedelta(microseconds=1)


def _since_epoch(text: str) -> timedelta:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)) - _EPOCH


@lru_cache(maxsize=16384)
def day_text(day: int) -> str:
    """Return YYYY-MM-DD of a day counted from 1970-01-01.

    As the server's database driver reads it, which takes the years 32 to 99 for those of 1950 to 2049.
    """
    moment = _EPOCH + timedelta(days=day)
    year = moment.year + (0 if moment.year > 99 else 1900 if moment.year > 49 else 2000)
    return f"{year:04}-{moment.month:02}-{moment.day:02}"


@lru_cache(maxsize=65536)
def zulu(instant: int) -> str:
    """Return the usual form in answers, `2024-07-01T12:00:00.000Z`: milliseconds, the rest is cut off."""
    day, rest = divmod(instant, DAY)
    minutes, rest = divmod(rest, MINUTE)
    seconds, rest = divmod(rest, SECOND)
    return f"{day_text(day)}T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}.{rest // 1000:03d}Z"


def plain(instant: int) -> str:
    """Return the form of the timeline columns, `2024-07-01T12:00:00.5`: no zone, no trailing zeros."""
    day, rest = divmod(instant, DAY)
    minutes, rest = divmod(rest, MINUTE)
    seconds, rest = divmod(rest, SECOND)
    fraction = f".{rest:06d}".rstrip("0") if rest else ""
    return f"{day_text(day)}T{minutes // 60:02d}:{minutes % 60:02d}:{seconds:02d}{fraction}"


def offset(instant: int) -> str:
    """Return the form that PostgreSQL puts into nested objects, `2024-07-01T12:00:00.5+00:00`."""
    return plain(instant) + "+00:00"


def http(instant: int) -> str:
    """Return the form of the `Date` header, `Mon, 01 Jul 2024 12:00:00 GMT`."""
    return _http_date(instant // SECOND)


@lru_cache(maxsize=64)
def _http_date(seconds: int) -> str:
    return format_datetime(_EPOCH + timedelta(seconds=seconds), usegmt=True)


def month(instant: int) -> str:
    """Return the first day of the month, `2024-07-01`."""
    return day_text(instant // DAY)[:8] + "01"
