"""What searches have in common, what any of them finds, and how they stand to each other."""

from __future__ import annotations

from dataclasses import replace

import pytest

from immich_smart_albums.model.dialects import conditions_of, where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Condition, Kind, Query, Visibility
from immich_smart_albums.selection.compile.algebra import (
    complement,
    intersect,
    intersect_all,
    is_composable,
    narrow_album,
    unite,
    universe,
)
from immich_smart_albums.selection.compile.relations import is_superset, supersets, why_disjoint

DAYS = tuple(f"2024-01-0{day}T00:00:00.000Z" for day in range(1, 5))
BOTH_PLACES = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})
ARCHIVE = frozenset({Visibility.ARCHIVE})


def flat(shown: frozenset[Visibility] = WHOLE_LIBRARY.visibility, /, **filters: object) -> Query:
    return Query(Kind.METADATA, conditions_of(filters), shown)  # type: ignore[arg-type]


def structured_query(*conditions: tuple[str, str, object]) -> Query:
    return Query(Kind.METADATA, where=tuple(Condition(*condition) for condition in conditions))  # type: ignore[arg-type]


NICE, KYOTO, EMMA, NOAH = flat(city="Nice"), flat(city="Kyoto"), flat(personIds=("emma",)), flat(personIds=("noah",))
ALBUM = flat(albumIds=("x",))


@pytest.mark.parametrize(
    ("one", "other", "common"),
    [
        (NICE, NICE, NICE),
        (NICE, EMMA, flat(city="Nice", personIds=("emma",))),
        (WHOLE_LIBRARY, NICE, NICE),
        (EMMA, NOAH, flat(personIds=("emma", "noah"))),
        (flat(tagIds=("b", "a")), flat(tagIds=("c", "a")), flat(tagIds=("a", "b", "c"))),
        (flat(takenAfter=DAYS[0]), flat(takenAfter=DAYS[1]), flat(takenAfter=DAYS[1])),
        (flat(createdBefore=DAYS[0]), flat(createdBefore=DAYS[1]), flat(createdBefore=DAYS[0])),
        (flat(withDeleted=True, city="Nice"), flat(withDeleted=True), flat(withDeleted=True, city="Nice")),
        (flat(BOTH_PLACES), flat(BOTH_PLACES, city="Nice"), flat(BOTH_PLACES, city="Nice")),
        (NICE, KYOTO, None),
        (NICE, flat(city=None), None),
        (flat(ocr="a"), flat(ocr="b"), None),
        (flat(originalFileName="a"), flat(originalFileName="b"), None),
        (flat(tagIds=None), flat(tagIds=("x",)), None),  # flat fields have one place for both
        (flat(albumIds=("x",)), NICE, None),
        (flat(isOffline=True), flat(isOffline=True), None),
        (flat(withDeleted=True), NICE, None),
        (flat(ARCHIVE), NICE, None),
        (flat(BOTH_PLACES), NICE, None),
        (NICE, replace(EMMA, limit=5), None),
        (NICE, Query(Kind.SMART, where(query="dog")), None),
        # structured searches take flat ones in
        (
            structured_query(("personIds", "any", ("a", "b"))),
            WHOLE_LIBRARY,
            structured_query(("personIds", "any", ("a", "b"))),
        ),
        (
            structured_query(("personIds", "any", ("a", "b"))),
            NICE,
            structured_query(("city", "eq", "Nice"), ("personIds", "any", ("a", "b"))),
        ),
        (structured_query(("personIds", "any", ("a", "b"))), flat(city=None), None),
        (structured_query(("personIds", "any", ("a", "b"))), structured_query(("personIds", "any", ("a", "c"))), None),
        (structured_query(("city", "in", ("a", "b"))), flat(withDeleted=True), None),
    ],
)
def test_two_searches_become_one_where_that_says_the_same(one: Query, other: Query, common: Query | None) -> None:
    assert intersect(one, other) == common
    assert intersect(other, one) == common


