"""Records that are kept in memory: as many as there is room for, and only what was read to its end."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.errors import FilterError, Stopped
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.rules.tree import All, Filter
from immich_smart_albums.selection.cache.columns import RecordBatch
from immich_smart_albums.selection.cache.records import MOST_VERDICTS, WIDE, RecordCache
from immich_smart_albums.selection.query_plan import Scan
from immich_smart_albums.selection.result import ResultBuilder
from tests.support.examples import examples
from tests.support.in_memory_searches import Answers, city, exactly, record, smart

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.query import Query
    from immich_smart_albums.rules.tree import Node

NICE, PARIS = city("Nice").query, city("Paris").query
NOTHING: frozenset[str] = frozenset()


@dataclass
class Counting(Answers):
    """It counts, too."""

    estimates: int = 0
    own_estimates: int = 0

    def count(self, query: Query) -> int | None:
        return 7

    def estimate(self, query: Query) -> int | None:
        self.estimates += 1
        return 8

    def estimate_own(self, query: Query) -> int | None:
        self.own_estimates += 1
        return 9


def ids(records: RecordCache, query: Query, fields: frozenset[str] = NOTHING) -> list[object]:
    return [one["id"] for batch in records.find(query, fields) for one in batch]


def test_a_search_is_read_once_with_all_that_the_next_rule_may_look_at() -> None:
    answers = Answers({NICE: [[record("a")], [record("b")]]})
    records = RecordCache(answers)
    assert ids(records, NICE) == ids(records, NICE, frozenset({"people"})) == ["a", "b"]
    assert answers.requests == [(NICE, WIDE)]
    assert records.sizes() == {NICE: 2}
    assert list(records.shared()) == [NICE]
    assert ids(records, NICE, frozenset({"checksum"})) == ["a", "b"]  # it was not read, so all is read again
    assert answers.requests[1:] == [(NICE, WIDE | {"checksum"})]
    assert ids(records, NICE, frozenset({"checksum"})) == ["a", "b"]
    assert len(answers.requests) == 2


def test_what_is_not_read_to_its_end_is_not_kept() -> None:
    answers = Answers({NICE: [[record("a")], [record("b")]]})
    records = RecordCache(answers)
    with closing(records.find(NICE, NOTHING)) as batches:
        next(batches)
    assert records.sizes() == {}


def test_what_there_is_no_room_for_is_passed_on_and_not_kept() -> None:
    answers = Answers({NICE: [[record("a")], [record("b")], [record("c")]]}, [record("a", name="x" * 100)])
    records = RecordCache(answers, most_bytes=50)
    assert ids(records, NICE) == ids(records, NICE) == ["a", "b", "c"]
    assert records.sizes() == {}
    assert [one["id"] for one in records.details(["a"])] == [one["id"] for one in records.details(["a"])] == ["a"]
    assert answers.detail_requests == ["a", "a"]


def test_what_is_known_is_not_counted() -> None:
    answers = Counting({NICE: [[record("a")]]})
    records = RecordCache(answers)
    assert (records.estimate(NICE), records.estimate(NICE), answers.estimates) == (8, 8, 1)
    assert ids(records, NICE) == ["a"]
    assert (records.estimate(NICE), records.count(NICE), records.estimate(PARIS)) == (1, 7, 8)
    assert (records.estimate_own(NICE), records.estimate_own(NICE), answers.own_estimates) == (9, 9, 1)


def test_details_are_asked_for_once() -> None:
    answers = Answers({}, [record("a"), record("b")])
    records = RecordCache(answers)
    assert [one["id"] for one in records.details(["a", "gone"])] == ["a"]
    assert sorted(str(one["id"]) for one in records.details(["a", "b", "gone"])) == ["a", "b"]
    assert answers.detail_requests == ["a", "gone", "b", "gone"]


def test_of_what_is_kept_only_the_fields_are_read_that_are_asked_for() -> None:
    answers = Answers({NICE: [[record("a", exifInfo={"make": "Canon", "city": "Nice"}, people=[]), record("b")]]})
    records = RecordCache(answers)
    assert ids(records, NICE) == ["a", "b"]

    def read(*fields: str) -> object:
        return next(iter(records.find(NICE, frozenset(fields))))

    make = [{"make": "Canon"}, {}]
    assert [one.get("exifInfo") or {} for one in read("exifInfo.make")] == make  # type: ignore[attr-defined]
    both = [one.get("exifInfo") or {} for one in read("exifInfo.make", "exifInfo.city")]  # type: ignore[attr-defined]
    assert both[0] == {"make": "Canon", "city": "Nice"}
    assert next(sorted(one) for one in read("people"))[-1] == "people"  # type: ignore[attr-defined]
    assert "people" not in next(iter(read()))  # type: ignore[call-overload]


def in_memory(*batch: dict[str, object]) -> RecordCache:
    """What one search found, in memory."""
    records = RecordCache(Answers({NICE: [list(batch)]}))
    assert ids(records, NICE) == [one["id"] for one in batch]
    return records


def exif_of(records: RecordCache, *fields: str) -> list[object]:
    (batch,) = records.find(NICE, frozenset(fields))
    return [one.get("exifInfo") for one in batch]


def test_exif_that_only_some_records_have_comes_back_to_these() -> None:
    canon = {"make": "Canon", "city": "Nice"}
    records = in_memory(record("a"), record("b", exifInfo=canon), record("c", exifInfo=None), record("d", exifInfo={}))
    assert exif_of(records, "exifInfo.make")[:2] == [None, {"make": "Canon"}]
    assert exif_of(records, "exifInfo.model")[:2] == [None, {}]
    assert exif_of(records, "exifInfo")[1] == canon
    assert exif_of(records) == [None] * 4
    everywhere = in_memory(record("a", exifInfo=canon), record("b", exifInfo=canon))
    assert exif_of(everywhere, "exifInfo.city") == [{"city": "Nice"}] * 2
    assert exif_of(everywhere, "exifInfo.model") == [{}, {}]
    nowhere = in_memory(record("a", exifInfo=None), record("b"))
    assert exif_of(nowhere, "exifInfo.city") == [None, None]


def test_what_was_read_before_makes_room_but_the_library_stays() -> None:
    text, kyoto = "x" * 200, city("Kyoto").query
    answers = Answers({query: [[record("a", originalFileName=text)]] for query in (NICE, PARIS, kyoto, WHOLE_LIBRARY)})
    records = RecordCache(answers, most_bytes=850)  # three of them
    for query in (WHOLE_LIBRARY, NICE, PARIS, kyoto):
        assert ids(records, query) == ["a"]
    assert list(records.sizes()) == [WHOLE_LIBRARY, PARIS, kyoto]
    assert ids(records, PARIS) == ids(records, NICE) == ["a"]
    assert list(records.sizes()) == [WHOLE_LIBRARY, PARIS, NICE]


def test_reading_from_memory_may_be_stopped() -> None:
    is_stopped = False
    records = RecordCache(Answers({NICE: [[record("a")], [record("b")]]}), stop=lambda: is_stopped)
    assert ids(records, NICE) == ["a", "b"]
    is_stopped = True
    with pytest.raises(Stopped):
        ids(records, NICE)


def scan_of(*filters: Filter) -> Scan:
    fields = frozenset[str]().union(*(check.reads or () for check in filters))
    trees: tuple[Node | None, ...] = (All(filters) if len(filters) > 1 else filters[0],) if filters else ()
    return Scan(NICE, fields, filters, (), trees, keeps_ids=False)


def read_all(records: RecordCache, query: Query = NICE) -> None:
    for _ in records.find(query, NOTHING):
        pass


def two_photos(**exif: object) -> RecordCache:
    """A search that finds one with this EXIF, and one that was not read."""
    records = RecordCache(Answers({NICE: [[record("a", exifInfo=exif)], [record("b")]]}))
    read_all(records)
    return records


def test_what_filters_say_of_what_is_in_memory_is_asked_once_for_each_filter() -> None:
    looks: list[object] = []

    def holds(shown: Mapping[str, object]) -> bool:
        looks.append(shown["id"])
        return shown["id"] == "a"

    records = two_photos(make="Canon")
    check = Filter("is a", holds, frozenset({"type"}), lambda _: None)
    for _ in range(2):
        judged = records.judged(scan_of(check))
        assert judged is not None
        assert [(asset.id, mask) for some in judged for asset, mask in zip(some.assets, some.masks, strict=True)] == [
            ("a", 1),
            ("b", 0),
        ]
    assert looks == ["a", "b"]
    assert records.judged(replace(scan_of(check), query=PARIS)) is None  # which nobody has read


@pytest.mark.parametrize("count", [0, 1, 2, 7, 8, 12])
def test_each_filter_has_its_bit_and_one_more_tells_whether_the_file_was_read(count: int) -> None:
    makes = [exactly("make", "Canon" if number % 2 else f"another {number}") for number in range(count)]
    judged = two_photos(make="Canon").judged(scan_of(*makes))
    assert judged is not None
    masks = [mask for some in judged for mask in some.masks]
    passed = sum(1 << number for number in range(1, count, 2))
    assert masks == [passed | (bool(count) << count), 0]


@pytest.mark.parametrize("keeps_ids", [False, True])
@pytest.mark.parametrize("filters", [(), (exactly("make", "Canon"),), (exactly("make", "Apple"),)])
def test_what_is_judged_is_taken_in_as_if_it_were_looked_at(filters: tuple[Filter, ...], keeps_ids: bool) -> None:
    records = two_photos(make="Canon")
    scan = replace(scan_of(*filters), keeps_ids=keeps_ids)
    looked_at, taken = ResultBuilder(scan), ResultBuilder(scan)
    for batch in records.find(NICE, scan.requested_fields):
        looked_at.take(batch)
    judged = records.judged(scan)
    assert judged is not None
    for batch_judged in judged:
        taken.take_judged(batch_judged)
    assert taken.result.count == looked_at.result.count == 2
    assert taken.result == looked_at.result


def test_where_a_filter_cannot_tell_or_nobody_waits_any_more_nothing_is_judged() -> None:
    def fails(_: object) -> bool:
        raise FilterError("it cannot be told")

    records = two_photos()
    assert records.judged(scan_of(Filter("fails", fails, frozenset({"type"}), lambda _: None))) is None
    outdated: list[bool] = []
    records = RecordCache(Answers({NICE: [[record("a")]]}), stop=lambda: bool(outdated))
    read_all(records)
    outdated.append(True)
    with pytest.raises(Stopped):
        records.judged(scan_of(exactly("make", "Canon")))
    with pytest.raises(Stopped):
        read_all(records)


def test_of_many_filters_what_the_last_ones_say_is_kept() -> None:
    records = two_photos(make="Canon")
    looks: list[str] = []

    def check(number: int) -> Filter:
        def holds(_: object) -> bool:
            looks.append(f"{number}")
            return True

        return Filter(f"check {number}", holds, frozenset({"type"}), lambda _: None)

    for number in [*range(MOST_VERDICTS + 1), MOST_VERDICTS, 0]:
        records.judged(scan_of(check(number)))
    assert looks.count("0") == 4
    assert looks.count(str(MOST_VERDICTS)) == 2


def test_where_there_is_no_room_what_was_not_used_for_longest_goes_first() -> None:
    names = [f"name {number}" for number in range(3)]
    answers = Answers({city(name).query: [[record(name, exifInfo={"make": name * 50})]] for name in names})
    first, second, third = (city(name).query for name in names)
    records = RecordCache(answers, most_bytes=600)
    for query in (first, second, first, third):
        read_all(records, query)
    assert third in records.sizes()
    assert second not in records.sizes()


def test_values_come_back_as_they_were_whatever_they_are_and_whoever_lacks_them() -> None:
    values: list[object] = [1, 1.0, True, None, "1", [], {"a": [1]}, 0, False, 0.0]
    rows = [record(f"{number}", exifInfo={"rating": value}, extra=value) for number, value in enumerate(values)]
    rows += [record("none", exifInfo=None), record("without"), record("empty", exifInfo={})]
    batch = RecordBatch(rows, [Asset.of(row) for row in rows], {"extra", "exifInfo"})
    again = batch.records(frozenset({"extra", "exifInfo.rating"}))
    assert [repr(row.get("extra", "-")) for row in again] == [repr(row.get("extra", "-")) for row in rows]
    shown = [repr((row.get("exifInfo") or {}).get("rating", "-")) for row in again]
    assert shown == [repr(value) for value in values] + ["'-'"] * 3


ODD: st.SearchStrategy[object] = st.sampled_from([None, 1, 1.0, True, "1", "", "a", [], {}])
EXIF = st.none() | st.dictionaries(st.sampled_from(["make", "rating"]), ODD)
LOOKED_AT = st.frozensets(st.sampled_from(["type", "people", "exifInfo", "exifInfo.make", "exifInfo.rating", "id"]))


@settings(max_examples=examples(60))
@given(
    st.lists(st.fixed_dictionaries({}, optional={"type": ODD, "people": ODD, "exifInfo": EXIF}), min_size=1),
    LOOKED_AT,
)
def test_a_check_says_of_packed_records_what_it_says_of_each_of_them(
    shown: list[dict[str, object]], fields: frozenset[str]
) -> None:
    rows = [record(f"{number}") | one | {"type": one.get("type")} for number, one in enumerate(shown * 3)]
    batch = RecordBatch(rows, [Asset.of(row) for row in rows], {"type", "people", "exifInfo"})

    def check(row: Mapping[str, object]) -> bool:
        seen = {name: row.get(name, "missing") for name in row if name != "id" or "id" in fields}
        return hash(repr(seen)) % 2 == 1

    assert batch.verdict(check, fields) == bytes(check(row) for row in batch.records(fields))


def test_a_check_of_few_values_is_made_once_for_each_of_them() -> None:
    rows = [record(f"{number}", exifInfo={"make": "ABC"[number % 3]}) for number in range(90)]
    batch = RecordBatch(rows, [Asset.of(row) for row in rows], {"exifInfo"})
    looked_at: list[object] = []

    def is_b(row: Mapping[str, object]) -> bool:
        looked_at.append(row["exifInfo"])
        return row["exifInfo"] == {"make": "B"}

    assert batch.verdict(is_b, frozenset({"exifInfo.make"})) == bytes([0, 1, 0]) * 30
    assert len(looked_at) == 3


def test_a_check_of_many_values_or_of_ids_is_made_for_each_record() -> None:
    rows = [record(f"{number}", exifInfo={"rating": number} if number % 2 else None) for number in range(6)]
    batch = RecordBatch(rows, [Asset.of(row) for row in rows], {"exifInfo"})
    of_ids = batch.verdict(lambda row: row["id"] in {"0", "2", "4"}, frozenset({"id"}))
    of_values = batch.verdict(lambda row: row.get("exifInfo") == {"rating": 3}, frozenset({"exifInfo.rating"}))
    assert (of_ids, of_values) == (bytes([1, 0, 1, 0, 1, 0]), bytes([0, 0, 0, 1, 0, 0]))


def test_a_check_tells_who_has_no_exif_from_who_has() -> None:
    shown = [None, {"make": "A"}, {"make": "A"}, None, {"make": "B"}, {"make": "B"}]
    rows = [record(f"{number}", exifInfo=one) for number, one in enumerate(shown)]
    batch = RecordBatch(rows, [Asset.of(row) for row in rows], {"exifInfo"})
    assert batch.verdict(lambda row: "exifInfo" in row, frozenset({"exifInfo.make"})) == bytes([0, 1, 1, 0, 1, 1])
    is_a = batch.verdict(lambda row: row.get("exifInfo") == {"make": "A"}, frozenset({"exifInfo.make"}))
    assert is_a == bytes([0, 1, 1, 0, 0, 0])


def test_parts_that_came_side_by_side_are_kept_the_newest_first() -> None:
    days = [f"2024-01-{day:02}T00:00:00.000Z" for day in range(1, 6)]
    answers = Answers({NICE: [[record("c", days[2])], [], [record("e", days[4]), record("d", days[3])]]})
    records = RecordCache(answers)
    assert ids(records, NICE) == ["c", "e", "d"]
    assert ids(records, NICE) == ["e", "d", "c"]


def test_whether_immich_has_read_a_file_is_looked_at_while_it_is_read() -> None:
    rows = [record("a", exifInfo={"make": "Apple"}), record("b", exifInfo={"make": None}), record("c")]
    records = RecordCache(Answers({NICE: [rows]}))
    ids(records, NICE, WIDE)
    has_make = Filter(
        "has a make", lambda row: row.get("exifInfo") is not None, frozenset({"exifInfo.make"}), lambda _: None
    )
    judged = records.judged(scan_of(has_make))
    assert judged is not None
    assert [list(batch.masks) for batch in judged] == [[0b11, 0b01, 0b00]]


def test_a_ranking_of_photos_that_are_in_memory_is_not_asked_for_with_exif() -> None:
    dog, library = smart("dog").query, record("a")
    answers = Answers({dog: [[library]], WHOLE_LIBRARY: [[library]]})
    records = RecordCache(answers)
    for query in (WHOLE_LIBRARY, dog):
        assert ids(records, query) == ["a"]
    assert not any(name.startswith("exifInfo") or name == "people" for name in answers.requests[1][1])
    assert "ownerId" in answers.requests[1][1]
