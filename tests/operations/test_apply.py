"""Writing a plan, and what is known of it when it is interrupted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.plan import AlbumPlan
from immich_smart_albums.errors import AdditionRefused, NoAccess, ServerError
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.operations.apply import CHUNK, Report, apply
from immich_smart_albums.operations.prepare import Order, prepare
from immich_smart_albums.rules.findings import Findings
from immich_smart_albums.rules.leaves import Search
from immich_smart_albums.rules.nodes import Rule
from immich_smart_albums.sandbox import Sandbox, generate

from .serving import album_ids, connected

if TYPE_CHECKING:
    from .conftest import Start


def planned(sandbox: Sandbox, album: str, *, create: bool = False) -> AlbumPlan:
    """The whole library into an album."""
    order = Order(Rule(Search(WHOLE_LIBRARY)), album, create_album=create)
    _, plan = prepare(order, lambda: connected(sandbox), Findings(), concurrency=2, log=lambda _: None)
    assert plan is not None
    return plan


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
    plan, before, report = planned(sandbox, "Empty"), members(sandbox, "Empty"), Report()
    apply(plan, connected(sandbox).albums, report)
    added = {asset.id for asset in plan.additions}
    assert members(sandbox, "Empty") == before | added
    assert report.outcomes == dict.fromkeys(added, Outcome.ADDED)
    assert (report.created, report.refused, report.count(Outcome.ADDED)) == (False, 0, len(added))
    again, second = planned(sandbox, "Empty"), Report()
    assert (again.additions, again.already_there) == ((), len(added))
    sandbox.clear_requests()
    apply(again, connected(sandbox).albums, second)
    assert written(sandbox) == []
    assert second == Report(again.album)


def test_a_new_album_is_created_first(start: Start) -> None:
    sandbox = start()
    plan, report = planned(sandbox, "New one", create=True), Report()
    apply(plan, connected(sandbox).albums, report)
    assert report.created
    assert report.album is not None
    assert [report.album.id] == album_ids(sandbox.library, "New one")
    assert members(sandbox, "New one") == {asset.id for asset in plan.additions}


def test_an_album_that_would_stay_empty_is_not_created(start: Start) -> None:
    sandbox = start()
    report = Report()
    apply(AlbumPlan("New one", ""), connected(sandbox).albums, report)
    assert report == Report()
    assert album_ids(sandbox.library, "New one") == []


def test_photos_are_added_by_the_thousand(start: Start) -> None:
    sandbox = start(generate(3000))
    plan, report = planned(sandbox, "Empty"), Report()
    count = len(plan.additions)
    assert 2 * CHUNK < count < 3 * CHUNK
    apply(plan, connected(sandbox).albums, report)
    assert written(sandbox) == [1000, 1000, count - 2000]
    assert len(report.outcomes) == count


def test_an_interrupted_run_tells_what_it_wrote_and_a_second_one_completes_it(start: Start) -> None:
    sandbox = start(generate(3000))
    plan, report = planned(sandbox, "New one", create=True), Report()
    sandbox.faults.status(403, message="Missing required permission: albumAsset.create", method="PUT", nth=2)
    with pytest.raises(ServerError):
        apply(plan, connected(sandbox).albums, report)
    assert report.created
    assert report.outcomes == {asset.id: Outcome.ADDED for asset in plan.additions[:CHUNK]}
    assert members(sandbox, "New one") == report.outcomes.keys()
    rest, second = planned(sandbox, "New one", create=True), Report()
    assert (len(rest.additions), rest.already_there) == (len(plan.additions) - CHUNK, CHUNK)
    apply(rest, connected(sandbox).albums, second)
    assert not second.created
    assert members(sandbox, "New one") == {asset.id for asset in plan.additions}


def test_an_album_that_cannot_be_created_leaves_nothing_written(start: Start) -> None:
    sandbox = start()
    plan, report = planned(sandbox, "New one", create=True), Report()
    sandbox.faults.status(403, message="Missing required permission: album.create", method="POST", path="/api/albums")
    with pytest.raises(ServerError):
        apply(plan, connected(sandbox).albums, report)
    assert report == Report()


def test_photos_that_came_in_meanwhile_are_told_as_already_there(start: Start) -> None:
    sandbox = start()
    plan, report = planned(sandbox, "Empty"), Report()
    assert plan.album is not None
    first, *others = [asset.id for asset in plan.additions]
    sandbox.library.add_to_album(plan.album.id, [first])
    apply(plan, connected(sandbox).albums, report)
    assert report.outcomes == {first: Outcome.ALREADY_THERE} | dict.fromkeys(others, Outcome.ADDED)
    assert report.refused == 0


def test_some_photos_that_the_server_does_not_take_are_counted(start: Start) -> None:
    sandbox = start()
    plan, report = planned(sandbox, "Empty"), Report()
    gone, *others = [asset.id for asset in plan.additions]
    sandbox.library.delete(gone)
    apply(plan, connected(sandbox).albums, report)
    assert report.outcomes == {gone: Outcome.NO_PERMISSION} | dict.fromkeys(others, Outcome.ADDED)
    assert report.refused == report.count(Outcome.NO_PERMISSION) == 1


def test_a_plan_of_which_the_server_takes_nothing_fails(start: Start) -> None:
    sandbox = start()
    plan, report = planned(sandbox, "Empty"), Report()
    sandbox.library.delete(*(asset.id for asset in plan.additions))
    with pytest.raises(AdditionRefused) as caught:
        apply(plan, connected(sandbox).albums, report)
    assert caught.value.message == f"the server took none of the {len(plan.additions)} photos into 'Empty'"
    assert caught.value.hint is not None
    assert report.refused == len(plan.additions)


def test_an_album_that_went_away_is_an_error(start: Start) -> None:
    sandbox = start()
    plan, report = planned(sandbox, "Empty"), Report()
    assert plan.album is not None
    sandbox.library.albums[plan.album.id].roles = {sandbox.library.user_named("Bob").id: "owner"}
    with pytest.raises(NoAccess):
        apply(plan, connected(sandbox).albums, report)
    assert report.outcomes == {}
