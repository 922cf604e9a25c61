"""Predicate `duration`: how long a video is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import number, number_in, required
from immich_smart_albums.rules.values.kinds import OneOrMany
from immich_smart_albums.rules.values.numbers import Unit, written
from immich_smart_albums.rules.values.single import NumberRange

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Record

_CLOCK = re.compile(r"(?:(?P<h>\d{1,4}):)?(?P<m>\d{1,4}):(?P<s>\d{1,2}(?:\.\d{1,9})?)", re.ASCII)
_UNITS = re.compile(
    r"(?=\d)(?:(?P<h>\d{1,4})\s*h(?:ours?)?\s*)?"
    r"(?:(?P<m>\d{1,6})\s*m(?:in(?:utes?)?)?\s*)?"
    r"(?:(?P<s>\d{1,7}(?:\.\d{1,9})?)\s*s(?:ec(?:onds?)?)?)?",
    re.ASCII | re.IGNORECASE,
)


def _seconds(text: str) -> float | None:
    match = _CLOCK.fullmatch(text) or _UNITS.fullmatch(text)
    if match is None:
        return None
    return float(match["h"] or 0) * 3600 + float(match["m"] or 0) * 60 + float(match["s"] or 0)


_UNIT = Unit(
    "a length of time such as 30s or 1:30",
    _seconds,
    lambda seconds: f"{written(seconds)} s",
    "10s..2m, 1h30m.. or 0:30..",
)


def _duration(record: Record) -> float | None:
    """Returns seconds. None for photos. Immich has a text such as `0:00:02.00000` up to 2.7, milliseconds since 3.0."""
    duration = required(record, "duration")
    seconds = _seconds(duration) if isinstance(duration, str) else (number(duration) or 0) / 1000
    return seconds or None


PREDICATE = Predicate(
    "duration",
    "How long a video is.",
    value=OneOrMany(
        NumberRange(_UNIT, low="at least so long", high="at most so long").means(
            lambda wanted: number_in("duration", wanted, _UNIT, _duration, "duration")
        )
    ),
    picker=Picker.NUMBER,
    phrase="lasts {}",
    examples=(
        ("duration: {max: 10s}", "at most ten seconds"),
        ("duration: 1m..5m", "from one to five minutes"),
        ("duration: 1:30:00..", "an hour and a half or more"),
    ),
    notes=(
        "Lengths are written `45s`, `1m30s`, `2h`, or as a clock shows them: `0:45`, `1:30:00`. Photos have no "
        "duration, so nothing holds for them."
    ),
)
