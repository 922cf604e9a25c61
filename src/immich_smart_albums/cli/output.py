"""Results on stdout and in files: whole, or an error."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING

from immich_smart_albums.errors import SmartAlbumsError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def print_lines(lines: Iterable[str]) -> None:
    """Write lines to stdout.

    Raises BrokenPipeError where the reader has seen enough, SmartAlbumsError on a full disk.
    """
    try:
        sys.stdout.writelines(f"{line}\n" for line in lines)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        message = f"the result cannot be written to stdout: {error.strerror}"
        raise SmartAlbumsError(message, hint="Is the disk full?") from None


def save(path: Path, text: str) -> None:
    """Write a file, whole or not at all. Raises SmartAlbumsError."""
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
            os.replace(name, path)  # noqa: PTH105 - the name is a text here
        except BaseException:
            os.unlink(name)  # noqa: PTH108
            raise
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}"
        raise SmartAlbumsError(message, hint="Choose another place.") from None
