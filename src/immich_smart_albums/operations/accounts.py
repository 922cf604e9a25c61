"""The accounts of a run: each with the server of its key, its user, and its names."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, Problem, ServerError
from immich_smart_albums.model.album import User
from immich_smart_albums.model.span import problem_at
from immich_smart_albums.operations.names.names import NameResolver

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from immich_smart_albums.errors import SmartAlbumsError
    from immich_smart_albums.model.span import Span
    from immich_smart_albums.operations.ports.server import PhotoServer


@dataclass(frozen=True, slots=True)
class ConnectedAccount:
    """An account whose server answers."""

    name: str
    server: PhotoServer
    user: User
    names: NameResolver


@dataclass(frozen=True, slots=True)
class ConnectedAccounts:
    """All accounts of a run. If one fails, the others go on."""

    present: Mapping[str, ConnectedAccount]
    absent: Mapping[str, Problem]
    """The accounts that take no part, each with the reason."""


ONLY_ACCOUNT = ""
"""The name of the only account of a run by flags."""


def lone_account(server: PhotoServer) -> ConnectedAccounts:
    """Returns the only account of a run by flags. The server is not asked for its user."""
    account = ConnectedAccount(ONLY_ACCOUNT, server, User("", "", ""), NameResolver(server.directory))
    return ConnectedAccounts({ONLY_ACCOUNT: account}, {})


def connect_accounts(
    connectors: Mapping[str, Callable[[], PhotoServer]], without_key: Mapping[str, Problem] = MappingProxyType({})
) -> ConnectedAccounts:
    """Connect accounts, in order. Returns them together with those `without_key`, which have a problem each.

    Raises ServerError with all reasons if no account can take part; ConfigurationError if no account has a key.
    """
    present: dict[str, ConnectedAccount] = {}
    absent: dict[str, Problem] = dict(without_key)
    errors: list[ServerError] = []
    for name, connect in connectors.items():
        try:
            server = connect()
            user = server.directory.me()
        except ServerError as error:
            errors.append(error)
            absent[name] = as_problem(f"account {name}", error)
            continue
        twin = next((account.name for account in present.values() if account.user.id == user.id), None)
        if twin is not None:
            hint = "Give each account the key of its own user."
            absent[name] = Problem(f"account {name}", f"its key belongs to {user.name}, as that of {twin} does", hint)
            continue
        present[name] = ConnectedAccount(name, server, user, NameResolver(server.directory))
    if not present:
        raise _no_account(absent, errors)
    values = {name: account.names.values(account.server) for name, account in present.items()}
    for name, own in values.items():
        own.witnesses = tuple(others for other_name, others in values.items() if other_name != name)
    return ConnectedAccounts(present, absent)


def _no_account(absent: Mapping[str, Problem], errors: Sequence[ServerError]) -> SmartAlbumsError:
    """The error for a run in which no account can take part."""
    if not errors:
        return ConfigurationError(tuple(absent.values()))
    if len(absent) == len(errors) and len({error.message for error in errors}) == 1:
        return errors[0]
    reasons = "; ".join(map(str, absent.values()))
    hints = dict.fromkeys(problem.hint for problem in absent.values() if problem.hint)
    return ServerError(f"no account can take part: {reasons}", hint=" ".join(hints) or None)


def as_problem(where: Span | str, error: SmartAlbumsError) -> Problem:
    """Returns a failure of one album or account as a problem; the others go on."""
    return problem_at(where, error.message, error.hint)
