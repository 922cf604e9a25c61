"""What each run did, as the ledger tells it."""

from __future__ import annotations

from dataclasses import replace

from immich_smart_albums.changes.journal import Ending
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.operations.history import AlbumHistory, history
from immich_smart_albums.rules.album import Share
from tests.support.household import Household, rule


def test_history_tells_what_each_run_did(home: Household) -> None:
    home.rules = (rule(order="asc", share=(Share("bob@example.org", "viewer"),)),)
    home.rate("alice-0", "alice-1")
    home.sync()
    home.sync()
    home.rate("alice-0", stars=1)
    home.sync()
    home.rate("alice-2")
    home.sandbox.faults.lose_answer(method="PUT", times=None)
    home.sync()
    home.sandbox.faults.clear()
    home.undo(3)
    with open_ledger(home.ledger) as ledger:
        runs = history(ledger, most=10)
        assert [run_history.run.id for run_history in runs] == [5, 4, 3, 1]
        assert [run_history.run.id for run_history in history(ledger, most=2)] == [5, 4]
        assert [run.id for run in ledger.runs()] == [5, 4, 3, 2, 1]
    assert [run_history.undone_by for run_history in runs] == [None, None, 5, None]
    assert [run_history.run.ending for run_history in runs] == [Ending.DONE, Ending.FAILED, Ending.DONE, Ending.DONE]
    first, lost, third = runs[3].albums, runs[1].albums, runs[2].albums
    samples = [[home.name(photo) for photo in album.sample] for (album,) in (first, lost, third)]
    assert samples == [["alice-1", "alice-0"], [], ["alice-0"]]
    first, lost, third = ((replace(album, sample=()),) for (album,) in (first, lost, third))
    assert first == (AlbumHistory("Best", 2, 0, created=True, deleted=False, edits=1, shares=1, unclear=0),)
    assert lost == (AlbumHistory("Best", 0, 0, created=False, deleted=False, edits=0, shares=0, unclear=1),)
    assert third == (AlbumHistory("Best", 0, 1, created=False, deleted=False, edits=0, shares=0, unclear=0),)
