"""The usual place of the ledger: the system's folder for the state of programs."""

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
    """Returns a file in `$XDG_STATE_HOME`, on macOS in Application Support, else in ~/.local/state.

    `home` is called only if it is needed, since not every user has a home; its errors are passed on. `platform` is that
    of `sys`.
    """
    stated = environment.get("XDG_STATE_HOME", "")
    if stated.startswith("/"):  # by the standard, relative ones are ignored
        return Path(stated) / FOLDER / FILE
    if platform == "darwin":
        return home() / "Library" / "Application Support" / FOLDER / FILE
    return home() / ".local" / "state" / FOLDER / FILE


def require_place(path: Path) -> None:
    """Raise LedgerError if the ledger is behind a broken link, or in a folder that does not exist.

    Then perhaps a volume is not mounted, and a new ledger in its place would not know what people took out. Only this
    tool's own folder is created.
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
