"""Writes memberships to the ledger: what requests and people did to photos in albums."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import AddAssets, RemoveAssets, ShareAlbum
from immich_smart_albums.changes.memory import KEPT_OUT, MembershipState
from immich_smart_albums.ledger.rows import snapshot
from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from immich_smart_albums.changes.change import Change
    from immich_smart_albums.changes.plan import Observed
    from immich_smart_albums.ledger.connection import Database
    from immich_smart_albums.model.asset import Asset

_PHOTO_KNOWN = """
    INSERT INTO memberships (album, standing, user, run, asset, taken, local_time, file_name, type)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (album, asset) DO UPDATE SET
        standing = excluded.standing,
        taken = excluded.taken,
        local_time = excluded.local_time,
        file_name = excluded.file_name,
        type = excluded.type
"""
_BY_US = f"{_PHOTO_KNOWN}, user = excluded.user, run = excluded.run"
_ID_ONLY = """
    INSERT INTO memberships (album, standing, asset) VALUES (?, ?, ?)
    ON CONFLICT (album, asset) DO UPDATE SET standing = excluded.standing
"""


def count_as_ours(database: Database, album: int, user: str, run: int, assets: Iterable[Asset]) -> None:
    """Record photos as added by us, in this run, with the key of this user."""
    database.run_many(_BY_US, ((album, MembershipState.OURS.value, user, run, *snapshot(asset)) for asset in assets))


def record_learned(database: Database, album: int, learned: Observed) -> None:
    """Record what people did."""
    _stand(database, album, MembershipState.HAND_MADE, learned.hand_made)
    _stand(database, album, MembershipState.GONE, learned.gone)
    for standing, assets in ((MembershipState.TAKEN_OUT, learned.taken_out), (MembershipState.UNSURE, learned.unsure)):
        database.run_many(_PHOTO_KNOWN, ((album, standing.value, "", 0, *snapshot(asset)) for asset in assets))
    if learned.shares is not None:
        database.run("DELETE FROM shares WHERE album = ?", album)
        _let_share(database, album, learned.shares)
    database.run_many("UPDATE writes SET state = 'settled' WHERE id = ?", ((write,) for write in learned.settled))


def record_share(database: Database, album: int, change: ShareAlbum) -> None:
    """Record by which words of the rules a user was let in, if by any."""
    database.run("DELETE FROM shares WHERE album = ? AND user = ?", album, change.user.id)
    if change.role is not None and change.asked:
        _let_share(database, album, {change.user.id: change.asked})


def _let_share(database: Database, album: int, shares: Mapping[str, str]) -> None:
    sql = "INSERT INTO shares (album, user, asked) VALUES (?, ?, ?)"
    database.run_many(sql, ((album, user, word) for user, word in shares.items()))


def record_outcomes(  # noqa: PLR0913 - a request: whose, when, what, and what came of it
    database: Database, album: int, user: str, run: int, change: Change, outcomes: Mapping[str, Outcome]
) -> None:
    """Record what a request did."""
    by_outcome: dict[Outcome, list[str]] = {}
    for id_, outcome in outcomes.items():
        by_outcome.setdefault(outcome, []).append(id_)
    if isinstance(change, AddAssets):
        added = set(by_outcome.get(Outcome.ADDED, ()))
        count_as_ours(database, album, user, run, (asset for asset in change.assets if asset.id in added))
        _stand(database, album, MembershipState.HAND_MADE, by_outcome.get(Outcome.ALREADY_THERE, ()))
    elif isinstance(change, RemoveAssets):
        removed = by_outcome.get(Outcome.REMOVED, ())
        _stand(database, album, MembershipState.REMOVED, removed)
        sql = "UPDATE memberships SET run = ? WHERE album = ? AND asset = ?"
        database.run_many(sql, ((run, album, id_) for id_ in removed))
        # It was there a moment ago: somebody else has taken it out.
        _stand(database, album, MembershipState.GONE, by_outcome.get(Outcome.NOT_FOUND, ()))


def allow_again(database: Database, album: int, asset_ids: Iterable[str]) -> None:
    """Forget that people took these photos out."""
    sql = f"DELETE FROM memberships WHERE album = ? AND asset = ? AND standing IN ({_listed()})"  # noqa: S608 - our own words
    database.run_many(sql, ((album, id_) for id_ in asset_ids))


def forget_contents(database: Database, album: int) -> None:
    """Forget the members of an album, since the rule gets another one. What people took out stays known."""
    sql = f"DELETE FROM memberships WHERE album = ? AND standing NOT IN ({_listed()})"  # noqa: S608
    database.run(sql, album)
    database.run("DELETE FROM shares WHERE album = ?", album)
    database.run("UPDATE writes SET state = 'settled' WHERE album = ? AND state = 'open'", album)


def _stand(database: Database, album: int, standing: MembershipState, asset_ids: Iterable[str]) -> None:
    database.run_many(_ID_ONLY, ((album, standing.value, id_) for id_ in asset_ids))


def _listed() -> str:
    return ", ".join(sorted(f"'{standing.value}'" for standing in KEPT_OUT))
