"""Structured searches of 3.2: what is sent, read to the end, held against the conditions, and refused before 3.2."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import Sandbox, generate
from immich_sandbox.requests.structured_fields import FILTER
from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich.search.bodies import filter_body
from immich_smart_albums.immich.search.record_match import ends, lacks, starts
from immich_smart_albums.immich.search.scan import PAGE_SIZE
from immich_smart_albums.immich.versions import Capabilities
from immich_smart_albums.model.dialects import as_flat, shown_name, where
from immich_smart_albums.model.query import Branch, Condition, Kind, Query, Visibility
from immich_smart_albums.model.search_fields import FIELDS, OPERATORS
from immich_smart_albums.model.version import Version
from tests.immich.search.controls.test_no_false_alarm import values_of
from tests.immich.search.test_verify import CHECKSUM, FOREIGN_ID, GOOD, GOOD_ID, answered, changed
from tests.support.immich_clients import (
    SERVED_OPERATORS,
    STRUCTURED,
    TIMELINE,
    by_filter,
    ids_found_by,
    metadata,
    searches_sent,
    server_at,
    shown,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_sandbox import Library
    from immich_sandbox.library.records import Asset
    from tests.immich.conftest import Start

BOTH = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})
FAVORITE = Condition("isFavorite", "eq", True)


def structured(*conditions: Condition, either: tuple[Branch, ...] = (), limit: int | None = None) -> Query:
    return by_filter(Query(Kind.METADATA, conditions, TIMELINE, limit, any_of=either))


def query_of(field: str, operator: str, value: Any) -> Query:
    return structured(Condition(field, operator, value))


@pytest.fixture
def newer(running: dict[str, Sandbox]) -> Sandbox:
    running["3.2"].clear_requests()
    return running["3.2"]


QUESTIONS: list[tuple[Query, Callable[[Asset], bool]]] = [
    (query_of("city", "in", ("Paris", "Rome")), lambda a: a.exif is not None and a.exif.city in ("Paris", "Rome")),
    (query_of("city", "ne", None), lambda a: a.exif is not None and a.exif.city is not None),
    (
        query_of("country", "notIn", ("Finland",)),
        lambda a: a.exif is not None and a.exif.country not in (None, "Finland"),
    ),
    (query_of("rating", "gte", 4), lambda a: a.exif is not None and (a.exif.rating or 0) >= 4),
    (query_of("originalFileName", "startsWith", "img"), lambda a: a.original_file_name.lower().startswith("img")),
    (query_of("originalFileName", "endsWith", ".HEIC"), lambda a: a.original_file_name.lower().endswith(".heic")),
    (query_of("originalPath", "notLike", "library"), lambda a: "library" not in a.original_path.lower()),
    (query_of("hasPeople", "eq", True), lambda a: bool(a.person_ids)),
    (query_of("type", "ne", "IMAGE"), lambda a: a.type != "IMAGE"),
    (query_of("isMotion", "eq", True), lambda a: a.live_photo_video_id is not None),
    (query_of("createdAt", "lt", "2024-06-01T00:00:00.000Z"), lambda a: a.created_at < 1_717_200_000_000_000),
    (
        structured(
            Condition("takenAt", "gte", "2016-01-01T00:00:00.000Z"),
            Condition("takenAt", "lt", "2024-01-01T00:00:00.000Z"),
            Condition("type", "eq", "IMAGE"),
            either=((Condition("rating", "in", (4, 5)),), (FAVORITE, Condition("hasTags", "eq", False))),
        ),
        lambda a: (
            1_451_606_400_000_000 <= a.file_created_at < 1_704_067_200_000_000
            and a.type == "IMAGE"
            and ((a.exif is not None and a.exif.rating in (4, 5)) or (a.is_favorite and not a.tag_ids))
        ),
    ),
    (
        query_of("fileSizeInBytes", "gt", 4_000_000),
        lambda a: a.exif is not None and (a.exif.file_size or 0) > 4_000_000,
    ),
]


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("query", "expected"), QUESTIONS, ids=lambda part: part.describe() if isinstance(part, Query) else ""
)
def test_a_structured_search_finds_what_its_conditions_say_newest_first(
    newer: Sandbox, library: Library, query: Query, expected: Callable[[Asset], bool]
) -> None:
    wanted = [asset.id for asset in shown(library) if expected(asset)]
    assert wanted
    assert ids_found_by(server_at(newer), query) == wanted
    if len(wanted) > 3 * PAGE_SIZE:  # side by side, where one after the other takes long
        # Windows share the photos of their bounds.
        assert set(ids_found_by(server_at(newer, concurrency=2), query)) == set(wanted)
        assert "/api/timeline/buckets" in {request.path for request in newer.requests}
    for body in searches_sent(newer):
        assert body.keys() <= {"filter", "orderBy", "cursor", "size", "withExif", "withPeople"}
        assert body["filter"]["visibility"] == {"eq": "timeline"}
        assert body["filter"]["trashedAt"] == {"eq": None}
        assert body["orderBy"] == {"field": "fileCreatedAt", "direction": "desc"}


@pytest.fixture(scope="module")
def small() -> Iterator[Sandbox]:
    with Sandbox(generate(400), "3.2") as running:
        yield running


@pytest.mark.untraced
@pytest.mark.parametrize(
    "name",
    sorted(row.name for row in FIELDS.values() if (row.condition or row.absence) and STRUCTURED in row.releases),
)
def test_flat_fields_and_filter_find_the_same(small: Sandbox, name: str) -> None:
    server = server_at(small)
    for value in [*values_of(name, small.library), *([None] if FIELDS[name].nullable else [])]:
        query = metadata(**{name: value})
        if query.is_filter:
            assert sorted(ids_found_by(server, query)) == sorted(ids_found_by(server, by_filter(query)))


def test_inside_a_crowded_instant_the_cursor_of_the_server_leads_on(newer: Sandbox, library: Library) -> None:
    query = query_of("type", "in", ("IMAGE", "VIDEO"))
    assert ids_found_by(server_at(newer), query) == [asset.id for asset in shown(library)]
    cursors = [body for body in searches_sent(newer) if "cursor" in body]
    assert cursors
    for body in cursors:
        taken = body["filter"]["takenAt"]
        assert taken.keys() == {"gte", "lte"}
        assert taken["gte"][:19] == taken["lte"][:19] or taken["gte"] < taken["lte"]


def test_the_first_of_a_structured_search_are_capped(newer: Sandbox, library: Library) -> None:
    query = structured(FAVORITE, limit=7)
    assert ids_found_by(server_at(newer), query) == [asset.id for asset in shown(library) if asset.is_favorite][:7]


def test_several_visibilities_are_asked_one_by_one(newer: Sandbox, library: Library) -> None:
    query = by_filter(Query(Kind.METADATA, (FAVORITE,), BOTH))
    wanted = {a.id for place in ("timeline", "archive") for a in shown(library, place) if a.is_favorite}
    assert set(ids_found_by(server_at(newer), query)) == wanted


def test_what_is_in_the_trash_is_found_only_where_a_condition_says_so(newer: Sandbox, library: Library) -> None:
    alice = library.user_named("alice").id
    wanted = {
        asset.id
        for asset in library.timeline
        if asset.owner_id == alice and asset.visibility == "timeline" and asset.deleted_at is not None
    }
    assert set(ids_found_by(server_at(newer), query_of("trashedAt", "ne", None))) == wanted != set()


def test_an_album_brings_what_others_put_there(start: Start) -> None:
    library = generate(300)
    album = next(album for album in library.albums.values() if album.name == "Summer together")
    sandbox = start(library, "3.2")
    assert set(ids_found_by(server_at(sandbox), query_of("albumIds", "any", (album.id,)))) == set(album.asset_ids)


def test_before_3_2_a_structured_search_is_refused() -> None:
    ((field, message),) = Capabilities(Version(3, 1, 9)).unsupported(structured(FAVORITE))
    assert field == "filter"
    assert "would ignore 'filter'" in message
    assert Capabilities(Version(3, 2)).unsupported(structured(FAVORITE)) == []


@pytest.mark.parametrize(
    "query",
    [
        query_of("colour", "eq", "red"),
        query_of("rating", "like", "4"),
        query_of("visibility", "eq", "archive"),
        structured(Condition("originalPath", "like", "a"), Condition("originalPath", "like", "b")),
        structured(FAVORITE, either=((FAVORITE,), ())),
        Query(Kind.SMART, where=(FAVORITE,)),
    ],
)
def test_what_immich_could_not_mean_as_it_is_written_is_never_sent(query: Query) -> None:
    with pytest.raises(ValueError, match=r"."):
        filter_body(query, Visibility.TIMELINE)


def test_the_conditions_are_those_that_the_sandbox_knows() -> None:
    known = {field.name: {operator.name for operator in field.fields} for field in FILTER.fields if field.name != "or"}
    assert known.pop("visibility")
    later = OPERATORS.keys() - SERVED_OPERATORS.keys()
    known = {name: operators for name, operators in known.items() if name not in later}
    assert known == {name: set(operators) for name, operators in SERVED_OPERATORS.items()}


# -- what records tell ------------------------------------------------------------------------------------------

CHECKED: list[tuple[str, str, Any, dict[str, Any]]] = [
    ("id", "eq", GOOD_ID, {"id": FOREIGN_ID}),
    ("libraryId", "ne", None, {"libraryId": None}),
    ("type", "in", ("IMAGE",), {"type": "VIDEO"}),
    ("isMotion", "eq", False, {"livePhotoVideoId": FOREIGN_ID}),
    ("city", "eq", "Nice", {"city": "Nizza"}),
    ("city", "ne", "Nizza", {"city": None}),
    ("city", "ne", "Nizza", {"city": "Nizza"}),
    ("make", "notIn", ("Sony",), {"make": "Sony"}),
    ("description", "like", "beach", {"description": "In the mountains"}),
    ("originalPath", "startsWith", "/trip/2014", {"originalPath": "/home/trip/2014"}),
    ("originalFileName", "endsWith", ".jpg", {"originalFileName": "IMG.jpg.heic"}),
    ("originalFileName", "notLike", "dsc", {"originalFileName": "DSC1.jpg"}),
    ("rating", "gte", 4, {"rating": 3}),
    ("rating", "lt", 5, {"rating": 5}),
    ("rating", "lte", 4, {"rating": None}),
    ("rating", "gt", 3.5, {"rating": 3}),
    ("rating", "in", (3, 4), {"rating": 5}),
    ("takenAt", "gt", "2024-06-01T12:00:00.000Z", {"fileCreatedAt": "2024-06-01T11:59:59.999Z"}),
    ("takenAt", "lte", "2024-06-01T12:00:00.000Z", {"fileCreatedAt": "2024-06-01T12:00:00.001Z"}),
    ("createdAt", "eq", "2024-06-02T12:00:00.000Z", {"createdAt": "2024-06-02T12:00:00.001Z"}),
    ("updatedAt", "lt", "2024-06-03T12:00:00.001Z", {"updatedAt": "2024-06-03T12:00:00.001Z"}),
    ("updatedAt", "gte", "2024-06-03T12:00:00.000Z", {"updatedAt": "yesterday"}),
    ("isFavorite", "eq", False, {"isFavorite": True}),
    ("checksum", "in", (CHECKSUM,), {"checksum": "AAAAAAAAAAAAAAAAAAAAAAAAAAA="}),
]
"""A condition that the good record meets, and how a record would look that does not."""


@pytest.fixture
def parrot(start: Start) -> Sandbox:
    """A sandbox of 3.2 whose searches are answered by the test."""
    return start(level="3.2")


@pytest.mark.parametrize(("field", "operator", "value", "changes"), CHECKED, ids=str)
def test_an_ignored_condition_is_noticed_alone_and_as_one_of_several(
    parrot: Sandbox, field: str, operator: str, value: Any, changes: dict[str, Any]
) -> None:
    condition = Condition(field, operator, value)
    impossible = (Condition("type", "eq", "OTHER"),)
    for query, name in (
        (structured(condition), shown_name(condition) if as_flat(condition) else f"{field} {operator}"),
        (structured(either=((condition,), impossible)), "any of its branches"),
    ):
        assert answered(parrot, query, GOOD)
        with pytest.raises(Untrustworthy) as caught:
            answered(parrot, query, GOOD, changed(changes))
        assert f"but {name} does not hold" in caught.value.message
        assert query.describe() in caught.value.message


def test_trash_is_noticed_unless_it_was_asked_for(parrot: Sandbox) -> None:
    trashed = changed({"isTrashed": True})
    with pytest.raises(Untrustworthy, match="not being in the trash"):
        answered(parrot, structured(FAVORITE), changed({"isFavorite": True, "isTrashed": True}))
    assert answered(parrot, query_of("trashedAt", "gte", "2024-01-01T00:00:00.000Z"), trashed)
    with pytest.raises(Untrustworthy, match="trashedAt ne"):
        answered(parrot, query_of("trashedAt", "ne", None), GOOD)


def test_people_must_be_shown_where_they_were_asked_for(parrot: Sandbox) -> None:
    for query in (query_of("personIds", "any", (GOOD_ID,)), query_of("hasPeople", "eq", True)):
        assert answered(parrot, query, GOOD | {"people": [{"id": FOREIGN_ID, "name": ""}]})
        with pytest.raises(Untrustworthy):
            answered(parrot, query, GOOD | {"people": []})


@pytest.mark.parametrize(
    "condition",
    [
        Condition("personIds", "none", (GOOD_ID,)),
        Condition("hasPeople", "eq", False),
        Condition("tagIds", "any", (GOOD_ID,)),
        Condition("isEncoded", "eq", True),
        Condition("ocr", "matches", "menu"),
        Condition("takenAt", "ne", "2024-06-01T12:00:00.000Z"),
        Condition("checksum", "ne", CHECKSUM),
        Condition("checksum", "in", ("abc",)),
    ],
)
def test_conditions_that_records_do_not_show_are_left_to_the_server(parrot: Sandbox, condition: Condition) -> None:
    assert answered(parrot, structured(condition), GOOD)
    assert answered(parrot, structured(either=((condition,), (Condition("type", "eq", "OTHER"),))), GOOD)


def test_a_field_that_is_missing_is_noticed_and_exif_that_is_missing_is_null(parrot: Sandbox) -> None:
    bare = {name: value for name, value in GOOD.items() if name != "exifInfo"}
    assert answered(parrot, structured(either=(where(type="IMAGE"), where(type="VIDEO"))), bare)
    for query, missing in (
        (query_of("type", "ne", "VIDEO"), "type"),
        (query_of("city", "ne", "Nice"), "exifInfo"),
        (query_of("libraryId", "ne", None), "libraryId"),
    ):
        with pytest.raises(Untrustworthy):
            answered(parrot, query, {name: value for name, value in bare.items() if name != missing})


def test_favourites_of_partners_are_believed(parrot: Sandbox) -> None:
    alice = parrot.library.user_named("alice").id
    hers = changed({"ownerId": FOREIGN_ID})
    either = structured(either=((FAVORITE,), (Condition("type", "eq", "OTHER"),)))
    for query in (structured(FAVORITE), either):
        assert answered(parrot, query, hers)
        with pytest.raises(Untrustworthy):
            answered(parrot, query, changed({"ownerId": alice}))


@pytest.mark.parametrize(
    ("holds", "value", "pattern", "expected"),
    [
        (starts, "IMG_1.jpg", "img_", None),
        (starts, "DSC_1.jpg", "img", False),
        (starts, "xIMG.jpg", "%img", None),
        (starts, "Kesä.jpg", "img", None),
        (starts, None, "img", False),
        (ends, "IMG_1.jpg", ".JPG", True),
        (ends, "IMG_1.jpg", "_.jpg", None),
        (ends, "IMG_1.heic", ".jpg", False),
        (ends, "Kesä", ".jpg", None),
        (ends, None, ".jpg", False),
        (lacks, "IMG_1.jpg", "img", False),
        (lacks, "IMG_1.jpg", "dsc", True),
        (lacks, "IMG_1.jpg", "im_", None),  # _ is any character, or an underscore
        (lacks, "IMG_1.jpg", "im\\g", None),
        (lacks, "Kesä.jpg", "kes", None),
        (lacks, None, "dsc", False),
    ],
)
def test_patterns_are_compared_only_where_the_comparison_is_certain(
    holds: Callable[[object, str], bool | None], value: object, pattern: str, expected: bool | None
) -> None:
    assert holds(value, pattern) is expected


def test_a_flat_search_sends_nothing_structured(newer: Sandbox) -> None:
    ids_found_by(server_at(newer), metadata(limit=3))
    (body,) = searches_sent(newer)
    assert not body.keys() & {"filter", "orderBy", "cursor"}
