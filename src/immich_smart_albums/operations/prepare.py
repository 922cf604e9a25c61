"""From what was asked to a plan: names resolved, photos selected, the album compared. Nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.changes.desired import CurrentAlbum, DesiredAlbum
from immich_smart_albums.changes.diff import plan_album
from immich_smart_albums.errors import ConfigurationError, ServerError
from immich_smart_albums.model.span import Document, Span
from immich_smart_albums.operations.albums.albums import find_target
from immich_smart_albums.operations.indexing.indexing import Indexing, certain
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.operations.permissions import require_permissions
from immich_smart_albums.operations.select import select_one
from immich_smart_albums.rules.album import AlbumRule
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.reader import SETTLE

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.operations.select import SelectOptions
    from immich_smart_albums.rules.tree import Rule
    from immich_smart_albums.selection.run.evaluate import Selection

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


@dataclass(frozen=True, slots=True)
class Ready:
    """An order that can be carried out: everything that can be checked is checked."""

    server: PhotoServer
    rule: Rule
    """With its names looked up."""
    target: str | None
    """The album as it was named; None for a preview."""
    album: Album | None
    """None where there is to be one: it is to be created."""


def check_order(
    order: Order, connect: Callable[[], PhotoServer], diagnostics: Diagnostics, *, log: Callable[[str], None]
) -> Ready:
    """Check everything that can be checked before the first search.

    Problems of flags, names, ids and server version are raised together as ConfigurationError. Raises ServerError.
    """
    try:
        server = connect()
        log(f"{server.base}: Immich {server.version}")
        rule = resolve(order.rule, server, diagnostics) if order.rule else None
        album = None
        if order.album is not None:
            album = find_target(order.album, server.directory, diagnostics, create=order.create_album)
    except ConfigurationError as error:
        raise ConfigurationError(tuple(dict.fromkeys((*diagnostics.problems, *error.problems)))) from None
    except ServerError:
        # What is wrong with the input can be mended without the server, so it is told first.
        diagnostics.raise_problems()
        raise
    diagnostics.raise_problems()
    if rule is None:
        message = "a rule that cannot be read must come with a problem"
        raise TypeError(message)
    if order.album is not None:
        require_permissions(server, create=album is None)
    return Ready(server, rule, order.album.strip() if order.album is not None else None, album)


def prepare(ready: Ready, options: SelectOptions) -> tuple[Selection, AlbumPlan | None]:
    """Select, and plan where an album is named; nothing is written. Raises ServerError and FilterError."""
    server = ready.server
    selection = select_one(ready.rule, server, options)
    if ready.target is None:
        return certain(selection, Indexing(server, options.clock, options.store), SETTLE), None
    plan = _plan(ready, ready.target, selection, options)
    waiting = {waiting.reason: waiting.assets for waiting in plan.waiting}
    out = {asset.id for assets in waiting.values() for asset in assets}
    left = tuple(asset for asset in selection.assets if asset.id not in out)
    return replace(selection, assets=left, waiting=waiting), plan


def plan_again(ready: Ready, selection: Selection, options: SelectOptions) -> AlbumPlan:
    """The plan of an album that was to be created, made from a new look: somebody else may have created it meanwhile.

    Raises ServerError, and ConfigurationError where it is not to be known any more which album is meant.
    """
    diagnostics = Diagnostics()
    album = find_target(ready.target or "", ready.server.directory, diagnostics, create=True)
    diagnostics.raise_problems()
    return _plan(replace(ready, album=album), ready.target or "", selection, options)


def _plan(ready: Ready, target: str, selection: Selection, options: SelectOptions) -> AlbumPlan:
    view = CurrentAlbum(ready.album, ready.server.albums.members(ready.album.id)) if ready.album else None
    new = [asset for asset in selection.assets if view is None or asset.id not in view.members]
    waiting = Indexing(ready.server, options.clock, options.store).waiting(selection.certainty, new, SETTLE)
    plan = plan_album(replace(_wanted(target, ready.rule, selection), waiting={ONLY_ACCOUNT: waiting}), view)
    options.log(f"album {plan.name!r}: {plan.present} photos in it, {len(plan.additions)} to add")
    return plan


def _wanted(name: str, rule: Rule, selection: Selection) -> DesiredAlbum:
    """What the command line wants of its album: only ever to add."""
    return DesiredAlbum(
        AlbumRule(name, rule, (ONLY_ACCOUNT,), _COMMAND_LINE), name, {ONLY_ACCOUNT: tuple(selection.assets)}
    )
