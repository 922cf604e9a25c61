"""Time zones, with their rules for daylight saving time."""

from __future__ import annotations

from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import tzinfo

LOCAL_TIME = Path("/etc/localtime")


def zone_of(name: str | None, environment: Mapping[str, str], local_time: Path = LOCAL_TIME) -> tzinfo:
    """Returns the zone with a name, else that of the variable TZ, else the machine's, else UTC."""
    for candidate in (name, environment.get("TZ", "").removeprefix(":")):
        if candidate:
            try:
                return ZoneInfo(candidate)
            except (ZoneInfoNotFoundError, ValueError, OSError):
                continue  # such as TZ=EST5EDT,M3.2.0,M11.1.0, which only the C library reads
    try:
        with local_time.open("rb") as file:
            return ZoneInfo.from_file(file, key=_key(local_time))
    except (OSError, ValueError):
        return UTC


def _key(path: Path) -> str | None:
    """Returns the name of a zone, if its file is a link into the zones of this machine. None otherwise."""
    _, separator, name = str(path.resolve()).partition("/zoneinfo/")
    return name if separator else None
