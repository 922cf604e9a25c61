"""Reads ids as Immich checks them: UUIDs of version 4, alone or in the address of a page."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_UUID_SHAPE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_id(text: str) -> bool:
    """Returns whether Immich takes this as an id: other UUID versions are a 400 (seen on 3.1.0)."""
    return _UUID4.fullmatch(text) is not None


def looks_like_id(text: str) -> bool:
    """Returns whether a text has the form of a UUID of any version."""
    return _UUID_SHAPE.fullmatch(text) is not None


def why_no_id(text: str) -> str | None:
    """Returns why Immich refuses a text that looks like an id. None if it is one, or does not look like one."""
    if is_id(text) or not looks_like_id(text):
        return None
    return f"{text} is a UUID, but not of version 4, and Immich refuses it"


def id_in_url(url: str, kind: str) -> str | None:
    """Returns the id in `https://…/albums/ID` or `https://…/people/ID?…`. None if there is none."""
    match = re.search(rf"/{kind}/([0-9a-fA-F-]{{36}})(?:[/?#]|$)", url)
    return match.group(1) if match else None


def read_asset(value: ValueNode, reader: Reader) -> str | None:
    """Returns the id of an asset, written as an id or as the address of its page. None with a problem noted."""
    text = reader.text(value, "the id of a photo, or the address of its page,")
    if text is None:
        return None
    asset_id = id_in_url(text, "photos") or text.strip()
    if is_id(asset_id):
        return asset_id.lower()
    hint = "Open the photo in Immich and copy the address."
    message = why_no_id(asset_id) or f"{text!r} is neither the id of a photo nor the address of its page"
    reader.problem(value, message, hint=hint)
    return None
