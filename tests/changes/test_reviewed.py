"""A saved plan against the one that is made anew."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from immich_smart_albums.changes.change import (
    AddAssets,
    CreateAlbum,
    DeleteAlbum,
    Edit,
    RemoveAssets,
    SetDetails,
    ShareAlbum,
)
from immich_smart_albums.changes.plan import AlbumPlan, Observed, Plan
from immich_smart_albums.changes.reviewed import reviewed
from immich_smart_albums.errors import PlanOutdated
from immich_smart_albums.model.album import Album
from tests.support.change_values import BOB, EVE, assets

if TYPE_CHECKING:
    from immich_smart_albums.changes.change import Change

ALBUM = Album("a1", "Friends", 3, "owner", "Alice", "2024-01-01")
CHANGES: tuple[Change, ...] = (
    RemoveAssets("alice", assets("xy")),
    ShareAlbum(BOB, "editor", None, "editor"),
    AddAssets("alice", assets("abc")),
    AddAssets("bob", assets("de")),
    SetDetails(description=Edit("", "New"), cover=Edit(None, "c")),
)


def plan(*changes: Change, album: Album | None = ALBUM, learned: Observed = Observed()) -> Plan:  # noqa: B008 - a value
    return Plan("http://photos", "now", (AlbumPlan("Friends", "alice", album, changes, learned=learned),))


FRESH = plan(*CHANGES, learned=Observed(gone=("g",)))


def test_a_plan_that_still_is_what_the_rules_say_is_written_as_it_was_reviewed() -> None:
    saved = msgspec.structs.replace(plan(*CHANGES), made_at="before")
    checked = reviewed(saved, FRESH)
    assert (checked.made_at, checked.albums[0].changes) == ("before", CHANGES)
    assert checked.albums[0].warnings == ()
    # What it learned about people's hands is what the album tells now, not what a file says.
    assert checked.albums[0].learned == Observed(gone=("g",))


def test_what_has_come_since_is_left_to_the_next_run() -> None:
    some = (RemoveAssets("alice", assets("x")), AddAssets("alice", assets("bc")), SetDetails(cover=Edit(None, "b")))
    fresh = plan(*CHANGES[:4], SetDetails(cover=Edit(None, "a")))
    checked = reviewed(plan(*some), fresh)
    assert checked.albums[0].changes == some
    assert checked.albums[0].warnings == (
        "4 photos more have come to change since the plan was made: the next run sees to that",
    )
    one = reviewed(plan(*CHANGES[:3], AddAssets("bob", assets("d"))), FRESH)
    assert one.albums[0].warnings == (
        "1 photo more has come to change since the plan was made: the next run sees to that",
    )


@pytest.mark.parametrize(
    ("forged", "said"),
    [
        ((AddAssets("alice", assets("az")),), "'Friends': 1 photo of the plan do not belong in it"),
        ((AddAssets("bob", assets("ab")),), "'Friends': 2 photos of the plan do not belong in it"),
        ((RemoveAssets("alice", assets("h")),), "'Friends': 1 photo of the plan are not to be taken out"),
        ((ShareAlbum(EVE, "viewer"),), "'Friends': the rules do not have it shared like that"),
        ((ShareAlbum(BOB, "viewer", None, "editor"),), "'Friends': the rules do not have it shared like that"),
        ((CreateAlbum("Friends"),), "'Friends': the rules do not have it created like that"),
        ((DeleteAlbum(),), "'Friends': the rules do not have it deleted like that"),
        ((SetDetails(description=Edit("", "Other")),), "'Friends': its details are to be others"),
        ((SetDetails(description=Edit("", "New"), cover=Edit(None, "z")),), "'Friends': its details are to be others"),
        ((SetDetails(description=Edit("", "New")),), "'Friends': its details are to be others"),
    ],
)
def test_what_the_rules_do_not_say_is_not_written(forged: tuple[Change, ...], said: str) -> None:
    with pytest.raises(PlanOutdated) as caught:
        reviewed(plan(*forged), FRESH)
    assert caught.value.message == f"the rules do not say any more what the plan does: {said}"


def test_another_album_and_another_rule_are_refused_where_something_would_be_written() -> None:
    other = Album("a2", "Friends", 3, "owner", "Alice", "2024-01-01")
    with pytest.raises(PlanOutdated, match="'Friends': it feeds another album now"):
        reviewed(plan(CHANGES[2], album=other), FRESH)
    with pytest.raises(PlanOutdated, match="'Friends': it feeds another album now"):
        reviewed(plan(CHANGES[2], album=None), FRESH)
    assert reviewed(plan(album=other), FRESH).albums[0].changes == ()
    (album,) = plan(CHANGES[2]).albums
    strange = msgspec.structs.replace(FRESH, albums=(msgspec.structs.replace(album, rule="Strange"),))
    with pytest.raises(PlanOutdated, match="'Strange' is none of the rules' albums now"):
        reviewed(strange, FRESH)
    idle = msgspec.structs.replace(FRESH, albums=(msgspec.structs.replace(album, rule="Strange", changes=()),))
    assert reviewed(idle, FRESH).albums == ()


def _plan_of(change: Change) -> Plan:
    return Plan("http://photos", "now", (AlbumPlan("Best", "alice", changes=(change,)),))


def test_a_name_that_somebody_wrote_into_a_plan_is_not_given() -> None:
    order = Edit("desc", "asc")
    rules = _plan_of(SetDetails(order=order))
    with pytest.raises(PlanOutdated, match="its details are to be others"):
        reviewed(_plan_of(SetDetails(order=order, name=Edit("Best", "Mine"))), rules)
    assert reviewed(rules, rules).albums[0].changes == rules.albums[0].changes
