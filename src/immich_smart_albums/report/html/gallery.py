"""The parts of all pages: photos in a grid, and coloured lines of text."""

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
    """Its colour: add, remove or faint."""
    photos: tuple[PhotoCell, ...]
    more: str
    """The number of photos that are not shown. Empty if all are."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text with a colour."""

    text: str
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Gallery:
    """Makes photo groups of a page."""

    base: str
    """The address of the server."""
    pictures: Mapping[str, str]
    """`data:` URLs by the ids of photos."""
    shown: int
    """Photos of each group that are shown."""

    def group(self, title: str, assets: Sequence[Asset], tone: str = "") -> PhotoGroup:
        """Returns a group of photos under a heading."""
        cells = tuple(map(self._cell, assets[: self.shown]))
        return PhotoGroup(title, tone, cells, f"{len(assets) - len(cells):,}" if len(assets) > len(cells) else "")

    def _cell(self, asset: Asset) -> PhotoCell:
        time = asset.local_time.replace("T", " ")[:16]
        name = one_line(asset.file_name) or "photo"
        return PhotoCell(asset_url(self.base, asset.id), name, time, self.pictures.get(asset.id))


def problem_line(problem: Problem) -> Line:
    """Returns a problem as a line: its place, its message, its hint."""
    where = f"{problem.where}: " if problem.where else ""
    return Line(one_line(f"{where}{problem.message}" + (f" → {problem.hint}" if problem.hint else "")), "remove")


def in_turns(albums: Sequence[Sequence[tuple[str, str | None]]]) -> list[tuple[str, str | None]]:
    """Returns the photos of albums in turns, each once with the account that sees it: one of every album first."""
    longest = max(map(len, albums), default=0)
    turns = (album[index] for index in range(longest) for album in albums if index < len(album))
    return list({photo: (photo, account) for photo, account in turns}.values())
