"""The structured search of 3.2 and its traps."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import generate

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Asset

    from .conftest import Client, Start


@pytest.fixture
def library() -> Library:
    return generate(400)


@pytest.fixture
def client(library: Library, start: Start) -> Client:
    return start(library, "3.2")


def _exif(field: str) -> Callable[[Asset], Any]:
    return lambda asset: getattr(asset.exif, field, None)


CITY, RATING = _exif("city"), _exif("rating")
CONDITIONS: list[tuple[dict[str, Any], Callable[[Asset], bool]]] = [
    ({"city": {"eq": "Helsinki"}}, lambda a: CITY(a) == "Helsinki"),
    ({"city": {"ne": "Helsinki"}}, lambda a: CITY(a) not in (None, "Helsinki")),
    ({"city": {"eq": None}}, lambda a: CITY(a) is None),
    ({"city": {"ne": None}}, lambda a: CITY(a) is not None),
    ({"city": {"in": ["Paris", "Rome"]}}, lambda a: CITY(a) in ("Paris", "Rome")),
    ({"city": {"notIn": ["Helsinki"]}}, lambda a: CITY(a) not in (None, "Helsinki")),
    ({"rating": {"gte": 3, "lt": 5}}, lambda a: RATING(a) in (3, 4)),
    ({"type": {"eq": "VIDEO"}}, lambda a: a.type == "VIDEO"),
    ({"isFavorite": {"eq": True}}, lambda a: a.is_favorite),
    ({"hasPeople": {"eq": False}}, lambda a: not a.person_ids),
    ({"hasTags": {"eq": True}}, lambda a: bool(a.tag_ids)),
    ({"trashedAt": {"eq": None}}, lambda a: a.deleted_at is None),
    ({"trashedAt": {"ne": None}}, lambda a: a.deleted_at is not None),
    ({"visibility": {"in": ["hidden", "archive"]}}, lambda a: a.visibility in ("hidden", "archive")),
    ({"originalFileName": {"startsWith": "img_"}}, lambda a: a.original_file_name.lower().startswith("img")),
    ({"originalFileName": {"endsWith": ".heic"}}, lambda a: a.original_file_name.lower().endswith(".heic")),
    ({"originalFileName": {"notLike": "img"}}, lambda a: "img" not in a.original_file_name.lower()),
    ({"ocr": {"matches": "receipt"}}, lambda a: "Receipt" in a.text),
    (
        {"type": {"eq": "IMAGE"}, "or": [{"city": {"eq": "Paris"}}, {"rating": {"eq": 5}}]},
        lambda a: a.type == "IMAGE" and (CITY(a) == "Paris" or RATING(a) == 5),
    ),
]


@pytest.mark.parametrize(
    ("condition", "expected"), CONDITIONS, ids=lambda part: str(part) if isinstance(part, dict) else ""
)
def test_a_condition_means_what_it_says_and_reaches_trash_and_archive(
    condition: dict[str, Any], expected: Callable[[Asset], bool], library: Library, client: Client
) -> None:
    alice = library.user_named("alice").id
    wanted = {a.id for a in library.timeline if a.owner_id == alice and expected(a)}
    assert set(client.ids({"filter": condition, "size": 1000})) == wanted


def test_ids_combine_by_any_all_and_none(library: Library, client: Client) -> None:
    jane, john = (library.people_named(name)[0].id for name in ("Jane Doe", "John Smith"))
    both = library.add_asset(person_ids=(jane, john)).id
    only = library.add_asset(person_ids=(jane,)).id

    def having(**operators: list[str]) -> set[str]:
        return set(client.ids({"filter": {"personIds": operators}, "size": 1000}))

    assert {both, only} <= having(any=[jane, john])
    assert having(any=[jane, jane]) == having(any=[jane])
    assert both in having(all=[jane, john])
    assert only not in having(all=[jane, john])
    assert having(none=[jane]).isdisjoint({both, only})


@pytest.mark.parametrize("flat", ["page", "order", "withDeleted", "visibility", "city"])
def test_the_two_shapes_cannot_be_mixed(flat: str, client: Client) -> None:
    values = {"page": 1, "order": "asc", "withDeleted": True, "visibility": "timeline", "city": "Paris"}
    reply = client.search({"filter": {}, flat: values[flat]})
    assert reply.status == 400
    assert f"Deprecated field {flat} cannot be combined with filter" in reply.raw.decode()


def test_a_cursor_is_an_offset_and_continues_to_the_end(client: Client) -> None:
    rows: list[str] = []
    body: dict[str, Any] = {"filter": {}, "size": 90}
    while True:
        assets = client.search(body).body["assets"]
        assert assets["nextPage"] is None
        rows += [item["id"] for item in assets["items"]]
        if assets["nextCursor"] is None:
            break
        body["cursor"] = assets["nextCursor"]
    assert len(rows) == len(set(rows))
    assert rows == client.ids({"filter": {}, "size": 1000})
    reply = client.search({"filter": {}, "cursor": "nonsense"})
    assert (reply.status, reply.body["message"]) == (400, "Invalid cursor")


def test_a_flat_request_has_pages_and_no_cursor(client: Client) -> None:
    assets = client.search({"size": 5}).body["assets"]
    assert (assets["nextPage"], assets["nextCursor"]) == ("2", None)


@pytest.mark.parametrize("direction", ["asc", "desc"])
@pytest.mark.parametrize("field", ["fileCreatedAt", "localDateTime", "fileSizeInBytes", "rating"])
def test_missing_values_come_last_in_every_order(field: str, direction: str, client: Client) -> None:
    body = {"filter": {}, "orderBy": {"field": field, "direction": direction}, "size": 1000, "withExif": True}
    items = client.search(body).body["assets"]["items"]
    names = {"fileSizeInBytes": "fileSizeInByte", "rating": "rating"}
    values = [(item.get("exifInfo") or {}).get(names[field]) if field in names else item[field] for item in items]
    known = [value for value in values if value is not None]
    assert values[: len(known)] == known
    assert known == sorted(known, reverse=direction == "desc")


def test_assets_without_exif_stay_when_exif_is_asked_for(library: Library, client: Client) -> None:
    bare = next(a.id for a in library.timeline if a.exif is None and a.owner_id == library.user_named("alice").id)
    assert bare in client.ids({"filter": {}, "withExif": True, "size": 1000})


def test_an_album_in_the_filter_opens_what_others_put_there(library: Library, client: Client) -> None:
    shared = next(album for album in library.albums.values() if album.name == "Summer together")
    secret = next(album for album in library.albums.values() if album.name == "Bob's own")
    ids = client.ids({"filter": {"albumIds": {"any": [shared.id]}}, "size": 1000})
    assert set(ids) == set(shared.asset_ids)
    mixed = {"or": [{"albumIds": {"all": [shared.id]}}, {"city": {"eq": "Helsinki"}}]}
    owners = {library.assets[id_].owner_id for id_ in client.ids({"filter": mixed, "size": 1000})}
    assert len(owners) == 2
    assert client.search({"filter": {"albumIds": {"any": [secret.id]}}}).status == 400


def test_wrong_and_unknown_conditions_are_refused(client: Client) -> None:
    assert client.search({"filter": {"personIds": {"any": []}}}).status == 400
    assert client.search({"filter": {"rating": {"gte": "3"}}}).status == 400
    assert client.search({"filter": {"takenAt": {"gte": "2024-01-01"}}}).status == 400
    assert client.search({"filter": {"visibility": {"eq": "locked"}}}).status == 401
    assert client.search({"filter": {"nonsense": {"eq": 1}, "other": 2}}).body["errors"] == [
        {
            "code": "unrecognized_keys",
            "keys": ["nonsense", "other"],
            "path": ["filter"],
            "message": 'Unrecognized keys: "nonsense", "other"',
        }
    ]


def test_unknown_operators_are_dropped_beside_one_that_is_known(client: Client) -> None:
    known = client.ids({"filter": {"city": {"eq": "Helsinki"}}, "size": 1000})
    assert known == client.ids({"filter": {"city": {"eq": "Helsinki", "like": "Par"}}, "size": 1000})


def test_what_may_reach_the_locked_folder_is_refused(client: Client) -> None:
    for visibility in ({"ne": "archive"}, {"notIn": ["hidden", "archive"]}, {"in": ["locked", "archive"]}):
        assert client.search({"filter": {"visibility": visibility}}).status == 401
        assert client.search({"filter": {"or": [{"visibility": visibility}]}}).status == 401
    assert client.ids({"filter": {"visibility": {"eq": "timeline"}, "or": [{"visibility": {"eq": "locked"}}]}}) == []


def test_smart_random_and_statistics_take_a_filter(library: Library, client: Client) -> None:
    condition = {"filter": {"city": {"eq": "Helsinki"}, "trashedAt": {"eq": None}}, "size": 1000}
    ids = set(client.ids(condition))
    assert set(client.ids({**condition, "query": "dog"}, kind="smart")) <= ids
    assert {item["id"] for item in client.search(condition, kind="random").body} == ids
    assert client.search({"filter": condition["filter"]}, kind="statistics").body["total"] == len(ids)
    assert client.search({**condition, "query": "dog", "page": 2}, kind="smart").status == 400
