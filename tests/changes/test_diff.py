"""From what is wanted, what is there and what is remembered to a plan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.change import (
    AddAssets,
    Change,
    CreateAlbum,
    Edit,
    RemoveAssets,
    SetDetails,
    ShareAlbum,
)
from immich_smart_albums.changes.desired import CurrentAlbum
from immich_smart_albums.changes.diff import plan_album
from immich_smart_albums.changes.memory import AlbumMemory, Interrupted, MembershipState, OpenShare
from immich_smart_albums.changes.plan import AlbumPlan, AlbumSnapshot, Observed, digest
from immich_smart_albums.errors import Problem
from tests.support.change_values import ALICE, BOB, EVE, asset, assets, memory, remembering, rule, view, wanted

if TYPE_CHECKING:
    from immich_smart_albums.model.album import User

IN_STEP = rule(in_step=True)
BOTH = rule(in_step=True, accounts=("alice", "bob"))
FAILED = (Problem("account bob", "no answer"),)
BY_HAND = "somebody changed that by hand, so it stays until"


def added(plan: AlbumPlan) -> str:
    return "".join(addition.id for addition in plan.additions)


def removed(plan: AlbumPlan) -> str:
    return "".join(removal.id for removal in plan.removals)


def ids(photos: tuple[object, ...]) -> str:
    return "".join(getattr(photo, "id", photo) for photo in photos)  # type: ignore[arg-type]


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


# -- what people did --------------------------------------------------------------------------------------------------


def test_what_a_person_took_out_stays_out() -> None:
    plan = plan_album(wanted("abc"), view("c"), memory("abc"))
    assert (plan.changes, ids(plan.kept_out)) == ((), "ab")
    assert plan.learned == Observed(taken_out=assets("ab"))


def test_what_was_hand_made_and_taken_out_stays_out_too() -> None:
    plan = plan_album(wanted("ab"), view(""), memory(hand_made="a"))
    assert (added(plan), ids(plan.kept_out)) == ("b", "a")
    assert plan.learned == Observed(taken_out=assets("a"))


@pytest.mark.parametrize("standing", [MembershipState.TAKEN_OUT, MembershipState.GONE, MembershipState.UNSURE])
def test_it_stays_out_on_every_run(standing: MembershipState) -> None:
    plan = plan_album(wanted("ab"), view(""), remembering(standing, "a"))
    assert (added(plan), ids(plan.kept_out)) == ("b", "a")
    # What was gone and matches again was not deleted, so a person took it out.
    assert plan.learned == Observed(taken_out=assets("a") if standing is MembershipState.GONE else ())


def test_what_we_took_out_is_added_when_it_matches_again() -> None:
    assert added(plan_album(wanted("a"), view(""), remembering(MembershipState.REMOVED, "a"))) == "a"


@pytest.mark.parametrize(
    "standing", [MembershipState.TAKEN_OUT, MembershipState.GONE, MembershipState.UNSURE, MembershipState.REMOVED]
)
def test_what_a_person_put_back_is_hand_made_from_then_on(standing: MembershipState) -> None:
    plan = plan_album(wanted("", IN_STEP), view("a"), remembering(standing, "a"))
    assert (plan.changes, plan.hand_made) == ((), 1)
    assert plan.learned == Observed(hand_made=("a",))


def test_what_is_neither_there_nor_selected_is_noted_and_that_is_all() -> None:
    plan = plan_album(wanted("", IN_STEP), view(""), memory("a", hand_made="b"))
    assert (plan.changes, plan.kept_out) == ((), ())
    assert plan.learned == Observed(gone=("a", "b"))


def test_what_is_in_the_trash_is_still_ours() -> None:
    plan = plan_album(wanted("", IN_STEP), view("", hidden="a"), memory("a"))
    assert (plan.changes, plan.learned) == ((), Observed())


def test_what_is_in_the_trash_and_selected_is_not_added_again() -> None:
    assert plan_album(wanted("a"), view("", hidden="a"), memory("a")).changes == ()


def test_what_is_there_and_unknown_is_remembered_as_hand_made() -> None:
    plan = plan_album(wanted("a"), view("abc"), memory("a", hand_made="b"))
    assert plan.learned == Observed(hand_made=("c",))
    assert plan.hand_made == 2


# -- interrupted requests ---------------------------------------------------------------------------------------------


def interrupted(updated: str = "u0") -> Interrupted:
    return Interrupted(7, assets("ab"), updated)


def test_an_interrupted_request_of_which_nothing_is_there_is_repeated_if_nobody_touched_the_album() -> None:
    plan = plan_album(wanted("abc"), view("x"), memory(hand_made="x", interrupted=(interrupted(),)))
    assert (added(plan), plan.warnings) == ("abc", ())
    assert plan.learned == Observed(settled=(7,))


def test_it_is_not_repeated_if_somebody_touched_the_album() -> None:
    plan = plan_album(wanted("abc"), view("", updated="u1"), memory(interrupted=(interrupted(),)))
    assert (added(plan), ids(plan.kept_out)) == ("c", "ab")
    assert plan.learned == Observed(unsure=assets("ab"), settled=(7,))
    (warning,) = plan.warnings
    assert warning.startswith("a run was interrupted while it added 2 photos that are not in the album now")


@pytest.mark.parametrize("updated", ["u0", "u1"])
def test_what_is_there_of_it_counts_as_hand_made_and_what_is_not_stays_out(updated: str) -> None:
    known = memory(interrupted=(interrupted(),))
    plan = plan_album(wanted("bc", IN_STEP), view("a", updated=updated), known)
    assert (added(plan), removed(plan), ids(plan.kept_out)) == ("c", "", "b")
    assert plan.learned == Observed(hand_made=("a",), unsure=assets("b"), settled=(7,))
    assert len(plan.warnings) == 2


def test_without_an_album_to_look_at_nothing_of_it_is_added() -> None:
    for seen in (None, CurrentAlbum(view("").album, frozenset())):
        plan = plan_album(wanted("ab"), seen, memory(interrupted=(interrupted(),)))
        assert (plan.changes, plan.learned.unsure) == ((), assets("ab"))


def test_what_an_interrupted_request_was_to_take_out_is_still_ours_if_nobody_touched_the_album() -> None:
    known = memory("ab", interrupted=(Interrupted(7, assets("ab"), "u0", is_removal=True),))
    plan = plan_album(wanted("", IN_STEP), view("ab"), known)
    assert (removed(plan), plan.warnings, plan.learned) == ("ba", (), Observed(settled=(7,)))


def test_it_counts_as_hand_made_if_somebody_may_have_put_it_back() -> None:
    known = memory("abc", interrupted=(Interrupted(7, assets("ab"), "u0", is_removal=True),))
    plan = plan_album(wanted("", IN_STEP), view("ac", updated="u1"), known)
    assert (removed(plan), plan.hand_made) == ("c", 1)
    assert plan.learned == Observed(hand_made=("a",), unsure=assets("b"), settled=(7,))
    assert [warning.partition(":")[0] for warning in plan.warnings] == [
        "a run was interrupted while it took out 1 photo that is not in the album now",
        "a run was interrupted while it took out 1 photo that is in the album now",
    ]


def test_what_it_took_out_stays_out_even_if_it_matches_again() -> None:
    known = memory("ab", interrupted=(Interrupted(7, assets("ab"), "u0", is_removal=True),))
    plan = plan_album(wanted("ab", IN_STEP), view(""), known)
    assert (plan.changes, ids(plan.kept_out)) == ((), "ab")
    assert plan.learned == Observed(unsure=assets("ab"), settled=(7,))


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


def edits(plan: AlbumPlan) -> list[Change]:
    return [change for change in plan.changes if isinstance(change, SetDetails)]


def test_details_are_edited_only_where_they_differ() -> None:
    settings = rule(description="Ours", order="asc", cover="a")
    (change,) = edits(plan_album(wanted("a", settings), view("a")))
    assert change == SetDetails(Edit("", "Ours"), Edit("desc", "asc"), Edit(None, "a"))
    assert edits(plan_album(wanted("a", settings), view("a", description="Ours", order="asc", cover="a"))) == []
    assert edits(plan_album(wanted("a"), view("a", description="By hand"))) == []


def test_a_new_album_gets_its_description_when_it_is_made_and_the_rest_afterwards() -> None:
    settings = rule(description="Ours", order="asc", cover="newest")
    plan = plan_album(wanted("ab", settings), None)
    assert edits(plan) == [SetDetails(order=Edit(None, "asc"), cover=Edit(None, "b"))]


@pytest.mark.parametrize(
    ("cover", "chosen"), [("newest", "d"), ("oldest", "a"), ("favorite", "c"), ("x", "x"), ("b", "b")]
)
def test_a_cover_is_chosen_among_what_will_be_in_the_album(cover: str, chosen: str) -> None:
    # e is newer, and was taken out by hand.
    plan = plan_album(
        wanted("abcde", rule(cover=cover), favorites=frozenset("bce")), view("ax"), memory("ae", hand_made="x")
    )
    assert edits(plan) == [SetDetails(cover=Edit(None, chosen))]
    assert plan.warnings == ()


def test_where_nothing_can_be_the_cover_it_stays_as_it_is() -> None:
    assert edits(plan_album(wanted("a", rule(cover="favorite")), view("a"))) == []
    plan = plan_album(wanted("a", rule(cover="nowhere")), view("a"))
    assert edits(plan) == []
    assert plan.warnings == ("the cover nowhere is not in the album, so the cover stays as it is",)


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


def test_of_an_album_that_is_not_known_further_nothing_but_photos_is_written() -> None:
    seen = CurrentAlbum(view("").album, frozenset("a"))
    settings = rule(description="Ours", cover="newest")
    plan = plan_album(wanted("ab", settings, shares=((EVE, "viewer"),)), seen)
    assert plan.changes == (AddAssets("alice", (asset("b"),)),)
    assert plan.seen is None
