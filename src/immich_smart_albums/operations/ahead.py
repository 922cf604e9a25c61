"""Checks the rule of flags before the first search: names, album, permissions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, ServerError
from immich_smart_albums.operations.albums.albums import find_target
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.operations.permissions import require_permissions
from immich_smart_albums.operations.select import ResolvedRules

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.rules.album import Target
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.tree import Rule


def resolve_ahead(
    rule: Rule | None,
    name: str,
    target: Target | None,
    connect: Callable[[], ConnectedAccount],
    diagnostics: Diagnostics,
) -> ResolvedRules:
    """Returns the rule, under this name, with its names looked up.

    `rule` is None if the flags could not be read; `diagnostics` then has their problems. Raises ConfigurationError with
    all problems of flags, names, ids and server version together; ServerError.
    """
    try:
        account = connect()
        resolved = None if rule is None else resolve(rule, account.server, diagnostics, account.names)
        album = None
        if target is not None:
            album = find_target(target.text, lambda: account.names.albums, diagnostics, create=target.may_create)
    except ConfigurationError as error:
        raise ConfigurationError(tuple(dict.fromkeys((*diagnostics.problems, *error.problems)))) from None
    except ServerError:
        # Problems of the input can be mended without the server, so they come first.
        diagnostics.raise_problems()
        raise
    diagnostics.raise_problems()
    if resolved is None:
        message = "a rule that cannot be read must come with a problem"
        raise TypeError(message)
    if target is not None:
        require_permissions(account.server, create=album is None)
    return ResolvedRules({name: resolved}, {}, ())
