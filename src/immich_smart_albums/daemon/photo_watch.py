"""Watches new photos until Immich has processed them; then albums that depend on faces, content or text are due.

Immich does not say when it has processed a photo. So the state of announced photos is asked for now and then, with a
request or two, and a run starts only once that has changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

FIRST = 10.0
"""Seconds until the state of new photos is asked for the second time."""

OFTEN = 15.0
"""Seconds between two requests, at first."""

SELDOM = 60.0
"""Seconds between two requests, later."""

A_WHILE = 600.0
"""Seconds for which a photo counts as new."""

CALM = 120.0
"""Seconds without a change of a processed photo after which it is watched no more."""

AT_A_TIME = 20
"""Photos whose state is asked for at a time."""

GAP = 300.0
"""Seconds between two runs while more photos are watched than are asked for at a time."""

MOST = 5000
"""Photos that are watched."""


@dataclass(frozen=True, slots=True)
class PhotoState:
    """How far Immich has got with a photo, as far as its record shows."""

    is_processed: bool
    """Whether there is an embedding of it, or a face on it."""
    people: int = 0
    """Faces that Immich knows on it."""


@dataclass(slots=True)
class _Photo:
    since: float
    changed: float
    state: PhotoState = PhotoState(is_processed=False)


class PhotoWatch:
    """The photos that are watched; times are seconds of one clock."""

    def __init__(self) -> None:
        self._photos: dict[str, _Photo] = {}
        self._next: float | None = None
        self._has_news = False
        self._news_at = float("-inf")

    def __len__(self) -> int:
        return len(self._photos)

    def add(self, ids: Iterable[str], now: float) -> None:
        """Watch these photos, too. Their state is due at once."""
        for id_ in ids:
            self._photos.pop(id_, None)
            if len(self._photos) < MOST:
                self._photos[id_] = _Photo(now, now)
        if self._photos:
            self._next = now

    @property
    def due_at(self) -> float | None:
        """When the next request is due. None if no photo is watched."""
        return self._next

    def next_ids(self) -> tuple[str, ...]:
        """Returns the photos to ask for next: if there are many, the oldest and the newest."""
        ids = tuple(self._photos)
        return ids if len(ids) <= AT_A_TIME else (*ids[: AT_A_TIME // 2], *ids[-AT_A_TIME // 2 :])

    def update(self, states: Mapping[str, PhotoState | None], now: float, *, longest: float) -> bool:
        """Take new states; None for a photo that is gone. Returns whether a run is due.

        `longest` is the number of seconds after which a photo is watched no more, whatever its state.
        """
        for id_, state in states.items():
            photo = self._photos.get(id_)
            if photo is None:
                continue
            if state is None or now - photo.since > longest:
                del self._photos[id_]
            elif state.is_processed and state != photo.state:
                photo.state, photo.changed = state, now
                self._has_news = True
            elif photo.state.is_processed and now - photo.changed >= CALM:
                del self._photos[id_]
        if all(state is not None and state.is_processed for state in states.values()):
            # Immich processes photos in turn: with the oldest and the newest, it has processed all between them.
            self._photos = {id_: photo for id_, photo in self._photos.items() if id_ in states}
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

    def postpone(self, now: float) -> None:
        """Note that the states could not be asked for: the next request is due later."""
        self._next = now + SELDOM if self._photos else None
