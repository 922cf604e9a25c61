"""Properties of reading by key, over timelines that have what no photo library should have."""

from __future__ import annotations

import itertools
from random import Random
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich.directory import Month
from immich_smart_albums.immich.search.scan import PAGE_SIZE, Window, cut, scan
from tests.support.examples import examples
from tests.support.in_memory_timeline import Timeline, holds, page_of

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.immich.search.page import Page

MICROSECONDS = st.one_of(
    st.sampled_from([0, 1, 999, 1000, 2000, 2001, 3000]),  # heavy ties, on the borders of milliseconds and beside them
    st.integers(-9_000, 9_000),
)
EDGES = st.one_of(st.none(), st.integers(-9, 9))
windows = st.builds(
    lambda one, other: Window(*sorted((one, other))) if None not in {one, other} else Window(one, other), EDGES, EDGES
)
any_order = st.one_of(st.none(), st.integers(0, 2**32).map(Random))
thorough = settings(max_examples=examples(50), deadline=None)


def named(instants: list[int]) -> dict[str, int]:
    return {f"asset {number:03}": taken for number, taken in enumerate(instants)}


def read(timeline: Timeline, window: Window) -> list[str]:
    return [record["id"] for batch in scan(timeline, window) for record in batch]


@thorough
@given(st.lists(MICROSECONDS, max_size=60), windows, any_order)
def test_a_scan_finds_every_asset_of_its_window_exactly_once_whatever_the_ties(
    instants: list[int], window: Window, chance: Random | None
) -> None:
    timeline = Timeline(named(instants), chance, {})
    result = read(timeline, window)
    assert sorted(result) == sorted(id_ for id_, taken in timeline.assets.items() if holds(window, taken))
    for window_asked, page in timeline.requests:
        assert page == 1 or (
            window_asked.before is not None
            and window_asked.after is not None
            and window_asked.before - window_asked.after <= 2
        )


@thorough
@given(
    st.lists(MICROSECONDS, max_size=50),
    windows,
    any_order,
    st.dictionaries(st.integers(1, 25), st.integers(0, 49), max_size=6),
)
def test_assets_that_go_in_the_middle_take_no_other_along(
    instants: list[int], window: Window, chance: Random | None, goings: dict[int, int]
) -> None:
    assets = named(instants)
    events = {request: _removing(f"asset {number:03}") for request, number in goings.items()}
    timeline = Timeline(assets, chance, events)
    result = read(timeline, window)
    assert len(result) == len(set(result))
    assert {id_ for id_, taken in timeline.assets.items() if holds(window, taken)} <= set(result) <= assets.keys()


@thorough
@given(
    st.lists(MICROSECONDS, max_size=40),
    windows,
    any_order,
    st.dictionaries(st.integers(1, 25), MICROSECONDS, max_size=6),
)
def test_assets_that_arrive_in_the_middle_push_no_other_out(
    instants: list[int], window: Window, chance: Random | None, comings: dict[int, int]
) -> None:
    assets = named(instants)
    events = {request: _adding(f"new {request:03}", taken) for request, taken in comings.items()}
    timeline = Timeline(assets, chance, events)
    result = read(timeline, window)
    assert len(result) == len(set(result))
    assert {id_ for id_, taken in assets.items() if holds(window, taken)} <= set(result) <= timeline.assets.keys()


def _removing(asset_id: str) -> Callable[[Timeline], object]:
    return lambda timeline: timeline.assets.pop(asset_id, None)


def _adding(asset_id: str, taken: int) -> Callable[[Timeline], object]:
    return lambda timeline: timeline.assets.update({asset_id: taken})


@thorough
@given(
    windows,
    st.lists(st.builds(Month, st.integers(-10, 10), st.integers(0, 100)), max_size=12),
    st.integers(1, 6),
    st.lists(MICROSECONDS, max_size=30),
)
def test_windows_cover_what_they_are_cut_from_and_nothing_else_whatever_the_months_say(
    window: Window, months: list[Month], parts: int, instants: list[int]
) -> None:
    cuts = cut(window, months, parts)
    assert 1 <= len(cuts) <= parts
    assert cuts[0].before == window.before
    assert cuts[-1].after == window.after
    for newer, older in itertools.pairwise(cuts):
        assert newer.after == older.before
    for taken in instants:
        assert any(holds(window, taken) for window in cuts) == holds(window, taken)


