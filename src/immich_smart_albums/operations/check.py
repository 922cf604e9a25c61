"""Checks a server and a key, and whether everything that rules name exists on the server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from immich_smart_albums.errors import MissingPermission, Problem, ServerError, Unauthorized, Unreachable
from immich_smart_albums.operations.accounts import as_problem
from immich_smart_albums.operations.permissions import missing_permissions
from immich_smart_albums.operations.select import resolve_and_compile
from immich_smart_albums.rules.tree import EntityKind

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from immich_smart_albums.model.album import Album, Person, User
    from immich_smart_albums.model.span import Span
    from immich_smart_albums.model.version import Version
    from immich_smart_albums.operations.accounts import ConnectedAccount, ConnectedAccounts
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.album import RuleSet


T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class CheckReport:
    """The result of a check. A field is None if the key may not ask for it, or if asking failed (`unanswered`)."""

    base: str
    version: Version
    me: User | None
    missing: dict[str, str] | None
    """Permissions that the key lacks, with what they are for. None if they are not known."""
    albums: tuple[Album, ...] | None
    people: tuple[Person, ...] | None
    unanswered: frozenset[str] = frozenset()
    """The names of those of these fields for which asking failed. The problems have the reasons."""
    problems: tuple[Problem, ...] = ()
    """Why a run would fail."""


def check(server: PhotoServer) -> CheckReport:
    """Ask for everything that a run may need, and note each failure.

    Raises ServerError if the server cannot be reached, or refuses the key.
    """
    asking = _HealthProbe()
    me = asking.ask("me", server.directory.me)
    lacking = missing_permissions(asking.ask("missing", server.directory.permissions))
    albums = asking.ask("albums", server.directory.albums)
    people = asking.ask("people", server.directory.people)
    problems = tuple(Problem("key", f"it lacks the permission {name}, for {what}") for name, what in _of(lacking))
    return CheckReport(
        server.base,
        server.version,
        me=me,
        missing=lacking,
        albums=_sorted_albums(albums),
        people=_named(people),
        unanswered=frozenset(asking.problems),
        problems=(*problems, *asking.problems.values()),
    )


class _HealthProbe:
    """Asks the server, and notes failures."""

    def __init__(self) -> None:
        self.problems: dict[str, Problem] = {}

    def ask(self, what: str, question: Callable[[], T]) -> T | None:
        """Returns the answer. None if the key may not ask, or if asking failed; then there is a problem."""
        try:
            return question()
        except MissingPermission:
            return None
        except (Unauthorized, Unreachable):
            raise
        except ServerError as error:
            self.problems[what] = Problem("server", error.message, error.hint)
            return None


def _of(lacking: dict[str, str] | None) -> Iterable[tuple[str, str]]:
    return (lacking or {}).items()


def _sorted_albums(albums: list[Album] | None) -> tuple[Album, ...] | None:
    return None if albums is None else tuple(sorted(albums, key=lambda album: (album.name.casefold(), album.id)))


def _named(people: list[Person] | None) -> tuple[Person, ...] | None:
    if people is None:
        return None
    return tuple(
        sorted((person for person in people if person.name), key=lambda person: (person.name.casefold(), person.id))
    )


def check_rules(rules: RuleSet, accounts: ConnectedAccounts) -> tuple[tuple[Problem, ...], tuple[str, ...]]:
    """Returns the problems of the rules, and notices on how they were read. Nothing is searched for."""
    problems: list[Problem] = list(accounts.absent.values())
    notices: dict[str, None] = {}
    for name, account in accounts.present.items():
        compiled = resolve_and_compile(
            {album.name: album.rule for album in rules.albums if name in album.accounts}, account
        )
        notices.update(dict.fromkeys(compiled.notices))
        problems += (problem for of_album in compiled.problems.values() for problem in of_album)
    problems += _unknown_users(rules, accounts)
    return tuple(dict.fromkeys(problems)), tuple(notices)


def _unknown_users(rules: RuleSet, accounts: ConnectedAccounts) -> Iterator[Problem]:
    """Problems with users whom the rules share albums with."""
    for album in rules.albums:
        owner = accounts.present.get(album.accounts[0])
        if owner is not None:
            for share in album.share:
                yield from _unknown_user(share.user, share.span or album.span, owner)


def _unknown_user(user: str, span: Span, owner: ConnectedAccount) -> Iterator[Problem]:
    try:
        problem = owner.names.problem_with(EntityKind.USER, user, span)
    except ServerError as error:
        problem = as_problem(span, error)
    if problem is not None:
        yield problem
