"""Compares values of a record with a filter as the server does: true, false, or None if not certain."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_milliseconds

if TYPE_CHECKING:
    from immich_smart_albums.immich.search.page import Record

MISSING = object()
"""Stands for a missing field, and equals no value: a field that this version always returns must be there."""

_HEX = re.compile("[0-9a-fA-F]{40}")
_UNSURE = re.compile(r"[%_]|[^\x00-\x7f]")
"""Wildcards, and letters for which the server's comparison cannot be reproduced exactly."""


def exif(record: Record, name: str, missing: object) -> object:
    """Returns a field of `exifInfo`; `missing` for a record without EXIF."""
    fields = record.get("exifInfo")
    return fields.get(name, MISSING) if isinstance(fields, dict) else missing


def shown(record: Record, path: str, missing: object = None) -> object:
    """Returns the value of a record at a path, dotted below exifInfo; `missing` for EXIF of a record without EXIF."""
    root, _, name = path.partition(".")
    return exif(record, name, missing) if name else record.get(root, MISSING)


def moment(record: Record, field: str) -> int | None:
    """Returns an instant of a record in ms since 1970. None if it has none that can be read."""
    try:
        return to_milliseconds(record[field])
    except (KeyError, TypeError, ValueError):
        return None


def is_favorite(value: object, own_id: str | None, record: Record) -> bool | None:
    """Returns whether the condition holds.

    None for a partner's photo: its record shows false, while the search uses the real value.
    """
    shown = record.get("isFavorite")
    if own_id is not None and record.get("ownerId") == own_id:
        return shown == value
    return None if shown is False else shown == value


def shown_checksum(checksum: str) -> str | None:
    """Returns a SHA-1 as records show it, from base64 or hex. None if it is neither."""
    if _HEX.fullmatch(checksum):
        return b64encode(bytes.fromhex(checksum)).decode()
    return checksum if len(checksum) == 28 else None


def contains(value: object, pattern: str) -> bool | None:
    """Returns whether the server's "contains, ignoring case and accents" holds; % and _ are wildcards there.

    None if that is not certain.
    """
    return _settled(value, pattern, all(piece in _lower(value) for piece in _pieces(pattern)))


def lacks(value: object, pattern: str) -> bool | None:
    """Returns the opposite of `contains`. False, like the server, for a value that is missing. None as there."""
    held = contains(value, pattern)
    if not isinstance(value, str):
        return False
    return None if held is None else not held


def starts(value: object, pattern: str) -> bool | None:
    """Returns whether the server's "starts with, ignoring case and accents" holds. None if that is not certain."""
    return _settled(value, pattern, _lower(value).startswith(_all_pieces(pattern)[0]))


def ends(value: object, pattern: str) -> bool | None:
    """Returns whether the server's "ends with, ignoring case and accents" holds. None if that is not certain."""
    return _settled(value, pattern, _lower(value).endswith(_all_pieces(pattern)[-1]))


def _settled(value: object, pattern: str, is_possible: bool) -> bool | None:
    if not isinstance(value, str):
        return False
    if not value.isascii():
        return None
    return None if is_possible and _is_unsure(pattern) else is_possible


def _lower(value: object) -> str:
    return value.lower() if isinstance(value, str) else ""


def _is_unsure(pattern: str) -> bool:
    return _UNSURE.search(pattern) is not None or "\\" in pattern


def _all_pieces(pattern: str) -> list[str]:
    return _UNSURE.split(pattern.lower().replace("\\", "%"))


def _pieces(pattern: str) -> list[str]:
    return [piece for piece in _all_pieces(pattern) if piece]
