"""Cutting a long scan into windows of about equal size, by the months of the timeline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.immich.scan import Window

if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the timeline: when it begins, in ms since 1970, and how many assets it has."""

    begins: int
    count: int


def cut(window: Window, months: Sequence[Month], parts: int) -> list[Window]:
    """At most `parts` windows that cover `window`, newest first, cut where months begin.

    Neighbours share their bound: the database's microseconds would fall between two milliseconds. The counts are only a
    guess of where the assets of a search are; the cover is exact whatever they say.
    """
    inside = sorted((month for month in months if _is_inside(month.begins, window)), key=lambda month: -month.begins)
    share = sum(month.count for month in inside) / parts
    windows: list[Window] = []
    before, filled = window.before, 0.0
    for month in inside:
        filled += month.count
        if filled >= share and len(windows) < parts - 1:
            windows.append(Window(month.begins, before))
            before, filled = month.begins, 0.0
    return [*windows, Window(window.after, before)]


def _is_inside(moment: int, window: Window) -> bool:
    return (window.after is None or moment > window.after) and (window.before is None or moment < window.before)
