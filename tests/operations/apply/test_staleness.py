"""A saved plan is refused where the world has changed since."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.errors import ConfigurationError, PlanOutdated
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.operations.apply.apply import require_accounts
from immich_smart_albums.operations.apply.staleness import require_current
from tests.support.household import Household, rule, two_people

if TYPE_CHECKING:
    from immich_smart_albums.changes.plan import Plan


def outdated(home: Household, plan: Plan, *, rules: str | None = None) -> str:
    """What is said to have changed; empty if nothing."""
    servers = {name: account.server for name, account in home.accounts().present.items()}
    with open_ledger(home.ledger) as ledger:
        state = ledger.state
    try:
        require_current(plan, servers, ledger=state, rules=rules)
    except PlanOutdated as error:
        return error.message
    return ""


def test_a_saved_plan_is_checked_before_anything_is_written(home: Household) -> None:
    home.rules = (rule("Best"), rule("Second"))
    home.rate("alice-0")
    home.sync()
    home.rate("alice-1")
    plan = home.planned()
    assert outdated(home, plan) == ""
    assert outdated(home, plan, rules="another digest") == "the rules were edited"
    home.put_in("alice-3")
    home.sandbox.library.delete_album(home.album("Second").id)
    assert outdated(home, plan) == (
        "photos were put into the album 'Best', or taken out, since the plan was made;"
        " the album 'Second' is not there any more, or not shared with this account"
    )
    home.sync()
    assert outdated(home, plan) == "something was written since, or the ledger is another one"
    home.keys["alice"] = "bob"
    assert outdated(home, plan).startswith("the key of the account alice belongs to another user; something")


def test_a_saved_plan_whose_account_fails_says_why(home: Household) -> None:
    home.rate("alice-0")
    plan = home.planned()
    home.rules = (rule("Best", "alice", "bob"),)
    home.keys["alice"] = "nobody"
    accounts = home.accounts()
    with pytest.raises(ConfigurationError, match=r"account alice: .* 401"):
        require_accounts(plan, accounts.present, accounts.absent)


def test_a_saved_plan_for_another_server_is_refused_and_another_address_is_no_other_server(home: Household) -> None:
    plan = home.planned()
    with Sandbox(home.sandbox.library) as moved, Sandbox(two_people(seed=2)) as other:
        servers = {"alice": Household(moved, home.ledger, home.rules).connect("alice")}
        require_current(plan, servers, ledger="", rules=None)
        servers = {"alice": Household(other, home.ledger, home.rules).connect("alice")}
        with pytest.raises(PlanOutdated, match=f"another user: the plan was made for {home.sandbox.url}"):
            require_current(plan, servers, ledger="", rules=None)


def test_a_saved_plan_does_not_make_a_second_album_of_a_name(home: Household) -> None:
    home.rate("alice-0")
    plan = home.planned()
    home.sandbox.library.add_album("Best", owner_id=home.sandbox.library.user_named("alice").id)
    assert outdated(home, plan) == "there is an album 'Best' now"


def test_an_album_of_that_name_that_is_only_shown_is_another_one(home: Household) -> None:
    users = {name: home.sandbox.library.user_named(name).id for name in ("alice", "bob")}
    home.rate("alice-0")
    plan = home.planned()
    shown = home.sandbox.library.add_album("Best", owner_id=users["bob"], roles={users["alice"]: "viewer"})
    assert outdated(home, plan) == ""
    home.sandbox.library.delete_album(shown.id)
    home.sandbox.library.add_album("Best", owner_id=users["bob"], roles={users["alice"]: "editor"})
    assert outdated(home, plan) == "there is an album 'Best' now"
