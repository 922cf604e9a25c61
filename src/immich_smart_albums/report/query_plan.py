"""A query plan as text: the searches with their sizes, and how each rule is answered from them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.report.words import count, one_line
from immich_smart_albums.rules.tree import All, Search, fold
from immich_smart_albums.selection.words import describe

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Leaf, Node
    from immich_smart_albums.selection.query_plan import Branch, QueryPlan, RulePlan, Scan

_PAGE = 1000
"""Photos in a response."""


def query_plan_lines(
    plan: QueryPlan,
    sizes: Mapping[Query, int],
    named: Mapping[str, str],
    requested_fields: Mapping[Query, frozenset[str]],
    *,
    title: str,
) -> Iterator[str]:
    """Yields the lines of a query plan.

    `sizes` are the numbers of photos that some searches find, `named` the names of ids, and `requested_fields` the
    fields of photos that each search asks for: `exifInfo`, `people`.
    """
    numbers = {scan.query: number for number, scan in enumerate(plan.scans, 1)}
    yield one_line(title)
    yield ""
    for scan in plan.scans:
        words = scan.query.describe(lambda id_: named.get(id_, id_))
        yield f"{numbers[scan.query]:>3}. {one_line(words)}"
        yield f"     {_scan_text(scan, sizes, requested_fields[scan.query])}"
    yield f"     {_total_text(plan, sizes)}" if plan.scans else "No search is sent."
    for rule in plan.rules:
        yield ""
        yield one_line(rule.name) or "What is selected"
        yield from (f"  {one_line(line)}" for line in _rule(rule, numbers))


def _scan_text(scan: Scan, sizes: Mapping[Query, int], requested_fields: frozenset[str]) -> str:
    size = _size(scan.query, sizes)
    most = "up to " if scan.query.limit else ""
    number = "as many as it finds" if size is None else f"{most}{count(size, 'photo')}"
    extra = [word for field, word in (("exifInfo", "EXIF"), ("people", "people")) if field in requested_fields]
    shown = f", with {' and '.join(extra)}" if extra else ""
    if not scan.trees:
        shown += ", of which only the ids are kept"
    requests = "a request for each 1,000" if size is None else count(_requests(scan.query, size), "request")
    return f"{number}, {requests}{shown}"


def _size(query: Query, sizes: Mapping[Query, int]) -> int | None:
    size = sizes.get(query)
    if query.limit is None:
        return size
    return query.limit if size is None else min(size, query.limit)


def _requests(query: Query, size: int) -> int:
    """Returns the number of requests for a search. Timeline, archive and trash are searched separately."""
    return len(query.visibility) - 1 + max(1, -(-size // _PAGE))


def _total_text(plan: QueryPlan, sizes: Mapping[Query, int]) -> str:
    sizes_by_query = {scan.query: _size(scan.query, sizes) for scan in plan.scans}
    requests = sum(_requests(query, size or 0) for query, size in sizes_by_query.items())
    least = "at least " if None in sizes_by_query.values() else "about "
    return f"together {count(len(sizes_by_query), 'search', 'searches')}, {least}{count(requests, 'request')}"


def _rule(rule: RulePlan, numbers: Mapping[Query, int]) -> Iterator[str]:
    if not rule.branches:
        yield "nothing can match, so no search is sent"
    for number, branch in enumerate(rule.branches):
        yield f"{'and ' if number else ''}what search {numbers[branch.driver]} finds{':' if branch.residual else ''}"
        if branch.residual is not None:
            yield from (f"  {line}" for line in _residual(branch.residual, branch, numbers))
    if rule.rule.split:
        yield f"split by {', '.join(key.name for key in rule.rule.split)}"
    if rule.rule.limit is not None:
        yield f"of these the {rule.rule.sort.value} {rule.rule.limit:,}"
    yield from (f"note: {note}" for note in rule.notes)


def _residual(residual: Node, branch: Branch, numbers: Mapping[Query, int]) -> Iterator[str]:
    """Yields a line for each condition of a residual; the outermost "all of these" is omitted."""

    def leaf_lines(leaf: Leaf) -> list[str]:
        if isinstance(leaf, Search):
            return [f"in what search {numbers[leaf.query]} finds"]
        late = " (each photo is asked for by itself)" if leaf in branch.detail_filters else ""
        return [f"{describe(leaf)}{late}"]

    for node in residual.children if isinstance(residual, All) else (residual,):
        yield from fold(
            node,
            leaf_lines,
            all_of=lambda parts: _indented("all of these", parts),
            any_of=lambda parts: _indented("any of these", parts),
            negate=lambda lines: [f"not {lines[0]}", *lines[1:]],
        )


def _indented(title: str, parts: Iterable[list[str]]) -> list[str]:
    return [title, *(f"  {line}" for lines in parts for line in lines)]
