"""What is kept of searches while they stream by, and how they fail."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import FilterError, ServerError
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.rules.local_filters.jsonpath import compile_path
from immich_smart_albums.rules.local_filters.local_filter import local_filter
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import All, Any, Node, Not, Rule
from immich_smart_albums.rules.values.regex import compile_pattern
from immich_smart_albums.selection.query_plan import Branch, RulePlan, merge_scans
from immich_smart_albums.selection.result import ResultBuilder, SearchResult
from immich_smart_albums.selection.run.evaluate import evaluate
from immich_smart_albums.selection.stages import METADATA_FIELDS
from tests.support.in_memory_searches import Answers, Uncounted, apple, canon, city, ids, local, record, select, smart

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Mapping

    from immich_smart_albums.model.query import Query

NICE, CAT = city("Nice"), smart("cat")
MAKE, MODEL = local("$.exifInfo.make", "apple"), local("$.exifInfo.model", "pro")


def result_of(branch: Branch, *batches: list[dict[str, object]]) -> SearchResult:
    """What is kept of what a branch's driver finds."""
    builder = ResultBuilder(merge_scans((RulePlan(Rule(NICE), (branch,)),)).scans[0])
    for batch in batches:
        builder.take(batch)
    return builder.result


@pytest.mark.parametrize(
    ("node", "remaining"),
    [
        (All((NICE, MAKE)), {"1", "2"}),
        (All((NICE, Not(MAKE))), {"3", "4"}),
        (All((NICE, Any((MAKE, MODEL)))), {"1", "2", "3"}),
        (All((NICE, Not(Any((MAKE, MODEL))))), {"4"}),
        (All((NICE, Not(All((MAKE, MODEL))))), {"2", "3", "4"}),
        (All((NICE, Any((MAKE, CAT)))), {"1", "2", "3", "4"}),  # the ranking decides of 3 and 4
        (All((NICE, Any((MAKE, All((MODEL, CAT)))))), {"1", "2", "3"}),
        (All((NICE, Not(All((MAKE, Not(CAT)))))), {"1", "2", "3", "4"}),
        (All((NICE, Not(local("$.tags[*].value")))), {"1", "2", "3", "4"}),
    ],
)
def test_assets_that_cannot_match_any_more_are_not_kept(node: Node, remaining: set[str]) -> None:
    result = result_of(Branch(NICE.query, node), [apple("1", "pro"), apple("2")], [canon("3", "pro"), canon("4")])
    assert result.assets.keys() == result.passed.keys() == result.places.keys() == remaining
    assert result.count == 4


def test_each_asset_counts_once_at_its_first_place() -> None:
    result = result_of(Branch(NICE.query), [record("a"), record("b")], [record("b"), record("c"), record("a")])
    assert result.places == {"a": 0, "b": 1, "c": 2}
    assert result.count == 3


def test_places_count_what_was_dropped_too_so_that_ranks_stay_the_servers() -> None:
    result = result_of(Branch(NICE.query, MAKE), [canon("x"), apple("a")], [canon("y"), apple("b")])
    assert result.places == {"a": 1, "b": 3}


def test_fields_are_asked_of_candidates_and_nothing_but_ids_of_the_rest() -> None:
    searches = Answers({NICE.query: [[apple("1")]], CAT.query: [[record("1")]]})
    assert ids(select(All((NICE, MAKE, Not(CAT))), searches)) == []
    assert searches.requests == [(NICE.query, METADATA_FIELDS), (CAT.query, frozenset())]


def test_a_rule_that_is_one_predicate_is_evaluated_like_any_other() -> None:
    assert ids(select(NICE, Answers({NICE.query: [[record("1")], []]}))) == ["1"]


def test_nothing_found_is_nothing_selected() -> None:
    assert select(All((NICE, Not(CAT))), Answers({NICE.query: [], CAT.query: []})).matched == 0


def test_what_each_part_kept_is_logged() -> None:
    said: list[str] = []
    searches = Answers({NICE.query: [[apple("1"), apple("2")], [canon("3")]], CAT.query: [[record("2")]]})
    rule = Rule(All((NICE, MAKE, Not(CAT, FlagOrigin("--exclude-metadata-union")))), 1)
    select(rule, searches, log=said.append)
    assert said == [
        "metadata search (city='Nice'): found 3",
        "smart search (query='cat', top 200): found 1",
        "local filter '$.exifInfo.make:apple': kept 2 of 2",
        "--exclude-metadata-union: kept 1 of 2",
    ]


def test_a_limit_that_cuts_is_logged() -> None:
    said: list[str] = []
    searches = Answers({NICE.query: [[record("1"), record("2")]]})
    select(Rule(NICE, 1), searches, log=said.append)
    assert said[-1] == "limit 1: kept 1 of 2"


