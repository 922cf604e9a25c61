"""Rules held against the server: does everything that they name exist, for each account that uses it?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from immich_smart_albums.errors import MissingPermission, ServerError
from immich_smart_albums.operations.accounts import told
from immich_smart_albums.operations.permissions import missing
from immich_smart_albums.operations.select import compile_rules
from immich_smart_albums.rules.tree import Thing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.album import Album, Person, User
    from immich_smart_albums.model.version import Version
    from immich_smart_albums.operations.accounts import Participant, Participants
    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.rules.album import RuleBook


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Health:
    """What a check found. None stands for "the key may not ask"."""

    base: str
    version: Version
    me: User | None
    missing: dict[str, str] | None
    """Permissions that the key lacks, with what they are for; None where the server cannot tell."""
    albums: tuple[Album, ...] | None
    people: tuple[Person, ...] | None


def check(server: PhotoServer) -> Health:
    """Ask everything that a run may need. Raises ServerError when the server or the key is no good at all."""
    return Health(
        server.base,
        server.version,
        me=_if_allowed(server.directory.me),
        missing=missing(server.directory.permissions()),
        albums=_sorted_albums(_if_allowed(server.directory.albums)),
        people=_named(_if_allowed(server.directory.people)),
    )


def _if_allowed(ask: Callable[[], T]) -> T | None:
    try:
        return ask()
    except MissingPermission:
        return None


def _sorted_albums(albums: list[Album] | None) -> tuple[Album, ...] | None:
    return None if albums is None else tuple(sorted(albums, key=lambda album: (album.name.casefold(), album.id)))


def _named(people: list[Person] | None) -> tuple[Person, ...] | None:
    if people is None:
        return None
    return tuple(sorted((p for p in people if p.name), key=lambda person: (person.name.casefold(), person.id)))


def check_rules(book: RuleBook, accounts: Participants) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """What is wrong, and notices on how the rules were read. Nothing is searched for."""
    problems: list[Problem] = list(accounts.absent.values())
    notices: dict[str, None] = {}
    for name, account in accounts.present.items():
        compiled = compile_rules({each.name: each.rule for each in book.albums if name in each.accounts}, account)
        notices.update(dict.fromkeys(compiled.notices))
        problems += (problem for each in compiled.problems.values() for problem in each)
    problems += _unknown_users(book, accounts)
    return tuple(dict.fromkeys(problems)), tuple(notices)


def _unknown_users(book: RuleBook, accounts: Participants) -> Iterator[Problem]:
    """With whom albums cannot be shared."""
    for album in book.albums:
        owner = accounts.present.get(album.accounts[0])
        if owner is not None:
            for share in album.share:
                yield from _unknown_user(share.user, str(share.span or album.span), owner)


def _unknown_user(user: str, label: str, owner: Participant) -> Iterator[Problem]:
    try:
        problem = owner.names.wrong(Thing.USER, user, label)
    except ServerError as error:
        problem = told(label, error)
    if problem is not None:
        yield problem
