"""Merged and narrowed searches select what the rule as written selects."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.rules.jsonpath import compile_path
from immich_smart_albums.rules.leaves import Search
from immich_smart_albums.rules.local_filters import local_filter
from immich_smart_albums.rules.nodes import All, Any, Node, Not, Rule, leaves
from immich_smart_albums.rules.pattern import compile_pattern
from immich_smart_albums.selection.evaluate import evaluate
from immich_smart_albums.selection.lower import lower
from immich_smart_albums.selection.simplify import both, simplify

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

PEOPLE = ("anna", "ben")
CITIES = ("Nice", "Kyoto", None)
DAYS = tuple(f"2024-01-0{day}T00:00:00.000Z" for day in range(1, 5))
SHOWN = (Visibility.TIMELINE, Visibility.ARCHIVE)


@dataclass
class Library:
    """Answers metadata and smart searches over assets in memory."""

    assets: list[dict[str, object]]
    asked: list[Query] = field(default_factory=list)

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
        self.asked.append(query)
        yield self.result(query)

    def count(self, query: Query) -> int | None:
        return None

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        raise AssertionError(ids)

    def result(self, query: Query) -> list[dict[str, object]]:
        filters = dict(query.filters)
        words = str(filters.pop("query", ""))
        shown = {each.value for each in query.visibility}
        found = [
            asset
            for asset in self.assets
            if asset["visibility"] in shown and all(holds(asset, name, value) for name, value in filters.items())
        ]
        if query.kind is Kind.SMART:
            found.sort(key=lambda asset: str(asset["id"])[::-1] + words)
        return found[: query.limit]


def holds(asset: dict[str, object], name: str, value: object) -> bool:
    """One field of a search, as Immich has it."""
    match name, value:
        case "personIds", tuple():
            return set(value) <= asset["personIds"]  # type: ignore[operator]
        case "takenAfter", str():
            return str(asset["fileCreatedAt"]) >= value
        case "takenBefore", str():
            return str(asset["fileCreatedAt"]) <= value
        case "originalFileName", str():
            return value in str(asset["originalFileName"])
        case _:
            return asset[name] == value


libraries = st.lists(
    st.tuples(
        st.frozensets(st.sampled_from(PEOPLE)),
        st.sampled_from(CITIES),
        st.sampled_from(DAYS),
        st.sampled_from(["a", "b", "ab"]),
        st.sampled_from(SHOWN),
        st.sampled_from(["Apple", "Canon"]),
    ),
    max_size=14,
).map(
    lambda facts: Library(
        [
            {
                "id": f"asset-{number:02}",
                "personIds": people,
                "city": city,
                "fileCreatedAt": day,
                "originalFileName": name,
                "visibility": shown.value,
                "exifInfo": {"make": make},
            }
            for number, (people, city, day, name, shown, make) in enumerate(facts)
        ]
    )
)
fields = st.fixed_dictionaries(
    {},
    optional={
        "personIds": st.sets(st.sampled_from(PEOPLE), min_size=1).map(lambda ids: tuple(sorted(ids))),
        "city": st.sampled_from(CITIES),
        "takenAfter": st.sampled_from(DAYS),
        "takenBefore": st.sampled_from(DAYS),
        "originalFileName": st.sampled_from(["a", "b"]),
    },
)
queries = st.builds(
    lambda filters, shown, limit: Query(Kind.METADATA, tuple(sorted(filters.items())), shown, limit),
    fields,
    st.sets(st.sampled_from(SHOWN), min_size=1).map(frozenset),
    st.none() | st.none() | st.integers(1, 5),
)
searches = st.builds(Search, queries) | st.builds(
    lambda limit: Search(Query(Kind.SMART, (("query", "dog"),), limit=limit)), st.integers(1, 8)
)
filters = st.just(local_filter(compile_path("$.exifInfo.make"), compile_pattern("apple", timeout=1), "", ""))
trees = st.recursive(
    searches | filters,
    lambda children: st.one_of(
        st.builds(All, st.lists(children, min_size=1, max_size=4).map(tuple)),
        st.builds(Any, st.lists(children, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, children),
    ),
    max_leaves=9,
)


def ids(tree: Node, library: Library) -> set[str]:
    selection = evaluate(lower(Rule(tree)), library, concurrency=1, log=lambda _: None)
    return {asset.id for asset in selection.assets}


def is_bounded(node: Node) -> bool:
    """Whether a rule stands on searches alone; otherwise it is about the timeline, which a merge may leave."""
    match node:
        case Search():
            return True
        case All():
            return any(map(is_bounded, node.children))
        case Any():
            return all(map(is_bounded, node.children))
        case _:
            return False


@given(trees.filter(is_bounded), libraries)
@settings(max_examples=150, deadline=None)
def test_a_simplified_rule_selects_the_same(tree: Node, library: Library) -> None:
    assert ids(simplify(tree), library) == ids(tree, library)


@given(trees, libraries)
@settings(max_examples=80, deadline=None)
def test_a_simplified_rule_sends_no_more_searches(tree: Node, library: Library) -> None:
    simple = {leaf.query for leaf in leaves(simplify(tree)) if isinstance(leaf, Search)}
    assert len(simple) <= sum(isinstance(leaf, Search) for leaf in leaves(tree))


@given(queries, queries, libraries)
@settings(max_examples=150, deadline=None)
def test_two_searches_in_one_find_what_both_find(one: Query, other: Query, library: Library) -> None:
    merged = both(one, other)
    if merged is not None:
        found = [{str(asset["id"]) for asset in library.result(query)} for query in (one, other, merged)]
        assert found[2] == found[0] & found[1]


def test_an_exclude_is_searched_for_inside_of_what_is_included() -> None:
    helsinki = Search(Query(Kind.METADATA, (("city", "Helsinki"),)))
    emma = Search(Query(Kind.METADATA, (("personIds", ("emma",)),)))
    simple = simplify(All((helsinki, Not(emma))))
    assert simple == All(
        (helsinki, Not(Search(Query(Kind.METADATA, (("city", "Helsinki"), ("personIds", ("emma",)))))))
    )


def test_a_choice_inside_of_a_frame_needs_the_frame_no_more() -> None:
    helsinki = Search(Query(Kind.METADATA, (("city", "Helsinki"),)))
    choice = Any(tuple(Search(Query(Kind.METADATA, (("personIds", (who,)),))) for who in ("emma", "noah")))
    simple = simplify(All((helsinki, choice)))
    assert [leaf.query.get("city") for leaf in leaves(simple) if isinstance(leaf, Search)] == ["Helsinki"] * 2


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"city": "Nice"}, {"city": "Kyoto"}),
        ({"city": "Nice"}, {"city": None}),
        ({"ocr": "a"}, {"ocr": "b"}),
        ({"albumIds": ("x",)}, {"city": "Nice"}),
        ({"withDeleted": True}, {"city": "Nice"}),
        ({"tagIds": None}, {"tagIds": ("x",)}),
        ({"takenAfter": DAYS[2]}, {"takenBefore": DAYS[1]}),
    ],
)
def test_searches_that_have_no_common_form_stay_two(one: dict[str, object], other: dict[str, object]) -> None:
    queries = [Query(Kind.METADATA, tuple(filters.items())) for filters in (one, other)]  # type: ignore[arg-type]
    assert both(*queries) is None
    assert both(*reversed(queries)) is None


def test_the_whole_library_takes_any_search_into_itself() -> None:
    nice = Query(Kind.METADATA, (("city", "Nice"),))
    assert both(WHOLE_LIBRARY, nice) == nice
    assert simplify(All((Search(WHOLE_LIBRARY), Search(nice)))) == Search(nice)


def test_bounds_in_time_become_the_narrower_one() -> None:
    wide = Query(Kind.METADATA, (("takenAfter", DAYS[0]), ("takenBefore", DAYS[3])))
    narrow = Query(Kind.METADATA, (("takenAfter", DAYS[1]), ("takenBefore", DAYS[2])))
    assert both(wide, narrow) == both(narrow, wide) == narrow


def test_lists_of_ids_are_put_together() -> None:
    one, other = (Query(Kind.METADATA, (("personIds", ids),)) for ids in (("a", "b"), ("b", "c")))
    assert both(one, other) == Query(Kind.METADATA, (("personIds", ("a", "b", "c")),))