@pytest.mark.parametrize(
    ("one", "other", "reason"),
    [
        (NICE, KYOTO, "city cannot be 'Nice' and 'Kyoto'"),
        (NICE, flat(city=None), "city cannot be 'Nice' and unknown"),
        (flat(isMotion=True), flat(isMotion=False), "isMotion cannot be true and false"),
        (flat(rating=4), flat(rating=5), "rating cannot be 4 and 5"),
        (replace(NICE, limit=5), Query(Kind.SMART, where(city="Kyoto", query="dog")), "city cannot be"),
        (flat(tagIds=None), flat(tagIds=("x",)), "a photo without tags has none of them"),
        (flat(isNotInAlbum=True), flat(albumIds=("x",)), "a photo in no album is not in one"),
        (flat(takenAfter=DAYS[2]), flat(takenBefore=DAYS[1]), f"no photo is taken from {DAYS[2]} and until {DAYS[1]}"),
        (flat(ARCHIVE), NICE, "a photo is not in"),
    ],
)
def test_searches_that_have_nothing_in_common_say_why(one: Query, other: Query, reason: str) -> None:
    assert str(why_disjoint(one, other)).startswith(reason)
    assert why_disjoint(other, one) is not None


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (NICE, NICE),
        (NICE, EMMA),
        (EMMA, NOAH),
        (NICE, flat(city="")),  # which servers before 3.0 take for "no city"
        (flat(takenAfter=DAYS[1]), flat(takenBefore=DAYS[1])),
        (flat(takenAfter=DAYS[2]), flat(createdBefore=DAYS[1])),
        (flat(tagIds=None), flat(tagIds=None)),
        (flat(ocr="a"), flat(ocr="b")),
    ],
)
def test_searches_that_may_have_something_in_common_are_sent(one: Query, other: Query) -> None:
    assert why_disjoint(one, other) is None
    assert why_disjoint(other, one) is None


def test_a_domain_is_everything_where_a_search_looks() -> None:
    assert universe(flat(ARCHIVE, city="Nice")) == flat(ARCHIVE)
    assert universe(flat(city="Nice", withDeleted=True)) == flat(withDeleted=True)
    assert universe(flat(city="Nice", withDeleted=False)) == WHOLE_LIBRARY
    assert universe(flat(albumIds=("x",))) is None
    assert universe(Query(Kind.SMART, where(query="dog"), ARCHIVE)) == flat(ARCHIVE)


@pytest.mark.parametrize(
    "query",
    [
        replace(NICE, limit=1),
        replace(NICE, until=("x",)),
        Query(Kind.SMART, where(query="dog")),
        flat(albumIds=("x",)),
    ],
)
def test_ranked_capped_and_wider_searches_are_not_plain(query: Query) -> None:
    assert not is_composable(query)
    assert is_composable(NICE)


def test_a_search_covers_those_that_ask_for_more() -> None:
    narrow = flat(city="Nice", personIds=("emma",), rating=5)
    assert [superset for superset in supersets(narrow) if not is_superset(superset, narrow)] == []
    assert set(supersets(flat(city="Nice", rating=5))) == {WHOLE_LIBRARY, NICE, flat(rating=5)}
    assert set(supersets(flat(ARCHIVE, withDeleted=True, city="Nice"))) == {flat(ARCHIVE, withDeleted=True)}
    assert list(supersets(WHOLE_LIBRARY)) == list(supersets(flat(albumIds=("x",)))) == []
    choice = replace(NICE, any_of=(EMMA.where, NOAH.where))
    assert set(supersets(choice)) == {WHOLE_LIBRARY, NICE}
    assert list(supersets(structured_query(("city", "in", ("a", "b"))))) == [WHOLE_LIBRARY]
    assert not is_superset(NICE, EMMA)
    assert not is_superset(flat(ARCHIVE), NICE)
    assert is_superset(choice, replace(choice, where=(*NICE.where, *flat(rating=5).where)))
    assert not is_superset(choice, NICE)


def test_of_a_search_with_many_filters_only_short_ones_are_looked_for() -> None:
    many = flat(city="Nice", state="s", country="c", make="m", model="d", lensModel="l", rating=5)
    assert max(len(superset.where) for superset in supersets(many)) == 3


# -- by filter -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        (structured_query(("personIds", "all", ("a",))), ("personIds", "none", ("a",))),
        (structured_query(("personIds", "all", ("a", "b"))), None),
        (structured_query(("personIds", "any", ("a", "b"))), ("personIds", "none", ("a", "b"))),
        (structured_query(("personIds", "any", ("a",))), ("personIds", "none", ("a",))),
        (structured_query(("isFavorite", "eq", True)), ("isFavorite", "eq", False)),
        (structured_query(("type", "eq", "IMAGE")), ("type", "ne", "IMAGE")),
        (structured_query(("takenAt", "gte", DAYS[0])), ("takenAt", "lt", DAYS[0])),
        (structured_query(("createdAt", "lte", DAYS[0])), ("createdAt", "gt", DAYS[0])),
        (structured_query(("takenAt", "gt", DAYS[0])), ("takenAt", "lte", DAYS[0])),
        (structured_query(("takenAt", "lt", DAYS[0])), ("takenAt", "gte", DAYS[0])),
        (structured_query(("takenAt", "eq", DAYS[0])), None),
        (structured_query(("originalPath", "like", "img")), ("originalPath", "notLike", "img")),
        (structured_query(("hasTags", "eq", False)), ("hasTags", "eq", True)),
        (structured_query(("description", "like", "img")), None),
        (structured_query(("city", "eq", "Nice")), None),  # in SQL nothing is unequal to NULL
        (structured_query(("rating", "eq", 5)), None),
        (structured_query(("personIds", "none", ("a",))), None),
        (structured_query(("type", "eq", "IMAGE"), ("isFavorite", "eq", True)), None),
        (WHOLE_LIBRARY, None),
        (replace(structured_query(("type", "eq", "IMAGE")), any_of=((Condition("city", "eq", "Nice"),),)), None),
    ],
)
def test_opposites_leave_out_what_may_be_missing(query: Query, expected: tuple[str, str, object] | None) -> None:
    assert complement(query) == (None if expected is None else structured_query(expected))


