"""What is read while nobody waits: the library, and what a draft left open."""

from __future__ import annotations

import threading
from datetime import date
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import (
    MissingPermission,
    Stopped,
)
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.operations.plan import drafts
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from immich_sandbox import Sandbox
from tests.support.best_photos import TOGETHER, best


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


def test_the_library_is_read_once_and_anew_after_a_refresh(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened(keeps_records=True)
    assert session.library_values is None
    answers = iter([False, True])  # it begins, and is to end after a batch
    with pytest.raises(Stopped):
        session.read_library(stop=lambda: next(answers, True))
    assert session.library_values is None
    session.read_library()
    values = session.library_values
    assert values is not None
    sandbox.clear_requests()
    session.read_library()
    assert session.library_values is values
    assert not [request for request in sandbox.requests if "/search/" in request.path]
    session.refresh()
    session.read_library()
    assert session.library_values is not values


def test_what_a_page_reads_while_the_library_is_read_is_not_read_again(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session = opened(b"albums: [{name: Best, match: {filename: {regex: '^[a-z]'}}}]", keeps_records=True)
    read: list[int] = []

    def look_first() -> bool:
        if not read:
            read.append(0)
            read[0] = len(session.select(certain=False)["Best"].assets)
            sandbox.clear_requests()
        return False

    session.read_library(stop=look_first)
    assert read == [5]
    assert session.library_values is not None
    assert session.estimate(WHOLE_LIBRARY) == 5
    assert len([request for request in sandbox.requests if request.path == "/api/search/metadata"]) <= 1


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


def test_what_a_draft_left_open_is_asked_afterwards(
    opened: Callable[..., Session], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "FIRST", 1)
    session = opened(b"albums: [{name: Alone, match: {media: photo, person: none}}]", keeps_records=True)
    session.read_library()
    assert not session.leaves_open
    (album,) = session.draft(session.rules).plan.albums
    assert (len(album.additions), sum(len(left.assets) for left in album.waiting)) == (1, 4)
    assert session.leaves_open
    with pytest.raises(Stopped):
        session.close_open(stop=lambda: True)
    assert session.leaves_open
    questions: list[str] = []

    def stop() -> bool:
        questions.append("stop?")
        return False

    session.close_open(stop=stop)
    assert len(questions) > 1
    assert not session.leaves_open
    assert len(session.draft(session.rules).plan.albums[0].additions) == 5
    session.close_open()


def test_what_is_in_memory_is_gone_through_no_further_than_wanted(sandbox: Sandbox, tmp_path: Path) -> None:
    """Alice's photos are in memory, and Bob's key may not read his."""
    sandbox.add_key("poor", "Bob", ["user.read"])
    environment = {"IMMICH_URL": sandbox.url, "ALICE": sandbox.keys["alice"], "BOB": sandbox.keys["poor"]}
    place, rules = tmp_path / "l.db", {"rules.yaml": TOGETHER}
    session = Session(SessionOptions(environment, date(2026, 11, 26), place, rules=rules, keeps_records=True))
    with pytest.raises(MissingPermission):
        session.read_library()
    sandbox.clear_requests()
    with pytest.raises(Stopped):
        session.read_library(stop=lambda: True)
    assert session.library_values is None
    assert not [request for request in sandbox.requests if "/search/" in request.path]
