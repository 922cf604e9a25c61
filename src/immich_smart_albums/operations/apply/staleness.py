"""Staleness: refuses a plan if rules, ledger, accounts or albums changed since it was made."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan import digest
from immich_smart_albums.errors import NoAccess, PlanOutdated
from immich_smart_albums.model.text.forms import same_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.operations.ports.server import PhotoServer

_AGAIN = "Make the plan again."


def require_current_album(plan: AlbumPlan, servers: Mapping[str, PhotoServer]) -> None:
    """Raise PlanOutdated if the album changed since the plan was made. Raises ServerError."""
    if plan.album is None or plan.seen is None:
        return
    # If the owner takes no part: any account that feeds the album sees it as well.
    albums = (servers.get(plan.owner) or next(iter(servers.values()))).albums
    try:
        details = albums.details(plan.album.id)
    except NoAccess:
        message = f"the album {plan.name!r} is not there any more, or not shared with this account"
        raise PlanOutdated(message, hint=_AGAIN) from None
    if digest(albums.members(plan.album.id)) != plan.seen.members:
        message = f"photos were put into the album {plan.name!r}, or taken out, since the plan was made"
        raise PlanOutdated(message, hint=_AGAIN)
    if details.updated != plan.seen.updated:
        raise PlanOutdated(f"the album {plan.name!r} was edited since the plan was made", hint=_AGAIN)


def require_current(plan: Plan, servers: Mapping[str, PhotoServer], *, ledger: str, rules: str | None) -> None:
    """Raise PlanOutdated with everything that changed since a plan was saved. Nothing is written. Raises ServerError.

    `ledger` is the state of the ledger; `rules` the digest of the rules, None if they are not at hand.
    """
    changed = []
    for name, server in servers.items():
        # Not the address: the same server may have another one today.
        if name in plan.users and server.directory.me().id != plan.users[name]:
            where = "" if server.base == plan.server else f": the plan was made for {plan.server}"
            changed.append(f"the key of the account {name or 'of the plan'} belongs to another user{where}")
    if rules is not None and rules != plan.rules:
        changed.append("the rules were edited")
    if ledger != plan.ledger:
        changed.append("something was written since, or the ledger is another one")
    if not changed:
        changed += _changed_albums(plan, servers)
    if changed:
        raise PlanOutdated("; ".join(dict.fromkeys(changed)), hint=f"Nothing was written. {_AGAIN}")


def _changed_albums(plan: Plan, servers: Mapping[str, PhotoServer]) -> list[str]:
    changed = []
    for album in plan.albums:
        try:
            require_current_album(album, servers)
        except PlanOutdated as error:
            changed.append(error.message)
        if album.album is None and album.changes and _has_album(servers[album.owner], album.name):
            changed.append(f"there is an album {album.name!r} now")
    return changed


def _has_album(server: PhotoServer, name: str) -> bool:
    return any(same_name(album.name, name) and album.role != "viewer" for album in server.directory.albums())
