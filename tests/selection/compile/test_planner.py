"""Which searches rules become, what is read of them, and what is left to check here."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Search, SplitKey
from immich_smart_albums.selection.compile.algebra import narrow_album
from immich_smart_albums.selection.compile.notation import write_branch
from immich_smart_albums.selection.compile.planner import compile_rules, queries_to_count
from immich_smart_albums.selection.query_plan import Branch, QueryPlan
from immich_smart_albums.selection.words import describe
from tests.support.in_memory_searches import FLAT, WHOLE, Flat, city, exactly, local, named, person, smart

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


NICE, KYOTO, EMMA, NOAH, DOG = city("Nice"), city("Kyoto"), person("emma"), person("noah"), smart("dog")
MAKE, NAMES, TAGS, ANYTHING, PATH = (
    local("$.exifInfo.make"),
    local("$.people[*].name"),
    local("$.tags[*].value"),
    local("$..name"),
    local("$.originalPath"),
)
APPLE, FIVE, FOUR = exactly("make", "Apple"), exactly("rating", 5), exactly("rating", 4)


DOGS, MANY_DOGS = "smart (query='dog', top 200)", "smart (query='dog', top 90000)"


class New(Flat):
    """A server with structured searches."""

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        return []

    def leaves_out_unread(self, query: Query) -> bool:
        return not query.is_filter and super().leaves_out_unread(query)


NEW = New()


def plan(*nodes: Node, server: Flat = FLAT, sizes: Mapping[Query, int] | None = None) -> QueryPlan:
    return compile_rules([Rule(node) for node in nodes], server, sizes or {})


def branch_words(result: QueryPlan) -> list[list[str]]:
    """The branches of each rule in words."""
    return [[write_branch(branch) for branch in rule.branches] for rule in result.rules]


# -- frames and what they take in -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "parts"),
    [
        (NICE, ["(city='Nice')"]),
        (All((NICE, EMMA)), ["(city='Nice', personIds=[emma])"]),
        (All((WHOLE, NICE)), ["(city='Nice')"]),
        (Any((NICE, EMMA)), ["(personIds=[emma])", "(city='Nice')"]),
        (All((NICE, PATH)), ["(city='Nice') | <$.originalPath:x>"]),
        (All((NICE, Not(EMMA))), ["(city='Nice') | not (city='Nice', personIds=[emma])"]),
        (Not(EMMA), ["(the whole timeline) | not (personIds=[emma])"]),
        (MAKE, ["(the whole timeline) | <$.exifInfo.make:x>"]),
        (All((NICE, KYOTO)), []),
        (Not(All((NICE, KYOTO))), ["(the whole timeline)"]),
        # a choice is searched for inside of what must hold
        (
            All((NICE, Any((EMMA, NOAH)))),
            ["(city='Nice', personIds=[emma])", "(city='Nice', personIds=[noah])"],
        ),
        (
            All((Any((NICE, KYOTO)), Any((EMMA, PATH)))),
            [
                f"(city='{name}') | ((city='{name}', personIds=[emma]) or <$.originalPath:x>)"
                for name in ("Nice", "Kyoto")
            ],
        ),
        # ranked searches frame what they rank, and are never narrowed
        (All((DOG, EMMA)), ["smart (query='dog', top 200) | smart (personIds=[emma], query='dog', top 1000)"]),
        (All((DOG, MAKE)), ["smart (query='dog', top 200) | <$.exifInfo.make:x>"]),
        (All((DOG, NICE, MAKE)), ["smart (query='dog', top 200) | <(city='Nice'), checked here>"]),
    ],
)
def test_a_frame_takes_in_what_must_hold(node: Node, parts: list[str]) -> None:
    assert [part.removesuffix(" & <$.exifInfo.make:x>") for part in branch_words(plan(node))[0]] == parts


def test_of_two_choices_that_become_frames_each_may_stay_a_choice_of_the_other() -> None:
    node = All((NICE, Any((EMMA, NOAH)), Any((named("img"), PATH))))
    frames = [Query(Kind.METADATA, where(city="Nice", personIds=(who,))) for who in ("emma", "noah")]
    assert [part.driver for part in plan(node, sizes={NICE.query: 90_000}).rules[0].branches] == frames


def test_checks_that_a_search_answers_become_part_of_it() -> None:
    assert branch_words(plan(APPLE)) == [["(make='Apple')"]]
    assert branch_words(plan(All((EMMA, APPLE, Not(FIVE))))) == [
        ["(make='Apple', personIds=[emma]) | not <rating 5>"],
    ]
    assert branch_words(plan(All((EMMA, Any((FOUR, FIVE)))))) == [
        ["(personIds=[emma], rating=4)", "(personIds=[emma], rating=5)"]
    ]


def test_a_check_whose_search_finds_more_narrows_the_frame_and_is_checked_still() -> None:
    near = replace(APPLE, superset_is_exact=False)
    assert branch_words(plan(All((EMMA, near)))) == [["(make='Apple', personIds=[emma]) | <make 'Apple'>"]]


@pytest.mark.parametrize(
    "within",
    [
        Query(Kind.METADATA, where(rating=5), limit=3),
        Query(Kind.METADATA, where(albumIds=("x",))),
        Query(Kind.SMART, where(query="dog"), limit=3),
        Query(Kind.METADATA, where=(Condition("rating", "gte", 4),)),
    ],
)
def test_searches_that_could_mean_something_else_here_bound_no_check(within: Query) -> None:
    check = replace(FIVE, superset=within)
    assert branch_words(plan(All((NICE, check)))) == [["(city='Nice') | <rating 5>"]]


def test_a_check_is_bounded_where_its_frame_looks() -> None:
    shown = frozenset({Visibility.ARCHIVE})
    archive = Search(Query(Kind.METADATA, where(withDeleted=True), shown))
    (part,) = plan(All((archive, FIVE))).rules[0].branches
    assert part == Branch(Query(Kind.METADATA, where(rating=5, withDeleted=True), shown))


ALBUM = Search(Query(Kind.METADATA, where(albumIds=("x",))))


def test_an_albums_photos_of_others_are_found_only_by_it() -> None:
    assert branch_words(plan(All((ALBUM, FIVE, Not(NICE))))) == [
        ["(albumIds=[x], rating=5) | <rating 5> & not (city='Nice')"]
    ]


def test_an_album_is_searched_inside_of_what_it_is_held_against() -> None:
    large = {ALBUM.query: 50_000, EMMA.query: 900}
    inside = "(albumIds=[x], personIds=[emma])"
    assert branch_words(plan(All((ALBUM, EMMA)), sizes=large)) == [[f"(personIds=[emma]) | {inside}"]]
    assert branch_words(plan(All((EMMA, Not(ALBUM))))) == [[f"(personIds=[emma]) | not {inside}"]]
    assert branch_words(plan(All((EMMA, FIVE, Not(ALBUM))))) == [
        ["(personIds=[emma], rating=5) | not (albumIds=[x], personIds=[emma], rating=5)"]
    ]


@pytest.mark.parametrize(
    "within",
    [
        where(isFavorite=True),  # of others' photos no record shows it
        where(rating=None),
        where(rating=5, withDeleted=True),
        where(personIds=("emma",)),
    ],
)
def test_an_albums_search_is_not_narrowed_where_others_photos_could_be_lost(within: tuple[Condition, ...]) -> None:
    check = replace(FIVE, superset=Query(Kind.METADATA, within))
    assert branch_words(plan(All((ALBUM, check)))) == [["(albumIds=[x]) | <rating 5>"]]


@pytest.mark.parametrize(
    ("album", "scope"),
    [
        (replace(ALBUM.query, limit=5), EMMA.query),
        (replace(ALBUM.query, visibility=frozenset({Visibility.ARCHIVE})), EMMA.query),
        (Query(Kind.METADATA, where(albumIds=("x",), withDeleted=True)), EMMA.query),
        (Query(Kind.METADATA, where(albumIds=("x",), isOffline=True)), EMMA.query),
        (Query(Kind.METADATA, where(albumIds=("x",), city="Kyoto")), NICE.query),
        (ALBUM.query, Query(Kind.METADATA, where=(Condition("rating", "gte", 4),))),
        (ALBUM.query, replace(EMMA.query, limit=5)),
        (ALBUM.query, Query(Kind.METADATA, where(isNotInAlbum=True))),
        (EMMA.query, NICE.query),
    ],
)
def test_albums_are_searched_only_inside_of_plain_searches_that_look_there(album: Query, scope: Query) -> None:
    assert narrow_album(album, scope) is None


# -- what is checked here --------------------------------------------------------------------------------------------


def test_what_is_read_anyway_is_checked_here() -> None:
    result = plan(All((MAKE, Not(NICE), Not(EMMA))))
    (reading, people) = result.scans
    assert reading.query == WHOLE_LIBRARY
    assert reading.fields == {"exifInfo.make", "exifInfo.city"}
    assert (people.query, people.fields, people.keeps_ids) == (EMMA.query, frozenset(), True)


def test_a_capped_search_is_not_read_with_exif_where_another_search_does_as_well() -> None:
    assert branch_words(plan(All((city("Nice", limit=5), Not(FIVE)))))[0] == ["(city='Nice', top 5) | not (rating=5)"]
    assert branch_words(plan(All((smart("dog", 5), Not(FIVE)))))[0] == ["smart (query='dog', top 5) | not <rating 5>"]


def test_fields_that_records_lack_here_are_not_looked_at() -> None:
    class Old(Flat):
        def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
            return [name for name in names if name == "createdAt"]

    added = Search(Query(Kind.METADATA, where(createdAfter="2024-01-01T00:00:00.000Z")))
    node = All((PATH, Not(added)))
    assert branch_words(plan(node))[0][0].endswith("not <(createdAfter='2024-01-01T00:00:00.000Z'), checked here>")
    assert branch_words(plan(node, server=Old()))[0][0].endswith("not (createdAfter='2024-01-01T00:00:00.000Z')")


@pytest.mark.parametrize(
    ("check", "local_one"),
    [
        (NICE, True),
        (Search(Query(Kind.METADATA, where(rating=5, type="IMAGE"))), True),
        (Search(Query(Kind.METADATA, where(isMotion=False))), True),
        (Search(Query(Kind.METADATA, where(takenAfter="2024-01-01T00:00:00.000Z"))), True),
        (Search(Query(Kind.METADATA, where(takenBefore="2024-01-01T00:00:00.000Z"))), False),
        (Search(Query(Kind.METADATA, where(city=None))), False),
        (Search(Query(Kind.METADATA, where(city=""))), False),
        (Search(Query(Kind.METADATA, where(libraryId=None))), False),
        (Search(Query(Kind.METADATA, where(isFavorite=True))), False),
        (Search(Query(Kind.METADATA, where(city="Nice", personIds=("emma",)))), False),
        (city("Nice", limit=5), False),
        (Search(Query(Kind.METADATA, where=(Condition("city", "in", ("a", "b")),))), False),
        (named("img"), False),
        (DOG, False),
    ],
)
def test_only_what_records_tell_exactly_is_checked_here(check: Search, local_one: bool) -> None:
    (part,) = plan(All((MAKE, Not(check)))).rules[0].branches
    assert (len(part.filters) == 2) is local_one
    assert bool(part.searches) is not local_one


def test_exif_is_read_only_where_that_is_less_than_another_search() -> None:
    node = All((PATH, Not(NICE)))
    few, many = ({WHOLE_LIBRARY: 100_000, NICE.query: count} for count in (500, 60_000))
    assert branch_words(plan(node, sizes=few)) == [["(the whole timeline) | <$.originalPath:x> & not (city='Nice')"]]
    assert branch_words(plan(node, sizes=many)) == [
        ["(the whole timeline) | <$.originalPath:x> & not <(city='Nice'), checked here>"]
    ]
    assert queries_to_count([Rule(node)], FLAT) == (WHOLE_LIBRARY, NICE.query)
    assert queries_to_count([Rule(NICE), Rule(All((NICE, Not(EMMA)))), Rule(MAKE)], FLAT) == ()


def test_only_the_fields_that_checks_look_at_are_read() -> None:
    assert plan(All((NICE, EMMA))).scans[0].fields == frozenset()
    assert plan(All((NICE, MAKE, PATH))).scans[0].fields == {"exifInfo.make", "originalPath"}
    assert plan(All((NICE, local("$.exifInfo.*")))).scans[0].fields == {"exifInfo"}


def test_people_are_checked_as_metadata_searches_stream_by_and_late_after_smart_ones() -> None:
    (part,) = plan(All((NICE, NAMES))).rules[0].branches
    assert (part.filters, part.detail_filters) == ((NAMES,), ())
    (part,) = plan(All((DOG, NAMES, MAKE))).rules[0].branches
    assert (part.filters, part.detail_filters) == ((MAKE,), (NAMES,))
    assert plan(All((DOG, NAMES, MAKE))).scans[0].fields == {"exifInfo.make"}


def test_rather_than_asking_for_each_photo_people_are_read_with_another_search() -> None:
    (part,) = plan(All((NICE, DOG, NAMES))).rules[0].branches
    assert part.driver == NICE.query
    assert part.detail_filters == ()


@pytest.mark.parametrize("late", [TAGS, ANYTHING, local("$.stack.id"), local("$.owner.name"), local("$.*")])
def test_what_no_search_returns_is_asked_for_late(late: Filter) -> None:
    (part,) = plan(All((NICE, late, MAKE))).rules[0].branches
    assert part.detail_filters == (late,)
    assert plan(All((NICE, late, MAKE))).scans[0].fields == {"exifInfo.make"}


def test_a_late_check_that_a_search_answers_is_a_search() -> None:
    tagged = replace(TAGS, superset=Query(Kind.METADATA, where(tagIds=("pets",))), superset_is_exact=True)
    assert branch_words(plan(All((NICE, Not(tagged))))) == [["(city='Nice') | not (city='Nice', tagIds=[pets])"]]


def test_equal_checks_are_made_once() -> None:
    assert plan(All((NICE, MAKE, Not(All((local("$['exifInfo'].make"), EMMA)))))).scans[0].filters == (MAKE,)


def test_smart_searches_rank_where_a_photo_is_in_because_of_them() -> None:
    cat, car = smart("cat"), smart("car")
    node = All((Any((DOG, cat)), NICE, Not(car), Not(Not(DOG)), MAKE))
    assert set(plan(node).rules[0].ranking) == {DOG.query, cat.query}
    assert plan(NICE).rules[0].ranking == ()


@pytest.mark.parametrize("server", [FLAT, NEW])
def test_a_name_that_was_not_looked_up_is_a_bug(server: Flat) -> None:
    with pytest.raises(TypeError, match="person 'Emma' was not looked up"):
        plan(All((NICE, person_named("Emma"))), server=server)


# -- structured searches ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("node", "parts"),
    [
        (Any((EMMA, NOAH)), ["(personIds any [emma, noah])"]),
        (All((EMMA, Not(NOAH))), ["(personIds=[emma], personIds none [noah])"]),
        (All((EMMA, NICE)), ["(city='Nice', personIds=[emma])"]),  # flat does as well
        (NICE, ["(city='Nice')"]),
        (All((Any((EMMA, NOAH)), PATH)), ["(personIds any [emma, noah]) | <$.originalPath:x>"]),
        (All((Any((EMMA, DOG)), PATH)), ["(personIds=[emma]) | <$.originalPath:x>", f"{DOGS} | <$.originalPath:x>"]),
        (Any((FOUR, FIVE)), ["(rating in [4, 5])"]),
        (All((EMMA, Any((FOUR, FIVE)))), ["(personIds=[emma], rating in [4, 5])"]),
        # what is in EXIF is searched for by itself: photos without EXIF would be left out of the rest, too
        (Any((All((EMMA, Not(NOAH))), NICE)), ["(personIds=[emma], personIds none [noah])", "(city='Nice')"]),
        (
            Any((All((EMMA, Not(NOAH))), named("img"))),
            ["((personIds=[emma] and personIds none [noah]) or (originalFileName='img'))"],
        ),
        (Not(Any((EMMA, NOAH))), ["(personIds none [emma, noah])"]),
        (All((DOG, Not(EMMA), Not(NOAH))), [f"{DOGS} | not (personIds any [emma, noah])"]),
        (
            All((DOG, Any((EMMA, All((NOAH, named("img"))))))),
            [f"{DOGS} | ((personIds=[emma]) or (originalFileName='img' and personIds=[noah]))"],
        ),
        (Any((EMMA, NOAH, named("img"))), ["((personIds any [emma, noah]) or (originalFileName='img'))"]),
        (All((named("img"), Not(EMMA))), ["(originalFileName='img', personIds none [emma])"]),
        (All((EMMA, Not(named("img")))), ["(originalFileName notLike 'img', personIds=[emma])"]),
        (
            All((smart("dog", 90_000), Not(EMMA), Not(NOAH), Not(NICE), Not(FOUR))),
            [f"{MANY_DOGS} | not (personIds any [emma, noah]) & not ((city='Nice') or (rating=4))"],
        ),
    ],
)
def test_from_3_2_on_one_search_says_what_takes_several_flat_ones(node: Node, parts: list[str]) -> None:
    sizes = {EMMA.query: 300, NOAH.query: 200, NICE.query: 100, named("img").query: 50}
    assert sorted(branch_words(plan(node, server=NEW, sizes=sizes))[0]) == sorted(parts)


def test_conditions_of_checks_are_sent_where_the_server_takes_them() -> None:
    stars = replace(FIVE, key="rating from 4", superset=Query(Kind.METADATA, where=(Condition("rating", "gte", 4),)))
    assert branch_words(plan(All((EMMA, stars)), server=NEW)) == [["(personIds=[emma], rating gte 4)"]]
    assert branch_words(plan(All((EMMA, stars)))) == [["(personIds=[emma]) | <rating from 4>"]]
    trash = Search(Query(Kind.METADATA, where(withDeleted=True)))
    assert branch_words(plan(All((trash, stars)), server=NEW)) == [["(withDeleted=true) | <rating from 4>"]]


# -- several rules ------------------------------------------------------------------------------------------


def test_a_search_that_several_rules_need_is_sent_once_with_what_all_of_them_need() -> None:
    result = plan(All((NICE, PATH)), All((NICE, MAKE)), All((DOG, NICE)))
    assert [scan.query for scan in result.scans] == [NICE.query, DOG.query]
    assert result.scans[0].fields == {"exifInfo.make", "originalPath"}
    assert result.scans[0].keeps_ids


def test_rules_that_records_answer_are_answered_by_a_library_that_is_read_anyway() -> None:
    result = plan(NICE, All((KYOTO, EMMA)), MAKE, Any((FIVE, APPLE)), All((NICE, Not(FIVE))))
    assert {scan.query for scan in result.scans} <= {
        WHOLE_LIBRARY,
        Query(Kind.METADATA, where(city="Kyoto", personIds=("emma",))),
    }
    assert result.scans[0].fields == {"exifInfo.make", "exifInfo.city", "exifInfo.rating"}


def test_what_many_rules_exclude_is_asked_for_once() -> None:
    nodes = [All((named(f"trip {number}"), Not(EMMA))) for number in range(20)]
    assert EMMA.query in {scan.query for scan in plan(*nodes, sizes={EMMA.query: 900}).scans}
    assert len(plan(*nodes, sizes={EMMA.query: 900}).scans) == 21


@pytest.mark.parametrize("excluded", [(), (EMMA,), (EMMA, NOAH)])
def test_never_more_searches_are_sent_than_a_rule_has_leaves(excluded: tuple[Search, ...]) -> None:
    people = [person(f"p{number}") for number in range(4)]
    names = [named(f"img {number}") for number in range(4)]
    node = All((Any(tuple(people)), Any(tuple(names)), *map(Not, excluded)))
    sizes = {search.query: 30_000 for search in people}
    assert len(plan(node, sizes=sizes).scans) <= len(people) + len(names) + len(excluded)


def test_names_and_notes_of_rules_stay_with_them() -> None:
    result = compile_rules([Rule(NICE), Rule(All((NICE, KYOTO)))], FLAT, names=("one", "two"))
    assert [(rule.name, rule.notes) for rule in result.rules] == [
        ("one", ()),
        ("two", ("nothing can match: city cannot be 'Nice' and 'Kyoto'",)),
    ]


def test_keys_are_read_where_searches_show_them() -> None:
    year = SplitKey("year", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[:4],))
    who = SplitKey("person", frozenset({"people"}), lambda _: ())
    (metadata,) = compile_rules([Rule(NICE, split=(year, who))], FLAT).scans
    assert metadata.keys == (year, who)
    assert metadata.fields == {"localDateTime", "people"}
    (ranked,) = compile_rules([Rule(DOG, split=(year, who))], FLAT).scans
    assert ranked.keys == (year,)
    assert ranked.fields == {"localDateTime"}


def test_a_long_choice_stays_one() -> None:
    many = Any(tuple(person(f"p{number}") for number in range(70)))
    assert len(plan(All((NICE, many))).scans) == 71
    assert len(plan(many).scans) == 70


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


@pytest.mark.parametrize(("models", "counts"), [(15, 15), (30, 0)])
def test_nothing_is_counted_where_the_counts_would_cost_as_much_as_reading(models: int, counts: int) -> None:
    """Of 15,000 photos in Nice those of some cameras: looked at one by one, or searched for camera by camera."""
    cameras = Any(tuple(exactly("model", f"camera {number}") for number in range(models)))
    sizes = {WHOLE_LIBRARY: 1_000_000, NICE.query: 15_000}
    assert len(queries_to_count([Rule(All((NICE, cameras)))], FLAT, sizes)) == counts
