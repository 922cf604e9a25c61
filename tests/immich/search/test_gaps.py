"""Photos without EXIF, which answers with EXIF leave out, are found where they are; not all is read once more."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_sandbox import Sandbox, generate
from immich_smart_albums.immich.search import gaps as bisecting
from immich_smart_albums.immich.search.gaps import gaps
from immich_smart_albums.immich.search.scan import Window
from immich_smart_albums.immich.search.searches import within
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from tests.support.family_server import connected
from tests.support.immich_clients import shown, shown_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

DAY = 24 * 60 * 60 * 1000
EXIF = frozenset({"exifInfo.make"})


def is_in(moment: int, window: Window) -> bool:
    return (window.after is None or window.after <= moment) and (window.before is None or moment <= window.before)


@given(
    shown=st.lists(st.integers(0, 300), max_size=60).map(sorted),
    hidden=st.lists(st.integers(0, 300), min_size=1, max_size=8),
    page=st.integers(1, 12),
    most=st.integers(0, 30),
    is_told=st.booleans(),
)
def test_what_is_missing_is_in_the_parts_that_are_read_again(
    shown: list[int], hidden: list[int], page: int, most: int, is_told: bool
) -> None:
    windows: list[Window] = []

    def count(window: Window) -> int | None:
        windows.append(window)
        return sum(is_in(moment, window) for moment in (*shown, *hidden)) if is_told else None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bisecting, "PAGE_SIZE", page)
        parts = list(gaps(shown, Window(), len(hidden), count, most))
    assert all(any(is_in(moment, part) for part in parts) for moment in hidden)
    assert len(windows) <= most
    assert len(set(parts)) == len(parts)


def test_a_part_that_cannot_be_counted_is_read_again() -> None:
    windows: list[Window] = []
    spans = gaps(range(0, 40_000, 10), Window(), 3, windows.append, 10)
    assert list(spans) == [Window()]
    assert len(windows) == 1


@pytest.fixture(scope="module")
def many() -> Iterator[Sandbox]:
    """Ten pages of photos; of a dozen Immich has no EXIF, all from one month."""
    with Sandbox(generate(12_000), "3.1") as running:
        yield running


@pytest.fixture
def few() -> Iterator[Sandbox]:
    """Two pages of photos; of some Immich has no EXIF."""
    with Sandbox(generate(1500), "3.1") as running:
        assert [asset for asset in shown(running.library) if asset.exif is None]
        yield running


def read(sandbox: Sandbox) -> list[str]:
    sandbox.clear_requests()
    searches = connected(sandbox).searches
    return [str(record["id"]) for batch in searches.find(WHOLE_LIBRARY, EXIF) for record in batch]


def bodies(sandbox: Sandbox, path: str) -> list[dict[str, object]]:
    sent = [request for request in sandbox.requests if request.path == f"/api/search/{path}"]
    return [request.body for request in sent if isinstance(request.body, dict)]


@pytest.mark.untraced
def test_a_few_photos_without_exif_cost_a_few_requests(many: Sandbox) -> None:
    ids = read(many)
    assert set(ids) == set(shown_ids(many.library))
    without = [body for body in bodies(many, "metadata") if "withExif" not in body]
    assert len(without) <= 4 < len(bodies(many, "metadata")) - len(without)
    assert len(bodies(many, "statistics")) <= 2 + 5


@pytest.mark.parametrize("nth", [2, 6])
def test_what_comes_meanwhile_does_not_pass_for_what_is_missing(many: Sandbox, nth: int) -> None:
    """Uploads make up for the number of what is missing; so it is counted once more, and all is read once more."""
    library = many.library
    new: list[str] = []

    def upload() -> None:
        new.extend(library.add_asset(name=f"new-{number}.jpg", taken="2005-01-01T00:00:00Z").id for number in range(12))

    many.faults.hook(upload, path="/api/search/statistics", nth=nth)
    try:
        ids = read(many)
        assert new
        assert set(ids) == set(shown_ids(library))
    finally:
        library.delete(*new)


@pytest.mark.untraced
def test_who_may_not_count_reads_all_once_more(few: Sandbox) -> None:
    few.add_key("few", "Alice", ["asset.read", "user.read"])
    searches = connected(few, "few").searches
    ids = [record["id"] for batch in searches.find(WHOLE_LIBRARY, EXIF) for record in batch]
    assert set(ids) == set(shown_ids(few.library))


def test_a_search_within_a_window_keeps_its_other_filters() -> None:
    query = Query(Kind.METADATA, where(city="Nice", takenBefore="2020-01-01T00:00:00.000Z"))
    inside = within(query, Window(0, DAY))
    assert inside.flat_fields == {
        "city": "Nice",
        "takenAfter": "1970-01-01T00:00:00.000Z",
        "takenBefore": "1970-01-02T00:00:00.000Z",
    }
    assert within(query, Window()) == query


def test_where_counting_fails_all_is_read_once_more(few: Sandbox) -> None:
    few.faults.status(500, path="/api/search/statistics", times=None)
    assert set(read(few)) == set(shown_ids(few.library))
    assert "withExif" not in bodies(few, "metadata")[-1]
