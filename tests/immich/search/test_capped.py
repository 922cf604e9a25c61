"""Capped and ranked searches keep the server's order, also where photos tie at the cut."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Library, generate
from immich_sandbox.library import times
from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.model.query import Visibility
from tests.support.examples import crossed
from tests.support.immich_clients import (
    http_to,
    ids_found_by,
    metadata,
    searches_sent,
    server_at,
    shown,
    shown_ids,
    smart,
)

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from immich_sandbox.library.records import Asset
    from tests.immich.conftest import Start

TIED = times.parse("2019-05-18T09:30:00Z")
"""Where `generate(ties=…)` puts its ties."""


def by_time(assets: list[Asset], order: str) -> list[str]:
    """The ids by time, then by id."""
    assets.sort(key=lambda asset: (asset.file_created_at, asset.id), reverse=order == "desc")
    return [asset.id for asset in assets]


@pytest.mark.untraced
@pytest.mark.parametrize(("limit", "order"), crossed([37, 1000, 2500], ["asc", "desc"]))
def test_the_first_photos_are_those_of_the_servers_order(
    sandbox: Sandbox, library: Library, limit: int, order: str
) -> None:
    expected = by_time(list(shown(library)), order)[:limit]
    ids = ids_found_by(server_at(sandbox), metadata(limit=limit, order=order))
    assert sorted(ids) == sorted(expected)
    taken = [library.assets[asset_id].file_created_at for asset_id in ids]
    assert taken == sorted(taken, reverse=order == "desc")
    assert ids == expected or not sandbox.level.id_breaks_ties  # before 3.1 ties have no order


@pytest.mark.untraced
@pytest.mark.parametrize(("order", "inside"), crossed(["asc", "desc"], [1, 1100]))
def test_a_cut_through_photos_of_one_instant_keeps_those_of_the_servers_order(
    sandbox: Sandbox, library: Library, order: str, inside: int
) -> None:
    assets = list(shown(library))
    ordered = by_time(assets, order)
    instants = [asset.file_created_at for asset in assets]
    limit = instants.index(TIED) + inside
    assert instants[limit - 1] == instants[limit] == TIED
    assert ids_found_by(server_at(sandbox), metadata(limit=limit, order=order)) == ordered[:limit]


@pytest.mark.untraced
@pytest.mark.parametrize(("order", "level"), crossed(["asc", "desc"], ["3.1", "3.2"]))
@pytest.mark.parametrize("limit", [2, 1100])
def test_photos_of_one_millisecond_are_cut_by_the_microseconds_that_only_the_server_knows(
    start: Start, order: str, level: str, limit: int
) -> None:
    library = generate(20)
    newest = times.parse("2026-12-01T00:00:00Z")
    for number in range(1200):
        library.add_asset(taken=times.plain(newest + number % 1000))
    if order == "asc":
        library.trash(*(asset.id for asset in shown(library) if asset.file_created_at < newest))
    expected = by_time(list(shown(library)), order)[:limit]
    assert ids_found_by(server_at(start(library, level)), metadata(limit=limit, order=order)) == expected


@pytest.mark.parametrize("order", ["asc", "desc"])
@pytest.mark.parametrize("level", ["1.132", "2.7"])
def test_before_3_1_the_same_photos_of_one_instant_are_kept_on_every_run(start: Start, order: str, level: str) -> None:
    library = generate(20)
    instant = "2026-12-01T00:00:00Z" if order == "desc" else "1990-01-01T00:00:00Z"
    tied = sorted((library.add_asset(taken=instant).id for _ in range(30)), reverse=order == "desc")
    assert ids_found_by(server_at(start(library, level)), metadata(limit=11, order=order)) == tied[:11]


@pytest.mark.untraced
def test_a_cap_above_what_is_there_keeps_everything(newest: Sandbox, library: Library) -> None:
    assert ids_found_by(server_at(newest), metadata(limit=100_000)) == shown_ids(library)
    assert ids_found_by(server_at(newest), metadata(limit=100_000, order="asc")) == shown_ids(library)[::-1]


def test_a_small_cap_is_one_request(newest: Sandbox) -> None:
    ids_found_by(server_at(newest), metadata(limit=5))
    (body,) = searches_sent(newest)
    assert body["size"] == 6


def test_a_big_cap_reads_no_more_than_it_needs(newest: Sandbox) -> None:
    ids_found_by(server_at(newest), metadata(limit=1500))
    assert len(searches_sent(newest)) == 2


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_a_cap_counts_over_all_visibilities_together(newest: Sandbox, library: Library, order: str) -> None:
    query = metadata({Visibility.ARCHIVE, Visibility.TIMELINE}, limit=30, order=order)
    wanted = {*shown_ids(library, "archive"), *shown_ids(library)}
    assets = sorted(
        (library.assets[asset_id] for asset_id in wanted),
        key=lambda asset: (asset.file_created_at // 1000, asset.id),
        reverse=order == "desc",
    )
    assert ids_found_by(server_at(newest), query) == [asset.id for asset in assets[:30]]


RANKED = 1200


@pytest.fixture(scope="module")
def ranked_library() -> Library:
    """A library for which a ranking of the text `dog` is known."""
    library = generate(1600)
    ids = sorted(shown_ids(library))[:RANKED]
    library.rankings["dog"] = tuple(ids)
    ranked = set(ids)
    for asset in shown(library):
        library.update(asset.id, concepts=((0, 1.0),) if asset.id in ranked else ())
    return library


@pytest.mark.untraced
@pytest.mark.parametrize(("level", "limit"), crossed(["1.132", "2.7", "3.1", "3.2"], [1001, None, 1000, 1]))
def test_a_ranking_comes_in_the_servers_order_whole_or_capped(
    ranked_library: Library, start: Start, level: str, limit: int | None
) -> None:
    server = server_at(start(ranked_library, level))
    assert ids_found_by(server, smart(limit, query="dog")) == list(ranked_library.rankings["dog"])[:limit]


def test_a_ranking_of_one_page_is_one_request_and_never_larger_than_its_cap(
    ranked_library: Library, start: Start
) -> None:
    sandbox = start(ranked_library)
    ids_found_by(server_at(sandbox), smart(200, query="dog"))
    (body,) = searches_sent(sandbox)
    assert (body["page"], body["size"]) == (1, 200)


def all_ranked() -> tuple[Library, list[str]]:
    """A library whose photos are all in the ranking of `dog`, which is two pages long, and their ids in its order."""
    library = generate(1400)
    ids = sorted(shown_ids(library))
    library.rankings["dog"] = tuple(ids)
    for asset_id in ids:
        library.update(asset_id, concepts=((0, 1.0),))
    return library, ids


@pytest.mark.untraced
@pytest.mark.parametrize("request_number", [1, 2, 3, 4])
def test_a_photo_that_goes_while_a_deep_ranking_is_read_takes_no_other_along(start: Start, request_number: int) -> None:
    library, ids = all_ranked()
    sandbox = start(library)
    hook = sandbox.faults.hook(lambda: library.trash(ids[5], ids[700]), path="/api/search/smart", nth=request_number)
    result = ids_found_by(server_at(sandbox), smart(query="dog"))
    assert hook.hits
    assert len(result) == len(set(result))
    assert set(ids) - {ids[5], ids[700]} <= set(result)


@pytest.mark.untraced
def test_a_photo_that_arrives_while_a_deep_ranking_is_read_pushes_no_other_out(start: Start) -> None:
    library, ids = all_ranked()
    newcomer = "00000000-0000-4000-8000-000000000000"
    sandbox = start(library)

    def arrive() -> None:
        library.rankings["dog"] = (newcomer, *ids)
        library.add_asset(id=newcomer, concepts=((0, 1.0),))

    sandbox.faults.hook(arrive, path="/api/search/smart", nth=2)
    assert ids_found_by(server_at(sandbox), smart(query="dog")) == [newcomer, *ids]


def test_a_deep_ranking_whose_pages_never_fit_together_is_an_error(start: Start) -> None:
    library, _ = all_ranked()
    sandbox = start(library, "2.7")  # every distance ties, and ties come in any order
    with pytest.raises(Untrustworthy) as caught:
        ids_found_by(server_at(sandbox), smart(query="something"))
    assert "smart search (query='something')" in caught.value.message
    assert caught.value.hint
    assert "resultLimit" in caught.value.hint


@pytest.mark.parametrize("order", ["asc", "desc"])
def test_the_first_photos_in_another_order_than_asked_for_are_not_believed(start: Start, order: str) -> None:
    sandbox = start()
    other = "asc" if order == "desc" else "desc"
    body = {"visibility": "timeline", "size": 6, "page": 1, "order": other}
    sandbox.faults.status(200, body=http_to(sandbox).post("/search/metadata", body), path="/api/search/metadata")
    with pytest.raises(Untrustworthy, match="in another order than asked for"):
        ids_found_by(server_at(sandbox), metadata(limit=5, order=order))
