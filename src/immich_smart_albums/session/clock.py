"""The time in the form of plans and the ledger."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Returns the time in UTC, such as `2026-11-26T21:11:58Z`."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
