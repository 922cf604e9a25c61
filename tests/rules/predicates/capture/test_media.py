"""Kinds of files, screenshots, local filters and raw searches."""

from __future__ import annotations

import unicodedata

import pytest

from immich_smart_albums.errors import FilterError
from immich_smart_albums.model.dialects import conditions_of
from immich_smart_albums.model.query import Kind, Query, Value, Visibility
from immich_smart_albums.rules.tree import Search
from tests.support.asset_records import check, holds, record, words
from tests.support.yaml_values import Quoted, node, parsed, problem

ANNA = "8fbe472e-7463-4d97-ae2d-3efb3270e153"


@pytest.mark.parametrize(
    ("media", "meaning"),
    [
        ("photo", "photo 'IMAGE'"),
        (["video", "live"], ("any", "video 'VIDEO'", "live photo")),
        ("raw", "raw"),
        ("screenshot", "screenshot"),
        ("Image/HEIC", "type image/heic"),
        ("video/*", "type video/*"),
    ],
)
def test_kinds_are_read(media: object, meaning: object) -> None:
    assert words({"media": media}) == meaning


@pytest.mark.parametrize(
    ("media", "fields", "expected"),
    [
        ("photo", {"type": "IMAGE"}, True),
        ("photo", {"type": "VIDEO"}, False),
        ("video", {"type": "VIDEO"}, True),
        ("live", {"livePhotoVideoId": ANNA}, True),
        ("live", {}, False),
        ("panorama", {"projectionType": "EQUIRECTANGULAR"}, True),
        ("panorama", {"exifImageWidth": 9000, "exifImageHeight": 3000}, True),
        ("panorama", {"exifImageWidth": 3000, "exifImageHeight": 9000, "orientation": "6"}, True),
        ("panorama", {"exifImageWidth": 1170, "exifImageHeight": 9000}, False),
        ("panorama", {"exifImageWidth": 4000, "exifImageHeight": 3000}, False),
        ("panorama", {}, False),
        ("raw", {"originalMimeType": "image/cr3"}, True),
        ("raw", {"originalMimeType": "image/dng"}, True),
        ("raw", {"originalMimeType": "image/psd"}, False),
        ("raw", {"originalMimeType": None}, False),
        ("image/heic", {"originalMimeType": "image/heic"}, True),
        ("image/heic", {"originalMimeType": "image/heif"}, False),
        ("image/*", {"originalMimeType": "image/heif"}, True),
        ("image/*", {"originalMimeType": "video/mp4"}, False),
    ],
)
def test_kinds_hold(media: str, fields: dict[str, object], expected: bool) -> None:
    assert holds({"media": media}, record(**fields)) is expected


@pytest.mark.parametrize(
    ("media", "filters"),
    [("photo", {"type": "IMAGE"}), ("video", {"type": "VIDEO"}), ("live", {"isMotion": True}), ("raw", None)],
)
def test_the_server_finds_exactly_the_same_kinds(media: str, filters: dict[str, object] | None) -> None:
    result = check({"media": media})
    assert (result.superset and result.superset.flat_fields) == filters
    assert result.superset_is_exact is (filters is not None)


def test_the_reason_of_a_panorama_is_its_shape() -> None:
    assert (
        check({"media": "panorama"}).evidence(record(exifImageWidth=9000, exifImageHeight=3000)) == "9000 x 3000 pixels"
    )


def test_a_record_without_its_type_is_of_no_kind() -> None:
    with pytest.raises(FilterError, match="type"):
        check({"media": "photo"}).holds({})


@pytest.mark.parametrize(
    "name",
    [
        "Screenshot_20240512-153614.png",
        "Screen Shot 2024-05-12 at 15.36.14.jpg",
        "Bildschirmfoto 2024-05-12 um 15.36.14.jpg",
        "Capture d\u2019écran 2024-05-12.jpg",
        "Captura de pantalla 2024.jpg",
        "Captura de ecrã 2024.jpg",
        "Schermafbeelding 2024.jpg",
        "Skärmavbild 2024.jpg",
        "Näyttökuva 2024.jpg",
        "Zrzut ekranu 2024.jpg",
        "スクリーンショット 2024.jpg",
        "截屏2024.jpg",
        "스크린샷 2024.jpg",
        "Снимок экрана 2024.jpg",
    ],
)
def test_a_name_tells_a_screenshot(name: str) -> None:
    for form in ("NFC", "NFD"):
        written = unicodedata.normalize(form, name)
        assert holds({"screenshot": True}, record(originalFileName=written, make="Apple")), name


@pytest.mark.parametrize(
    ("fields", "why"),
    [
        ({"originalFileName": "IMG_1.PNG", "originalMimeType": "image/png"}, "a PNG of no camera"),
        ({"originalPath": "/photos/Screenshots/1.jpg"}, "path /photos/Screenshots/1.jpg"),
        ({"originalFileName": "IMG_1.PNG", "originalMimeType": "image/png", "make": "Canon"}, None),
        ({"originalFileName": "IMG_1.PNG", "originalMimeType": "image/png", "exifInfo": None}, None),
        ({"originalFileName": "IMG_1.jpg"}, None),
        ({"originalFileName": "Screenshot.mp4", "type": "VIDEO"}, None),
        ({"originalFileName": "Landscreen.jpg"}, None),
    ],
)
def test_what_tells_a_screenshot(fields: dict[str, object], why: str | None) -> None:
    photo = record(**fields)
    assert holds({"screenshot": True}, photo) is holds({"media": "screenshot"}, photo) is (why is not None)
    assert holds({"screenshot": False}, photo) is (why is None)
    assert check({"screenshot": True}).evidence(photo) == why


