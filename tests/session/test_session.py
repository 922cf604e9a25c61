"""A session driven directly, as a page or a daemon does, against a sandbox."""

from __future__ import annotations

import json
import threading
from datetime import date
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.changes.journal import Ending
from immich_smart_albums.errors import ConfigurationError, LedgerError, Stopped
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.report.envelope import json_text
from immich_smart_albums.report.selection_explanation import selection_explanation_json
from immich_smart_albums.selection.explain.explain import Verdict
from immich_smart_albums.session.events import AssetsRead, Detail, Event, Exchanged, Note, ReadingDone
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session
from tests.support.household import two_people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RULES = b"albums: [{name: Best, match: {rating: 5}, keep: in-step, guard: {remove: 100 %}}]"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that a test may write to: five photos, of which two have five stars."""
    library = two_people()
    for asset in [asset for asset in library.assets.values() if asset.original_file_name.startswith("alice")][:2]:
        library.update(asset.id, rating=5)
    with Sandbox(library) as running:
        yield running


@pytest.fixture
def opened(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Session]:
    """Opens a session on rules that stand in no file."""

    def begin(
        rules: bytes = RULES, on_event: Callable[[Event], None] = lambda _: None, *, keeps_records: bool = False
    ) -> Session:
        environment = {"IMMICH_SERVER_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"]}
        options = SessionOptions(
            environment=environment,
            today=date(2026, 11, 26),
            ledger=tmp_path / "ledger.db",
            folder=tmp_path,
            rules={"rules.yaml": rules},
            keeps_records=keeps_records,
        )
        return Session(options, on_event)

    return begin


def inside(sandbox: Sandbox, name: str = "Best") -> set[str]:
    """What is in the album; nothing where there is none."""
    return {id_ for album in sandbox.library.albums.values() if album.name == name for id_ in album.asset_ids}


def best(sandbox: Sandbox) -> set[str]:
    return {asset.id for asset in sandbox.library.assets.values() if asset.exif and asset.exif.rating == 5}


def test_a_plan_is_applied_told_and_taken_back(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    events: list[Event] = []
    session = opened(on_event=events.append)
    plan = session.plan()
    assert not inside(sandbox)
    assert {asset.id for asset in plan.albums[0].additions} == best(sandbox)
    result = session.apply(plan)
    assert result.albums[0].added == 2
    assert inside(sandbox) == best(sandbox)
    (run,) = session.history()
    assert run.run.verb == "sync"
    assert session.run(run.run.id)[1]
    assert session.known_album("Best")[0] in session.known_albums()
    session.undo()
    assert not inside(sandbox)
    kinds = {type(event) for event in events}
    assert {Detail, Exchanged, AssetsRead, ReadingDone} <= kinds


def test_a_session_plans_again_from_the_world_as_it_is(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.apply(session.plan())
    assert not session.plan().has_changes  # it sees the album that it made
    name = next(asset.id for asset in sandbox.library.assets.values() if asset.original_file_name == "alice-4.jpg")
    sandbox.library.update(name, rating=5)
    assert session.plan().has_changes


def test_writing_stops_before_the_next_request_and_tells_what_was_written(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session, result = opened(), ApplyResult()
    plan = session.writable(session.plan())
    answers = iter([False, False, True])  # the run begins, the album is made, and then it is to end
    with pytest.raises(Stopped):
        session.apply(plan, stop=lambda: next(answers, True), result=result)
    assert result.albums[0].created
    assert not inside(sandbox)
    assert session.history()[0].run.ending is Ending.INTERRUPTED
    session.apply(session.plan())
    assert inside(sandbox) == best(sandbox)


def test_a_run_that_is_to_end_before_it_begins_writes_nothing(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    plan = session.plan()
    with pytest.raises(Stopped):
        session.apply(plan, stop=lambda: True)
    assert not session.history()
    assert not sandbox.library.albums


def test_reading_stops_before_the_next_request(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.connect()
    before = len(sandbox.requests)
    with pytest.raises(Stopped):
        session.plan(stop=lambda: True)
    with pytest.raises(Stopped):
        session.select(stop=lambda: True)
    assert len(sandbox.requests) == before
    assert session.plan().has_changes  # the next one reads as ever


def test_rules_that_somebody_types_are_selected_without_being_saved(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session = opened()
    assert {asset.id for asset in session.select()["Best"].assets} == best(sandbox)
    typed = session.parse({"rules.yaml": b"albums: [{name: All, match: {media: photo}}]"})
    assert len(session.select(typed.albums)["All"].assets) == 5
    assert [rule.name for rule in session.rules.albums] == ["Best"]
    with pytest.raises(ConfigurationError) as caught:
        session.parse({"rules.yaml": b"albums: [{name: All, match: {medium: photo}}]"})
    assert caught.value.problems[0].where == "rules.yaml:1:30"


def test_rules_are_read_again_and_the_accounts_stay_connected(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    accounts = session.accounts
    session.reload({"rules.yaml": b"albums: [{name: All, match: {media: photo}}]"})
    assert [rule.name for rule in session.rules.albums] == ["All"]
    assert session.accounts is accounts
    with pytest.raises(ConfigurationError):
        session.reload({"rules.yaml": b"albums: ["})
    assert [rule.name for rule in session.rules.albums] == ["All"]
    session.refresh()
    assert session.accounts is not accounts


def test_what_should_be_known_of_the_rules_is_told_as_notes(opened: Callable[..., Session]) -> None:
    events: list[Event] = []
    accounts = b"accounts: {a: {key_env: IMMICH_API_KEY}, b: {key_env: B}}\n"
    session = opened(accounts + RULES.replace(b"{name", b"{accounts: [a], name"), events.append)
    assert session.check_rules() == ()
    assert [event.text for event in events if isinstance(event, Note)] == [
        "rules.yaml:1:42: the account b feeds no album"
    ]


def test_a_photo_is_explained(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    explanation = session.explain("Best", min(best(sandbox)))
    assert explanation.passed
    assert explanation.places[0].wanted


def test_two_threads_use_one_session(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    """Each opens the ledger for itself; who writes keeps others from writing, not from reading."""
    session = opened()
    session.apply(session.plan())
    results: dict[str, object] = {}

    def other() -> None:
        results["plan"] = session.plan().has_changes
        results["runs"] = len(session.history())
        try:
            with session.holding_ledger("a test"):
                pass
        except LedgerError as error:
            results["error"] = error

    with session.holding_ledger("sync"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert not session.plan().has_changes
    assert results["plan"] is False
    assert results["runs"] == 1
    assert isinstance(results["error"], LedgerError)


def test_a_ledger_that_is_held_to_read_is_not_written(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.apply(session.plan())
    with session.holding_ledger():
        session.undo()  # opens it anew, with the lock
        assert len(session.history()) == 2
    assert not inside(sandbox)


def test_adopting_and_forgetting(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    alice = sandbox.library.user_named("Alice").id
    album = sandbox.library.add_album("Old", owner_id=alice)
    adoption = session.adopt("Best", "Old", take_over=True)
    assert adoption.view.album.id == album.id
    session.apply(session.plan())
    out = min(best(sandbox))
    sandbox.library.remove_from_album(album.id, [out])
    session.apply(session.plan())
    assert session.forget("Best", [out])[1] == 1
    session.apply(session.plan())
    assert set(album.asset_ids) == best(sandbox)
    assert session.forget_album("Best").key.rule == "Best"


def test_each_photo_of_a_selection_is_explained_without_a_request_for_it(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    rules = b"albums: [{name: Best, match: {rating: 5, path: alice-0, media: photo}}]"
    session = opened(rules, keeps_records=True)
    session.read_library()
    before = len(sandbox.requests)
    explained = session.explain_selection()["Best"]
    assert not [request for request in sandbox.requests[before:] if "/assets/" in request.path]
    (explanation,) = explained.accounts.values()
    assert [photo.asset for photo in explanation.selected] == list(explained.answer.assets)
    (photo,) = explanation.selected
    assert set(photo.verdicts) == {Verdict.PASSED}
    texts = [leaf.text for leaf in explanation.leaves]
    near = {texts[at]: {photo.asset.file_name for photo in photos} for at, photos in explanation.near_misses.items()}
    assert list(near.values()) == [{"alice-1.jpg"}]
    assert "alice-0" in next(iter(near))
    assert explanation.looked_at == 5
    document = json.loads(json_text(selection_explanation_json(explanation, session.base)))
    assert document["selected"][0]["verdicts"] == ["passed"] * 3
    assert [len(near["photos"]) for near in document["nearMisses"]] == [1]


def test_what_a_library_has_is_known_once_it_was_read(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened(keeps_records=True)
    assert session.library_values is None
    session.read_library()
    values = session.library_values
    assert values is not None
    assert not values.counts("person")
    session.refresh(records=False)
    assert session.library_values is values
    session.refresh()
    assert session.library_values is None
    assert session.estimate(WHOLE_LIBRARY) == 5
    assert opened().estimate(WHOLE_LIBRARY) == 5


def test_albums_that_a_photo_is_in_are_told_by_name(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.apply(session.plan())
    (album,) = session.albums_with(next(iter(best(sandbox))).upper())
    assert album.name == "Best"
    with pytest.raises(ConfigurationError, match="is no id"):
        session.albums_with("../albums")


def test_a_changed_rule_costs_no_request_for_what_was_read(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened(keeps_records=True)
    session.read_library()
    typed = b"albums: [{name: All, match: {all: [{media: photo}, {path: alice-%d}]}}]"
    for number in range(5):
        rules = session.parse({"rules.yaml": typed % number})
        before = len(sandbox.requests)
        assert len(session.select(rules.albums)["All"].assets) == 1
        assert not [request for request in sandbox.requests[before:] if "/search/" in request.path]
    sandbox.library.update(min(best(sandbox)), rating=1)
    assert len(session.select()["Best"].assets) == 2  # as it was read
    assert len(session.plan().albums[0].additions) == 1  # what is written rests on what is there
    session.refresh()
    assert len(session.select()["Best"].assets) == 1


def test_pictures_come_from_the_session(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    assert session.thumbnail(min(best(sandbox))).data
    with pytest.raises(ConfigurationError):
        session.thumbnail("../users/me")
    with pytest.raises(ConfigurationError):
        session.person_thumbnail("x")
    with pytest.raises(ConfigurationError):
        session.thumbnail(min(best(sandbox)), account="nobody")


def test_pictures_are_shown_while_something_is_read(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.connect()
    shown: list[bool] = []

    def stop() -> bool:
        thread = threading.Thread(target=lambda: shown.append(bool(session.thumbnail(min(best(sandbox))).data)))
        thread.start()
        thread.join()
        return True

    with pytest.raises(Stopped):
        session.select(stop=stop)
    assert shown == [True]


def test_rules_of_accounts_that_are_not_connected_are_not_selected(opened: Callable[..., Session]) -> None:
    session = opened()
    text = b"accounts: {a: {key_env: A}}\nalbums: [{name: All, accounts: [a], match: {media: photo}}]"
    with pytest.raises(ConfigurationError) as caught:
        session.select(session.parse({"rules.yaml": text}).albums)
    assert caught.value.problems[0].message == "the session knows no account 'a'"
