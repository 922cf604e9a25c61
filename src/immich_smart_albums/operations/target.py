"""The album that photos go to: found by id, address or name, or to be created."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem
from immich_smart_albums.rules.ids import id_in_url, is_id, looks_like_id
from immich_smart_albums.rules.source import nearest

if TYPE_CHECKING:
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.operations.ports import Directory
    from immich_smart_albums.rules.findings import Findings

_FLAG = "--album"


def find_target(wanted: str, directory: Directory, findings: Findings, *, create: bool) -> Album | None:
    """The album, or None: to be created if there is no problem, else what is wrong is noted. Raises ServerError."""
    album_id = id_in_url(wanted, "albums") or wanted.strip()
    if looks_like_id(album_id) and not is_id(album_id):
        hint = "Copy the id again from the album's address in Immich."
        message = f"{album_id} is a UUID, but not of version 4, and Immich refuses it"
        findings.problems.append(Problem(_FLAG, message, hint))
        return None
    if album_id.startswith(("http://", "https://")):
        hint = "Open the album in Immich and copy its address; it has /albums/ and an id in it."
        findings.problems.append(Problem(_FLAG, f"the address {album_id} holds no album", hint))
        return None
    albums = directory.albums()
    if is_id(album_id):
        found = [album for album in albums if album.id == album_id.lower()]
    else:
        found = [album for album in albums if _normal(album.name) == _normal(wanted)]
    if len(found) == 1:
        return _writable(found[0], findings)
    if found:
        findings.problems.append(_ambiguous(wanted, found))
    elif is_id(album_id):
        hint = "It was deleted, or is not shared with this key's account."
        findings.problems.append(Problem(_FLAG, f"there is no album {album_id}", hint))
    elif not create:
        near = nearest(wanted, (album.name for album in albums), count=3)
        meant = f"Did you mean {', '.join(map(repr, near))}? " if near else ""
        hint = f"{meant}Add --create-album to make it."
        findings.problems.append(Problem(_FLAG, f"there is no album {wanted!r}", hint))
    return None


def _writable(album: Album, findings: Findings) -> Album:
    if album.role == "viewer":
        hint = f"Ask {album.owner} to make you an editor."
        message = f"the album {album.name!r} is shared with you for viewing only"
        findings.problems.append(Problem(_FLAG, message, hint))
    return album


def _ambiguous(wanted: str, found: list[Album]) -> Problem:
    listed = "; ".join(
        f"{album.id} ({album.asset_count} photos, {album.owner or 'owner unknown'}, made {album.created[:10]})"
        for album in found
    )
    hint = f"Give one by its id: {listed}"
    return Problem(_FLAG, f"{len(found)} albums are named {wanted!r}", hint)


def _normal(name: str) -> str:
    return unicodedata.normalize("NFC", name).strip()
