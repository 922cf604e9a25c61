"""What Immich tells of changes: each search, check and key of a rule is sorted, those that nobody knows included."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.model.dialects import as_condition, where
from immich_smart_albums.model.query import Condition, Kind, Query
from immich_smart_albums.model.search_fields import FIELDS, OPERATORS
from immich_smart_albums.rules.local_filters.asset_shape import FROM_SEARCH
from immich_smart_albums.selection.cache.tracking import untracked_part, untracked_reason
from immich_smart_albums.selection.query_plan import Scan

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Value

UNTOLD_FILTERS = {
    *("personIds", "albumIds", "isNotInAlbum", "ocr", "isEncoded", "encodedVideoPath", "withStacked"),
    *("deviceId", "deviceAssetId", "order"),
}
UNTOLD_CONDITIONS = {
    *("personIds", "hasPeople", "albumIds", "hasAlbums", "ocr", "isEncoded", "encodedVideoPath"),
}
UNTOLD_FIELDS = {"people", "thumbhash", "duplicateId", "resized", "hasMetadata", "deviceId", "deviceAssetId"}


def reading(query: Query, *fields: str) -> Scan:
    return Scan(query, frozenset(fields), (), (), (None,), keeps_ids=False)


def flat(name: str, value: Value = "x") -> Query:
    return Query(Kind.METADATA, (as_condition(name, value),))


@pytest.mark.parametrize("name", [name for name, field in FIELDS.items() if Kind.METADATA in field.kinds])
def test_each_filter_is_told_or_asked_anew(name: str) -> None:
    assert (untracked_reason(reading(flat(name))) is not None) == (name in UNTOLD_FILTERS)


@pytest.mark.parametrize("name", OPERATORS)
def test_each_condition_is_told_or_asked_anew(name: str) -> None:
    condition = (Condition(name, "eq", "x"),)
    for query in (Query(Kind.METADATA, where=condition), Query(Kind.METADATA, any_of=(condition,))):
        assert (untracked_reason(reading(query)) is not None) == (name in UNTOLD_CONDITIONS)


@pytest.mark.parametrize("name", sorted(FROM_SEARCH))
def test_each_field_is_told_or_asked_anew(name: str) -> None:
    assert (untracked_reason(reading(flat("city"), name)) is not None) == (name in UNTOLD_FIELDS)


def test_what_is_in_a_field_goes_with_it() -> None:
    assert untracked_reason(reading(flat("city"), "exifInfo.make", "exifInfo.rating")) is None
    assert untracked_reason(reading(flat("city"), "exifInfo.make", "people.name")) == "people"


def test_rankings_and_first_ones_are_asked_anew() -> None:
    assert untracked_reason(reading(Query(Kind.SMART, where(query="dog"), limit=10))) == "rankings"
    assert untracked_reason(reading(Query(Kind.METADATA, where(city="Nice"), limit=10))) == "the first of a search"


def test_all_reasons_are_named_once() -> None:
    query = Query(Kind.METADATA, where(isNotInAlbum=True, personIds=("x",)))
    assert untracked_reason(reading(query, "people")) == "albums and people"


def test_what_exif_shows_is_left_out_and_what_is_not_told_stays() -> None:
    query = Query(Kind.METADATA, where(city="Nice", personIds=("x",), trashedAfter="2020-01-01T00:00:00.000Z"))
    assert [condition.field for condition in untracked_part(query).where] == ["personIds", "trashedAfter"]
    city, person = Condition("city", "eq", "Nice"), Condition("personIds", "any", ("x",))
    taken = Condition("takenAt", "gte", "2020-01-01T00:00:00.000Z")
    assert untracked_part(Query(Kind.METADATA, where=(city, person))).conditions == (person,)
    mixed = Query(Kind.METADATA, any_of=((city,), (person,)))
    assert untracked_part(mixed) == mixed
    assert untracked_part(Query(Kind.METADATA, where=(person,), any_of=((city,), (taken,)))).any_of == ()
