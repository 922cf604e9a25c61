"""Plans of random rules read no more, on a library whose sizes are known, than the best of eight strategies did.

That is how rules were compiled before: eight times each, and the cheapest taken. What it came to stands here.
"""

from __future__ import annotations

import random
from functools import cache
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.immich.versions import Capabilities
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind
from immich_smart_albums.model.version import Version
from immich_smart_albums.operations.select import LARGE
from immich_smart_albums.rules.tree import Rule
from immich_smart_albums.selection.compile.library_size import depends_on_library_size
from immich_smart_albums.selection.compile.planner import compile_rules, draft
from tests.support.counted_library import CountedLibrary, random_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.selection.query_plan import QueryPlan

pytestmark = pytest.mark.untraced

SETS = {
    "single": [[Rule(random_tree(random.Random(seed), 1 + seed % 12))] for seed in range(40)],
    "five": [
        [Rule(random_tree(chance, chance.randrange(1, 9))) for _ in range(5)]
        for chance in map(random.Random, range(1000, 1012))
    ],
}


def plan(rules: Sequence[Rule], server: Capabilities, library: CountedLibrary) -> tuple[QueryPlan, int]:
    """As `operations.select.plan_searches` does it, and how many counts it took."""
    sizes: dict[Query, int] = {}
    first = draft(rules, server)
    if first.queries_to_count or depends_on_library_size(first.plan, server):
        sizes[WHOLE_LIBRARY] = library.size
        if library.size < LARGE:
            first = draft(rules, server, sizes)
    sizes |= {query: library.count(query) for query in first.queries_to_count}
    return compile_rules(rules, server, sizes) if sizes else first.plan, len(sizes)


def cost(plan: QueryPlan, library: CountedLibrary) -> tuple[int, float]:
    """Requests, and what is read of them in pages of photos without EXIF."""
    requests, pages = 0, 0.0
    for scan in plan.scans:
        size = library.count(scan.query)
        fields = {name.partition(".")[0] for name in scan.fields}
        weight = 1 + 0.6 * ("exifInfo" in fields) + 0.4 * ("people" in fields) + 3 * (scan.query.kind is Kind.SMART)
        requests += max(1, -(-size // 1000))
        pages += 0.3 + weight * size / 1000
    return requests, pages


BEST_OF_EIGHT = {
    ("3.1.0", 100_000, "single"): (2597, 3159),
    ("3.1.0", 100_000, "five"): (2268, 2894),
    ("3.2.0", 100_000, "single"): (2539, 3056),
    ("3.2.0", 100_000, "five"): (2394, 3001),
    # Of a small library every search is a page, and of these it reads about one in a hundred more.
    ("3.1.0", 1_000, "single"): (175, 97),
    ("3.1.0", 1_000, "five"): (166, 95),
    ("3.2.0", 1_000, "single"): (188, 87),
    ("3.2.0", 1_000, "five"): (189, 92),
}
"""Requests and pages of Immich's version, a library's size, and all sets of rules together; measured before."""


@cache
def total(version: str, size: int, kind: str) -> tuple[int, int, float]:
    """Requests, counts and pages of all sets of rules together."""
    library, server = CountedLibrary(size, random.Random(5)), Capabilities(Version.parse(version))
    requests, counts, pages = 0, 0, 0.0
    for rules in SETS[kind]:
        made, more_counts = plan(rules, server, library)
        more_requests, more_pages = cost(made, library)
        requests += more_requests
        counts += more_counts
        pages += more_pages
    return requests, counts, pages


TRACED = {("3.1.0", 1_000, "five"), ("3.2.0", 1_000, "five")}
"""What coverage follows: several rules share what one of them reads."""


@pytest.mark.parametrize(
    ("version", "size", "kind"),
    [pytest.param(*case, marks=[pytest.mark.traced] if case in TRACED else []) for case in BEST_OF_EIGHT],
)
def test_one_strategy_reads_no_more_than_the_best_of_eight(version: str, size: int, kind: str) -> None:
    requests, counts, pages = total(version, size, kind)
    most_requests, most_pages = BEST_OF_EIGHT[version, size, kind]
    assert requests + counts <= most_requests
    assert pages <= most_pages


@pytest.mark.parametrize("kind", SETS)
def test_structured_searches_cost_no_more_than_flat_ones(kind: str) -> None:
    (flat, _, _), (structured, _, _) = (total(version, 100_000, kind) for version in ("3.1.0", "3.2.0"))
    assert structured <= flat
