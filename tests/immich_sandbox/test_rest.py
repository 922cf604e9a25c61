"""The other routes: what a client asks first, partners, stacks, the map, the timeline, single assets."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate, serve_forever

from .conftest import UNKNOWN

if TYPE_CHECKING:
    from immich_sandbox.library.library import Library

    from .conftest import Client, Start


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
@pytest.mark.parametrize("path", ["about", "config", "features", "ping"])
def test_the_server_tells_about_itself(level: str, path: str, start: Start) -> None:
    assert start(generate(3), level).ask("GET", f"/api/server/{path}").status == 200


def test_the_well_known_address_names_the_api(client: Client) -> None:
    assert client.ask("GET", "/.well-known/immich", key=None).body == {"api": {"endpoint": "/api"}}


def test_users_are_told(library: Library, client: Client) -> None:
    assert [user["name"] for user in client.ask("GET", "/api/users").body] == ["Alice", "Bob"]
    assert client.ask("GET", "/api/users/me", key="bob").body["isAdmin"] is False


def test_a_key_is_told_by_its_id(client: Client) -> None:
    own = client.ask("GET", "/api/api-keys/me").body
    assert client.ask("GET", f"/api/api-keys/{own['id']}").body == own
    assert client.ask("GET", f"/api/api-keys/{UNKNOWN}").status == 400


def test_a_partner_is_put_into_the_timeline(library: Library, client: Client) -> None:
    alice, bob = library.user_named("alice").id, library.user_named("bob").id
    assert [partner["id"] for partner in client.ask("GET", "/api/partners?direction=shared-with").body] == [bob]
    assert client.ask("GET", "/api/partners?direction=shared-by").body == []
    assert [partner["id"] for partner in client.ask("GET", "/api/partners?direction=shared-by", key="bob").body] == [
        alice
    ]
    before = len(client.ids({"size": 1000}))
    assert client.ask("PUT", f"/api/partners/{bob}", {"inTimeline": True}).body["inTimeline"] is True
    assert len(client.ids({"size": 1000})) > before
    assert client.ask("PUT", f"/api/partners/{UNKNOWN}", {"inTimeline": True}).status == 400


def test_stacks_come_with_their_assets(library: Library, client: Client) -> None:
    alice = library.user_named("alice").id
    stacks = client.ask("GET", "/api/stacks").body
    assert len(stacks) == sum(stack.owner_id == alice for stack in library.stacks.values())
    first = stacks[0]
    assert first["assets"][0]["id"] == first["primaryAssetId"]
    one = client.ask("GET", f"/api/stacks?primaryAssetId={first['primaryAssetId']}").body
    assert [stack["id"] for stack in one] == [first["id"]]
    shown = set(client.ids({"size": 1000, "withStacked": False}))
    assert shown.isdisjoint({asset["id"] for asset in first["assets"]})


def test_the_map_has_every_place_of_the_timeline(library: Library, client: Client) -> None:
    placed = {a.id for a in library.timeline if a.exif and a.exif.latitude is not None}
    markers = client.ask("GET", "/api/map/markers").body
    assert {marker["id"] for marker in markers} == placed & set(client.ids({"visibility": "timeline", "size": 1000}))
    more = client.ask("GET", "/api/map/markers?isArchived=true&withPartners=true&withSharedAlbums=true").body
    assert len(more) > len(markers)
    after = client.ask("GET", "/api/map/markers?fileCreatedAfter=2024-01-01T00:00:00Z&isFavorite=true").body
    assert 0 < len(after) < len(markers)
    album = next(album for album in library.albums.values() if album.name == "Best of")
    of_album = client.ask("GET", f"/api/albums/{album.id}/map-markers").body
    assert {photo["id"] for photo in of_album} <= set(album.asset_ids)


@pytest.mark.parametrize(
    ("query", "body"),
    [
        ("visibility=archive", {"visibility": "archive"}),
        ("isFavorite=true&visibility=timeline", {"isFavorite": True, "visibility": "timeline"}),
    ],
)
def test_the_timeline_takes_filters(query: str, body: dict[str, object], library: Library, client: Client) -> None:
    buckets = client.ask("GET", f"/api/timeline/buckets?{query}").body
    assert sum(bucket["count"] for bucket in buckets) == len(client.ids({**body, "size": 1000}))


def test_the_timeline_is_of_a_person_a_tag_an_album(library: Library, client: Client) -> None:
    alice = library.user_named("alice").id
    tag = next(tag for tag in library.tags.values() if tag.value == "Pets")
    emma = next(p for p in library.people_named("Emma") if p.owner_id == alice)
    album = next(album for album in library.albums.values() if album.name == "Best of")
    for query in (f"tagId={tag.id}", f"personId={emma.id}", f"albumId={album.id}&order=asc"):
        buckets = client.ask("GET", f"/api/timeline/buckets?{query}").body
        assert buckets
        month = client.ask("GET", f"/api/timeline/bucket?{query}&timeBucket={buckets[0]['timeBucket']}").body
        assert len(month["id"]) == buckets[0]["count"]


def test_a_month_has_coordinates_and_stacks_if_asked_for(client: Client) -> None:
    first = client.ask("GET", "/api/timeline/buckets").body[0]["timeBucket"]
    query = f"timeBucket={first}&withCoordinates=true&withStacked=true"
    month = client.ask("GET", f"/api/timeline/bucket?{query}").body
    assert {"latitude", "longitude", "stack"} <= month.keys()
    assert {len(column) for column in month.values()} == {len(month["id"])}
    assert all(not time.endswith("Z") for time in month["fileCreatedAt"])


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("visibility=locked", 401),
        ("withPartners=true", 400),
        ("withPartners=true&visibility=timeline", 200),
        (f"userId={UNKNOWN}", 400),
        (f"albumId={UNKNOWN}", 400),
    ],
)
def test_the_timeline_refuses(query: str, status: int, client: Client) -> None:
    assert client.ask("GET", f"/api/timeline/buckets?{query}").status == status


def test_days_and_archive_are_asked_for_in_another_way_in_1_132(start: Start) -> None:
    client = start(level="1.132")
    days = client.ask("GET", "/api/timeline/buckets?size=DAY&isArchived=true").body
    assert (
        sum(day["count"] for day in days) == client.ask("GET", "/api/assets/statistics?isArchived=true").body["total"]
    )
    asset_id = client.ids({"isVisible": True, "size": 1})[0]
    assert client.ask("PUT", f"/api/assets/{asset_id}", {"isArchived": True}).body["isArchived"] is True


def test_counts_of_assets_may_be_narrowed(library: Library, client: Client) -> None:
    whole = client.ask("GET", "/api/assets/statistics").body
    assert whole["total"] == whole["images"] + whole["videos"]
    trashed = client.ask("GET", "/api/assets/statistics?isTrashed=true&visibility=timeline").body
    assert 0 < trashed["total"] < whole["total"]


def test_an_asset_is_told_whole_and_drawn(library: Library, client: Client) -> None:
    asset = next(
        a for a in library.timeline if a.person_ids and a.tag_ids and a.owner_id == library.user_named("alice").id
    )
    body = client.ask("GET", f"/api/assets/{asset.id}").body
    assert [person["id"] for person in body["people"]] == list(asset.person_ids)
    assert [tag["id"] for tag in body["tags"]] == list(asset.tag_ids)
    for path in (f"assets/{asset.id}", f"people/{asset.person_ids[0]}"):
        picture = client.ask("GET", f"/api/{path}/thumbnail?size=preview")
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert picture.raw.startswith(b"<svg")
    assert client.ask("GET", f"/api/people/{UNKNOWN}").status == 400


def test_only_own_assets_can_be_changed(library: Library, client: Client) -> None:
    asset = library.add_asset(owner="bob")
    reply = client.ask("PUT", f"/api/assets/{asset.id}", {"isFavorite": True})
    assert (reply.status, reply.body["message"]) == (400, "Not found or no asset.update access")
    mine = library.add_asset()
    assert client.ask("PUT", f"/api/assets/{mine.id}", {"visibility": "archive"}).body["visibility"] == "archive"


def test_tags_are_listed_by_path_and_given_to_assets(library: Library, client: Client) -> None:
    values = [tag["value"] for tag in client.ask("GET", "/api/tags").body]
    assert values == sorted(values)
    tag = next(tag for tag in library.tags.values() if tag.value == "print")
    asset = library.add_asset()
    reply = client.ask("PUT", f"/api/tags/{tag.id}/assets", {"ids": [asset.id, asset.id, UNKNOWN]})
    assert [result.get("error", "ok") for result in reply.body] == ["ok", "duplicate", "no_permission"]
    assert client.ask("PUT", f"/api/tags/{UNKNOWN}/assets", {"ids": []}).status == 400


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 400),
        ({"albumId": UNKNOWN}, 400),
        ({"userId": UNKNOWN}, 400),
        ({"assetIds": [UNKNOWN]}, 400),
        ({"archiveSize": 0, "assetIds": []}, 400),
    ],
)
def test_a_download_needs_something_to_hold(body: dict[str, object], status: int, client: Client) -> None:
    assert client.ask("POST", "/api/download/info", body).status == status


def test_the_video_part_of_a_live_photo_comes_with_its_download(library: Library, client: Client) -> None:
    part = library.add_asset(visibility="hidden", type="VIDEO")
    photo = library.add_asset(live_photo_video_id=part.id)
    body = client.ask("POST", "/api/download/info", {"assetIds": [photo.id]}).body
    assert body["archives"][0]["assetIds"] == [photo.id, part.id]
    assert client.ids({"isMotion": True, "size": 1000}).count(photo.id) == 1


def test_sharing_has_its_own_errors(library: Library, client: Client) -> None:
    album = next(album for album in library.albums.values() if album.name == "Empty")
    alice, bob = library.user_named("alice").id, library.user_named("bob").id
    users = f"/api/albums/{album.id}/users"
    assert (
        client.ask("PUT", users, {"albumUsers": [{"userId": alice}]}).body["message"] == "Cannot be shared with owner"
    )
    assert client.ask("PUT", users, {"albumUsers": [{"userId": UNKNOWN}]}).body["message"] == "Invalid user"
    assert client.ask("PUT", users, {"albumUsers": ["x"]}).status == 400
    assert client.ask("PUT", users, {"albumUsers": "x"}).status == 400
    assert client.ask("PUT", f"/api/albums/{album.id}/user/{bob}", {"role": "viewer"}).status == 400
    assert client.ask("DELETE", f"/api/albums/{album.id}/user/{alice}").body["message"] == "Cannot remove album owner"
    made = client.ask("POST", "/api/albums", {"albumName": "x", "albumUsers": [{"userId": UNKNOWN}]})
    assert made.body["message"] == "Invalid user"


def test_an_own_mistake_is_500_and_the_sandbox_goes_on(library: Library, client: Client) -> None:
    library.timeline.append(None)  # type: ignore[arg-type]  # what a broken test may do
    library.revision += 1
    reply = client.search({})
    assert (reply.status, reply.body) == (500, {"message": "Internal server error"})
    library.timeline.pop()
    library.revision += 1
    assert client.search({}).status == 200


def test_a_body_that_is_no_json_object_is_refused(client: Client) -> None:
    for raw, text in ((b"{size}", "Unexpected token"), (b"5", "Unexpected token"), (b"[1]", "Validation failed")):
        reply = client.ask("POST", "/api/search/metadata", raw=raw, headers={"content-type": "application/json"})
        assert reply.status == 400
        assert text in reply.body["message"]


def test_an_unknown_user_or_photo_is_no_one(library: Library, client: Client) -> None:
    with pytest.raises(KeyError):
        library.user_named("nobody")
    assert b"no such photo" in client.ask("GET", "/photos/x", key=None).raw


def test_serving_for_ever_ends_with_ctrl_c(library: Library) -> None:
    seen: list[str] = []

    def announce(sandbox: Sandbox) -> None:
        seen.append(sandbox.url)
        raise KeyboardInterrupt

    serve_forever(library, "3.2", 0, announce=announce)
    assert seen[0].startswith("http://127.0.0.1:")


def test_every_answer_tells_what_the_clock_of_the_library_shows(library: Library, client: Client) -> None:
    assert client.ask("GET", "/api/server/ping").headers["date"] == "Sun, 01 Nov 2026 00:00:00 GMT"
    library.wait(90_000_000)
    assert client.ask("GET", "/api/nowhere").headers["date"] == "Sun, 01 Nov 2026 00:01:30 GMT"


@pytest.mark.parametrize(("level", "path"), [("1.132", "jobs"), ("2.7", "jobs"), ("2.7", "queues"), ("3.2", "queues")])
def test_administrators_see_what_is_at_work(level: str, path: str, start: Start) -> None:
    client = start(generate(10), level)
    client.sandbox.settings.queues["smartSearch"] = 7
    body = client.ask("GET", f"/api/{path}").body
    if path == "jobs":
        assert body["smartSearch"]["jobCounts"]["waiting"] == 7
        assert body["ocr"]["queueStatus"]["isActive"] is False
    else:
        assert {queue["name"]: queue["statistics"]["waiting"] for queue in body}["smartSearch"] == 7
    assert client.ask("GET", f"/api/{path}", key="bob").status == 403
    assert client.ask("GET", "/api/queues").status == (404 if level == "1.132" else 200)


def test_a_tag_is_taken_off_and_moves_updated_at(library: Library, client: Client) -> None:
    tag = next(iter(library.tags.values()))
    asset = library.add_asset(tag_ids=(tag.id,))
    before = asset.updated_at
    answer = client.ask("DELETE", f"/api/tags/{tag.id}/assets", {"ids": [asset.id, UNKNOWN]}).body
    assert [result.get("error") for result in answer] == [None, "not_found"]
    assert asset.tag_ids == ()
    assert asset.updated_at > before
    assert client.ask("DELETE", f"/api/tags/{UNKNOWN}/assets", {"ids": []}).status == 400
