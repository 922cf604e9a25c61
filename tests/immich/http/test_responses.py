"""Immich says no: each refusal names the request, repeats the server's words, and says what to do; never the key."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from immich_smart_albums.errors import MissingPermission, NoAccess, NotImmich, Refused, ServerError, Unauthorized
from immich_smart_albums.immich.server import ImmichServer
from immich_smart_albums.model.version import Version
from tests.support.bare_server import BareServer, answer, json
from tests.support.immich_clients import http_to, ids_found_by, metadata, server_at, smart

if TYPE_CHECKING:
    from tests.immich.conftest import Start

UNKNOWN = "7d1be37b-e20f-4da1-b1e0-95facc285fc2"

Ask = Callable[[ImmichServer], Any]


def refusal(server: ImmichServer, ask: Ask) -> Refused:
    """What asking raises."""
    with pytest.raises(Refused) as caught:
        ask(server)
    assert caught.value.hint
    return caught.value


def test_a_wrong_key_is_401_and_sends_to_where_keys_are_made(start: Start) -> None:
    key = "no-such-key-0815"
    error = refusal(server_at(start(), key), lambda server: server.directory.me())
    assert isinstance(error, Unauthorized)
    assert error.status == 401
    assert "GET /users/me was answered 401: Invalid API key" in error.message
    assert error.hint
    assert "IMMICH_API_KEY" in error.hint
    assert "API Keys" in error.hint
    assert key not in error.message + error.hint


def test_locked_photos_are_401_too_but_not_because_of_the_key(start: Start) -> None:
    http = http_to(start())
    with pytest.raises(Unauthorized) as caught:
        http.post("/search/metadata", {"visibility": "locked"})
    assert "Elevated permission is required" in caught.value.message
    assert caught.value.hint == "Locked photos are shown to no API key; search for timeline, archive or hidden."


ROUTES: list[tuple[str, str, Ask]] = [
    ("user.read", "GET /users/me", lambda server: server.directory.me()),
    ("person.read", "GET /people", lambda server: server.directory.people()),
    ("person.read", f"GET /people/{UNKNOWN}", lambda server: server.directory.has_person(UNKNOWN)),
    ("tag.read", "GET /tags", lambda server: server.directory.tags()),
    ("album.read", "GET /albums", lambda server: server.directory.albums()),
    ("asset.read", "GET /timeline/buckets", lambda server: server.directory.months()),
    ("asset.read", "POST /search/metadata", lambda server: ids_found_by(server, metadata())),
    ("asset.read", "POST /search/smart", lambda server: ids_found_by(server, smart(5, query="dog"))),
    ("asset.read", "POST /search/metadata", lambda server: server.albums.members(UNKNOWN)),
    ("asset.read", f"GET /assets/{UNKNOWN}", lambda server: list(server.searches.details([UNKNOWN]))),
    ("album.create", "POST /albums", lambda server: server.albums.create("New")),
    ("albumAsset.create", f"PUT /albums/{UNKNOWN}/assets", lambda server: server.albums.add(UNKNOWN, [UNKNOWN])),
]


@pytest.mark.parametrize(("permission", "request_line", "ask"), ROUTES, ids=[route[1] for route in ROUTES])
def test_a_missing_permission_is_named_for_every_route(
    start: Start, permission: str, request_line: str, ask: Ask
) -> None:
    sandbox = start()
    needed = {name for name, _, _ in ROUTES} - {permission}
    sandbox.add_key("narrow", "alice", needed)
    error = refusal(server_at(sandbox, "narrow"), ask)
    assert isinstance(error, MissingPermission)
    assert error.status == 403
    assert error.permission == permission
    assert f"{request_line} was answered 403: Missing required permission: {permission}" in error.message
    assert error.hint
    assert f"Give the API key the permission {permission} in your Immich page" in error.hint
    assert sandbox.keys["narrow"] not in error.message + error.hint
    refused = [request for request in sandbox.requests if request.status == 403]
    assert len(refused) == 1  # asking again would not help


def test_a_403_that_names_no_permission_still_asks_for_more(start: Start) -> None:
    sandbox = start()
    sandbox.faults.status(403, message="Forbidden", path="/api/tags")
    error = refusal(server_at(sandbox), lambda server: server.directory.tags())
    assert isinstance(error, MissingPermission)
    assert error.permission is None
    assert error.hint
    assert "more permissions" in error.hint


@pytest.mark.parametrize("level", ["2.7", "3.1", "3.2"])
@pytest.mark.parametrize(
    ("ask", "said"),
    [
        (lambda server: server.albums.members(UNKNOWN), "Not found or no album.read access"),
        (lambda server: server.albums.add(UNKNOWN, [UNKNOWN]), "Album not found"),
        (lambda server: ids_found_by(server, smart(3, queryAssetId=UNKNOWN)), "Not found or no asset.read access"),
    ],
)
def test_what_is_not_there_or_not_ours_is_no_access(start: Start, level: str, ask: Ask, said: str) -> None:
    error = refusal(server_at(start(level=level)), ask)
    assert isinstance(error, NoAccess)
    assert error.status == 400
    assert f"was answered 400: {said}" in error.message
    assert error.hint
    assert "deleted" in error.hint
    assert "not shared" in error.hint


def test_details_of_a_photo_that_is_gone_are_left_out(start: Start) -> None:
    sandbox = start()
    there = next(iter(sandbox.library.timeline)).id
    assert [record["id"] for record in server_at(sandbox).searches.details([UNKNOWN, there])] == [there]


def test_an_album_of_somebody_else_is_no_access(start: Start) -> None:
    sandbox = start()
    private = next(album for album in sandbox.library.albums.values() if album.name == "Bob's own")
    error = refusal(server_at(sandbox), lambda server: server.albums.add(private.id, [UNKNOWN]))
    assert isinstance(error, NoAccess)


@pytest.mark.parametrize(("level", "word"), [("1.132", "libraryId must be a UUID"), ("3.1", "libraryId: Invalid")])
def test_a_validation_error_repeats_every_field_that_is_wrong_in_both_formats(
    start: Start, level: str, word: str
) -> None:
    sandbox = start(level=level)
    query = metadata(libraryId="nonsense", takenAfter="2020-01-01T00:00:00.000Z", isMotion="perhaps")
    error = refusal(server_at(sandbox), lambda server: ids_found_by(server, query))
    assert type(error) is Refused
    assert error.status == 400
    assert "POST /search/metadata was answered 400: " in error.message
    assert word in error.message
    assert "isMotion" in error.message
    assert error.hint
    assert "report it" in error.hint
    assert len([request for request in sandbox.requests if request.status == 400]) == 1


@pytest.mark.parametrize("level", ["2.7", "3.1"])
def test_the_correlation_id_stands_in_the_message_wherever_the_version_puts_it(start: Start, level: str) -> None:
    error = refusal(server_at(start(level=level)), lambda server: server.albums.members(UNKNOWN))
    head, _, tail = error.message.rpartition(" (correlation id ")
    assert head.endswith("access")
    assert len(tail.rstrip(")")) == 8


def test_smart_search_that_is_switched_off_says_where_to_switch_it_on(start: Start) -> None:
    sandbox = start()
    sandbox.settings.smart_search = False
    error = refusal(server_at(sandbox), lambda server: ids_found_by(server, smart(5, query="dog")))
    assert error.status == 400
    assert "POST /search/smart was answered 400: Smart search is not enabled" in error.message
    assert error.hint
    assert "Machine Learning" in error.hint


def test_machine_learning_that_is_down_is_tried_once_more_and_then_named(start: Start) -> None:
    sandbox = start()
    sandbox.settings.machine_learning = False
    error = refusal(server_at(sandbox), lambda server: ids_found_by(server, smart(5, query="dog")))
    assert error.status == 500
    assert "POST /search/smart was answered 500: Failed to search smart" in error.message
    assert error.hint == "Smart search needs Immich's machine learning: is that container running?"
    assert len([request for request in sandbox.requests if request.status == 500]) == 2


def test_maintenance_mode_is_a_404_on_every_route_but_a_few(start: Start) -> None:
    sandbox = start()
    sandbox.settings.maintenance = True
    error = refusal(server_at(sandbox), lambda server: server.directory.people())
    assert error.status == 404
    assert "GET /people was answered 404: Cannot GET /api/people" in error.message
    assert error.hint
    assert "maintenance mode" in error.hint


def test_an_unknown_person_is_not_there_and_a_wrong_id_is_an_error(start: Start) -> None:
    server = server_at(start())
    assert not server.directory.has_person(UNKNOWN)
    error = refusal(server, lambda server: server.directory.has_person("nobody"))
    assert type(error) is Refused


def test_a_server_that_is_too_old_is_told_with_both_versions() -> None:
    with BareServer(json(b'{"major":1,"minor":117,"patch":9}')) as bare, pytest.raises(NotImmich) as caught:
        server_at(bare.url)
    assert caught.value.message == "the server is Immich 1.117.9"
    assert caught.value.hint == "This tool needs Immich 1.118.0 or later."


def test_a_server_that_is_too_new_is_told_before_it_can_ignore_a_filter() -> None:
    with BareServer(json(b'{"major":4,"minor":0,"patch":0}')) as bare, pytest.raises(NotImmich) as caught:
        server_at(bare.url)
    assert caught.value.message == "the server is Immich 4.0.0"
    assert caught.value.hint
    assert "4.0.0 and later" in caught.value.hint


def test_the_oldest_server_that_is_known_is_taken() -> None:
    with BareServer(json(b'{"major":1,"minor":118,"patch":0}')) as bare:
        assert server_at(bare.url).version == Version(1, 118)


@pytest.mark.parametrize(
    ("status", "hint"),
    [
        ("500 Internal Server Error", "The server has a problem of its own"),
        ("501 Not Implemented", "The server has a problem of its own"),
        ("429 Too Many Requests", "lower --concurrency"),
        ("413 Payload Too Large", "does not take this request"),
    ],
)
def test_other_refusals_keep_their_status_and_say_whose_problem_it_is(status: str, hint: str) -> None:
    body = b'{"message":"No","statusCode":500}'
    with BareServer(answer(status, body, content_type="application/json")) as bare, pytest.raises(Refused) as caught:
        http_to(bare.url).get("/tags")
    assert caught.value.status == int(status[:3])
    assert f"GET /tags was answered {status[:3]}: No" in caught.value.message
    assert caught.value.hint
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"message":["size is no number","page is no number"]}', "size is no number; page is no number"),
        (
            b'{"message":"Wrong","errors":[{"path":["filter","city"],"message":"Bad"},{"message":"Worse"}]}',
            "Wrong (filter.city: Bad; : Worse)",
        ),
        (b"{}", "without a reason"),
        (b"[]", "[]"),
        (b'{"message":"\xff"}', '{"message":"\ufffd"}'),
        (b"[" * 100_000, "[" * 100),
    ],
    ids=["list", "issues", "empty", "other shape", "no UTF-8", "nested without end"],
)
def test_error_bodies_of_any_shape_are_read_as_far_as_they_go(body: bytes, said: str) -> None:
    bad = answer("400 Bad Request", body, content_type="application/json", x_correlation_id="abc123")
    with BareServer(bad) as bare, pytest.raises(ServerError) as caught:
        http_to(bare.url).get("/tags")
    assert caught.value.message == f"GET /tags was answered 400: {said} (correlation id abc123)"


def test_the_query_string_of_a_request_is_left_out_of_messages(start: Start) -> None:
    sandbox = start()
    sandbox.faults.status(400, message="Sorry", path="/api/people")
    error = refusal(server_at(sandbox), lambda server: server.directory.people())
    assert error.message.startswith("GET /people was answered 400")


def test_no_refusal_and_no_log_line_holds_the_key(start: Start) -> None:
    sandbox = start()
    key = sandbox.keys["alice"]
    exchanges: list[object] = []
    for status in (400, 401, 403, 404, 429, 500, 502):
        sandbox.faults.status(status, path="/api/tags", times=None)
        with pytest.raises(ServerError) as caught:
            http_to(sandbox, on_exchange=exchanges.append).get("/tags")
        assert key not in repr(caught.value) + str(caught.value.hint)
        sandbox.faults.clear()
    assert len(exchanges) > 7
    assert key not in repr(exchanges)


def test_a_server_that_repeats_the_key_does_not_make_us_show_it(start: Start) -> None:
    sandbox = start()
    key = sandbox.keys["alice"]
    exchanges: list[object] = []
    sandbox.faults.status(400, message=f"Bad header x-api-key: {key}", path="/api/tags")
    with pytest.raises(Refused) as caught:
        http_to(sandbox, on_exchange=exchanges.append).get("/tags")
    assert caught.value.message.startswith("GET /tags was answered 400: Bad header x-api-key: ***")
    assert key not in str(caught.value) + repr(exchanges)
