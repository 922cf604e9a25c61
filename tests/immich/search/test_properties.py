"""Whatever property is dropped on the way, and whatever field is missing in answers: the right photos, or an error."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import cycle, islice
from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.errors import ServerError, Untrustworthy
from immich_smart_albums.immich.search.properties import PROPERTIES, control_of
from immich_smart_albums.model.asset import ASSET_FIELDS
from immich_smart_albums.model.dialects import is_in_filter
from immich_smart_albums.model.query import Condition, Kind, Query, Visibility
from immich_smart_albums.model.search_field import Control, Type
from immich_smart_albums.model.search_fields import BY_NAME, FIELDS, OPERATORS
from immich_smart_albums.rules.local_filters.asset_shape import FROM_SEARCH
from tests.immich.conftest import LEVELS
from tests.support.examples import IS_DEEP, crossed
from tests.support.immich_clients import (
    SERVED_OPERATORS,
    TIMELINE,
    Runs,
    by_filter,
    find,
    metadata,
    records_of,
    server_at,
    smart,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from immich_sandbox import Library
    from immich_sandbox.library.records import Asset
    from immich_smart_albums.immich.search.searches import ImmichSearches
    from immich_smart_albums.model.query import Value
    from tests.immich.conftest import Start

EVERYWHERE = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})
ENDS = {"After": "2018-01-01T00:00:00.000Z", "Before": "2024-01-01T00:00:00.000Z"}


@pytest.fixture(scope="module")
def small() -> Library:
    """A library in which every property makes a difference."""
    library = generate(200)
    mine = library.user_named("alice").id
    for index, asset in enumerate([asset for asset in library.timeline if asset.owner_id == mine][::7]):
        library.update(asset.id, text="Receipt 12 coffee" if index % 2 else "Menu of the day")
    library.add_asset(exif=None)  # a photo whose metadata nobody has read yet
    return library


NEWEST, *OLDER = reversed(LEVELS)


def with_levels(names: Iterable[str]) -> list[tuple[str, str]]:
    """Each name at the newest level and beside one of the older ones; in `make test-deep` beside all."""
    names = sorted(names)
    return [*crossed(names, OLDER), *((name, NEWEST) for name in names)]


T = TypeVar("T")


class Leaky:
    """A sandbox whose requests lose something on the way."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        self.runs = Runs(sandbox)
        self._whole = self.runs.searches()
        self._rights: dict[object, Any] = {}

    def right(self, run: Callable[[ImmichSearches, Query], T], query: Query) -> T:
        """What comes of a search where nothing is lost: asked once, and in one run for all of them."""
        key = (run.__name__, query)
        if key not in self._rights:
            self.sandbox.faults.clear()
            self._rights[key] = run(self._whole, query)
        right: T = self._rights[key]
        return right

    def dropping(self, name: str, run: Callable[[ImmichSearches, Query], T], query: Query, path: str = "*") -> T:
        """What comes of a search, the first one of its run, where a property is dropped."""
        self.sandbox.faults.clear()
        self.sandbox.faults.drop(name, path=path, times=None)
        return run(self.runs.searches(), query)

    def hiding(self, name: str, run: Callable[[ImmichSearches, Query], T], query: Query) -> T:
        """What comes of a search, the first one of its run, where a field is missing in answers."""
        self.sandbox.faults.clear()
        self.sandbox.faults.hide(name, path="/api/*", times=None)
        return run(self.runs.searches(), query)

    def sends(self, run: Callable[[ImmichSearches, Query], object], query: Query) -> frozenset[str]:
        """All properties that a run sends for a search, also to put the server to the test."""
        key = ("sends", run.__name__, query)
        if key not in self._rights:
            self.sandbox.faults.clear()
            self.sandbox.clear_requests()
            run(self.runs.searches(), query)
            self._rights[key] = frozenset(names_in([request.body for request in self.sandbox.requests]))
        names: frozenset[str] = self._rights[key]
        return names


