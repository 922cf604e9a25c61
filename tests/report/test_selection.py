"""Selections as text and JSON."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.model.album import Album
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.operations.apply.result import AlbumResult
from immich_smart_albums.report.assets import LINE_FORMATS
from immich_smart_albums.report.envelope import JSON_VERSION, json_text
from immich_smart_albums.report.selection import as_json, lines, totals
from immich_smart_albums.selection.run.evaluate import Selection

if TYPE_CHECKING:
    from collections.abc import Iterator

BASE = "https://photos.example"
DOG = Asset("id-1", 1_704_067_200_250, "2024-01-01T02:00:00", "dog.jpg", "IMAGE")
CAT = Asset("id-2", 1_672_531_200_000, "2023-01-01T00:00:00", "a cat with a very long file name indeed.mov", "VIDEO")
SOUND = Asset("id-3", 0, "1970-01-01T00:00:00", "x.mp3", "AUDIO")
OTHER = Asset("id-4", 0, "1970-01-01T00:00:00", "x.xyz", "OTHER")
UNHEARD = Asset("id-5", 0, "1970-01-01T00:00:00", "x.abc", "HOLOGRAM")


def test_urls_are_what_a_browser_opens_one_on_a_line() -> None:
    assert list(lines([DOG, CAT], BASE, "urls")) == [f"{BASE}/photos/id-1", f"{BASE}/photos/id-2"]


def test_ids_stand_alone() -> None:
    assert list(lines([DOG, CAT], BASE, "ids")) == ["id-1", "id-2"]


def test_a_table_has_time_type_name_and_address() -> None:
    assert list(lines([DOG, CAT], BASE, "table")) == [
        f"2024-01-01T02:00:00  IMAGE  dog.jpg                           {BASE}/photos/id-1",
        f"2023-01-01T00:00:00  VIDEO  a cat with a very long file name indeed.mov  {BASE}/photos/id-2",
    ]


@pytest.mark.parametrize("name", ["two\nlines.jpg", "back\rspace\x08.jpg", "red\x1b[31m.jpg", "\u202egpj.exe"])
def test_a_file_name_can_neither_break_a_line_nor_steer_the_terminal(name: str) -> None:
    (line,) = lines([Asset("id", 0, "", name, "IMAGE")], BASE, "table")
    assert line.isprintable()
    assert "?" in line


@pytest.mark.parametrize("format_", LINE_FORMATS)
def test_nothing_selected_is_nothing_printed(format_: str) -> None:
    assert list(lines([], BASE, format_)) == []


def test_lines_come_as_they_are_made() -> None:
    def assets() -> Iterator[Asset]:
        yield DOG
        raise AssertionError

    assert next(iter(lines(assets(), BASE, "ids"))) == "id-1"


@pytest.mark.parametrize(
    ("assets", "rows"),
    [
        ([], []),
        ([DOG], [("photos", "1"), ("taken", "2024-01-01")]),
        (
            [CAT, DOG, DOG],
            [("photos", "2"), ("videos", "1"), ("together", "3"), ("taken", "2023-01-01 to 2024-01-01")],
        ),
        (
            [OTHER, SOUND, UNHEARD],
            [("other files", "2"), ("sounds", "1"), ("together", "3"), ("taken", "1970-01-01")],
        ),
        ([DOG] * 1234, [("photos", "1,234"), ("taken", "2024-01-01")]),
    ],
)
def test_totals_tell_how_many_of_what_and_from_when_to_when(assets: list[Asset], rows: list[tuple[str, str]]) -> None:
    assert totals(assets) == rows


def test_json_tells_its_version_what_matched_and_what_was_kept() -> None:
    selection = Selection((DOG,), 7, waiting={"Immich is busy": (DOG,)})
    dog = {
        "id": "id-1",
        "url": f"{BASE}/photos/id-1",
        "type": "IMAGE",
        "fileName": "dog.jpg",
        "takenAt": "2024-01-01T00:00:00.250Z",
        "localDateTime": "2024-01-01T02:00:00",
    }
    assert json.loads(json_text(as_json(selection, BASE, None))) == {
        "version": JSON_VERSION,
        "server": BASE,
        "matched": 7,
        "assets": [dog],
        "waiting": [{"reason": "Immich is busy", "assets": [dog]}],
    }


def test_json_of_a_run_tells_the_album_and_what_became_of_each_photo() -> None:
    album = Album("album-1", "Dogs", 0, "owner", "Alice", "2024-01-01")
    outcomes = {"id-1": Outcome.ADDED, "id-2": Outcome.NO_PERMISSION, "id-3": Outcome.ADDED}
    report = AlbumResult("Dogs", album, created=True, outcomes=outcomes)
    answer = json.loads(json_text(as_json(Selection((), 0), BASE, report)))
    assert answer["album"] == {"id": "album-1", "name": "Dogs", "created": True}
    assert answer["outcomes"] == {"added": ["id-1", "id-3"], "no_permission": ["id-2"]}


def test_json_of_a_run_that_made_no_album_has_none() -> None:
    answer = json.loads(json_text(as_json(Selection((), 0), BASE, AlbumResult())))
    assert (answer["album"], answer["outcomes"], answer["assets"]) == (None, {}, [])
