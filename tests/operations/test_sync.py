"""Rules, people's hands and the ledger: what is written, and what never is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import stamina
from msgspec import structs

from immich_sandbox import Sandbox
from immich_sandbox.library.records import User
from immich_smart_albums.changes.change import ShareAlbum
from immich_smart_albums.changes.journal import Ending
from immich_smart_albums.changes.memory import AlbumKey, Binding, MembershipState
from immich_smart_albums.errors import (
    ConfigurationError,
    LedgerError,
    MissingPermission,
    PhotosRefused,
    PlanOutdated,
    Refused,
    Unreachable,
    UnsafePlan,
)
from immich_smart_albums.ledger.ledger import SqliteLedger, open_ledger
from immich_smart_albums.rules.album import Guard, Share
from tests.support.household import Household, names_of, only, rule, two_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_smart_albums.changes.memory import AlbumMemory

BOTH = rule("Best", "alice", "bob")


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture(params=["3.1"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    with Sandbox(two_people(), request.param) as running:
        yield running


@pytest.fixture
def home(sandbox: Sandbox, tmp_path: Path) -> Household:
    return Household(sandbox, tmp_path / "ledger.db", (rule(),))


def memory(home: Household, name: str = "Best") -> AlbumMemory:
    with open_ledger(home.ledger) as ledger:
        key = AlbumKey(home.sandbox.library.user_named("alice").id, name)
        return ledger.memory(key)


def standing(home: Household, photo: str) -> MembershipState:
    return memory(home).memberships[home.id(photo)].standing


def writes(sandbox: Sandbox) -> list[str]:
    """The requests that write, but for searches."""
    return [
        f"{request.method} {request.path.partition('/api/albums')[2]}"
        for request in sandbox.requests
        if request.method != "GET" and "/search" not in request.path
    ]


# -- the usual ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sandbox", ["1.132", "2.7", "3.1", "3.2"], indirect=True)
def test_an_album_is_made_filled_and_kept_in_step(home: Household) -> None:
    home.rate("alice-0", "alice-1")
    report = only(home.sync())
    assert (report.created, report.added, report.removed) == (True, 2, 0)
    assert home.inside() == {"alice-0", "alice-1"}
    home.rate("alice-1", stars=3)
    home.rate("alice-2")
    report = only(home.sync())
    assert (report.created, report.added, report.removed) == (False, 1, 1)
    assert home.inside() == {"alice-0", "alice-2"}


def test_a_second_run_changes_nothing_and_writes_nothing(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.sandbox.clear_requests()
    assert not home.planned().has_changes
    assert not home.sync().has_changed
    assert writes(home.sandbox) == []


@pytest.mark.parametrize("sandbox", ["1.132", "3.1"], indirect=True)
def test_what_a_person_took_out_stays_out_and_what_a_person_put_in_stays_in(home: Household) -> None:
    home.rate("alice-0", "alice-1", "alice-2")
    home.sync()
    home.take_out("alice-0")
    home.put_in("alice-4")
    for _ in range(2):
        assert names_of(home.planned().albums[0], "kept_out") == {"alice-0"}
        assert not home.sync().has_changed
    assert home.inside() == {"alice-1", "alice-2", "alice-4"}
    home.put_in("alice-0")
    home.sync()
    home.rate("alice-0", "alice-1", "alice-2", stars=1)
    home.sync()
    # Put back by hand, so hand-made from then on.
    assert home.inside() == {"alice-0", "alice-4"}


def test_what_was_hand_made_and_taken_out_stays_out_too(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.put_in("alice-1")
    home.sync()
    home.take_out("alice-1")
    home.rate("alice-1")
    home.sync()
    assert home.inside() == {"alice-0"}


def test_what_was_taken_out_may_be_let_in_again(home: Household) -> None:
    home.rate("alice-0", "alice-1")
    home.sync()
    home.take_out("alice-0")
    home.sync()
    with home.writing() as (ledger, _):
        (album,) = ledger.albums()
        ledger.forget(album.key, [home.id("alice-0")])
    home.sync()
    assert home.inside() == {"alice-0", "alice-1"}


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("sandbox", "photo", "how"),
    [
        ("1.132", "bob-0", "trash"),
        ("2.7", "alice-0", "trash"),
        ("2.7", "bob-0", "trash"),
        ("2.7", "bob-0", "hidden"),
        ("2.7", "bob-0", "locked"),
        ("3.1", "bob-0", "trash"),
        ("3.1", "bob-0", "locked"),
        ("3.2", "bob-0", "hidden"),
    ],
    indirect=["sandbox"],
)
def test_nothing_is_concluded_from_photos_that_are_not_shown_for_a_while(home: Household, photo: str, how: str) -> None:
    library = home.sandbox.library
    home.rules = (BOTH,)
    home.rate("alice-0", "bob-0", "alice-1")
    home.sync()
    if how == "trash":
        library.trash(home.id(photo))
    else:
        library.update(home.id(photo), visibility=how)
    home.rate(photo, stars=1)
    home.sync()
    assert standing(home, photo) is MembershipState.OURS
    home.rate(photo)
    assert not home.sync().has_changed
    if how == "trash":
        library.restore(home.id(photo))
    else:
        library.update(home.id(photo), visibility="timeline")
    assert not home.sync().has_changed
    assert standing(home, photo) is MembershipState.OURS
    home.rate(photo, stars=1)
    assert only(home.sync()).removed == 1


@pytest.mark.untraced
@pytest.mark.parametrize("sandbox", ["1.132", "2.7", "3.1"], indirect=True)
def test_a_photo_of_somebody_else_that_was_in_the_trash_stays_what_it_was(home: Household) -> None:
    home.rules = (BOTH,)
    home.rate("alice-0")
    home.sync()
    home.put_in("bob-0")
    home.sync()
    home.sandbox.library.trash(home.id("bob-0"))
    home.sync()
    assert standing(home, "bob-0") is MembershipState.HAND_MADE
    home.sandbox.library.restore(home.id("bob-0"))
    assert not home.sync().has_changed
    assert standing(home, "bob-0") is MembershipState.HAND_MADE


@pytest.mark.parametrize("sandbox", ["2.7", "3.1"], indirect=True)
def test_a_photo_that_is_deleted_for_good_is_asked_for_once(home: Household) -> None:
    home.rules = (BOTH,)
    home.rate("alice-0", "bob-0")
    home.sync()
    home.sandbox.library.delete(home.id("bob-0"))
    home.sync()
    home.sandbox.clear_requests()
    assert not home.sync().has_changed
    assert not any("assetId" in str(request) for request in home.sandbox.requests)


@pytest.mark.parametrize("sandbox", ["2.7", "3.1"], indirect=True)
def test_what_was_about_to_be_added_when_the_run_was_interrupted_may_be_in_the_trash_since(home: Household) -> None:
    home.rules = (BOTH,)
    home.rate("bob-0")
    home.sandbox.faults.lose_answer(method="PUT", path="/api/albums/*/assets", times=None)
    home.sync()
    home.sandbox.faults.clear()
    home.sandbox.library.trash(home.id("bob-0"))
    home.sync()
    home.sandbox.library.restore(home.id("bob-0"))
    home.sync()
    assert home.inside() == {"bob-0"}
    assert standing(home, "bob-0") is not MembershipState.UNSURE


def test_losing_the_ledger_loses_no_photo(home: Household) -> None:
    home.rate("alice-0", "alice-1")
    home.sync()
    home.ledger.unlink()
    home.rate("alice-0", stars=1)
    assert not home.sync().has_changed
    assert home.inside() == {"alice-0", "alice-1"}
    assert standing(home, "alice-0") is MembershipState.HAND_MADE


# -- the album itself --------------------------------------------------------------------------------------------------


def test_an_album_is_found_by_name_once_and_stays_the_same_whatever_it_is_called(home: Household) -> None:
    alice = home.sandbox.library.user_named("alice").id
    existing = home.sandbox.library.add_album("Best", owner_id=alice, asset_ids=[home.id("alice-4")])
    home.rate("alice-0")
    home.sync()
    existing.name = "The very best"
    home.sandbox.library.add_album("Best", owner_id=alice)
    home.rate("alice-1")
    home.sync()
    assert home.inside("The very best") == {"alice-0", "alice-1", "alice-4"}
    assert home.inside("Best") == set()
    with open_ledger(home.ledger) as ledger:
        assert [album.binding for album in ledger.albums()] == [Binding(existing.id, "The very best")]


def test_of_two_albums_of_one_name_none_is_chosen(home: Household) -> None:
    alice = home.sandbox.library.user_named("alice").id
    ids = [home.sandbox.library.add_album("Best", owner_id=alice).id for _ in range(2)]
    (plan,) = home.planned().albums
    (problem,) = plan.problems
    assert problem.message == "2 albums are named 'Best'"
    assert problem.hint is not None
    assert all(id_ in problem.hint for id_ in ids)
    home.sync()
    assert writes(home.sandbox) == []


def test_an_album_of_that_name_into_which_one_may_only_look_gets_no_twin_without_being_asked(home: Household) -> None:
    users = {name: home.sandbox.library.user_named(name).id for name in ("alice", "bob")}
    home.sandbox.library.add_album("Best", owner_id=users["bob"], roles={users["alice"]: "viewer"})
    home.rate("alice-0")
    (planned,) = home.planned().albums
    (problem,) = planned.problems
    assert problem.message == "an album 'Best' is shared with alice by Bob, for viewing only"
    assert problem.hint is not None
    assert problem.hint.endswith("For an own album as well: `was: none`.")
    assert problem.answers == ("none",)
    assert only(home.sync()).album is None
    home.rules = (rule(is_new=True),)
    assert only(home.sync()).created


def test_an_album_that_was_deleted_is_asked_about_and_not_made_again(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.sandbox.library.delete_album(home.album().id)
    home.sandbox.clear_requests()
    (problem,) = home.planned().albums[0].problems
    assert "that the rule 'Best' fed so far is gone" in problem.message
    assert problem.hint is not None
    assert "`ledger forget Best --binding`" in problem.hint
    assert not home.sync().has_changed
    assert writes(home.sandbox) == []
    with home.writing() as (ledger, _):
        ledger.unbind(ledger.albums()[0].key)
    assert only(home.sync()).created


def test_a_rule_may_name_its_album_by_id(home: Household) -> None:
    users = {name: home.sandbox.library.user_named(name).id for name in ("alice", "bob")}
    shared = home.sandbox.library.add_album("Ours", owner_id=users["bob"], roles={users["alice"]: "editor"})
    home.rules = (rule(album_id=shared.id),)
    home.rate("alice-0")
    home.sync()
    assert home.inside("Ours") == {"alice-0"}
    shared.roles[users["alice"]] = "viewer"
    (problem,) = home.planned().albums[0].problems
    assert problem.message == "the album 'Ours' is shared with alice for viewing only"
    del shared.roles[users["alice"]]
    (problem,) = home.planned().albums[0].problems
    assert problem.message == f"there is no album {shared.id} for alice"


def test_two_rules_may_feed_one_album(home: Household) -> None:
    alice = home.sandbox.library.user_named("alice").id
    album = home.sandbox.library.add_album("Both", owner_id=alice)
    home.rules = (rule("One", album_id=album.id), rule("Two", album_id=album.id, description="By two"))
    home.rate("alice-0")
    report = home.sync()
    assert report.failures == []
    assert (home.inside("Both"), album.description) == ({"alice-0"}, "By two")


@pytest.mark.parametrize("sandbox", ["1.132", "3.1"], indirect=True)
def test_texts_cover_and_order_are_set_and_left_alone_when_they_are_right(home: Household) -> None:
    home.rules = (rule(description="Only the best", order="asc", cover="oldest"),)
    home.rate("alice-0", "alice-1", "alice-2")
    report = only(home.sync())
    album = home.album()
    assert (album.description, album.order) == ("Only the best", "asc")
    assert album.thumbnail_asset_id == home.id("alice-0")
    assert len(report.edits) == 1
    assert not home.sync().has_changed
    album.description = "By hand"
    assert only(home.sync()).has_changed
    assert album.description == "Only the best"


# -- several accounts --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("sandbox", ["1.132", "3.1"], indirect=True)
def test_two_accounts_feed_one_album_each_with_its_own_photos(home: Household) -> None:
    home.rules = (BOTH,)
    home.rate("alice-0", "bob-0", "bob-1")
    report = only(home.sync())
    bob = home.sandbox.library.user_named("bob")
    assert home.inside() == {"alice-0", "bob-0", "bob-1"}
    assert home.album().roles[bob.id] == "editor"
    assert [(share.user.name, share.role) for share in report.shares] == [("Bob", "editor")]
    home.rate("alice-0", "bob-0", stars=1)
    assert only(home.sync()).removed == 2
    assert home.inside() == {"bob-1"}


def test_an_account_that_fails_stops_its_part_only(home: Household) -> None:
    home.rules = (BOTH,)
    home.rate("alice-0", "bob-0")
    home.sync()
    home.rate("alice-0", "bob-0", stars=1)
    home.rate("alice-1", "bob-1")
    home.keys["bob"] = "nobody"
    with home.writing() as (ledger, accounts):
        plan = home.plan(ledger, accounts)
    assert [problem.where for problem in plan.albums[0].problems] == ["account bob"]
    report = home.sync()
    assert report.failures == []
    assert home.inside() == {"alice-1", "bob-0"}
    del home.keys["bob"]
    home.sync()
    assert home.inside() == {"alice-1", "bob-1"}


def test_an_account_that_may_not_add_stops_its_part_only(home: Household) -> None:
    home.rules = (BOTH,)
    home.sandbox.add_key("poor", "Bob", ("asset.read", "album.read", "user.read"))
    home.keys["bob"] = "poor"
    home.rate("alice-0", "bob-0")
    report = home.sync()
    assert [type(failure) for failure in report.failures] == [MissingPermission]
    assert home.inside() == {"alice-0"}
    with open_ledger(home.ledger) as ledger:
        assert ledger.runs()[0].ending is Ending.FAILED


def test_an_album_is_shared_as_the_rule_says_and_nobody_loses_it(home: Household) -> None:
    library = home.sandbox.library
    bob = library.user_named("bob").id
    home.rules = (rule(share=(Share("bob@example.org", "viewer"),)),)
    home.rate("alice-0")
    home.sync()
    assert home.album().roles[bob] == "viewer"
    home.rules = (rule(),)
    home.sync()
    assert home.album().roles[bob] == "viewer"
    home.rules = (rule(unshare=True),)
    report = only(home.sync())
    assert [type(share) for share in report.shares] == [ShareAlbum]
    assert bob not in home.album().roles


def test_nobody_is_let_in_while_something_is_there_that_should_have_been_taken_out(home: Household) -> None:
    library = home.sandbox.library
    users = {name: library.user_named(name).id for name in ("alice", "bob")}
    eve = User(library.new_id(), "Eve", "eve@example.org", library.now())
    library.users[eve.id] = eve
    home.rate("alice-0", "alice-1")
    home.sync()
    # Now it is Bob's album, and one of the photos is his: Alice may not take that out any more.
    home.album().roles = {users["bob"]: "owner", users["alice"]: "editor"}
    library.assets[home.id("alice-0")].owner_id = users["bob"]
    home.rate("alice-0", stars=1)
    home.rate("alice-2")
    home.rules = (rule(share=(Share(eve.email, "viewer"),)),)
    report = home.sync()
    (failure,) = report.failures
    assert isinstance(failure, PhotosRefused)
    assert failure.message == "the server left 1 of 1 photos in 'Best'"
    assert eve.id not in home.album().roles
    assert home.inside() == {"alice-0", "alice-1", "alice-2"}


# -- refused and outdated plans ----------------------------------------------------------------------------------------


def test_a_refused_album_is_left_alone_and_the_others_are_not(home: Household) -> None:
    home.rules = (rule(guard=Guard()), rule("Second"))
    home.rate("alice-0", "alice-1")
    home.sync()
    home.rate("alice-0", stars=1)
    plan = home.planned()
    assert [bool(album.refusals) for album in plan.albums] == [True, False]
    report = home.sync()
    assert [type(failure) for failure in report.failures] == [UnsafePlan]
    assert "it would remove 1 of 2 photos (50.0%), and may remove 30.0% at most" in report.failures[0].message
    assert (home.inside(), home.inside("Second")) == ({"alice-0", "alice-1"}, {"alice-1"})


def test_a_refused_run_writes_nothing_not_even_to_the_ledger(home: Household) -> None:
    home.rate("alice-0")
    plan = structs.replace(home.planned(), refusals=("too much",))
    with pytest.raises(UnsafePlan, match="too much"):
        home.apply(plan)
    assert writes(home.sandbox) == []
    with open_ledger(home.ledger) as ledger:
        assert (ledger.runs(), ledger.state) == ([], "")


@pytest.mark.parametrize("hand", ["put_in", "take_out", "edit", "delete"])
def test_a_plan_for_an_album_that_changed_since_is_not_applied(home: Household, hand: str) -> None:
    home.rate("alice-0", "alice-1")
    home.sync()
    home.rate("alice-2")
    plan = home.planned()
    album = home.album()
    match hand:
        case "put_in":
            home.put_in("alice-4")
        case "take_out":
            home.take_out("alice-1")
        case "edit":
            album.description, album.updated_at = "New", home.sandbox.library.now()
        case _:
            home.sandbox.library.delete_album(album.id)
    before = set(album.asset_ids)
    (failure,) = home.apply(plan).failures
    assert isinstance(failure, PlanOutdated)
    assert set(album.asset_ids) == before


def test_a_plan_is_not_applied_after_something_else_was_written(home: Household) -> None:
    home.rate("alice-0")
    plan = home.planned()
    home.sync()
    with pytest.raises(PlanOutdated):
        home.apply(plan)


def test_a_plan_that_needs_an_account_that_is_not_there_is_not_begun(home: Household) -> None:
    home.rules = (BOTH,)
    home.rate("alice-0", "bob-0")
    plan = home.planned()
    home.keys["bob"] = "nobody"
    with pytest.raises(ConfigurationError, match="account bob"):
        home.apply(plan)
    assert writes(home.sandbox) == []


def test_an_album_whose_owner_never_took_part_is_not_remembered(home: Household) -> None:
    home.rules = (BOTH,)
    home.rate("alice-0", "bob-0")
    home.keys["alice"] = "nobody"
    home.sync()
    with open_ledger(home.ledger) as ledger:
        assert ledger.albums() == []


def test_a_plan_that_writes_to_an_album_that_is_not_there_is_a_bug(home: Household) -> None:
    home.rate("alice-0")
    plan = home.planned()
    (album,) = plan.albums
    broken = structs.replace(plan, albums=(structs.replace(album, changes=album.changes[1:]),))
    with pytest.raises(TypeError, match="must create it first"):
        home.apply(broken)


# -- trouble while writing ---------------------------------------------------------------------------------------------


def test_one_albums_trouble_is_its_own(home: Household) -> None:
    home.rules = (rule("First"), rule("Second"))
    home.rate("alice-0")
    home.sandbox.faults.status(
        403, message="Missing required permission: album.create", method="POST", path="/api/albums"
    )
    report = home.sync()
    assert [[type(failure) for failure in album.failures] for album in report.albums] == [[MissingPermission], []]
    assert home.inside("Second") == {"alice-0"}
    home.sync()
    assert home.inside("First") == {"alice-0"}


def test_when_the_server_is_gone_the_rest_is_not_tried(home: Household) -> None:
    home.rules = (rule("First"), rule("Second"), rule("Third"))
    home.rate("alice-0")
    home.sandbox.faults.reset(method="PUT", times=None)
    report = home.sync()
    assert [album.tried for album in report.albums] == [True, False, False]
    assert [type(failure) for failure in report.failures] == [Unreachable]
    home.sandbox.faults.clear()
    assert home.sync().failures == []
    assert [home.inside(name) for name in ("First", "Second", "Third")] == [{"alice-0"}] * 3


def test_a_request_that_got_lost_on_both_tries_is_looked_at_by_the_next_run(home: Household) -> None:
    home.rate("alice-0", "alice-1")
    home.sandbox.faults.lose_answer(method="PUT", times=None)
    home.sync()
    home.sandbox.faults.clear()
    assert home.inside() == {"alice-0", "alice-1"}
    plan = home.planned().albums[0]
    assert plan.warnings[0].startswith("a run was interrupted while it added 2 photos that are in the album now")
    assert not home.sync().has_changed
    # Nobody can prove that we added them, so they stay.
    home.rate("alice-0", stars=1)
    assert not home.sync().has_changed


def test_a_request_that_never_arrived_is_sent_again_by_the_next_run(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.rate("alice-1")
    home.sandbox.faults.reset(method="PUT", times=None)
    assert home.sync().failures
    home.sandbox.faults.clear()
    assert only(home.sync()).added == 1
    assert standing(home, "alice-1") is MembershipState.OURS


def test_a_request_that_was_refused_leaves_no_doubt(home: Household) -> None:
    home.rate("alice-0")
    home.sandbox.faults.status(403, method="PUT", times=None)
    assert [type(failure) for failure in home.sync().failures] == [MissingPermission]
    assert memory(home).interrupted == ()
    home.sandbox.faults.clear()
    home.put_in("alice-3")
    assert only(home.sync()).added == 1


def test_an_edit_that_is_refused_is_told(home: Household) -> None:
    home.rules = (rule(description="New", cover="newest"),)
    home.rate("alice-0", "alice-1")
    home.sandbox.faults.status(400, message="no", method="PATCH")
    (failure,) = home.sync().failures
    assert isinstance(failure, Refused)
    assert home.inside() == {"alice-0", "alice-1"}


def test_what_cannot_be_remembered_is_not_written(home: Household, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> int:
        message = "the disk is full"
        raise LedgerError(message)

    home.rate("alice-0")
    monkeypatch.setattr(SqliteLedger, "intend", full)
    with pytest.raises(LedgerError):
        home.sync()
    assert writes(home.sandbox) == []


# -- shares that people change -----------------------------------------------------------------------------------------


def roles(home: Household) -> dict[str, str]:
    """Whom the album is shared with, by first name."""
    users = home.sandbox.library.users
    return {users[id_].name: role for id_, role in home.album().roles.items() if role != "owner"}


@pytest.mark.untraced
@pytest.mark.parametrize("sandbox", ["2.7", "3.1"], indirect=True)
@pytest.mark.parametrize("by_hand", [{}, {"Bob": "editor"}])
def test_a_share_that_a_person_changed_stays_until_the_rules_say_something_else(
    home: Household, by_hand: dict[str, str]
) -> None:
    bob = home.sandbox.library.user_named("bob").id
    home.rules = (rule(share=(Share("bob@example.org", "viewer"),)),)
    home.rate("alice-0")
    home.sync()
    assert roles(home) == {"Bob": "viewer"}
    home.album().roles.pop(bob)
    home.album().roles.update(dict.fromkeys([bob] * len(by_hand), "editor"))
    home.rate("alice-1")
    for _ in range(2):
        plan = home.planned()
        assert "somebody changed that by hand" in plan.albums[0].warnings[0]
        assert home.sync().failures == []
        assert roles(home) == by_hand
    home.rules = (rule(),)
    home.sync()
    home.rules = (rule(share=(Share("bob@example.org", "viewer"),)),)
    home.sync()
    assert roles(home) == {"Bob": "viewer"}


def test_undoing_a_share_is_no_hand_so_the_next_run_shares_again(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.rules = (rule(share=(Share("bob@example.org", "viewer"),)),)
    home.sync()
    home.undo()
    assert roles(home) == {}
    home.sync()
    assert roles(home) == {"Bob": "viewer"}


def test_a_share_whose_answer_was_lost_and_that_a_person_took_back_is_not_given_again(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.rules = (rule(share=(Share("bob@example.org", "viewer"),)),)
    home.sandbox.faults.lose_answer(method="PUT", path="/api/albums/*/users", times=None)
    assert home.sync().failures
    home.sandbox.faults.clear()
    album = home.album()
    album.roles.pop(home.sandbox.library.user_named("bob").id, None)
    album.updated_at = home.sandbox.library.now()
    home.sync()
    assert roles(home) == {}
    assert not home.sync().has_changed


def test_an_account_that_a_person_made_no_editor_any_more_adds_nothing_and_nothing_fails(home: Household) -> None:
    bob = home.sandbox.library.user_named("bob").id
    home.rules = (BOTH,)
    home.rate("alice-0", "bob-0")
    home.sync()
    home.album().roles.pop(bob)
    home.rate("alice-1", "bob-1")
    assert home.sync().failures == []
    assert home.inside() == {"alice-0", "alice-1", "bob-0"}
    home.album().roles[bob] = "editor"
    home.sync()
    assert home.inside() == {"alice-0", "alice-1", "bob-0", "bob-1"}


def test_of_two_users_of_one_name_neither_is_let_in(home: Household) -> None:
    library = home.sandbox.library
    for number in (1, 2):
        user = User(library.new_id(), "Grandma", f"grandma-{number}@example.org", library.now())
        library.users[user.id] = user
    home.rules = (rule(share=(Share("Grandma", "viewer"),)), rule("Rest"))
    home.rate("alice-0")
    plan = home.planned().albums[0]
    (problem,) = plan.problems
    assert problem.message == "2 users are named 'Grandma'"
    assert set((problem.hint or "").removeprefix("Give the e-mail address: ").removesuffix(".").split(", ")) == {
        "grandma-1@example.org",
        "grandma-2@example.org",
    }
    home.sync()
    assert [album.name for album in library.albums.values()] == ["Rest"]
    home.rules = (rule(share=(Share("grandma-2@example.org", "viewer"),)), rule("Rest"))
    home.sync()
    emails = {library.users[id_].email for id_ in home.album().roles}
    assert emails == {"alice@example.org", "grandma-2@example.org"}


def test_somebody_with_whom_an_album_is_to_be_shared_and_who_does_not_exist_stops_it(home: Household) -> None:
    home.rules = (rule(share=(Share("nobody@example.org", "viewer"),)),)
    home.rate("alice-0")
    (problem,) = home.planned().albums[0].problems
    assert problem.message == "there is no user 'nobody@example.org'"
    home.sync()
    assert not home.sandbox.library.albums


def test_a_favourite_is_the_cover_and_favourites_are_asked_for_once(home: Household) -> None:
    home.rules = (rule(cover="favorite"), rule("Rest", cover="favorite"))
    home.rate("alice-0", "alice-1", "alice-2")
    home.sandbox.library.update(home.id("alice-1"), is_favorite=True)
    home.sync()
    assert {home.album(name).thumbnail_asset_id for name in ("Best", "Rest")} == {home.id("alice-1")}
    home.sandbox.clear_requests()
    assert not home.planned().has_changes
    requests = [request.body for request in home.sandbox.requests if request.path == "/api/search/metadata"]
    assert len([body for body in requests if body.get("isFavorite")]) == 1
