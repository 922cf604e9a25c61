"""The time, as plans and the ledger write it."""

from __future__ import annotations

from datetime import UTC, datetime


def now() -> str:
    """Returns the time, for plans and the ledger: ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
