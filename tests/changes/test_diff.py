"""From what is wanted, what is there and what is remembered to a plan."""

from __future__ import annotations

from immich_smart_albums.changes.change import (
    AddAssets,
    CreateAlbum,
    Edit,
    RemoveAssets,
    SetDetails,
    ShareAlbum,
)
from immich_smart_albums.changes.desired import CurrentAlbum
from immich_smart_albums.changes.diff import plan_album
from immich_smart_albums.changes.plan import AlbumSnapshot, digest
from tests.support.album_plans import BOTH, FAILED, IN_STEP, added, removed
from tests.support.change_values import ALICE, BOB, EVE, asset, assets, memory, rule, view, wanted

# -- adding -----------------------------------------------------------------------------------------------------------


def test_added_is_what_is_selected_and_not_there_in_its_order() -> None:
    plan = plan_album(wanted("cab"), view("ax"))
    assert plan.changes == (AddAssets("alice", assets("cb")),)
    assert (plan.matched, plan.present, plan.already_there, plan.hand_made) == (3, 2, 1, 2)
    assert plan.seen == AlbumSnapshot("u0", digest("ax"))
    assert (plan.name, plan.additions, plan.has_changes) == ("Friends", assets("cb"), True)
    assert plan.reasons == ("2 photos match and are not in the album",)


def test_where_everything_is_there_nothing_changes() -> None:
    plan = plan_album(wanted("ab"), view("abx"))
    assert (plan.changes, plan.has_changes, plan.reasons) == ((), False, ())


def test_a_new_album_is_made_first_and_only_to_be_filled() -> None:
    plan = plan_album(wanted("ab", rule(description="Ours")), None)
    assert plan.changes == (CreateAlbum("Friends", "Ours"), AddAssets("alice", assets("ab")))
    assert (plan.album, plan.seen, plan.present) == (None, None, 0)
    settings = rule(description="Ours", order="asc", share=(), cover="newest")
    assert plan_album(wanted("", settings, shares=((EVE, "viewer"),)), None).changes == ()


def test_each_photo_is_added_once_by_the_first_account_that_selects_it() -> None:
    plan = plan_album(wanted({"alice": "ab", "bob": "bc"}), view("", users=((BOB, "editor"),)))
    assert plan.changes == (AddAssets("alice", assets("ab")), AddAssets("bob", assets("c")))
    assert plan.matched == 3


def test_an_account_that_failed_adds_nothing_and_the_others_do() -> None:
    plan = plan_album(wanted({"alice": "ab"}, BOTH, problems=FAILED), view("", users=((BOB, "editor"),)))
    assert (added(plan), plan.problems, plan.refusals) == ("ab", FAILED, ())


def test_without_its_owner_an_album_is_neither_made_nor_edited_nor_shared() -> None:
    settings = rule(accounts=("alice", "bob"), description="Ours")
    only_bob = wanted({"bob": "ab"}, settings, problems=FAILED, shares=((EVE, "viewer"),))
    assert plan_album(only_bob, None).changes == ()
    assert plan_album(only_bob, view("")).changes == (AddAssets("bob", assets("ab")),)


# -- removing ---------------------------------------------------------------------------------------------------------


def test_an_album_in_step_loses_what_we_added_and_matches_no_more_and_nothing_else() -> None:
    plan = plan_album(wanted("a", IN_STEP), view("abcx"), memory("abc"))
    assert plan.changes == (RemoveAssets("alice", assets("cb")),)
    assert (plan.hand_made, plan.reasons) == (1, ("2 photos that were added by this rule match no more",))


def test_an_album_that_is_only_added_to_loses_nothing() -> None:
    assert plan_album(wanted("a"), view("abc"), memory("abc")).changes == ()


def test_without_a_ledger_nothing_is_ours() -> None:
    assert plan_album(wanted("a", IN_STEP), view("abc")).changes == ()


def test_what_only_a_smart_search_lost_sight_of_stays() -> None:
    plan = plan_album(wanted("a", IN_STEP, sticky=frozenset("b")), view("abc"), memory("abc"))
    assert removed(plan) == "c"


def test_the_owner_takes_photos_out_and_where_that_is_nobody_of_us_who_added_them() -> None:
    bobs = memory("bc", user="bob")
    both = wanted({"alice": "a", "bob": ""}, BOTH)
    plan = plan_album(both, view("abc", users=((BOB, "editor"),)), bobs)
    assert plan.changes == (RemoveAssets("alice", assets("cb")),)
    plan = plan_album(both, view("abc", owner=BOB, users=((ALICE, "editor"),)), bobs)
    assert plan.changes == (RemoveAssets("bob", assets("cb")),)
    of_eve = view("abc", owner=EVE, users=((ALICE, "editor"), (BOB, "editor")))
    assert plan_album(both, of_eve, bobs).changes == (RemoveAssets("bob", assets("cb")),)
    assert plan_album(wanted("a", IN_STEP), of_eve, bobs).changes == (RemoveAssets("alice", assets("cb")),)


def test_of_an_account_that_failed_nothing_is_removed() -> None:
    shared = view("abc", users=((BOB, "editor"),))
    plan = plan_album(wanted({"alice": "a"}, BOTH, problems=FAILED), shared, memory("bc", user="bob"))
    assert plan.changes == ()
    plan = plan_album(wanted({"alice": "a"}, BOTH, problems=FAILED), shared, memory("bc"))
    assert removed(plan) == "cb"


def test_removing_comes_before_sharing_and_adding_last_but_for_details() -> None:
    settings = rule(in_step=True, accounts=("alice", "bob"), description="New", unshare=True)
    plan = plan_album(wanted({"alice": "c", "bob": "d"}, settings), view("a", users=((EVE, "viewer"),)), memory("a"))
    assert plan.changes == (
        RemoveAssets("alice", assets("a")),
        ShareAlbum(EVE, None, "viewer"),
        ShareAlbum(BOB, "editor", None, "feeds it"),
        AddAssets("alice", assets("c")),
        AddAssets("bob", assets("d")),
        SetDetails(description=Edit("", "New")),
    )


# -- details and shares -----------------------------------------------------------------------------------------------


def test_of_an_album_that_is_not_known_further_nothing_but_photos_is_written() -> None:
    seen = CurrentAlbum(view("").album, frozenset("a"))
    settings = rule(description="Ours", cover="newest")
    plan = plan_album(wanted("ab", settings, shares=((EVE, "viewer"),)), seen)
    assert plan.changes == (AddAssets("alice", (asset("b"),)),)
    assert plan.seen is None
