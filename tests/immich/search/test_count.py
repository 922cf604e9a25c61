"""How many assets a search finds: the server's own number, or none at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import generate
from immich_smart_albums.errors import ServerError
from immich_smart_albums.model.query import Condition, Kind, Query, Visibility
from tests.support.immich_clients import TIMELINE, ids_found_by, metadata, searches_sent, server_at, smart

if TYPE_CHECKING:
    from immich_sandbox import Library, Sandbox
    from tests.immich.conftest import Start

SHOWN = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})
AN_ID = "7d1be37b-e20f-4da1-b1e0-95facc285fc2"


@pytest.fixture(params=["2.7", "3.1", "3.2"])
def counting(running: dict[str, Sandbox], request: pytest.FixtureRequest) -> Sandbox:
    running[request.param].clear_requests()
    return running[request.param]


@pytest.mark.untraced
@pytest.mark.parametrize(
    "query",
    [
        metadata(),
        metadata(city="Helsinki"),
        metadata(SHOWN, isFavorite=True),
        metadata(rating=5, takenAfter="2020-01-01T00:00:00.000Z"),
        metadata(trashedAfter="2020-01-01T00:00:00.000Z"),
    ],
)
def test_the_count_is_what_the_search_finds_in_all_its_visibilities(counting: Sandbox, query: Query) -> None:
    server = server_at(counting)
    counted = server.searches.count(query)
    assert counted == len(ids_found_by(server, query)) > 0
    for body in searches_sent(counting)[: len(query.visibility)]:
        assert body.keys() <= counting.level.search_fields["statistics"]


def test_lists_of_ids_are_counted(counting: Sandbox, library: Library) -> None:
    jane = library.people_named("Jane Doe")[0].id
    server = server_at(counting)
    assert server.searches.count(metadata(personIds=(jane,))) == len(ids_found_by(server, metadata(personIds=(jane,))))


def test_before_1_135_nothing_is_counted_or_asked(running: dict[str, Sandbox]) -> None:
    server = server_at(running["1.132"])
    running["1.132"].clear_requests()
    assert server.searches.count(metadata()) is None
    assert running["1.132"].requests == []


@pytest.mark.parametrize(
    "query",
    [
        metadata(id=AN_ID),
        metadata(originalFileName="IMG"),
        metadata(originalPath="/trip"),
        metadata(checksum="2jmj7l5rSw0yVb/vlWAYkK/YBwk="),
        metadata(withDeleted=True),
        metadata(albumIds=(AN_ID,)),
        metadata(limit=10),
        smart(10, query="dog"),
        Query(Kind.METADATA, where=(Condition("albumIds", "any", (AN_ID,)),)),
        Query(
            Kind.METADATA, any_of=((Condition("albumIds", "all", (AN_ID,)),), (Condition("isFavorite", "eq", True),))
        ),
    ],
)
def test_what_statistics_would_ignore_or_mean_otherwise_is_not_counted(newest: Sandbox, query: Query) -> None:
    server = server_at(newest)
    newest.clear_requests()
    assert server.searches.count(query) is None
    assert newest.requests == []


def test_of_an_album_what_is_not_other_members_is_counted(counting: Sandbox, library: Library) -> None:
    server = server_at(counting)
    alice = next(user.id for user in library.users.values() if user.name == "Alice")
    owners = library.searchable_owners(alice)
    (shared, *_) = (
        album
        for album in library.albums.values()
        if alice in album.roles and any(library.assets[id_].owner_id not in owners for id_ in album.asset_ids)
    )
    query = metadata(albumIds=(shared.id,))
    own = {id_ for id_ in ids_found_by(server, query) if library.assets[id_].owner_id in owners}
    assert server.searches.estimate_own(query) == len(own)
    assert server.searches.estimate(query) is None


def test_by_filter_it_is_not_known_whose_photos_are_counted(newest: Sandbox) -> None:
    by_filter = Query(Kind.METADATA, where=(Condition("albumIds", "any", (AN_ID,)),))
    newest.clear_requests()
    assert server_at(newest).searches.estimate_own(by_filter) is None
    assert not searches_sent(newest)


def test_a_key_that_may_not_count_is_asked_once_and_told_nothing(newest: Sandbox) -> None:
    server = server_at(newest, "alice-readonly")
    newest.clear_requests()
    assert [server.searches.count(metadata()), server.searches.count(metadata(SHOWN))] == [None, None]
    assert [request.status for request in newest.requests] == [403]


def test_a_count_that_fails_is_an_error_and_not_an_unknown_number(start: Start) -> None:
    sandbox = start(generate(20))
    server = server_at(sandbox)
    sandbox.faults.status(503, path="/api/search/statistics", times=None)
    with pytest.raises(ServerError, match="503"):
        server.searches.count(metadata())


def test_structured_searches_are_counted_where_they_are_known(running: dict[str, Sandbox], library: Library) -> None:
    album = next(iter(library.albums))
    query = Query(
        Kind.METADATA,
        visibility=TIMELINE,
        where=(Condition("originalPath", "like", "library"), Condition("rating", "gte", 3)),
        any_of=((Condition("albumIds", "none", (album,)),), (Condition("city", "in", ("Paris", "Rome")),)),
    )
    alice = library.user_named("alice").id
    expected = [
        asset
        for asset in library.timeline
        if asset.owner_id == alice
        and asset.visibility == "timeline"
        and asset.deleted_at is None
        and asset.exif
        and (asset.exif.rating or 0) >= 3
        and (album not in library.albums_of_asset(asset.id) or asset.exif.city in {"Paris", "Rome"})
        and "library" in asset.original_path
    ]
    assert server_at(running["3.2"]).searches.count(query) == len(expected) > 0
