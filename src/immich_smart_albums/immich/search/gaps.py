"""Finds the photos that an answer with EXIF leaves out (flat searches, since 1.125).

Immich leaves out photos without EXIF where EXIF is asked for: those that it is still reading, and files that it cannot
read. That some are missing shows in the number of what the search finds. To read all photos once more for the sake of
a few would cost as much as the search itself; so the span of time is halved, the photos of one half are counted, and
so on where fewer were shown than there are, until what is left fits on a page. A photo costs about seven counts among
100,000, and its neighbours cost none.
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
    """Returns the parts of a window that hold more photos than were shown, of at most a page each where counts allow.

    `shown` are the instants of those that were shown, sorted, in ms since 1970; `missing` is how many more there are.
    `count` says how many there are in a part, None if it cannot. What is missing is in the parts, unless the library
    changes meanwhile: the reader sees whether the parts have as many.
    """
    parts = [(window, 0, len(shown), missing)]
    while parts:
        part, first, end, lacking = parts.pop()
        middle = _middle(shown, first, end) if end - first + lacking > PAGE_SIZE and most_counts else None
        if middle is None:
            yield part
            continue
        # Neighbours share their bound: no photo that was shown is there, and one that was not is read twice.
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
    """Where to cut the photos between two places: before it and after it there is a millisecond between two of them.

    None if they are too close to each other.
    """
    middle = (first + end) // 2
    places = chain(range(max(middle, first + 1), end), range(middle - 1, first, -1))
    return next((place for place in places if shown[place] - shown[place - 1] > 1), None)
