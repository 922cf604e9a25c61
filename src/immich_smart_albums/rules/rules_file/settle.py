"""Reads `settle`: how long after the upload of a photo Immich counts as done with it, such as `2 hours`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.rules.syntax.document import ScalarNode, name_of

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

_TIME = re.compile(
    r"(?P<count>\d{1,6})\s*(?:(?P<s>s|sec|seconds?)|(?P<m>m|min|minutes?)|(?P<h>h|hours?)|(?P<d>d|days?))",
    re.ASCII | re.IGNORECASE,
)
_SECONDS = {"s": 1, "m": 60, "h": 60 * 60, "d": 24 * 60 * 60}

MOST = 30 * 24 * 60 * 60
"""A month, in seconds. If Immich is not done with a photo by then, something is wrong."""


def read_settle(value: ValueNode, reader: Reader) -> int | None:
    """Returns a length of time in seconds. None with a problem noted."""
    text = value.text.strip() if isinstance(value, ScalarNode) else ""
    match = _TIME.fullmatch(text)
    if text == "0":
        return 0
    if match is not None:
        seconds = int(match["count"]) * next(_SECONDS[unit] for unit in _SECONDS if match[unit])
        if seconds <= MOST:
            return seconds
        reader.problem(value, "settle is 30 days at most", hint="Photos that Immich never looks at are told of.")
        return None
    hint = "Write 1 hour, 30 min or 2 days; 0 for no time at all."
    reader.problem(value, f"a length of time is expected here, not {name_of(value)}", hint=hint)
    return None
