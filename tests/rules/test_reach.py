"""How far excludes and people look."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.rules.findings import Findings
from immich_smart_albums.rules.flag import FLAGS
from immich_smart_albums.rules.flags import read_rule
from immich_smart_albums.rules.leaves import Search
from immich_smart_albums.rules.nodes import leaves
from immich_smart_albums.rules.predicates.person import person_named
from immich_smart_albums.rules.reach import TIMELINE_ONLY, Reach
from immich_smart_albums.rules.source import Form, Source

from .reading import query

T, A, H = Visibility.TIMELINE, Visibility.ARCHIVE, Visibility.HIDDEN
FAR = Reach(frozenset({T, A}), trash=True)


@pytest.mark.parametrize(
    ("payloads", "expected"),
    [
        ([], TIMELINE_ONLY),
        ([{}], TIMELINE_ONLY),
        ([{"visibility": "archive"}], Reach(frozenset({A}))),
        ([{"visibility": "archive"}, {}, {"isVisible": False}], Reach(frozenset({T, A, H}))),
        ([{"withDeleted": True}], Reach(trash=True)),
        ([{"withDeleted": False}], TIMELINE_ONLY),
        ([{"isOffline": True}, {"withArchived": True}], FAR),
        ([{"isOffline": False}], TIMELINE_ONLY),
        ([{"trashedBefore": "2024-01-01"}], Reach(trash=True)),
    ],
)
def test_the_reach_of_searches_is_everything_that_they_look_at(payloads: list[object], expected: Reach) -> None:
    assert Reach.of(query(payload) for payload in payloads) == expected


def test_a_search_looks_as_far_as_it_is_told() -> None:
    assert FAR.over(Query(Kind.SMART, (("query", "dog"),), limit=5)) == Query(
        Kind.SMART, (("query", "dog"), ("withDeleted", True)), frozenset({T, A}), 5
    )
    assert TIMELINE_ONLY.over(Query(Kind.METADATA)) == Query(Kind.METADATA)


@pytest.mark.parametrize("filters", [{}, {"city": "Nice"}, {"isOffline": False}])
def test_what_says_nothing_of_the_trash_looks_into_it_where_the_includes_do(filters: dict[str, object]) -> None:
    assert FAR.unsaid(filters) == {"withDeleted": True}
    assert TIMELINE_ONLY.unsaid(filters) == {}


@pytest.mark.parametrize(
    "filters", [{"withDeleted": False}, {"withDeleted": True}, {"isOffline": True}, {"trashedAfter": "2024-01-01"}]
)
def test_what_says_something_of_the_trash_is_left_as_it_is(filters: dict[str, object]) -> None:
    assert FAR.unsaid(filters) == {}


def test_words_people_and_payloads_that_say_nothing_look_as_far_as_the_includes_and_others_where_they_say() -> None:
    def bare(text: str) -> list[list[Source]]:
        return [[Source("", text, Form.BARE)]]

    def inline(*texts: str) -> list[list[Source]]:
        return [[Source("", text, Form.INLINE) for text in texts]]

    flags = {flag.name: flag for flag in FLAGS}
    given = {
        flags["--exclude-person-names-union"]: bare("Emma"),
        flags["--exclude-smart-union"]: bare("cat"),
        flags["--exclude-metadata-union"]: inline('{"isArchived": false}', '{"withDeleted": false}', '{"city": null}'),
        flags["--include-person-names-union"]: bare("Noah"),
        flags["--include-smart-union"]: bare("dog"),
        flags["--include-metadata-union"]: inline('{"withArchived": true, "withDeleted": true}'),
    }
    findings = Findings()
    rule = read_rule(given, findings)
    assert findings.problems == []
    assert rule is not None
    timeline, both = frozenset({T}), frozenset({T, A})
    deleted = ("withDeleted", True)
    assert [leaf.query if isinstance(leaf, Search) else leaf for leaf in leaves(rule.match)] == [
        Query(Kind.METADATA, (deleted,), both),
        Query(Kind.SMART, (("query", "dog"),), timeline, 200),
        person_named("Noah", reach=FAR),
        Query(Kind.METADATA, (deleted,), timeline),
        Query(Kind.METADATA, (("withDeleted", False),), both),
        Query(Kind.METADATA, (("city", None), deleted), both),
        Query(Kind.SMART, (("query", "cat"), deleted), both, 200),
        person_named("Emma", reach=FAR),
    ]
