"""Several threads that need the accounts at once: one connects, and the others have what came of it."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING, Self

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.errors import ServerError, Stopped
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session
from tests.support.household import two_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_smart_albums.operations.accounts import ConnectedAccounts

RULES = b"albums: [{name: Best, match: {rating: 5}}]"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(two_people()) as running:
        yield running


class ToldLock:
    """A session's lock that tells when another thread is about to wait for it."""

    def __init__(self, lock: threading.RLock) -> None:
        self._lock = lock
        self._owner = threading.get_ident()
        self.is_wanted = threading.Event()

    def acquire(self, timeout: float = -1) -> bool:
        if threading.get_ident() != self._owner:
            self.is_wanted.set()
        return self._lock.acquire(timeout=timeout)

    def release(self) -> None:
        self._lock.release()

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()


class Other(threading.Thread):
    """A thread that needs the accounts."""

    def __init__(self, session: Session) -> None:
        super().__init__()
        self._session = session
        self.accounts: ConnectedAccounts | None = None
        self.error: ServerError | None = None

    def run(self) -> None:
        try:
            self.accounts = self._session.accounts
        except ServerError as error:
            self.error = error


def opened(sandbox: Sandbox, folder: Path, key: str) -> tuple[Session, ToldLock]:
    environment = {"IMMICH_URL": sandbox.url, "IMMICH_API_KEY": key}
    options = SessionOptions(environment, date(2026, 11, 26), folder / "l.db", folder, {"rules.yaml": RULES})
    session = Session(options)
    session._context.lock = lock = ToldLock(session._context.lock)  # type: ignore[assignment]
    return session, lock


def test_who_waited_has_the_connection_that_was_made_meanwhile(sandbox: Sandbox, tmp_path: Path) -> None:
    session, lock = opened(sandbox, tmp_path, sandbox.keys["alice"])
    other = Other(session)
    with session.asking():
        other.start()
        assert lock.is_wanted.wait(60)
        accounts = session.accounts
    other.join()
    assert other.accounts is accounts
    assert [request.path for request in sandbox.requests].count("/api/users/me") == 1


def test_who_waited_hears_why_it_failed_and_does_not_try_as_well(sandbox: Sandbox, tmp_path: Path) -> None:
    session, lock = opened(sandbox, tmp_path, "wrong")
    other = Other(session)
    with session.asking():
        other.start()
        assert lock.is_wanted.wait(60)
        with pytest.raises(ServerError) as caught:
            session.connect()
    other.join()
    assert other.error is caught.value
    requests = len(sandbox.requests)
    with pytest.raises(ServerError):
        session.connect()
    assert len(sandbox.requests) > requests  # who comes later tries again


def test_who_waits_for_another_operation_may_be_stopped(sandbox: Sandbox, tmp_path: Path) -> None:
    session, _ = opened(sandbox, tmp_path, sandbox.keys["alice"])
    session.connect()
    answers, stopped = iter([False, True]), threading.Event()

    def other() -> None:
        with pytest.raises(Stopped):
            session.plan(stop=lambda: next(answers))
        stopped.set()

    requests = len(sandbox.requests)
    with session.asking():
        thread = threading.Thread(target=other)
        thread.start()
        assert stopped.wait(60)
    thread.join()
    assert len(sandbox.requests) == requests
    assert not session.plan().has_changes  # the session is free again
