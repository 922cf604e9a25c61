"""What helps to understand a result: the server's clock, values in use, queues at work."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import generate
from immich_smart_albums.errors import MissingPermission
from tests.support.bare_server import BareServer, json
from tests.support.immich_clients import server_at, shown

if TYPE_CHECKING:
    from immich_sandbox import Library, Sandbox

    from .conftest import Start

VERSION = json(b'{"major":3,"minor":1,"patch":0}')


def test_the_clock_is_that_of_the_server(sandbox: Sandbox) -> None:
    assert server_at(sandbox).hints.now() == sandbox.library.clock // 1_000_000 * 1000


@pytest.mark.parametrize("headers", [{}, {"date": "yesterday"}])
def test_a_clock_that_is_not_told_is_no_error(headers: dict[str, str]) -> None:
    with BareServer(VERSION, json(b'{"res":"pong"}', **headers)) as bare:
        assert server_at(bare.url).hints.now() is None


def test_the_values_in_use_are_listed(sandbox: Sandbox, library: Library) -> None:
    hints = server_at(sandbox).hints
    timeline = [asset.exif for asset in shown(library) if asset.exif]
    assert hints.values("city") == sorted({exif.city for exif in timeline if exif.city})
    assert hints.values("make") == sorted({exif.make for exif in timeline if exif.make})
    lenses = sorted({exif.lens_model for exif in timeline if exif.lens_model})
    assert hints.values("lensModel") == (None if sandbox.level.name == "1.132" else lenses)


def test_of_other_fields_no_values_are_listed_or_asked_for(newest: Sandbox) -> None:
    server = server_at(newest)
    newest.clear_requests()
    assert server.hints.values("description") is None
    assert newest.requests == []


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1"])
def test_queues_with_work_left_are_named_as_on_the_page_of_jobs(start: Start, level: str) -> None:
    sandbox = start(generate(10), level)
    hints = server_at(sandbox).hints
    assert hints.busy_queues() == []
    sandbox.settings.queues |= {"smartSearch": 3, "facialRecognition": 1, "thumbnailGeneration": 8}
    assert hints.busy_queues() == ["facial recognition", "smart search"]


@pytest.mark.parametrize("level", ["2.7", "3.1"])
def test_who_may_not_see_the_queues_is_not_told_that_they_are_empty(start: Start, level: str) -> None:
    sandbox = start(generate(10), level)
    assert server_at(sandbox, "bob").hints.busy_queues() is None
    assert server_at(sandbox, "alice-minimal").hints.busy_queues() is None


def test_an_answer_that_is_no_list_of_queues_tells_nothing(start: Start) -> None:
    sandbox = start(generate(10))
    sandbox.faults.status(200, body=b'{"smartSearch":{}}', path="/api/queues")
    assert server_at(sandbox).hints.busy_queues() is None


@pytest.mark.parametrize("level", ["1.132", "3.1"])
@pytest.mark.parametrize("field", ["active", "waiting", "delayed", "paused"])
def test_a_queue_that_does_not_say_how_much_is_left_is_not_taken_for_empty(
    start: Start, level: str, field: str
) -> None:
    sandbox = start(generate(10), level)
    assert server_at(sandbox).hints.busy_queues() == []
    sandbox.faults.hide(field, times=None)
    assert server_at(sandbox).hints.busy_queues() is None


def test_users_are_listed_where_the_key_may_see_them(sandbox: Sandbox) -> None:
    users = server_at(sandbox).directory.users()
    assert [(user.name, user.email) for user in users] == [("Alice", "alice@example.org"), ("Bob", "bob@example.org")]
    if sandbox.level.name != "1.132":  # there, any key may
        with pytest.raises(MissingPermission):
            server_at(sandbox, "alice-readonly").directory.users()


def test_tags_come_with_their_whole_path(sandbox: Sandbox, library: Library) -> None:
    paths = {tag.path for tag in server_at(sandbox).directory.tags()}
    assert paths == {tag.value for tag in library.tags.values()}
    assert any("/" in path for path in paths)


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1"])
@pytest.mark.parametrize("status", [404, 500, 200])
def test_what_is_not_told_is_not_known(start: Start, level: str, status: int) -> None:
    sandbox = start(generate(10), level)
    for path in ("/api/queues", "/api/jobs", "/api/server/ping"):
        sandbox.faults.answer(status, b"<title>Hello</title>", "text/html", path=path, times=None)
    hints = server_at(sandbox).hints
    assert hints.busy_queues() is None
    assert hints.now() is None
