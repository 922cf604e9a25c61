"""Limits on how much a plan may change."""

from __future__ import annotations

import pytest

from immich_smart_albums.changes.change import AddAssets, RemoveAssets
from immich_smart_albums.changes.diff import plan_album
from immich_smart_albums.changes.guard import refusals, refusals_of_run
from immich_smart_albums.changes.plan import AlbumPlan, Plan
from immich_smart_albums.errors import Problem
from immich_smart_albums.rules.album import RUN_GUARD, Guard
from tests.support.change_values import assets, memory, rule, view, wanted


@pytest.mark.parametrize(
    ("present", "removals", "said"),
    [
        (10, 3, []),
        (10, 4, ["it would remove 4 of 10 photos (40.0%), and may remove 30.0% at most"]),
        (10_000, 500, []),
        (10_000, 501, ["it would remove 501 photos, and may remove 500 at most"]),
        (1, 1, ["it would remove 1 of 1 photo (100.0%), and may remove 30.0% at most"]),
        (0, 1, ["it would remove 1 of 0 photos (100.0%), and may remove 30.0% at most"]),
        (0, 0, []),
    ],
)
def test_removing_too_much_is_refused_with_the_numbers(present: int, removals: int, said: list[str]) -> None:
    assert list(refusals(Guard(), present, removals, 0)) == said


def test_adding_too_much_is_refused_where_there_is_a_limit() -> None:
    assert refusals(Guard(), 0, 0, 100_000) == ()
    assert refusals(Guard(add=10), 0, 0, 11) == ("it would add 11 photos, and may add 10 at most",)


def test_what_is_to_be_removed_from_an_album_is_held_against_what_is_in_it() -> None:
    settings = rule(in_step=True, guard=Guard())
    plan = plan_album(wanted("ab", settings), view("abcx"), memory("abc"))
    assert plan.refusals == ()
    plan = plan_album(wanted("a", settings), view("abcx"), memory("abc"))
    assert plan.refusals == ("it would remove 2 of 4 photos (50.0%), and may remove 30.0% at most",)
    assert Plan("", "", (plan,)).is_refused


@pytest.mark.parametrize("in_step", [False, True])
def test_a_selection_that_became_empty_is_refused(in_step: bool) -> None:
    settings = rule(in_step=in_step)
    plan = plan_album(wanted("", settings), view("ax"), memory("a"))
    assert plan.refusals == ("nothing matches any more; 1 photo that it added are in the album",)
    plan = plan_album(wanted("", settings), view("x"), memory("a", matched=1234))
    assert plan.refusals == ("nothing matches any more; last time it was 1,234",)
    allowed = rule(in_step=in_step, guard=Guard(None, None, allow_empty=True))
    assert plan_album(wanted("", allowed), view("ax"), memory("a", matched=5)).refusals == ()


def test_a_selection_that_always_was_empty_is_fine() -> None:
    assert plan_album(wanted("", rule()), view("x")).refusals == ()


def test_a_selection_that_is_not_known_is_not_empty() -> None:
    failed = (Problem("account alice", "no answer"),)
    assert plan_album(wanted({}, rule(), problems=failed), view("a"), memory("a")).refusals == ()


def test_a_run_has_limits_of_its_own() -> None:
    albums = tuple(
        AlbumPlan(name, "", changes=(RemoveAssets("", assets("a" * 600)), AddAssets("", assets("bc"))), present=10_000)
        for name in ("One", "Two")
    )
    said = "all albums together: it would remove 1,200 photos, and may remove 1,000 at most"
    assert refusals_of_run(RUN_GUARD, albums) == (said,)
    assert refusals_of_run(RUN_GUARD, albums[:1]) == ()
    said = "all albums together: it would add 4 photos, and may add 3 at most"
    assert refusals_of_run(Guard(None, None, 3), albums) == (said,)
