"""Adoption: finds an existing album, and binds a rule to it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.operations.adopt import Adopted, adopt
from immich_smart_albums.operations.albums.albums import find_target, look_at_album
from immich_smart_albums.operations.explain.album import rule_for
from immich_smart_albums.operations.plan.selections import select_for_albums
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from immich_smart_albums.changes.desired import CurrentAlbum
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.accounts import ConnectedAccount, ConnectedAccounts
    from immich_smart_albums.operations.ports.ledger import Ledger
    from immich_smart_albums.operations.select import SelectOptions
    from immich_smart_albums.rules.album import AlbumRule, RuleSet


@dataclass(frozen=True, slots=True)
class Adoption:
    """An album that a rule has taken over."""

    name: str
    """The rule's name; for a split rule, with the values filled in."""
    view: CurrentAlbum
    """The album and its members."""
    adopted: Adopted


@dataclass(frozen=True, slots=True)
class Adopter:
    """Binds rules to albums. Nothing on the server changes."""

    rules: RuleSet
    accounts: ConnectedAccounts
    ledger: Ledger
    options: SelectOptions
    now: Callable[[], str]

    def adopt(self, name: str, album: str | None, *, take_over: bool) -> Adoption:
        """Let the rule of this name feed an album; see `Session.adopt`.

        Raises ConfigurationError if rule or album cannot be found, ServerError, LedgerError.
        """
        name = nfc(name).strip()
        rule = rule_for(name, self.rules)
        owner = self.accounts.present.get(rule.accounts[0])
        if owner is None:
            raise ConfigurationError((self.accounts.absent[rule.accounts[0]],))
        view = _view(rule, name, album or name, owner)
        names = {rule.name for rule in (*self.rules.albums, *self.rules.others)}
        taken = self._selected(rule) if take_over else None
        key, base = AlbumKey(owner.user.id, name), owner.server.base
        return Adoption(name, view, adopt(key, view, self.ledger, base, self.now, take_over=taken, rules=names))

    def _selected(self, rule: AlbumRule) -> Mapping[str, Sequence[Asset]]:
        """The photos that the rule selects, by the id of the account's user. Raises ConfigurationError."""
        answers, _ = select_for_albums([rule], self.accounts, self.options)
        answer = answers[rule.name]
        if answer.problems:
            raise ConfigurationError(tuple(answer.problems))
        present = self.accounts.present
        return {present[name].user.id: selection.assets for name, selection in answer.selections.items()}


def _view(rule: AlbumRule, name: str, wanted: str, owner: ConnectedAccount) -> CurrentAlbum:
    """The album and what is in it. Raises ConfigurationError."""
    diagnostics = Diagnostics()
    album = find_target(wanted, owner.server.directory.albums, diagnostics, create=False)
    diagnostics.raise_problems()
    assert album is not None, "an album that is not found comes with a problem"
    view = look_at_album(replace(rule, album_id=album.id), name, None, owner, diagnostics)
    diagnostics.raise_problems()
    assert view is not None, "an album that cannot be looked at comes with a problem"
    return view
