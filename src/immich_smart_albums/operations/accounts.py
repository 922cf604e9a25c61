"""The accounts that take part in a run: each with its key's server, its user, and its own names."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem, ServerError, SmartAlbumsError
from immich_smart_albums.operations.names.names import Names

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.model.album import User
    from immich_smart_albums.operations.ports import PhotoServer


@dataclass(frozen=True, slots=True)
class Participant:
    """An account whose server answers."""

    name: str
    server: PhotoServer
    user: User
    names: Names


@dataclass(frozen=True, slots=True)
class Participants:
    """All accounts of a run. One that fails stops its part only."""

    present: Mapping[str, Participant]
    absent: Mapping[str, Problem]
    """Why an account cannot take part."""


def gather_participants(connect: Mapping[str, Callable[[], PhotoServer]]) -> Participants:
    """Connect every account, in order.

    Raises the first account's error where none can take part.
    """
    present: dict[str, Participant] = {}
    absent: dict[str, Problem] = {}
    errors: list[SmartAlbumsError] = []
    for name, make in connect.items():
        try:
            server = make()
            user = server.directory.me()
        except ServerError as error:
            errors.append(error)
            absent[name] = told(f"account {name}", error)
            continue
        twin = next((each.name for each in present.values() if each.user.id == user.id), None)
        if twin is not None:
            hint = "Give each account the key of its own user."
            absent[name] = Problem(f"account {name}", f"its key belongs to {user.name}, as that of {twin} does", hint)
            continue
        present[name] = Participant(name, server, user, Names(server.directory))
    if not present:
        raise errors[0]
    return Participants(present, absent)


def told(where: str, error: SmartAlbumsError) -> Problem:
    """A failure as a problem of one album or account, beside which the others go on."""
    return Problem(where, error.message, error.hint)
