"""What a compiled rule selects from a real client and server is what its tree means, whatever the server's version.

The meaning is worked out plainly: every search of the tree is asked for by itself, every check is made on the whole
record of every photo, and the tree is evaluated on the sets.
"""

from __future__ import annotations

from contextlib import ExitStack, closing
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_sandbox import Sandbox
from immich_smart_albums.bootstrap import ConnectionOptions, connect
from immich_smart_albums.config.settings import Settings
from immich_smart_albums.model.condition import Branch, Value, ordered
from immich_smart_albums.model.dialects import as_condition, conditions_of, where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Search, leaves
from immich_smart_albums.selection.cache.records import WIDE, RecordCache
from immich_smart_albums.selection.compile.planner import compile_rules, draft
from immich_smart_albums.selection.compile.simplify import anchored, simplify
from immich_smart_albums.selection.explain.explain import Verdict
from immich_smart_albums.selection.explain.selection import explain_selection
from immich_smart_albums.selection.run.evaluate import Failed, Selection, evaluate
from tests.support.crowded_library import CITIES, DAYS, MAKES, crowded
from tests.support.examples import IS_DEEP, examples
from tests.support.in_memory_searches import local

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.tree import Record

LEVELS = ("1.132", "2.7", "3.1", "3.2")
SEEDS = (1, 2)


