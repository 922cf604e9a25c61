"""The generated library, and what tests do to it."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from typing import Any

import pytest

from immich_sandbox import Library, Sandbox, generate
from immich_sandbox.library import times
from immich_sandbox.pictures.picture import draw_asset, draw_person

from .conftest import Client


def _everything(library: Library) -> list[Any]:
    parts = (library.users, library.people, library.tags, library.stacks, library.albums, library.assets)
    return [dataclasses.asdict(thing) for part in parts for thing in part.values()]


def test_the_same_seed_gives_the_same_library_to_the_byte() -> None:
    assert _everything(generate(500, seed=3)) == _everything(generate(500, seed=3))
    assert _everything(generate(500, seed=3)) != _everything(generate(500, seed=4))


def test_the_same_requests_give_the_same_answers_in_two_sandboxes() -> None:
    answers = []
    for _ in range(2):
        with Sandbox(generate(200)) as sandbox:
            client = Client(sandbox)
            album = client.ask("POST", "/api/albums", {"albumName": "New", "assetIds": client.ids({"size": 3})})
            answers.append((album.raw, client.search({"withExif": True, "withPeople": True}).raw))
            client.pool.clear()
    assert answers[0] == answers[1]


@pytest.mark.parametrize("count", [0, 1, 2, 7, 50, 333])
def test_there_are_exactly_as_many_assets_as_asked_for(count: int) -> None:
    assert len(generate(count).assets) == count


def test_the_library_has_what_rules_ask_for() -> None:
    library = generate(2000)
    assets = library.timeline
    names = {person.name for person in library.people.values()}
    assert {"Jane Doe", "John Smith", "Mary Poppins", "Peter Pan", "Wendy Darling", "Emma", "Noah", ""} <= names
    assert len(library.people_named("Alex Kim")) == 2
    assert {"timeline", "archive", "hidden"} == {asset.visibility for asset in assets}
    endings = {asset.original_file_name.rpartition(".")[2] for asset in assets}
    assert {"jpg", "JPG", "JPEG", "HEIC", "DNG", "png", "mp4", "MOV"} <= endings
    assert any("/photos/work_projects/apollo/" in asset.original_path for asset in assets)
    assert any(asset.original_path.startswith("/trip/2014-11-18/") for asset in assets)
    assert any("Kesä" in asset.original_file_name for asset in assets)
    assert any(asset.is_offline for asset in assets)
    assert any(asset.exif is None for asset in assets)
    assert any(asset.live_photo_video_id for asset in assets)
    assert any(asset.file_created_at % 1000 for asset in assets)
    assert {asset.exif.make for asset in assets if asset.exif} >= {"Apple", "Canon", "SONY", "samsung"}
    assert len({asset.exif.country for asset in assets if asset.exif}) >= 12
    assert any(_year(a.local_date_time) != _year(a.file_created_at) for a in assets)
    assert {asset.tag_ids for asset in assets} > {()}
    assert 0.05 < sum(asset.owner_id == library.user_named("bob").id for asset in assets) / 2000 < 0.15
    assert library.stacks
    assert all(len(stack.asset_ids) == 3 for stack in library.stacks.values())
    assert max(asset.updated_at for asset in assets) < library.now()


def _year(instant: int) -> str:
    return times.zulu(instant)[:4]


def test_sixty_photos_share_an_instant_and_more_if_asked_for() -> None:
    def largest(library: Library) -> list[int]:
        counts: dict[int, int] = {}
        for asset in library.timeline:
            counts[asset.file_created_at] = counts.get(asset.file_created_at, 0) + 1
        return sorted(counts.values())[-2:]

    assert largest(generate(2000))[-1] == 60
    assert largest(generate(2600, ties=500)) == [60, 500]


def test_every_picture_is_well_formed() -> None:
    library = generate(300)
    for asset in library.timeline:
        assert ET.fromstring(draw_asset(asset)).tag.endswith("svg")
    for person in library.people.values():
        ET.fromstring(draw_person(person))


def test_changes_keep_the_indexes_right() -> None:
    library = generate(100)
    jane = library.people_named("Jane Doe")[0].id
    asset = library.add_asset(taken="2020-01-01T00:00:00Z", person_ids=(jane,))
    album = next(iter(library.albums.values()))
    library.add_to_album(album.id, [asset.id])
    library.update(asset.id, file_created_at=times.exact("2030-01-01T00:00:00Z"), person_ids=(), rating=5)
    assert library.timeline[-1] is asset
    assert asset.id not in library.assets_of_person(jane)
    assert asset.exif is not None
    assert asset.exif.rating == 5
    library.trash(asset.id)
    assert asset.deleted_at is not None
    library.restore(asset.id)
    assert asset.deleted_at is None
    library.delete(asset.id)
    assert asset.id not in library.assets
    assert asset.id not in album.asset_ids
    assert asset not in library.timeline


@pytest.mark.parametrize(
    ("change", "moves"),
    [
        ({"description": "new"}, True),
        ({"rating": 5}, True),
        ({"is_favorite": True}, True),
        ({"visibility": "archive"}, True),
        ({"tag_ids": ()}, True),
        ({"deleted_at": 1}, True),
        ({"city": "Rome"}, True),
        ({"person_ids": ()}, False),
        ({"concepts": ()}, False),
        ({"text": "Menu"}, False),
        ({"text": "Menu", "rating": 1}, True),
    ],
)
def test_what_moves_updated_at_is_what_was_seen_on_a_real_server(change: dict[str, Any], moves: bool) -> None:
    library = generate(10)
    asset = library.add_asset()
    before = asset.updated_at
    library.update(asset.id, **change)
    assert (asset.updated_at > before) is moves


def test_the_clock_goes_on_with_writes_and_while_one_waits() -> None:
    library = generate(0)
    before = library.clock
    assert library.now() == library.clock == before + 1000
    library.wait(times.HOUR)
    assert library.clock == before + 1000 + times.HOUR


def test_a_level_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(KeyError):
        Sandbox(generate(1), "9.9")


def test_a_taken_port_is_an_error() -> None:
    with Sandbox(generate(1)) as sandbox, pytest.raises(OSError, match="in use"):
        Sandbox(generate(1), port=int(sandbox.url.rpartition(":")[2])).__enter__()


def test_a_sandbox_may_be_left_twice() -> None:
    sandbox = Sandbox(generate(1))
    with sandbox:
        pass
    sandbox.__exit__(None, None, None)