def test_a_name_that_was_not_looked_up_is_a_bug_and_never_a_selection() -> None:
    plan = merge_scans((RulePlan(Rule(NICE), (Branch(NICE.query, person_named("Emma")),)),))
    with pytest.raises(TypeError, match="person 'Emma' was not looked up"):
        evaluate(plan, Answers({NICE.query: [[record("1")]]}), concurrency=1, log=lambda _: None)


# -- failures -----------------------------------------------------------------------------------------------------


@dataclass
class Failing(Uncounted):
    """Searches that do what the test says for each query, and remember which of them were closed."""

    behave: dict[Query, Callable[[], Iterator[list[dict[str, object]]]]]
    closed: dict[Query, threading.Event] = field(default_factory=dict)

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
        self.closed[query] = threading.Event()
        try:
            yield from self.behave[query]()
        finally:
            self.closed[query].set()

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        raise ServerError("details failed")
        yield {}


def fail(message: str) -> Callable[[], Iterator[list[dict[str, object]]]]:
    """Finds something, then fails."""

    def behave() -> Iterator[list[dict[str, object]]]:
        yield [record("1")]
        raise ServerError(message)

    return behave


def find(*batches: list[dict[str, object]]) -> Callable[[], Iterator[list[dict[str, object]]]]:
    return lambda: iter(batches)


@pytest.mark.parametrize("concurrency", [1, 2, 4])
@pytest.mark.parametrize(
    "node",
    [
        CAT,
        All((NICE, CAT)),
        All((NICE, Not(CAT))),
        Any((NICE, CAT)),
        All((NICE, Any((MAKE, CAT)))),
        All((NICE, Not(All((NICE, CAT))))),
    ],
)
def test_a_search_that_fails_fails_the_selection_wherever_it_stands(node: Node, concurrency: int) -> None:
    searches = Failing({NICE.query: find([apple("1")]), CAT.query: fail("half read")})
    with pytest.raises(ServerError, match="half read"):
        select(node, searches, concurrency=concurrency)


def fail_while_another_reads(reading: Callable[[], Iterator[list[dict[str, object]]]]) -> None:
    """One of two searches fails while the other one reads; that is raised, and the other one ends."""
    failed = threading.Event()

    def first() -> Iterator[list[dict[str, object]]]:
        failed.wait(120)
        yield from reading()

    def second() -> Iterator[list[dict[str, object]]]:
        failed.set()
        raise ServerError("the first failure")
        yield []

    searches = Failing({NICE.query: first, CAT.query: second})
    with pytest.raises(ServerError, match="the first failure"):
        select(Any((NICE, CAT)), searches, concurrency=2)
    assert searches.closed[NICE.query].wait(120)


def test_the_first_failure_is_raised_and_searches_that_nobody_waits_for_end() -> None:
    fail_while_another_reads(lambda: ([record("1")] for _ in count()))  # it would go on for ever


def test_a_failure_that_comes_of_stopping_does_not_hide_the_first() -> None:
    def stopped() -> Iterator[list[dict[str, object]]]:
        try:
            yield from ([record("1")] for _ in count())
        finally:
            raise ServerError("only because it was stopped")

    fail_while_another_reads(stopped)


def test_searches_that_have_not_begun_when_one_fails_are_not_sent() -> None:
    released = threading.Event()

    def blocked() -> Iterator[list[dict[str, object]]]:
        """May have begun already, and then keeps the only thread until the failure was raised."""
        released.wait(120)
        yield []

    searches = Failing({NICE.query: fail("no"), CAT.query: blocked, smart("dog").query: find()})
    with pytest.raises(ServerError, match="no"):
        select(Any((NICE, CAT, smart("dog"))), searches)
    released.set()
    assert smart("dog").query not in searches.closed


def test_a_filter_that_cannot_be_evaluated_fails_the_selection() -> None:
    slow = local_filter(
        compile_path("$.exifInfo.make"), compile_pattern("(a|aa)+$", timeout=0.000001), "slow", FlagOrigin("x.json")
    )
    searches = Answers({NICE.query: [[record("1", exifInfo={"make": "a" * 5000 + "!"})]]})
    with pytest.raises(FilterError, match="slow"):
        select(All((NICE, Not(slow))), searches)


def test_details_that_cannot_be_read_fail_the_selection() -> None:
    searches = Failing({NICE.query: find([record("1")])})
    with pytest.raises(ServerError, match="details failed"):
        select(All((NICE, Not(local("$.tags[*].value")))), searches)


def test_a_record_that_is_no_asset_fails_the_selection() -> None:
    with pytest.raises(KeyError):
        select(NICE, Answers({NICE.query: [[{"id": "1"}]]}))
