"""Decides whether it pays to ask how many photos a library has, before rules are compiled.

    >>> from immich_smart_albums.immich.versions import Capabilities
    >>> from immich_smart_albums.model.version import Version
    >>> from immich_smart_albums.rules.tree import All, Rule
    >>> from immich_smart_albums.selection.compile.notation import search
    >>> emma, cities = search(personIds=("emma",)), [search(city=city) for city in ("Nice", "Oslo", "Rome")]
    >>> rules = [Rule(All((emma, city))) for city in cities]
    >>> server = Capabilities(Version(3, 1))
    >>> depends_on_library_size(compile_rules(rules, server), server)
    False
    >>> days = [search(takenAfter=f"{year}-01-01T00:00:00.000Z") for year in (2019, 2021, 2023)]
    >>> depends_on_library_size(compile_rules(rules + [Rule(All((emma, day))) for day in days], server), server)
    True

Of a large library many narrow searches return less than a few wide ones. Of a small one each search is one page, and
the fewest are the cheapest. The question is one request, and so not worth a saving of one or two.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY, Query
from immich_smart_albums.rules.tree import leaves
from immich_smart_albums.selection.compile.cost import NOTHING_KNOWN
from immich_smart_albums.selection.compile.planner import compile_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.selection.compile.shared_searches import Shared
    from immich_smart_albums.selection.ports import Capabilities
    from immich_smart_albums.selection.query_plan import QueryPlan

_SMALL = 1000
"""Photos: every search of such a library is one page."""

_FEW = 4
"""Searches, to which one request more would be a good part."""

_MANY_LEAVES = 300
"""Leaves of all rules together: they take so many searches that one request more is nothing, and long to compile."""


def depends_on_library_size(
    plan: QueryPlan,
    server: Capabilities,
    sizes: Mapping[Query, int] = NOTHING_KNOWN,
    *,
    shared: Shared | None = None,
    years: tuple[int, int] | None = None,
) -> bool:
    """Returns whether a plan for a small library has fewer searches, by more than the request that asks for its size.

    `plan` is the one for a library of unknown size; the other arguments are those of `compile_rules`.
    """
    rules = [answered.rule for answered in plan.rules]
    if sum(len(leaves(rule.match)) for rule in rules) > _MANY_LEAVES:
        return True
    if len(plan.scans) <= _FEW:
        return False
    of_small = compile_rules(rules, server, {**sizes, WHOLE_LIBRARY: _SMALL}, shared=shared, years=years)
    return len(plan.scans) > len(of_small.scans) + 1
