"""Binds a rule to an existing album."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.changes.journal import Ending
from immich_smart_albums.changes.memory import MembershipState

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from immich_smart_albums.changes.desired import CurrentAlbum
    from immich_smart_albums.changes.memory import AlbumKey, Binding
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.ports.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Adopted:
    """The result of an adoption."""

    taken_over: int
    """Photos that count as ours from now on."""
    before: Binding | None
    """Another album that the rule fed before; it stays as it is."""
    shared_with: tuple[str, ...]
    """Other rules that feed the album as well."""


def adopt(  # noqa: PLR0913 - which rule, which album, and what is remembered of it
    key: AlbumKey,
    current: CurrentAlbum,
    ledger: Ledger,
    server: str,
    now: Callable[[], str],
    *,
    take_over: Mapping[str, Sequence[Asset]] | None = None,
    rules: Collection[str] | None = None,
) -> Adopted:
    """Let a rule feed this album from now on. Nothing changes on the server; `server` is its address.

    The album's photos stay hand-made, so they are never removed. `take_over` has the photos that the rule selects, by
    the id of the account's user: those that are in the album count as added by us, so a rule that keeps its album in
    step may remove them when they no longer match. Raises LedgerError.

    `rules` are the names of all rules. Where the rule has no album yet, and one that is not among them fed this album,
    it goes on with all that is remembered of that one: what people took out of the album stays out.
    """
    before = ledger.binding(key)
    left = [
        album
        for album in ledger.albums()
        if rules is not None
        and album.key.owner == key.owner
        and album.binding is not None
        and album.binding.album_id == current.album.id
        and not {album.key.rule, album.split} & set(rules)
    ]
    run = ledger.begin("adopt", server, now())
    for known_album in left[:1] if before is None else ():
        ledger.rename(known_album.key, key)
    ledger.bind(key, current.album)
    ours = ledger.memory(key).having({MembershipState.OURS})
    count = 0
    for user, assets in (take_over or {}).items():
        taken = [asset for asset in assets if asset.id in current.members and asset.id not in ours]
        ours |= {asset.id for asset in taken}
        ledger.take_over(run, key, user, taken)
        count += len(taken)
    ledger.finish(run, Ending.DONE, now())
    others = tuple(
        album.key.rule
        for album in ledger.albums()
        if album.key != key and album.binding is not None and album.binding.album_id == current.album.id
    )
    is_other = before is not None and before.album_id != current.album.id
    return Adopted(count, before if is_other else None, others)
