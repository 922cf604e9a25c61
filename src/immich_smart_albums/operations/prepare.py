"""From what was asked to a plan: names resolved, photos selected, the album compared. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.changes.diff import diff
from immich_smart_albums.errors import ConfigurationError, ServerError
from immich_smart_albums.operations.permissions import require_permissions
from immich_smart_albums.operations.resolve import resolve
from immich_smart_albums.operations.target import find_target
from immich_smart_albums.selection.evaluate import Selection, evaluate
from immich_smart_albums.selection.lower import lower
from immich_smart_albums.selection.simplify import simplify

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.rules.findings import Findings
    from immich_smart_albums.rules.nodes import Rule


@dataclass(frozen=True, slots=True)
class Order:
    """What the user asked for."""

    rule: Rule | None
    """None where the flags could not be read; then only problems come of it."""
    album: str | None = None
    """Name, id or address; None for a preview."""
    create_album: bool = False


def prepare(
    order: Order,
    connect: Callable[[], PhotoServer],
    findings: Findings,
    *,
    concurrency: int,
    log: Callable[[str], None],
) -> tuple[Selection, AlbumPlan | None]:
    """Select, and plan where an album is named.

    Everything that can be checked is checked before the first search: problems of flags, names, ids and server version
    are raised together as ConfigurationError. Raises ServerError and FilterError.
    """
    try:
        server = connect()
        log(f"{server.base}: Immich {server.version}")
        rule = resolve(order.rule, server, findings) if order.rule else None
        album = None
        if order.album is not None:
            album = find_target(order.album, server.directory, findings, create=order.create_album)
    except ConfigurationError as error:
        raise ConfigurationError(tuple(dict.fromkeys((*findings.problems, *error.problems)))) from None
    except ServerError:
        # What is wrong with the input can be mended without the server, so it is told first.
        findings.raise_problems()
        raise
    findings.raise_problems()
    if rule is None:
        message = "a rule that cannot be read must come with a problem"
        raise TypeError(message)
    if order.album is not None:
        require_permissions(server, create=album is None)
    query_plan = lower(replace(rule, match=simplify(rule.match)))
    selection = evaluate(query_plan, server.searches, concurrency=concurrency, log=log)
    if order.album is None:
        return selection, None
    present = server.albums.members(album.id) if album else frozenset()
    plan = diff(selection.assets, album, album.name if album else order.album.strip(), present)
    log(f"album {plan.name!r}: {len(present)} photos in it, {len(plan.additions)} to add")
    return selection, plan
