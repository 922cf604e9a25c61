"""Album membership and sharing, with the rules that were seen on a real server."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .conftest import UNKNOWN

if TYPE_CHECKING:
    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Album

    from .conftest import Client


def _album(library: Library, name: str) -> Album:
    return next(album for album in library.albums.values() if album.name == name)


def _results(client: Client, method: str, album: Album, ids: list[str], key: str = "alice") -> list[str]:
    reply = client.ask(method, f"/api/albums/{album.id}/assets", {"ids": ids}, key=key)
    assert reply.status == 200, reply.raw
    assert [result["id"] for result in reply.body] == ids
    return [result.get("error", "ok") for result in reply.body]


def test_each_id_gets_its_own_result_when_added(library: Library, client: Client) -> None:
    empty = _album(library, "Empty")
    mine, other = library.add_asset().id, library.add_asset(owner="bob").id
    locked = library.add_asset(visibility="locked").id
    odd = [library.add_asset(visibility=v).id for v in ("archive", "hidden")]
    trashed = library.add_asset().id
    library.trash(trashed)
    library.partners.clear()
    ids = [mine, mine, other, UNKNOWN, locked, *odd, trashed]
    expected = ["ok", "duplicate", "no_permission", "no_permission", "no_permission", "ok", "ok", "ok"]
    assert _results(client, "PUT", empty, ids) == expected
    assert list(empty.asset_ids) == [mine, *odd, trashed]
    assert _results(client, "PUT", empty, [mine]) == ["duplicate"]
    assert client.ask("GET", f"/api/albums/{empty.id}").body["assetCount"] == 2


def test_a_partner_s_asset_may_be_added(library: Library, client: Client) -> None:
    assert _results(client, "PUT", _album(library, "Empty"), [library.add_asset(owner="bob").id]) == ["ok"]


def test_each_id_gets_its_own_result_when_removed(library: Library, client: Client) -> None:
    album = _album(library, "Duplicates")
    first = next(iter(album.asset_ids))
    assert _results(client, "DELETE", album, [first, first, UNKNOWN]) == ["ok", "not_found", "not_found"]
    assert album.thumbnail_asset_id != first


def test_taking_out_moves_the_date_of_an_album_only_with_its_cover(library: Library, client: Client) -> None:
    album = _album(library, "Duplicates")
    first, second, *_ = album.asset_ids
    before = album.updated_at
    assert _results(client, "DELETE", album, [second]) == ["ok"]
    assert album.updated_at == before
    assert _results(client, "DELETE", album, [first]) == ["ok"]
    assert album.updated_at > before


def test_one_malformed_id_stops_all(library: Library, client: Client) -> None:
    empty = _album(library, "Empty")
    reply = client.ask("PUT", f"/api/albums/{empty.id}/assets", {"ids": [library.add_asset().id, "x"]})
    assert reply.status == 400
    assert not empty.asset_ids


def test_an_editor_adds_and_removes_own_assets_only(library: Library, client: Client) -> None:
    shared = _album(library, "Summer together")
    mine, his = library.add_asset().id, next(iter(shared.asset_ids))
    library.partners.clear()
    assert _results(client, "PUT", shared, [mine]) == ["ok"]
    assert _results(client, "DELETE", shared, [his, mine]) == ["no_permission", "ok"]
    assert client.ask("DELETE", f"/api/albums/{shared.id}").body["message"] == "Not found or no album.delete access"


def test_a_viewer_may_only_look(library: Library, client: Client) -> None:
    travels = _album(library, "Bob's travels")
    assert client.ask("GET", f"/api/albums/{travels.id}").status == 200
    for method in ("PUT", "DELETE"):
        verb = "create" if method == "PUT" else "delete"
        reply = client.ask(method, f"/api/albums/{travels.id}/assets", {"ids": []})
        assert (reply.status, reply.body["message"]) == (400, f"Not found or no albumAsset.{verb} access")
    assert client.ask("PATCH", f"/api/albums/{travels.id}", {"albumName": "mine"}).status == 400


def test_unknown_and_foreign_albums_are_refused_with_400(library: Library, client: Client) -> None:
    own = _album(library, "Bob's own")
    for album_id in (own.id, UNKNOWN):
        assert client.ask("GET", f"/api/albums/{album_id}").body["message"] == "Not found or no album.read access"
    reply = client.ask("PUT", f"/api/albums/{UNKNOWN}/assets", {"ids": []})
    assert (reply.status, reply.body["message"]) == (400, "Album not found")


def test_an_album_is_created_with_what_may_be_shared_and_the_first_is_its_cover(
    library: Library, client: Client
) -> None:
    mine, other = library.add_asset().id, library.add_asset(owner="bob").id
    library.partners.clear()
    reply = client.ask("POST", "/api/albums", {"albumName": "New", "assetIds": [other, mine, UNKNOWN]})
    assert reply.status == 201
    assert reply.body["albumThumbnailAssetId"] == mine
    assert list(library.albums[reply.body["id"]].asset_ids) == [mine]
    assert client.ask("DELETE", f"/api/albums/{reply.body['id']}").status == 204
    assert client.ask("DELETE", f"/api/albums/{reply.body['id']}").status == 400


def test_an_album_is_changed_and_its_cover_must_be_a_member(library: Library, client: Client) -> None:
    album = _album(library, "Duplicates")
    cover = list(album.asset_ids)[1]
    body = {"albumName": "Renamed", "description": "text", "order": "asc", "albumThumbnailAssetId": cover}
    changed = client.ask("PATCH", f"/api/albums/{album.id}", body)
    assert {name: changed.body[name] for name in body} == body
    bad = client.ask("PATCH", f"/api/albums/{album.id}", {"albumThumbnailAssetId": library.add_asset().id})
    assert (bad.status, bad.body["message"]) == (400, "Invalid album thumbnail")
    assert client.ask("PATCH", f"/api/albums/{album.id}", {"description": None}).body["description"] == ""


def test_an_album_is_shared_and_unshared(library: Library, client: Client) -> None:
    album, bob = _album(library, "Empty"), library.user_named("bob").id
    users = {"albumUsers": [{"userId": bob, "role": "viewer"}]}
    assert client.ask("PUT", f"/api/albums/{album.id}/users", users).body["shared"] is True
    users["albumUsers"][0]["role"] = "editor"
    assert client.ask("PUT", f"/api/albums/{album.id}/users", users).status == 200
    assert album.roles[bob] == "viewer"
    assert client.ask("PUT", f"/api/albums/{album.id}/user/{bob}", {"role": "editor"}).status == 204
    assert album.roles[bob] == "editor"
    assert client.ask("DELETE", f"/api/albums/{album.id}/user/me", key="bob").status == 204
    assert client.ask("DELETE", f"/api/albums/{album.id}/user/{bob}").body["message"] == "Album not shared with user"


def test_many_albums_at_once_tell_one_result_only(library: Library, client: Client) -> None:
    ids = [_album(library, "Empty").id, _album(library, "Bob's own").id]
    mine, other = library.add_asset().id, UNKNOWN

    def put(asset_ids: list[str]) -> dict[str, object]:
        reply: dict[str, object] = client.ask(
            "PUT", "/api/albums/assets", {"albumIds": ids, "assetIds": asset_ids}
        ).body
        return reply

    assert put([mine, other]) == {"success": True}
    assert put([mine, other]) == {"success": False, "error": "duplicate"}
    assert put([other]) == {"success": False, "error": "no_permission"}


def test_all_ids_of_an_album_come_in_one_download(library: Library, client: Client) -> None:
    album = _album(library, "Best of")
    reply = client.ask("POST", "/api/download/info", {"albumId": album.id})
    assert reply.status == 201
    ids = {id_ for archive in reply.body["archives"] for id_ in archive["assetIds"]}
    assert set(album.asset_ids) <= ids
    whole = client.ask("POST", "/api/download/info", {"userId": library.user_named("alice").id, "archiveSize": 1})
    assert len(whole.body["archives"]) > 100


def test_two_albums_may_have_one_name(client: Client) -> None:
    named = client.ask("GET", "/api/albums?name=Duplicates").body
    assert len(named) == 2
    assert client.ask("GET", "/api/albums?name=duplicates").body == []
