"""What searches found, remembered from run to run: who may, and under whose name."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import MissingPermission, ServerError
from immich_smart_albums.model.version import Version
from immich_smart_albums.selection.recall import Recall, Whose

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.selection.ports import StateStore

SINCE = Version(3, 0)
"""From here on it is known which changes move `updatedAt`."""


def remember(server: PhotoServer, store: StateStore, log: Callable[[str], None]) -> Recall | None:
    """The memory for one account's searches of this run, to be made before the first of them.

    None where everything has to be read in full; `log` says why. After the run, `Recall.save` writes what was learned,
    and `Recall.summary` tells what was done.
    """
    try:
        whose, reason = _whose(server)
    except ServerError as error:
        whose, reason = None, error.message
    if whose is None:
        log(f"{server.base}: everything is read in full: {reason}")
        return None
    return Recall(whose, server.searches, store, log)


def _whose(server: PhotoServer) -> tuple[Whose | None, str]:
    if server.version < SINCE:
        return None, f"before Immich {SINCE}, too few changes are told"
    try:
        user_id = server.directory.me().id
    except MissingPermission:
        return None, "the key may not tell whose it is (user.read)"
    now = server.hints.now()
    if now is None:
        return None, "the server does not tell its time"
    try:
        partners = tuple(sorted(each.id for each in server.directory.partners()))
    except MissingPermission:
        partners = ()  # then those who come or go show in the counts
    return Whose(user_id, partners, server.version, now), ""
