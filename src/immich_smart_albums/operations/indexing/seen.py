"""Ids of photos that once had something, such as an embedding, stored from run to run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

from immich_smart_albums.errors import MissingPermission
from immich_smart_albums.selection.cache.entry import contains, exchanged, pack, unpacked

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.selection.ports import CacheStore

_STAMP = b"1"
_DAY = 24 * 60 * 60 * 1000

_FEW = 500
"""For fewer photos than this, each is looked up by itself."""


class SeenAssets:
    """A set of ids in a store. Losing it costs only requests."""

    def __init__(self, store: CacheStore | None, key: str) -> None:
        self._store = store
        self._key = key
        stored = store.load(key) if store else None
        whole = stored is not None and stored[0] == _STAMP and len(stored[1]) % len(pack(_NOBODY)) == 0
        self._ids = stored[1] if stored is not None and whole else b""

    @classmethod
    def of(cls, server: PhotoServer, store: CacheStore | None, what: str) -> Self:
        """Returns the stored set for a key's account. Empty, and never stored, if the key may not ask for its user."""
        try:
            return cls(store, f"{what} {server.directory.me().id}" if store else "")
        except MissingPermission:
            return cls(None, "")

    def has(self, asset_id: str) -> bool:
        """Returns whether the set has a photo."""
        return contains(self._ids, pack(asset_id))

    def among(self, ids: Collection[str]) -> set[str]:
        """Returns those of these ids that the set has."""
        if not self._ids:
            return set()
        if len(ids) < _FEW:
            return {asset_id for asset_id in ids if self.has(asset_id)}
        return set(ids).intersection(unpacked(self._ids))

    def add(self, ids: Iterable[str], now: int, *, is_refreshed: bool = False) -> None:
        """Add photos; `now` is in ms since 1970. A set that is not added to, or refreshed, expires in two days."""
        ids = set(ids)
        new = [pack(asset_id) for asset_id in ids - self.among(ids)]
        if self._store is not None and (new or is_refreshed):
            self._ids = exchanged(self._ids, (), new)
            self._store.save({self._key: (_STAMP, self._ids, now)}, now - 2 * _DAY)


_NOBODY = "00000000-0000-4000-8000-000000000000"
