"""Files that somebody names: read up to a limit, because not everything that has a name has an end."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

LARGEST_KEY = 64 * 1024
"""Bytes of a file that holds one key, or a few variables."""

LARGEST_FILTER = 64 * 1024 * 1024
"""Bytes of a file of filters or searches."""


def read_text(path: Path, largest: int) -> str:
    """Returns the text of a file, without the mark that some editors put before it.

    Raises OSError if it cannot be read, ValueError if it is larger or no UTF-8.
    """
    with path.open("rb") as file:
        data = file.read(largest + 1)
    if len(data) > largest:
        message = f"it is larger than {largest:,} bytes"
        raise ValueError(message)
    return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
