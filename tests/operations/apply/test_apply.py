"""Writing a plan, and what is known of it when it is interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.changes.plan import AlbumPlan, Plan
from immich_smart_albums.errors import MissingPermission, NoAccess, PhotosRefused, Untrustworthy
from immich_smart_albums.ledger.null import NullLedger
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.operations.apply import writer
from immich_smart_albums.operations.apply.apply import apply
from immich_smart_albums.operations.apply.result import AlbumResult, ApplyResult
from immich_smart_albums.operations.apply.writer import CHUNK
from immich_smart_albums.rules.album import Target
from immich_smart_albums.rules.tree import Rule, Search
from tests.support.family_server import album_ids, connected
from tests.support.flags import flag_session

if TYPE_CHECKING:
    from tests.operations.conftest import Start

pytestmark = pytest.mark.untraced  # others go the same ways


def planned(sandbox: Sandbox, album: str, *, create: bool = False) -> AlbumPlan:
    """The whole library into an album, as the command line asks for it."""
    target = Target(album, may_create=create)
    session = flag_session(sandbox.url, sandbox.keys["alice"], Rule(Search(WHOLE_LIBRARY)), target)
    return session.plan().albums[0]


def applied(plan: AlbumPlan, sandbox: Sandbox) -> AlbumResult:
    """What was written of it."""
    report = ApplyResult()
    server = connected(sandbox)
    apply(Plan(server.base, "", (plan,)), {plan.owner: server}, NullLedger(), report, str)
    (only,) = report.albums
    assert only.tried
    return only


def written(sandbox: Sandbox) -> list[int]:
    """How many ids each request had that added to an album."""
    return [
        len(request.body["ids"])
        for request in sandbox.requests
        if request.method == "PUT" and request.path.endswith("/assets")
    ]


def members(sandbox: Sandbox, name: str) -> set[str]:
    (album,) = album_ids(sandbox.library, name)
    return set(sandbox.library.albums[album].asset_ids)


def test_what_is_missing_is_added_and_a_second_run_adds_nothing(start: Start) -> None:
    sandbox = start()
    plan, before = planned(sandbox, "Empty"), members(sandbox, "Empty")
    report = applied(plan, sandbox)
    added = {asset.id for asset in plan.additions}
    assert members(sandbox, "Empty") == before | added
    assert report.outcomes == dict.fromkeys(added, Outcome.ADDED)
    assert (report.created, report.refused, report.added, report.has_changed) == (False, 0, len(added), True)
    again = planned(sandbox, "Empty")
    assert (again.additions, again.already_there) == ((), len(added))
    sandbox.clear_requests()
    assert applied(again, sandbox) == AlbumResult("Empty", again.album, tried=True)
    assert written(sandbox) == []


def test_a_new_album_is_created_first(start: Start) -> None:
    sandbox = start()
    plan = planned(sandbox, "New one", create=True)
    report = applied(plan, sandbox)
    assert report.created
    assert report.album is not None
    assert [report.album.id] == album_ids(sandbox.library, "New one")
    assert members(sandbox, "New one") == {asset.id for asset in plan.additions}


def test_an_album_that_would_stay_empty_is_not_created(start: Start) -> None:
    sandbox = start()
    assert applied(AlbumPlan("New one", ""), sandbox) == AlbumResult("New one", tried=True)
    assert album_ids(sandbox.library, "New one") == []


def test_photos_are_added_by_the_thousand(start: Start) -> None:
    sandbox = start(generate(3000))
    plan = planned(sandbox, "Empty")
    count = len(plan.additions)
    assert 2 * CHUNK < count < 3 * CHUNK
    report = applied(plan, sandbox)
    assert written(sandbox) == [1000, 1000, count - 2000]
    assert len(report.outcomes) == count


def test_a_run_that_fails_midway_tells_what_it_wrote_and_a_second_one_completes_it(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    chunk = 100
    monkeypatch.setattr(writer, "CHUNK", chunk)
    sandbox = start()
    plan = planned(sandbox, "New one", create=True)
    sandbox.faults.status(403, message="Missing required permission: albumAsset.create", method="PUT", nth=2)
    report = applied(plan, sandbox)
    assert [type(failure) for failure in report.failures] == [MissingPermission]
    assert report.created
    assert report.outcomes == {asset.id: Outcome.ADDED for asset in plan.additions[:chunk]}
    assert members(sandbox, "New one") == report.outcomes.keys()
    rest = planned(sandbox, "New one", create=True)
    assert (len(rest.additions), rest.already_there) == (len(plan.additions) - chunk, chunk)
    assert not applied(rest, sandbox).created
    assert members(sandbox, "New one") == {asset.id for asset in plan.additions}


def test_an_album_that_cannot_be_created_leaves_nothing_written(start: Start) -> None:
    sandbox = start()
    plan = planned(sandbox, "New one", create=True)
    sandbox.faults.status(403, message="Missing required permission: album.create", method="POST", path="/api/albums")
    report = applied(plan, sandbox)
    assert [type(failure) for failure in report.failures] == [MissingPermission]
    assert not report.has_changed


def test_photos_that_came_in_meanwhile_are_told_as_already_there(start: Start) -> None:
    sandbox = start()
    plan = planned(sandbox, "Empty")
    assert plan.album is not None
    first, *others = [asset.id for asset in plan.additions]
    sandbox.library.add_to_album(plan.album.id, [first])
    report = applied(plan, sandbox)
    assert report.outcomes == {first: Outcome.ALREADY_THERE} | dict.fromkeys(others, Outcome.ADDED)
    assert report.refused == 0


def test_some_photos_that_the_server_does_not_take_are_counted(start: Start) -> None:
    sandbox = start()
    plan = planned(sandbox, "Empty")
    gone, *others = [asset.id for asset in plan.additions]
    sandbox.library.delete(gone)
    report = applied(plan, sandbox)
    assert report.outcomes == {gone: Outcome.NO_PERMISSION} | dict.fromkeys(others, Outcome.ADDED)
    assert report.refused == report.count(Outcome.NO_PERMISSION) == 1
    assert report.failures == []


@pytest.mark.traced
def test_a_plan_of_which_the_server_takes_nothing_fails(start: Start) -> None:
    sandbox = start()
    plan = planned(sandbox, "Empty")
    sandbox.library.delete(*(asset.id for asset in plan.additions))
    report = applied(plan, sandbox)
    (failure,) = report.failures
    assert isinstance(failure, PhotosRefused)
    assert failure.message == f"the server took none of the {len(plan.additions)} photos into 'Empty'"
    assert failure.hint is not None
    assert report.refused == len(plan.additions)


@pytest.mark.traced
def test_photos_without_an_answer_end_the_album(start: Start) -> None:
    sandbox = start()
    plan = planned(sandbox, "Empty")
    sandbox.faults.status(200, body=b"[]", method="PUT", times=None)
    report = applied(plan, sandbox)
    (failure,) = report.failures
    assert isinstance(failure, Untrustworthy)
    assert f"what became of {len(plan.additions)} photos that were to go into 'Empty'" in failure.message
    assert set(report.outcomes.values()) == {Outcome.NOT_DONE}


def test_an_album_that_went_away_is_an_error(start: Start) -> None:
    sandbox = start()
    plan = planned(sandbox, "Empty")
    assert plan.album is not None
    sandbox.library.albums[plan.album.id].roles = {sandbox.library.user_named("Bob").id: "owner"}
    report = applied(plan, sandbox)
    assert [type(failure) for failure in report.failures] == [NoAccess]
    assert report.outcomes == {}
