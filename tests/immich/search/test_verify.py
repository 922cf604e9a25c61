"""A server that ignores a filter is noticed before anything of its answer is used; one that does not is left alone."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from immich_sandbox import generate
from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich.search.record_match import contains
from immich_smart_albums.model.query import Query, Value, Visibility
from tests.immich.conftest import LEVELS
from tests.support.immich_clients import find, ids_found_by, metadata, server_at, shown, smart

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from tests.immich.conftest import Start

GOOD_ID = "7d1be37b-e20f-4da1-b1e0-95facc285fc2"
FOREIGN_ID = "63d1e020-fc5a-417e-b9cd-8bc7f5a8434f"
CHECKSUM = "2jmj7l5rSw0yVb/vlWAYkK/YBwk="
CHECKSUM_IN_HEX = "da39a3ee5e6b4b0d3255bfef95601890afd80709"

GOOD: dict[str, Any] = {
    "id": GOOD_ID,
    "ownerId": FOREIGN_ID,
    "fileCreatedAt": "2024-06-01T12:00:00.000Z",
    "localDateTime": "2024-06-01T15:00:00.000Z",
    "createdAt": "2024-06-02T12:00:00.000Z",
    "updatedAt": "2024-06-03T12:00:00.000Z",
    "originalFileName": "IMG_1017.jpg",
    "originalPath": "/trip/2014-11-18/IMG_1017.jpg",
    "type": "IMAGE",
    "visibility": "timeline",
    "isArchived": False,
    "isTrashed": False,
    "isFavorite": False,
    "isOffline": False,
    "livePhotoVideoId": None,
    "people": [],
    "libraryId": GOOD_ID,
    "checksum": CHECKSUM,
    "deviceId": "phone",
    "deviceAssetId": "IMG_1017.jpg-4711",
    "exifInfo": {
        "city": "Nice",
        "state": "Provence",
        "country": "France",
        "make": "Canon",
        "model": "EOS R6",
        "lensModel": "RF50mm",
        "rating": 4,
        "description": "On the beach",
    },
}
"""A record that holds against every query below."""

CHECKED: list[tuple[str, Value, dict[str, Any]]] = [
    ("city", "Nice", {"city": "Nizza"}),
    ("city", "Nice", {"city": None}),
    ("state", "Provence", {"state": "Lapland"}),
    ("country", "France", {"country": "Finland"}),
    ("make", "Canon", {"make": "canon"}),
    ("model", "EOS R6", {"model": None}),
    ("lensModel", "RF50mm", {"lensModel": "RF24-105mm"}),
    ("rating", 4, {"rating": 5}),
    ("description", "beach", {"description": "In the mountains"}),
    ("description", "beach", {"description": None}),
    ("originalFileName", "img_", {"originalFileName": "DSC00001.jpg"}),
    ("originalPath", "/trip/2014", {"originalPath": "/home/2014/1.jpg"}),
    ("type", "IMAGE", {"type": "VIDEO"}),
    ("libraryId", GOOD_ID, {"libraryId": None}),
    ("id", GOOD_ID, {"id": FOREIGN_ID}),
    ("isFavorite", False, {"isFavorite": True}),
    ("isOffline", False, {"isOffline": True}),
    ("isMotion", False, {"livePhotoVideoId": FOREIGN_ID}),
    ("checksum", CHECKSUM, {"checksum": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}),
    ("checksum", CHECKSUM_IN_HEX, {"checksum": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}),
    ("deviceId", "phone", {"deviceId": "tablet"}),
    ("deviceAssetId", "IMG_1017.jpg-4711", {"deviceAssetId": "other"}),
    ("takenAfter", "2024-06-01T12:00:00.000Z", {"fileCreatedAt": "2024-06-01T11:59:59.999Z"}),
    ("takenBefore", "2024-06-01T12:00:00.000Z", {"fileCreatedAt": "2024-06-01T12:00:00.001Z"}),
    ("createdAfter", "2024-06-02T12:00:00.000Z", {"createdAt": "2024-06-02T11:59:59.999Z"}),
    ("createdBefore", "2024-06-02T12:00:00.000Z", {"createdAt": "2024-06-02T12:00:00.001Z"}),
    ("updatedAfter", "2024-06-03T12:00:00.000Z", {"updatedAt": "2024-06-03T11:59:59.999Z"}),
    ("updatedBefore", "2024-06-03T12:00:00.000Z", {"updatedAt": "2024-06-03T12:00:00.001Z"}),
    ("updatedBefore", "2024-06-03T12:00:00.000Z", {"updatedAt": "yesterday"}),
    ("updatedBefore", "2024-06-03T12:00:00.000Z", {"updatedAt": None}),
]
"""A filter, its value, and how a record would look that does not hold."""


def changed(changes: dict[str, Any]) -> dict[str, Any]:
    """The good record with other values, those of EXIF by their own names."""
    exif = GOOD["exifInfo"] | {name: value for name, value in changes.items() if name in GOOD["exifInfo"]}
    return GOOD | {name: value for name, value in changes.items() if name in GOOD} | {"exifInfo": exif}


def answered(sandbox: Sandbox, query: Query, *records: dict[str, Any], key: str = "alice") -> list[dict[str, Any]]:
    """What the client makes of a search that is answered with these records, whatever it asked for.

    Controls, which come after it, find nothing: what they would notice is another matter.
    """
    sandbox.faults.clear()
    for items, times in ((records, 1), ((), None)):
        assets = {"items": items, "count": len(items), "nextPage": None, "nextCursor": None}
        body = msgspec.json.encode({"assets": assets})
        sandbox.faults.status(200, body=body, path="/api/search/*", times=times)
    return find(server_at(sandbox, key), query)


def assert_noticed(sandbox: Sandbox, query: Query, *records: dict[str, Any], because: str) -> None:
    with pytest.raises(Untrustworthy) as caught:
        answered(sandbox, query, *records)
    message = caught.value.message
    assert query.describe() in message
    assert f"but {because} does not hold" in message
    assert caught.value.hint
    assert "nothing of its answer is used" in caught.value.hint


@pytest.fixture
def parrot(start: Start) -> Sandbox:
    """A sandbox whose searches are answered by the test."""
    return start()


@pytest.mark.parametrize(("name", "value", "changes"), CHECKED, ids=str)
def test_an_ignored_filter_is_noticed(parrot: Sandbox, name: str, value: Value, changes: dict[str, Any]) -> None:
    query = metadata(**{name: value})
    assert answered(parrot, query, GOOD)
    assert_noticed(parrot, query, GOOD, changed(changes), because=name)


def test_an_ignored_filter_of_a_ranked_or_capped_search_is_noticed_too(parrot: Sandbox) -> None:
    foreign = changed({"city": "Nizza"})
    assert_noticed(parrot, smart(10, query="dog", city="Nice"), GOOD, foreign, because="city")
    assert_noticed(parrot, metadata(limit=10, city="Nice"), GOOD, foreign, because="city")


@pytest.mark.parametrize("wanted", list(Visibility))
@pytest.mark.parametrize("shown", list(Visibility))
def test_an_ignored_visibility_is_noticed(parrot: Sandbox, wanted: Visibility, shown: Visibility) -> None:
    record = changed({"visibility": shown.value})
    if wanted is shown:
        assert answered(parrot, metadata({wanted}), record)
    else:
        assert_noticed(parrot, metadata({wanted}), record, because="visibility")


@pytest.mark.parametrize(
    ("wanted", "is_archived", "holds"),
    [
        (Visibility.TIMELINE, False, True),
        (Visibility.TIMELINE, True, False),
        (Visibility.ARCHIVE, True, True),
        (Visibility.ARCHIVE, False, False),
        (Visibility.HIDDEN, False, True),  # records of old versions do not tell
        (Visibility.HIDDEN, True, True),
    ],
)
def test_before_1_133_a_record_tells_only_whether_it_is_archived(
    start: Start, wanted: Visibility, is_archived: bool, holds: bool
) -> None:
    record = changed({"isArchived": is_archived})
    del record["visibility"]
    sandbox = start(level="1.132")
    if holds:
        assert answered(sandbox, metadata({wanted}), record)
    else:
        assert_noticed(sandbox, metadata({wanted}), record, because="visibility")


def test_trashed_photos_are_noticed_unless_they_were_asked_for(parrot: Sandbox) -> None:
    trashed = changed({"isTrashed": True})
    assert_noticed(parrot, metadata(), trashed, because="not being in the trash")
    assert answered(parrot, metadata(withDeleted=True), GOOD, trashed)
    assert answered(parrot, metadata(trashedAfter="2024-01-01T00:00:00.000Z"), trashed)
    for name in ("trashedAfter", "trashedBefore"):
        query = metadata(**{name: "2024-01-01T00:00:00.000Z"})
        assert_noticed(parrot, query, trashed, GOOD, because="being in the trash")


def test_favourites_of_partners_are_believed_and_ones_own_are_checked(start: Start) -> None:
    sandbox = start()
    alice = sandbox.library.user_named("alice").id
    mine, hers = changed({"ownerId": alice}), changed({"ownerId": FOREIGN_ID})
    assert answered(sandbox, metadata(isFavorite=True), hers)
    assert_noticed(sandbox, metadata(isFavorite=True), hers, mine, because="isFavorite")


def test_favourites_are_left_to_the_server_where_the_key_may_not_know_whose_it_is(parrot: Sandbox) -> None:
    assert answered(parrot, metadata(isFavorite=True), GOOD, key="alice-readonly")
    assert "/api/users/me" in {request.path for request in parrot.requests}


def test_who_one_is_is_asked_only_where_it_matters(newest: Sandbox) -> None:
    ids_found_by(server_at(newest), metadata(city="Helsinki"))
    assert "/api/users/me" not in {request.path for request in newest.requests}


@pytest.mark.parametrize("name", ["type", "createdAfter", "city", "rating", "isFavorite", "isOffline"])
def test_a_field_that_every_answer_has_must_be_there(parrot: Sandbox, name: str) -> None:
    value = next(value for key, value, _ in CHECKED if key == name)
    field = {"createdAfter": "createdAt"}.get(name, name)
    exif = {key: value for key, value in GOOD["exifInfo"].items() if key != field}
    bare = {key: value for key, value in GOOD.items() if key != field} | {"exifInfo": exif}
    with pytest.raises(Untrustworthy, match=f" without (exifInfo.)?{field}$"):
        answered(parrot, metadata(**{name: value}), bare)


def test_a_search_by_people_must_bring_people(parrot: Sandbox) -> None:
    query = metadata(personIds=(FOREIGN_ID,))
    assert_noticed(parrot, query, GOOD | {"people": []}, because="personIds")
    assert answered(parrot, query, GOOD | {"people": [{"id": FOREIGN_ID, "name": ""}]})


def test_a_checksum_that_is_none_is_not_compared(parrot: Sandbox) -> None:
    assert answered(parrot, metadata(checksum="abc"), GOOD)


def test_filters_that_records_do_not_show_are_left_to_controls(parrot: Sandbox) -> None:
    for name in ("isNotInAlbum", "isEncoded"):
        assert answered(parrot, metadata(**{name: True}), GOOD)
    assert answered(parrot, metadata(tagIds=None, albumIds=(FOREIGN_ID,)), GOOD)


@pytest.mark.parametrize(
    ("value", "pattern", "expected"),
    [
        ("IMG_1017.jpg", "img", True),
        ("IMG_1017.jpg", "IMG%17", None),
        ("IMG_1017.jpg", "img_10", None),
        ("IMG-1017.jpg", "img_10", None),  # _ is any character
        ("DSC00001.jpg", "img", False),
        ("DSC00001.jpg", "img%", False),
        ("Ete a Nice.jpg", "été", None),  # accents are ignored in ways that cannot be repeated
        ("Kesä.jpg", "xyz", None),  # so nothing is certain about a text that has some
        ("a%b", "a\\%b", None),
        ("anything", "%", None),
        (None, "img", False),
        (7, "img", False),
    ],
)
def test_text_is_compared_only_where_the_comparison_is_certain(
    value: object, pattern: str, expected: bool | None
) -> None:
    assert contains(value, pattern) is expected


@pytest.mark.untraced
@pytest.mark.parametrize("level", LEVELS)
def test_no_filter_of_the_sandbox_raises_a_false_alarm(start: Start, level: str) -> None:
    library = generate(500)
    asset = next(asset for asset in shown(library) if asset.exif and asset.exif.city and asset.exif.lens_model)
    exif = asset.exif
    assert exif
    moment = "2023-01-01T00:00:00.000Z"
    filters: list[dict[str, Value]] = [
        {"city": exif.city, "state": exif.state, "country": exif.country},
        {"make": exif.make, "model": exif.model, "lensModel": exif.lens_model},
        {"id": asset.id},
        {"checksum": asset.checksum},
        {"originalPath": asset.original_path[:20]},
        {"originalFileName": asset.original_file_name[-6:]},
        {"takenAfter": "2025-06-01T00:00:00.000Z"},
        {"updatedAfter": moment, "createdBefore": "2027-01-01T00:00:00.000Z"},
        {"withDeleted": True},
        {"trashedAfter": "2000-01-01T00:00:00.000Z"},
        {"isMotion": True},
        {"isOffline": False},
        {"rating": 5},
        {"description": "a"},
    ]
    server = server_at(start(library, level))
    for words in filters:
        query = metadata(**({"takenAfter": "2024-01-01T00:00:00.000Z"} | words))
        if not server.unsupported(query):
            ids_found_by(server, query)
