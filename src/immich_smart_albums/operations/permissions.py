"""What an API key must be allowed to do, told before a long search rather than after it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import MissingPermission

if TYPE_CHECKING:
    from immich_smart_albums.operations.ports import PhotoServer

NEEDS: dict[str, str] = {
    "asset.read": "searching photos",
    "person.read": "people by name",
    "tag.read": "searches with tagIds",
    "user.read": "whose key it is, and your role in shared albums",
    "album.read": "finding albums and what is in them",
    "albumAsset.create": "adding photos to an album",
    "album.create": "--create-album",
}
"""Permissions of an API key that this tool uses, each with what fails without it."""


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
            hint = "Give it that permission in your Immich page under Account Settings → API Keys."
            raise MissingPermission(message, permission=name, hint=hint)
