"""A session driven directly, as a page or a daemon does, against a sandbox."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING

import pytest

from immich_sandbox.library.records import Person
from immich_smart_albums.changes.journal import Ending
from immich_smart_albums.errors import (
    ConfigurationError,
    LedgerError,
    ServerError,
    Stopped,
)
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.session.events import AssetsRead, Detail, Event, Exchanged, ReadingDone
from tests.support.best_photos import best, inside

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from immich_sandbox import Sandbox
    from immich_smart_albums.session.session import Session


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


class CountingLock:
    """A lock that knows who came for it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.threads: set[int] = set()

    def __enter__(self) -> None:
        self.threads.add(threading.get_ident())
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_whoever_waits_for_a_connection_shares_its_failure(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.load()
    photo = next(iter(best(sandbox)))
    lock = session._context.lock = CountingLock()  # type: ignore[assignment]

    def wait_for_all() -> None:
        while len(lock.threads) < ASKING:
            time.sleep(0.01)

    sandbox.faults.hook(wait_for_all, path="/api/server/version")
    sandbox.faults.status(401, path="/api/server/version", times=None)
    sandbox.clear_requests()
    failures: list[Exception] = []

    def ask() -> None:
        try:
            session.thumbnail(photo)
        except ServerError as error:
            failures.append(error)

    asking = [threading.Thread(target=ask) for _ in range(ASKING)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(30)
    assert len(failures) == ASKING
    assert len(sandbox.requests) == 1
    sandbox.faults.clear()
    assert session.thumbnail(photo).data  # another time it is tried again


ASKING = 4


def test_albums_that_a_photo_is_in_are_told_by_name(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.apply(session.plan())
    (album,) = session.albums_with(next(iter(best(sandbox))).upper())
    assert album.name == "Best"
    with pytest.raises(ConfigurationError, match="is no id"):
        session.albums_with("../albums")


def test_pictures_come_from_the_session(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    assert session.thumbnail(min(best(sandbox))).data
    with pytest.raises(ConfigurationError):
        session.thumbnail("../users/me")
    with pytest.raises(ConfigurationError):
        session.person_thumbnail("x")
    with pytest.raises(ConfigurationError):
        session.thumbnail(min(best(sandbox)), account="nobody")


def test_photos_and_albums_are_shown_as_an_account_sees_them(
    together: Callable[..., Session], sandbox: Sandbox
) -> None:
    library = sandbox.library
    alice = library.user_named("alice").id
    first, second = sorted(best(sandbox))
    album = library.add_album("Archive", owner_id=alice, asset_ids=[first, second])
    library.update(second, visibility="archive")
    session = together()
    assert session.base == sandbox.url
    assert {asset.id for asset in session.album_assets(album.id)} == {first, second}
    assert session.album_cover(album.id, account="alice") == album.thumbnail_asset_id
    assert [shown.name for shown in session.albums_with(first.upper())] == ["Archive"]
    details = session.details(first.upper())
    assert details is not None
    assert details["id"] == first
    assert session.details(first, account="bob") is None
    with pytest.raises(ConfigurationError, match="'Archive' is no id"):
        session.album_cover("Archive")


def test_a_face_is_shown_until_it_is_known(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    library = sandbox.library
    person = Person(library.new_id(), library.user_named("alice").id, "Emma", library.now())
    library.people[person.id] = person
    session = opened()
    shown = session.person_thumbnail(person.id)
    assert shown.data
    assert not session.person_thumbnail(person.id, etag=shown.headers["etag"]).data


def test_a_server_is_checked_and_so_is_a_key(together: Callable[..., Session]) -> None:
    me = together().check("bob").me
    assert me is not None
    assert me.name == "Bob"
    with pytest.raises(ConfigurationError, match="no account 'eve' takes part"):
        together().check("eve")


def test_a_run_that_the_ledger_does_not_know_is_told(opened: Callable[..., Session]) -> None:
    with pytest.raises(ConfigurationError, match="knows no run 7"):
        opened().run(7)


def test_a_run_that_is_to_end_after_its_last_request_is_interrupted_all_the_same(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session = opened()
    with pytest.raises(Stopped):
        session.apply(session.plan(), stop=lambda: inside(sandbox) == best(sandbox))
    assert inside(sandbox) == best(sandbox)
    assert session.history()[0].run.ending is Ending.INTERRUPTED


def test_a_session_tells_what_it_works_on(opened: Callable[..., Session], sandbox: Sandbox, tmp_path: Path) -> None:
    session = opened()
    assert session.ledger_place == tmp_path / "ledger.db"
    session.apply(session.plan())
    with session.ledger() as ledger:
        assert [album.key.rule for album in ledger.albums()] == ["Best"]
    assert [server.base for server in session.servers.values()] == [sandbox.url]
    assert list(session.config.settings) == ["default"]
    plan = session.plan_undo()
    assert (plan.verb, plan.undoes) == ("undo", 1)
    assert session.apply(plan).albums[0].deleted
