"""The album that a rule feeds, and what is in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import KNOWN_INSIDE, NOTHING
from immich_smart_albums.changes.view import AlbumView
from immich_smart_albums.operations.target import find_bound

if TYPE_CHECKING:
    from immich_smart_albums.changes.memory import Binding, Memory
    from immich_smart_albums.operations.accounts import Participant
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.findings import Findings


def look_at_album(  # noqa: PLR0913 - whose album, and what is known of it
    rule: AlbumRule,
    name: str,
    binding: Binding | None,
    owner: Participant,
    findings: Findings,
    memory: Memory = NOTHING,
) -> AlbumView | None:
    """The album, or None: to be created if there is no problem, else what is wrong is noted. Raises ServerError.

    `name` is the rule's, of a split with its values filled in. The trash is looked at only where photos are missing
    that `memory` knows to be in the album.
    """
    album = find_bound(rule, name, binding, owner.names.albums, findings)
    if album is None:
        return None
    albums = owner.server.albums
    # The details first: what changes before the members are read makes a plan outdated, never wrong.
    details = albums.details(album.id)
    members = albums.members(album.id)
    is_whole = memory.having(KNOWN_INSIDE) <= members
    return AlbumView(album, members, details, frozenset() if is_whole else albums.trashed(album.id))
