"""Photos on their way through Immich: when it has looked at them, albums that rest on faces, content or text are due.

Immich tells nobody when it has looked at a photo. So the photos that it told of are looked at now and then, which is a
request or two, and only what is seen there starts a run.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST = 10.0
"""Seconds until photos are looked at for the second time."""

OFTEN = 15.0
"""Seconds between two looks, at first."""

SELDOM = 60.0
"""Seconds between two looks, later."""

A_WHILE = 600.0
"""Seconds for which photos are looked at often."""

CALM = 120.0
"""Seconds without any news of a photo that Immich has looked at, after which it is left alone."""

AT_A_TIME = 20
"""Photos of which one look asks."""

GAP = 300.0
"""Seconds between two runs while there are more photos than one look asks of."""

MOST = 5000


@dataclass(frozen=True, slots=True)
class Sight:
    """A look at a photo in Immich: what its record shows of what Immich has done with it."""

    is_looked_at: bool
    """Whether there is a sign that it has come to it: an embedding, or somebody on it."""
    people: int = 0
    """How many it knows on it."""


@dataclass(slots=True)
class _Photo:
    since: float
    changed: float
    sight: Sight = Sight(is_looked_at=False)


class Settling:
    """Photos that are watched; times are in seconds of one clock."""

    def __init__(self) -> None:
        self._photos: dict[str, _Photo] = {}
        self._next: float | None = None
        self._has_news = False
        self._news_at = float("-inf")

    def __len__(self) -> int:
        return len(self._photos)

    def add(self, ids: Iterable[str], now: float) -> None:
        """Watch these photos, too; they are looked at at once."""
        for id_ in ids:
            self._photos.pop(id_, None)
            if len(self._photos) < MOST:
                self._photos[id_] = _Photo(now, now)
        if self._photos:
            self._next = now

    @property
    def look_at(self) -> float | None:
        """When they are due to be looked at. None if there are none."""
        return self._next

    def to_look_at(self) -> tuple[str, ...]:
        """Returns the photos of the next look: the first that came and the last, where they are many."""
        ids = tuple(self._photos)
        return ids if len(ids) <= AT_A_TIME else (*ids[: AT_A_TIME // 2], *ids[-AT_A_TIME // 2 :])

    def seen(self, sights: Mapping[str, Sight | None], now: float, *, longest: float) -> bool:
        """Take what was seen, None for a photo that is not there. Returns whether that calls for a run.

        `longest` is how many seconds photos are watched at most.
        """
        for id_, sight in sights.items():
            photo = self._photos.get(id_)
            if photo is None:
                continue
            if sight is None or now - photo.since > longest:
                del self._photos[id_]
            elif sight.is_looked_at and sight != photo.sight:
                photo.sight, photo.changed = sight, now
                self._has_news = True
            elif photo.sight.is_looked_at and now - photo.changed >= CALM:
                del self._photos[id_]
        if all(sight is not None and sight.is_looked_at for sight in sights.values()):
            # Immich takes them in turn: where it has come to the first and the last, it has to those between.
            self._photos = {id_: photo for id_, photo in self._photos.items() if id_ in sights}
        youngest = max((photo.since for photo in self._photos.values()), default=None)
        if youngest is None:
            self._next = None
        elif now - youngest < FIRST:
            self._next = youngest + FIRST
        else:
            self._next = now + (OFTEN if now - youngest < A_WHILE else SELDOM)
        if not self._has_news or (len(self._photos) > AT_A_TIME and now - self._news_at < GAP):
            return False
        self._has_news, self._news_at = False, now
        return True

    def failed(self, now: float) -> None:
        """They could not be looked at: later again."""
        self._next = now + SELDOM if self._photos else None
