"""Rankings that end at the last good photo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.errors import ServerError
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from tests.support.immich_clients import ids_found_by, searches_sent, server_at, shown, shown_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.immich.conftest import Start

RANKED = 1150
NOBODY = "8fbe472e-7463-4d97-ae2d-3efb3270e153"


@pytest.fixture(scope="module")
def ranked() -> Iterator[Sandbox]:
    """A sandbox that ranks more than a page of photos for the text `dog`, and nothing else."""
    library = generate(1500)
    ids = sorted(shown_ids(library))[:RANKED]
    library.rankings["dog"] = tuple(ids)
    for asset in shown(library):
        library.update(asset.id, concepts=((0, 1.0),) if asset.id in set(ids) else ())
    with Sandbox(library) as running:
        yield running


def until(*ids: str, **filters: str) -> Query:
    return Query(Kind.SMART, where(query="dog", **filters), until=ids)


@pytest.mark.untraced
@pytest.mark.parametrize("last", [1, 2, 999, 1000, 1001, RANKED])
def test_a_ranking_is_kept_down_to_the_photo_that_marks_its_end(ranked: Sandbox, last: int) -> None:
    ranking = ranked.library.rankings["dog"]
    assert ids_found_by(server_at(ranked), until(ranking[last - 1])) == list(ranking[:last])


def test_the_last_of_several_marks_the_end(ranked: Sandbox) -> None:
    ranking = ranked.library.rankings["dog"]
    assert ids_found_by(server_at(ranked), until(ranking[40], ranking[7], ranking[20])) == list(ranking[:41])


def test_nothing_is_read_behind_the_end(ranked: Sandbox) -> None:
    ranking = ranked.library.rankings["dog"]
    ranked.clear_requests()
    ids_found_by(server_at(ranked), until(ranking[40], ranking[999]))
    assert [(body["page"], body["size"]) for body in searches_sent(ranked)] == [(1, 1000)]


def test_where_one_is_not_found_any_more_the_others_mark_the_end(ranked: Sandbox) -> None:
    ranking = ranked.library.rankings["dog"]
    assert ids_found_by(server_at(ranked), until(NOBODY, ranking[40])) == list(ranking[:41])


def test_where_none_is_found_any_more_another_has_to_be_picked(ranked: Sandbox) -> None:
    with pytest.raises(ServerError) as caught:
        ids_found_by(server_at(ranked), until(NOBODY))
    assert caught.value.message == (
        f"no photo under until is in the ranking of smart search (query='dog', until {NOBODY})"
    )
    assert caught.value.hint is not None
    assert caught.value.hint.startswith("Pick another photo")


@pytest.mark.untraced
@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_better_photos_come_in_and_worse_ones_stay_out_as_the_library_grows(start: Start, level: str) -> None:
    library = generate(60)
    for asset in library.timeline:
        library.update(asset.id, concepts=())
    good, fair, poor = (
        library.add_asset(name=name, concepts=((0, 1.0), (1, other))).id
        for name, other in (("good", 0.1), ("fair", 0.5), ("poor", 0.9))
    )
    sandbox = start(library, level)
    server = server_at(sandbox)
    assert ids_found_by(server, until(fair)) == [good, fair]
    better = library.add_asset(name="better", concepts=((0, 1.0),)).id
    library.add_asset(name="worse", concepts=((0, 1.0), (1, 0.7)))
    assert ids_found_by(server, until(fair)) == [better, good, fair]
    assert ids_found_by(server, until(poor))[:3] == [better, good, fair]
    assert len(ids_found_by(server, until(poor))) == 5


def test_each_place_that_is_looked_at_has_its_own_end(start: Start) -> None:
    library = generate(60)
    for asset in library.timeline:
        library.update(asset.id, concepts=())
    ids = {
        (place, other): library.add_asset(visibility=place, concepts=((0, 1.0), (1, other))).id
        for place in ("timeline", "archive")
        for other in (0.1, 0.2, 0.3)
    }
    server = server_at(start(library))
    both = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})
    query = until(ids["timeline", 0.1], ids["archive", 0.2])
    assert ids_found_by(server, replace(query, visibility=both)) == [
        ids["archive", 0.1],
        ids["archive", 0.2],
        ids["timeline", 0.1],
    ]
    with pytest.raises(ServerError, match="archive"):
        ids_found_by(server, replace(until(ids["timeline", 0.1]), visibility=both))