def names_in(value: object) -> Iterator[str]:
    """The names of all properties, at whatever depth."""
    if isinstance(value, dict):
        yield from value
    for part in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from names_in(part)


@pytest.fixture(scope="module")
def leaks(small: Library) -> Iterator[Callable[[str], Leaky]]:
    """The sandbox of a level, over the small library."""
    sandboxes: dict[str, Leaky] = {}
    with ExitStack() as stack:

        def sandbox_of(level: str) -> Leaky:
            if level not in sandboxes:
                sandboxes[level] = Leaky(stack.enter_context(Sandbox(small, level)))
            return sandboxes[level]

        yield sandbox_of


@pytest.fixture(params=LEVELS)
def leaky(leaks: Callable[[str], Leaky], request: pytest.FixtureRequest) -> Leaky:
    """One of them, where nothing is lost so far."""
    chosen = leaks(request.param)
    chosen.sandbox.faults.clear()
    return chosen


def first(library: Library, has: Callable[[Asset], object]) -> Asset:
    mine = library.user_named("alice").id
    return next(
        asset
        for asset in library.timeline
        if asset.owner_id == mine and asset.visibility == "timeline" and asset.deleted_at is None and has(asset)
    )


def values_of(name: str, library: Library) -> list[Value]:
    """Values of a flat filter, under each of which it makes a difference."""
    asset = first(library, lambda one: one.exif and one.exif.city and one.exif.lens_model and one.exif.rating)
    exif = asset.exif
    assert exif
    values: dict[str, list[Value]] = {
        "city": [exif.city, None],
        "state": [exif.state],
        "country": [exif.country],
        "make": [exif.make],
        "model": [exif.model],
        "lensModel": [exif.lens_model],
        "rating": [exif.rating],
        "description": ["a"],
        "originalFileName": ["img_", "jpg"],
        "originalPath": ["library/alice/2", "ä"],
        "encodedVideoPath": ["upload"],
        "checksum": [asset.checksum, "abc"],
        "id": [asset.id],
        "libraryId": [first(library, lambda one: one.library_id).library_id],
        "deviceId": [asset.device_id],
        "deviceAssetId": [asset.original_file_name],
        "ocr": ["receipt"],
        "type": ["IMAGE", "VIDEO"],
        "personIds": [(first(library, lambda one: one.person_ids).person_ids[0],)],
        "tagIds": [(first(library, lambda one: one.tag_ids).tag_ids[0],), None],
        "albumIds": [(next(album.id for album in library.albums.values() if len(list(album.asset_ids)) > 3),)],
        "withDeleted": [True],
        "withStacked": [False],
    }
    for end, moment in ENDS.items():
        if name.endswith(end):
            return [moment]
    return values.get(name, [True, False])


def ids(searches: ImmichSearches, query: Query) -> frozenset[str] | None:
    """What a run finds; None where it ends in an error."""
    try:
        return frozenset(record["id"] for record in records_of(searches, query))
    except ServerError:
        return None


def queries(name: str, leaky: Leaky) -> Iterator[Query]:
    for value in values_of(name, leaky.sandbox.library):
        for query in (metadata(EVERYWHERE, **{name: value}), smart(500, query="dog", **{name: value})):
            if query.kind in FIELDS[name].kinds and leaky.runs.serves(query):
                yield query


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "leaky"), with_levels(set(FIELDS) - {"query", "queryAssetId", "language", "order"}), indirect=["leaky"]
)
def test_a_filter_that_is_dropped_on_the_way_selects_nothing_wrong(name: str, leaky: Leaky) -> None:
    for query in queries(name, leaky):
        right = leaky.right(ids, query)
        assert right is not None
        assert leaky.dropping(name, ids, query) in {right, None}


