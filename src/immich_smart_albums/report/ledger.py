"""What the ledger remembers of albums, as text and as JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import KEPT_OUT, Standing
from immich_smart_albums.model.command import command
from immich_smart_albums.report.assets import asset_json, asset_line
from immich_smart_albums.report.words import count, one_line, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.changes.journal import KnownAlbum
    from immich_smart_albums.changes.memory import Membership, Memory

JSON_VERSION = 1
"""Grows when a field changes its meaning or goes away."""


def albums_lines(albums: Sequence[KnownAlbum]) -> Iterator[str]:
    """All albums that the ledger knows, each with what is in it and what stays out."""
    if not albums:
        yield "The ledger knows no album yet."
        return
    rows = [("Rule", "Added by us", "By hand", "Kept out", "Album")]
    rows += [
        (
            one_line(each.key.rule),
            f"{each.counts.get(Standing.OURS, 0):,}",
            f"{each.counts.get(Standing.HAND_MADE, 0):,}",
            f"{sum(each.counts.get(standing, 0) for standing in KEPT_OUT):,}",
            _album(each),
        )
        for each in albums
    ]
    yield from table(rows, right=(1, 2, 3))


def album_lines(known: KnownAlbum, memory: Memory) -> Iterator[str]:
    """One album, and the photos that stay out of it until somebody allows them again."""
    yield from albums_lines([known])
    out = _out(memory)
    if out:
        yield ""
        yield f"{count(len(out), 'photo')} kept out, until {command('ledger', 'forget', known.key.rule)}:"
        for each in out:
            yield f"  {asset_line(each.asset, known.server)}  {each.standing.value}, added in run {each.run}"


def _album(known: KnownAlbum) -> str:
    if known.binding is None:
        return "none"
    name = "" if known.binding.name == known.key.rule else f"{one_line(known.binding.name)!r} "
    return f"{name}{known.server}/albums/{known.binding.album_id}"


def _out(memory: Memory) -> list[Membership]:
    """Newest first."""
    out = [each for each in memory.memberships.values() if each.standing in KEPT_OUT]
    return sorted(out, key=lambda each: (-each.asset.taken, each.asset.id))


def albums_json(albums: Sequence[KnownAlbum]) -> str:
    """All albums as one JSON object."""
    return json.dumps({"version": JSON_VERSION, "albums": [_known_json(each) for each in albums]}, indent=2)


def album_json(known: KnownAlbum, memory: Memory) -> str:
    """One album, with the photos that stay out of it, as one JSON object."""
    kept_out = [
        {**asset_json(each.asset, known.server), "standing": each.standing.value, "run": each.run}
        for each in _out(memory)
    ]
    return json.dumps({"version": JSON_VERSION, **_known_json(known), "keptOut": kept_out}, indent=2)


def _known_json(known: KnownAlbum) -> dict[str, object]:
    binding = known.binding
    return {
        "rule": known.key.rule,
        "server": known.server,
        "owner": known.key.owner,
        "album": binding and {"id": binding.album_id, "name": binding.name},
        "photos": {standing.value: known.counts.get(standing, 0) for standing in Standing},
    }
