"""Memberships that are looked up in a ranking of few, and when they are not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_sandbox import Sandbox
from immich_smart_albums.errors import ServerError, Untrustworthy
from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.rules.tree import All, Any, Not, Rule
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.compile.scoped_searches import scoped_ranking
from immich_smart_albums.selection.explain.explain import LeafEvidence
from immich_smart_albums.selection.explain.leaf_evidence import EvidenceLookup
from immich_smart_albums.selection.run.evaluate import Failed, Selection, evaluate
from tests.selection.compile.test_requests import World, library
from tests.support.in_memory_searches import FLAT, Answers, Flat, city, person, record, select, smart

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.rules.tree import Node

DOGS, BEN = smart("dog", 4), person("ben")
BEN_RANKED = Query(Kind.SMART, where(personIds=("ben",), query="dog"), limit=1000)
WITHOUT_BEN = All((DOGS, Not(BEN)))
OTHERS = [f"ben{number}" for number in range(1000)]
"""Photos of Ben that are no dogs."""


@dataclass
class Ranked(Answers):
    """Searches that also count; an error is raised for what is not counted."""

    totals: dict[Query, int | ServerError] = field(default_factory=dict)

    def estimate(self, query: Query) -> int | None:
        total = self.totals.get(query)
        if isinstance(total, ServerError):
            raise total
        return total

    @property
    def sent(self) -> list[Query]:
        return [query for query, _ in self.requests]


def answers(ranking: Sequence[str], whose: Sequence[str], total: int | ServerError | None = None) -> Ranked:
    """Ben is on photos 2 and 4 of the best four."""
    batches = {
        DOGS.query: [[record(asset_id) for asset_id in ("1", "2", "3", "4")]],
        BEN_RANKED: [[record(asset_id) for asset_id in ranking]],
        BEN.query: [[record(asset_id) for asset_id in whose]],
    }
    return Ranked(batches, totals={} if total is None else {BEN.query: total})


def selected_ids(rule: Node, searches: Ranked) -> set[str]:
    return {asset.id for asset in select(rule, searches).assets}


@pytest.mark.parametrize("concurrency", [1, 4])
def test_whoever_is_excluded_from_a_ranking_is_looked_up_in_the_same_ranking(concurrency: int) -> None:
    searches = answers(["2", "4", *OTHERS[:998]], [])
    selection = select(WITHOUT_BEN, searches, concurrency=concurrency)
    assert {asset.id for asset in selection.assets} == {"1", "3"}
    assert searches.sent == [DOGS.query, BEN_RANKED]


def test_whoever_must_be_on_it_is_looked_up_there_and_keeps_the_place_that_all_have() -> None:
    searches = answers(["4", *OTHERS[:999]], [])
    noah = replace(BEN_RANKED, where=where(personIds=("noah",), query="dog"))
    searches.batches[noah] = [[record(asset_id) for asset_id in ("1", "2", "3", *OTHERS[:997])]]
    selection = select(Rule(All((DOGS, Any((BEN, person("noah"))))), limit=3), searches)
    assert {asset.id for asset in selection.assets} == {"1", "2", "3"}  # not 4, though it is the first of Ben's
    assert searches.sent == [DOGS.query, BEN_RANKED, noah]


@pytest.mark.parametrize(
    ("ranking", "total"),
    [
        (["2"], None),  # ended early, as a search by an approximate index does, and nobody counts
        (["2"], ServerError("no statistics")),
        (["2"], 2),
        (["4", "2", *OTHERS[:998]], None),  # in another order
        (["2", *OTHERS[:998], "4"], None),  # with photos between that the other one does not have
        (["ben0", "2", "4", *OTHERS[1:998]], None),
    ],
)
def test_a_ranking_that_does_not_prove_itself_is_not_relied_on(ranking: list[str], total: int | ServerError) -> None:
    searches = answers(ranking, ["2", "4", *OTHERS], total)
    assert selected_ids(WITHOUT_BEN, searches) == {"1", "3"}
    assert searches.sent == [DOGS.query, BEN_RANKED, BEN.query]


def test_a_ranking_that_does_not_go_on_behind_the_other_one_is_not_relied_on() -> None:
    many = [str(number) for number in range(1, 1001)]
    dogs = smart("dog", 999)
    searches = answers(many, many)
    searches.batches[dogs.query] = [[record(asset_id) for asset_id in many]]
    assert not selected_ids(All((dogs, Not(BEN))), searches)
    assert searches.sent == [dogs.query, BEN_RANKED, BEN.query]


def test_a_ranking_of_all_that_there_is_needs_no_other_proof() -> None:
    searches = answers(["4", "2", "ben0"], [], total=3)
    assert selected_ids(WITHOUT_BEN, searches) == {"1", "3"}
    assert searches.sent == [DOGS.query, BEN_RANKED]


def test_of_a_library_that_is_ranked_to_its_end_nothing_is_ranked_again() -> None:
    searches = answers([], ["2"])
    assert selected_ids(All((smart("dog", 5), Not(BEN))), searches_with_limit(searches, 5)) == {"1", "3", "4"}
    assert searches.sent == [smart("dog", 5).query, BEN.query]


def searches_with_limit(searches: Ranked, limit: int) -> Ranked:
    searches.batches[smart("dog", limit).query] = searches.batches[DOGS.query]
    return searches


@given(st.integers(0, 1200), st.lists(st.booleans(), min_size=4, max_size=4))
def test_wherever_a_ranking_ends_nobody_who_is_excluded_comes_in(length: int, shown: list[bool]) -> None:
    his = [str(number) for number, is_his in enumerate(shown, 1) if is_his]
    everything = [*his, *OTHERS]
    searches = answers(everything[: min(length, 1000)], everything, total=len(everything))
    assert selected_ids(WITHOUT_BEN, searches) == {"1", "2", "3", "4"} - set(his)


def test_one_ranking_answers_two_that_differ_in_their_cut_only() -> None:
    searches = searches_with_limit(answers(["2", "4", *OTHERS[:998]], []), 2)
    rules = [Rule(WITHOUT_BEN), Rule(All((smart("dog", 2), Not(BEN))))]
    searches.batches[smart("dog", 2).query] = [[record("1"), record("2")]]
    more, fewer = evaluate(compile_rules(rules, FLAT), searches, concurrency=1, log=lambda _: None)
    assert isinstance(more, Selection)
    assert isinstance(fewer, Selection)
    assert ({asset.id for asset in more.assets}, {asset.id for asset in fewer.assets}) == ({"1", "3"}, {"1"})
    assert searches.sent.count(BEN_RANKED) == 1


def test_what_another_rule_reads_in_full_is_not_ranked() -> None:
    plan = compile_rules([Rule(WITHOUT_BEN), Rule(Not(BEN))], FLAT)
    assert {scan.query for scan in plan.scans} == {DOGS.query, BEN.query, Query(Kind.METADATA)}
    noah, emma = person("noah"), person("emma")
    cats = All((smart("cat", 4), Not(noah)))
    plan = compile_rules([Rule(All((DOGS, Not(BEN), Not(noah), Not(emma)))), Rule(BEN), Rule(cats)], FLAT)
    assert BEN_RANKED not in {scan.query for scan in plan.scans}
    searches = [[scoped.search for branch in rule.branches for scoped in branch.scoped] for rule in plan.rules]
    assert searches == [[noah.query, emma.query], [], [noah.query]]


def test_what_is_read_already_is_not_ranked() -> None:
    plan = compile_rules([Rule(WITHOUT_BEN)], FLAT, shared={BEN.query: frozenset()})
    assert [scan.query for scan in plan.scans] == [DOGS.query, BEN.query]
    plan = compile_rules([Rule(WITHOUT_BEN)], FLAT, {BEN.query: 10}, shared={BEN_RANKED: frozenset()})
    assert [scan.query for scan in plan.scans] == [DOGS.query, BEN_RANKED]
    plan = compile_rules([Rule(WITHOUT_BEN)], FLAT, {BEN.query: 10})
    assert [scan.query for scan in plan.scans] == [DOGS.query, BEN.query]


@pytest.mark.parametrize("query", [DOGS.query, BEN_RANKED, BEN.query])
def test_a_rule_fails_with_any_of_the_searches_that_it_rests_on(query: Query) -> None:
    class Failing(Ranked):
        def find(self, query_: Query, fields: frozenset[str]):  # type: ignore[no-untyped-def]  # noqa: ANN202
            if query_ == query:
                raise ServerError("broken")
            return super().find(query_, fields)

    searches = answers(["2"], ["2", "4"])
    (result,) = evaluate(
        compile_rules([Rule(WITHOUT_BEN)], FLAT),
        Failing(searches.batches),
        concurrency=1,
        log=lambda _: None,
    )
    assert isinstance(result, Failed)


def test_explanations_know_that_a_photo_is_not_in_the_ranking() -> None:
    selection = select(WITHOUT_BEN, answers(["2", "4", *OTHERS[:998]], []))
    assert selection.evidence is not None
    facts = EvidenceLookup(selection.evidence)
    assert facts.of(BEN, "1") == LeafEvidence(holds=False)
    assert facts.of(BEN, "2") == LeafEvidence(holds=True)
    assert facts.of(BEN, "ben1000") is None
    assert facts.of(person("noah"), "1") is None


def test_only_what_rankings_can_say_is_ranked() -> None:
    nice_dogs = Query(Kind.SMART, where(city="Nice", query="dog"), limit=1500)
    both = where(city="Nice", personIds=("ben",), query="dog")
    assert scoped_ranking(nice_dogs, BEN.query, FLAT) == Query(Kind.SMART, both, limit=2000)
    unranked = {
        "marked by a photo": (replace(DOGS.query, limit=None, until=("x",)), BEN.query),
        "in two places": (replace(DOGS.query, visibility=frozenset(Visibility)), BEN.query),
        "elsewhere": (replace(DOGS.query, visibility=frozenset({Visibility.ARCHIVE})), BEN.query),
        "no ranking": (city("Nice").query, BEN.query),
        "other people's": (DOGS.query, Query(Kind.METADATA, where(albumIds=("a",)))),
        "not in rankings": (DOGS.query, Query(Kind.METADATA, where(withStacked=False))),
        "said by filter": (DOGS.query, Query(Kind.METADATA, (Condition("personIds", "none", ("ben",)),))),
        "capped": (DOGS.query, city("Nice", 10).query),
    }
    for name, (driver, query) in unranked.items():
        assert scoped_ranking(driver, query, FLAT) is None, name


class Old(Flat):
    """A server that ignores people in rankings."""

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        return [("personIds", "ignored")] if query.kind is Kind.SMART and query.get("personIds", "all") else []


def test_nothing_is_ranked_that_the_server_would_ignore() -> None:
    assert scoped_ranking(DOGS.query, BEN.query, Old()) is None


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(library(), "3.1") as running:
        yield running


@pytest.mark.untraced
def test_a_server_that_ignores_whom_it_ranks_is_caught(sandbox: Sandbox) -> None:
    rule = "{smart: {query: beach, top: 300}, not: {person: P00}}"
    world = World(sandbox)
    count, sent = world.ask(rule)
    assert 100 < count < 300
    assert len(sent) == 3
    sandbox.faults.drop("personIds", path="/api/search/smart", times=None)
    result, _ = world.run(rule)
    assert isinstance(result, Failed)
    assert isinstance(result.error, Untrustworthy)
    assert "personIds" in result.error.message
