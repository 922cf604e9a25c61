"""Text files, read up to a limit: a name may be that of a device without an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_KEY = 64 * 1024
"""Bytes of a file with one key, or a few variables."""

LARGEST_FILTER = 64 * 1024 * 1024
"""Bytes of a file with filters or searches."""


def read_text(path: Path, largest: int) -> str:
    """Returns the text of a file, without a byte order mark, with line feeds.

    Raises OSError if it cannot be read, ValueError if it is too large or no UTF-8.
    """
    with path.open("rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        message = f"it is larger than {largest:,} bytes"
        raise ValueError(message)
    return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
