"""The searches that a run would send, told with names and sizes, and without a search."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.operations.accounts import connect_accounts
from immich_smart_albums.operations.explain.searches import query_plans
from immich_smart_albums.operations.select import resolve_rules
from tests.support.family_server import connected, family, person_ids
from tests.support.rules_files import book

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.operations.explain.searches import AccountPlan
    from immich_smart_albums.rules.album import AlbumRule

ACCOUNTS = "accounts: {alice: {key_env: A}, bob: {key_env: B}}\n"


@pytest.fixture(params=["3.1", "3.2"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(family(), request.param) as running:
        yield running


def rules(text: str) -> tuple[AlbumRule, ...]:
    return book(ACCOUNTS + text).albums


def plans(sandbox: Sandbox, text: str) -> list[AccountPlan]:
    accounts = connect_accounts({name: partial(connected, sandbox, name) for name in ("alice", "bob")})
    return list(query_plans(rules(text), accounts, {}))


def test_each_account_has_a_plan_of_its_own_rules(sandbox: Sandbox) -> None:
    alice, bob = plans(
        sandbox,
        "albums: [{name: A, match: {person: Ada Stone}, accounts: [alice, bob]},"
        " {name: B, match: {rating: 5}, accounts: [alice]}, {name: C, match: {person: Ben Ray}, accounts: [bob]}]",
    )
    version = str(connected(sandbox).version)
    assert alice.title == f"Searches of alice on {sandbox.url}, Immich {version}"
    assert len(alice.plan.scans) == 2
    assert len(bob.plan.scans) == 1
    assert [problem.message for problem in bob.problems] == ["nobody is named 'Ben Ray'"]
    assert alice.names[person_ids(sandbox.library, "Ada Stone")[0]] == "Ada Stone"
    assert bob.names[person_ids(sandbox.library, "Ada Stone", "Bob")[0]] == "Ada Stone"
    assert set(alice.requested_fields) == {scan.query for scan in alice.plan.scans}
    assert not [request for request in sandbox.requests if request.path == "/api/search/metadata"]


def test_where_names_cannot_be_listed_the_ids_stay(sandbox: Sandbox) -> None:
    library = sandbox.library
    ids = {"personIds": person_ids(library, "Ada Stone")[0], "tagIds": next(iter(library.tags))}
    text = ", ".join(f"{{search: {{{field}: [{id_}]}}}}" for field, id_ in ids.items())
    account = connect_accounts({"alice": partial(connected, sandbox)})
    own = {
        album.name: album.rule for album in rules(f"albums: [{{name: A, match: {{any: [{text}]}}, accounts: alice}}]")
    }
    resolved = {"alice": resolve_rules(own, account.present["alice"])}
    fresh = connect_accounts({"alice": partial(connected, sandbox)})
    sandbox.faults.status(403, path="/api/people", times=None)
    (plan,) = query_plans((), fresh, resolved)
    assert ids["personIds"] not in plan.names
    assert plan.names[ids["tagIds"]]
