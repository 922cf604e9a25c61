"""The accounts that take part in a run: each with its key's server, its user, and its own names."""

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
    """All accounts of a run. One that fails stops its part only."""

    present: Mapping[str, ConnectedAccount]
    absent: Mapping[str, Problem]
    """Why an account cannot take part."""


ONLY_ACCOUNT = ""
"""The account of a key that no rules file names."""


def lone_account(server: PhotoServer) -> ConnectedAccounts:
    """Returns the account of the only key, of which nobody has to know whose it is."""
    account = ConnectedAccount(ONLY_ACCOUNT, server, User("", "", ""), NameResolver(server.directory))
    return ConnectedAccounts({ONLY_ACCOUNT: account}, {})


def connect_accounts(
    connect: Mapping[str, Callable[[], PhotoServer]], without_key: Mapping[str, Problem] = MappingProxyType({})
) -> ConnectedAccounts:
    """Connect every account, in order; `without_key` are those that cannot even try.

    Raises ServerError if none can take part, with the reasons of all; ConfigurationError if no one has a key.
    """
    present: dict[str, ConnectedAccount] = {}
    absent: dict[str, Problem] = dict(without_key)
    errors: list[ServerError] = []
    for name, make in connect.items():
        try:
            server = make()
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
        raise _nobody(absent, errors)
    values = {name: connected.names.values(connected.server) for name, connected in present.items()}
    for name, connected in values.items():
        connected.witnesses = tuple(other for whose, other in values.items() if whose != name)
    return ConnectedAccounts(present, absent)


def _nobody(absent: Mapping[str, Problem], errors: Sequence[ServerError]) -> SmartAlbumsError:
    """Why no account can take part."""
    if not errors:
        return ConfigurationError(tuple(absent.values()))
    if len(absent) == len(errors) and len({error.message for error in errors}) == 1:
        return errors[0]
    reasons = "; ".join(map(str, absent.values()))
    hints = dict.fromkeys(problem.hint for problem in absent.values() if problem.hint)
    return ServerError(f"no account can take part: {reasons}", hint=" ".join(hints) or None)


def as_problem(where: Span | str, error: SmartAlbumsError) -> Problem:
    """Returns a failure as a problem of one album or account, beside which the others go on."""
    return problem_at(where, error.message, error.hint)