def test_the_table_has_every_property_that_is_ever_sent() -> None:
    sent = {"visibility", "isArchived", "isVisible", "withArchived", "withExif", "withPeople", "page", "size"}
    assert PROPERTIES.keys() == FIELDS.keys() | sent | {"filter", "orderBy", "cursor"}


@pytest.mark.untraced
@pytest.mark.parametrize("name", ["visibility", "isVisible", "isArchived", "withArchived"])
@pytest.mark.parametrize("place", list(Visibility))
def test_a_place_that_is_dropped_on_the_way_selects_nothing_wrong(
    name: str, place: Visibility, small: Library, leaky: Leaky
) -> None:
    jane = small.people_named("Jane Doe")[0].id
    for query in (metadata({place}), metadata({place}, personIds=(jane,)), smart(500, query="dog")):
        right = leaky.right(ids, query)
        assert right is not None
        if name in leaky.sends(ids, query):
            assert leaky.dropping(name, ids, query) in {right, None}


OPERANDS: dict[str, list[Value | tuple[int, ...]]] = {
    "type": ["IMAGE"],
    "city": ["Helsinki"],
    "originalFileName": ["img", "ä"],
    "originalPath": ["library/alice/20", "ä"],
    "ocr": ["receipt"],
    "rating": [3],
    "fileSizeInBytes": [2_000_000],
    "trashedAt": [None, ENDS["After"]],
}


def conditions(small: Library) -> Iterator[Condition]:
    tag = first(small, lambda one: one.tag_ids).tag_ids[0]
    person = first(small, lambda one: one.person_ids).person_ids[0]
    album = next(album.id for album in small.albums.values() if len(list(album.asset_ids)) > 3)
    asset = first(small, lambda one: one.exif and one.exif.city and one.exif.lens_model)
    exif = asset.exif
    assert exif
    operands: dict[str, list[Value | tuple[int, ...]]] = OPERANDS | {
        "tagIds": [(tag,)],
        "personIds": [(person,)],
        "albumIds": [(album,)],
        "id": [asset.id],
        "libraryId": [first(small, lambda one: one.library_id).library_id, None],
        "checksum": [asset.checksum],
        "make": [exif.make],
        "model": [exif.model],
        "lensModel": [exif.lens_model],
        "state": [exif.state],
        "country": [exif.country],
    }
    for field, operators in SERVED_OPERATORS.items():
        default: list[Value | tuple[int, ...]] = ["a"]
        if field.endswith("At"):
            default = [ENDS["After"]]
        elif field.startswith(("is", "has")):
            default = [True, False]
        for operator in operators:
            for operand in operands.get(field, default):
                if operand is None and operator not in {"eq", "ne"}:
                    continue
                listed = operator in {"in", "notIn"}
                condition = Condition(field, operator, (operand,) if listed else operand)  # type: ignore[arg-type]
                if is_in_filter(condition):
                    yield condition


def alone_and_in_branches(condition: Condition, places: frozenset[Visibility]) -> tuple[Query, Query]:
    paris = Condition("city", "eq", "Paris")
    return (
        by_filter(Query(Kind.METADATA, (condition,), places)),
        Query(Kind.METADATA, (), TIMELINE, any_of=((condition,), (paris,))),
    )


@pytest.mark.untraced
def test_a_condition_that_is_dropped_on_the_way_selects_nothing_wrong(leaks: Callable[[str], Leaky]) -> None:
    leaky = leaks("3.2")
    wrong = []
    noticed = 0
    tried: set[str] = set()
    for condition in conditions(leaky.sandbox.library):
        is_new = condition.field not in tried  # what is not about the operator is tried once for a field
        is_said_first = is_new or condition.operator not in tried
        is_truth = BY_NAME[condition.field].type is Type.TRUTH  # its control depends on what finds it
        alone, branches = alone_and_in_branches(condition, EVERYWHERE if is_new or IS_DEEP else TIMELINE)
        cases = [(alone, name) for name in (condition.field, condition.operator, *(("filter",) if is_new else ()))]
        if is_said_first or is_truth or IS_DEEP:
            names = (condition.field, condition.operator, *(("or", "filter") if is_new else ()))
            cases += [(branches, name) for name in names]
        tried |= {condition.field, condition.operator}
        for query, name in cases:
            right = leaky.right(ids, query)
            assert right is not None, query.describe()
            result = leaky.dropping(name, ids, query, path="/api/search/*")
            noticed += result is None
            if result not in {right, None}:
                wrong.append((name, query.describe()))
    assert not wrong
    assert noticed > 400


