"""Which key may do what."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import generate

if TYPE_CHECKING:
    from .conftest import Start


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({}, "Authentication required"),
        ({"x-api-key": "wrong"}, "Invalid API key"),
        ({"authorization": "Bearer key"}, "Invalid user token"),
    ],
)
def test_without_a_good_key_the_answer_is_401(headers: dict[str, str], message: str, start: Start) -> None:
    reply = start(generate(5)).ask("GET", "/api/users/me", key=None, headers=headers)
    assert (reply.status, reply.body) == (401, {"message": message})


def test_a_key_may_stand_in_the_query_string(start: Start) -> None:
    client = start(generate(5))
    query = {"apiKey": client.sandbox.keys["bob"]}
    assert client.ask("GET", "/api/users/me", key=None, query=query).body["name"] == "Bob"


@pytest.mark.parametrize("level", ["2.7", "3.1", "3.2"])
def test_a_narrow_key_is_told_the_one_permission_that_is_missing(level: str, start: Start) -> None:
    client = start(generate(5), level)
    reply = client.ask("GET", "/api/albums", key="alice-readonly")
    assert (reply.status, reply.body["message"]) == (403, "Missing required permission: album.read")
    assert client.search({}, key="alice-readonly").status == 200
    assert client.search({}, key="alice-readonly", kind="statistics").status == 403


def test_before_1_136_any_key_may_call_routes_without_a_declared_permission(start: Start) -> None:
    client = start(generate(5), "1.132")
    assert client.ask("GET", "/api/users/me", key="alice-readonly").status == 200
    assert client.ask("GET", "/api/albums", key="alice-readonly").status == 403


def test_any_key_may_ask_for_its_own_permissions(start: Start) -> None:
    client = start(generate(5))
    assert client.ask("GET", "/api/api-keys/me").body["permissions"] == ["all"]
    minimal = client.ask("GET", "/api/api-keys/me", key="alice-minimal").body["permissions"]
    assert {"asset.read", "albumAsset.create", "person.read"} <= set(minimal)


def test_the_minimal_key_keeps_an_album(start: Start) -> None:
    client = start(generate(50))
    asset_id = client.ids({"size": 1}, key="alice-minimal")[0]
    album = client.ask("POST", "/api/albums", {"albumName": "Mine"}, key="alice-minimal").body["id"]
    ids = {"ids": [asset_id]}
    for method in ("PUT", "DELETE"):
        reply = client.ask(method, f"/api/albums/{album}/assets", ids, key="alice-minimal")
        assert reply.body == [{"id": asset_id, "success": True}]
    assert client.ask("DELETE", f"/api/albums/{album}", key="alice-minimal").status == 403


def test_a_key_can_be_made_for_a_test(start: Start) -> None:
    client = start(generate(5))
    client.sandbox.add_key("tags", "alice", ["tag.read"])
    assert client.ask("GET", "/api/tags", key="tags").status == 200
    assert client.ask("GET", "/api/people", key="tags").status == 403
