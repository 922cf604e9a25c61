"""The sandbox against what a real 3.1.0 server answered on the same library."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import Sandbox
from tests.support.recorded_library import IMMICH, load, real_library

from .conftest import Client

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not IMMICH.exists(), reason="the answers of a real server are not here")


def _queries(name: str) -> list[Any]:
    return load(name) if IMMICH.exists() else []


@pytest.fixture(scope="module")
def client() -> Iterator[Client]:
    with Sandbox(real_library(), "3.1") as sandbox:
        made = Client(sandbox)
        yield made
        made.pool.clear()


@pytest.mark.parametrize(
    "query", _queries("oracle-metadata.json"), ids=lambda query: f"{query['user']} {query['body']}"
)
def test_a_metadata_search_gives_the_ids_of_the_real_server_in_its_order(query: Any, client: Client) -> None:
    assert _all_pages(client, "metadata", query) == query["ids"]


@pytest.mark.parametrize("query", _queries("oracle-smart.json"), ids=lambda query: f"{query['user']} {query['body']}")
def test_a_smart_search_gives_the_ranking_of_the_real_server(query: Any, client: Client) -> None:
    assert _all_pages(client, "smart", query) == query["ids"]


def _all_pages(client: Client, kind: str, query: Any) -> list[str]:
    result: list[str] = []
    page: str | None = "1"
    while page is not None:
        body = {**query["body"], "page": int(page), "size": 100}
        assets = client.search(body, key=query["user"], kind=kind).body["assets"]
        result += [item["id"] for item in assets["items"]]
        page = assets["nextPage"]
    return result
