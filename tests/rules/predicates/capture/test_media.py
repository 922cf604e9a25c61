"""The predicate on kinds of photos and types of files."""

from __future__ import annotations

import pytest

from immich_smart_albums.errors import FilterError
from tests.support.asset_records import check, holds, record, search, words
from tests.support.yaml_values import problem

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
    assert search({"media": media}) == (filters, filters is not None)


def test_the_reason_of_a_panorama_is_its_shape() -> None:
    assert (
        check({"media": "panorama"}).evidence(record(exifImageWidth=9000, exifImageHeight=3000)) == "9000 x 3000 pixels"
    )


def test_a_record_without_its_type_is_of_no_kind() -> None:
    with pytest.raises(FilterError, match="type"):
        check({"media": "photo"}).holds({})


@pytest.mark.parametrize(
    "match",
    [
        {"media": "phto"},
        {"media": {"a": 1}},
        {"media": "image"},
    ],
)
def test_what_is_no_kind_is_told(match: object) -> None:
    assert "is expected here" in problem(match).message
