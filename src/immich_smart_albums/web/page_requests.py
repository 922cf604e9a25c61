"""Requests of pages that ask again while somebody types, and what was made for them."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_smart_albums.model.stopping import Stop

MOST_PAGES = 1000
"""Pages whose last request is remembered."""


@dataclass(frozen=True, slots=True)
class PageRequest:
    """One request of an open page, which numbers them."""

    page: str
    number: int


@dataclass(slots=True)
class Recent:
    """The last few things that were made for pages, by id; safe for threads."""

    size: int
    _things: OrderedDict[str, object] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, id_: str, thing: object) -> None:
        """Remember something, and forget the oldest."""
        with self._lock:
            self._things[id_] = thing
            self._things.move_to_end(id_)
            while len(self._things) > self.size:
                self._things.popitem(last=False)

    def get(self, id_: str) -> object | None:
        """Returns what has this id. None if it was forgotten."""
        with self._lock:
            return self._things.get(id_)


@dataclass(slots=True)
class LatestRequests:
    """Stops each request of a page once the page has sent a later one; safe for threads."""

    _newest: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, request: PageRequest) -> Stop:
        """Note a request. Returns a function that says whether a later one has come, in whatever order they arrive."""
        with self._lock:
            if len(self._newest) > MOST_PAGES:
                self._newest.clear()
            self._newest[request.page] = max(request.number, self._newest.get(request.page, 0))
        return lambda: self._newest.get(request.page, request.number) > request.number
