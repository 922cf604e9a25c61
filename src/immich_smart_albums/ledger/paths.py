"""Where the ledger is kept when nobody says so: where the system keeps what programs must not lose."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

FOLDER = "immich-smart-albums"
FILE = "ledger.db"


def default_place(environment: Mapping[str, str], home: Path, platform: str) -> Path:
    """`$XDG_STATE_HOME`, on macOS the user's Application Support, else ~/.local/state; `platform` as in `sys`."""
    stated = environment.get("XDG_STATE_HOME", "")
    if stated.startswith("/"):  # the standard has relative ones ignored
        return home / stated / FOLDER / FILE
    if platform == "darwin":
        return home / "Library" / "Application Support" / FOLDER / FILE
    return home / ".local" / "state" / FOLDER / FILE
