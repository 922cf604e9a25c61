"""The compiler and the evaluator against plain set arithmetic on the whole library."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.rules.local_filters.jsonpath import compile_path
from immich_smart_albums.rules.local_filters.local_filter import local_filter
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Search, leaves
from immich_smart_albums.rules.values.regex import compile_pattern
from tests.support.examples import examples
from tests.support.in_memory_searches import Uncounted, select

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

CITIES = ("Helsinki", "Nice", "Kyoto")
MAKES = ("Apple", "Canon", None)
NAMES = ("Emma", "Noah")
WORDS = ("dog", "beach")


@dataclass
class Library(Uncounted):
    """A library in memory that answers as the server's searches do, and counts what it is asked."""

    assets: list[dict[str, object]]
    queries: list[Query] = field(default_factory=list)

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
        self.queries.append(query)
        result = self.result(query)
        for start in range(0, len(result), 3):
            yield [self.seen(asset, query, fields) for asset in result[start : start + 3]]

    def seen(self, asset: dict[str, object], query: Query, fields: frozenset[str]) -> dict[str, object]:
        """Smart searches never return people; the rest returns them only when asked."""
        hidden = set() if "people" in fields else {"people"}
        hidden |= {"people"} if query.kind is Kind.SMART else set()
        hidden |= {"tags"}
        return {name: value for name, value in asset.items() if name not in hidden}

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        wanted = set(ids)
        return (asset for asset in self.assets if asset["id"] in wanted)

    def result(self, query: Query) -> list[dict[str, object]]:
        if query.kind is Kind.SMART:
            ranked = sorted(self.assets, key=lambda asset: random.Random(f"{asset['id']}{query.get('query')}").random())
            return ranked[: query.limit]
        result = [asset for asset in self.assets if not query.where or asset["city"] == query.get("city")]
        return result[: query.limit]


def plainly(node: Node, library: Library) -> set[str]:
    """What a tree means, without any cleverness."""
    everything = {str(asset["id"]) for asset in library.assets}
    match node:
        case Search():
            return {str(asset["id"]) for asset in library.result(node.query)}
        case Filter():
            return {str(asset["id"]) for asset in library.assets if node.holds(asset)}
        case Not():
            return everything - plainly(node.child, library)
        case All():
            return set.intersection(*(plainly(child, library) for child in node.children))
        case Any():
            return set.union(*(plainly(child, library) for child in node.children))
    raise AssertionError(node)


libraries = st.builds(
    lambda facts: Library(
        [
            {
                "id": f"asset-{number:02}",
                "fileCreatedAt": f"2024-01-01T00:00:{instant:02}.000Z",
                "city": city,
                "exifInfo": {"make": make, "city": city},
                "people": [{"name": name} for name in names],
                "tags": [{"value": "Pets"}] if tagged else [],
            }
            for number, (city, make, names, instant, tagged) in enumerate(facts)
        ]
    ),
    st.lists(
        st.tuples(
            st.sampled_from(CITIES),
            st.sampled_from(MAKES),
            st.sets(st.sampled_from(NAMES)),
            st.integers(0, 3),
            st.booleans(),
        ),
        max_size=12,
    ),
)

limits = st.none() | st.integers(1, 8)
searches = st.one_of(
    st.builds(
        lambda city, limit: Search(Query(Kind.METADATA, where(city=city), limit=limit)),
        st.sampled_from(CITIES),
        limits,
    ),
    st.builds(
        lambda word, limit: Search(Query(Kind.SMART, where(query=word), limit=limit)),
        st.sampled_from(WORDS),
        st.integers(1, 8),
    ),
    st.just(Search(WHOLE_LIBRARY)),
)
local_filters = st.builds(
    lambda pair: local_filter(compile_path(pair[0]), compile_pattern(pair[1], timeout=1), ""),
    st.sampled_from(
        [
            ("$.exifInfo.make", "apple"),
            ("$.exifInfo.make", "."),
            ("$.people[*].name", "emma"),
            ("$.tags[*].value", "pets"),
            ("$..name", "noah"),
        ]
    ),
)
trees = st.recursive(
    searches | local_filters,
    lambda children: st.one_of(
        st.builds(All, st.lists(children, min_size=1, max_size=3).map(tuple)),
        st.builds(Any, st.lists(children, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, children),
    ),
    max_leaves=8,
)


@given(trees, libraries)
@settings(max_examples=examples(40), deadline=None)
def test_a_lowered_rule_selects_what_the_tree_means(tree: Node, library: Library) -> None:
    selection = select(Rule(tree), library)
    assert {asset.id for asset in selection.assets} == plainly(tree, library)


@given(trees, libraries)
@settings(max_examples=examples(40), deadline=None)
def test_each_distinct_search_is_sent_once_and_never_more_than_one_per_leaf(tree: Node, library: Library) -> None:
    select(Rule(tree), library)
    distinct = {leaf.query for leaf in leaves(tree) if isinstance(leaf, Search)}
    assert len(library.queries) == len(set(library.queries))
    assert set(library.queries) - {WHOLE_LIBRARY} <= distinct


@given(trees, libraries, st.integers(1, 5))
@settings(max_examples=examples(40), deadline=None)
def test_a_limit_keeps_a_part_of_the_selection_newest_first(tree: Node, library: Library, limit: int) -> None:
    everything = select(Rule(tree), library)
    cut = select(Rule(tree, limit), library)
    assert len(cut.assets) == min(limit, len(everything.assets))
    assert set(cut.assets) <= set(everything.assets)
    assert cut.matched == len(everything.assets)
    assert list(cut.assets) == sorted(cut.assets, key=lambda asset: (-asset.taken, asset.id))


@given(libraries, st.integers(1, 5))
@settings(max_examples=examples(50), deadline=None)
def test_a_limit_keeps_the_best_ranked_of_a_smart_search(library: Library, limit: int) -> None:
    query = Query(Kind.SMART, where(query="dog"), limit=8)
    selection = select(Rule(Search(query), limit), library)
    assert {asset.id for asset in selection.assets} == {asset["id"] for asset in library.result(query)[:limit]}


@given(libraries, st.integers(1, 5))
@settings(max_examples=examples(50), deadline=None)
def test_a_limit_without_a_ranking_keeps_the_newest_with_ties_by_id(library: Library, limit: int) -> None:
    selection = select(Rule(Search(WHOLE_LIBRARY), limit), library)
    newest = sorted(library.assets, key=lambda asset: str(asset["id"]))
    newest.sort(key=lambda asset: str(asset["fileCreatedAt"]), reverse=True)
    assert [asset.id for asset in selection.assets] == [asset["id"] for asset in newest[:limit]]
