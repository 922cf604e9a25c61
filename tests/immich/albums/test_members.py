"""What is in a long album: all ids at once where that is the exact answer, page by page where it is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import generate
from immich_smart_albums.immich.albums import members
from tests.support.immich_clients import server_at

if TYPE_CHECKING:
    from immich_sandbox import Library, Sandbox
    from immich_sandbox.library.records import Album
    from tests.immich.conftest import Start


@pytest.fixture
def library() -> Library:
    return generate(600)


@pytest.fixture
def album(library: Library) -> Album:
    """Many photos of Alice and some of Bob's; of live photos only the photos."""
    members = [asset for asset in library.timeline if asset.visibility in ("timeline", "archive") and asset.exif]
    return library.add_album(
        "Everything", owner_id=library.user_named("alice").id, asset_ids=[asset.id for asset in members]
    )


def wanted(library: Library, album: Album) -> set[str]:
    """What the timeline and the archive show of it."""
    members = (library.assets[asset_id] for asset_id in album.asset_ids)
    return {a.id for a in members if a.deleted_at is None and a.visibility in ("timeline", "archive")}


def requests_of(sandbox: Sandbox) -> list[str]:
    return [request.path for request in sandbox.requests]


@pytest.fixture(autouse=True)
def long(monkeypatch: pytest.MonkeyPatch) -> None:
    """So many members are many, here."""
    monkeypatch.setattr(members, "FEW", 100)


@pytest.mark.parametrize("level", ["3.1", "3.2"])
def test_the_ids_of_a_long_album_come_at_once(level: str, library: Library, album: Album, start: Start) -> None:
    sandbox = start(library, level)
    members = [library.assets[asset_id] for asset_id in album.asset_ids]
    assert any(asset.live_photo_video_id for asset in members)
    assert any(asset.deleted_at for asset in members)
    assert server_at(sandbox).albums.members(album.id) == wanted(library, album)
    assert "/api/download/info" in requests_of(sandbox)


def test_a_short_album_is_searched(library: Library, start: Start) -> None:
    sandbox = start(library)
    short = next(album for album in library.albums.values() if album.name == "Finland")
    library.remove_from_album(short.id, list(short.asset_ids)[50:])
    assert server_at(sandbox).albums.members(short.id) == wanted(library, short)
    assert requests_of(sandbox) == ["/api/server/version"] + ["/api/search/metadata"] * 3  # one of them a control


def test_members_without_exif_which_a_download_leaves_out_are_found(
    library: Library, album: Album, start: Start
) -> None:
    library.add_to_album(album.id, [library.add_asset(exif=None).id])
    assert server_at(start(library)).albums.members(album.id) == wanted(library, album)


def test_what_is_not_confirmed_for_one_album_is_asked_again_for_another(
    library: Library, album: Album, start: Start
) -> None:
    other = library.add_album("Other", owner_id=album.owner_id, asset_ids=list(album.asset_ids))
    library.add_to_album(album.id, [library.add_asset(exif=None).id])
    sandbox = start(library)
    server = server_at(sandbox)
    for one in (album, other):
        assert server.albums.members(one.id) == wanted(library, one)
    assert requests_of(sandbox).count("/api/download/info") == 2


def test_hidden_members_which_a_download_tells_are_left_out_as_by_a_search(
    library: Library, album: Album, start: Start
) -> None:
    library.add_to_album(album.id, [library.add_asset(visibility="hidden").id])
    assert server_at(start(library)).albums.members(album.id) == wanted(library, album)


def test_a_key_that_may_not_download_searches_and_asks_once(library: Library, album: Album, start: Start) -> None:
    sandbox = start(library)
    server = server_at(sandbox, "alice-minimal")
    assert server.albums.members(album.id) == server.albums.members(album.id) == wanted(library, album)
    assert requests_of(sandbox).count("/api/download/info") == 1
