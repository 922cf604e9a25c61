"""Rules held against the server: does everything that they name exist, for each account that uses it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import ServerError
from immich_smart_albums.operations.accounts import told
from immich_smart_albums.operations.selections import compile_rules
from immich_smart_albums.rules.leaves import Thing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.operations.accounts import Participant, Participants
    from immich_smart_albums.rules.album import RuleBook


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
