"""Which photos have an embedding is told exactly, with few requests, and never guessed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import Library, generate
from immich_sandbox.library import times
from immich_sandbox.library.records import User
from immich_smart_albums.errors import ServerError, Untrustworthy
from immich_smart_albums.immich.search import embeddings
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.rules.tree import Filter, Not, Search
from immich_smart_albums.selection.compile.relax import upper_bound
from tests.support.immich_clients import metadata, server_at

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_sandbox import Sandbox
    from tests.immich.conftest import Start

EVERYWHERE = Query(Kind.METADATA, where(withDeleted=True), frozenset(Visibility))


def library_with(without: int) -> tuple[Library, list[Asset]]:
    """A library where so many of Alice's photos have no embedding, and all of her photos."""
    library = generate(300)
    owner = library.user_named("Alice").id
    own = [asset for asset in library.timeline if asset.owner_id == owner and asset.visibility != "locked"]
    for asset in own[5 : 5 + without]:
        library.update(asset.id, concepts=())
    return library, [Asset(asset.id, asset.file_created_at // 1000, "", "", "") for asset in own]


@pytest.mark.untraced
@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
@pytest.mark.parametrize("without", [0, 3, 60, 250])
def test_exactly_those_with_an_embedding_are_told(start: Start, level: str, without: int) -> None:
    library, assets = library_with(without)
    running = start(library, level)
    result = server_at(running).embeddings.of(assets, EVERYWHERE)
    assert result == {asset.id for asset in assets if library.assets[asset.id].concepts}


def test_few_are_asked_one_by_one_and_many_by_one_ranking(start: Start) -> None:
    library, assets = library_with(1)
    running = start(library)
    server = server_at(running)
    timeline = Query(Kind.METADATA)
    shown = [asset for asset in assets if library.assets[asset.id].visibility == "timeline"]
    shown = [asset for asset in shown if library.assets[asset.id].deleted_at is None]
    assert len(server.embeddings.of(shown[:3], timeline)) == 3
    assert [request.path for request in running.requests].count("/api/search/smart") == 3
    running.clear_requests()
    server.embeddings.of(shown[10:110], timeline)
    assert [request.path for request in running.requests].count("/api/search/smart") == 2


@pytest.mark.parametrize("without", [3, 5])
def test_photos_are_ranked_by_the_first_that_has_an_embedding_or_by_a_word(start: Start, without: int) -> None:
    library = generate(120)
    alice = library.user_named("Alice").id
    own = [asset for asset in library.timeline if asset.owner_id == alice and asset.visibility == "timeline"]
    for asset in own[:without]:
        library.update(asset.id, concepts=())
    running = start(library)
    assets = [Asset(asset.id, asset.file_created_at // 1000, "", "", "") for asset in own]
    assert server_at(running).embeddings.of(assets, EVERYWHERE) == {asset.id for asset in own[without:]}
    by = [body for body in searches_for_all(running) if body["visibility"] == "timeline"]
    named: dict[str, object] = {"queryAssetId": own[3].id} if without == 3 else {"query": "photo"}
    assert [{name: body[name] for name in named} for body in by] == [named]


def searches_for_all(running: Sandbox) -> list[Mapping[str, Any]]:
    """The rankings that were asked for, but for questions about one photo."""
    bodies = [request.body for request in running.requests if request.path == "/api/search/smart"]
    return [body for body in bodies if len(body) > 2]


def test_a_photo_that_is_gone_has_no_embedding(start: Start) -> None:
    library, assets = library_with(0)
    gone = Asset(library.new_id(), 0, "", "", "")
    assert server_at(start(library)).embeddings.of([gone, assets[0]], EVERYWHERE) == {assets[0].id}


def test_what_a_page_of_a_ranking_misses_is_asked_for_by_itself(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages shift while photos come and go."""
    library, _ = library_with(0)
    running = start(library)
    alice = library.user_named("Alice").id
    own = [asset for asset in library.timeline if asset.owner_id == alice and asset.visibility == "timeline"]
    library.update(own[7].id, concepts=())
    assets = [Asset(asset.id, asset.file_created_at // 1000, "", "", "") for asset in own[:70]]
    monkeypatch.setattr(embeddings, "PAGE_SIZE", 50)
    empty = b'{"assets": {"items": [], "nextPage": null, "total": 0, "count": 0}}'
    running.faults.answer(200, empty, "application/json", path="/api/search/smart", nth=3, times=1)
    timeline = Query(Kind.METADATA)
    assert server_at(running).embeddings.of(assets, timeline) == {asset.id for asset in assets} - {own[7].id}
    assert len(searches_for_all(running)) == 2


def test_more_than_was_asked_for_is_not_trusted(start: Start) -> None:
    library, assets = library_with(0)
    running = start(library)
    running.faults.drop("size", path="/api/search/smart", times=None)
    with pytest.raises(Untrustworthy, match="1 were asked for"):
        server_at(running).embeddings.of(assets[:2], EVERYWHERE)


def test_what_cannot_be_asked_is_an_error(start: Start) -> None:
    library, assets = library_with(1)
    running = start(library)
    running.faults.status(400, message="Something else", path="/api/search/smart", times=None)
    with pytest.raises(ServerError):
        server_at(running).embeddings.of(assets[:2], EVERYWHERE)


def test_a_rule_is_read_as_widely_as_it_may_turn_out() -> None:
    person, city = Search(metadata(personIds=("a",))), Search(metadata(city="Nice"))
    count = Filter("2 people", lambda _: True, frozenset({"people"}), lambda _: None)
    faces = frozenset({Stage.FACES})
    assert upper_bound(person, faces) is True
    assert upper_bound(city, faces) == city
    assert upper_bound(Not(person), faces) == Not(person)
    assert upper_bound(Not(count), faces) is True
    assert upper_bound(count, frozenset({Stage.TEXT})) == count


def crowd(photos: int) -> tuple[Library, list[Asset], list[Asset]]:
    """Photos of a month, all with an embedding but the tenth; every tenth is a favourite."""
    library = Library(clock=times.parse("2026-01-01T00:00:00Z"))
    alice = User(library.new_id(), "Alice", "alice@example.org", library.now())
    library.users[alice.id] = alice
    made = [
        library.add_asset(
            owner="alice",
            taken=f"2024-01-{1 + number % 28:02}T12:00:00Z",
            name=f"{number}.jpg",
            concepts=() if number == 10 else ((1, 0.5 + number / 10_000),),
            is_favorite=number % 10 == 0,
        )
        for number in range(photos)
    ]
    assets = [Asset(photo.id, photo.file_created_at // 1000, "", "", "") for photo in made]
    return library, assets, [asset for asset, photo in zip(assets, made, strict=True) if photo.is_favorite]


FAVOURITES = Query(Kind.METADATA, any_of=(where(isFavorite=True),))


def test_a_long_ranking_is_narrowed_to_what_the_photos_have_in_common(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embeddings, "PAGE_SIZE", 20)
    library, assets, favourites = crowd(110)
    running = start(library)
    server = server_at(running)
    embedded = {asset.id for asset in favourites if library.assets[asset.id].concepts}
    assert len(embedded) == len(favourites) - 1
    assert server.embeddings.of(reversed(favourites), FAVOURITES) == embedded
    bodies = searches_for_all(running)
    assert [body.get("isFavorite") for body in bodies] == [None, True]  # not the other pages of everything
    # What fills several pages of its own, or what a server would ignore, is looked for among everything.
    both = Query(Kind.METADATA, any_of=(where(isFavorite=False), where(isFavorite=True)))
    everything = {asset.id for asset in assets if library.assets[asset.id].concepts}
    running.clear_requests()
    assert server.embeddings.of(reversed(assets), both) == everything
    assert [body.get("isFavorite") for body in searches_for_all(running)] == [None, *[False] * 3, True, *[None] * 5]


def test_what_a_server_would_ignore_narrows_nothing(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "PAGE_SIZE", 20)
    library, _, favourites = crowd(110)
    running = start(library, "1.132")
    scope = Query(Kind.METADATA, any_of=(where(isFavorite=True), where(ocr="words")))
    embedded = {asset.id for asset in favourites if library.assets[asset.id].concepts}
    # Pages of a ranking by a word overlap in this version, so that some may be missed.
    assert server_at(running).embeddings.of(reversed(favourites), scope) <= embedded
    assert {body.get("isFavorite") for body in searches_for_all(running)} == {None}
