"""Runs, what they wrote, and what the ledger remembers."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.change import AddAssets, CreateAlbum, Edit, RemoveAssets, SetDetails, ShareAlbum
from immich_smart_albums.changes.journal import Ending, Intent, KnownAlbum, Run, Write, WriteState
from immich_smart_albums.changes.memory import AlbumKey, AlbumMemory, Binding, Membership, MembershipState
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.operations.history import AlbumHistory, RunHistory
from immich_smart_albums.report.envelope import json_text
from immich_smart_albums.report.history import run_json, run_lines, runs_json, runs_lines
from immich_smart_albums.report.ledger import album_json, album_lines, albums_json, albums_lines
from tests.support.golden_files import check_golden
from tests.support.sample_plans import GRANDMA, SERVER, photo, photos

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.changes.change import Change

CASES = Path(__file__).parent / "cases"
ALICE = "33333333-0000-4000-8000-000000000001"
CABIN = "22222222-0000-4000-8000-000000000001"
KEY = AlbumKey(ALICE, "Cabin\x1b[31m")

SYNC = Run(1, "sync", SERVER, "2024-01-01T12:30:05Z", "2024-01-01T12:30:09Z", Ending.DONE)
UNDO = Run(12, "undo", SERVER, "2024-01-02T08:00:00Z", "2024-01-02T08:00:01Z", Ending.FAILED, 1)
KILLED = Run(13, "sync", SERVER, "2024-01-03T08:00:00Z")


def write(
    change: Change, state: WriteState = WriteState.DONE, album: str | None = CABIN, **outcomes: Iterable[str]
) -> Write:
    intent = Intent(1, KEY, album, ALICE, change, "2024-01-01T12:30:06Z")
    return Write(7, intent, state, {id_: Outcome[name.upper()] for name, ids in outcomes.items() for id_ in ids})


def ids(first: int, last: int) -> list[str]:
    return [asset.id for asset in photos(first, last)]


WRITES = [
    write(CreateAlbum("Cabin", "In the woods"), album=None),
    write(ShareAlbum(GRANDMA, "viewer"), WriteState.REFUSED),
    write(
        AddAssets("alice", photos(1, 6)),
        added=ids(1, 3),
        already_there=ids(4, 4),
        no_permission=ids(5, 5),
        unknown=ids(6, 6),
    ),
    write(RemoveAssets("alice", photos(8, 9)), removed=ids(8, 8), not_found=ids(9, 9)),
    write(AddAssets("alice", photos(11, 13)), WriteState.OPEN, added=ids(11, 11)),
    write(SetDetails(order=Edit("asc", "desc")), WriteState.SETTLED),
]
DOGS = replace(WRITES[2], intent=replace(WRITES[2].intent, key=AlbumKey(ALICE, "Dogs")))

MEMORY = AlbumMemory(
    {
        asset.id: Membership(asset, standing, ALICE, run)
        for asset, standing, run in (
            (photo(1), MembershipState.OURS, 1),
            (photo(2, "two\nlines.jpg"), MembershipState.TAKEN_OUT, 1),
            (photo(3), MembershipState.UNSURE, 13),
            (photo(4), MembershipState.HAND_MADE, 0),
            (photo(0), MembershipState.GONE, 1),
        )
    }
)
KNOWN = KnownAlbum(
    KEY,
    Binding(CABIN, "The cabin"),
    dict.fromkeys((MembershipState.TAKEN_OUT, MembershipState.UNSURE, MembershipState.GONE), 1)
    | {MembershipState.OURS: 1200},
    SERVER,
)
ALBUMS = [
    KNOWN,
    KnownAlbum(AlbumKey(ALICE, "Dogs"), Binding(CABIN, "Dogs"), {MembershipState.HAND_MADE: 3}, SERVER),
    KnownAlbum(AlbumKey(ALICE, "Gone"), None, {}, SERVER),
]


def test_all_runs() -> None:
    cabin = AlbumHistory("Cabin", 1200, 3, created=True, deleted=False, edits=1, shares=2, unclear=0)
    dogs = AlbumHistory("Dogs", 1, 0, created=False, deleted=False, edits=0, shares=0, unclear=4)
    runs = [RunHistory(KILLED, None, (dogs,)), RunHistory(UNDO, None, ()), RunHistory(SYNC, 12, (cabin, dogs))]
    check_golden(CASES / "history" / "runs.txt", "\n".join(runs_lines(runs)) + "\n")
    check_golden(CASES / "history" / "runs.json", json_text(runs_json(runs)) + "\n")


def test_one_run() -> None:
    check_golden(CASES / "history" / "run.txt", "\n".join(run_lines(SYNC, [*WRITES, DOGS])) + "\n")
    check_golden(CASES / "history" / "run.json", json_text(run_json(SYNC, [*WRITES, DOGS])) + "\n")
    assert list(run_lines(KILLED, []))[1:] == ["It wrote nothing."]


def test_what_the_ledger_remembers() -> None:
    check_golden(CASES / "ledger" / "albums.txt", "\n".join(albums_lines(ALBUMS)) + "\n")
    check_golden(CASES / "ledger" / "albums.json", json_text(albums_json(ALBUMS)) + "\n")
    check_golden(CASES / "ledger" / "album.txt", "\n".join(album_lines(KNOWN, MEMORY)) + "\n")
    check_golden(CASES / "ledger" / "album.json", json_text(album_json(KNOWN, MEMORY)) + "\n")


def test_where_nothing_stays_out_nothing_is_said_of_it() -> None:
    assert list(album_lines(KNOWN, AlbumMemory())) == list(albums_lines([KNOWN]))


def test_nothing_yet() -> None:
    assert list(runs_lines([])) == ["Nothing was written yet."]
    assert list(albums_lines([])) == ["The ledger knows no album yet."]


@pytest.mark.parametrize("state", WriteState)
def test_every_state_of_a_request_has_its_words(state: WriteState) -> None:
    (line,) = list(run_lines(SYNC, [write(ShareAlbum(GRANDMA, None, "viewer"), state)]))[3:]
    assert line.startswith("  ~ not shared with Grandma <grandma@example.org> any more (was viewer)")
    assert (line.count("(") > 1) is (state is not WriteState.DONE)
