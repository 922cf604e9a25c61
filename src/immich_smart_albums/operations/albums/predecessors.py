"""Predecessors of rules: a new name, or another account, is no new album.

The ledger knows which rules had which albums. If a rule is new, and one that the ledger knows is no longer in the rules
files, it may be the same rule with another name. Then a second album would be made, and the first one left, shared and
no longer updated. So the author of the rule is asked, once, and answers with `was`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import KEPT_OUT, KNOWN_INSIDE, AlbumKey
from immich_smart_albums.model.text.command import command
from immich_smart_albums.model.text.forms import folded, same_name
from immich_smart_albums.operations.albums.earlier_names import earlier_keys, earlier_rules
from immich_smart_albums.operations.albums.was_questions import renamed_or_new
from immich_smart_albums.rules.split import pattern
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from collections.abc import Set as AbstractSet

    from immich_smart_albums.changes.journal import KnownAlbum
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.operations.accounts import ConnectedAccount, ConnectedAccounts
    from immich_smart_albums.operations.ports.ledger import Ledger
    from immich_smart_albums.rules.album import AlbumRule, RuleSet
    from immich_smart_albums.selection.run.evaluate import Selection


@dataclass(frozen=True, slots=True)
class Predecessor:
    """The earlier rule whose albums a rule continues, or the question whether there is one."""

    user: str = ""
    """The id of the user who owned its albums."""
    rule: str = ""
    """Its name; for a split rule, with `{year}` and the like. Empty: there is no earlier rule."""
    problem: Problem | None = None
    """The question that people must answer before anything is written."""
    warning: str = ""


NO_PREDECESSOR = Predecessor()


@dataclass(frozen=True, slots=True)
class _FormerRule:
    """A rule of the ledger that is no longer in the rules files."""

    user: str
    rule: str
    albums: tuple[KnownAlbum, ...]


class Predecessors:
    """The earlier rules that the rules of a rule set may continue."""

    def __init__(self, rule_set: RuleSet, accounts: ConnectedAccounts, ledger: Ledger) -> None:
        """Read the ledger. Albums of users who take no part are left out."""
        self._ledger = ledger
        rules = (*rule_set.albums, *rule_set.others)
        users = {name: account.user.id for name, account in accounts.present.items()}
        self._albums = [album for album in ledger.albums() if album.key.owner in users.values()]
        self._owners = {account.user.id: account for account in accounts.present.values()}
        names = {(users.get(rule.accounts[0]), rule.name) for rule in rules}
        splits = [pattern(rule.name, rule.rule.split) for rule in rules if rule.rule.split]
        groups: dict[tuple[str, str], list[KnownAlbum]] = {}
        self._in_use: set[tuple[str, str]] = set()
        for known_album in self._albums:
            group = known_album.key.owner, known_album.split or known_album.key.rule
            # The user of an account that failed is not known.
            is_fed = group in names or (None, group[1]) in names
            # Before splits were noted, only the names of albums show that they are of a split.
            if is_fed or (
                not known_album.split and any(names_of.fullmatch(known_album.key.rule) for names_of in splits)
            ):
                self._in_use.add(group)
            else:
                groups.setdefault(group, []).append(known_album)
        self._earlier = [_FormerRule(*group, tuple(albums)) for group, albums in groups.items()]
        self._names = {AlbumKey(user, name) for user, name in names if user is not None}
        self._renames = ledger.renames()
        self._claimed = {rule.was: rule.name for rule in rules if rule.was is not None}

    def of(self, rule: AlbumRule, owner: ConnectedAccount, selecting: Callable[[], AbstractSet[str]]) -> Predecessor:
        """Returns the predecessor of a rule. NO_PREDECESSOR if there is none.

        `selecting` returns the photos that the rule selects, if they are needed. Raises ServerError and LedgerError.
        """
        is_known = self._is_known(rule, owner)
        if rule.was is not None:
            return self._named(rule, rule.was, owner) or (NO_PREDECESSOR if is_known else self._unknown(rule, rule.was))
        if is_known or rule.is_new:
            return NO_PREDECESSOR
        left = [earlier for earlier in self._earlier if earlier.rule not in self._claimed and self._is_live(earlier)]
        selected = selecting() if left else frozenset[str]()
        for earlier in sorted(left, key=lambda earlier: (earlier.user != owner.user.id, folded(earlier.rule))):
            reason = self._likeness(rule, owner, earlier, selected)
            if reason:
                return Predecessor(problem=_question(rule, earlier, reason))
        names = ", ".join(repr(earlier.rule) for earlier in left)
        warning = f"the ledger also knows of {names}, which these rules do not have: if that is what this rule was, add"
        return Predecessor(warning=f"{warning} `was` before its album is made") if left and selected else NO_PREDECESSOR

    def _is_live(self, earlier: _FormerRule) -> bool:
        """Whether an album of an earlier rule still exists."""
        there = {album.id for album in self._owners[earlier.user].names.albums}
        return any(_album_id(album) in there for album in earlier.albums)

    def _is_known(self, rule: AlbumRule, owner: ConnectedAccount) -> bool:
        group = owner.user.id, rule.name
        names_of = pattern(rule.name, rule.rule.split) if rule.rule.split else None
        return group in self._in_use or any(
            user == owner.user.id and names_of is not None and names_of.fullmatch(name) for user, name in self._in_use
        )

    def has_seen(self, owner: ConnectedAccount) -> bool:
        """Returns whether the ledger knows any album of an account."""
        return any(album.key.owner == owner.user.id for album in self._albums)

    def keys_before(
        self,
        rule: AlbumRule,
        owner: ConnectedAccount,
        predecessor: Predecessor,
        selections: Mapping[str, Selection],
    ) -> dict[str, AlbumKey]:
        """Returns the keys under which the ledger knows the albums of a rule, by the names that they get now.

        Albums of a split to which nothing went for a while have the name of one of the rules before.
        """
        before = [AlbumKey(predecessor.user, predecessor.rule)] if predecessor.rule else []
        if rule.rule.split:
            before = earlier_rules([AlbumKey(owner.user.id, rule.name), *before], self._renames, self._names)
        if not before:
            return {}
        combinations = {
            values for selection in selections.values() for groups in selection.groups.values() for values in groups
        }
        return earlier_keys(rule, before, combinations, self._albums, self._names)

    def _named(self, rule: AlbumRule, was: str, owner: ConnectedAccount) -> Predecessor | None:
        """The earlier rule of this name: one of the owner's, before one of another account."""
        names_of = pattern(was, rule.rule.split)
        left = [album for earlier in self._earlier for album in earlier.albums]
        # Albums of a split to which nothing has gone since keep their old name, and are this rule's nevertheless.
        left += [album for album in self._albums if rule.rule.split and album.split == rule.name]
        for album in sorted(left, key=lambda known_album: known_album.key.owner != owner.user.id):
            if bool(rule.rule.split) >= bool(album.split) and names_of.fullmatch(album.key.rule):
                return Predecessor(album.key.owner, was)
        return None

    def _unknown(self, rule: AlbumRule, was: str) -> Predecessor:
        meant = did_you_mean(was, (earlier.rule for earlier in self._earlier), count=3)
        listed = command("ledger", "list")
        hint = f"{meant} {listed} tells what it knows. For an album that it never knew, take `was` away.".strip()
        message = f"the ledger knows no rule {was!r} that is not in the rules any more"
        return Predecessor(problem=rule.span.problem(message, hint=hint))

    def _likeness(
        self, rule: AlbumRule, owner: ConnectedAccount, earlier: _FormerRule, selected: AbstractSet[str]
    ) -> str | None:
        """Why an earlier rule may be this one, as the end of a sentence. None if it seems to be another one."""
        ids = {_album_id(album) for album in earlier.albums}
        if folded(earlier.rule) == folded(rule.name):
            return "has the same name but for its spelling" if earlier.rule != rule.name else "was another account's"
        meant = {album.id for album in owner.names.albums if same_name(album.name, rule.name)} | {rule.album_id}
        if ids & meant:
            return "fed the album that is meant here"
        memories = [self._ledger.memory(album.key) for album in earlier.albums]
        for standings, what in ((KNOWN_INSIDE, "holds {}"), (KEPT_OUT, "is to stay without {}")):
            photos = frozenset().union(*(memory.having(standings) for memory in memories))
            common, fewer = len(photos & selected), min(len(photos), len(selected))
            if common and 2 * common >= fewer:
                return what.format(f"{common:,} of the {len(selected):,} photos that match here")
        return None


def _question(rule: AlbumRule, earlier: _FormerRule, reason: str) -> Problem:
    message = (
        f"{rule.name!r} is new, and {earlier.rule!r}, which {reason}, is not in the rules any more:"
        " renamed, or a new album?"
    )
    is_alike = bool(rule.rule.split) == any(album.split for album in earlier.albums)
    return renamed_or_new(rule.span, message, earlier.rule if is_alike else None)


def _album_id(album: KnownAlbum) -> str | None:
    return album.binding.album_id if album.binding else None
