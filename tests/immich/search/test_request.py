"""What is sent: every search says where it looks and how much it wants, in types that every version takes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from tests.support.bare_server import BareServer, json
from tests.support.immich_clients import TIMELINE, http_to, ids_found_by, metadata, searches_sent, server_at, smart

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from tests.immich.conftest import Start

VERSION = json(b'{"major":3,"minor":1,"patch":0}')
NO_ASSETS = json(b'{"assets":{"items":[],"count":0,"nextPage":null}}')


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("query", "path"),
    [
        (metadata(city="Nice"), "metadata"),
        (metadata(limit=10, order="asc"), "metadata"),
        (
            metadata(takenAfter="2020-01-01T00:00:00.000Z", personIds=("7d1be37b-e20f-4da1-b1e0-95facc285fc2",)),
            "metadata",
        ),
        (smart(50, query="dog"), "smart"),
    ],
)
@pytest.mark.parametrize("visibility", list(Visibility))
def test_every_search_states_visibility_page_and_size_at_every_level(
    sandbox: Sandbox, query: Query, path: str, visibility: Visibility
) -> None:
    single = Query(query.kind, query.where, frozenset({visibility}), query.limit)
    ids_found_by(server_at(sandbox), single)
    bodies = searches_sent(sandbox)
    assert {request.path for request in sandbox.requests} <= {"/api/server/version", f"/api/search/{path}"}
    for body in bodies:
        assert type(body["page"]) is int
        assert type(body["size"]) is int
        assert 1 <= body["size"] <= 1000
        if sandbox.level.name != "1.132":
            assert body["visibility"] == visibility.value
            assert not body.keys() & {"isVisible", "isArchived", "withArchived"}
        elif visibility is Visibility.HIDDEN:
            assert (body["isVisible"], body["withArchived"]) == (False, True)
        else:
            assert (body["isVisible"], body["isArchived"]) == (True, visibility is Visibility.ARCHIVE)
    assert bodies


def test_a_metadata_search_always_states_its_order(newest: Sandbox) -> None:
    server = server_at(newest)
    ids_found_by(server, metadata(city="Nice"))
    ids_found_by(server, metadata(limit=3, order="asc"))
    assert [body["order"] for body in searches_sent(newest)] == ["desc", "asc"]


def test_only_known_fields_are_sent_at_every_level(sandbox: Sandbox) -> None:
    ids_found_by(server_at(sandbox), metadata(limit=3))
    ids_found_by(server_at(sandbox), smart(3, query="dog"))
    sent = [request for request in sandbox.requests if request.path.startswith("/api/search/")]
    for request in sent:
        assert request.body.keys() <= sandbox.level.search_fields[request.path.rpartition("/")[2]]


@pytest.mark.parametrize("kind", list(Kind))
def test_exif_and_people_are_asked_for_only_where_a_field_needs_them(newest: Sandbox, kind: Kind) -> None:
    query = Query(kind, where(query="dog") if kind is Kind.SMART else (), TIMELINE, 3)
    server = server_at(newest)
    for fields in ({"originalPath"}, {"exifInfo.city"}, {"people"}):
        list(server.searches.find(query, frozenset(fields)))
    bare, first, exif, people = searches_sent(newest)
    assert first == bare  # with EXIF, what has none is left out, and others move up
    assert not bare.keys() & {"withExif", "withPeople"}
    assert exif["withExif"] is True
    assert people.get("withPeople") == (True if kind is Kind.METADATA else None)  # a smart search has no such field


def test_a_body_is_sent_as_json_with_the_key_in_a_header_and_nowhere_else() -> None:
    with BareServer(VERSION, NO_ASSETS) as bare:
        ids_found_by(server_at(bare.url, key="the-key"), metadata(city="Nice"))
    get, post = (text.lower() for text in bare.requests)
    assert get.startswith("get /api/server/version http/1.1\r\n")
    assert post.startswith("post /api/search/metadata http/1.1\r\n")
    assert "content-type: application/json" in post
    assert "content-type" not in get
    for text in (get, post):
        assert text.count("the-key") == 1
        assert "x-api-key: the-key" in text
        assert "accept: application/json" in text
        assert "user-agent: immich-smart-albums" in text


def test_answers_are_compressed_on_the_network_and_not_within_this_machine(start: Start) -> None:
    sandbox = start()
    name = sandbox.url.replace("127.0.0.1", "127.1")  # the same machine under a name that does not show it
    assert ids_found_by(server_at(name, sandbox.keys["alice"]), metadata()) == ids_found_by(
        server_at(sandbox), metadata()
    )
    with BareServer(VERSION) as bare:
        http_to(bare.url).get("/server/version")
        http_to(bare.url.replace("127.0.0.1", "localhost")).get("/server/version")
        http_to(bare.url.replace("127.0.0.1", "127.1")).get("/server/version")
    coding = [text.lower().partition("accept-encoding: ")[2].split("\r\n")[0] for text in bare.requests]
    assert coding == ["identity", "identity", "gzip"]
