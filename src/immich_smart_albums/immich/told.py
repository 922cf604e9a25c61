"""What the record of an asset tells for certain about a filter that found it."""

from __future__ import annotations

import re
from base64 import b64encode
from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_milliseconds

if TYPE_CHECKING:
    from immich_smart_albums.immich.wire import Record

MISSING = object()
"""Equal to nothing: a field that this version always returns must be there."""

_HEX = re.compile("[0-9a-fA-F]{40}")
_UNSURE = re.compile(r"[%_]|[^\x00-\x7f]")
"""Wildcards, and letters that the server may compare in ways that cannot be repeated exactly."""


def exif(record: Record, name: str, missing: object) -> object:
    """A field of `exifInfo`; `missing` for a record without EXIF."""
    found = record.get("exifInfo")
    return found.get(name, MISSING) if isinstance(found, dict) else missing


def moment(record: Record, field: str) -> int | None:
    """An instant of a record in ms since 1970; None where it has none that can be read."""
    try:
        return to_milliseconds(record[field])
    except (KeyError, TypeError, ValueError):
        return None


def is_favorite(value: object, own_id: str | None, record: Record) -> bool:
    """The search looks at the row; the answer shows false for a partner's photo, whatever the row says."""
    is_others = own_id is None or record.get("ownerId") != own_id
    return record.get("isFavorite") == value or (value is True and is_others)


def shown_checksum(asked: str) -> str | None:
    """How records show a SHA-1 that may be asked for in base64 or in hex; None where it is neither."""
    if _HEX.fullmatch(asked):
        return b64encode(bytes.fromhex(asked)).decode()
    return asked if len(asked) == 28 else None


def may_contain(value: object, pattern: str) -> bool:
    """Whether the server's "contains, ignoring case and accents" may hold; % and _ are wildcards there.

    True wherever that cannot be told for certain.
    """
    if not isinstance(value, str) or not value.isascii():
        return isinstance(value, str)
    return all(piece in value.lower() for piece in _pieces(pattern))


def may_lack(value: object, pattern: str) -> bool:
    """Whether the opposite of `may_contain` may hold; like the server, no for a value that is missing."""
    if not isinstance(value, str) or not value.isascii() or _UNSURE.search(pattern) or "\\" in pattern:
        return isinstance(value, str)
    return pattern.lower() not in value.lower()


def may_start(value: object, pattern: str) -> bool:
    """Whether the server's "starts with, ignoring case and accents" may hold."""
    if not isinstance(value, str) or not value.isascii():
        return isinstance(value, str)
    return value.lower().startswith(_UNSURE.split(pattern.lower().replace("\\", "%"))[0])


def may_end(value: object, pattern: str) -> bool:
    """Whether the server's "ends with, ignoring case and accents" may hold."""
    if not isinstance(value, str) or not value.isascii():
        return isinstance(value, str)
    return value.lower().endswith(_UNSURE.split(pattern.lower().replace("\\", "%"))[-1])


def _pieces(pattern: str) -> list[str]:
    return [piece for piece in _UNSURE.split(pattern.lower().replace("\\", "%")) if piece]
