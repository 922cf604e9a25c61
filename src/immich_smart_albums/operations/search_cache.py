"""Opens the search cache of one account, if its server allows one."""

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
"""The first version of which it is known which changes move `updatedAt`."""


def open_cache(
    server: PhotoServer, names: NameResolver, store: CacheStore, log: Callable[[str], None]
) -> RunCache | None:
    """Returns the search cache of one account. Call it before the first search of the run.

    None if everything must be read in full; `log` gets the reason. After the run, call `RunCache.save`.
    """
    try:
        context, reason = _context(server, names)
    except ServerError as error:
        context, reason = None, error.message
    if context is None:
        log(f"{server.base}: everything is read in full: {reason}")
        return None
    return RunCache(context, server.searches, store, log)


def _context(server: PhotoServer, names: NameResolver) -> tuple[CacheContext | None, str]:
    if server.version < SINCE:
        return None, f"before Immich {SINCE}, too few changes are told"
    try:
        user_id = server.directory.me().id
    except MissingPermission:
        return None, "the key may not tell whose it is (user.read)"
    now = server.hints.now()
    if now is None:
        return None, "the server does not tell its time"
    partners = names.partners_as_hint or ()  # if the key may not ask, counts show partners that come or go
    return CacheContext(user_id, tuple(sorted(partners)), server.version, now), ""
