"""What an API key must be allowed to do, told before a long search rather than after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from immich_smart_albums.changes.change import (
    AddAssets,
    CreateAlbum,
    DeleteAlbum,
    RemoveAssets,
    SetDetails,
    ShareAlbum,
)
from immich_smart_albums.errors import MissingPermission, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.operations.ports import PhotoServer

NEEDS: dict[str, str] = {
    "asset.read": "searching photos",
    "person.read": "people by name",
    "tag.read": "searches with tagIds",
    "user.read": "whose key it is, and your role in shared albums",
    "album.read": "finding albums and what is in them",
    "albumAsset.create": "adding photos to an album",
    "album.create": "creating albums",
}
"""Permissions of an API key that this tool uses, each with what fails without it."""

RULES_NEED: dict[str, str] = {
    "albumAsset.delete": "rules that keep their album in step, and undo",
    "album.update": "rules that set a description, an order or a cover",
    "albumUser.create": "rules that share their album, and albums that several accounts feed",
    "albumUser.update": "rules that give users another role",
    "albumUser.delete": "rules that un-share, and undo",
    "album.delete": "undoing a run that created an album",
}
"""Permissions that only some rules use; a plan that needs one that is missing is told before anything is written."""

_HINT = "Give it that permission in your Immich page under Account Settings → API Keys."


def missing(held: frozenset[str] | None) -> dict[str, str] | None:
    """The permissions that a key lacks, with what they are for; None where the server cannot tell what it holds."""
    if held is None:
        return None
    return {} if "all" in held else {name: purpose for name, purpose in NEEDS.items() if name not in held}


def require_permissions(server: PhotoServer, *, create: bool) -> None:
    """Raise MissingPermission for a key that could not write to an album, as far as the server tells."""
    lacking = missing(server.directory.permissions()) or {}
    for name in ("albumAsset.create", *(["album.create"] if create else [])):
        if name in lacking:
            message = f"the API key lacks the permission {name}, which is for {lacking[name]}"
            raise MissingPermission(message, permission=name, hint=_HINT)


def lacking(plan: Plan, servers: Mapping[str, PhotoServer]) -> tuple[Problem, ...]:
    """What the keys of a plan's accounts lack to write it, as far as the server tells. Raises ServerError."""
    needed: dict[str, set[str]] = {}
    for album in plan.albums:
        for change in album.changes:
            account = change.account if isinstance(change, AddAssets | RemoveAssets) else album.owner
            needed.setdefault(account, set()).add(_permission(change))
    return tuple(
        Problem(
            f"account {account}" if account else "key", f"the key lacks the permission {name}, for {purpose}", _HINT
        )
        for account, names in needed.items()
        for name, purpose in _held_back(servers[account], names).items()
    )


def _held_back(server: PhotoServer, names: AbstractSet[str]) -> dict[str, str]:
    held = server.directory.permissions()
    if held is None or "all" in held:
        return {}
    return {name: purpose for name, purpose in (NEEDS | RULES_NEED).items() if name in names - held}


def _permission(change: Change) -> str:
    """What a change asks of the key that writes it (1.137 and later)."""
    match change:
        case CreateAlbum():
            return "album.create"
        case RemoveAssets():
            return "albumAsset.delete"
        case ShareAlbum(role=None):
            return "albumUser.delete"
        case ShareAlbum(was=None):
            return "albumUser.create"
        case ShareAlbum():
            return "albumUser.update"
        case AddAssets():
            return "albumAsset.create"
        case SetDetails():
            return "album.update"
        case DeleteAlbum():
            return "album.delete"
        case _:
            assert_never(change)
