"""Several rules in one run: what each selects, splits, and one that fails leaves the others alone."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import FilterError, ServerError
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Sort, SplitKey
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.result import ResultBuilder, SearchResult
from immich_smart_albums.selection.run.evaluate import Failed, Selection, evaluate
from tests.support.in_memory_searches import FLAT, Answers, city, ids, local, named, record, select, smart

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Mapping

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.selection.query_plan import Scan

NICE, IMG, DOG, CAT = city("Nice"), named("img"), smart("dog"), smart("cat")
TAGS = local("$.tags[*].value", "pets")


def run(rules: Iterable[Rule | Node], searches: Answers, **options: object) -> tuple[Selection | Failed, ...]:
    """What some rules select."""
    made = [rule if isinstance(rule, Rule) else Rule(rule) for rule in rules]
    log = options.pop("log", lambda _: None)
    plan = compile_rules(made, FLAT, names=options.pop("names", ()))  # type: ignore[arg-type]
    return evaluate(plan, searches, concurrency=2, log=log, **options)  # type: ignore[arg-type]


def outcomes(results: Iterable[Selection | Failed]) -> list[list[str] | str]:
    """The ids of selections, and the messages of failures."""
    return [ids(result) if isinstance(result, Selection) else result.error.message for result in results]


@dataclass
class Broken(Answers):
    """Answers, but for some searches that fail and details that cannot be read."""

    broken: tuple[Query, ...] = ()
    no_details: bool = False
    closed: list[Query] = field(default_factory=list)

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
        if query in self.broken:
            raise ServerError(f"{query.describe()} failed")
        yield from super().find(query, fields)

    def details(self, ids: Iterable[str]) -> Generator[Mapping[str, object], None, None]:
        if self.no_details:
            raise ServerError("details failed")
        yield from super().details(ids)


# -- failures ---------------------------------------------------------------------------------------------------------


def test_a_search_that_fails_fails_the_rules_that_need_it_and_no_other() -> None:
    searches = Broken({IMG.query: [[record("1")]], CAT.query: [[record("2")]]}, broken=(DOG.query,))
    results = run([IMG, DOG, Any((DOG, IMG)), All((CAT, Not(DOG))), CAT], searches)
    failure = "smart search (query='dog', top 200) failed"
    assert outcomes(results) == [["1"], failure, failure, failure, ["2"]]


def test_a_filter_that_cannot_be_evaluated_fails_the_rules_that_have_it() -> None:
    def fails(record: Record) -> bool:
        raise FilterError(f"cannot look at {record['id']}")

    broken = Filter("broken", fails, frozenset({"type"}), fails)
    other = Filter("other", lambda record: record["id"] == "2", frozenset({"id"}), lambda _: None)
    searches = Answers({IMG.query: [[record("1"), record("2")]], DOG.query: [[record("1")]]})
    results = run([All((IMG, broken)), All((IMG, other)), IMG, All((DOG, broken)), All((IMG, Not(broken)))], searches)
    assert outcomes(results) == ["cannot look at 1", ["2"], ["1", "2"], "cannot look at 1", "cannot look at 1"]


def test_a_search_ends_when_no_filter_on_it_can_be_evaluated() -> None:
    def fails(record: Record) -> bool:
        raise FilterError(f"cannot look at {record['id']}")

    searches = Answers({IMG.query: [[record("1")], [record("2")]]})
    broken = Filter("broken", fails, frozenset({"type"}), fails)
    assert outcomes(run([All((IMG, broken))], searches)) == ["cannot look at 1"]


def test_a_late_filter_that_cannot_be_evaluated_fails_the_rules_that_have_it() -> None:
    def fails(record: Record) -> bool:
        raise FilterError(f"cannot look at {record['id']}")

    broken = Filter("broken", fails, frozenset({"tags"}), fails)
    pets = record("1", tags=[{"value": "Pets"}])
    searches = Answers({IMG.query: [[record("1")]]}, [pets])
    assert outcomes(run([All((IMG, TAGS)), All((IMG, broken))], searches)) == [["1"], "cannot look at 1"]
    assert searches.detail_requests == ["1"]


def test_details_that_cannot_be_read_fail_the_rules_that_need_them() -> None:
    searches = Broken({IMG.query: [[record("1")]]}, no_details=True)
    assert outcomes(run([IMG, All((IMG, TAGS))], searches)) == [["1"], "details failed"]


def test_searches_end_when_no_rule_that_can_still_be_answered_needs_them() -> None:
    failed, ended = threading.Event(), threading.Event()

    class Endless(Answers):
        def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
            if query == DOG.query:
                failed.set()
                raise ServerError("no dogs")
            if query == CAT.query:
                failed.wait(120)
                try:
                    while True:
                        yield [record("1")]
                finally:
                    ended.set()
            yield from super().find(query, fields)

    searches = Endless({IMG.query: [[record("1")]]})
    assert outcomes(run([All((CAT, Not(DOG))), IMG], searches)) == ["no dogs", ["1"]]
    assert ended.wait(120)


# -- sharing ----------------------------------------------------------------------------------------------------------


def test_rules_share_searches_and_details() -> None:
    pets = [record("1", tags=[{"value": "Pets"}], owner={"name": "Bob"}), record("2", tags=[], owner={"name": "Bob"})]
    searches = Answers({IMG.query: [[record("1"), record("2"), record("3")]], DOG.query: [[record("3")]]}, pets)
    owner = local("$.owner.name", "bob")
    results = run([IMG, All((IMG, TAGS)), All((IMG, Not(DOG))), All((IMG, owner)), Any((IMG, DOG))], searches)
    assert outcomes(results) == [["1", "2", "3"], ["1"], ["1", "2"], ["1", "2"], ["1", "2", "3"]]
    assert {query for query, _ in searches.requests} == {IMG.query, DOG.query}
    assert len(searches.requests) == 2
    assert searches.detail_requests == ["1", "2", "3"]  # the third is gone, and not asked for again


def test_messages_name_the_rule_where_there_are_several() -> None:
    said: list[str] = []
    searches = Answers({IMG.query: [[record("1"), record("2")]], DOG.query: [[record("3")]]})
    run([Rule(IMG, 1), DOG], searches, names=("Images", "Dogs"), log=said.append)
    assert sorted(said) == [
        "Dogs: smart search (query='dog', top 200): kept 1",
        "Images: limit 1: kept 1 of 2",
        "Images: metadata search (originalFileName='img'): kept 2",
        "metadata search (originalFileName='img'): found 2",
        "smart search (query='dog', top 200): found 1",
    ]


def test_notes_of_a_rule_are_part_of_its_selection() -> None:
    (result,) = run([All((NICE, city("Kyoto")))], Answers({}))
    assert isinstance(result, Selection)
    assert (result.assets, result.notes) == ((), ("nothing can match: city cannot be 'Nice' and 'Kyoto'",))


# -- memory -----------------------------------------------------------------------------------------------------------


@dataclass
class Remembering:
    """Knows what one search found, and what it was given to keep."""

    known: dict[Query, SearchResult]
    stored: dict[Query, SearchResult] = field(default_factory=dict)
    expected: tuple[Query, ...] = ()

    def expect(self, scans: Iterable[Scan]) -> None:
        self.expected = tuple(scan.query for scan in scans)

    def wants_ids(self, scan: Scan) -> bool:
        return True

    def recall(self, scan: Scan) -> SearchResult | None:
        return self.known.get(scan.query)

    def keep(self, scan: Scan, result: SearchResult) -> None:
        self.stored[scan.query] = result


def test_searches_that_are_known_are_not_sent() -> None:
    known = SearchResult({"1": 0}, {"1": Asset("1", 0, "", "", "IMAGE")}, {"1": 0}, count=1)
    cache, searches = Remembering({IMG.query: known}), Answers({DOG.query: [[record("2")]]})
    assert outcomes(run([IMG, DOG], searches, cache=cache)) == [["1"], ["2"]]
    assert [query for query, _ in searches.requests] == [DOG.query]
    assert cache.stored.keys() == {DOG.query}
    assert cache.expected == (IMG.query, DOG.query)


def test_what_a_check_failed_on_is_not_kept() -> None:
    def fails(record: Record) -> bool:
        raise FilterError("no")

    cache = Remembering({})
    searches = Answers({IMG.query: [[record("1")]]})
    assert outcomes(run([All((IMG, Filter("x", fails, frozenset(), fails))), IMG], searches, cache=cache)) == [
        "no",
        ["1"],
    ]
    assert cache.stored == {}


def test_what_is_found_can_be_dropped_and_taken_in_anew() -> None:
    reading = compile_rules([Rule(All((IMG, local("$.type", "image"))))], FLAT).scans[0]
    builder = ResultBuilder(reading)
    builder.take([record("1", type="IMAGE"), record("2", type="IMAGE"), record("3", type="VIDEO")])
    builder.result.drop({"1", "3"})
    again = ResultBuilder(reading, builder.result)
    again.take([record("3", type="IMAGE")])
    assert again.result.assets.keys() == again.result.passed.keys() == {"2", "3"}


# -- splits -----------------------------------------------------------------------------------------------------------

YEAR = SplitKey("year", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[:4],))
PLACE = SplitKey("country", frozenset({"exifInfo.country"}), lambda record: tuple(record["exifInfo"]["countries"]))  # type: ignore[index]
WHO = SplitKey("person", frozenset({"people"}), lambda record: tuple(record["people"]))  # type: ignore[arg-type]


def photo(asset_id: str, year: int, *countries: str, who: tuple[str, ...] = ()) -> dict[str, object]:
    day = f"{year}-01-01T00:00:00.000Z"
    return record(asset_id, day, localDateTime=day, exifInfo={"countries": countries}, people=who)


PHOTOS = [photo("a", 2023, "FI"), photo("b", 2024, "FI", "SE"), photo("c", 2024), photo("d", 2024, "FI")]


def test_a_split_rule_tells_which_albums_each_photo_belongs_in() -> None:
    selection = select(Rule(IMG, split=(YEAR, PLACE)), Answers({IMG.query: [PHOTOS]}))
    assert selection.groups == {
        "a": (("2023", "FI"),),
        "b": (("2024", "FI"), ("2024", "SE")),
        "d": (("2024", "FI"),),
    }
    assert ids(selection) == ["b", "d", "a"]
    assert selection.matched == 4
    assert selection.notes == ("1 without country is in no album",)


def test_the_limit_of_a_split_rule_is_that_of_each_album() -> None:
    selection = select(Rule(IMG, 1, Sort.OLDEST, (PLACE,)), Answers({IMG.query: [PHOTOS]}))
    assert selection.groups == {"a": (("FI",),), "b": (("SE",),)}
    ranked = Answers({DOG.query: [[photo("d", 2024, "FI"), photo("a", 2023, "FI")]]})
    assert select(Rule(DOG, 1, split=(PLACE,)), ranked).groups == {"d": (("FI",),)}


def test_values_come_from_any_search_that_shows_them_else_from_the_photo_itself() -> None:
    searches = Answers(
        {
            IMG.query: [[photo("a", 2023, who=("Emma",))]],
            DOG.query: [[photo("a", 2023), photo("b", 2024), photo("gone", 2024)]],
        },
        [photo("b", 2024, who=("Noah", "Emma"))],
    )
    selection = select(Rule(Any((IMG, DOG)), split=(WHO,)), searches)
    assert selection.groups == {"a": (("Emma",),), "b": (("Emma",), ("Noah",))}
    assert searches.detail_requests == ["b", "gone"]
    assert selection.notes == ("1 without person is in no album",)


@pytest.mark.parametrize(("missing", "note"), [(1, "1 without year is"), (2, "2 without year are")])
def test_what_is_left_out_is_counted(missing: int, note: str) -> None:
    none = SplitKey("year", frozenset({"localDateTime"}), lambda _: ())
    records = [photo(str(number), 2024) for number in range(missing)]
    (said,) = select(Rule(IMG, split=(none,)), Answers({IMG.query: [records]})).notes
    assert said.startswith(note)
