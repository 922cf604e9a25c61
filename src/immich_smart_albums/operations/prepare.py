"""From what was asked to a plan: names resolved, photos selected, the album compared. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.changes.diff import plan_album
from immich_smart_albums.changes.view import AlbumView, Wanted
from immich_smart_albums.errors import ConfigurationError, ServerError
from immich_smart_albums.model.span import Document, Span
from immich_smart_albums.operations.permissions import require_permissions
from immich_smart_albums.operations.resolve import resolve
from immich_smart_albums.operations.selections import plan_searches
from immich_smart_albums.operations.target import find_target
from immich_smart_albums.rules.album import AlbumRule
from immich_smart_albums.selection.evaluate import Failed, Selection, evaluate

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.rules.findings import Findings
    from immich_smart_albums.rules.nodes import Rule

ONLY_ACCOUNT = ""
"""The account of the command line's key."""

_COMMAND_LINE = Span(Document("command line", ""), 1, 1)


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
    (selection,) = evaluate(plan_searches([rule], server), server.searches, concurrency=concurrency, log=log)
    if isinstance(selection, Failed):
        raise selection.error
    if order.album is None:
        return selection, None
    view = AlbumView(album, server.albums.members(album.id)) if album else None
    plan = plan_album(_wanted(order.album.strip(), rule, selection), view)
    log(f"album {plan.name!r}: {plan.present} photos in it, {len(plan.additions)} to add")
    return selection, plan


def _wanted(name: str, rule: Rule, selection: Selection) -> Wanted:
    """What the command line wants of its album: only ever to add."""
    return Wanted(AlbumRule(name, rule, (ONLY_ACCOUNT,), _COMMAND_LINE), name, {ONLY_ACCOUNT: tuple(selection.assets)})
