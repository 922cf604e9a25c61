"""Photos on their way through Immich: runs start when it has looked at them, and not without news."""

from __future__ import annotations

from immich_smart_albums.daemon.settling import AT_A_TIME, CALM, FIRST, GAP, MOST, OFTEN, SELDOM, Settling, Sight

HOUR = 3600.0
NOT_YET = Sight(is_looked_at=False)
LOOKED_AT = Sight(is_looked_at=True)


def test_a_photo_is_looked_at_until_immich_has() -> None:
    settling = Settling()
    settling.add(["a"], 0.0)
    assert settling.look_at == 0.0
    assert not settling.seen({"a": NOT_YET}, 0.0, longest=HOUR)
    assert settling.look_at == FIRST
    assert not settling.seen({"a": NOT_YET}, 10.0, longest=HOUR)
    assert settling.look_at == 10 + OFTEN
    assert settling.seen({"a": LOOKED_AT}, 25.0, longest=HOUR)


def test_faces_that_come_later_are_news_and_the_same_again_is_none() -> None:
    settling = Settling()
    settling.add(["a"], 0.0)
    assert settling.seen({"a": LOOKED_AT}, 10.0, longest=HOUR)
    assert not settling.seen({"a": LOOKED_AT}, 25.0, longest=HOUR)
    assert settling.seen({"a": Sight(is_looked_at=True, people=1)}, 40.0, longest=HOUR)
    assert not settling.seen({"a": Sight(is_looked_at=True, people=1)}, 40 + CALM, longest=HOUR)
    assert len(settling) == 0
    assert settling.look_at is None


def test_what_is_not_there_is_forgotten() -> None:
    settling = Settling()
    settling.add(["a", "b"], 0.0)
    assert not settling.seen({"a": None, "unknown": LOOKED_AT}, 0.0, longest=HOUR)
    assert settling.to_look_at() == ("b",)


def test_in_the_end_it_is_left_to_the_schedule() -> None:
    settling = Settling()
    settling.add(["a"], 0.0)
    settling.seen({"a": NOT_YET}, 700.0, longest=HOUR)
    assert settling.look_at == 700 + SELDOM
    settling.seen({"a": NOT_YET}, HOUR + 1, longest=HOUR)
    assert len(settling) == 0


def test_of_many_the_first_and_the_last_are_looked_at() -> None:
    settling = Settling()
    settling.add(map(str, range(MOST + 10)), 0.0)
    assert len(settling) == MOST
    looked_at = settling.to_look_at()
    assert len(looked_at) == AT_A_TIME
    assert (looked_at[0], looked_at[-1]) == ("0", str(MOST - 1))


def test_where_they_cannot_be_looked_at_it_is_tried_later() -> None:
    settling = Settling()
    settling.failed(0.0)
    assert settling.look_at is None
    settling.add(["a"], 0.0)
    settling.failed(5.0)
    assert settling.look_at == 5 + SELDOM


def test_where_the_first_and_the_last_of_many_were_looked_at_so_were_those_between() -> None:
    settling = Settling()
    settling.add(map(str, range(100)), 0.0)
    assert settling.seen(dict.fromkeys(settling.to_look_at(), LOOKED_AT), 0.0, longest=HOUR)
    assert len(settling) == AT_A_TIME


def test_while_many_are_on_their_way_runs_are_few() -> None:
    settling = Settling()
    settling.add(map(str, range(100)), 0.0)
    sights = dict.fromkeys(settling.to_look_at(), NOT_YET)
    assert settling.seen(sights | {"0": LOOKED_AT}, 15.0, longest=HOUR)
    assert not settling.seen(sights | {"0": LOOKED_AT, "1": LOOKED_AT}, 30.0, longest=HOUR)
    assert settling.seen(sights | {"0": LOOKED_AT, "1": LOOKED_AT}, 15 + GAP, longest=HOUR)
