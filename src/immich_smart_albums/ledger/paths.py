"""The usual place of the ledger: where the system keeps what programs must not lose."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.errors import LedgerError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

FOLDER = "immich-smart-albums"
FILE = "ledger.db"


def default_place(environment: Mapping[str, str], home: Callable[[], Path], platform: str) -> Path:
    """`$XDG_STATE_HOME`, on macOS the user's Application Support, else ~/.local/state; `platform` as in `sys`.

    `home` is asked for only where it is needed: not every user has one, and what it raises is passed on.
    """
    stated = environment.get("XDG_STATE_HOME", "")
    if stated.startswith("/"):  # the standard has relative ones ignored
        return Path(stated) / FOLDER / FILE
    if platform == "darwin":
        return home() / "Library" / "Application Support" / FOLDER / FILE
    return home() / ".local" / "state" / FOLDER / FILE


def require_place(path: Path) -> None:
    """Raise LedgerError if a ledger that is not there must have been there, or is meant to be somewhere else.

    Such is a ledger behind a link that leads nowhere, or in a folder that is gone: a volume is not mounted, say. A new
    ledger in its place would know nothing of what people took out. Only this tool's own folder is made.
    """
    for place in (path, *path.parents):
        if place.is_symlink() and not place.exists():
            message = (
                f"the ledger {path} cannot be reached: {place} is a link to {place.readlink()}, which is not there"
            )
            hint = "Is a volume not mounted? Nothing was read or written. For a new ledger, take the link away."
            raise LedgerError(message, hint=hint)
    if not path.parent.exists() and path.parent.name != FOLDER:
        message = f"there is no folder {path.parent} for the ledger {path.name}"
        folder = shlex.quote(str(path.parent))
        hint = f"Is a volume not mounted? For a new ledger there, make the folder: mkdir -p {folder}"
        raise LedgerError(message, hint=hint)
