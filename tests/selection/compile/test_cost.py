"""Guesses of sizes follow what is known."""

from __future__ import annotations

from dataclasses import replace

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Condition, Kind, Query, Visibility
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import All
from immich_smart_albums.selection.compile.cost import NOTHING_KNOWN, Costs
from immich_smart_albums.selection.compile.pushdown import Pushdown
from tests.support.in_memory_searches import FLAT, city, person, smart

NICE, EMMA, NOAH = city("Nice").query, person("emma").query, person("noah").query
BOTH = person("emma", "noah").query
ARCHIVE = replace(WHOLE_LIBRARY, visibility=frozenset({Visibility.ARCHIVE}))
GUESSED = Costs(FLAT, NOTHING_KNOWN)
KNOWN = Costs(FLAT, {WHOLE_LIBRARY: 10_000, EMMA: 1_000, NOAH: 500, ARCHIVE: 7})


def structured_query(*conditions: tuple[str, str, object], either: tuple[Condition, ...] = ()) -> Query:
    made = tuple(Condition(*condition) for condition in conditions)  # type: ignore[arg-type]
    return Query(Kind.METADATA, where=made, any_of=tuple((condition,) for condition in either))


@pytest.mark.parametrize(
    ("query", "size"),
    [
        (WHOLE_LIBRARY, 10_000),
        (EMMA, 1_000),
        (BOTH, 50),  # as many of Emma's as of all
        (replace(BOTH, limit=20), 20),
        (NICE, 200),
        (replace(NICE, where=where(city="Nice", withDeleted=True)), 200),  # nothing is told of how much is in the trash
        (ARCHIVE, 7),
        (replace(WHOLE_LIBRARY, visibility=frozenset({Visibility.ARCHIVE, Visibility.TIMELINE})), 10_007),
        (replace(WHOLE_LIBRARY, visibility=frozenset({Visibility.HIDDEN})), 500),
        (structured_query(("personIds", "any", ("emma", "noah"))), 1_500),
        (structured_query(("personIds", "all", ("emma", "noah"))), 50),
        (structured_query(("personIds", "all", ("emma",)), ("personIds", "none", ("noah",))), 1_000),
        (structured_query(("city", "in", ("Nice", "Kyoto"))), 400),
        (structured_query(("takenAt", "gte", "2024-01-01T00:00:00.000Z")), 3_000),
        (structured_query(either=(Condition("personIds", "all", ("emma",)), Condition("city", "eq", "Nice"))), 1_200),
        (smart("dog").query, 200),
    ],
)
def test_sizes_that_are_known_make_better_guesses(query: Query, size: int) -> None:
    assert round(KNOWN.size(query)) == size


def test_of_a_period_as_much_is_guessed_as_of_any_other_as_long() -> None:
    (start,), (end,) = where(takenAfter="2020-01-01T00:00:00.000Z"), where(takenBefore="2021-01-01T00:00:00.000Z")
    year = Query(Kind.METADATA, (start, end))
    assert GUESSED.size(year) == 100_000 / 20
    assert Costs(FLAT, {}, (2011, 2020)).size(year) == 10_000
    assert Costs(FLAT, {}, (2021, 2025)).size(year) == 0
    assert Costs(FLAT, {}, (2011, 2020)).size(Query(Kind.METADATA, (start,))) == 10_000
    assert Costs(FLAT, {Query(Kind.METADATA, (start,)): 2_000}).size(year) == 1_000  # of that, half is before the end
    taken = structured_query(start, end, ("personIds", "all", ("emma",)))
    assert round(Costs(FLAT, {EMMA: 10_000}, (2011, 2020)).size(taken)) == 1_000


def test_without_knowledge_a_library_is_large() -> None:
    assert GUESSED.size(WHOLE_LIBRARY) == 100_000
    assert GUESSED.size(EMMA) == 5_000


def test_what_more_is_read_costs_more() -> None:
    nothing = frozenset[str]()
    prices = [GUESSED.read_price(NICE, fields) for fields in (nothing, frozenset({"exifInfo"}), frozenset({"people"}))]
    assert prices[0] == prices[1] < prices[2]  # a search by place is held against EXIF in any case
    assert GUESSED.read_price(WHOLE_LIBRARY, nothing) < GUESSED.read_price(WHOLE_LIBRARY, frozenset({"exifInfo"}))
    assert GUESSED.read_price(EMMA, nothing) == GUESSED.read_price(EMMA, frozenset({"people"}))
    assert GUESSED.read_price(replace(smart("dog").query, limit=5), nothing) > GUESSED.read_price(
        replace(NICE, limit=5), nothing
    )
    assert GUESSED.details_price(smart("dog").query) > GUESSED.read_price(NICE, frozenset({"people"}))


def test_a_name_that_was_not_looked_up_cannot_be_asked_for() -> None:
    conditions = Pushdown(FLAT, takes_filter=True)
    assert conditions.as_query(person_named("Emma"), NICE) is None
    assert conditions.as_query(All((city("Nice"), person_named("Emma"))), NICE) is None
