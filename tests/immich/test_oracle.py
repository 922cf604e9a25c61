"""The client against what a real 3.1.0 server answered on its own library: the same ids, and not one false alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.model.dialects import conditions_of
from immich_smart_albums.model.query import Kind, Query, Visibility
from tests.support.immich_clients import ids_found_by, server_at
from tests.support.recorded_library import IMMICH, load, real_library

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.skipif(not IMMICH.exists(), reason="the library of a real server is not beside this checkout")


@pytest.fixture(scope="module")
def real() -> Iterator[Sandbox]:
    with Sandbox(real_library(), "3.1") as sandbox:
        yield sandbox


def questions(name: str) -> list[Any]:
    return load(name) if IMMICH.exists() else []


def as_query(kind: Kind, body: dict[str, Any]) -> Query:
    """The query of a recorded body, asked as the client asks: one search for each visibility."""
    filters = {
        name: tuple(value) if isinstance(value, list) else value for name, value in body.items() if name != "visibility"
    }
    visibilities = {Visibility(body["visibility"])} if "visibility" in body else set(Visibility)
    limit = 1000 if kind is Kind.SMART or "order" in body else None
    return Query(kind, conditions_of(filters), frozenset(visibilities), limit)


@pytest.mark.untraced
@pytest.mark.parametrize("concurrency", [1, 4])
def test_every_recorded_metadata_search_finds_the_same_photos_in_the_same_order(
    real: Sandbox, concurrency: int
) -> None:
    recorded = questions("oracle-metadata.json")
    assert len(recorded) == 148
    servers = {name: server_at(real, name, concurrency) for name in ("alice", "bob")}
    for question in recorded:
        ids = ids_found_by(servers[question["user"]], as_query(Kind.METADATA, question["body"]))
        if "visibility" in question["body"]:
            assert ids == question["ids"], question["body"]
        else:
            assert sorted(ids) == sorted(question["ids"]), question["body"]


@pytest.mark.untraced
def test_every_recorded_ranking_is_the_same(real: Sandbox) -> None:
    recorded = questions("oracle-smart.json")
    assert len(recorded) == 22
    server = server_at(real)
    for question in recorded:
        assert ids_found_by(server, as_query(Kind.SMART, question["body"])) == question["ids"], question["body"]