FIELDS_READ = frozenset({"exifInfo.city", "exifInfo.description", "people", "originalPath", "livePhotoVideoId"})


def shown_by(searches: ImmichSearches, query: Query) -> frozenset[object] | None:
    """What a run sees of what it finds; None where it ends in an error."""
    try:
        records = records_of(searches, query, FIELDS_READ)
    except ServerError:
        return None
    return frozenset(
        (
            record["id"],
            record["originalPath"],
            record["livePhotoVideoId"],
            record.get("exifInfo") and (record["exifInfo"]["city"], record["exifInfo"]["description"]),
            tuple(sorted(person["name"] for person in record["people"])),
        )
        for record in records
    )


def readings(sandbox: Sandbox) -> Iterator[Query]:
    """Searches whose records are looked at, some of which find nobody and nothing that was read from a file."""
    nobody = first(sandbox.library, lambda one: not one.person_ids)
    yield metadata(EVERYWHERE)
    yield metadata(id=nobody.id)
    yield smart(500, query="dog")
    if sandbox.level.structured:
        yield by_filter(metadata(isFavorite=True))
        yield by_filter(metadata(id=nobody.id))
        bare = next(one for one in sandbox.library.timeline if one.exif is None)
        yield by_filter(metadata(id=bare.id))


@pytest.mark.untraced
@pytest.mark.parametrize("name", ["withExif", "withPeople", "page", "size", "order", "orderBy", "cursor", "filter"])
def test_an_option_that_is_dropped_on_the_way_shows_nothing_wrong(name: str, leaky: Leaky) -> None:
    for query in readings(leaky.sandbox):
        right = leaky.right(shown_by, query)
        assert right is not None
        if name in leaky.sends(shown_by, query):
            assert leaky.dropping(name, shown_by, query) in {right, None}


VERIFIED = {"visibility", "isArchived", "isTrashed", "exifInfo", "city", "description", "name"}
ENVELOPE = {"nextPage", "nextCursor", "count", "items", "assets"}
HIDDEN = {*(FIELDS_READ & FROM_SEARCH), *ASSET_FIELDS, *VERIFIED, *ENVELOPE}


@pytest.mark.parametrize(("name", "leaky"), with_levels(HIDDEN), indirect=["leaky"])
def test_a_field_that_is_missing_in_answers_shows_nothing_wrong(name: str, leaky: Leaky) -> None:
    for query in readings(leaky.sandbox):
        right = leaky.right(shown_by, query)
        assert right is not None
        assert leaky.hiding(name, shown_by, query) in {right, None}


def test_details_show_all_that_was_asked_for(small: Library, leaky: Leaky) -> None:
    photo = first(small, lambda one: one.tag_ids and one.person_ids)
    (right,) = leaky.runs.searches().details([photo.id])
    assert right["tags"]
    assert right["people"]
    for name in ("tags", "people", "stack", "owner"):
        leaky.sandbox.faults.clear()
        leaky.sandbox.faults.hide(name, times=None)
        with pytest.raises(Untrustworthy, match=f"the answer lacks {name}"):
            list(leaky.runs.searches().details([photo.id]))


COUNTED = (set(FIELDS) - {"withDeleted", "withStacked", "order", "query", "queryAssetId", "language", "deviceId"}) | {
    "visibility"
}


