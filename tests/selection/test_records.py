"""Records that are kept in memory: as many as there is room for, and only what was read to its end."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.selection.cache.records import WIDE, RecordCache
from tests.support.in_memory_searches import Answers, city, record

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query

NICE, PARIS = city("Nice").query, city("Paris").query
NOTHING: frozenset[str] = frozenset()


@dataclass
class Counting(Answers):
    """It counts, too."""

    estimates: int = 0

    def count(self, query: Query) -> int | None:
        return 7

    def estimate(self, query: Query) -> int | None:
        self.estimates += 1
        return 8


def ids(records: RecordCache, query: Query, fields: frozenset[str] = NOTHING) -> list[object]:
    return [one["id"] for batch in records.find(query, fields) for one in batch]


def test_a_search_is_read_once_with_all_that_the_next_rule_may_look_at() -> None:
    answers = Answers({NICE: [[record("a")], [record("b")]]})
    records = RecordCache(answers)
    assert ids(records, NICE) == ids(records, NICE, frozenset({"people"})) == ["a", "b"]
    assert answers.asked == [(NICE, WIDE)]
    assert records.sizes() == {NICE: 2}
    assert list(records.shared()) == [NICE]
    assert ids(records, NICE, frozenset({"checksum"})) == ["a", "b"]  # it was not read, so all is read again
    assert answers.asked[1:] == [(NICE, WIDE | {"checksum"})]
    assert ids(records, NICE, frozenset({"checksum"})) == ["a", "b"]
    assert len(answers.asked) == 2


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
    assert answers.asked_for == ["a", "a"]


def test_what_is_known_is_not_counted() -> None:
    answers = Counting({NICE: [[record("a")]]})
    records = RecordCache(answers)
    assert (records.estimate(NICE), records.estimate(NICE), answers.estimates) == (8, 8, 1)
    assert ids(records, NICE) == ["a"]
    assert (records.estimate(NICE), records.count(NICE), records.estimate(PARIS)) == (1, 7, 8)


def test_details_are_asked_for_once() -> None:
    answers = Answers({}, [record("a"), record("b")])
    records = RecordCache(answers)
    assert [one["id"] for one in records.details(["a", "gone"])] == ["a"]
    assert sorted(str(one["id"]) for one in records.details(["a", "b", "gone"])) == ["a", "b"]
    assert answers.asked_for == ["a", "gone", "b", "gone"]


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
