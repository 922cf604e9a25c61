"""Reads `schedule: daily 03:30` and `timezone: Europe/Helsinki`."""

from __future__ import annotations

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from immich_smart_albums.rules.schedule import EXAMPLES, NotASchedule, parse_schedule
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.document import ScalarNode, name_of

if TYPE_CHECKING:
    from immich_smart_albums.rules.schedule import Schedule
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader


def read_schedule(value: ValueNode, reader: Reader) -> Schedule | None:
    """Returns a schedule. None with a problem noted."""
    hint = f"Write {', '.join(EXAMPLES[:-1])}, or as cron {EXAMPLES[-1]}."
    if not isinstance(value, ScalarNode) or not value.text.strip():
        reader.problem(value, f"a schedule is expected here, not {name_of(value)}", hint=hint)
        return None
    try:
        schedule = parse_schedule(value.text)
    except NotASchedule as error:
        reader.problem(value, f"{value.text.strip()!r} is no schedule: {error}", hint=hint)
        return None
    if schedule.skips_months:
        reader.diagnostics.warn(f"{value.span}: months without such a day are left out; write last for the last day")
    return schedule


def read_timezone(value: ValueNode, reader: Reader) -> str | None:
    """Returns the name of a time zone that this machine knows. None with a problem noted."""
    text = value.text.strip() if isinstance(value, ScalarNode) else ""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        zones = available_timezones()
    hint = did_you_mean(text, zones, "Write such as Europe/Helsinki.", written=str)
    if not zones:
        hint = "This machine has no time zones at all: install tzdata, or write UTC."
    reader.problem(value, f"a time zone is expected here, not {name_of(value)}", hint=hint)
    return None