def counted(searches: ImmichSearches, query: Query) -> int | None:
    try:
        return searches.count(query)
    except ServerError:
        return None


@pytest.mark.untraced
@pytest.mark.parametrize(("name", "leaky"), with_levels(COUNTED), indirect=["leaky"])
def test_a_filter_that_is_dropped_on_the_way_counts_nothing_wrong(name: str, leaky: Leaky) -> None:
    cases = [metadata({place}) for place in Visibility] if name == "visibility" else list(queries(name, leaky))
    for query in cases:
        if query.kind is Kind.METADATA:
            assert leaky.dropping(name, counted, query) in {leaky.right(counted, query), None}


@pytest.mark.untraced
def test_a_condition_that_is_dropped_on_the_way_counts_nothing_wrong(leaks: Callable[[str], Leaky]) -> None:
    leaky = leaks("3.2")
    noticed = 0
    tried: set[str] = set()
    beside = cycle(["visibility", "trashedAt", "filter"])
    beside_branches = cycle(["or", "visibility", "trashedAt", "filter"])
    for condition in conditions(leaky.sandbox.library):
        is_new = condition.field not in tried  # what is not about the operator is tried once for a field
        tried.add(condition.field)
        alone, branches = alone_and_in_branches(condition, EVERYWHERE if is_new or IS_DEEP else TIMELINE)
        cases = [(alone, condition.field)]
        if is_new or IS_DEEP:
            cases.append((branches, condition.field))
            cases += [(alone, name) for name in islice(beside, 3 if IS_DEEP else 1)]
            cases += [(branches, name) for name in islice(beside_branches, 4 if IS_DEEP else 1)]
        for query, name in cases:
            right, result = leaky.right(counted, query), leaky.dropping(name, counted, query, path="/api/search/*")
            assert result in {right, None}, (name, query.describe())
            noticed += result is None
    assert noticed > 200


def test_a_structured_answer_without_a_cursor_is_none(small: Library, start: Start) -> None:
    sandbox = start(small, level="3.2")
    sandbox.faults.hide("nextCursor", times=None)
    query = by_filter(metadata(type="IMAGE"))
    with pytest.raises(Untrustworthy, match="did not understand 'filter'"):
        find(server_at(sandbox), query)


@pytest.mark.untraced
def test_a_ranking_whose_page_is_dropped_ends(start: Start) -> None:
    sandbox = start(generate(2500))
    sandbox.faults.drop("page", times=None)
    with pytest.raises(Untrustworthy, match="again and again"):
        find(server_at(sandbox), smart(None, query="dog"))


@pytest.mark.untraced
@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_hidden_people_that_are_left_out_are_noticed(level: str, start: Start) -> None:
    leaky = start(generate(400), level=level)
    assert any(person.hidden for person in server_at(leaky).directory.people())
    leaky.faults.drop("withHidden", times=None)
    with pytest.raises(Untrustworthy, match="none of them is listed"):
        server_at(leaky).directory.people()


@pytest.mark.parametrize("level", ["1.132", "2.7"])
def test_shared_albums_that_are_left_out_are_noticed(level: str, start: Start) -> None:
    sandbox = start(generate(60), level=level)
    library = sandbox.library
    for album in list(library.albums.values()):
        if album.owner_id == library.user_named("alice").id:
            library.delete_album(album.id)
    assert server_at(sandbox).directory.albums()
    sandbox.faults.drop("shared", times=None)
    with pytest.raises(Untrustworthy, match="not the shared albums"):
        server_at(sandbox).directory.albums()


def test_every_control_is_sent_once_in_a_run(small: Library, leaky: Leaky) -> None:
    tag = first(small, lambda one: one.tag_ids).tag_ids[0]
    searches = leaky.runs.searches()
    leaky.sandbox.clear_requests()
    records_of(searches, metadata(tagIds=(tag,)))
    assert len(leaky.sandbox.requests) > 1
    leaky.sandbox.clear_requests()
    records_of(searches, metadata(tagIds=(tag,)))
    assert len(leaky.sandbox.requests) == 1


