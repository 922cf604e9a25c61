"""Taking runs back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
import stamina

from immich_sandbox import Sandbox
from immich_smart_albums.changes.change import AddAssets, DeleteAlbum, RemoveAssets
from immich_smart_albums.changes.journal import Ending, Intent, Run, Write, WriteState
from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.errors import ConfigurationError, PlanOutdated
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.operations.undo.in_effect import Runs
from immich_smart_albums.operations.undo.since import Fate, fates
from immich_smart_albums.rules.album import Share
from tests.support.household import Household, names_of, only, rule, two_people
from tests.support.sample_plans import photo as sample_photo
from tests.support.undo_plans import undo_plan, why_no_undo

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


BOTH = rule("Best", "alice", "bob")


@pytest.fixture(autouse=True)
def no_pauses() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.mark.parametrize("home", ["1.132", "2.7", "3.1", "3.2"], indirect=True)
def test_what_a_run_added_goes_and_what_it_took_out_comes_back(home: Household) -> None:
    home.rate("alice-0", "alice-1")
    home.sync()
    home.rate("alice-1", stars=1)
    home.rate("alice-2")
    home.sync()
    report = only(home.undo())
    assert (report.added, report.removed) == (1, 1)
    assert home.inside() == {"alice-0", "alice-1"}


@pytest.mark.parametrize("home", ["1.132", "3.1"], indirect=True)
def test_an_album_that_a_run_made_is_deleted_with_it(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    report = only(home.undo())
    assert (report.deleted, report.removed) == (True, 1)
    assert not home.sandbox.library.albums
    # And the rule may make it again.
    assert only(home.sync()).created


def test_it_is_not_deleted_where_something_else_is_in_it(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.put_in("alice-4")
    report = only(home.undo())
    assert (report.deleted, home.inside()) == (False, {"alice-4"})


def test_it_is_not_deleted_where_somebody_put_something_in_at_the_last_moment(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.sandbox.faults.hook(lambda: home.put_in("alice-4"), method="DELETE")
    (failure,) = home.undo().failures
    assert isinstance(failure, PlanOutdated)
    assert failure.message == "'Best' is not deleted: somebody put 1 photos into it"
    assert home.inside() == {"alice-4"}


def test_what_people_did_since_is_left_alone(home: Household) -> None:
    home.rate("alice-0", "alice-1", "alice-2", "alice-3")
    home.sync()
    home.rate("alice-2", "alice-3", stars=1)
    home.sync()
    home.take_out("alice-0")
    home.put_in("alice-2")
    home.sync()
    home.put_in("alice-0")
    home.sync()
    assert names_of(undo_plan(home, 2).albums[0], "additions") == {"alice-3"}
    assert names_of(undo_plan(home, 1).albums[0], "removals") == {"alice-1"}


def test_what_a_later_run_did_is_left_alone(home: Household) -> None:
    home.rate("alice-0", "alice-1")
    home.sync()
    home.rate("alice-0", stars=1)
    home.sync()
    home.rate("alice-0")
    home.sync()
    assert names_of(undo_plan(home, 1).albums[0], "removals") == {"alice-1"}
    assert not undo_plan(home, 2).has_changes
    assert names_of(undo_plan(home, 3).albums[0], "removals") == {"alice-0"}


def test_texts_and_shares_that_still_are_as_the_run_left_them_become_what_they_were(home: Household) -> None:
    bob = home.sandbox.library.user_named("bob").id
    home.rate("alice-0", "alice-1")
    home.sync()
    home.album().description, home.album().order = "Before", "desc"
    home.rules = (rule(description="After", order="asc", cover="oldest", share=(Share("bob@example.org", "viewer"),)),)
    home.sync()
    home.album().order = "desc"
    home.undo()
    album = home.album()
    assert (album.description, album.order, bob in album.roles) == ("Before", "desc", False)
    assert home.inside() == {"alice-0", "alice-1"}


def test_who_lost_the_album_has_it_again(home: Household) -> None:
    bob = home.sandbox.library.user_named("bob").id
    home.rate("alice-0")
    home.sync()
    home.album().roles[bob] = "editor"
    home.rules = (rule(unshare=True),)
    home.sync()
    assert bob not in home.album().roles
    home.undo()
    assert home.album().roles[bob] == "editor"


def test_photos_of_several_accounts_come_back_by_those_who_added_them(home: Household) -> None:
    home.rules = (BOTH,)
    home.rate("alice-0", "bob-0", "bob-1")
    home.sync()
    home.rate("alice-0", "bob-0", stars=1)
    home.sync()
    home.undo()
    assert home.inside() == {"alice-0", "bob-0", "bob-1"}


def test_what_an_account_may_not_put_back_any_more_stays_out_and_is_said(home: Household) -> None:
    home.rules = (BOTH,)
    home.rate("alice-0", "alice-1", "bob-0")
    home.sync()
    home.rate("alice-0", "bob-0", stars=1)
    home.sync()
    home.album().roles.pop(home.sandbox.library.user_named("bob").id)
    (plan,) = undo_plan(home, None, "alice", "bob").albums
    assert plan.warnings == ("1 that the run took out stay out: their account is no editor any more",)
    assert only(home.undo()).failures == []
    assert home.inside() == {"alice-0", "alice-1"}


def test_in_an_album_of_somebody_else_each_account_takes_back_its_own(home: Household) -> None:
    library = home.sandbox.library
    users = {name: library.user_named(name).id for name in ("alice", "bob")}
    shared = library.add_album("Ours", owner_id=users["bob"], roles={users["alice"]: "editor"})
    home.rules = (rule(album_id=shared.id),)
    home.rate("alice-0")
    home.sync()
    home.undo()
    assert home.inside("Ours") == set()


def test_a_run_is_taken_back_once_and_taking_it_back_may_be_taken_back(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.rate("alice-1")
    home.sync()
    home.undo(2)
    assert why_no_undo(home, 2).message == "run 2 was undone by run 3"
    assert home.inside() == {"alice-0"}
    home.undo(3)
    assert home.inside() == {"alice-0", "alice-1"}
    assert why_no_undo(home, 2).message == "run 2 was undone, and done again by run 4"
    # Without a number: the last one that is in effect, and then the one before.
    assert home.undo().run == 5
    assert home.inside() == {"alice-0"}
    assert why_no_undo(home, 4).message == "run 4 was undone by run 5"
    assert why_no_undo(home, 2).message == "run 2 was undone by run 5"
    assert undo_plan(home).undoes == 1


def test_where_there_is_nothing_to_take_back_it_is_said(home: Household) -> None:
    assert "knows no run" in why_no_undo(home).message
    home.sync()
    assert "knows no run" in why_no_undo(home).message
    assert why_no_undo(home, 1).message == "run 1 wrote nothing to the server"
    assert why_no_undo(home, 99).message == "there is no run 99"


def test_an_album_that_is_gone_or_not_ours_is_told(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    for run, message in ((None, "knows no run of these accounts"), (1, "run 1 wrote to albums of other accounts, on")):
        with pytest.raises(ConfigurationError, match=message):
            undo_plan(home, run, "bob")
    home.sandbox.library.delete_album(home.album().id)
    (plan,) = undo_plan(home).albums
    assert plan.warnings == ("the album is gone, so there is nothing to take back",)
    assert only(home.undo()).has_changed is False


def test_an_album_that_was_let_go_since_is_not_bound_again(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    with home.writing() as (ledger, _):
        ledger.unbind(ledger.albums()[0].key)
    home.undo()
    with open_ledger(home.ledger) as ledger:
        assert ledger.albums()[0].binding is None


def test_an_undo_that_was_interrupted_may_be_repeated(home: Household) -> None:
    home.rate("alice-0", "alice-1")
    home.sync()
    home.put_in("alice-4")
    home.sandbox.faults.reset(method="DELETE", times=None)
    assert home.undo().failures
    home.sandbox.faults.clear()
    assert only(home.undo()).removed == 2
    assert home.inside() == {"alice-4"}


def test_two_in_a_row_take_back_two_runs_also_what_both_did_to_one_photo(home: Household) -> None:
    home.rate("alice-0", "alice-1", "alice-2")
    home.sync()
    home.rate("alice-1", stars=1)
    home.rate("alice-3")
    home.sync()
    home.undo()
    assert home.inside() == {"alice-0", "alice-1", "alice-2"}
    home.undo()
    assert not home.sandbox.library.albums
    assert "knows no run" in why_no_undo(home).message


def test_out_of_order_it_is_said_what_stays(home: Household) -> None:
    home.rate("alice-0", "alice-1", "alice-2")
    home.rules = (rule(description="One"),)
    home.sync()
    home.rate("alice-0", stars=1)
    home.rules = (rule(description="Two"),)
    home.sync()
    home.rate("alice-0")
    home.sync()
    (plan,) = undo_plan(home, 1).albums
    assert names_of(plan, "removals") == {"alice-1", "alice-2"}
    assert plan.warnings == (
        "1 photo that the run added stays as run 3 left it: to take both back, first `undo 3`",
        "the album is not deleted: 1 other photo is in it; its description was changed",
    )
    (plan,) = undo_plan(home, 2).albums
    assert plan.warnings == ("1 photo that the run took out stays as run 3 left it: to take both back, first `undo 3`",)


def test_what_people_did_since_is_said(home: Household) -> None:
    home.rate("alice-0", "alice-1")
    home.sync()
    home.rules = (rule(description="Ours", order="asc", share=(Share("bob@example.org", "viewer"),)),)
    home.rate("alice-2")
    home.sync()
    album = home.album()
    home.take_out("alice-2")
    album.description, album.roles[home.sandbox.library.user_named("bob").id] = "Theirs", "editor"
    assert undo_plan(home, 2).albums[0].warnings == (
        "1 photo that the run added stays as people, or an undo before this one, left it",
        "how it is shared with Bob was changed since, and stays",
        "the description was changed since, and stays",
    )


def comment(home: Household) -> None:
    home.sandbox.library.remark(home.album().id, home.sandbox.library.user_named("alice").id, "Lovely")


def link(home: Household) -> None:
    home.album().has_shared_link = True


def let_bob_in(home: Household) -> None:
    home.album().roles[home.sandbox.library.user_named("bob").id] = "viewer"


def rename(home: Household) -> None:
    home.album("Best").name = "Bestest"


def describe(home: Household) -> None:
    home.album().description = "By hand"


def choose_a_cover(home: Household) -> None:
    album = home.album()
    album.thumbnail_asset_id = next(asset_id for asset_id in album.asset_ids if asset_id != album.thumbnail_asset_id)


USES = {
    "somebody commented on it, or liked it": comment,
    "it has a shared link": link,
    "with whom it is shared was changed": let_bob_in,
    "it was renamed, from 'Best'": rename,
    "its description was changed": describe,
    "somebody may have chosen its cover": choose_a_cover,
}


def test_an_album_with_something_in_the_trash_of_somebody_else_is_not_deleted(tmp_path: Path) -> None:
    with Sandbox(two_people(), "2.7") as sandbox:
        home = Household(sandbox, tmp_path / "ledger.db", (BOTH,))
        home.rate("alice-0")
        home.sync()
        home.put_in("bob-0")
        sandbox.library.trash(home.id("bob-0"))
        (plan,) = undo_plan(home, None, "alice", "bob").albums
        assert plan.warnings == ("the album is not deleted: 1 other photo is in it",)


@pytest.mark.untraced
@pytest.mark.parametrize("reason", USES)
def test_an_album_that_a_person_has_used_is_not_deleted(home: Household, reason: str) -> None:
    home.rate("alice-0", "alice-1")
    home.sync()
    USES[reason](home)
    (plan,) = undo_plan(home).albums
    assert plan.warnings == (f"the album is not deleted: {reason}",)
    assert only(home.undo()).deleted is False
    (album,) = home.sandbox.library.albums.values()
    assert not album.asset_ids
    assert "knows no run" in why_no_undo(home).message


@pytest.mark.parametrize("reason", [use for use in USES if use != "somebody may have chosen its cover"])
def test_an_album_that_a_person_uses_at_the_last_moment_is_not_deleted(home: Household, reason: str) -> None:
    home.rate("alice-0")
    home.sync()
    home.sandbox.faults.hook(lambda: USES[reason](home), method="DELETE", path="/api/albums/*/assets")
    (failure,) = home.undo().failures
    assert isinstance(failure, PlanOutdated)
    assert reason in failure.message
    assert home.sandbox.library.albums


@pytest.mark.parametrize("home", ["1.132", "2.7", "3.1"], indirect=True)
@pytest.mark.parametrize(
    ("answer", "because"),
    [
        (
            {"status": 403, "message": "Missing required permission: activity.read"},
            "the key may not see whether somebody",
        ),
        ({"status": 500, "times": None}, "it cannot be told whether somebody commented on it"),
        ({"status": 200, "body": b"<html>"}, "it cannot be told whether somebody commented on it"),
    ],
)
def test_where_nobody_can_tell_whether_an_album_is_used_it_stays(
    home: Household, answer: dict[str, Any], because: str
) -> None:
    home.rate("alice-0")
    home.sync()
    home.sandbox.faults.status(**answer, path="/api/activities")
    (plan,) = undo_plan(home).albums
    assert because in plan.warnings[-1]
    assert not any(isinstance(change, DeleteAlbum) for change in plan.changes)


def test_a_cover_that_the_rule_chose_or_that_moved_with_what_we_took_out_is_no_use(home: Household) -> None:
    home.rules = (rule(cover="oldest"),)
    home.rate("alice-1", "alice-2")
    home.sync()
    home.rate("alice-0")
    home.sync()
    home.rate("alice-0", stars=1)
    home.sync()
    for _ in range(3):
        home.undo()
    assert not home.sandbox.library.albums


def test_of_a_run_for_several_owners_the_albums_of_those_at_hand_are_taken_back(home: Household) -> None:
    home.rules = (rule("Best"), rule("Bob's best", "bob"))
    home.rate("alice-0", "bob-0")
    home.sync()
    ours, theirs = undo_plan(home, None, "alice").albums
    assert (ours.problems, bool(ours.changes)) == ((), True)
    assert [problem.message for problem in theirs.problems] == ["the album belongs to none of the accounts at hand"]
    assert theirs.changes == ()


def test_a_share_that_somebody_took_back_since_is_as_it_was_before_the_run(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    bob = home.sandbox.library.user_named("bob").id
    home.rules = (rule(share=(Share("bob@example.org", "viewer"),)),)
    home.sync()
    del home.album().roles[bob]
    (plan,) = undo_plan(home).albums
    assert (plan.changes, plan.warnings) == ((), ())
    let_bob_in(home)
    home.album().roles[bob] = "editor"
    (plan,) = undo_plan(home).albums
    assert (plan.changes, plan.warnings) == ((), ("how it is shared with Bob was changed since, and stays",))


def test_a_text_that_somebody_put_back_since_is_as_it_was_before_the_run(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.rules = (rule(description="Only the best"),)
    home.sync()
    home.album().description = ""
    (plan,) = undo_plan(home).albums
    assert (plan.changes, plan.warnings) == ((), ())


def test_of_a_cover_that_a_new_album_was_given_nobody_knows_what_it_was_before(home: Household) -> None:
    home.rules = (rule(cover="oldest"),)
    home.rate("alice-0", "alice-1")
    home.sync()
    home.put_in("alice-4")
    (plan,) = undo_plan(home).albums
    assert plan.warnings == (
        "the album is not deleted: 1 other photo is in it",
        "the cover stays: what it was before is not known",
    )


def test_a_request_that_was_refused_since_is_no_use_of_an_album(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.rate("alice-1")
    home.sandbox.faults.status(400, method="PUT", path="/api/albums/*/assets", times=None)
    assert home.sync().failures
    home.sandbox.faults.clear()
    assert only(home.undo(1)).deleted


def test_where_nobody_can_tell_whether_an_album_has_a_link_it_stays(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.sandbox.faults.hide("hasSharedLink", times=None)
    (plan,) = undo_plan(home).albums
    assert plan.warnings == ("the album is not deleted: this server does not tell whether it has a shared link",)
    assert not only(home.undo()).deleted


def test_a_run_that_moved_a_photo_twice_is_one_run_to_take_back() -> None:
    """Two rules fed one album, and one goes on with what is remembered of the other."""
    key, photo = AlbumKey("alice", "Best"), sample_photo(1)
    added, removed = AddAssets("alice", (photo,)), RemoveAssets("alice", (photo,))
    moves: list[tuple[int, AddAssets | RemoveAssets, Outcome]] = [
        (1, added, Outcome.ADDED),
        (2, removed, Outcome.REMOVED),
        (2, added, Outcome.ADDED),
    ]

    def fate(*undone: tuple[int, int]) -> Fate:
        runs = [Run(run, "sync", "", "now") for run in (1, 2)]
        runs += [Run(run, "undo", "", "now", "now", Ending.DONE, undoes) for run, undoes in undone]
        undos = [(run, removed, Outcome.REMOVED) for run, _ in undone]
        writes = [
            Write(number, Intent(run, key, "a1", "alice", change, "now"), WriteState.DONE, {photo.id: outcome})
            for number, (run, change, outcome) in enumerate([*moves, *undos])
        ]
        return fates(1, writes, Runs(runs[::-1]))[photo.id]

    assert fate() == Fate(2, frozenset({1, 2}))
    assert fate((3, 2)) == Fate(None, frozenset({1, 2, 3}))
