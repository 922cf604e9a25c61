"""Each kind of control, on one property that it is for: heard, it lets the answer pass; dropped on the way, it raises.

All properties, values and operators are tried in `test_properties`.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Library, generate
from immich_sandbox.library.records import Exif, User
from immich_smart_albums.errors import ServerError, Untrustworthy
from immich_smart_albums.immich.search import capped
from immich_smart_albums.model.query import Condition, Kind, Query
from tests.support.immich_clients import find, metadata, server_at, shown, smart

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from immich_smart_albums.model.query import Value
    from tests.immich.conftest import Start


@pytest.fixture(scope="module")
def library() -> Library:
    """One in which texts were read."""
    library = generate(250)
    for asset in list(library.assets.values())[::3]:
        library.update(asset.id, text="Receipt 12 coffee")
    return library


def query_for(*conditions: Condition, either: tuple[tuple[Condition, ...], ...] = ()) -> Query:
    return Query(Kind.METADATA, where=conditions, any_of=either)


FLAT = {
    "isEncoded": metadata(isEncoded=False),
    "isNotInAlbum": metadata(isNotInAlbum=True),
    "ocr": metadata(ocr="receipt"),
    "withDeleted": metadata(withDeleted=True),
    "withStacked": metadata(withStacked=False),
}
STRUCTURED = {
    "hasTags": query_for(Condition("hasTags", "eq", True)),
    "ocr": query_for(Condition("ocr", "matches", "receipt"), Condition("type", "eq", "IMAGE")),
    "isEncoded": query_for(
        either=(
            (Condition("isEncoded", "eq", False), Condition("rating", "gte", 1)),
            (Condition("ocr", "matches", "receipt"),),
        )
    ),
    "or": query_for(either=((Condition("hasTags", "eq", True),), (Condition("ocr", "matches", "receipt"),))),
}


@pytest.mark.parametrize("name", FLAT)
def test_a_flat_search(start: Start, library: Library, name: str) -> None:
    tried(start(library), FLAT[name], name)


@pytest.mark.parametrize("name", STRUCTURED)
def test_a_structured_search(start: Start, library: Library, name: str) -> None:
    tried(start(library, "3.2"), STRUCTURED[name], name)


@pytest.mark.parametrize("name", ["isEncoded", "tagIds"])
def test_a_smart_search(start: Start, library: Library, name: str) -> None:
    filters: dict[str, Value] = {"isEncoded": False} if name == "isEncoded" else {"tagIds": (next(iter(library.tags)),)}
    tried(start(library), smart(500, query="dog", **filters), name)


@pytest.mark.parametrize("level", ["1.132", "3.1"])
def test_what_is_in_no_album(start: Start, library: Library, level: str) -> None:
    tried(start(library, level), metadata(isNotInAlbum=True), "isNotInAlbum")


@pytest.mark.parametrize("level", ["3.1", "3.2"])
def test_people_are_shown_where_they_are_asked_for(start: Start, library: Library, level: str) -> None:
    sandbox = start(library, level)
    query = query_for(Condition("rating", "gte", 1)) if level == "3.2" else metadata(rating=5)
    assert find(server_at(sandbox), query, frozenset({"people"}))
    sandbox.faults.drop("withPeople", times=None)
    with pytest.raises(ServerError):
        find(server_at(sandbox), query, frozenset({"people"}))


COUNTED = {
    "isEncoded": metadata(isEncoded=False),
    "isNotInAlbum": metadata(isNotInAlbum=True),
    "city": metadata(city="Helsinki"),
}
COUNTED_BY_FILTER = {
    "hasTags": STRUCTURED["hasTags"],
    "rating": query_for(Condition("rating", "gte", 1), Condition("type", "eq", "IMAGE")),
    "or": STRUCTURED["or"],
}


@pytest.mark.parametrize("name", COUNTED)
def test_a_count(start: Start, library: Library, name: str) -> None:
    counts_tried(start(library), COUNTED[name], name)


@pytest.mark.parametrize("name", COUNTED_BY_FILTER)
def test_a_count_by_filter(start: Start, library: Library, name: str) -> None:
    counts_tried(start(library, "3.2"), COUNTED_BY_FILTER[name], name)


def counts_tried(sandbox: Sandbox, query: Query, name: str) -> None:
    count = server_at(sandbox).searches.count(query)
    assert count == len(find(server_at(sandbox), query))
    sandbox.faults.drop(name, path="/api/search/statistics", times=None)
    with pytest.raises(Untrustworthy) as caught:
        server_at(sandbox).searches.count(query)
    assert name in caught.value.message


def test_what_has_no_effect_is_not_tried(start: Start, library: Library) -> None:
    sandbox = start(library)
    query = metadata(isNotInAlbum=False)
    assert server_at(sandbox).searches.count(query) == len(find(server_at(sandbox), query))
    sandbox.clear_requests()
    server_at(sandbox).searches.count(query)
    sent = [request.body for request in sandbox.requests if request.path == "/api/search/statistics"]
    assert not [body for body in sent if body.get("isNotInAlbum")]


def test_without_photos_in_albums_or_people_nothing_is_settled_and_nothing_is_wrong(start: Start) -> None:
    library = Library(clock=1_700_000_000_000_000)
    alice = User(library.new_id(), "Alice", "alice@example.org", library.now(), is_admin=True)
    library.users[alice.id] = alice
    library.add_asset(exif=Exif(rating=5, date_time_original=1))
    library.add_album("Empty", owner_id=alice.id)
    server = server_at(start(library))
    assert len(find(server, metadata(isNotInAlbum=True))) == 1
    assert len(find(server, metadata(rating=5), frozenset({"people"}))) == 1
    assert server.searches.count(metadata(isNotInAlbum=True)) == 1


def test_what_filter_leaves_open_is_held_against_records_where_they_tell(start: Start, library: Library) -> None:
    server = server_at(start(library, "3.2"))
    taken = "2020-01-01T00:00:00.000Z"
    motion = {record["id"] for record in find(server, query_for(Condition("isMotion", "eq", True)))}
    assert motion == {asset.id for asset in shown(library) if asset.live_photo_video_id}
    other_days = find(server, query_for(Condition("takenAt", "ne", taken), Condition("rating", "gte", 4)))
    assert {record["id"] for record in other_days} == {
        asset.id for asset in shown(library) if asset.exif and (asset.exif.rating or 0) >= 4
    }


def test_an_answer_to_filter_has_a_cursor(start: Start, library: Library) -> None:
    sandbox = start(library, "3.2")
    sandbox.faults.hide("nextCursor", path="/api/search/metadata", times=None)
    with pytest.raises(Untrustworthy, match="nextCursor"):
        find(server_at(sandbox), STRUCTURED["hasTags"])


def test_a_search_for_the_first_that_finds_nothing_asks_for_no_metadata(start: Start, library: Library) -> None:
    sandbox = start(library)
    query = metadata(limit=5, originalFileName="nothing.xyz")
    assert find(server_at(sandbox), query, frozenset({"exifInfo.city"})) == []
    sent = [request.body for request in sandbox.requests if request.path == "/api/search/metadata"]
    assert not any(body.get("withExif") for body in sent)


def test_a_ranking_whose_pages_are_always_the_same_is_given_up(
    start: Start, library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(capped, "PAGE_SIZE", 5)
    sandbox = start(library)
    assert len(find(server_at(sandbox), smart(100, query="dog"))) == 100
    sandbox.faults.drop("page", path="/api/search/smart", times=None)
    with pytest.raises(Untrustworthy, match="again and again"):
        find(server_at(sandbox), smart(100, query="dog"))


@pytest.mark.parametrize("field", ["stack", "ownerId", "isTrashed", "fileCreatedAt", "type"])
def test_details_that_lack_something_are_not_used(start: Start, library: Library, field: str) -> None:
    sandbox = start(library)
    photo = next(iter(shown(library)))
    assert [record["id"] for record in server_at(sandbox).searches.details([photo.id])] == [photo.id]
    sandbox.faults.hide(field, path="/api/assets/*", times=None)
    with pytest.raises(Untrustworthy, match=f"lacks {field}"):
        list(server_at(sandbox).searches.details([photo.id]))


def test_details_with_a_date_that_is_none_are_not_used(start: Start, library: Library) -> None:
    sandbox = start(library)
    photo = next(iter(shown(library)))
    (record,) = server_at(sandbox).searches.details([photo.id])
    body = json.dumps(record | {"fileCreatedAt": "yesterday"}).encode()
    sandbox.faults.status(200, body=body, path=f"/api/assets/{photo.id}", times=None)
    with pytest.raises(Untrustworthy, match="the answer cannot be read"):
        list(server_at(sandbox).searches.details([photo.id]))


def tried(sandbox: Sandbox, query: Query, name: str) -> None:
    assert find(server_at(sandbox), query)
    sandbox.faults.drop(name, times=None)
    with pytest.raises(Untrustworthy) as caught:
        find(server_at(sandbox), query)
    assert name in caught.value.message
    assert caught.value.hint
