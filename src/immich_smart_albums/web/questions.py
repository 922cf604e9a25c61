"""Questions of pages that ask again and again, and the answers that are looked at once more."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from immich_smart_albums.model.stopping import Stop

MOST_PAGES = 1000
"""Whose last questions are remembered."""


@dataclass(frozen=True, slots=True)
class Question:
    """One question of a page that asks again and again."""

    page: str
    number: int


@dataclass(slots=True)
class Shelf:
    """The last few things that pages look at again, by their ids."""

    size: int
    _held: OrderedDict[str, object] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def put(self, id_: str, thing: object) -> None:
        """Keep something, and let go of the oldest."""
        with self._lock:
            self._held[id_] = thing
            self._held.move_to_end(id_)
            while len(self._held) > self.size:
                self._held.popitem(last=False)

    def get(self, id_: str) -> object | None:
        """Returns what is known by an id. None if that is long gone."""
        with self._lock:
            return self._held.get(id_)


@dataclass(slots=True)
class Latest:
    """Of questions that follow each other, only the last one counts: the ones before it are stopped."""

    _newest: dict[str, int] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def begin(self, slot: str, number: int) -> Stop:
        """Begin a question of a page, which numbers them. Returns whether a later one has come, in whatever order."""
        with self._lock:
            if len(self._newest) > MOST_PAGES:
                self._newest.clear()
            self._newest[slot] = max(number, self._newest.get(slot, 0))
        return lambda: self._newest.get(slot, number) > number
