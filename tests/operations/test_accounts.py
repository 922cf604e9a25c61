"""Who takes part in a run: accounts that fail, that are somebody else's twin, or that have no key."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.errors import ConfigurationError, Problem, ServerError, Unreachable
from immich_smart_albums.operations.accounts import connect_accounts
from tests.support.family_server import connect_to, connected
from tests.support.household import two_people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_smart_albums.operations.ports.server import PhotoServer

NO_KEY = Problem("account eve", "no key", "Set EVE_KEY.")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(two_people()) as running:
        yield running


def with_key(sandbox: Sandbox, key: str) -> Callable[[], PhotoServer]:
    return partial(connect_to, sandbox.url, key)


def test_two_keys_of_one_user_are_one_account(sandbox: Sandbox) -> None:
    accounts = connect_accounts(
        {
            "alice": partial(connected, sandbox),
            "again": partial(connected, sandbox),
            "bob": partial(connected, sandbox, "bob"),
        }
    )
    assert list(accounts.present) == ["alice", "bob"]
    (problem,) = accounts.absent.values()
    assert (problem.where, problem.message) == ("account again", "its key belongs to Alice, as that of alice does")
    assert problem.hint


def test_where_no_account_has_a_key_that_is_a_problem_of_the_configuration() -> None:
    with pytest.raises(ConfigurationError) as caught:
        connect_accounts({}, {"eve": NO_KEY})
    assert caught.value.problems == (NO_KEY,)


def test_where_all_fail_alike_it_is_said_once() -> None:
    with Sandbox(two_people()) as gone:
        accounts = {name: with_key(gone, name) for name in ("alice", "bob")}
    with pytest.raises(Unreachable) as caught:
        connect_accounts(accounts)
    assert "no account can take part" not in caught.value.message


def test_where_they_fail_for_different_reasons_all_are_said(sandbox: Sandbox) -> None:
    with pytest.raises(ServerError) as caught:
        connect_accounts({"alice": with_key(sandbox, "wrong")}, {"eve": NO_KEY})
    assert caught.value.message.startswith("no account can take part: ")
    assert "account alice" in caught.value.message
    assert "account eve: no key" in caught.value.message
    assert "Set EVE_KEY." in (caught.value.hint or "")