@thorough
@given(st.lists(MICROSECONDS, max_size=60), windows, st.lists(st.builds(Month, st.integers(-10, 10), st.just(1))))
def test_what_is_scanned_in_windows_is_what_is_scanned_at_once(
    instants: list[int], window: Window, months: list[Month]
) -> None:
    timeline = Timeline(named(instants), None, {})
    parts = {asset_id for part in cut(window, months, 4) for asset_id in read(timeline, part)}
    assert parts == set(read(timeline, window))


def test_windows_are_about_equal_when_the_months_are() -> None:
    months = [Month(begins, 100) for begins in range(12)]
    assert cut(Window(), months, 4) == [Window(9), Window(6, 9), Window(3, 6), Window(None, 3)]


class Scripted:
    """Answers with these pages, one after the other."""

    def __init__(self, *pages: Page) -> None:
        self._pages = list(pages)

    def __call__(self, window: Window, *, page: int = 1, size: int = PAGE_SIZE, cursor: str | None = None) -> Page:
        return self._pages.pop(0)


def at_once(letters: str, *, more: bool = False) -> Page:
    return page_of([(5_000, letter) for letter in letters], has_more=more)


def test_a_crowd_that_changes_under_the_reading_is_put_together_from_new_passes_only() -> None:
    passes = [
        at_once("abcd", more=True),  # finds the crowd
        *(at_once("abcd", more=True), at_once("ef")),  # counts it
        *(at_once("abcd", more=True), at_once("ab")),  # has no e and f, by chance
        *(at_once("bcde", more=True), at_once("fg")),  # a is gone, g has come: as many as before, one too many known
        *(at_once("bcde", more=True), at_once("fg")),
        at_once(""),  # nothing older
    ]
    ids = [record["id"] for batch in scan(Scripted(*passes), Window()) for record in batch]
    assert sorted(ids) == list("abcdefg")


def test_a_crowd_that_is_never_complete_is_an_error_with_the_numbers() -> None:
    def repeats(window: Window, *, page: int = 1, size: int = PAGE_SIZE, cursor: str | None = None) -> Page:
        """The second page is the first one again, as chance may have it."""
        return at_once("abcd", more=page == 1)

    with pytest.raises(Untrustworthy) as caught:
        list(scan(repeats, Window()))
    assert "8 photos share one instant" in caught.value.message
    assert "(4 seen)" in caught.value.message
    assert caught.value.hint
    assert "3.1" in caught.value.hint


def test_a_page_that_is_not_newest_first_is_noticed() -> None:
    with pytest.raises(Untrustworthy, match="not ordered by time"):
        list(scan(Scripted(page_of([(1_000, "a"), (2_000, "b")], has_more=True)), Window()))


@pytest.mark.parametrize("window", [Window(None, 4), Window(6, None), Window(6, 9)])
def test_a_page_from_outside_the_time_asked_for_is_noticed(window: Window) -> None:
    with pytest.raises(Untrustworthy, match="outside the time"):
        list(scan(Scripted(at_once("abc")), window))


def test_a_server_that_ignores_the_key_is_noticed_and_not_asked_for_ever() -> None:
    ignoring = Timeline(named([9_000, 8_000, 7_000, 6_000, 5_000, 4_000]), None, {})
    with pytest.raises(Untrustworthy, match="outside the time"):
        list(
            scan(
                lambda window, *, page=1, size=PAGE_SIZE, cursor=None: ignoring(Window(), page=page, size=size),
                Window(),
            )
        )


def test_a_page_that_chance_filled_with_known_ones_is_no_reason_to_give_up() -> None:
    passes = [
        at_once("abcd", more=True),
        *(at_once("abcd", more=True), at_once("abcd", more=True), at_once("e")),
        *(at_once("abcd", more=True), at_once("efgh", more=True), at_once("i")),
        at_once(""),
    ]
    ids = [record["id"] for batch in scan(Scripted(*passes), Window()) for record in batch]
    assert sorted(ids) == list("abcdefghi")


def test_a_server_that_ignores_the_page_is_noticed_and_not_asked_for_ever() -> None:
    with pytest.raises(Untrustworthy, match="the same page of a search again and again"):
        list(scan(lambda window, *, page=1, size=PAGE_SIZE, cursor=None: at_once("abcd", more=True), Window()))
