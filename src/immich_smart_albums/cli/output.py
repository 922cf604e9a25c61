"""Output of results, to stdout and to files: whole, or an error."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import TYPE_CHECKING

from immich_smart_albums.cli.pasting import pasteable
from immich_smart_albums.cli.streams import discard
from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.report.envelope import json_text
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path


def print_lines(lines: Iterable[str], paint: Callable[[str], str] = str) -> None:
    """Write lines for people to stdout, without control characters; `paint` then colours a line.

    A reader that closes the pipe is no error. Raises SmartAlbumsError on a full disk.
    """
    _write(f"{paint(one_line(pasteable(line)))}\n" for line in lines)


def print_document(text: str) -> None:
    """Write a text of several lines for people, as `print_lines` does."""
    print_lines(text.split("\n"))


def print_json(document: object) -> None:
    """Write JSON. It is data, so nothing of it is replaced."""
    escaped = json_text(document).replace("\x7f", "\\u007f")  # the one control character that JSON may have as it is
    _write([f"{escaped}\n"])


def _write(parts: Iterable[str]) -> None:
    try:
        sys.stdout.writelines(parts)
        sys.stdout.flush()
    except BrokenPipeError:
        discard(sys.stdout)  # the reader has seen enough; the work is done all the same
    except OSError as error:
        message = f"the result cannot be written to stdout: {error.strerror}"
        raise SmartAlbumsError(message, hint="Is the disk full?") from None


def save(path: Path, text: str) -> None:
    """Write a file, whole or not at all. Raises SmartAlbumsError."""
    try:
        if path.exists() and not path.is_file():  # a pipe or a device is written to, never replaced
            path.write_text(text, encoding="utf-8")
            return
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
