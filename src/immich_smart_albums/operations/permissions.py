"""Permissions of API keys, checked before a long search rather than by a write that fails after it."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from msgspec import structs

from immich_smart_albums.changes.change import (
    AddAssets,
    CreateAlbum,
    DeleteAlbum,
    RemoveAssets,
    SetDetails,
    ShareAlbum,
)
from immich_smart_albums.errors import MissingPermission, Problem, ServerError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.operations.ports.server import PhotoServer

NEEDS: dict[str, str] = {
    "asset.read": "searching photos",
    "person.read": "people by name",
    "tag.read": "searches with tagIds",
    "user.read": "whose key it is, and your role in shared albums",
    "album.read": "finding albums and what is in them",
    "albumAsset.create": "adding photos to an album",
    "album.create": "creating albums",
}
"""Permissions of an API key that this tool needs, each with what fails without it."""

RULES_NEED: dict[str, str] = {
    "partner.read": "excludes by name and shared albums; without it they read the whole timeline",
    "albumAsset.delete": "rules that keep their album in step, and undo",
    "album.update": "rules that set a description, an order or a cover",
    "albumUser.create": "rules that share their album, and albums that several accounts feed",
    "albumUser.update": "rules that give users another role",
    "albumUser.delete": "rules that un-share, and undo",
    "album.delete": "undoing a run that created an album",
    "activity.read": "undoing a run that created an album: one with comments is not deleted",
}
"""Permissions that only some rules use; a plan that needs a missing one says so before anything is written."""

_HINT = "Give it that permission in your Immich page under Account Settings → API Keys."


def missing_permissions(held: frozenset[str] | None) -> dict[str, str] | None:
    """Returns the permissions that a key lacks, with what they are for. None if it is not known what the key holds."""
    if held is None:
        return None
    return {} if "all" in held else {name: purpose for name, purpose in NEEDS.items() if name not in held}


def permissions_of(server: PhotoServer) -> frozenset[str] | None:
    """Returns the permissions of a server's key. None if they cannot be asked for; a write without one then fails."""
    try:
        return server.directory.permissions()
    except ServerError:
        return None


def require_permissions(server: PhotoServer, *, create: bool) -> None:
    """Raise MissingPermission if a key is known to lack a permission to write to an album."""
    lacking = missing_permissions(permissions_of(server)) or {}
    for name in ("albumAsset.create", *(["album.create"] if create else [])):
        if name in lacking:
            message = f"the API key lacks the permission {name}, which is for {lacking[name]}"
            raise MissingPermission(message, permission=name, hint=_HINT)


def without_unpermitted(plan: Plan, servers: Mapping[str, PhotoServer]) -> Plan:
    """Returns the plan without the changes of albums for which a key is known to lack a permission.

    These albums get a problem for each permission; the other albums keep their changes.
    """
    writing = {album.writer(change): None for album in plan.albums for change in album.changes}
    held_by = {name: permissions_of(servers[name]) for name in writing if name in servers}
    return structs.replace(plan, albums=tuple(_permitted(album, held_by) for album in plan.albums))


def without_accounts(plan: Plan, absent: Collection[str]) -> Plan:
    """Returns the plan without the changes of albums that an absent account writes to."""

    def writable_part(album: AlbumPlan) -> AlbumPlan:
        if any(album.writer(change) in absent for change in album.changes):
            return structs.replace(album, changes=(), seen=None)
        return album

    return structs.replace(plan, albums=tuple(writable_part(album) for album in plan.albums))


def _permitted(plan: AlbumPlan, held_by: Mapping[str, frozenset[str] | None]) -> AlbumPlan:
    needed: dict[str, set[str]] = {}
    for change in plan.changes:
        needed.setdefault(plan.writer(change), set()).add(_permission(change))
    problems = tuple(
        Problem(
            f"account {name}" if name else "key", f"the key lacks the permission {permission}, for {purpose}", _HINT
        )
        for name, permissions in needed.items()
        for permission, purpose in _missing_among(held_by.get(name), permissions).items()
    )
    if not problems:
        return plan
    return structs.replace(plan, changes=(), problems=(*plan.problems, *problems))


def _missing_among(held: frozenset[str] | None, needed: AbstractSet[str]) -> dict[str, str]:
    if held is None or "all" in held:
        return {}
    return {name: purpose for name, purpose in (NEEDS | RULES_NEED).items() if name in needed - held}


def _permission(change: Change) -> str:
    """The permission that a key needs to write a change (1.137 and later)."""
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