class World:
    """One library on one server, and what is known of it for certain."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.server: PhotoServer = connect(
            Settings(sandbox.url, Secret(sandbox.keys["alice"])),
            ConnectionOptions(concurrency=2),
            on_exchange=lambda _: None,
            on_read=lambda _: None,
        )
        seen = [asset.id for asset in sandbox.library.timeline if asset.visibility != "locked"]
        self.records: dict[str, Record] = {str(detail["id"]): detail for detail in self.server.searches.details(seen)}
        self.results: dict[Query, frozenset[str]] = {}

    def result(self, query: Query) -> frozenset[str]:
        if query not in self.results:
            with closing(self.server.searches.find(query, frozenset())) as batches:
                self.results[query] = frozenset(str(record["id"]) for batch in batches for record in batch)
        return self.results[query]

    def check(self, selected: set[str], meant: Node | None) -> None:
        """Hold a selection against what the rule means, also for photos that have no EXIF."""
        assert selected == (self.plainly(meant) if meant else frozenset())

    def plainly(self, node: Node) -> frozenset[str]:
        everything = frozenset(self.records)
        match node:
            case Search():
                return self.result(node.query)
            case Filter():
                return frozenset(id_ for id_, record in self.records.items() if node.holds(record))
            case Not():
                return everything - self.plainly(node.child)
            case All():
                return everything.intersection(*map(self.plainly, node.children))
            case Any():
                return frozenset().union(*map(self.plainly, node.children))
        raise AssertionError(node)


@pytest.fixture(scope="module")
def worlds() -> Iterator[dict[str, list[World]]]:
    with ExitStack() as running:
        made = {
            (level, seed): World(running.enter_context(Sandbox(crowded(seed), level)))
            for level in LEVELS
            for seed in set(seeds(level))
        }
        yield {level: [made[level, seed] for seed in seeds(level)] for level in LEVELS}


def seeds(level: str) -> tuple[int, ...]:
    """Of the libraries of a version: all in `make test-deep`; in `make test` one, another for the next version."""
    return SEEDS if IS_DEEP else (SEEDS[LEVELS.index(level) % len(SEEDS)],) * len(SEEDS)


# -- random rules ---------------------------------------------------------------------------------------------------

SAMPLE = crowded(SEEDS[0])
PEOPLE, TAGS, ALBUMS = tuple(SAMPLE.people), tuple(SAMPLE.tags), tuple(SAMPLE.albums)
TIMELINE, ARCHIVE = frozenset({Visibility.TIMELINE}), frozenset({Visibility.ARCHIVE})
NEWEST_ONLY = {"albumIds": "1.135", "isNotInAlbum": ""}


def filters(*names: str) -> st.SearchStrategy[Branch]:
    return st.fixed_dictionaries({}, optional={name: FIELDS[name] for name in names}).map(conditions_of)


FIELDS: dict[str, st.SearchStrategy[Value]] = {
    "city": st.sampled_from(CITIES),
    "make": st.sampled_from(MAKES),
    "rating": st.sampled_from((1, 4, 5)),
    "type": st.sampled_from(("IMAGE", "VIDEO")),
    "isMotion": st.booleans(),
    "isFavorite": st.booleans(),
    "takenAfter": st.sampled_from(DAYS),
    "takenBefore": st.sampled_from(DAYS),
    "createdAfter": st.just("2025-06-01T00:00:00.000Z"),
    "originalFileName": st.sampled_from(("img", "trip")),
    "personIds": st.sets(st.sampled_from(PEOPLE), min_size=1, max_size=2).map(lambda ids: tuple(sorted(ids))),
    "tagIds": st.sets(st.sampled_from(TAGS), min_size=1, max_size=2).map(lambda ids: tuple(sorted(ids))) | st.none(),
    "albumIds": st.sampled_from(ALBUMS).map(lambda album: (album,)),
    "isNotInAlbum": st.just(value=True),
    "withDeleted": st.just(value=True),
}
visibilities = st.sampled_from((TIMELINE, TIMELINE, TIMELINE, ARCHIVE, TIMELINE | ARCHIVE))
single = st.sampled_from(sorted(FIELDS)).flatmap(filters)
several = filters(*(name for name in FIELDS if name not in {"albumIds", "isNotInAlbum", "withDeleted"}))
searches = st.one_of(
    st.builds(lambda made, shown: Search(Query(Kind.METADATA, made, shown)), single, visibilities),
    st.builds(lambda made: Search(Query(Kind.METADATA, made)), single),
    st.builds(lambda made, shown: Search(Query(Kind.METADATA, made, shown)), several, visibilities),
    st.builds(
        lambda made, shown, limit: Search(Query(Kind.METADATA, made, shown, limit)),
        single,
        visibilities,
        st.integers(1, 8),
    ),
    st.builds(
        lambda words, made, limit: Search(Query(Kind.SMART, ordered((*made, *where(query=words))), limit=limit)),
        st.sampled_from(("dog", "beach")),
        filters("city", "personIds", "type"),
        st.integers(1, 25),
    ),
)


def exif_is(name: str, value: object) -> Filter:
    """A check that a search answers exactly."""
    return Filter(
        f"{name} {value!r}",
        lambda record: (record.get("exifInfo") or {}).get(name) == value,  # type: ignore[attr-defined]
        frozenset({f"exifInfo.{name}"}),
        lambda _: None,
        Query(Kind.METADATA, (as_condition(name, value),)),  # type: ignore[arg-type]
        superset_is_exact=True,
    )


def taken_on(day: str) -> Filter:
    """A check that a search surely contains."""
    return Filter(
        f"taken {day[:10]}",
        lambda record: str(record["localDateTime"])[:10] == day[:10],
        frozenset({"localDateTime"}),
        lambda _: None,
        Query(Kind.METADATA, where(takenAfter=day, takenBefore=f"{day[:10]}T23:59:59.999Z")),
    )


checks = st.one_of(
    st.builds(exif_is, st.just("make"), st.sampled_from(("Apple", "Canon"))),
    st.builds(exif_is, st.just("rating"), st.sampled_from((1, 4, 5))),
    st.builds(taken_on, st.sampled_from(DAYS)),
    st.sampled_from(
        [
            local("$.originalFileName", "trip"),
            local("$.exifInfo.city", "nice"),
            local("$.people[*].name", "emma"),
            local("$.tags[*].value", "pets"),
        ]
    ),
)
trees = st.recursive(
    searches | checks,
    lambda children: st.one_of(
        st.builds(All, st.lists(children, min_size=1, max_size=4).map(tuple)),
        st.builds(Any, st.lists(children, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, children),
    ),
    max_leaves=8,
)


def is_understood(tree: Node, server: PhotoServer) -> bool:
    """Whether this version can be asked for it: others are refused before anything is compiled."""
    return not any(server.unsupported(leaf.query) for leaf in leaves(tree) if isinstance(leaf, Search))


def select(world: World, rules: list[Rule], *, counted: bool) -> tuple[list[set[str]], list[str]]:
    """What some rules select, and the searches that were sent."""
    sizes = {}
    if counted:
        counts = {query: world.server.searches.count(query) for query in draft(rules, world.server).queries_to_count}
        sizes = {query: size for query, size in counts.items() if size is not None}
    plan = compile_rules(rules, world.server, sizes)
    world.sandbox.clear_requests()
    results = evaluate(plan, world.server.searches, concurrency=2, log=lambda _: None)
    # Controls name neither a page nor an order, and are sent once for all; who is on one photo of somebody else is
    # asked beside its details.
    bodies = [request.body for request in world.sandbox.requests if request.path.startswith("/api/search/")]
    sent = [str(body) for body in bodies if body.keys() & {"page", "orderBy"} and "id" not in body]
    assert all(isinstance(result, Selection) for result in results), results
    return [{asset.id for asset in result.assets} for result in results if isinstance(result, Selection)], sent


def different(sent: list[str]) -> int:
    """How many searches there were; what has no EXIF is asked for once more, without it."""
    return len({body.replace("'withExif': True, ", "") for body in sent})


def meaning(tree: Node) -> Node | None:
    """The tree with what it is about; None where nothing can match. Simplifying is proved by itself."""
    plain = simplify(tree, [])
    if isinstance(plain, bool):
        return Search(WHOLE_LIBRARY) if plain else None
    return anchored(plain)


def searches_of(tree: Node) -> int:
    """One search for each leaf, and each place where it looks; capped ones may take more where instants tie."""
    queries = [leaf.query for leaf in set(leaves(tree)) if isinstance(leaf, Search)]
    places = max(len(query.visibility) for query in queries)
    checks = sum(isinstance(leaf, Filter) for leaf in set(leaves(tree)))
    return places * checks + sum(len(query.visibility) * (3 if query.limit else 1) for query in queries)


@pytest.mark.parametrize("level", LEVELS)
@given(tree=trees, seed=st.sampled_from(range(len(SEEDS))), counted=st.booleans())
@settings(max_examples=examples(20), deadline=None)
def test_a_compiled_rule_selects_what_its_tree_means(
    worlds: dict[str, list[World]], level: str, tree: Node, seed: int, counted: bool
) -> None:
    world = worlds[level][seed]
    if not is_understood(tree, world.server):
        return
    (selected,), sent = select(world, [Rule(tree)], counted=counted)
    meant = meaning(tree)
    world.check(selected, meant)
    assert different(sent) <= (searches_of(meant) if meant else 0)


@pytest.mark.parametrize("level", LEVELS)
@given(rules=st.lists(trees, min_size=2, max_size=4), seed=st.sampled_from(range(len(SEEDS))))
@settings(max_examples=examples(8), deadline=None)
def test_rules_of_one_run_select_what_each_means_and_send_no_search_twice(
    worlds: dict[str, list[World]], level: str, rules: list[Node], seed: int
) -> None:
    world = worlds[level][seed]
    rules = [rule for rule in rules if is_understood(rule, world.server)]
    selected, sent = select(world, [Rule(rule) for rule in rules], counted=False)
    meant = [meaning(rule) for rule in rules]
    for answer, node in zip(selected, meant, strict=True):
        world.check(answer, node)
    assert different(sent) <= sum(searches_of(tree) for tree in meant if tree)
    queries = [leaf.query for tree in meant if tree for leaf in leaves(tree) if isinstance(leaf, Search)]
    if not any(query.limit or len(query.visibility) > 1 for query in queries):
        assert len(sent) == len(set(sent))


@pytest.mark.parametrize("level", LEVELS)
@given(tree=trees, seed=st.sampled_from(range(len(SEEDS))), is_kept=st.booleans())
@settings(max_examples=examples(20), deadline=None)
def test_whatever_is_said_of_a_photo_is_true(
    worlds: dict[str, list[World]], level: str, tree: Node, seed: int, is_kept: bool
) -> None:
    world = worlds[level][seed]
    if not is_understood(tree, world.server):
        return
    searches = RecordCache(world.server.searches) if is_kept else world.server.searches
    if isinstance(searches, RecordCache):
        for _ in searches.find(WHOLE_LIBRARY, WIDE):
            pass
    shared = searches.shared() if isinstance(searches, RecordCache) else None
    plan = compile_rules([Rule(tree)], world.server, shared=shared)
    (selection,) = evaluate(plan, searches, concurrency=2, log=lambda _: None, keeps_rejected=True)
    if isinstance(selection, Failed):
        return
    world.check({asset.id for asset in selection.assets}, meaning(tree))
    explanation = explain_selection(selection, name_of=lambda _, id_: id_)
    assert [photo.asset for photo in explanation.selected] == list(selection.assets)
    parts = list(dict.fromkeys(leaves(tree)))
    truth = [world.plainly(leaf) for leaf in parts]
    explained_photos = [
        *explanation.selected,
        *explanation.cut,
        *(photo for near in explanation.near_misses.values() for photo in near),
    ]
    for photo in explained_photos:
        for verdict, holding in zip(photo.verdicts, truth, strict=True):
            assert verdict in {Verdict.NOT_ASKED, Verdict.PASSED if photo.asset.id in holding else Verdict.FAILED}
    for number, near in explanation.near_misses.items():
        for photo in near:
            assert photo.asset.id not in {asset.id for asset in selection.assets}
            values: dict[Node, bool] = {
                leaf: photo.asset.id in holding for leaf, holding in zip(parts, truth, strict=True)
            }
            values[parts[number]] = not values[parts[number]]
            assert holds(tree, values)


def holds(node: Node, values: dict[Node, bool]) -> bool:
    """A tree over the truth of its leaves."""
    match node:
        case Not():
            return not holds(node.child, values)
        case All():
            return all(holds(child, values) for child in node.children)
        case Any():
            return any(holds(child, values) for child in node.children)
        case _:
            return values[node]


@pytest.mark.parametrize("level", LEVELS)
@given(rules=st.lists(trees, min_size=1, max_size=3), seed=st.sampled_from(range(len(SEEDS))))
@settings(max_examples=examples(8), deadline=None)
def test_with_records_in_memory_the_same_is_selected_and_nothing_is_read_twice(
    worlds: dict[str, list[World]], level: str, rules: list[Node], seed: int
) -> None:
    world = worlds[level][seed]
    rules = [tree for tree in rules if is_understood(tree, world.server)]
    records = RecordCache(world.server.searches)
    for turn in range(3):
        for tree in rules:
            world.sandbox.clear_requests()
            plan = compile_rules([Rule(tree)], world.server, records.sizes(), shared=records.shared())
            (selection,) = evaluate(plan, records, concurrency=2, log=lambda _: None, records=records)
            if isinstance(selection, Failed):
                (directly,) = evaluate(plan, world.server.searches, concurrency=2, log=lambda _: None)
                assert isinstance(directly, Failed)
                continue
            world.check({asset.id for asset in selection.assets}, meaning(tree))
            if turn == 2:  # at its second, sizes are known that can make another search the cheaper one
                assert not [request for request in world.sandbox.requests if "search" in request.path]