def test_conditions_of_one_operator_become_one() -> None:
    early, late = (structured_query(("takenAt", "gte", day)) for day in DAYS[:2])
    assert intersect_all([early, late]) == intersect_all([late, early]) == late
    early, late = (structured_query(("takenAt", "lt", day)) for day in DAYS[:2])
    assert intersect_all([early, late]) == intersect_all([late, early]) == early
    one, other = (structured_query(("personIds", "none", (who,))) for who in "ab")
    assert intersect_all([one, other, one]) == structured_query(("personIds", "none", ("a", "b")))
    assert intersect_all([structured_query(("type", "ne", "IMAGE")), structured_query(("type", "ne", "VIDEO"))]) is None
    assert intersect_all([structured_query(("city", "in", ("a",))), structured_query(("city", "in", ("b",)))]) is None
    assert (
        intersect_all(
            [structured_query(("originalPath", "like", "a")), structured_query(("originalPath", "like", "b"))]
        )
        is None
    )


def test_there_is_one_choice_between_branches_at_most() -> None:
    choice = replace(WHOLE_LIBRARY, any_of=((Condition("city", "eq", "Nice"),), (Condition("rating", "eq", 5),)))
    assert intersect_all([choice, structured_query(("type", "eq", "IMAGE"))]) == replace(
        choice, where=(Condition("type", "eq", "IMAGE"),)
    )
    assert intersect_all([choice, choice]) == choice
    assert intersect(choice, replace(choice, any_of=choice.any_of[:1])) is None
    assert unite([choice, structured_query(("type", "eq", "IMAGE"))]) is None


@pytest.mark.parametrize(
    ("queries", "one"),
    [
        ([EMMA, NOAH, EMMA], structured_query(("personIds", "any", ("emma", "noah")))),
        ([NICE, KYOTO], structured_query(("city", "in", ("Kyoto", "Nice")))),
        ([flat(rating=5), flat(rating=4)], structured_query(("rating", "in", (4, 5)))),
        (
            [NICE, flat(rating=5), KYOTO],
            replace(
                WHOLE_LIBRARY,
                any_of=((Condition("city", "in", ("Kyoto", "Nice")),), (Condition("rating", "eq", 5),)),
            ),
        ),
        ([NICE, EMMA], None),  # photos of Emma without EXIF would be left out
        ([NICE, NICE], structured_query(("city", "eq", "Nice"))),
        ([EMMA, EMMA], structured_query(("personIds", "all", ("emma",)))),
        ([structured_query(("personIds", "any", ("emma",)))], EMMA),
        ([structured_query(("city", "in", ("Nice",)))], NICE),
        (
            [EMMA, flat(tagIds=("x",)), NOAH],
            replace(
                WHOLE_LIBRARY,
                any_of=((Condition("personIds", "any", ("emma", "noah")),), (Condition("tagIds", "all", ("x",)),)),
            ),
        ),
        (
            [flat(personIds=("a", "b")), EMMA],
            replace(
                WHOLE_LIBRARY,
                any_of=((Condition("personIds", "all", ("a", "b")),), (Condition("personIds", "all", ("emma",)),)),
            ),
        ),
        ([EMMA, flat(city=None)], None),  # which only flat fields say
        ([EMMA, WHOLE_LIBRARY], None),  # an empty branch would let everything through
    ],
)
def test_a_choice_is_a_list_where_it_can_be_and_branches_else(queries: list[Query], one: Query | None) -> None:
    assert unite(queries) == one


@pytest.mark.parametrize(
    ("album", "scope"),
    [
        (replace(ALBUM, limit=5), EMMA),
        (replace(ALBUM, visibility=frozenset({Visibility.ARCHIVE})), EMMA),
        (Query(Kind.METADATA, where(albumIds=("x",), withDeleted=True)), EMMA),
        (Query(Kind.METADATA, where(albumIds=("x",), isOffline=True)), EMMA),
        (Query(Kind.METADATA, where(albumIds=("x",), city="Kyoto")), NICE),
        (ALBUM, Query(Kind.METADATA, where=(Condition("rating", "gte", 4),))),
        (ALBUM, replace(EMMA, limit=5)),
        (ALBUM, Query(Kind.METADATA, where(isNotInAlbum=True))),
        (EMMA, NICE),
    ],
)
def test_albums_are_searched_only_inside_of_plain_searches_that_look_there(album: Query, scope: Query) -> None:
    assert narrow_album(album, scope) is None
