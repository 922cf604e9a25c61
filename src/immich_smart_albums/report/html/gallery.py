"""Photos in a grid, and sentences above them: what all pages show of an album."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.report.assets import asset_url
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.asset import Asset


@dataclass(frozen=True, slots=True)
class PhotoCell:
    """One photo in a grid."""

    url: str
    name: str
    time: str
    picture: str | None


@dataclass(frozen=True, slots=True)
class PhotoGroup:
    """Photos under a heading."""

    title: str
    tone: str
    """add, remove or quiet: how it is coloured."""
    photos: tuple[PhotoCell, ...]
    more: str
    """How many are not shown; empty: none."""


@dataclass(frozen=True, slots=True)
class Line:
    """A sentence, and how it is coloured."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Options for photos on a page."""

    base: str
    """The server that has them."""
    pictures: Mapping[str, str]
    """`data:` addresses, by the ids of the photos."""
    shown: int
    """How many of each kind."""

    def group(self, title: str, assets: Sequence[Asset], tone: str = "") -> PhotoGroup:
        """Returns photos under a heading."""
        cells = tuple(map(self._cell, assets[: self.shown]))
        return PhotoGroup(title, tone, cells, f"{len(assets) - len(cells):,}" if len(assets) > len(cells) else "")

    def _cell(self, asset: Asset) -> PhotoCell:
        time = asset.local_time.replace("T", " ")[:16]
        name = one_line(asset.file_name) or "photo"
        return PhotoCell(asset_url(self.base, asset.id), name, time, self.pictures.get(asset.id))


def problem_line(problem: Problem) -> Line:
    """Returns what went wrong, where, and what to do."""
    where = f"{problem.where}: " if problem.where else ""
    return Line(one_line(f"{where}{problem.message}" + (f" → {problem.hint}" if problem.hint else "")), "remove")


def in_turns(albums: Sequence[Sequence[tuple[str, str | None]]]) -> list[tuple[str, str | None]]:
    """Returns photos with the accounts that see them, each once. None for an account that is not known.

    Some of every album come first, then more.
    """
    longest = max(map(len, albums), default=0)
    turns = (album[place] for place in range(longest) for album in albums if place < len(album))
    return list({photo: (photo, account) for photo, account in turns}.values())
