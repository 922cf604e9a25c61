"""The table of versions: what a server would ignore is refused, and only that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox.levels import LEVELS
from immich_smart_albums.immich.search.bodies import count_body, flat_body, search_body
from immich_smart_albums.immich.search.scan import Window
from immich_smart_albums.immich.versions import ASSET_FIELDS, FIELDS, INSTEAD, VALUES, Capabilities
from immich_smart_albums.model.dialects import as_condition, where
from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.query import Condition, Kind, Query, Value, Visibility
from immich_smart_albums.model.search_field import ALWAYS, Releases, Type
from immich_smart_albums.model.search_fields import FIELDS as ALL_FIELDS
from immich_smart_albums.model.version import OLDEST, Version
from tests.support.immich_clients import server_at

if TYPE_CHECKING:
    from immich_sandbox import Sandbox

SAMPLES: dict[Type, Value] = {
    Type.TEXT: "something",
    Type.TRUTH: True,
    Type.RATING: 3,
    Type.ID: "7d1be37b-e20f-4da1-b1e0-95facc285fc2",
    Type.IDS: ("7d1be37b-e20f-4da1-b1e0-95facc285fc2",),
    Type.DATE: "2024-01-01T00:00:00.000Z",
    Type.ASSET_TYPE: "IMAGE",
    Type.ORDER: "desc",
}


def before(version: Version) -> Version:
    """A release just before another one."""
    if version.minor:
        return Version(version.major, version.minor - 1, 99)
    return Version(version.major - 1, 999)


def after(version: Version) -> Version:
    """A release just after another one."""
    return Version(version.major, version.minor, version.patch + 1)


def filtered(name: str, value: Value) -> Query:
    return Query(Kind.METADATA, (as_condition(name, value),))


def lacks(version: Version, name: str, value: Value) -> list[tuple[str, str]]:
    return Capabilities(version).unsupported(filtered(name, value))


def outside(span: Releases) -> list[Version]:
    """Releases on the wrong side of a span."""
    too_old = [before(span.since)] if span.since > OLDEST else []
    return too_old + ([after(span.until)] if span.until else [])


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_refused_outside_its_versions_and_the_message_names_both_versions(name: str) -> None:
    span, value = FIELDS[name], SAMPLES[ALL_FIELDS[name].type]
    assert outside(span)
    for version in outside(span):
        ((field, message),) = lacks(version, name, value)
        assert field == name
        assert f"Immich {version} would ignore {name!r}" in message
        assert str(span.until or span.since) in message


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_is_accepted_from_its_first_version_to_its_last(name: str) -> None:
    span, value = FIELDS[name], SAMPLES[ALL_FIELDS[name].type]
    for version in (span.since, span.until or max(span.since, Version(3, 3, 5))):
        assert lacks(version, name, value) == []


@pytest.mark.parametrize(("name", "value"), VALUES, ids=str)
def test_a_value_is_refused_where_it_has_no_effect_and_accepted_where_it_has(name: str, value: Value) -> None:
    span = VALUES[name, value]
    assert outside(span)
    for version in outside(span):
        ((field, message),) = lacks(version, name, value)
        assert field == name
        assert f"Immich {version} would ignore" in message
        assert str(span.until or span.since) in message
    for version in (span.since, span.until or max(span.since, Version(3, 3, 5))):
        if version in FIELDS.get(name, ALWAYS):
            assert lacks(version, name, value) == []


def test_a_refused_value_is_shown_beside_its_field() -> None:
    assert lacks(Version(2, 5), "rating", None)[0][1] == (
        "Immich 2.5.0 would ignore 'rating: null' (Immich has it since 2.6.0)"
    )
    assert lacks(Version(1, 124), "isMotion", False)[0][1].startswith("Immich 1.124.0 would ignore 'isMotion: false'")


def test_of_a_field_and_its_value_the_later_is_told() -> None:
    ((_, message),) = lacks(Version(1, 120), "tagIds", None)
    assert "'tagIds'" in message
    assert "1.136.0" in message


@pytest.mark.parametrize("name", sorted(ALL_FIELDS.keys() - FIELDS.keys()))
def test_all_other_fields_are_accepted_by_every_version(name: str) -> None:
    for version in (OLDEST, Version(2, 7, 5), Version(3, 3, 5)):
        assert lacks(version, name, SAMPLES[ALL_FIELDS[name].type]) == []


@pytest.mark.parametrize("name", ASSET_FIELDS)
def test_a_field_of_assets_is_told_missing_outside_its_versions(name: str) -> None:
    span = ASSET_FIELDS[name]
    for version in outside(span):
        (message,) = Capabilities(version).unsupported_asset_fields({name, "originalPath"})
        assert message == f"Immich {version} does not return {name!r} ({span}){INSTEAD.get(name, '')}"
    for version in (span.since, span.until or max(span.since, Version(3, 3, 5))):
        assert Capabilities(version).unsupported_asset_fields({name}) == []


def test_every_level_knows_each_field_that_the_table_lets_through() -> None:
    for level in LEVELS.values():
        version = Version(*level.version)
        for name, field in ALL_FIELDS.items():
            for kind in field.kinds:
                is_sent = not lacks(version, name, SAMPLES[field.type])
                assert not is_sent or name in level.search_fields[kind.value], f"levels.py of the sandbox lacks {name}"


def test_a_server_tells_its_version_and_what_it_lacks(running: dict[str, Sandbox]) -> None:
    old, new = server_at(running["1.132"]), server_at(running["3.2"])
    assert (old.version, new.version) == (Version(1, 132, 3), Version(3, 2, 4))
    assert [field for field, _ in old.unsupported(filtered("albumIds", ("x",)))] == ["albumIds"]
    assert new.unsupported(filtered("albumIds", ("x",))) == []
    assert old.unsupported_asset_fields({"visibility"})
    assert not new.unsupported_asset_fields({"visibility"})
    assert new.base == running["3.2"].url


def test_a_condition_is_refused_where_its_field_is() -> None:
    query = Query(Kind.METADATA, any_of=((Condition("ocr", "matches", "menu"),),))
    result = Capabilities(Version(2, 1)).unsupported(query)
    assert [field for field, _ in result] == ["filter", "ocr"]
    assert result[1][1] == "Immich 2.1.0 would ignore 'ocr' (Immich has it since 2.2.0)"
    assert Capabilities(Version(3, 2)).unsupported(query) == []


def test_where_there_are_no_flat_fields_any_more_filter_says_what_it_can() -> None:
    last, newest = Capabilities(Version(3, 3, 5)), Capabilities(Version(4, 0))
    nice, nowhere = filtered("city", "Nice"), filtered("city", None)
    assert (last.takes_filter(nice), newest.takes_filter(nice)) == (False, True)
    assert last.unsupported(nice) == newest.unsupported(nice) == last.unsupported(nowhere) == []
    assert last.leaves_out_unread(filtered("isFavorite", True))
    assert not newest.leaves_out_unread(filtered("isFavorite", True))
    ((field, message),) = newest.unsupported(nowhere)
    assert (field, message) == ("city", "Immich 4.0.0 would ignore 'city' ('filter' does not surely say it)")
    assert [name for name, _ in newest.unsupported(Query(Kind.SMART, where(query="dog", rating=5)))] == ["query"]


def test_what_neither_way_of_asking_says_is_refused() -> None:
    query = Query(Kind.METADATA, (*where(city=None), Condition("personIds", "none", ("x",))))
    assert [name for name, _ in Capabilities(Version(3, 2)).unsupported(query)] == ["city"]
    with pytest.raises(ValueError, match="no flat fields say all of"):
        flat_body(query)


def test_both_generators_write_the_same_search() -> None:
    day = "2024-01-01T00:00:00.000Z"
    filters = where(city="Nice", personIds=("a", "b"), takenAfter=day, tagIds=None, isNotInAlbum=True)
    query = Query(Kind.METADATA, filters)
    window = Window(0, None)
    flat = search_body(query, Visibility.TIMELINE, Capabilities(Version(3, 2)))
    filter_ = search_body(query, Visibility.TIMELINE, Capabilities(Version(4, 0)))
    assert flat.window == filter_.window == Window(to_milliseconds(day), None)
    assert flat.page(window, 1, "desc", None) == {
        "city": "Nice",
        "personIds": ["a", "b"],
        "takenAfter": "1970-01-01T00:00:00.000Z",
        "tagIds": None,
        "isNotInAlbum": True,
        "visibility": "timeline",
        "order": "desc",
        "page": 1,
    }
    assert filter_.page(window, 1, "desc", "on") == {
        "filter": {
            "city": {"eq": "Nice"},
            "personIds": {"all": ["a", "b"]},
            "takenAt": {"gte": "1970-01-01T00:00:00.000Z"},
            "hasTags": {"eq": False},
            "hasAlbums": {"eq": False},
            "visibility": {"eq": "timeline"},
            "trashedAt": {"eq": None},
        },
        "orderBy": {"field": "fileCreatedAt", "direction": "desc"},
        "cursor": "on",
    }
    assert count_body(query, Visibility.TIMELINE, Capabilities(Version(4, 0))).keys() == {"filter"}
