"""Name, description, order and cover of an album."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.change import (
    Change,
    Edit,
    SetDetails,
)
from immich_smart_albums.changes.diff import plan_album
from tests.support.change_values import memory, rule, view, wanted

if TYPE_CHECKING:
    from immich_smart_albums.changes.plan import AlbumPlan


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
