"""The user's rules files as the studio sees them: read, compared with what is on disk, and written back in one go."""

from __future__ import annotations

import os
import stat
import tempfile
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.text import LARGEST
from immich_smart_albums.errors import ConfigurationError, Problem, SmartAlbumsError

if TYPE_CHECKING:
    from collections.abc import Iterable


class FileChanged(SmartAlbumsError):
    """Somebody else wrote the file meanwhile; nothing was overwritten."""

    def __init__(self, path: Path, theirs: str) -> None:
        super().__init__(
            f"{path} was changed by somebody else while you were editing; nothing was overwritten",
            hint="Compare both below; then save yours over it, or take theirs.",
        )
        self.theirs = theirs


def digest(text: str) -> str:
    """What a text is recognised by."""
    return sha256(text.encode()).hexdigest()[:32]


@dataclass(slots=True)
class RulesFiles:
    """Reads and writes; each file gets a `.bak` before it is written for the first time."""

    _saved: set[Path] = field(default_factory=set)

    def text(self, path: Path) -> str:
        """What is on disk; empty where there is no file yet. Raises ConfigurationError."""
        try:
            with path.open("rb") as file:
                return file.read(LARGEST + 1).decode()  # with its line ends and marks, so that they are written back
        except FileNotFoundError:
            return ""
        except (OSError, ValueError) as error:
            raise ConfigurationError((Problem(str(path), f"cannot be read: {error}"),)) from None

    def texts(self, paths: Iterable[Path]) -> dict[str, bytes]:
        """What is on disk, by the names of the files."""
        return {str(path): self.text(path).encode() for path in paths}

    def write(self, path: Path, text: str, basis: str) -> None:
        """Replace the file whole, if it still is what `basis` is the digest of.

        Raises FileChanged where it is not, and ConfigurationError.
        """
        target = path.resolve()
        before = self.text(target)
        if digest(before) != basis:
            raise FileChanged(path, before)
        try:
            self._replace(target, before, text)
        except OSError as error:
            message = f"cannot be written: {error.strerror or error}"
            raise ConfigurationError((Problem(str(path), message, "Nothing was changed."),)) from None

    def _replace(self, path: Path, before: str, text: str) -> None:
        mode = stat.S_IMODE(path.stat().st_mode) if path.exists() else 0o644
        if path.exists() and path not in self._saved:
            _write(path.with_name(f"{path.name}.bak"), before, mode)
        _write(path, text, mode)
        self._saved.add(path)


def _write(path: Path, text: str, mode: int) -> None:
    """All of it or nothing: into a file beside it, which then takes its place."""
    handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(mode)
        Path(name).replace(path)
    except BaseException:
        with suppress(OSError):
            Path(name).unlink()
        raise
