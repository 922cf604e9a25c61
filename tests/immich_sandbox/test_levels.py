"""What differs between the versions that the sandbox can be."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import generate
from immich_sandbox.levels import LEVELS

if TYPE_CHECKING:
    from .conftest import Start

ALL = tuple(LEVELS)
OLD = ("1.132", "2.7")
NEW = tuple(level for level in ALL if level not in OLD)
TIED = {"takenAfter": "2019-05-18T09:30:00Z", "takenBefore": "2019-05-18T09:30:00Z"}


@pytest.mark.parametrize(
    ("level", "version"),
    [("1.132", (1, 132, 3)), ("2.7", (2, 7, 5)), ("3.1", (3, 1, 0)), ("3.2", (3, 2, 4))],
)
def test_the_version_is_told_to_everybody(level: str, version: tuple[int, int, int], start: Start) -> None:
    body = start(level=level).ask("GET", "/api/server/version", key=None).body
    assert (body["major"], body["minor"], body["patch"]) == version
    assert ("prerelease" in body) == (level in NEW)


@pytest.mark.parametrize("level", ALL)
def test_default_visibilities_depend_on_the_version(level: str, start: Start) -> None:
    library = generate(2)
    for visibility in ("archive", "hidden", "locked"):
        library.add_asset(name=f"{visibility}.jpg", visibility=visibility)
    client = start(library, level)
    ids = {library.assets[id_].visibility for id_ in client.ids({})}
    expected = {
        "1.132": {"timeline", "hidden"},
        "2.7": {"timeline"},
    }
    assert ids == expected.get(level, {"timeline", "archive", "hidden"})


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"isArchived": True}, {"archive"}),
        ({"withArchived": True}, {"timeline", "archive", "hidden"}),
        ({"isVisible": True}, {"timeline"}),
        ({"isVisible": True, "withArchived": True}, {"timeline", "archive"}),
        ({"isVisible": False}, {"hidden"}),
        ({"visibility": "archive"}, {"timeline", "hidden"}),
    ],
)
def test_1_132_has_three_switches_instead_of_visibility(
    body: dict[str, object], expected: set[str], start: Start
) -> None:
    library = generate(2)
    library.add_asset(visibility="archive")
    library.add_asset(visibility="hidden")
    client = start(library, "1.132")
    assert {library.assets[id_].visibility for id_ in client.ids(body)} == expected


@pytest.mark.parametrize("level", ALL)
def test_a_filter_that_a_version_does_not_have_is_dropped_and_everything_comes(level: str, start: Start) -> None:
    client = start(level=level)
    everything = client.ids({"size": 1000})
    unknown: dict[str, dict[str, object]] = {
        "1.132": {"visibility": "archive", "ocr": "x", "albumIds": ["x"], "filter": {}},
        "2.7": {"isArchived": True, "filter": {"city": {"eq": "Nowhere"}}},
        "3.1": {"isArchived": True, "deviceId": "x", "filter": {"city": {"eq": "Nowhere"}}},
        "3.2": {"isArchived": True, "deviceId": "x", "withPartners": False},
    }
    body = {"size": 1000, "datetime": {"from": "x"}, "personId": "x", "query": "dog", "cities": ["x"], **unknown[level]}
    assert set(client.ids(body)) == set(everything)


@pytest.mark.parametrize("level", ALL)
def test_pages_and_dates_are_read_strictly_from_3_0_on(level: str, start: Start) -> None:
    client = start(level=level)
    wide = 200 if level in OLD else 400
    for body in ({"page": "2"}, {"isFavorite": "true"}, {"takenAfter": "2024-07-01"}, {"rating": -1}):
        assert client.search(body).status == wide, body
    assert client.search({"takenAfter": "2024-07-01T00:00:00+02:00"}).status == 200
    assert client.search({"takenAfter": "yesterday"}).status == 400
    assert client.search({"size": 1001}).status == 400
    assert client.search({"personIds": ["11111111-1111-1111-1111-111111111111"]}).status == 400


@pytest.mark.parametrize("level", ALL)
def test_an_empty_text_means_missing_before_3_0(level: str, start: Start) -> None:
    library = generate(300)
    client = start(library, level)
    without = [a for a in library.timeline if a.exif and a.exif.city is None]
    ids = client.ids({"city": "", "size": 1000})
    assert bool(ids) == (level in OLD)
    assert {library.assets[id_].exif.city for id_ in ids if library.assets[id_].exif} <= {None}  # type: ignore[union-attr]  # just asked
    assert without


@pytest.mark.parametrize("level", ALL)
def test_null_means_unrated_and_untagged_where_the_version_has_it(level: str, start: Start) -> None:
    library = generate(300)
    client = start(library, level)
    expected = 400 if level == "1.132" else 200
    assert client.search({"rating": None}).status == expected
    assert client.search({"tagIds": None}).status == expected
    assert client.search({"personIds": None}).status == 400
    if expected == 200:
        assert all(not library.assets[id_].tag_ids for id_ in client.ids({"tagIds": None, "size": 1000}))


@pytest.mark.parametrize("level", ALL)
def test_offset_pages_through_one_instant_are_complete_only_from_3_1_on(level: str, start: Start) -> None:
    library = generate(700, ties=400)
    client = start(library, level)
    rows = [id_ for page in (1, 2, 3, 4) for id_ in client.ids({**TIED, "size": 100, "page": page})]
    again = [id_ for page in (1, 2, 3, 4) for id_ in client.ids({**TIED, "size": 100, "page": page})]
    assert len(rows) == 400
    assert rows == again
    assert (len(set(rows)) == 400) == (level in NEW)


@pytest.mark.parametrize("level", OLD)
def test_one_page_that_holds_a_whole_tie_loses_nothing(level: str, start: Start) -> None:
    client = start(generate(700, ties=400), level)
    assert len(set(client.ids({**TIED, "size": 1000}))) == 400


@pytest.mark.parametrize("level", ALL)
def test_the_album_list_without_parameters_holds_shared_ones_from_3_0_on(level: str, start: Start) -> None:
    client = start(level=level)
    names = {album["albumName"] for album in client.ask("GET", "/api/albums").body}
    assert ("Summer together" in names) == (level in NEW)
    shared = {album["albumName"] for album in client.ask("GET", "/api/albums?shared=true").body}
    assert ("Summer together" in shared) is True
    assert ("Empty" in shared) == (level in NEW)


@pytest.mark.parametrize("level", ALL)
def test_an_album_brings_its_assets_until_2_7(level: str, start: Start) -> None:
    library = generate(300)
    client = start(library, level)
    album = next(album for album in library.albums.values() if album.name == "Duplicates")
    body = client.ask("GET", f"/api/albums/{album.id}").body
    assert len(body.get("assets", [])) == (len(album.asset_ids) if level in OLD else 0)
    assert ("owner" in body) == (level in OLD)
    assert [user["role"] for user in body["albumUsers"]] == ([] if level in OLD else ["owner"])
    assert client.ask("GET", f"/api/albums/{album.id}?withoutAssets=true").body.get("assets", []) == []


@pytest.mark.parametrize("level", ALL)
def test_a_search_in_a_shared_album_shows_what_others_put_there_from_3_0_on(level: str, start: Start) -> None:
    library = generate(300)
    album = next(album for album in library.albums.values() if album.name == "Summer together")
    client = start(library, level)
    ids = client.ids({"albumIds": [album.id], "size": 1000})
    if level == "1.132":
        assert len(ids) > len(album.asset_ids)
    else:
        assert len(ids) == (0 if level == "2.7" else len(album.asset_ids))
    secret = next(album.id for album in library.albums.values() if album.name == "Bob's own")
    assert client.search({"albumIds": [secret]}).status == (400 if level in NEW else 200)


@pytest.mark.parametrize("level", ALL)
def test_editors_change_albums_from_2_6_2_on(level: str, start: Start) -> None:
    library = generate(300)
    album = next(album for album in library.albums.values() if album.name == "Summer together")
    reply = start(library, level).ask("PATCH", f"/api/albums/{album.id}", {"description": "by Alice"})
    assert reply.status == (400 if level == "1.132" else 200)


@pytest.mark.parametrize("level", ALL)
def test_errors_carry_a_status_before_3_0(level: str, start: Start) -> None:
    client = start(level=level)
    reply = client.search({"size": 0})
    assert reply.status == 400
    if level in OLD:
        assert reply.body["message"] == ["size must not be less than 1"]
        assert reply.body["statusCode"] == 400
        assert reply.body["error"] == "Bad Request"
        assert reply.headers["x-immich-cid"] == reply.body["correlationId"]
    else:
        assert reply.body.keys() == {"message", "errors"}
        assert reply.headers["x-correlation-id"]


@pytest.mark.parametrize("level", ALL)
def test_timeline_months_are_columns_from_1_133_on(level: str, start: Start) -> None:
    client = start(level=level)
    size = "size=MONTH&" if level == "1.132" else ""
    buckets = client.ask("GET", f"/api/timeline/buckets?{size}").body
    ids: list[str] = []
    for bucket in buckets:
        month = client.ask("GET", f"/api/timeline/bucket?{size}timeBucket={bucket['timeBucket']}").body
        ids += [asset["id"] for asset in month] if level == "1.132" else month["id"]
    assert len(ids) == len(set(ids))
    whole = client.ask("GET", "/api/assets/statistics").body["total"]
    assert sum(bucket["count"] for bucket in buckets) == whole
    assert 0 <= whole - len(ids) <= 30
    if level == "1.132":
        assert client.ask("GET", "/api/timeline/buckets").status == 400


@pytest.mark.parametrize("level", ALL)
def test_routes_appear_with_their_versions(level: str, start: Start) -> None:
    client = start(level=level)
    new = 404 if level == "1.132" else 200
    assert client.search({}, kind="statistics").status == new
    assert client.ask("POST", "/api/search/large-assets").status == new
    assert client.ask("GET", "/api/api-keys/me").status == (400 if level == "1.132" else 200)
    assert client.search({"size": 5}, kind="smart").status == 400


@pytest.mark.parametrize("level", ALL)
def test_assets_are_told_as_the_version_does(level: str, start: Start) -> None:
    library = generate(300)
    video = library.add_asset(name="clip.mp4", type="VIDEO", duration_ms=6500, taken="2026-10-30T00:00:00Z")
    client = start(library, level)
    first = client.search({"size": 1}).body["assets"]["items"][0]
    assert first["id"] == video.id
    assert first["duration"] == ("0:00:06.50000" if level in OLD else 6500)
    assert ("deviceAssetId" in first) == (level in OLD)
    assert ("visibility" in first) == (level != "1.132")
    assert ("width" in first) == (level != "1.132")
