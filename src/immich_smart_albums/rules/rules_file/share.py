"""Reads `share` of an album: the users that it is shared with, each with a role."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.text.forms import folded
from immich_smart_albums.rules.album import Share
from immich_smart_albums.rules.syntax.document import MappingNode, SequenceNode
from immich_smart_albums.rules.syntax.reader import is_none

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

ROLES = ("viewer", "editor")


def read_shares(entries: Mapping[str, ValueNode], reader: Reader) -> tuple[Share, ...]:
    """Returns the shares of an entry; those with problems, which are noted, are left out."""
    value = entries.get("share")
    shares: dict[str, Share] = {}
    if value is not None and (is_none(value) or (isinstance(value, SequenceNode) and not value.items)):
        if "unshare" not in entries:
            reader.diagnostics.warn(f"{value.span}: takes the album from nobody without unshare: true")
        return ()
    for item in () if value is None else reader.elements(value, "a user") or ():
        share = _one_share(item, reader)
        if share is None:
            continue
        if folded(share.user) in shares:
            reader.problem(item, f"{share.user} is named twice")
        shares[folded(share.user)] = share
    return tuple(shares.values())


def _one_share(value: ValueNode, reader: Reader) -> Share | None:
    if not isinstance(value, MappingNode):
        user = reader.text(value, "a user's e-mail address, name or id")
        return None if user is None else Share(user.strip(), ROLES[0], value.span)
    words = reader.known_entries(value, ("user", "role"), "a share")
    if "user" not in words:
        reader.problem(value, "nothing says who is meant", hint="Add user: …")
        return None
    user = reader.text(words["user"], "a user's e-mail address, name or id")
    role = reader.choice(words["role"], ROLES) if "role" in words else ROLES[0]
    return None if user is None or role is None else Share(user.strip(), role, value.span)
