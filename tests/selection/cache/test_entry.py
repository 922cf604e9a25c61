"""What is remembered of a search comes back as it was; its ids take a tenth of the memory of a set of texts."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.model.asset import Asset
from immich_smart_albums.selection.cache.entry import (
    UNREADABLE,
    CacheEntry,
    Stamp,
    contains,
    exchanged,
    ids_of,
    length,
    pack,
    packed,
    places,
    unpacked,
)
from immich_smart_albums.selection.result import SearchResult
from tests.support.examples import examples

ONE, TWO = "7d1be37b-e20f-4da1-b1e0-95facc285fc2", "63d1e020-fc5a-417e-b9cd-8bc7f5a8434f"
ASSET = Asset(ONE, 1_700_000_000_000, "2023-11-14T22:13:20", "IMG_1.jpg", "IMAGE")


@pytest.mark.parametrize("groups", [{}, {ONE: (("2023",), ("Finland", "Sweden"))}])
def test_findings_come_back_but_for_their_places(groups: dict[str, tuple[tuple[str, ...], ...]]) -> None:
    result = SearchResult(places({ONE: 0, TWO: 1}), {ONE: ASSET}, {ONE: 5}, groups, 2)
    entry = CacheEntry.decode(CacheEntry.of(result, ids_of(result)).encode())
    assert entry.ids == ids_of(result)
    assert entry.as_result() == SearchResult({}, {ONE: ASSET}, {ONE: 5}, groups)


def test_a_stamp_comes_back() -> None:
    stamp = Stamp("3.1.0", 30, 20, 10)
    assert Stamp.decode(stamp.encode()) == stamp


def test_findings_without_all_ids_cannot_be_kept() -> None:
    with pytest.raises(ValueError, match="not every id"):
        ids_of(SearchResult(places([ONE]), count=2))


@pytest.mark.parametrize("data", [b"", b"\xff\xff", msgspec.msgpack.encode(["a", 1]), msgspec.msgpack.encode({})])
def test_bytes_that_were_not_written_here_are_refused(data: bytes) -> None:
    with pytest.raises(UNREADABLE):
        CacheEntry.decode(data)
    with pytest.raises(UNREADABLE):
        Stamp.decode(data)


IDS = st.sets(st.uuids(version=4).map(str), max_size=20)


@settings(max_examples=examples(40))
@given(IDS, IDS, IDS)
def test_ids_go_and_come_as_in_a_set(ids: set[str], others: set[str], new: set[str]) -> None:
    data = packed(ids)
    gone = set(sorted(ids)[::2]) | others
    assert list(unpacked(data)) == sorted(ids)
    assert [contains(data, pack(id_)) for id_ in gone] == [id_ in ids for id_ in gone]
    after = exchanged(data, map(pack, gone), map(pack, new))
    assert list(unpacked(after)) == sorted((ids - gone) | new)
    assert length(after) == len((ids - gone) | new)


def test_what_goes_and_comes_again_is_there_once() -> None:
    one = "7d1be37b-e20f-4da1-b1e0-95facc285fc2"
    assert exchanged(packed([one]), [pack(one)], [pack(one), pack(one)]) == packed([one]) == UUID(one).bytes


@pytest.mark.parametrize("wrong", ["", "7d1be37b", "7d1be37b-e20f-4da1-b1e0-95facc285fc2aa", "not-an-id"])
def test_what_is_no_uuid_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        pack(wrong)


def test_what_goes_leaves_no_gap() -> None:
    one, two = "63d1e020-fc5a-417e-b9cd-8bc7f5a8434f", "7d1be37b-e20f-4da1-b1e0-95facc285fc2"
    assert exchanged(packed([one, two]), [pack(one)], []) == packed([two])
    assert exchanged(packed([one]), [pack(two)], []) == packed([one])
    assert exchanged(packed([one]), [pack(one)], [pack(two)]) == packed([two])
