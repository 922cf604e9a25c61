"""What is kept of a search comes back as it was."""

from __future__ import annotations

import msgspec
import pytest

from immich_smart_albums.model.asset import Asset
from immich_smart_albums.selection.cache.entry import UNREADABLE, CacheEntry, Stamp, ids_of, places
from immich_smart_albums.selection.result import SearchResult

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
