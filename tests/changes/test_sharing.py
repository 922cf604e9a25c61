"""Who gets an album, and whose doing that was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.change import (
    Change,
    ShareAlbum,
)
from immich_smart_albums.changes.diff import plan_album
from immich_smart_albums.changes.memory import AlbumMemory, OpenShare
from immich_smart_albums.changes.plan import AlbumPlan, Observed
from tests.support.change_values import ALICE, BOB, EVE, rule, view, wanted

if TYPE_CHECKING:
    from immich_smart_albums.model.album import User
from tests.support.album_plans import BOTH, FAILED

BY_HAND = "somebody changed that by hand, so it stays until"


def shared(plan: AlbumPlan) -> list[Change]:
    return [change for change in plan.changes if isinstance(change, ShareAlbum)]


def test_an_album_is_shared_where_it_is_not_yet_and_roles_are_put_right() -> None:
    plan = plan_album(
        wanted("", shares=((EVE, "viewer"), (BOB, "editor"), (ALICE, "viewer"))), view("", users=((BOB, "viewer"),))
    )
    assert shared(plan) == [ShareAlbum(EVE, "viewer", None, "viewer"), ShareAlbum(BOB, "editor", "viewer", "editor")]


def test_nobody_loses_an_album_unless_the_rule_says_so() -> None:
    users = ((BOB, "viewer"), (EVE, "editor"))
    assert shared(plan_album(wanted("", shares=((BOB, "viewer"),)), view("", users=users))) == []
    strict = rule(unshare=True)
    plan = plan_album(wanted("", strict, shares=((BOB, "viewer"),)), view("", users=users))
    assert shared(plan) == [ShareAlbum(EVE, None, "editor")]


def remembered(shares: dict[str, str], *open_shares: OpenShare) -> AlbumMemory:
    return AlbumMemory(shares=shares, open_shares=open_shares)


@pytest.mark.parametrize("users", [(), ((EVE, "editor"),)])
def test_what_a_person_did_to_a_share_stays_until_the_rules_say_something_else(
    users: tuple[tuple[User, str], ...],
) -> None:
    remembered_shares = remembered({"eve": "viewer"})
    plan = plan_album(wanted("", shares=((EVE, "viewer"),)), view("", users=users), remembered_shares)
    assert shared(plan) == []
    now = "shared with Eve <eve@example.org> as editor" if users else "not shared with Eve <eve@example.org>"
    assert plan.warnings == (f"it is {now}: {BY_HAND} `share` in the rules says something else",)
    assert plan.learned == Observed()
    other = plan_album(wanted("", shares=((EVE, "editor"),)), view("", users=users), remembered_shares)
    assert shared(other) == ([] if users else [ShareAlbum(EVE, "editor", None, "editor")])
    # Once the rules do not name somebody any more, naming them again is another word.
    unnamed = plan_album(wanted("", shares=()), view("", users=users), remembered_shares)
    assert (shared(unnamed), unnamed.learned.shares) == ([], {})


def test_who_is_in_as_the_rules_say_is_remembered_whoever_did_it() -> None:
    plan = plan_album(wanted("", shares=((EVE, "viewer"),)), view("", users=((EVE, "viewer"),)))
    assert (shared(plan), plan.learned.shares) == ([], {"eve": "viewer"})


def test_unshare_takes_away_what_people_gave_and_does_not_give_back_what_they_took() -> None:
    settings = rule(unshare=True)
    plan = plan_album(
        wanted("", settings, shares=((EVE, "viewer"),)),
        view("", users=((BOB, "editor"),)),
        remembered({"eve": "viewer"}),
    )
    assert shared(plan) == [ShareAlbum(BOB, None, "editor")]


@pytest.mark.parametrize(("updated", "is_shared"), [("u0", True), ("before that", False)])
def test_a_share_that_was_interrupted_may_have_been_taken_away_since(updated: str, *, is_shared: bool) -> None:
    remembered_shares = remembered({}, OpenShare(7, "eve", "viewer", updated))
    plan = plan_album(wanted("", shares=((EVE, "viewer"),)), view(""), remembered_shares)
    assert bool(shared(plan)) is is_shared
    assert bool(plan.warnings) is not is_shared
    assert plan.learned.settled == (7,)
    assert plan.learned.shares == (None if is_shared else {"eve": "viewer"})


def test_what_an_account_would_add_waits_while_a_person_keeps_it_from_being_editor() -> None:
    both = {"alice": "a", "bob": "bc"}
    plan = plan_album(wanted(both, BOTH), view(""), remembered({"bob": "feeds it"}))
    assert [asset.id for asset in plan.additions] == ["a"]
    assert plan.warnings == (
        f"it is not shared with Bob <bob@example.org>: {BY_HAND} somebody shares it again",
        "2 photos of accounts that are no editors of the album any more are not added",
    )
    one = plan_album(wanted({"alice": "", "bob": "b"}, BOTH), view(""), remembered({"bob": "feeds it"}))
    assert one.warnings[1] == "1 photo of an account that is no editor of the album any more is not added"


def test_of_an_account_that_failed_it_stays_known_what_it_was_given() -> None:
    plan = plan_album(
        wanted({"alice": "a"}, BOTH, users={"alice": ALICE}, problems=FAILED), view(""), remembered({"bob": "feeds it"})
    )
    assert plan.learned.shares is None


def test_accounts_that_feed_an_album_together_are_its_editors_whatever_else_is_said() -> None:
    settings = rule(accounts=("alice", "bob"), unshare=True)
    plan = plan_album(wanted({"alice": "a", "bob": ""}, settings, shares=((BOB, "viewer"),)), view(""))
    assert shared(plan) == [ShareAlbum(BOB, "editor", None, "viewer, feeds it")]
    # Of an account that failed nobody knows whose it is.
    plan = plan_album(
        wanted({"alice": "a"}, settings, users={"alice": ALICE}, problems=FAILED), view("", users=((BOB, "editor"),))
    )
    assert shared(plan) == []


def test_an_album_of_somebody_who_feeds_it_too_is_not_shared_with_its_owner() -> None:
    plan = plan_album(wanted({"alice": "a", "bob": ""}), view("", owner=BOB, users=((ALICE, "editor"),)))
    assert shared(plan) == []
