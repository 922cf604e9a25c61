"""Plans and drafts: of the world as it is, and of rules that nobody saved."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox.generator.concepts import CONCEPTS
from immich_smart_albums.errors import (
    PlanOutdated,
)
from immich_smart_albums.operations.plan import drafts

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_sandbox import Sandbox
    from immich_smart_albums.session.session import Session
from tests.support.best_photos import TOGETHER, best, inside


def test_a_session_plans_again_from_the_world_as_it_is(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.apply(session.plan())
    assert not session.plan().has_changes  # it sees the album that it made
    name = next(asset.id for asset in sandbox.library.assets.values() if asset.original_file_name == "alice-4.jpg")
    sandbox.library.update(name, rating=5)
    assert session.plan().has_changes


def test_a_saved_plan_is_reviewed_without_the_albums_of_an_account_that_fails(
    together: Callable[..., Session], sandbox: Sandbox
) -> None:
    accounts, _, _ = TOGETHER.partition(b"albums")
    entry = b"{name: %s, accounts: [%s], match: {media: photo}}"
    rules = accounts + b"albums: [" + entry % (b"Mine", b"alice") + b", " + entry % (b"Yours", b"bob") + b"]"
    saved = together(rules).plan()
    assert [bool(album.changes) for album in saved.albums] == [True, True]
    session = together(rules, BOB="wrong")
    plan = session.review(saved)
    assert [bool(album.changes) for album in plan.albums] == [True, False]
    assert plan.albums[1].problems
    assert [album.rule for album in session.review(saved).albums] == ["Mine", "Yours"]
    sandbox.library.trash(next(iter(best(sandbox))))
    with pytest.raises(PlanOutdated):
        session.review(saved)


def test_what_waits_is_counted_and_what_cannot_be_asked_is_told(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    sandbox.library.update(min(best(sandbox)), concepts=())
    session = opened(b"albums: [{name: Alone, match: {rating: 5, person: none}}]")
    answer = session.select()["Alone"]
    assert (len(answer.assets), sum(answer.waiting.values())) == (1, 1)
    sandbox.faults.status(400, path="/api/search/smart", times=None)
    answer = opened(b"albums: [{name: Alone, match: {rating: 5, person: none}}]").select()["Alone"]
    assert (answer.selections, len(answer.problems)) == ({}, 1)


def test_a_draft_goes_on_with_what_was_found_out_over_another_connection(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session = opened(b"albums: [{name: Alone, match: {rating: 5, person: none}}]", keeps_records=True)
    session.read_library()

    def rankings() -> int:
        sandbox.clear_requests()
        assert len(session.draft(session.rules).plan.albums[0].additions) == 2
        return [request.path for request in sandbox.requests].count("/api/search/smart")

    assert rankings() > 0
    assert rankings() == 0
    session.refresh(records=False)
    assert rankings() == 0


def test_a_draft_does_not_ask_about_many_photos_that_may_stay(
    opened: Callable[..., Session], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "FIRST", 1)
    rules = (
        b"albums: [{name: Best, match: {rating: 5, camera: none}, keep: in-step, settle: 0, guard: {remove: 100 %}}]"
    )
    session = opened(rules, keeps_records=True)
    session.apply(session.plan())
    assert inside(sandbox) == best(sandbox)
    for asset_id in best(sandbox):
        sandbox.library.update(asset_id, rating=1)
    session.refresh()
    requests = []
    for is_draft in (True, False):
        sandbox.clear_requests()
        plan = session.draft(session.rules).plan if is_draft else session.plan()
        assert len(plan.albums[0].removals) == 2
        requests.append(sum(request.path.startswith("/api/assets/") for request in sandbox.requests))
    assert requests == [0, 2]


def test_a_draft_tells_the_best_place_of_each_photo_in_any_ranking(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    dog, cake = CONCEPTS.index("dog"), CONCEPTS.index("cake")
    alice = sandbox.library.user_named("alice").id
    own = sorted(asset.id for asset in sandbox.library.assets.values() if asset.owner_id == alice)
    sandbox.library.update(own[0], concepts=((dog, 1.0), (cake, 0.1)))
    sandbox.library.update(own[1], concepts=((dog, 0.5), (cake, 1.0)))
    text = b"{any: [{smart: {query: dog, top: 2}}, {smart: {query: cake, top: 2}}, {rating: 5}]}"
    session = opened(b"albums: [{name: Both, match: " + text + b"}]", keeps_records=True)
    draft = session.draft(session.rules)
    assert dict(draft.ranks) == dict.fromkeys(own[:2], min(draft.ranks.values()))
    assert {asset.id for asset in draft.plan.albums[0].additions} == best(sandbox) | set(own[:2])


def test_what_is_uncertain_counts_as_it_is_where_that_is_enough(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    for asset_id in best(sandbox):
        sandbox.library.update(asset_id, concepts=())
    session = opened(b"albums: [{name: Alone, match: {rating: 5, person: none}}]")
    sandbox.clear_requests()
    assert len(session.select(certain=False)["Alone"].assets) == 2
    assert not [request for request in sandbox.requests if request.path == "/api/search/smart"]
    assert len(session.select()["Alone"].assets) == 0
