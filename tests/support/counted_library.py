"""A library of which only counts are known, exactly and for any search; and random rules about it."""

from __future__ import annotations

from functools import reduce
from itertools import chain
from operator import and_, or_
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.tree import All, Any, Not, Search
from tests.support.in_memory_searches import city, exactly, local, person, smart

if TYPE_CHECKING:
    import random
    from collections.abc import Iterable

    from immich_smart_albums.model.query import Condition
    from immich_smart_albums.rules.tree import Node

CITIES = {"Paris": 0.05, "Nice": 0.1, "Rome": 0.03, "Oslo": 0.01, "Bonn": 0.02}
FIRST_YEAR, YEARS = 2005, 21


class CountedLibrary:
    """Each value of a field is a set of photos, and a set is a number with a bit for each photo."""

    def __init__(self, size: int, chance: random.Random) -> None:
        """Photos of all years; values come together by chance, as often as on a real library."""
        self.size = size
        self._everything = (1 << size) - 1
        self._chance = chance
        self._sets: dict[tuple[str, object], int] = {}
        self._add("city", CITIES)
        self._add("make", {"Apple": 0.5, "Canon": 0.3})
        self._add("rating", {4: 0.05, 5: 0.03})
        self._add("country", {"Finland": 0.2})
        self._add("isFavorite", {True: 0.05})
        for number in range(12):
            self._add("personIds", {f"p{number}": 1 / (6 + 4 * number)})
        for number in range(8):
            self._add("tagIds", {f"t{number}": 0.1 / (number + 1)})
        self._counts: dict[Query, int] = {}

    def count(self, query: Query) -> int:
        """How many photos a search finds."""
        if query not in self._counts:
            count = self._of(query).bit_count()
            self._counts[query] = count if query.limit is None else min(count, query.limit)
        return self._counts[query]

    def _add(self, name: str, shares: dict[str, float] | dict[int, float] | dict[bool, float]) -> None:
        """Values of which no photo has two."""
        left = self._everything
        for value, share in shares.items():
            self._sets[name, value] = left & self._some(share)
            left &= ~self._sets[name, value]

    def _some(self, share: float) -> int:
        """About so many of all photos, to a thousandth."""
        photos = 0
        for bit in f"{round(share * 1024):010b}"[::-1]:
            more = self._chance.getrandbits(self.size)
            photos = photos | more if bit == "1" else photos & more
        return photos

    def _of(self, query: Query) -> int:
        conditions = [self._conditioned(condition) for condition in query.where if condition.field != "query"]
        branches = [reduce(and_, map(self._conditioned, branch), self._everything) for branch in query.any_of]
        choice = [reduce(or_, branches)] if branches else []
        return reduce(and_, [*conditions, *choice], self._everything)

    def _conditioned(self, condition: Condition) -> int:
        name, value = condition.field, condition.value
        match condition.operator:
            case "gte" | "gt":
                return self._everything & ~self._before(str(value))
            case "lte" | "lt":
                return self._before(str(value))
            case "all":
                return reduce(and_, (self._sets[name, one] for one in _several(value)))
            case "any" | "in":
                return reduce(or_, (self._sets[name, one] for one in _several(value)))
            case "none":
                return self._everything & ~reduce(or_, (self._sets[name, one] for one in _several(value)))
            case _ if value is False:
                return self._everything & ~self._sets[name, True]
            case _:
                return self._sets[name, value]

    def _before(self, instant: str) -> int:
        share = (int(instant[:4]) - FIRST_YEAR) / YEARS
        return (1 << int(self.size * min(1.0, max(0.0, share)))) - 1


def _several(value: object) -> Iterable[object]:
    assert isinstance(value, tuple)
    return chain(value)


def random_leaf(chance: random.Random) -> Node:
    """What people ask for: searches, filters that a search answers as well, and filters that none does."""
    first, last = chance.randrange(2010, 2025), chance.randrange(2025, 2027)
    bounds = where(takenAfter=f"{first}-01-01T00:00:00.000Z", takenBefore=f"{last}-01-01T00:00:00.000Z")
    makers = (
        lambda: city(chance.choice(tuple(CITIES))),
        lambda: person(f"p{chance.randrange(12)}"),
        lambda: Search(Query(Kind.METADATA, bounds)),
        lambda: Search(Query(Kind.METADATA, where(tagIds=(f"t{chance.randrange(8)}",)))),
        lambda: smart(f"dog {chance.randrange(9)}"),
        lambda: exactly(*chance.choice((("make", "Apple"), ("make", "Canon"), ("rating", 4), ("country", "Finland")))),
        lambda: local("$.originalPath", f"folder {chance.randrange(30)}"),
        lambda: local("$.exifInfo.iso", f"{chance.randrange(30)}"),
        lambda: Search(Query(Kind.METADATA, where(isFavorite=True))),
    )
    return chance.choice(makers)()


def random_tree(chance: random.Random, size: int) -> Node:
    """A rule of so many leaves, or fewer where two are alike."""
    if size == 1:
        return Not(random_leaf(chance)) if chance.random() < 0.2 else random_leaf(chance)
    parts = min(size, chance.randrange(2, 5))
    cuts = sorted(chance.sample(range(1, size), parts - 1))
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, size], strict=True)]
    children = tuple(dict.fromkeys(random_tree(chance, part) for part in sizes))
    node = children[0] if len(children) == 1 else chance.choice((All, Any))(children)
    return Not(node) if chance.random() < 0.12 else node
