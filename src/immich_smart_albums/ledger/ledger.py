"""The ledger in SQLite, as the operations use it."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import AddAssets, DeleteAlbum, RemoveAssets, ShareAlbum, photos_of
from immich_smart_albums.changes.journal import KnownAlbum, WriteState
from immich_smart_albums.changes.memory import AlbumKey, AlbumMemory, Binding, Interrupted, MembershipState, OpenShare
from immich_smart_albums.changes.plan import Observed
from immich_smart_albums.ledger import memberships, renaming, rows
from immich_smart_albums.ledger.database import open_database
from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from immich_smart_albums.changes.journal import Ending, Intent, Run, Write
    from immich_smart_albums.ledger.connection import Database
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.model.asset import Asset


@contextmanager
def open_ledger(path: Path, *, doing: str | None = None) -> Iterator[SqliteLedger]:
    """Returns a context with the ledger in a file. `doing` names what will be written, such as "sync"; None: nothing.

    A missing file is created; to read, an empty ledger takes its place. Raises LedgerError if it is in use by another
    writer, damaged, no ledger, of a newer version, or cannot be written.
    """
    with open_database(path, doing=doing) as database:
        yield SqliteLedger(database)


class SqliteLedger:
    """Fits `operations.ports.ledger.Ledger`. Each method that writes is one transaction."""

    remembers = True

    def __init__(self, database: Database) -> None:
        self._database = database

    @property
    def state(self) -> str:
        """See `Ledger.state`."""
        ((id_, generation),) = self._database.rows("SELECT id, generation FROM meta")
        return f"{id_}:{generation}" if generation else ""

    # -- what is remembered ----------------------------------------------------------------------------------------

    def binding(self, key: AlbumKey) -> Binding | None:
        """See `Ledger.binding`."""
        sql = "SELECT album, name FROM albums WHERE owner = ? AND rule = ? AND album IS NOT NULL"
        result_rows = self._database.rows(sql, key.owner, key.rule)
        return Binding(*result_rows[0]) if result_rows else None

    def memory(self, key: AlbumKey) -> AlbumMemory:
        """See `Ledger.memory`."""
        sql = "SELECT id, matched FROM albums WHERE owner = ? AND rule = ?"
        result_rows = self._database.rows(sql, key.owner, key.rule)
        if not result_rows:
            return AlbumMemory()
        ((album, matched),) = result_rows
        membership_rows = self._database.rows(f"SELECT {rows.MEMBERSHIP} FROM memberships WHERE album = ?", album)  # noqa: S608 - columns
        shares = dict(self._database.rows("SELECT user, asked FROM shares WHERE album = ?", album))
        interrupted: list[Interrupted] = []
        open_shares: list[OpenShare] = []
        sql = "SELECT id, updated, change, outcomes FROM writes WHERE album = ? AND state = 'open' ORDER BY id"
        for id_, updated, change_text, outcomes in self._database.rows(sql, album):
            change, answered = rows.change_from(change_text), rows.outcomes_from(outcomes)
            if isinstance(change, AddAssets | RemoveAssets):
                open_ = tuple(asset for asset in change.assets if asset.id not in answered)
                interrupted.append(Interrupted(id_, open_, updated, isinstance(change, RemoveAssets)))
            elif isinstance(change, ShareAlbum) and change.role is not None:
                open_shares.append(OpenShare(id_, change.user.id, change.asked, updated))
        by_id = {row[0]: rows.membership(row) for row in membership_rows}
        return AlbumMemory(by_id, tuple(interrupted), matched, shares, tuple(open_shares))

    def albums(self) -> list[KnownAlbum]:
        """See `Ledger.albums`."""
        counts: dict[int, dict[MembershipState, int]] = {}
        sql = "SELECT album, standing, count(*) FROM memberships GROUP BY album, standing"
        for album, standing, count in self._database.rows(sql):
            counts.setdefault(album, {})[MembershipState(standing)] = count
        sql = "SELECT id, owner, rule, album, name, server, split FROM albums ORDER BY rule, owner"
        return [
            KnownAlbum(
                AlbumKey(owner, rule),
                Binding(album_id, name) if album_id else None,
                counts.get(album, {}),
                server,
                split,
            )
            for album, owner, rule, album_id, name, server, split in self._database.rows(sql)
        ]

    def renames(self) -> dict[AlbumKey, AlbumKey]:
        """See `Ledger.renames`."""
        return renaming.renames(self._database)

    def runs(self) -> list[Run]:
        """See `Ledger.runs`."""
        return [rows.run(row) for row in self._database.rows(f"SELECT {rows.RUN} FROM runs ORDER BY id DESC")]  # noqa: S608

    def writes(self, run: int) -> list[Write]:
        """See `Ledger.writes`."""
        sql = (
            f"SELECT {rows.WRITE} FROM writes JOIN albums ON albums.id = writes.album WHERE run = ? ORDER BY writes.id"  # noqa: S608
        )
        return [rows.write(row) for row in self._database.rows(sql, run)]

    def writes_to(self, key: AlbumKey) -> list[Write]:
        """See `Ledger.writes_to`."""
        sql = (
            f"SELECT {rows.WRITE} FROM writes JOIN albums ON albums.id = writes.album"  # noqa: S608
            " WHERE owner = ? AND rule = ? ORDER BY writes.id"
        )
        return [rows.write(row) for row in self._database.rows(sql, key.owner, key.rule)]

    # -- runs and their requests -----------------------------------------------------------------------------------

    def begin(self, verb: str, server: str, time: str, undoes: int | None = None) -> int:
        """See `Ledger.begin`."""
        sql = "INSERT INTO runs (verb, server, started, undoes) VALUES (?, ?, ?, ?)"
        with self._database.writing():
            return self._database.run(sql, verb, server, time, undoes)

    def finish(self, run: int, ending: Ending, time: str) -> None:
        """See `Ledger.finish`."""
        with self._database.writing():
            self._database.run("UPDATE runs SET ended = ?, ending = ? WHERE id = ?", time, ending.value, run)

    def intend(self, intent: Intent, updated: str) -> int:
        """See `Ledger.intend`."""
        sql = "INSERT INTO writes (run, album, album_id, user, updated, change, at) VALUES (?, ?, ?, ?, ?, ?, ?)"
        with self._transaction_that_counts():
            album = self._album(intent.key)
            change = rows.change_text(intent.change)
            return self._database.run(
                sql, intent.run, album, intent.album_id, intent.user, updated, change, intent.time
            )

    def settle(self, write: int, outcomes: Mapping[str, Outcome], album: Album | None = None) -> None:
        """See `Ledger.settle`."""
        with self._transaction_that_counts():
            sql = "SELECT run, album, user, change FROM writes WHERE id = ?"
            ((run, row, user, text),) = self._database.rows(sql, write)
            change = rows.change_from(text)
            answered = {id_: outcome for id_, outcome in outcomes.items() if outcome is not Outcome.UNKNOWN}
            state = WriteState.DONE if answered.keys() >= set(photos_of(change)) else WriteState.OPEN
            sql = "UPDATE writes SET state = ?, outcomes = ? WHERE id = ?"
            self._database.run(sql, state.value, rows.outcomes_text(answered), write)
            memberships.record_outcomes(self._database, row, user, run, change, answered)
            if album is not None:
                self._database.run("UPDATE writes SET album_id = ? WHERE id = ?", album.id, write)
                self._database.run("UPDATE albums SET album = ?, name = ? WHERE id = ?", album.id, album.name, row)
            if isinstance(change, ShareAlbum):
                memberships.record_share(self._database, row, change)
            if isinstance(change, DeleteAlbum):
                self._unbind(row)

    def covered(self, write: int, before: str, after: str) -> None:
        """See `Ledger.covered`."""
        with self._database.writing():
            sql = "UPDATE writes SET cover_before = ?, cover_after = ? WHERE id = ?"
            self._database.run(sql, before, after, write)

    def refuse(self, write: int) -> None:
        """See `Ledger.refuse`."""
        with self._transaction_that_counts():
            self._database.run("UPDATE writes SET state = 'refused' WHERE id = ?", write)

    # -- albums and people -----------------------------------------------------------------------------------------

    def bind(self, key: AlbumKey, album: Album) -> None:
        """See `Ledger.bind`."""
        before = self.binding(key)
        if before == Binding(album.id, album.name):
            return
        with self._transaction_that_counts():
            row = self._album(key)
            if before is not None and before.album_id != album.id:
                self._unbind(row)
            self._database.run("UPDATE albums SET album = ?, name = ? WHERE id = ?", album.id, album.name, row)

    def rename(self, before: AlbumKey, now: AlbumKey, split: str = "") -> None:
        """See `Ledger.rename`."""
        sql = "SELECT split FROM albums WHERE owner = ? AND rule = ?"
        splits = [row[0] for row in self._database.rows(sql, before.owner, before.rule)]
        rule_before = AlbumKey(before.owner, splits[0] if splits else before.rule)
        rule_now = AlbumKey(now.owner, split)
        is_moved = bool(splits) and before != now and self.binding(now) is None
        is_renamed = bool(split and rule_before.rule) and self.renames().get(rule_before, rule_before) != rule_now
        if not (is_moved or is_renamed):
            return
        with self._transaction_that_counts():
            if is_moved:
                renaming.move(self._database, self._album(before), self._album(now))
            if is_renamed:
                renaming.rename_rule(self._database, rule_before, rule_now)

    def unbind(self, key: AlbumKey) -> None:
        """See `Ledger.unbind`."""
        with self._transaction_that_counts():
            self._unbind(self._album(key))

    def learn(self, key: AlbumKey, learned: Observed, matched: int | None, split: str = "") -> None:
        """See `Ledger.learn`."""
        sql = "UPDATE albums SET matched = coalesce(?, matched), split = ? WHERE id = ?"
        if learned == Observed():
            with self._database.writing():
                self._database.run(sql, matched, split, self._album(key))
            return
        with self._transaction_that_counts():
            album = self._album(key)
            self._database.run(sql, matched, split, album)
            memberships.record_learned(self._database, album, learned)

    def take_over(self, run: int, key: AlbumKey, user: str, assets: Iterable[Asset]) -> None:
        """See `Ledger.take_over`."""
        with self._transaction_that_counts():
            memberships.count_as_ours(self._database, self._album(key), user, run, assets)

    def forget(self, key: AlbumKey, asset_ids: Iterable[str]) -> None:
        """See `Ledger.forget`."""
        with self._transaction_that_counts():
            memberships.allow_again(self._database, self._album(key), asset_ids)

    def _album(self, key: AlbumKey) -> int:
        """The id of an album's row, which is created if needed. A run that is under way writes its address into it."""
        self._database.run("INSERT OR IGNORE INTO albums (owner, rule) VALUES (?, ?)", key.owner, key.rule)
        ((row,),) = self._database.rows("SELECT id FROM albums WHERE owner = ? AND rule = ?", key.owner, key.rule)
        sql = "SELECT server FROM runs WHERE ended IS NULL ORDER BY id DESC LIMIT 1"
        for (server,) in self._database.rows(sql):
            self._database.run("UPDATE albums SET server = ? WHERE id = ?", server, row)
        return int(row)

    def _unbind(self, row: int) -> None:
        self._database.run("UPDATE albums SET album = NULL, matched = 0 WHERE id = ?", row)
        memberships.forget_contents(self._database, row)

    @contextmanager
    def _transaction_that_counts(self) -> Iterator[None]:
        """A transaction that changes the state, so that plans made before are outdated."""
        with self._database.writing():
            yield
            self._database.run("UPDATE meta SET generation = generation + 1")