# -- local filters --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "meaning", "title"),
    [
        ("$.exifInfo.make:Apple", "$.exifInfo.make:Apple", "local filter '$.exifInfo.make:Apple'"),
        ("$.duplicateId", "$.duplicateId", "local filter '$.duplicateId'"),
        ({"path": "$.duplicateId"}, "$.duplicateId", "local filter '$.duplicateId:'"),
        (
            {"path": "$.exifInfo.make", "regex": "Apple", "description": "Apple phones"},
            "$.exifInfo.make:Apple",
            "local filter 'Apple phones'",
        ),
    ],
)
def test_local_filters_are_read(wanted: object, meaning: str, title: str) -> None:
    result = check({"json": wanted})
    assert (result.key, result.text, str(result.origin)) == (meaning, title, "rules.yaml:1:8")


def test_local_filters_hold() -> None:
    apple = record(make="Apple", duplicateId=None)
    assert holds({"json": "$.exifInfo.make:appl"}, apple)
    assert not holds({"json": {"path": "$.duplicateId"}}, apple)
    assert holds({"json": [{"path": "$.duplicateId"}, "$.exifInfo.make"]}, apple)


@pytest.mark.parametrize(
    ("wanted", "where", "message"),
    [
        ("make:Apple", 8, "a filter is expected here, a mapping, not 'make:Apple'"),
        ({"regex": "x"}, 8, "there is no path"),
        ({}, 8, "there is no path"),
        ({"path": "$.make", "regx": "x"}, 23, "unknown word 'regx' in a filter"),
        ({"path": ["$.make"]}, 15, "a text for path is expected here, not a list"),
        ({"path": "$.id", "regex": ""}, 28, "a text for regex is expected here, not nothing"),
        ({"path": "$.id", "regex": "(x"}, 28, "not a regular expression"),
        ({"path": "$.id["}, 15, ""),
        ({"path": "$.maek"}, 15, "assets have no field 'maek'"),
        ("$.maek:x", 8, "assets have no field 'maek'"),
        ([{"path": "$.id"}, {"path": "$.maek"}], 30, "assets have no field 'maek'"),
    ],
)
def test_what_is_no_local_filter_is_told_at_its_word(wanted: object, where: int, message: str) -> None:
    result = problem({"json": wanted})
    assert message in result.message
    assert result.where == f"rules.yaml:1:{where}"


# -- raw searches -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("wanted", "kind", "filters", "limit"),
    [
        ({}, Kind.METADATA, {}, None),
        ({"city": "Helsinki", "isFavorite": True}, Kind.METADATA, {"city": "Helsinki", "isFavorite": True}, None),
        ({"city": None}, Kind.METADATA, {"city": None}, None),
        ({"city": "~", "state": "none"}, Kind.METADATA, {"city": None, "state": None}, None),
        ({"city": Quoted("null")}, Kind.METADATA, {"city": "null"}, None),
        ({"originalFileName": "0123"}, Kind.METADATA, {"originalFileName": "0123"}, None),
        ({"rating": 5}, Kind.METADATA, {"rating": 5}, None),
        ({"personIds": [ANNA]}, Kind.METADATA, {"personIds": (ANNA,)}, None),
        ({"datetime": {"from": "2023-06-01"}}, Kind.METADATA, {"takenAfter": "2023-06-01T00:00:00.000Z"}, None),
        ({"query": "dog"}, Kind.SMART, {"query": "dog"}, 200),
        ({"query": Quoted("7"), "resultLimit": 50}, Kind.SMART, {"query": "7"}, 50),
        ({"queryAssetId": ANNA}, Kind.SMART, {"queryAssetId": ANNA}, 200),
    ],
)
def test_searches_are_read(wanted: object, kind: Kind, filters: dict[str, Value], limit: int | None) -> None:
    result, findings = parsed({"search": wanted})
    assert findings.problems == []
    assert findings.warnings == []
    assert result == Search(Query(kind, conditions_of(filters), limit=limit))
    assert isinstance(result, Search)
    assert str(result.origin) == "rules.yaml:1:10"
    assert not result.sets_scope


def test_a_search_may_say_where_to_look() -> None:
    result = node({"search": {"isArchived": True}})
    assert isinstance(result, Search)
    assert result.query.visibility == {Visibility.ARCHIVE}
    assert result.sets_scope


@pytest.mark.parametrize(
    ("wanted", "where", "message"),
    [
        ("dog", 10, "a search is a mapping of Immich's own search fields, not 'dog'"),
        ([{"city": "x"}, "y"], 22, "a search is a mapping"),
        ({"ctiy": "Helsinki"}, 11, "Immich has no search field 'ctiy'"),
        ({"city": "x", "isFavorite": "yes"}, 20, "isFavorite takes true or false, not a text"),
        ({"rating": Quoted("5")}, 11, "rating takes"),
        ({"rating": 4.5}, 11, "rating takes"),
        ({"visibility": "locked"}, 11, "visibility 'locked' cannot be searched"),
        ({"takenAfter": "2024", "takenBefore": "x"}, 11, "takenAfter takes"),
        ({"takenAfter": "2024-02-01", "takenBefore": "2024-01-01"}, 10, "is later than takenBefore"),
        ({"query": "dog", "description": "x"}, 23, "Immich's smart search does not have 'description'"),
    ],
)
def test_what_is_no_search_is_told_at_its_word(wanted: object, where: int, message: str) -> None:
    _, findings = parsed({"search": wanted})
    assert message in findings.problems[0].message
    assert findings.problems[0].where == f"rules.yaml:1:{where}"


@pytest.mark.parametrize("match", [{"media": "phto"}, {"media": {"a": 1}}, {"screenshot": "no"}, {"media": "image"}])
def test_what_is_no_kind_is_told(match: object) -> None:
    assert "is expected here" in problem(match).message