def test_a_control_that_failed_is_told_again_and_one_that_could_not_be_made_is_made_again(
    small: Library, start: Start
) -> None:
    sandbox = start(small)
    tag = first(small, lambda one: one.tag_ids).tag_ids[0]
    server = server_at(sandbox)
    sandbox.faults.status(400, message="no", path="/api/search/metadata", nth=2)
    with pytest.raises(ServerError):
        find(server, metadata(tagIds=(tag,)))
    assert find(server, metadata(tagIds=(tag,)))
    server = server_at(sandbox)
    sandbox.faults.drop("tagIds", times=None)
    for _ in range(2):
        with pytest.raises(Untrustworthy, match="drops 'tagIds'"):
            find(server, metadata(tagIds=(tag,)))


def test_the_control_of_every_operator_is_known() -> None:
    for field, operators in OPERATORS.items():
        for operator in operators:
            assert control_of(field, operator) in {Control.APART, Control.CONTRADICTION, Control.NOTHING}


def test_controls_that_have_nothing_to_go_by_stop_nothing(start: Start) -> None:
    sandbox = start(generate(0, seed=3), level="3.2")
    library = sandbox.library
    library.albums.clear()
    library.people.clear()
    photo = library.add_asset(exif=None)
    only = by_filter(metadata(id=photo.id))
    for query in (metadata(isNotInAlbum=True), metadata(withStacked=False), metadata(id=photo.id)):
        assert [record["id"] for record in find(server_at(sandbox), query, frozenset({"people"}))] == [photo.id]
    (record,) = find(server_at(sandbox), only, frozenset({"exifInfo.city", "people"}))
    assert "exifInfo" not in record


def test_people_that_are_on_no_photo_prove_nothing(start: Start) -> None:
    sandbox = start(generate(40))
    library = sandbox.library
    for asset in library.timeline:
        library.update(asset.id, person_ids=())
    jane = b'{"id": "7d1be37b-e20f-4da1-b1e0-95facc285fc2", "name": "Jane", "isHidden": false}'
    listed = b'{"people": [%b], "hasNextPage": false, "total": 1, "hidden": 0}' % jane
    sandbox.faults.status(200, body=listed, path="/api/people", times=None)
    assert find(server_at(sandbox), metadata(), frozenset({"people"}))


def test_shared_albums_are_believed_where_the_key_may_not_count_them(start: Start) -> None:
    sandbox = start(generate(60), level="2.7")
    for album in list(sandbox.library.albums.values()):
        if album.owner_id != sandbox.library.user_named("alice").id:
            sandbox.library.delete_album(album.id)
    assert server_at(sandbox, "alice-minimal").directory.albums()
    assert 403 in {request.status for request in sandbox.requests if request.path == "/api/albums/statistics"}


def test_photos_of_others_and_without_embedding_say_nothing_of_albums(start: Start) -> None:
    sandbox = start(generate(60))
    library = sandbox.library
    library.albums.clear()
    seen = first(library, lambda one: one.concepts)
    unseen = library.add_asset(taken="2026-06-01T12:00:00Z", concepts=())
    foreign = library.add_asset(taken="2026-07-01T12:00:00Z", owner="bob")
    alice = library.user_named("alice").id
    library.add_album("All", owner_id=alice, asset_ids=[foreign.id, unseen.id, seen.id])
    query = smart(500, query="dog", isNotInAlbum=True)
    result = {record["id"] for record in find(server_at(sandbox), query)}
    assert result
    assert not result & {foreign.id, unseen.id, seen.id}
    sandbox.faults.drop("isNotInAlbum", times=None)
    with pytest.raises(Untrustworthy, match="drops 'isNotInAlbum'"):
        find(server_at(sandbox), query)
