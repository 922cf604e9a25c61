"""What people did to an album, and what became of interrupted requests, is learned from what is there."""

from __future__ import annotations

import pytest

from immich_smart_albums.changes.desired import CurrentAlbum
from immich_smart_albums.changes.diff import plan_album
from immich_smart_albums.changes.memory import Interrupted, MembershipState
from immich_smart_albums.changes.plan import Observed
from tests.support.album_plans import IN_STEP, added, ids, removed
from tests.support.change_values import assets, memory, remembering, view, wanted


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
