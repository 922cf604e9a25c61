"""Keeps sorted search results while the library stays as it is, and cuts pages out of them."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import OrderedDict
from itertools import groupby
from typing import TYPE_CHECKING, Any, TypeVar

from immich_sandbox.seeded import seeded

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Sequence

    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Asset

_MOST_REMEMBERED = 24
T = TypeVar("T")


class Results:
    """A cache of search results; any change of the library empties it."""

    def __init__(self, library: Library) -> None:
        """Keep results of this library."""
        self._library = library
        self._revision = -1
        self._cache: OrderedDict[Hashable, Any] = OrderedDict()
        self._draws = 0

    def draw(self) -> int:
        """Return a number that no draw had before, for results in random order."""
        self._draws += 1
        return self._draws

    def cached(self, key: Hashable, make: Callable[[], T]) -> T:
        """Return the result kept under this key, computed if there is none since the last change."""
        if self._revision != self._library.revision:
            self._cache.clear()
            self._revision = self._library.revision
        if key in self._cache:
            self._cache.move_to_end(key)
        else:
            self._cache[key] = make()
            if len(self._cache) > _MOST_REMEMBERED:
                self._cache.popitem(last=False)
        result: T = self._cache[key]
        return result


def taken_between(assets: list[Asset], after: int | None, before: int | None) -> list[Asset]:
    """Return the part of a list in ascending order that was taken in this time, both ends included."""
    low = 0 if after is None else bisect_left(assets, after, key=lambda asset: asset.file_created_at)
    high = len(assets) if before is None else bisect_right(assets, before, key=lambda asset: asset.file_created_at)
    return assets[low:high]


def page_of(
    rows: Sequence[Asset], start: int, stop: int, *, tie: Callable[[Asset], Hashable] | None, salt: str
) -> list[Asset]:
    """Return rows `start` to `stop`.

    With `tie`, rows of equal value come in an order that depends on `salt`, as they do on servers that sort by one
    column only (1.125 to 3.0.3): pages through a long tie then repeat some rows and lose others.
    """
    chosen = list(rows[start:stop])
    if tie is None or not chosen:
        return chosen
    first, last = tie(chosen[0]), tie(chosen[-1])
    left, right = start, start + len(chosen)
    while left > 0 and tie(rows[left - 1]) == first:
        left -= 1
    while right < len(rows) and tie(rows[right]) == last:
        right += 1
    mixed: list[Asset] = []
    for _, group in groupby(rows[left:right], tie):
        equal = list(group)
        if len(equal) > 1:
            seeded(salt).shuffle(equal)
        mixed += equal
    return mixed[start - left : start - left + len(chosen)]
