"""How far the parts of a rule look."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.scope import Scope
from immich_smart_albums.rules.flags.flags import read_rule
from immich_smart_albums.rules.flags.names import FLAGS
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.scope import TIMELINE_ONLY, everything_of, scope_of
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm
from immich_smart_albums.rules.tree import All, Any, Filter, Reference, Search, leaves
from tests.support.payloads import query
from tests.support.yaml_values import node

T, A, H = Visibility.TIMELINE, Visibility.ARCHIVE, Visibility.HIDDEN
FAR = Scope(frozenset({T, A}), trash=True)


@pytest.mark.parametrize(
    ("payloads", "expected"),
    [
        ([], TIMELINE_ONLY),
        ([{}], TIMELINE_ONLY),
        ([{"visibility": "archive"}], Scope(frozenset({A}))),
        ([{"visibility": "archive"}, {}, {"isVisible": False}], Scope(frozenset({T, A, H}))),
        ([{"withDeleted": True}], Scope(trash=True)),
        ([{"withDeleted": False}], TIMELINE_ONLY),
        ([{"isOffline": True}, {"withArchived": True}], FAR),
        ([{"isOffline": False}], TIMELINE_ONLY),
        ([{"trashedBefore": "2024-01-01"}], Scope(trash=True)),
    ],
)
def test_the_reach_of_searches_is_everything_that_they_look_at(payloads: list[object], expected: Scope) -> None:
    assert Scope.of(query(payload) for payload in payloads) == expected


def test_a_search_looks_as_far_as_it_is_told() -> None:
    assert FAR.narrow(Query(Kind.SMART, where(query="dog"), limit=5)) == Query(
        Kind.SMART, where(query="dog", withDeleted=True), frozenset({T, A}), 5
    )
    assert TIMELINE_ONLY.narrow(Query(Kind.METADATA)) == Query(Kind.METADATA)


@pytest.mark.parametrize("filters", [{}, {"city": "Nice"}, {"isOffline": False}])
def test_what_says_nothing_of_the_trash_looks_into_it_where_the_includes_do(filters: dict[str, object]) -> None:
    assert FAR.implied_filters(filters) == {"withDeleted": True}
    assert TIMELINE_ONLY.implied_filters(filters) == {}


@pytest.mark.parametrize(
    "filters", [{"withDeleted": False}, {"withDeleted": True}, {"isOffline": True}, {"trashedAfter": "2024-01-01"}]
)
def test_what_says_something_of_the_trash_is_left_as_it_is(filters: dict[str, object]) -> None:
    assert FAR.implied_filters(filters) == {}


def test_words_people_and_payloads_that_say_nothing_look_as_far_as_the_includes_and_others_where_they_say() -> None:
    def bare(text: str) -> list[list[Source]]:
        return [[Source("", text, SourceForm.BARE)]]

    def inline(*texts: str) -> list[list[Source]]:
        return [[Source("", text, SourceForm.INLINE) for text in texts]]

    flags = {flag.name: flag for flag in FLAGS}
    sources = {
        flags["--exclude-person-names-union"]: bare("Emma"),
        flags["--exclude-smart-union"]: bare("cat"),
        flags["--exclude-metadata-union"]: inline('{"isArchived": false}', '{"withDeleted": false}', '{"city": null}'),
        flags["--include-person-names-union"]: bare("Noah"),
        flags["--include-smart-union"]: bare("dog"),
        flags["--include-metadata-union"]: inline('{"withArchived": true, "withDeleted": true}'),
    }
    diagnostics = Diagnostics()
    rule = read_rule(sources, diagnostics)
    assert diagnostics.problems == []
    assert rule is not None
    timeline, both = frozenset({T}), frozenset({T, A})
    (deleted,) = where(withDeleted=True)
    assert [leaf.query if isinstance(leaf, Search) else leaf for leaf in leaves(rule.match)] == [
        Query(Kind.METADATA, (deleted,), both),
        Query(Kind.SMART, where(query="dog"), timeline, 200),
        person_named("Noah", scope=FAR),
        Query(Kind.METADATA, (deleted,), timeline),
        Query(Kind.METADATA, where(withDeleted=False), both),
        Query(Kind.METADATA, where(city=None, withDeleted=True), both),
        Query(Kind.SMART, where(query="cat", withDeleted=True), both, 200),
        person_named("Emma", scope=FAR),
    ]


# -- rules of a file ----------------------------------------------------------------------------------------------


def looks(match: object) -> list[tuple[str, object, bool]]:
    """Each leaf of a match: what it is, in which visibilities it looks, and whether in the trash."""
    result: list[tuple[str, object, bool]] = []
    for leaf in leaves(node(match)):
        match leaf:
            case Search():
                result.append(
                    (leaf.query.kind.value, set(leaf.query.visibility), leaf.query.get("withDeleted") is True)
                )
            case Reference():
                reach = leaf.scope or TIMELINE_ONLY
                result.append((leaf.key, set(reach.visibility), reach.trash))
            case Filter():
                within = leaf.superset
                result.append((leaf.key, within and set(within.visibility), bool(within and within.get("withDeleted"))))
    return result


EMMA, NOAH = "person 'Emma'", "person 'Noah'"
ARCHIVE_SEARCH = ("metadata", {A}, False)


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        # What says nothing stays on the timeline.
        ({"person": "Emma", "smart": "dog"}, [(EMMA, {T}, False), ("smart", {T}, False)]),
        ({"archived": False, "person": "Emma"}, [ARCHIVE_SEARCH, (EMMA, {T}, False)]),
        ({"not": {"archived": True}, "person": "Emma"}, [ARCHIVE_SEARCH, (EMMA, {T}, False)]),
        ({"search": {"visibility": "timeline"}, "person": "Emma"}, [("metadata", {T}, False), (EMMA, {T}, False)]),
        # Things that hold together are looked for only where all of them can be.
        ({"archived": True, "person": "Emma"}, [ARCHIVE_SEARCH, (EMMA, {A}, False)]),
        ({"archived": True, "favorite": True}, [ARCHIVE_SEARCH, ("favorite", {A}, False)]),
        ({"archived": True, "orientation": "portrait"}, [ARCHIVE_SEARCH, ("orientation portrait", None, False)]),
        ({"archived": True, "not": {"person": "Emma"}}, [ARCHIVE_SEARCH, (EMMA, {A}, False)]),
        (
            {"any": [{"archived": True}, {"archived": True, "smart": "dog"}], "person": "Emma"},
            [ARCHIVE_SEARCH, ARCHIVE_SEARCH, ("smart", {A}, False), (EMMA, {A}, False)],
        ),
        # Alternatives look as far as any of them does.
        ({"any": {"archived": True, "person": "Emma"}}, [ARCHIVE_SEARCH, (EMMA, {T, A}, False)]),
        ({"archived": "any", "person": "Emma"}, [("metadata", {T, A}, False), (EMMA, {T, A}, False)]),
        (
            {"any": [{"search": {"isArchived": True, "city": "Nice"}}, {"smart": "dog"}], "not": {"person": "Emma"}},
            [ARCHIVE_SEARCH, ("smart", {T, A}, False), (EMMA, {T, A}, False)],
        ),
        # What stands under a not, however deep, never makes the rule look further.
        (
            {"not": [{"archived": False, "person": "Emma"}]},
            [("metadata", {T}, False), ARCHIVE_SEARCH, (EMMA, {T}, False)],
        ),
        ({"not": [{"archived": "any"}], "person": "Emma"}, [("metadata", {T, A}, False), (EMMA, {T}, False)]),
        ({"not": [{"archived": False}]}, [("metadata", {T}, False), ARCHIVE_SEARCH]),
        ({"not": [{"offline": False}]}, [("metadata", {T}, False), ("metadata", {T}, True)]),
        (
            {"not": [{"any": [{"not": {"archived": "any"}}, {"person": "Emma"}]}]},
            [("metadata", {T}, False), ("metadata", {T, A}, False), (EMMA, {T}, False)],
        ),
        (
            {"archived": "any", "not": [{"not": {"offline": True}}]},
            [("metadata", {T, A}, False), ("metadata", {T, A}, False), ("metadata", {T, A}, True)],
        ),
        # What says where it looks is left there, but for the trash.
        (
            {"any": {"archived": True, "all": [{"search": {"isArchived": False}}, {"person": "Emma"}]}},
            [ARCHIVE_SEARCH, ("metadata", {T}, False), (EMMA, {T, A} & {T}, False)],
        ),
        ({"offline": True, "person": "Emma"}, [("metadata", {T}, True), (EMMA, {T}, True)]),
        ({"offline": False, "person": "Emma"}, [("metadata", {T}, True), (EMMA, {T}, False)]),
        (
            {"any": {"offline": True, "archived": True}},
            [("metadata", {T, A}, True), ("metadata", {A}, True)],
        ),
        # Nowhere in common: nothing can match, and it does not matter where the rest looks.
        (
            {"archived": True, "search": {"visibility": "timeline"}, "person": "Emma"},
            [ARCHIVE_SEARCH, ("metadata", {T}, False), (EMMA, {T, A}, False)],
        ),
    ],
)
def test_every_part_of_a_rule_looks_as_far_as_the_rule_reaches(
    match: object, expected: list[tuple[str, object, bool]]
) -> None:
    assert looks(match) == expected


EVERYTHING = Search(Query(Kind.METADATA, visibility=frozenset({T, A})))


@pytest.mark.parametrize(
    ("match", "bounded"),
    [
        ({"any": {"archived": True, "person": "Emma"}}, [False, False]),
        ({"any": {"archived": True, "favorite": True}}, [False, True]),
        ({"any": {"archived": True, "owner": "mine"}}, [False, True]),
        ({"any": [{"archived": True}, {"not": {"person": "Emma"}}]}, [False, True]),
        ({"any": [{"archived": True}, {"not": [{"person": "Emma"}, {"smart": "dog"}]}]}, [False, True]),
        ({"any": [{"archived": True}, {"person": "Emma", "favorite": True}]}, [False, False]),
        ({"any": [{"archived": True}, {"favorite": True, "any": {"person": "Emma", "rating": 5}}]}, [False, True]),
        ({"any": [{"archived": True}, {"any": {"tag": "Pets", "album": "Best of"}}]}, [False, False]),
    ],
)
def test_what_no_search_bounds_is_searched_for_among_everything_that_the_rule_reaches(
    match: object, bounded: list[bool]
) -> None:
    result = node(match)
    assert isinstance(result, Any)
    assert [isinstance(child, All) and EVERYTHING in child.children for child in result.children] == bounded


def test_a_rule_that_nothing_bounds_is_about_everything_that_it_reaches() -> None:
    result = node({"any": [{"archived": True}, {"not": {"person": "Emma"}}], "not": {"person": "Noah"}})
    assert isinstance(result, All)
    assert result.children[0] == EVERYTHING
    assert all(str(leaf.origin).startswith("rules.yaml:1:") for leaf in leaves(result))
    assert scope_of(result) == Scope(frozenset({T, A}))
    assert scope_of(node({"favorite": True})) == TIMELINE_ONLY


def test_everything_lies_where_all_parts_of_a_match_can_hold() -> None:
    both, archived = query({"withArchived": True, "city": "Nice"}), query({"visibility": "archive", "rating": 5})
    match = All((Search(both), Search(archived)))
    assert everything_of(match).query == Query(Kind.METADATA, visibility=frozenset({A}))
    assert everything_of(Search(both)).query == Query(Kind.METADATA, visibility=frozenset({T, A}))
    apart = All((Search(query({})), Search(archived)))
    assert everything_of(apart).query == Query(Kind.METADATA, visibility=frozenset({A}))
