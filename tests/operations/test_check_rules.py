"""Rules held against the server, without any search."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.operations.accounts import connect_accounts
from immich_smart_albums.operations.check import check_rules
from tests.support.family_server import connect_to, connected
from tests.support.rules_files import book

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.operations.accounts import ConnectedAccounts

ACCOUNTS = "accounts: {alice: {key_env: A}, bob: {key_env: B}}\n"


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox that nobody writes to."""
    with Sandbox(generate(100)) as sandbox:
        yield sandbox


@pytest.fixture
def household(running: Sandbox) -> ConnectedAccounts:
    """Alice and Bob."""
    return connect_accounts({name: partial(connected, running, name) for name in ("alice", "bob")})


def wrong(text: str, accounts: ConnectedAccounts) -> list[tuple[str, str]]:
    return [(check_rule.where, check_rule.message) for check_rule in check_rules(book(ACCOUNTS + text), accounts)[0]]


def test_names_that_exist_are_fine_and_nothing_is_searched_for(running: Sandbox, household: ConnectedAccounts) -> None:
    running.clear_requests()
    rules = "albums: [{name: A, match: {person: Emma, tag: Pets}, share: [bob@example.com], accounts: [alice]}]"
    user = next(user for user in running.library.users.values() if user.name.startswith("Bob"))
    assert wrong(rules.replace("bob@example.com", user.email), household) == []
    assert not [request for request in running.requests if request.path.startswith("/api/search")]


def test_every_name_that_nothing_has_is_told_at_its_place(household: ConnectedAccounts) -> None:
    text = (
        "albums:\n"
        "- {name: A, match: {person: Emmma}, share: [grandma@example.org, uncle], accounts: [bob, alice]}\n"
        "- {name: B, match: {person: [Emma, Nobody]}, accounts: alice}\n"
    )
    assert sorted(wrong(text, household)) == [
        ("1.yaml:3:29", "nobody is named 'Emmma'"),
        ("1.yaml:3:45", "there is no user 'grandma@example.org'"),
        ("1.yaml:3:66", "there is no user 'uncle'"),
        ("1.yaml:4:36", "nobody is named 'Nobody'"),
    ]


def test_names_are_looked_up_for_each_account(household: ConnectedAccounts) -> None:
    text = 'albums: [{name: A, match: {person: "Bob\'s boss"}, accounts: [alice, bob]}]'
    assert wrong(text, household) == [("1.yaml:2:36", 'nobody is named "Bob\'s boss"')]


def test_an_account_that_fails_is_a_problem_and_the_others_are_checked(running: Sandbox) -> None:
    accounts = connect_accounts(
        {"alice": partial(connect_to, running.url, "wrong"), "bob": partial(connected, running, "bob")}
    )
    text = "albums: [{name: A, match: {person: Nobody}, accounts: [alice, bob], share: [uncle]}]"
    messages = wrong(text, accounts)
    assert [where for where, _ in messages] == ["account alice", "1.yaml:2:36"]


def test_users_that_cannot_be_asked_for_are_a_problem(running: Sandbox, household: ConnectedAccounts) -> None:
    running.faults.status(403, path="/api/users", method="GET", times=None)
    try:
        messages = wrong("albums: [{name: A, match: {person: Emma}, share: [uncle], accounts: alice}]", household)
    finally:
        running.faults.clear()
    ((where, message),) = messages
    assert where == "1.yaml:2:51"
    assert "users" in message


def test_places_and_cameras_are_held_against_what_photos_have(household: ConnectedAccounts) -> None:
    text = (
        "albums:\n"
        "- {name: A, match: {person: Emma, not: {place: Finlnd}}, accounts: [alice]}\n"
        "- {name: B, match: {camera: Nokian, not: {place: {country: finland}}}, accounts: [alice, bob]}\n"
    )
    problems, notices = check_rules(book(ACCOUNTS + text), household)
    message = "no photo has city or state or country 'Finlnd', so nothing would be left out"
    assert [(problem.where, problem.message) for problem in problems] == [("1.yaml:3:48", message)]
    assert any("no photo on the timeline has make or model 'Nokian'" in notice for notice in notices)
