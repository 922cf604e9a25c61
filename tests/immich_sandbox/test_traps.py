"""What surprises clients of the real server, reproduced at 3.1."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import generate
from immich_sandbox.library import times

if TYPE_CHECKING:
    from immich_sandbox.library.library import Library

    from .conftest import Client, Start


def test_a_person_id_given_twice_matches_nothing(library: Library, client: Client) -> None:
    person = library.people_named("Jane Doe")[0].id
    assert client.ids({"personIds": [person]})
    assert client.ids({"personIds": [person, person]}) == []


def test_people_and_tags_combine_with_and_and_a_parent_tag_covers_its_children(
    library: Library, client: Client
) -> None:
    tags = {tag.value: tag.id for tag in library.tags.values()}
    jane, john = (library.people_named(name)[0].id for name in ("Jane Doe", "John Smith"))
    library.add_asset(person_ids=(jane, john), tag_ids=(tags["Trips/Finland/Lakes"], tags["print"]))
    both = client.ids({"personIds": [jane, john], "tagIds": [tags["Trips"], tags["print"]]})
    assert len(both) == 1
    assert set(both) <= set(client.ids({"personIds": [jane], "size": 1000}))


def test_an_empty_list_is_no_filter(client: Client) -> None:
    everything = client.ids({"size": 1000})
    assert client.ids({"personIds": [], "tagIds": [], "albumIds": [], "size": 1000}) == everything


def test_percent_and_underscore_are_wildcards_and_accents_do_not_count(library: Library, client: Client) -> None:
    asset = library.add_asset(name="Kesä_Mökki 12.jpg")
    for text in ("kesa", "KESÄ", "mokki%jpg", "k_s_", "esä_mö"):
        assert asset.id in client.ids({"originalFileName": text, "size": 1000}), text
    assert client.ids({"originalFileName": "no such name"}) == []


def test_assets_without_exif_vanish_when_exif_is_asked_for(library: Library, client: Client) -> None:
    bare = {asset.id for asset in library.timeline if asset.exif is None}
    plain, full = client.ids({"size": 1000}), client.ids({"size": 1000, "withExif": True})
    assert set(plain) - set(full) == bare & set(plain)
    assert bare & set(plain)


def test_people_are_empty_unless_asked_for(client: Client) -> None:
    items = client.search({"size": 1000}).body["assets"]["items"]
    assert all(item["people"] == [] for item in items)
    items = client.search({"size": 1000, "withPeople": True}).body["assets"]["items"]
    assert any(item["people"] for item in items)
    assert not any({"tags", "stack", "owner"} & item.keys() for item in items)


def test_a_date_has_microseconds_that_no_answer_shows(library: Library, client: Client) -> None:
    asset = library.add_asset(taken="2024-02-02T10:00:00.123456Z")
    shown = client.ask("GET", f"/api/assets/{asset.id}").body["fileCreatedAt"]
    assert shown == "2024-02-02T10:00:00.123Z"
    assert asset.id not in client.ids({"takenBefore": shown, "takenAfter": shown})
    assert asset.id in client.ids({"takenAfter": shown, "takenBefore": "2024-02-02T10:00:00.124Z"})


def test_both_ends_of_a_time_belong_to_it_and_it_is_utc(library: Library, client: Client) -> None:
    asset = library.add_asset(taken="2023-12-31T10:50:00Z", local_date_time=times.exact("2024-01-01T00:50:00Z"))
    exactly = {"takenAfter": "2023-12-31T10:50:00Z", "takenBefore": "2023-12-31T10:50:00Z"}
    assert client.ids(exactly) == [asset.id]
    assert asset.id not in client.ids({"takenAfter": "2024-01-01T00:00:00Z", "size": 1000})


def test_the_trash_is_out_unless_asked_for(library: Library, client: Client) -> None:
    trashed = {asset.id for asset in library.timeline if asset.deleted_at is not None} & set(
        client.ids({"withDeleted": True, "size": 1000})
    )
    assert trashed
    assert trashed.isdisjoint(client.ids({"size": 1000}))
    assert set(client.ids({"trashedAfter": "2000-01-01T00:00:00Z", "size": 1000})) == trashed
    offline = client.ids({"isOffline": True})
    assert [library.assets[id_].is_offline for id_ in offline] == [True]


def test_partners_in_the_timeline_are_in_every_search(library: Library, client: Client) -> None:
    bob = library.user_named("bob").id
    mine = client.ids({"size": 1000})
    library.partners[0].in_timeline = True
    items = client.search({"size": 1000}).body["assets"]["items"]
    his = [item for item in items if item["ownerId"] == bob]
    assert len(items) == len(mine) + len(his)
    assert not any(item["isFavorite"] for item in his)
    assert any(library.assets[id_].owner_id == bob for id_ in client.ids({"isFavorite": True, "size": 1000}))
    assert any(
        item["ownerId"] == bob
        for item in client.search({"query": "dog", "size": 1000}, kind="smart").body["assets"]["items"]
    )


def test_assets_in_any_album_of_anybody_are_not_free(library: Library, client: Client) -> None:
    asset = library.add_asset()
    assert asset.id in client.ids({"isNotInAlbum": True, "size": 1000})
    album = next(album for album in library.albums.values() if album.name == "Bob's own")
    library.add_to_album(album.id, [asset.id])
    assert asset.id not in client.ids({"isNotInAlbum": True, "size": 1000})
    assert asset.id in client.ids({"isNotInAlbum": False, "size": 1000})


def test_a_body_that_does_not_say_json_counts_as_empty(client: Client) -> None:
    raw = json.dumps({"size": 1}).encode()
    reply = client.ask("POST", "/api/search/metadata", raw=raw, headers={"content-type": "text/plain"})
    assert reply.body["assets"]["count"] == 250


def test_json_that_ends_too_early_is_400(client: Client) -> None:
    reply = client.ask("POST", "/api/search/metadata", raw=b'{"size": ', headers={"content-type": "application/json"})
    assert (reply.status, reply.body) == (400, {"message": "Unexpected end of JSON input"})


def test_a_body_over_ten_megabytes_is_500(client: Client) -> None:
    raw = b'{"ids": ["' + b"x" * (10 * 1024 * 1024) + b'"]}'
    reply = client.ask("PUT", "/api/albums/assets", raw=raw, headers={"content-type": "application/json"})
    assert (reply.status, reply.body) == (500, {"message": "Internal server error"})


def test_locked_assets_are_never_shown_to_a_key(library: Library, client: Client) -> None:
    asset = library.add_asset(visibility="locked")
    reply = client.search({"visibility": "locked"})
    assert (reply.status, reply.body) == (401, {"message": "Elevated permission is required"})
    assert asset.id not in client.ids({"size": 1000, "withDeleted": True})
    assert client.ask("GET", f"/api/assets/{asset.id}").status == 400


@pytest.mark.parametrize(
    ("method", "path", "status", "message"),
    [
        ("GET", "/api/nothing", 404, "Cannot GET /api/nothing"),
        ("PUT", "/api/albums/x", 404, "Cannot PUT /api/albums/x"),
        ("GET", "//api/albums", 404, "Cannot GET //api/albums"),
        ("POST", "/elsewhere", 404, "Cannot POST /elsewhere"),
    ],
)
def test_unknown_routes_are_404(method: str, path: str, status: int, message: str, client: Client) -> None:
    reply = client.ask(method, path)
    assert (reply.status, reply.body) == (status, {"message": message})


def test_a_trailing_slash_does_no_harm(client: Client) -> None:
    assert client.ask("GET", "/api/albums/").status == 200


def test_a_path_outside_the_api_shows_a_web_page_with_200(library: Library, client: Client) -> None:
    reply = client.ask("GET", "/albums", key=None)
    assert (reply.status, reply.headers["content-type"]) == (200, "text/html; charset=utf-8")
    asset = library.timeline[0]
    page = client.ask("GET", f"/photos/{asset.id}", key=None)
    assert asset.original_file_name in page.raw.decode()
    assert b"<svg" in page.raw


def test_total_is_what_is_on_the_page_and_a_full_last_page_has_no_next(client: Client) -> None:
    whole = len(client.ids({"size": 1000}))
    first = client.search({"size": 10}).body["assets"]
    assert (first["total"], first["count"], first["nextPage"]) == (10, 10, "2")
    assert client.search({"size": whole}).body["assets"]["nextPage"] is None
    assert client.search({"size": 10, "page": 999}).body["assets"]["items"] == []


def test_answers_are_compressed_when_asked_for(client: Client) -> None:
    reply = client.ask("POST", "/api/search/metadata", {}, headers={"accept-encoding": "gzip"})
    assert reply.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in client.search({}).headers
    assert reply.body == client.search({}).body


def test_what_has_not_changed_is_304(client: Client) -> None:
    tag = client.ask("GET", "/api/albums").headers["etag"]
    assert client.ask("GET", "/api/albums", headers={"if-none-match": tag}).status == 304


def test_maintenance_leaves_three_routes(client: Client) -> None:
    client.sandbox.settings.maintenance = True
    assert client.ask("GET", "/api/server/ping").status == 200
    assert client.ask("GET", "/api/server/config").body["maintenanceMode"] is True
    assert client.ask("GET", "/api/albums").status == 404


def test_suggestions_are_the_values_of_the_timeline(client: Client) -> None:
    cities = client.ask("GET", "/api/search/suggestions?type=city&country=Finland&includeNull=true").body
    assert "Helsinki" in cities
    assert "Paris" not in cities
    assert cities[-1] is None


def test_random_is_another_order_each_time(client: Client) -> None:
    one, two = (client.search({"size": 1000}, kind="random").body for _ in range(2))
    assert [item["id"] for item in one] != [item["id"] for item in two]
    assert {item["id"] for item in one} == {item["id"] for item in two}


def test_large_assets_takes_its_filters_from_the_query_string(client: Client) -> None:
    items = client.ask("POST", "/api/search/large-assets?size=5&withExif=true", {"size": 9}).body
    sizes = [item["exifInfo"]["fileSizeInByte"] for item in items]
    assert len(sizes) == 5
    assert sizes == sorted(sizes, reverse=True)


def test_the_people_list_leaves_out_hidden_ones_and_counts_them(library: Library, client: Client) -> None:
    alice = library.user_named("alice").id
    unnamed = [p for p in library.people.values() if p.owner_id == alice and p.name == ""]
    waiter = library.people_named("Waiter")[0]
    library.add_asset(person_ids=(waiter.id, unnamed[0].id))
    body = client.ask("GET", "/api/people").body
    assert waiter.id not in {person["id"] for person in body["people"]}
    assert body["hidden"] == 1
    withhidden = client.ask("GET", "/api/people?withHidden=true&size=3&page=1").body
    assert withhidden["hasNextPage"] is True
    assert len(withhidden["people"]) == 3
    assert client.ids({"personIds": [waiter.id]})


def test_a_person_list_counts_the_timeline_only(library: Library, client: Client) -> None:
    emma = next(p for p in library.people_named("Emma") if p.owner_id == library.user_named("alice").id)
    library.add_asset(person_ids=(emma.id,), visibility="archive")
    counted = client.ask("GET", f"/api/people/{emma.id}/statistics").body["assets"]
    assert counted < len(client.ids({"personIds": [emma.id], "size": 1000}))


def test_changing_an_asset_moves_updated_at_but_an_album_does_not(library: Library, client: Client) -> None:
    asset = library.add_asset()
    before = client.ask("GET", f"/api/assets/{asset.id}").body["updatedAt"]
    album = next(iter(library.albums.values()))
    client.ask("PUT", f"/api/albums/{album.id}/assets", {"ids": [asset.id]})
    assert client.ask("GET", f"/api/assets/{asset.id}").body["updatedAt"] == before
    changed = client.ask("PUT", f"/api/assets/{asset.id}", {"description": "new", "rating": 4, "isFavorite": True})
    assert changed.body["updatedAt"] > before
    assert client.ids({"updatedAfter": changed.body["updatedAt"]}) == [asset.id]
    assert client.ids({"description": "NEW", "rating": 4, "isFavorite": True}) == [asset.id]


@pytest.mark.parametrize(
    ("body", "number"),
    [
        ({"isEncoded": True}, 1),
        ({"ocr": "recipt"}, 1),
        ({"ocr": "giraffe"}, 0),
        ({"checksum": "c29tZSBjaGVja3N1bSBpbiBiYXNlNjQ="}, 1),
        ({"encodedVideoPath": "/x"}, 0),
        ({"libraryId": "22222222-2222-4222-8222-222222222222"}, 1),
        ({"createdAfter": "2026-10-31T00:00:00Z", "createdBefore": "2026-12-01T00:00:00Z"}, 1),
        ({"updatedBefore": "2026-10-31T00:00:00Z"}, 0),
        ({"takenAfter": "2024-06-01T12:00:00+02:00", "takenBefore": "2024-06-01T14:00:00+02:00"}, 1),
        ({"originalPath": "/data/library/alice"}, 1),
        ({"previewPath": "/ignored"}, 1),
    ],
)
def test_the_rarer_filters_work(body: dict[str, object], number: int, start: Start) -> None:
    library = generate(0)
    library.add_asset(
        name="clip.mp4",
        type="VIDEO",
        text="Receipt total",
        known_checksum="c29tZSBjaGVja3N1bSBpbiBiYXNlNjQ=",
        library_id="22222222-2222-4222-8222-222222222222",
    )
    assert len(start(library).ids(body)) == number


def test_an_asset_without_embedding_is_not_ranked_and_no_query(library: Library, client: Client) -> None:
    asset = library.add_asset(concepts=())
    assert asset.id not in client.ids({"query": "dog", "size": 1000}, kind="smart")
    assert client.search({"queryAssetId": asset.id}, kind="smart").status == 400
