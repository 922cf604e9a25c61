"""Ids as Immich checks them: UUIDs of version 4, and the URLs that carry them."""

from __future__ import annotations

import re

_UUID4 = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", re.IGNORECASE)
_UUID_SHAPE = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def is_id(text: str) -> bool:
    """Whether Immich takes this as an id: other UUID versions are a 400 (seen on 3.1.0)."""
    return _UUID4.fullmatch(text) is not None


def looks_like_id(text: str) -> bool:
    """Whether somebody meant this as an id."""
    return _UUID_SHAPE.fullmatch(text) is not None


def id_in_url(url: str, kind: str) -> str | None:
    """The id in `https://…/albums/ID`, `https://…/people/ID?…`; None where there is none."""
    found = re.search(rf"/{kind}/([0-9a-fA-F-]{{36}})(?:[/?#]|$)", url)
    return found.group(1) if found else None
