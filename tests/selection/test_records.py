"""Records that are kept in memory: as many as there is room for, and only what was read to its end."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import Stopped
from immich_smart_albums.model.query import WHOLE_LIBRARY
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


def kept(*batch: dict[str, object]) -> RecordCache:
    """What one search found, in memory."""
    records = RecordCache(Answers({NICE: [list(batch)]}))
    assert ids(records, NICE) == [one["id"] for one in batch]
    return records


def exif_of(records: RecordCache, *fields: str) -> list[object]:
    (batch,) = records.find(NICE, frozenset(fields))
    return [one.get("exifInfo") for one in batch]


def test_exif_that_only_some_records_have_comes_back_to_these() -> None:
    canon = {"make": "Canon", "city": "Nice"}
    records = kept(record("a"), record("b", exifInfo=canon), record("c", exifInfo=None), record("d", exifInfo={}))
    assert exif_of(records, "exifInfo.make")[:2] == [None, {"make": "Canon"}]
    assert exif_of(records, "exifInfo.model")[:2] == [None, {}]
    assert exif_of(records, "exifInfo")[1] == canon
    assert exif_of(records) == [None] * 4
    everywhere = kept(record("a", exifInfo=canon), record("b", exifInfo=canon))
    assert exif_of(everywhere, "exifInfo.city") == [{"city": "Nice"}] * 2
    assert exif_of(everywhere, "exifInfo.model") == [{}, {}]
    nowhere = kept(record("a", exifInfo=None), record("b"))
    assert exif_of(nowhere, "exifInfo.city") == [None, None]


def test_what_was_read_before_makes_room_but_the_library_stays() -> None:
    text = "x" * 200
    answers = Answers({query: [[record("a", description=text)]] for query in (NICE, PARIS, WHOLE_LIBRARY)})
    records = RecordCache(answers, most_bytes=600)
    for query in (WHOLE_LIBRARY, NICE, PARIS):
        assert ids(records, query) == ["a"]
    assert list(records.sizes()) == [WHOLE_LIBRARY, PARIS]
    assert ids(records, PARIS) == ids(records, NICE) == ["a"]
    assert list(records.sizes()) == [WHOLE_LIBRARY, NICE]


def test_reading_from_memory_may_be_stopped() -> None:
    is_stopped = False
    records = RecordCache(Answers({NICE: [[record("a")], [record("b")]]}), stop=lambda: is_stopped)
    assert ids(records, NICE) == ["a", "b"]
    is_stopped = True
    with pytest.raises(Stopped):
        ids(records, NICE)
