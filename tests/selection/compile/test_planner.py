"""Query plans of whole runs: what is read, ranked, counted and noted."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import All, Any, Not, Rule, SplitKey
from immich_smart_albums.selection.compile.planner import compile_rules, draft
from tests.support.compiled_rules import DOG, EMMA, KYOTO, MAKE, NEW, NICE, PATH, branch_words, plan
from tests.support.in_memory_searches import FLAT, Flat, exactly, local, smart


def test_exif_is_read_only_where_that_is_less_than_another_search() -> None:
    node = All((PATH, Not(NICE)))
    few, many = ({WHOLE_LIBRARY: 100_000, NICE.query: count} for count in (500, 60_000))
    assert branch_words(plan(node, sizes=few)) == [["(the whole timeline) | <$.originalPath:x> & not (city='Nice')"]]
    assert branch_words(plan(node, sizes=many)) == [
        ["(the whole timeline) | <$.originalPath:x> & not <(city='Nice'), checked here>"]
    ]
    assert draft([Rule(node)], FLAT).queries_to_count == (WHOLE_LIBRARY, NICE.query)
    assert draft([Rule(NICE), Rule(All((NICE, Not(EMMA)))), Rule(MAKE)], FLAT).queries_to_count == ()


def test_only_the_fields_that_checks_look_at_are_read() -> None:
    assert plan(All((NICE, EMMA))).scans[0].fields == frozenset()
    assert plan(All((NICE, MAKE, PATH))).scans[0].fields == {"exifInfo.make", "originalPath"}
    assert plan(All((NICE, local("$.exifInfo.*")))).scans[0].fields == {"exifInfo"}


def test_smart_searches_rank_where_a_photo_is_in_because_of_them() -> None:
    cat, car = smart("cat"), smart("car")
    node = All((Any((DOG, cat)), NICE, Not(car), Not(Not(DOG)), MAKE))
    assert set(plan(node).rules[0].ranking) == {DOG.query, cat.query}
    assert plan(NICE).rules[0].ranking == ()


@pytest.mark.parametrize("server", [FLAT, NEW])
def test_a_name_that_was_not_looked_up_is_a_bug(server: Flat) -> None:
    with pytest.raises(TypeError, match="person 'Emma' was not looked up"):
        plan(All((NICE, person_named("Emma"))), server=server)


def test_names_and_notes_of_rules_stay_with_them() -> None:
    result = compile_rules([Rule(NICE), Rule(All((NICE, KYOTO)))], FLAT, names=("one", "two"))
    assert [(rule.name, rule.notes) for rule in result.rules] == [
        ("one", ()),
        ("two", ("nothing can match: city cannot be 'Nice' and 'Kyoto'",)),
    ]


def test_keys_are_read_where_searches_show_them() -> None:
    year = SplitKey("year", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[:4],))
    who = SplitKey("person", frozenset({"people"}), lambda _: ())
    (metadata,) = compile_rules([Rule(NICE, split=(year, who))], FLAT).scans
    assert metadata.keys == (year, who)
    assert metadata.fields == {"localDateTime", "people"}
    (ranked,) = compile_rules([Rule(DOG, split=(year, who))], FLAT).scans
    assert ranked.keys == (year,)
    assert ranked.fields == {"localDateTime"}


@pytest.mark.parametrize(("models", "counts"), [(15, 15), (30, 0)])
def test_nothing_is_counted_where_the_counts_would_cost_as_much_as_reading(models: int, counts: int) -> None:
    """Of 15,000 photos in Nice those of some cameras: looked at one by one, or searched for camera by camera."""
    cameras = Any(tuple(exactly("model", f"camera {number}") for number in range(models)))
    sizes = {WHOLE_LIBRARY: 1_000_000, NICE.query: 15_000}
    assert len(draft([Rule(All((NICE, cameras)))], FLAT, sizes).queries_to_count) == counts
