"""Trouble on demand, seen from a client."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
import urllib3

from immich_sandbox import generate

if TYPE_CHECKING:
    from immich_sandbox.library.library import Library

    from .conftest import Client, Start

SEARCH = "/api/search/metadata"


@pytest.fixture
def library() -> Library:
    return generate(100)


def test_a_status_strikes_once_and_may_name_a_time(client: Client) -> None:
    fault = client.sandbox.faults.status(503, retry_after=7, path=SEARCH)
    reply = client.search({})
    assert (reply.status, reply.headers["retry-after"]) == (503, "7")
    assert client.search({}).status == 200
    assert fault.hits == 1


def test_a_fault_strikes_by_pattern_order_and_number(client: Client) -> None:
    client.sandbox.faults.status(502, method="POST", path="/api/search/*", nth=2, times=2)
    statuses = [client.search({"size": 1}).status for _ in range(4)]
    assert statuses == [200, 502, 502, 200]
    assert client.ask("GET", "/api/albums").status == 200


def test_a_fault_may_count_all_requests_and_never_end(client: Client) -> None:
    client.ask("GET", "/api/server/ping")
    client.sandbox.faults.status(504, request=3, times=None)
    assert [client.ask("GET", "/api/server/ping").status for _ in range(5)] == [200, 200, 504, 504, 504]
    client.sandbox.faults.clear()
    assert client.ask("GET", "/api/server/ping").status == 200


def test_an_answer_is_cut_off_after_some_bytes(client: Client) -> None:
    client.sandbox.faults.cut(100, path=SEARCH)
    with pytest.raises(urllib3.exceptions.ProtocolError, match="IncompleteRead"):
        client.search({})
    assert client.search({}).status == 200


def test_a_connection_is_reset_before_anything_happens(library: Library, client: Client) -> None:
    client.sandbox.faults.reset()
    before = len(library.albums)
    with pytest.raises(urllib3.exceptions.ProtocolError, match="reset by peer"):
        client.ask("POST", "/api/albums", {"albumName": "New"})
    assert len(library.albums) == before


def test_an_answer_is_lost_although_the_write_happened(library: Library, client: Client) -> None:
    client.sandbox.faults.lose_answer(method="POST", path="/api/albums")
    before = len(library.albums)
    with pytest.raises(urllib3.exceptions.ProtocolError, match="reset by peer"):
        client.ask("POST", "/api/albums", {"albumName": "New"})
    assert len(library.albums) == before + 1
    assert client.sandbox.requests[-1].status is None


def test_a_slow_answer_comes_whole(client: Client) -> None:
    client.sandbox.faults.slow(0.01, drip=0.0001, path="/api/server/version")
    assert client.ask("GET", "/api/server/version").body["major"] == 3


def test_a_login_page_comes_with_200(client: Client) -> None:
    client.sandbox.faults.login_page()
    reply = client.search({})
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")


def test_a_redirect_names_its_place(client: Client) -> None:
    client.sandbox.faults.redirect(307, "https://elsewhere.example/")
    reply = client.search({})
    assert (reply.status, reply.headers["location"]) == (307, "https://elsewhere.example/")


def test_invalid_json_has_the_right_content_type(client: Client) -> None:
    client.sandbox.faults.invalid_json()
    reply = client.search({})
    assert reply.headers["content-type"].startswith("application/json")
    with pytest.raises(json.JSONDecodeError):
        _ = reply.body


def test_a_hook_changes_the_library_in_the_middle_of_a_scan(library: Library, client: Client) -> None:
    client.sandbox.faults.hook(lambda: library.add_asset(taken="2026-10-30T00:00:00Z"), path=SEARCH, nth=2)
    one = client.ids({"size": 10, "page": 1})
    two = client.ids({"size": 10, "page": 2})
    assert one[-1] == two[0]


def test_a_hook_may_ask_the_sandbox_itself(client: Client) -> None:
    seen: list[int] = []
    client.sandbox.faults.hook(lambda: seen.append(client.ask("GET", "/api/server/ping").status), path=SEARCH)
    assert client.search({}).status == 200
    assert seen == [200]


def test_hooks_and_other_faults_strike_together(client: Client) -> None:
    seen: list[str] = []
    client.sandbox.faults.hook(lambda: seen.append("hook"))
    client.sandbox.faults.status(500)
    assert client.search({}).status == 500
    assert seen == ["hook"]


def test_requests_are_remembered_in_order(client: Client) -> None:
    client.search({"size": 1})
    client.ask("GET", "/api/people?size=3")
    records = client.sandbox.requests
    assert [(record.method, record.path, record.status) for record in records] == [
        ("POST", SEARCH, 200),
        ("GET", "/api/people", 200),
    ]
    assert records[0].body == {"size": 1}
    assert records[1].query == {"size": "3"}
    client.sandbox.clear_requests()
    assert client.sandbox.requests == []


def test_waiting_for_skipped_rows_does_not_change_the_answer(client: Client) -> None:
    plain = client.ids({"size": 10, "page": 3})
    client.sandbox.settings.skipped_row_cost = 0.0001
    client.sandbox.settings.latency = 0.001
    assert client.ids({"size": 10, "page": 3}) == plain


def test_properties_are_dropped_and_fields_hidden_at_any_depth(start: Start) -> None:
    client = start(generate(60), "3.2")
    nowhere = {"filter": {"or": [{"city": {"eq": "Nowhere"}}], "type": {"eq": "IMAGE"}}, "withExif": True}
    assert client.ids(nowhere) == []
    client.sandbox.faults.drop("or", path="/api/search/*", times=None)
    client.sandbox.faults.hide("nextCursor", "city", times=None)
    assets = client.search(nowhere).body["assets"]
    assert assets["items"]
    assert "nextCursor" not in assets
    read = [item["exifInfo"] for item in assets["items"] if "exifInfo" in item]
    assert read
    assert all("city" not in exif and "country" in exif for exif in read)
