"""What a ledger remembers of albums, requests and people's hands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.change import (
    AddAssets,
    Change,
    CreateAlbum,
    DeleteAlbum,
    Edit,
    RemoveAssets,
    SetDetails,
    ShareAlbum,
)
from immich_smart_albums.changes.journal import Ending, Intent, Run, WriteState
from immich_smart_albums.changes.memory import (
    AlbumKey,
    AlbumMemory,
    Binding,
    Interrupted,
    Membership,
    MembershipState,
    OpenShare,
)
from immich_smart_albums.changes.plan import Observed
from immich_smart_albums.ledger.ledger import SqliteLedger, open_ledger
from immich_smart_albums.model.album import Album, User
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = AlbumKey("alice", "Friends")
OTHER = AlbumKey("alice", "Family")
ALBUM = Album("a1", "Friends", 0, "owner", "Alice", "")
A, B, C, D = (Asset(letter, 1000, "2024-05-01T10:00:00", f"{letter}.jpg", "IMAGE") for letter in "abcd")


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[SqliteLedger]:
    with open_ledger(tmp_path / "ledger.db", doing="a test") as opened:
        yield opened


def send(ledger: SqliteLedger, change: Change, *, run: int = 1, key: AlbumKey = KEY, updated: str = "u0") -> int:
    """A request that is about to be sent."""
    return ledger.intend(Intent(run, key, ALBUM.id, "alice", change, "now"), updated)


def add(ledger: SqliteLedger, *assets: Asset, run: int = 1, key: AlbumKey = KEY) -> None:
    write = send(ledger, AddAssets("alice", assets), run=run, key=key)
    ledger.settle(write, {asset.id: Outcome.ADDED for asset in assets})


def standings(ledger: SqliteLedger, key: AlbumKey = KEY) -> dict[str, MembershipState]:
    return {id_: membership.standing for id_, membership in ledger.memory(key).memberships.items()}


@pytest.fixture(autouse=True)
def begun(ledger: SqliteLedger) -> None:
    assert ledger.begin("sync", "http://photos", "start") == 1


def test_an_album_that_is_not_known_has_nothing(ledger: SqliteLedger) -> None:
    assert ledger.memory(KEY) == AlbumMemory()
    assert ledger.binding(KEY) is None


def test_what_was_added_is_ours_and_what_was_there_is_not(ledger: SqliteLedger) -> None:
    write = send(ledger, AddAssets("alice", (A, B, C)))
    ledger.settle(write, {"a": Outcome.ADDED, "b": Outcome.ALREADY_THERE, "c": Outcome.NO_PERMISSION})
    memory = ledger.memory(KEY)
    assert memory.memberships["a"] == Membership(A, MembershipState.OURS, "alice", 1)
    assert standings(ledger) == {"a": MembershipState.OURS, "b": MembershipState.HAND_MADE}
    assert memory.interrupted == ()


def test_what_was_taken_out_is_not_ours_and_what_somebody_else_took_out_stays_out(ledger: SqliteLedger) -> None:
    add(ledger, A, B, C)
    write = send(ledger, RemoveAssets("alice", (A, B, C)), run=2)
    ledger.settle(write, {"a": Outcome.REMOVED, "b": Outcome.NOT_FOUND, "c": Outcome.NO_PERMISSION})
    assert standings(ledger) == {"a": MembershipState.REMOVED, "b": MembershipState.GONE, "c": MembershipState.OURS}
    assert ledger.memory(KEY).memberships["a"] == Membership(A, MembershipState.REMOVED, "alice", 2)


def test_albums_do_not_mix(ledger: SqliteLedger) -> None:
    add(ledger, A)
    add(ledger, B, key=OTHER)
    assert (set(standings(ledger)), set(standings(ledger, OTHER))) == ({"a"}, {"b"})


def test_a_request_without_an_answer_is_interrupted_until_somebody_looked(ledger: SqliteLedger) -> None:
    write = send(ledger, AddAssets("alice", (A, B)))
    removal = send(ledger, RemoveAssets("alice", (C,)))
    send(ledger, SetDetails(order=Edit("desc", "asc")))
    assert ledger.memory(KEY).interrupted == (
        Interrupted(write, (A, B), "u0"),
        Interrupted(removal, (C,), "u0", is_removal=True),
    )
    assert standings(ledger) == {}
    ledger.learn(KEY, Observed(unsure=(A, B), settled=(write,)), 0)
    assert [interrupted.write for interrupted in ledger.memory(KEY).interrupted] == [removal]
    assert standings(ledger) == {"a": MembershipState.UNSURE, "b": MembershipState.UNSURE}
    assert [write.state for write in ledger.writes(1)] == [WriteState.SETTLED, WriteState.OPEN, WriteState.OPEN]


def test_a_request_with_half_an_answer_is_interrupted_for_the_rest(ledger: SqliteLedger) -> None:
    write = send(ledger, AddAssets("alice", (A, B)))
    ledger.settle(write, {"a": Outcome.ADDED, "b": Outcome.UNKNOWN})
    assert ledger.memory(KEY).interrupted == (Interrupted(write, (B,), "u0"),)
    assert standings(ledger) == {"a": MembershipState.OURS}


def test_a_request_that_was_refused_did_nothing(ledger: SqliteLedger) -> None:
    ledger.refuse(send(ledger, AddAssets("alice", (A,))))
    assert ledger.memory(KEY).interrupted == ()
    assert [write.state for write in ledger.writes(1)] == [WriteState.REFUSED]


def test_what_people_did_is_remembered(ledger: SqliteLedger) -> None:
    add(ledger, A, B)
    ledger.learn(KEY, Observed(hand_made=("c", "x"), taken_out=(A,), gone=("b",)), 7)
    assert standings(ledger) == {
        "a": MembershipState.TAKEN_OUT,
        "b": MembershipState.GONE,
        "c": MembershipState.HAND_MADE,
        "x": MembershipState.HAND_MADE,
    }
    memory = ledger.memory(KEY)
    assert memory.matched == 7
    assert memory.memberships["a"] == Membership(A, MembershipState.TAKEN_OUT, "alice", 1)
    assert memory.memberships["x"].asset == Asset("x", 0, "", "", "")
    ledger.learn(KEY, Observed(taken_out=(C,), hand_made=("a",)), 8)
    assert standings(ledger)["a"] is MembershipState.HAND_MADE
    assert ledger.memory(KEY).memberships["c"] == Membership(C, MembershipState.TAKEN_OUT, "", 0)


def test_looking_without_learning_anything_is_no_change(ledger: SqliteLedger) -> None:
    add(ledger, A)
    before = ledger.state
    ledger.learn(KEY, Observed(), 3)
    assert ledger.state == before
    assert ledger.memory(KEY).matched == 3


def test_photos_that_people_took_out_are_let_in_again(ledger: SqliteLedger) -> None:
    add(ledger, A, B, C)
    ledger.learn(KEY, Observed(taken_out=(A, B)), 0)
    ledger.forget(KEY, ["a", "c", "unknown"])
    assert standings(ledger) == {"b": MembershipState.TAKEN_OUT, "c": MembershipState.OURS}


def test_a_rule_feeds_the_album_that_it_is_bound_to_whatever_its_name(ledger: SqliteLedger) -> None:
    ledger.bind(KEY, ALBUM)
    add(ledger, A)
    ledger.bind(KEY, Album("a1", "Renamed", 0, None, "", ""))
    assert ledger.binding(KEY) == Binding("a1", "Renamed")
    assert standings(ledger) == {"a": MembershipState.OURS}


@pytest.mark.parametrize("how", ["another album", "none"])
def test_an_album_that_is_let_go_takes_with_it_all_but_what_people_did_not_want(ledger: SqliteLedger, how: str) -> None:
    ledger.bind(KEY, ALBUM)
    add(ledger, A, B)
    send(ledger, AddAssets("alice", (D,)))
    ledger.learn(KEY, Observed(taken_out=(B,), hand_made=("c",)), 5)
    if how == "none":
        ledger.unbind(KEY)
        assert ledger.binding(KEY) is None
    else:
        ledger.bind(KEY, Album("a2", "Another", 0, None, "", ""))
        assert ledger.binding(KEY) == Binding("a2", "Another")
    memory = ledger.memory(KEY)
    assert standings(ledger) == {"b": MembershipState.TAKEN_OUT}
    assert (memory.interrupted, memory.matched) == ((), 0)


def test_an_album_that_was_created_is_bound_and_one_that_was_deleted_is_not(ledger: SqliteLedger) -> None:
    write = ledger.intend(Intent(1, KEY, None, "alice", CreateAlbum("Friends"), "now"), "")
    assert ledger.binding(KEY) is None
    ledger.settle(write, {}, ALBUM)
    assert ledger.binding(KEY) == Binding("a1", "Friends")
    assert ledger.writes(1)[0].intent.album_id == "a1"
    ledger.settle(send(ledger, DeleteAlbum()), {})
    assert ledger.binding(KEY) is None


def test_what_a_run_wrote_is_told_in_order(ledger: SqliteLedger) -> None:
    changes: list[Change] = [
        RemoveAssets("alice", (A,)),
        ShareAlbum(User("bob", "Bob", "bob@x"), "viewer", None),
        AddAssets("bob", (B, C)),
        SetDetails(order=Edit("desc", "asc")),
    ]
    for change in changes:
        ledger.settle(send(ledger, change), {"a": Outcome.REMOVED} if change is changes[0] else {})
    send(ledger, DeleteAlbum(), run=2)
    writes = ledger.writes(1)
    assert [write.intent for write in writes] == [Intent(1, KEY, "a1", "alice", change, "now") for change in changes]
    assert [write.state for write in writes] == [WriteState.DONE, WriteState.DONE, WriteState.OPEN, WriteState.DONE]
    assert writes[0].ids(Outcome.REMOVED) == ["a"]
    assert writes[0].ids(Outcome.ADDED) == []


def test_runs_are_told_newest_first(ledger: SqliteLedger) -> None:
    ledger.finish(1, Ending.DONE, "end")
    assert ledger.begin("undo", "http://photos", "later", undoes=1) == 2
    assert ledger.runs() == [
        Run(2, "undo", "http://photos", "later", undoes=1),
        Run(1, "sync", "http://photos", "start", "end", Ending.DONE),
    ]


def test_albums_are_told_with_how_many_photos_are_whose(ledger: SqliteLedger) -> None:
    ledger.bind(KEY, ALBUM)
    add(ledger, A, B)
    ledger.learn(KEY, Observed(taken_out=(C,)), 2)
    ledger.learn(OTHER, Observed(), 0)
    first, second = ledger.albums()
    assert (first.key, first.binding, first.counts) == (OTHER, None, {})
    assert (second.key, second.binding) == (KEY, Binding("a1", "Friends"))
    assert second.counts == {MembershipState.OURS: 2, MembershipState.TAKEN_OUT: 1}


def test_a_rule_gets_another_name_with_all_that_is_known(ledger: SqliteLedger) -> None:
    ledger.bind(KEY, ALBUM)
    add(ledger, A, B, C)
    ledger.settle(send(ledger, ShareAlbum(User("bob", "Bob", "bob@x"), "viewer", None, "viewer")), {})
    shares = ledger.memory(KEY).shares
    write = send(ledger, AddAssets("alice", (D,)))
    ledger.learn(KEY, Observed(taken_out=(C,)), 7)
    # The new name had an album, from which people took something out, and which was let go.
    ledger.learn(OTHER, Observed(taken_out=(B,)), 0)
    before = ledger.state
    ledger.rename(KEY, OTHER)
    assert ledger.state != before
    (known,) = ledger.albums()
    assert (known.key, known.binding, known.server) == (OTHER, Binding("a1", "Friends"), "http://photos")
    assert standings(ledger, OTHER) == {
        "a": MembershipState.OURS,
        "b": MembershipState.TAKEN_OUT,
        "c": MembershipState.TAKEN_OUT,
    }
    assert (ledger.memory(OTHER).matched, ledger.memory(OTHER).shares) == (7, shares)
    assert shares
    assert [interrupted.write for interrupted in ledger.memory(OTHER).interrupted] == [write]
    assert {write.intent.key for write in ledger.writes(1)} == {OTHER}


def test_a_rule_that_has_an_album_does_not_get_that_of_another_one(ledger: SqliteLedger) -> None:
    ledger.bind(KEY, ALBUM)
    ledger.bind(OTHER, Album("a2", "Family", 0, None, "", ""))
    before = ledger.state
    ledger.rename(KEY, OTHER)
    assert (ledger.state, ledger.binding(KEY)) == (before, Binding("a1", "Friends"))


def test_albums_of_a_rule_that_is_split_are_those_of_its_next_name_and_its_names_are_known(
    ledger: SqliteLedger,
) -> None:
    def album(name: str) -> AlbumKey:
        return AlbumKey("alice", name)

    for name in ("In 2023", "In 2024"):
        ledger.bind(album(name), replace(ALBUM, id=name, name=name))
        ledger.learn(album(name), Observed(taken_out=(C,)), 0, "In {year}")
    ledger.rename(album("In 2024"), album("Of 2024"), "Of {year}")
    assert [(known.key.rule, known.split) for known in ledger.albums()] == [
        ("In 2023", "Of {year}"),
        ("Of 2024", "Of {year}"),
    ]
    assert ledger.renames() == {album("In {year}"): album("Of {year}")}
    state = ledger.state
    # One that has its name already, or is told by its rule's, changes nothing more.
    ledger.rename(album("In 2023"), album("In 2023"), "Of {year}")
    ledger.rename(album("In {year}"), album("In 2023"), "Of {year}")
    assert (ledger.state, standings(ledger, album("In 2023"))) == (state, {"c": MembershipState.TAKEN_OUT})
    # To and fro is none of it.
    ledger.rename(album("Of {year}"), album("In 2023"), "In {year}")
    assert ledger.renames() == {album("Of {year}"): album("In {year}")}
    assert {known.split for known in ledger.albums()} == {"In {year}"}


def test_photos_may_be_taken_over(ledger: SqliteLedger) -> None:
    ledger.learn(KEY, Observed(hand_made=("a", "b")), 0)
    ledger.take_over(1, KEY, "bob", [A])
    assert ledger.memory(KEY).memberships["a"] == Membership(A, MembershipState.OURS, "bob", 1)
    assert standings(ledger)["b"] is MembershipState.HAND_MADE


def test_the_address_of_the_latest_run_is_kept_for_links(ledger: SqliteLedger) -> None:
    ledger.bind(KEY, ALBUM)
    ledger.finish(1, Ending.DONE, "end")
    assert [album.server for album in ledger.albums()] == ["http://photos"]
    ledger.begin("sync", "https://photos.example", "later")
    ledger.learn(KEY, Observed(), 0)
    ledger.finish(2, Ending.DONE, "end")
    ledger.begin("sync", "https://elsewhere.example", "later")
    ledger.finish(3, Ending.DONE, "end")
    ledger.forget(KEY, ["a"])
    assert [album.server for album in ledger.albums()] == ["https://photos.example"]


def test_each_change_gives_the_ledger_another_state(ledger: SqliteLedger) -> None:
    states = {ledger.state}
    ledger.bind(KEY, ALBUM)
    states.add(ledger.state)
    add(ledger, A)
    states.add(ledger.state)
    ledger.learn(KEY, Observed(taken_out=(A,)), 0)
    states.add(ledger.state)
    ledger.forget(KEY, ["a"])
    states.add(ledger.state)
    ledger.unbind(KEY)
    states.add(ledger.state)
    assert len(states) == 6
    ledger.finish(1, Ending.DONE, "end")
    assert ledger.state in states


BOB = User("bob", "Bob", "bob@example.org")


def test_who_was_let_in_on_which_word_is_remembered(ledger: SqliteLedger) -> None:
    ledger.bind(KEY, ALBUM)
    ledger.settle(send(ledger, ShareAlbum(BOB, "viewer", None, "viewer")), {})
    assert ledger.memory(KEY).shares == {"bob": "viewer"}
    write = send(ledger, ShareAlbum(BOB, "editor", "viewer", "editor"))
    assert ledger.memory(KEY).open_shares == (OpenShare(write, "bob", "editor", "u0"),)
    ledger.settle(write, {})
    assert (ledger.memory(KEY).shares, ledger.memory(KEY).open_shares) == ({"bob": "editor"}, ())
    ledger.settle(send(ledger, ShareAlbum(BOB, None, "editor")), {})
    assert ledger.memory(KEY).shares == {}
    ledger.learn(KEY, Observed(shares={"bob": "viewer", "eve": "feeds it"}), 0)
    ledger.learn(KEY, Observed(gone=("a",)), 0)
    assert ledger.memory(KEY).shares == {"bob": "viewer", "eve": "feeds it"}
    ledger.unbind(KEY)
    assert ledger.memory(KEY).shares == {}


def test_all_that_was_written_for_a_rule_is_told_in_order_with_the_covers_around_it(ledger: SqliteLedger) -> None:
    ledger.bind(KEY, ALBUM)
    first = send(ledger, CreateAlbum("Friends"))
    send(ledger, CreateAlbum("Others"), key=AlbumKey("alice", "Others"))
    second = send(ledger, ShareAlbum(BOB, "viewer", None), run=2)
    ledger.covered(second, "", "a")
    assert [(write.id, write.cover_before, write.cover_after) for write in ledger.writes_to(KEY)] == [
        (first, None, None),
        (second, "", "a"),
    ]
