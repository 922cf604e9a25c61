"""Leaves in a user's words, and what a record shows of them."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Condition, Kind, Query, Visibility
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import All, Any, EntityKind, Filter, Node, Not, Reference, Search
from immich_smart_albums.selection.explain.record_values import record_values
from immich_smart_albums.selection.words import describe, query_text
from tests.support.compiled_rules import FIVE, MAKE, NICE

NAMES = {("personIds", "p1"): "Emma", ("personIds", "p2"): "Noah", ("tagIds", "t"): "Trips/Finland"}


def words(**query: object) -> str:
    kind = query.pop("kind", Kind.METADATA)
    return query_text(Search(Query(kind, **query)), lambda field, id_: NAMES.get((field, id_), id_))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ({}, "any photo"),
        ({"where": where(city="Nice")}, "city 'Nice'"),
        ({"where": where(city=None, isFavorite=True)}, "no city, isFavorite: true"),
        ({"where": (Condition("city", "ne", None),)}, "city not none"),
        ({"where": where(personIds=("p1", "p2"))}, "person Emma and Noah"),
        ({"where": where(tagIds=("t",), rating=5)}, "rating 5, tag Trips/Finland"),
        ({"where": where(id="p1")}, "photo 'p1'"),
        ({"where": where(query="dog"), "kind": Kind.SMART, "limit": 300}, "smart 'dog', top 300"),
        ({"where": where(query="dog"), "kind": Kind.SMART, "until": ("a", "b")}, "smart 'dog', until a or b"),
        ({"where": where(type="VIDEO"), "limit": 3}, "type 'VIDEO', the first 3"),
        (
            {"visibility": frozenset({Visibility.ARCHIVE, Visibility.TIMELINE})},
            "any photo, in archive or timeline",
        ),
        (
            {"where": (Condition("rating", "gte", 4), Condition("city", "eq", "Nice"))},
            "city 'Nice', rating from 4",
        ),
        (
            {
                "where": (Condition("personIds", "any", ("p1",)),),
                "any_of": ((Condition("isMotion", "eq", True),), (Condition("rating", "eq", None),)),
            },
            "person any Emma, (isMotion: true or no rating)",
        ),
    ],
)
def test_searches(query: dict[str, object], text: str) -> None:
    assert words(**query) == text


def test_checks_by_their_title_and_names_as_written() -> None:
    check = Filter("$.x:y", lambda _: True, frozenset(), lambda _: None)
    assert query_text(check, lambda _, id_: id_) == "$.x:y"
    titled = Filter("$.x:y", lambda _: True, frozenset(), lambda _: None, text="local filter 'x'")
    assert query_text(titled, lambda _, id_: id_) == "local filter 'x'"
    assert query_text(Reference(EntityKind.TAG, ("a",), "tag 'a'", lambda _: check), lambda _, id_: id_) == "tag 'a'"


RECORD: dict[str, object] = {
    "fileCreatedAt": "2024-05-01T10:00:00.000Z",
    "isFavorite": False,
    "people": [{"id": "p1", "name": "Emma"}, {"id": "p9", "name": ""}, None],
    "exifInfo": {"city": "Nice", "rating": None},
}


@pytest.mark.parametrize(
    ("query", "seen"),
    [
        (Query(Kind.METADATA), {}),
        (Query(Kind.SMART, where(query="dog")), {}),
        (Query(Kind.METADATA, where(city="Paris", rating=5)), {"exifInfo.city": "Nice", "exifInfo.rating": None}),
        (Query(Kind.METADATA, where(personIds=("p1",))), {"people": ["Emma", "(no name)"]}),
        (Query(Kind.METADATA, where(tagIds=("t",))), {"tags": []}),
        (
            Query(Kind.METADATA, where(takenAfter="x", takenBefore="y")),
            {"fileCreatedAt": "2024-05-01T10:00:00.000Z"},
        ),
        (
            Query(
                Kind.METADATA,
                where=(Condition("isFavorite", "eq", True),),
                any_of=((Condition("make", "eq", "Apple"),), (Condition("ocr", "matches", "x"),)),
            ),
            {"isFavorite": False, "exifInfo.make": None},
        ),
    ],
)
def test_what_a_record_shows_of_a_search(query: Query, seen: dict[str, object]) -> None:
    assert record_values(query, RECORD) == seen


def test_a_record_without_metadata_shows_none() -> None:
    assert record_values(Query(Kind.METADATA, where(city="Nice")), {"exifInfo": None}) == {"exifInfo.city": None}


@pytest.mark.parametrize(
    ("node", "expected"),
    [
        (All((NICE,), FlagOrigin("--include-metadata-union")), "--include-metadata-union"),
        (All((NICE,)), "all"),
        (Any((NICE,)), "any"),
        (Not(NICE), "not"),
        (Search(Query(Kind.SMART, where(query="dog"))), "smart search (query='dog')"),
        (MAKE, "local filter '$.exifInfo.make:x'"),
        (FIVE, "rating 5"),
        (person_named("Emma"), "person 'Emma'"),
    ],
)
def test_parts_of_a_rule_have_short_names_for_messages(node: Node, expected: str) -> None:
    assert describe(node) == expected
