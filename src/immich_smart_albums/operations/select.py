"""Selection for one account: looks names up, compiles all rules together, and runs their searches."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem, ServerError
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.operations.accounts import as_problem
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.operations.search_cache import open_cache
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import Filter, Search, leaves
from immich_smart_albums.selection.compile.library_size import depends_on_library_size
from immich_smart_albums.selection.compile.planner import DraftPlan, compile_rules, draft
from immich_smart_albums.selection.run.evaluate import Failed, Selection, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.operations.names.names import NameResolver
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.cache.records import RecordCache
    from immich_smart_albums.selection.ports import CacheStore, SearchApi
    from immich_smart_albums.selection.query_plan import QueryPlan


_COUNTS_AT_A_TIME = 4

LARGE = 20_000
"""Photos. In a smaller library few sizes of searches are worth a request."""


@dataclass(frozen=True, slots=True)
class ResolvedRules:
    """The rules of one account, with the names in them looked up."""

    rules: Mapping[str, Rule]
    """By name."""
    problems: Mapping[str, tuple[Problem, ...]]
    """By name, why other rules could not be resolved, such as a person whom nobody knows."""
    notices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CompiledRules(ResolvedRules):
    """Resolved rules, and the plan of their searches."""

    plan: QueryPlan


@dataclass(frozen=True, slots=True)
class SelectOptions:
    """Options of the searches of a run."""

    concurrency: int
    log: Callable[[str], None]
    store: CacheStore | None = None
    """The store of the search cache. None: everything is read in full."""
    clock: Callable[[], float] | None = None
    """Returns seconds since 1970, for servers that do not send their time."""
    keeps_rejected: bool = False
    """Whether selections keep the evidence of photos that do not match. If so, everything is read in full."""
    records: Mapping[str, RecordCache] = field(default_factory=dict)
    """Records in memory, by account."""


def resolve_rules(rules: Mapping[str, Rule], account: ConnectedAccount) -> ResolvedRules:
    """Returns rules with their names looked up. A problem in one rule leaves the others alone."""
    resolved: dict[str, Rule] = {}
    problems: dict[str, tuple[Problem, ...]] = {}
    notices: dict[str, None] = {}
    for name, rule in rules.items():
        diagnostics = Diagnostics()
        try:
            result = resolve(rule, account.server, diagnostics, account.names)
        except ServerError as error:
            diagnostics.problems.append(as_problem(f"{name} ({account.name})", error))
        else:
            resolved[name] = result
        notices.update(dict.fromkeys(diagnostics.warnings))
        if diagnostics.problems:
            resolved.pop(name, None)
            problems[name] = tuple(dict.fromkeys(diagnostics.problems))
    return ResolvedRules(resolved, problems, tuple(notices))


def resolve_and_compile(
    rules: Mapping[str, Rule], account: ConnectedAccount, records: RecordCache | None = None
) -> CompiledRules:
    """Returns rules with their names looked up, and the plan of their searches together.

    `records` are the account's records in memory.
    """
    return compile_resolved(resolve_rules(rules, account), account, records)


def compile_resolved(
    resolved: ResolvedRules, account: ConnectedAccount, records: RecordCache | None = None
) -> CompiledRules:
    """Returns resolved rules, and the plan of their searches together."""
    names = tuple(resolved.rules) if account.name else ()  # messages do not name the only rule of flags
    plan = plan_searches(tuple(resolved.rules.values()), account, names=names, records=records)
    return CompiledRules(resolved.rules, resolved.problems, resolved.notices, plan)


def plan_searches(
    rules: Sequence[Rule], account: ConnectedAccount, *, names: Sequence[str] = (), records: RecordCache | None = None
) -> QueryPlan:
    """Returns the query plan for resolved rules.

    The server counts those searches whose size decides between two plans.
    """
    server = account.server
    known_sizes = _album_sizes(rules, account.names)
    by_year = _photos_by_year(rules, server)
    years = (min(by_year), max(by_year)) if by_year else None
    if by_year:
        known_sizes[WHOLE_LIBRARY] = sum(by_year.values())
    shared = None if records is None else records.shared()
    if records is not None:
        known_sizes |= records.sizes()

    def drafted() -> DraftPlan:
        return draft(rules, server, known_sizes, names=names, shared=shared, years=years)

    searches = server.searches if records is None else records
    result, count_known = drafted(), len(known_sizes)
    if WHOLE_LIBRARY not in known_sizes and (
        result.queries_to_count or depends_on_library_size(result.plan, server, known_sizes, shared=shared, years=years)
    ):
        known_sizes |= sizes([WHOLE_LIBRARY], searches)
        if known_sizes.get(WHOLE_LIBRARY, LARGE) < LARGE:
            result, count_known = drafted(), len(known_sizes)
    known_sizes |= sizes((query for query in result.queries_to_count if query not in known_sizes), searches)
    if len(known_sizes) == count_known:
        return result.plan
    return compile_rules(rules, server, known_sizes, names=names, shared=shared, years=years)


def _photos_by_year(rules: Iterable[Rule], server: PhotoServer) -> dict[int, int]:
    """About how many photos each year has, for rules about days of any year. Empty if there are none, or unknown."""
    filters = (leaf for rule in rules for leaf in leaves(rule.match) if isinstance(leaf, Filter))
    if not any(leaf.yearly for leaf in filters):
        return {}
    try:
        return server.directory.photos_by_year()
    except ServerError:
        return {}


def _album_sizes(rules: Iterable[Rule], names: NameResolver) -> dict[Query, int]:
    """The sizes of searches for one album, from the list of albums that was read to resolve the rules."""
    searches = {leaf.query for rule in rules for leaf in leaves(rule.match) if isinstance(leaf, Search)}
    albums = {
        query: query.where[0].value
        for query in searches
        if [condition.field for condition in query.where] == ["albumIds"]
    }
    if not albums:
        return {}
    counts = {(album.id,): album.asset_count for album in names.albums}
    return {query: counts[ids] for query, ids in albums.items() if ids in counts}


def sizes(queries: Iterable[Query], searches: SearchApi) -> dict[Query, int]:
    """Returns how many assets searches find. Those that could not be counted are left out: sizes only save requests."""

    def count(query: Query) -> int | None:
        try:
            return searches.estimate(query)
        except ServerError:
            return None

    distinct = tuple(queries)
    with ThreadPoolExecutor(_COUNTS_AT_A_TIME, thread_name_prefix="count") as threads:
        counts = zip(distinct, threads.map(count, distinct), strict=True)
        return {query: number for query, number in counts if number is not None}


def select(
    compiled: CompiledRules, account: ConnectedAccount, options: SelectOptions
) -> dict[str, Selection | tuple[Problem, ...]]:
    """Returns for each rule what it selects for the account, or the problems of a rule that failed."""
    results: dict[str, Selection | tuple[Problem, ...]] = dict(compiled.problems)
    records = options.records.get(account.name)
    for name, result in zip(compiled.rules, _evaluate(compiled.plan, account, options, records), strict=True):
        results[name] = (as_problem(name, result.error),) if isinstance(result, Failed) else result
    return results


def _evaluate(
    plan: QueryPlan, account: ConnectedAccount, options: SelectOptions, records: RecordCache | None
) -> tuple[Selection | Failed, ...]:
    server = account.server
    store = None if options.keeps_rejected or records is not None else options.store
    cache = None if store is None else open_cache(server, account.names, store, options.log)
    results = evaluate(
        plan,
        server.searches if records is None else records,
        concurrency=options.concurrency,
        log=options.log,
        cache=cache,
        keeps_rejected=options.keeps_rejected,
        records=records,
    )
    if cache is not None:
        cache.save()
        options.log(cache.summary())
    return results
