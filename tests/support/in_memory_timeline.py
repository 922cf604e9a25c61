"""A search as a value: assets in memory that are asked by pages, with a server's habits and none of its time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.immich.search.page import Page
from immich_smart_albums.immich.search.scan import PAGE_SIZE, Window
from immich_smart_albums.model.instants import from_milliseconds

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from random import Random

    from immich_smart_albums.immich.search.page import Record

SHRINK = 250
"""So many times smaller than asked for are the pages, so that few assets make a crowd."""


def page_of(assets: list[tuple[int, str]], *, has_more: bool) -> Page:
    """A page of assets, given by their microseconds and ids."""
    instants = [taken // 1000 for taken, _ in assets]
    records: list[Record] = [
        {"id": asset_id, "fileCreatedAt": from_milliseconds(instant)}
        for (_, asset_id), instant in zip(assets, instants, strict=True)
    ]
    return Page(records, has_more, instants)


class Timeline:
    """Assets with microseconds; answers as `scan.Fetch` wants it.

    `chance` shuffles ties anew for each page, as servers up to 3.0.3 may; without it they come by id. `events` happen
    just before the request of that number.
    """

    def __init__(
        self, assets: Mapping[str, int], chance: Random | None, events: Mapping[int, Callable[[Timeline], object]]
    ) -> None:
        self.assets = dict(assets)
        self.requests: list[tuple[Window, int]] = []
        self._chance = chance
        self._events = events

    def __call__(self, window: Window, *, page: int = 1, size: int = PAGE_SIZE, cursor: str | None = None) -> Page:
        self.requests.append((window, page))
        event = self._events.get(len(self.requests))
        if event is not None:
            event(self)
        rows = [(taken, asset_id) for asset_id, taken in self.assets.items() if holds(window, taken)]
        rows.sort(reverse=True)
        if self._chance is not None:
            self._chance.shuffle(rows)
            rows.sort(key=lambda row: -row[0])
        size //= SHRINK
        start = (page - 1) * size
        return page_of(rows[start : start + size], has_more=len(rows) > start + size)


def holds(window: Window, taken: int) -> bool:
    """Whether an instant in microseconds lies in a window, whose ends are whole milliseconds."""
    return (window.after is None or taken >= window.after * 1000) and (
        window.before is None or taken <= window.before * 1000
    )
