"""What the ledger knows of albums, as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import KEPT_OUT, MembershipState
from immich_smart_albums.model.text.command import command
from immich_smart_albums.report.assets import asset_json, asset_line
from immich_smart_albums.report.envelope import envelope
from immich_smart_albums.report.words import count, one_line, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.changes.journal import KnownAlbum
    from immich_smart_albums.changes.memory import AlbumMemory, Membership


def albums_lines(albums: Sequence[KnownAlbum]) -> Iterator[str]:
    """Yields a table of albums, with the numbers of photos that are in them and that stay out."""
    if not albums:
        yield "The ledger knows no album yet."
        return
    rows = [("Rule", "Added by us", "By hand", "Kept out", "Album")]
    rows += [
        (
            one_line(album.key.rule),
            f"{album.counts.get(MembershipState.OURS, 0):,}",
            f"{album.counts.get(MembershipState.HAND_MADE, 0):,}",
            f"{sum(album.counts.get(standing, 0) for standing in KEPT_OUT):,}",
            _album(album),
        )
        for album in albums
    ]
    yield from table(rows, right=(1, 2, 3))


def album_lines(album: KnownAlbum, memory: AlbumMemory) -> Iterator[str]:
    """Yields one album, and the photos that stay out of it."""
    yield from albums_lines([album])
    kept_out = _kept_out(memory)
    if kept_out:
        yield ""
        yield f"{count(len(kept_out), 'photo')} kept out, until {command('ledger', 'forget', album.key.rule)}:"
        for membership in kept_out:
            line = asset_line(membership.asset, album.server)
            yield f"  {line}  {membership.standing.value}, added in run {membership.run}"


def _album(album: KnownAlbum) -> str:
    if album.binding is None:
        return "none"
    name = "" if album.binding.name == album.key.rule else f"{one_line(album.binding.name)!r} "
    return f"{name}{album.server}/albums/{album.binding.album_id}"


def _kept_out(memory: AlbumMemory) -> list[Membership]:
    """Returns the photos that stay out of an album, newest first."""
    kept_out = [membership for membership in memory.memberships.values() if membership.standing in KEPT_OUT]
    return sorted(kept_out, key=lambda membership: membership.asset.newest_first())


def albums_json(albums: Sequence[KnownAlbum]) -> dict[str, object]:
    """Returns all albums as one JSON object."""
    return envelope({"albums": [_known_json(album) for album in albums]})


def album_json(album: KnownAlbum, memory: AlbumMemory) -> dict[str, object]:
    """Returns one album, with the photos that stay out of it, as one JSON object."""
    kept_out = [
        {**asset_json(membership.asset, album.server), "standing": membership.standing.value, "run": membership.run}
        for membership in _kept_out(memory)
    ]
    return envelope({**_known_json(album), "keptOut": kept_out})


def _known_json(album: KnownAlbum) -> dict[str, object]:
    binding = album.binding
    return {
        "rule": album.key.rule,
        "server": album.server,
        "owner": album.key.owner,
        "album": binding and {"id": binding.album_id, "name": binding.name},
        "photos": {standing.value: album.counts.get(standing, 0) for standing in MembershipState},
    }
