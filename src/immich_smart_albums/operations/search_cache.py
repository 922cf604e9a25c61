"""The search cache of one account in a run: whose it is, and whether this server lets anything be remembered."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import MissingPermission, ServerError
from immich_smart_albums.model.version import Version
from immich_smart_albums.selection.cache.cache import CacheContext, RunCache

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.operations.names.names import NameResolver
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.selection.ports import CacheStore

SINCE = Version(3, 0)
"""From here on it is known which changes move `updatedAt`."""


def open_cache(
    server: PhotoServer, names: NameResolver, store: CacheStore, log: Callable[[str], None]
) -> RunCache | None:
    """Returns the memory for one account's searches of this run, to be made before the first of them.

    None if everything has to be read in full; `log` says why. After the run, `RunCache.save` writes what was learned,
    and `RunCache.summary` tells what was done.
    """
    try:
        whose, reason = _whose(server, names)
    except ServerError as error:
        whose, reason = None, error.message
    if whose is None:
        log(f"{server.base}: everything is read in full: {reason}")
        return None
    return RunCache(whose, server.searches, store, log)


def _whose(server: PhotoServer, names: NameResolver) -> tuple[CacheContext | None, str]:
    if server.version < SINCE:
        return None, f"before Immich {SINCE}, too few changes are told"
    try:
        user_id = server.directory.me().id
    except MissingPermission:
        return None, "the key may not tell whose it is (user.read)"
    now = server.hints.now()
    if now is None:
        return None, "the server does not tell its time"
    partners = names.partners_as_hint or ()  # where the key may not ask, those who come or go show in the counts
    return CacheContext(user_id, tuple(sorted(partners)), server.version, now), ""
