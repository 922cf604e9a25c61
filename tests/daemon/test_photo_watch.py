"""Photos on their way through Immich: runs start when it has looked at them, and not without news."""

from __future__ import annotations

from immich_smart_albums.daemon.photo_watch import (
    AT_A_TIME,
    CALM,
    FIRST,
    GAP,
    MOST,
    OFTEN,
    SELDOM,
    PhotoState,
    PhotoWatch,
)

HOUR = 3600.0
NOT_YET = PhotoState(is_processed=False)
LOOKED_AT = PhotoState(is_processed=True)


def test_a_photo_is_looked_at_until_immich_has() -> None:
    watch = PhotoWatch()
    watch.add(["a"], 0.0)
    assert watch.due_at == 0.0
    assert not watch.update({"a": NOT_YET}, 0.0, longest=HOUR)
    assert watch.due_at == FIRST
    assert not watch.update({"a": NOT_YET}, 10.0, longest=HOUR)
    assert watch.due_at == 10 + OFTEN
    assert watch.update({"a": LOOKED_AT}, 25.0, longest=HOUR)


def test_faces_that_come_later_are_news_and_the_same_again_is_none() -> None:
    watch = PhotoWatch()
    watch.add(["a"], 0.0)
    assert watch.update({"a": LOOKED_AT}, 10.0, longest=HOUR)
    assert not watch.update({"a": LOOKED_AT}, 25.0, longest=HOUR)
    assert watch.update({"a": PhotoState(is_processed=True, people=1)}, 40.0, longest=HOUR)
    assert not watch.update({"a": PhotoState(is_processed=True, people=1)}, 40 + CALM, longest=HOUR)
    assert len(watch) == 0
    assert watch.due_at is None


def test_what_is_not_there_is_forgotten() -> None:
    watch = PhotoWatch()
    watch.add(["a", "b"], 0.0)
    assert not watch.update({"a": None, "unknown": LOOKED_AT}, 0.0, longest=HOUR)
    assert watch.next_ids() == ("b",)


def test_in_the_end_it_is_left_to_the_schedule() -> None:
    watch = PhotoWatch()
    watch.add(["a"], 0.0)
    watch.update({"a": NOT_YET}, 700.0, longest=HOUR)
    assert watch.due_at == 700 + SELDOM
    watch.update({"a": NOT_YET}, HOUR + 1, longest=HOUR)
    assert len(watch) == 0


def test_of_many_the_first_and_the_last_are_looked_at() -> None:
    watch = PhotoWatch()
    watch.add(map(str, range(MOST + 10)), 0.0)
    assert len(watch) == MOST
    looked_at = watch.next_ids()
    assert len(looked_at) == AT_A_TIME
    assert (looked_at[0], looked_at[-1]) == ("0", str(MOST - 1))


def test_where_they_cannot_be_looked_at_it_is_tried_later() -> None:
    watch = PhotoWatch()
    watch.postpone(0.0)
    assert watch.due_at is None
    watch.add(["a"], 0.0)
    watch.postpone(5.0)
    assert watch.due_at == 5 + SELDOM


def test_where_the_first_and_the_last_of_many_were_looked_at_so_were_those_between() -> None:
    watch = PhotoWatch()
    watch.add(map(str, range(100)), 0.0)
    assert watch.update(dict.fromkeys(watch.next_ids(), LOOKED_AT), 0.0, longest=HOUR)
    assert len(watch) == AT_A_TIME


def test_while_many_are_on_their_way_runs_are_few() -> None:
    watch = PhotoWatch()
    watch.add(map(str, range(100)), 0.0)
    states = dict.fromkeys(watch.next_ids(), NOT_YET)
    assert watch.update(states | {"0": LOOKED_AT}, 15.0, longest=HOUR)
    assert not watch.update(states | {"0": LOOKED_AT, "1": LOOKED_AT}, 30.0, longest=HOUR)
    assert watch.update(states | {"0": LOOKED_AT, "1": LOOKED_AT}, 15 + GAP, longest=HOUR)
