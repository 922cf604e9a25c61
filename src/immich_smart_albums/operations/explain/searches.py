"""Shows the searches that rules need, for people to look at. Nothing is searched."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ServerError
from immich_smart_albums.operations.select import compile_resolved, resolve_rules, sizes
from immich_smart_albums.rules.tree import EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.operations.accounts import ConnectedAccount, ConnectedAccounts
    from immich_smart_albums.operations.names.names import NameResolver
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.operations.select import ResolvedRules
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.selection.query_plan import QueryPlan


@dataclass(frozen=True, slots=True)
class AccountPlan:
    """The query plan of one account, with what helps to read it."""

    title: str
    plan: QueryPlan
    sizes: Mapping[Query, int]
    """How many assets the searches find; those that were not counted are left out."""
    names: Mapping[str, str]
    """Names for ids in the searches."""
    requested_fields: Mapping[Query, frozenset[str]]
    """The parts of a record that each search asks for: `exifInfo`, `people`."""
    problems: tuple[Problem, ...] = ()
    """Problems of rules that cannot be searched for."""


def query_plans(
    albums: Sequence[AlbumRule], accounts: ConnectedAccounts, resolved: Mapping[str, ResolvedRules]
) -> Iterator[AccountPlan]:
    """Yields the plan of each account that takes part. Raises ServerError.

    `resolved` has the rules, by account, whose names were looked up before.
    """
    for name, account in accounts.present.items():
        own = {album.name: album.rule for album in albums if name in album.accounts}
        yield _of_account(resolved[name] if name in resolved else resolve_rules(own, account), account)


def _of_account(resolved: ResolvedRules, account: ConnectedAccount) -> AccountPlan:
    compiled = compile_resolved(resolved, account)
    return AccountPlan(
        title_of(account.server, account.name),
        compiled.plan,
        sizes((scan.query for scan in compiled.plan.scans), account.server.searches),
        id_names(compiled.plan, account.names),
        fields_asked(compiled.plan, account.server),
        tuple(problem for album in compiled.problems.values() for problem in album),
    )


def title_of(server: PhotoServer, account: str = "") -> str:
    """Returns the title: account, server and version."""
    of = f"of {account} " if account else ""
    return f"Searches {of}on {server.base}, Immich {server.version}"


def fields_asked(plan: QueryPlan, server: PhotoServer) -> dict[Query, frozenset[str]]:
    """Returns the parts of a record that each search of a plan asks for, those for verifying answers included."""
    return {scan.query: server.asks_for(scan.query, scan.fields) for scan in plan.scans}


def id_names(plan: QueryPlan, names: NameResolver) -> dict[str, str]:
    """Returns names for the ids of people, tags and albums in searches. Only lists that are needed are asked for.

    If asking for a list fails, its ids have no names.
    """
    used = {condition.field for scan in plan.scans for condition in scan.query.conditions}
    names_by_id: dict[str, str] = {}
    for field, kind in (("personIds", EntityKind.PERSON), ("tagIds", EntityKind.TAG), ("albumIds", EntityKind.ALBUM)):
        if field in used:
            with suppress(ServerError):
                names_by_id.update(names.names_by_id(kind))
    return names_by_id
