"""Saves rules files without overwriting changes that somebody else made meanwhile."""

from __future__ import annotations

import errno
import fcntl
import os
import secrets
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

from immich_smart_albums.config.settings import reason
from immich_smart_albums.config.yaml.text import LARGEST
from immich_smart_albums.errors import EditRefused, FileChanged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

_MOUNTED = frozenset({errno.EBUSY, errno.EXDEV})
"""Errors of renaming onto a file that is mounted by itself, as in containers."""


@dataclass(frozen=True, slots=True)
class FileVersion:
    """A rules file as it was read."""

    path: Path
    text: str
    digest: str | None
    """The digest of its bytes. None if there is no file yet."""


def read_version(path: Path) -> FileVersion:
    """Returns the version of a file now, with its byte order mark and line ends.

    Its text is empty if there is no file. Raises EditRefused.
    """
    data = _bytes(path)
    return FileVersion(path, _text(path, data or b""), _digest(data))


class Saver:
    """Saves rules files, with a backup of each beside it, as `.bak`, before its first change."""

    def __init__(self) -> None:
        self._backed_up: set[Path] = set()

    def save(self, version: FileVersion, text: str) -> FileVersion:
        """Write a text over the version that it was made from. Links are followed, mode and owner stay.

        Raises FileChanged, with both versions, if the file has changed since, and EditRefused if it cannot be written.
        The file is then as it was.
        """
        try:
            target, data = version.path.resolve(), text.encode()
            with _locked(target.parent):
                before = _unchanged(version, target, text)
                if before is not None:
                    _require_writable(version.path, target)
                    if target not in self._backed_up:
                        _replace(target.with_name(f"{target.name}.bak"), before, like=target)
                        self._backed_up.add(target)
                _replace(target, data, like=target, check=lambda: _unchanged(version, target, text))
        except (OSError, RuntimeError) as error:
            cause = reason(error) if isinstance(error, OSError) else str(error)
            raise EditRefused(f"{version.path} cannot be written: {cause}", hint="It is as it was.") from None
        return FileVersion(version.path, text, _digest(data))


@contextmanager
def _locked(folder: Path) -> Iterator[None]:
    """Returns a context in which no other saver, of any process, saves in a folder. Editors do not use this lock."""
    with ExitStack() as stack:
        with suppress(OSError):  # some network shares have no locks, and some folders may not be read
            descriptor = os.open(folder, os.O_RDONLY)
            stack.callback(os.close, descriptor)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield


def _require_writable(path: Path, target: Path) -> None:
    """Raise EditRefused for a file that is write-protected: renaming onto it would succeed all the same."""
    if not target.stat().st_mode & 0o222:
        raise EditRefused(f"{path} is write-protected", hint=f"Allow it with: chmod u+w {path}")


def _unchanged(version: FileVersion, target: Path, text: str) -> bytes | None:
    """Returns the bytes on disk. Raises FileChanged if they are not those that were read."""
    data = _bytes(target)
    if _digest(data) == version.digest:
        return data
    raise FileChanged(
        f"{version.path} was changed by somebody else meanwhile, and nothing was overwritten",
        on_disk=_text(target, data or b""),
        ours=text,
        hint="Look at both versions; load the file again to go on from there.",
    )


def _bytes(path: Path) -> bytes | None:
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise EditRefused(f"{path} cannot be read: {reason(error)}") from None
    if len(data) > LARGEST:
        raise EditRefused(f"{path} is larger than {LARGEST:,} bytes, which no rules file is")
    return data


def _text(path: Path, data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        raise EditRefused(f"{path} is not UTF-8 text", hint="Save it as UTF-8; most editors can.") from None


def _digest(data: bytes | None) -> str | None:
    return None if data is None else sha256(data).hexdigest()


def _replace(path: Path, data: bytes, *, like: Path, check: Callable[[], object] = lambda: None) -> None:
    """Replace a file in one step. `like` is a file with the mode and the owner for it."""
    status = like.stat() if like.exists() else None
    name = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666 if status is None else 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            if status is not None:
                _look_like(file.fileno(), status)
            file.flush()
            os.fsync(file.fileno())
        check()
        try:
            name.replace(path)
        except OSError as error:
            if error.errno not in _MOUNTED:
                raise
            with path.open("r+b") as mounted:  # cannot be renamed onto
                mounted.write(data)
                mounted.truncate()
                os.fsync(mounted.fileno())
    finally:
        with suppress(FileNotFoundError):
            name.unlink()


def _look_like(descriptor: int, status: os.stat_result) -> None:
    own_status = os.fstat(descriptor)
    if (own_status.st_uid, own_status.st_gid) != (status.st_uid, status.st_gid):
        os.fchown(descriptor, status.st_uid, status.st_gid)
    os.fchmod(descriptor, status.st_mode & 0o7777)
