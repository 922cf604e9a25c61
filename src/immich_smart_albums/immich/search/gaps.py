"""Finds the photos that an answer with EXIF leaves out (flat searches, since 1.125).

If a search asks for EXIF, Immich leaves out photos without it: those that it is still reading, and files that it cannot
read. A count shows how many are missing. Reading everything again would cost as much as the search itself; so the
window is halved, one half is counted, and so on where photos are missing, until the rest fits on a page. One photo
among 100,000 costs about seven counts, and its neighbours cost none.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.immich.search.scan import PAGE_SIZE, Window

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence


def gaps(
    shown: Sequence[int], window: Window, missing: int, count: Callable[[Window], int | None], most_counts: int
) -> Iterator[Window]:
    """Yields the parts of a window in which photos are missing, each of at most a page if counts allow that.

    `shown` are the sorted instants of the photos that were shown, in ms since 1970; `missing` is how many more there
    are. `count` returns the number of photos in a part, None if it cannot. The parts have all missing photos unless the
    library changes meanwhile; the caller checks the total.
    """
    parts = [(window, 0, len(shown), missing)]
    while parts:
        part, first, end, lacking = parts.pop()
        middle = _middle(shown, first, end) if end - first + lacking > PAGE_SIZE and most_counts else None
        if middle is None:
            yield part
            continue
        # Neighbours share their bound. No shown photo is there; a missing one is read twice.
        moment = shown[middle - 1] + 1
        most_counts -= 1
        older = Window(part.after, moment)
        number = count(older)
        if number is None:
            yield part
            continue
        lacking_there = number - (middle - first)
        if lacking_there:
            parts.append((older, first, middle, lacking_there))
        if lacking_there != lacking:
            parts.append((Window(moment, part.before), middle, end, lacking - lacking_there))


def _middle(shown: Sequence[int], first: int, end: int) -> int | None:
    """The place to cut the photos between two places, with a free millisecond before it.

    None if the photos are too close to each other.
    """
    middle = (first + end) // 2
    places = chain(range(max(middle, first + 1), end), range(middle - 1, first, -1))
    return next((place for place in places if shown[place] - shown[place - 1] > 1), None)
