"""Albums that an earlier version knew by the server's address as well are put together, whatever its spelling."""

from __future__ import annotations

import sqlite3
import unicodedata
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.change import AddAssets
from immich_smart_albums.changes.memory import AlbumKey, Binding, MembershipState
from immich_smart_albums.ledger.database import APPLICATION_ID
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.ledger.migrations import MIGRATIONS
from immich_smart_albums.ledger.rows import change_text
from immich_smart_albums.model.asset import Asset

if TYPE_CHECKING:
    from pathlib import Path

KEY = AlbumKey("alice", "Friends")
BEFORE = 3
"""Migrations that an earlier version had gone through."""

IP, DOMAIN = "http://192.168.1.5:2283", "https://photos.example"


class Earlier:
    """A ledger as an earlier version left it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection = sqlite3.connect(path, isolation_level=None)
        for step in MIGRATIONS[:BEFORE]:
            step(self.connection)
        self.connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        self.connection.execute(f"PRAGMA user_version = {BEFORE}")
        for server in (IP, DOMAIN):
            self.connection.execute("INSERT INTO runs (verb, server, started) VALUES ('sync', ?, 'then')", (server,))

    def album(
        self, server: str, album: str | None = "a1", *, owner: str = "alice", rule: str = "Friends", matched: int = 0
    ) -> int:
        sql = "INSERT INTO albums (server, owner, rule, album, name, matched) VALUES (?, ?, ?, ?, ?, ?)"
        return self.connection.execute(sql, (server, owner, rule, album, album or "", matched)).lastrowid or 0

    def photo(self, album: int, asset: str, standing: MembershipState, run: int = 0) -> None:
        sql = "INSERT INTO memberships (album, asset, standing, run) VALUES (?, ?, ?, ?)"
        self.connection.execute(sql, (album, asset, standing.value, run))

    def write(self, album: int, run: int, album_id: str) -> None:
        change = change_text(AddAssets("alice", (Asset("x", 0, "", "", ""),)))
        sql = (
            "INSERT INTO writes (run, album, album_id, user, updated, change, at) VALUES (?, ?, ?, 'alice', '', ?, '')"
        )
        self.connection.execute(sql, (run, album, album_id, change))

    def standings(self, key: AlbumKey = KEY) -> dict[str, MembershipState]:
        """After the migration."""
        self.connection.close()
        with open_ledger(self.path) as ledger:
            return {id_: membership.standing for id_, membership in ledger.memory(key).memberships.items()}


@pytest.fixture
def earlier(tmp_path: Path) -> Earlier:
    return Earlier(tmp_path / "ledger.db")


OUT = (MembershipState.TAKEN_OUT, MembershipState.UNSURE, MembershipState.GONE)


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("out", OUT)
@pytest.mark.parametrize(
    "other", [membership_state for membership_state in MembershipState if membership_state not in OUT]
)
def test_who_was_kept_out_under_one_address_stays_out(
    earlier: Earlier, out: MembershipState, other: MembershipState, is_first: bool
) -> None:
    one, two = earlier.album(IP), earlier.album(DOMAIN)
    earlier.photo(one if is_first else two, "x", out, 1)
    earlier.photo(two if is_first else one, "x", other, 2)
    assert earlier.standings() == {"x": out}


@pytest.mark.parametrize("is_first", [True, False])
def test_what_was_added_under_one_address_is_ours_although_it_looked_hand_made_under_the_other(
    earlier: Earlier, is_first: bool
) -> None:
    one, two = earlier.album(IP), earlier.album(DOMAIN)
    for id_, standing in (
        ("x", MembershipState.OURS),
        ("y", MembershipState.REMOVED),
        ("z", MembershipState.HAND_MADE),
    ):
        earlier.photo(one if is_first else two, id_, standing, 1)
        earlier.photo(two if is_first else one, id_, MembershipState.HAND_MADE)
    assert earlier.standings() == {
        "x": MembershipState.OURS,
        "y": MembershipState.REMOVED,
        "z": MembershipState.HAND_MADE,
    }


def test_what_was_removed_and_added_is_what_the_later_run_made_it(earlier: Earlier) -> None:
    one, two = earlier.album(IP), earlier.album(DOMAIN)
    for id_, first, second in (
        ("x", MembershipState.OURS, MembershipState.REMOVED),
        ("y", MembershipState.REMOVED, MembershipState.OURS),
    ):
        earlier.photo(one, id_, first, 1)
        earlier.photo(two, id_, second, 2)
    assert earlier.standings() == {"x": MembershipState.REMOVED, "y": MembershipState.OURS}


def test_what_only_one_address_knew_is_kept_with_all_requests(earlier: Earlier) -> None:
    for run, (server, id_) in enumerate(((IP, "x"), (DOMAIN, "y"), ("https://PHOTOS.example/", "z")), 1):
        album = earlier.album(server, matched=run)
        earlier.photo(album, id_, MembershipState.OURS, run)
        earlier.write(album, run, "a1")
    assert earlier.standings() == dict.fromkeys("xyz", MembershipState.OURS)
    with open_ledger(earlier.path) as ledger:
        (known,) = ledger.albums()
        assert (known.key, known.binding, known.server) == (KEY, Binding("a1", "a1"), "https://PHOTOS.example/")
        assert [write.intent.key for run in (1, 2, 3) for write in ledger.writes(run)] == [KEY] * 3
        assert [interrupted.write for interrupted in ledger.memory(KEY).interrupted] == [1, 2, 3]
        assert ledger.memory(KEY).matched == 3


@pytest.mark.parametrize("is_first", [True, False])
def test_of_two_albums_the_one_that_was_written_to_last_counts(earlier: Earlier, is_first: bool) -> None:
    albums = [earlier.album(IP, "a1"), earlier.album(DOMAIN, "a2")]
    old, new = albums if is_first else reversed(albums)
    earlier.photo(old, "x", MembershipState.OURS, 1)
    earlier.photo(old, "y", MembershipState.TAKEN_OUT, 1)
    earlier.write(old, 1, "a1")
    earlier.photo(new, "z", MembershipState.OURS, 2)
    assert earlier.standings() == {"y": MembershipState.TAKEN_OUT, "z": MembershipState.OURS}
    with open_ledger(earlier.path) as ledger:
        assert ledger.binding(KEY) == Binding(*(("a2",) if is_first else ("a1",)) * 2)
        assert ledger.memory(KEY).interrupted == ()


def test_an_address_under_which_the_album_was_let_go_does_not_count(earlier: Earlier) -> None:
    old, new = earlier.album(IP, "a1"), earlier.album(DOMAIN, None)
    earlier.photo(old, "x", MembershipState.OURS, 1)
    earlier.photo(new, "y", MembershipState.TAKEN_OUT, 2)
    assert earlier.standings() == {"x": MembershipState.OURS, "y": MembershipState.TAKEN_OUT}
    with open_ledger(earlier.path) as ledger:
        assert ledger.binding(KEY) == Binding("a1", "a1")


def test_other_users_and_other_rules_stay_apart(earlier: Earlier) -> None:
    earlier.album(IP)
    for more in ({"owner": "bob"}, {"rule": "Family"}):
        earlier.photo(earlier.album(DOMAIN, **more), "x", MembershipState.OURS, 1)  # type: ignore[arg-type]
    assert earlier.standings() == {}
    with open_ledger(earlier.path) as ledger:
        assert [(album.key.owner, album.key.rule) for album in ledger.albums()] == [
            ("alice", "Family"),
            ("alice", "Friends"),
            ("bob", "Friends"),
        ]


def test_names_that_look_the_same_are_one_rule(earlier: Earlier) -> None:
    composed, decomposed = (unicodedata.normalize(form, "Büro") for form in ("NFC", "NFD"))
    one, two = earlier.album(IP, rule=decomposed), earlier.album(DOMAIN, rule=composed)
    earlier.photo(one, "x", MembershipState.TAKEN_OUT, 1)
    earlier.photo(two, "x", MembershipState.OURS, 2)
    earlier.photo(earlier.album(IP, "a2", rule=unicodedata.normalize("NFD", "Bücher")), "y", MembershipState.OURS, 2)
    assert earlier.standings(AlbumKey("alice", composed)) == {"x": MembershipState.TAKEN_OUT}
    with open_ledger(earlier.path) as ledger:
        assert [album.key.rule for album in ledger.albums()] == [unicodedata.normalize("NFC", "Bücher"), composed]
