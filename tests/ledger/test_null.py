"""Without a ledger everything can be written, and nothing is known afterwards."""

from __future__ import annotations

from immich_smart_albums.changes.change import CreateAlbum
from immich_smart_albums.changes.journal import Ending, Intent
from immich_smart_albums.changes.memory import NOTHING, AlbumKey
from immich_smart_albums.changes.plan import Observed
from immich_smart_albums.ledger.null import NullLedger
from immich_smart_albums.model.album import Album

KEY = AlbumKey("alice", "Friends")
ALBUM = Album("a1", "Friends", 0, "owner", "Alice", "")


def test_nothing_is_remembered_whatever_is_told() -> None:
    ledger = NullLedger()
    run = ledger.begin("select", "http://photos", "now")
    write = ledger.intend(Intent(run, KEY, None, "alice", CreateAlbum("Friends", ""), "now"), "")
    ledger.settle(write, {}, ALBUM)
    ledger.covered(write, "", "b")
    ledger.refuse(write)
    ledger.bind(KEY, ALBUM)
    ledger.rename(KEY, AlbumKey("alice", "Family"))
    ledger.learn(KEY, Observed(), 1)
    ledger.take_over(run, KEY, "alice", [])
    ledger.forget(KEY, [])
    ledger.finish(run, Ending.DONE, "now")
    assert (ledger.binding(KEY), ledger.memory(KEY)) == (None, NOTHING)
    assert (ledger.albums(), ledger.runs(), ledger.writes(run), ledger.writes_to(KEY)) == ([], [], [], [])
    assert ledger.renames() == {}
    ledger.unbind(KEY)
    assert not ledger.remembers
