"""Explains why a photo is in an album or not: by the rule in each account, and by what the ledger knows."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.errors import ConfigurationError, Problem, SmartAlbumsError
from immich_smart_albums.model.span import with_lines
from immich_smart_albums.model.text.forms import nfc, same_name
from immich_smart_albums.operations.accounts import as_problem
from immich_smart_albums.operations.albums.albums import look_at_album
from immich_smart_albums.operations.albums.earlier_names import earlier_keys, earlier_rules
from immich_smart_albums.operations.explain.photo import RuleExplanation, explain_rule
from immich_smart_albums.rules.split import album_name, pattern
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics, did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.changes.desired import CurrentAlbum
    from immich_smart_albums.changes.journal import Run
    from immich_smart_albums.changes.memory import MembershipState
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.operations.accounts import ConnectedAccount, ConnectedAccounts
    from immich_smart_albums.operations.ports.ledger import Ledger
    from immich_smart_albums.operations.select import SelectOptions
    from immich_smart_albums.rules.album import AlbumRule, RuleSet
    from immich_smart_albums.selection.run.split import Combination


@dataclass(frozen=True, slots=True)
class AlbumPlacement:
    """One album of a rule, and whether a photo is in it."""

    name: str
    """The rule's name; for a split rule, with the values filled in."""
    wanted: bool
    """Whether the rule selects the photo for this album."""
    album: Album | None = None
    """None if there is none yet."""
    inside: bool = False
    standing: MembershipState | None = None
    """The ledger's membership state. None if it knows nothing of the photo."""
    run: Run | None = None
    """The run that put the photo there, or took it out, by the ledger. None if it knows none."""
    problems: tuple[Problem, ...] = ()
    """Why the album could not be read."""


@dataclass(frozen=True, slots=True)
class AlbumExplanation:
    """Why a photo is in the albums of a rule or not."""

    rule: str
    """The album's name in the rules file."""
    asset_id: str
    server: str
    """The address of the server."""
    accounts: tuple[RuleExplanation, ...]
    """The rule's explanation in each account, in the order of the rule."""
    places: tuple[AlbumPlacement, ...]
    """The albums in which the photo belongs; for a split rule, also those in which it is."""

    @property
    def passed(self) -> bool | None:
        """Whether the rule selects the photo in some account. None if an account that failed might."""
        if any(account.passed for account in self.accounts):
            return True
        return None if any(account.problems for account in self.accounts) else False


def explain_album(  # noqa: PLR0913 - what is asked, and of whom
    album: AlbumRule, asset_id: str, accounts: ConnectedAccounts, ledger: Ledger, options: SelectOptions, *, name: str
) -> AlbumExplanation:
    """Explain one photo by a rule of a rules file. Returns the explanation; failures are among its problems.

    `name` is the name of the album: the rule's name, or one of a split with the values filled in.
    """
    name = nfc(name).strip()
    base = next(iter(accounts.present.values())).server.base
    explanations = _explanations(album, asset_id, accounts, options)
    whys = tuple(
        replace(rule_explanation, problems=with_lines(rule_explanation.problems, (album.span.document,)))
        for rule_explanation in explanations
    )
    owner = accounts.present.get(album.accounts[0])
    if owner is None:
        problem = accounts.absent[album.accounts[0]]
        return AlbumExplanation(
            album.name, asset_id, base, whys, (AlbumPlacement(name, wanted=False, problems=(problem,)),)
        )
    wanted = dict.fromkeys(_names(album, whys))
    named = [name] if name != album.name or not album.rule.split else []
    before = _keys_before(album, whys, owner, ledger)
    remembered = {key.rule: key for key in _remembered(album, asset_id, owner, ledger) if key not in before.values()}
    keys = {name: AlbumKey(owner.user.id, name) for name in (*named, *wanted)} | remembered
    places = tuple(
        _place(album, key, asset_id, owner, ledger, before.get(name), wanted=name in wanted)
        for name, key in keys.items()
    )
    return AlbumExplanation(album.name, asset_id, base, whys, places)


def rule_for(name: str, rules: RuleSet) -> AlbumRule:
    """Returns the rule that feeds an album of this name, which may be one of a split.

    Raises ConfigurationError if there is none, or if several may be meant.
    """
    candidates = [album for album in rules.albums if same_name(album.name, name)]
    candidates = candidates or [
        album
        for album in rules.albums
        if album.rule.split and pattern(album.name, album.rule.split).fullmatch(nfc(name))
    ]
    if len(candidates) == 1:
        return candidates[0]
    names = [album.name for album in rules.albums]
    if candidates:
        hint = f"Give the name as it stands there: {', '.join(repr(rule.name) for rule in candidates)}."
        problem = Problem("ALBUM", f"several rules may feed {name!r}", hint)
    else:
        hint = did_you_mean(name, names, f"The rules have {', '.join(map(repr, names))}.", count=3)
        problem = Problem("ALBUM", f"the rules have no album {name!r}", hint)
    raise ConfigurationError((problem,))


def _explanations(
    album: AlbumRule, asset_id: str, accounts: ConnectedAccounts, options: SelectOptions
) -> Iterator[RuleExplanation]:
    for name in album.accounts:
        if name in accounts.absent:
            yield RuleExplanation(name, problems=(accounts.absent[name],))
            continue
        try:
            yield explain_rule(album.name, album.rule, asset_id, accounts.present[name], options, settle=album.settle)
        except SmartAlbumsError as error:
            yield RuleExplanation(name, problems=(as_problem(f"account {name}", error),))


def _names(album: AlbumRule, whys: tuple[RuleExplanation, ...]) -> Iterator[str]:
    """The names of the albums in which the photo belongs."""
    return (album_name(album.name, album.rule.split, values) for values in _combinations(whys))


def _combinations(whys: tuple[RuleExplanation, ...]) -> Iterator[Combination]:
    for why in whys:
        if why.passed:
            yield from why.combinations if why.combinations is not None else ((),)


def _keys_before(
    album: AlbumRule, whys: tuple[RuleExplanation, ...], owner: ConnectedAccount, ledger: Ledger
) -> dict[str, AlbumKey]:
    """The keys of albums that the next run will rename in the ledger, by the names that they get."""
    before = [AlbumKey(owner.user.id, album.was)] if album.was is not None else []
    if album.rule.split:
        before = earlier_rules([AlbumKey(owner.user.id, album.name), *before], ledger.renames(), frozenset())
    return earlier_keys(album, before, list(_combinations(whys)), ledger.albums())


def _remembered(album: AlbumRule, asset_id: str, owner: ConnectedAccount, ledger: Ledger) -> Iterator[AlbumKey]:
    """The keys of the albums of a split for which the ledger knows the photo."""
    if not album.rule.split:
        return
    for album_of_ledger in ledger.albums():
        key = album_of_ledger.key
        if (
            key.owner == owner.user.id
            and (album_of_ledger.split == album.name or pattern(album.name, album.rule.split).fullmatch(nfc(key.rule)))
            and asset_id in ledger.memory(key).memberships
        ):
            yield key


def _place(  # noqa: PLR0913 - what is asked, and of whom
    album: AlbumRule,
    key: AlbumKey,
    asset_id: str,
    owner: ConnectedAccount,
    ledger: Ledger,
    before: AlbumKey | None,
    *,
    wanted: bool,
) -> AlbumPlacement:
    name, binding = key.rule, ledger.binding(key)
    if binding is None and before is not None:
        key, binding = before, ledger.binding(before)
    membership = ledger.memory(key).memberships.get(asset_id)
    runs = {run.id: run for run in ledger.runs()} if membership else {}
    standing = membership.standing if membership else None
    run = runs.get(membership.run) if membership else None
    diagnostics = Diagnostics()
    try:
        view = look_at_album(album, name, binding, owner, diagnostics)
        inside = view is not None and _holds(view, asset_id, owner)
    except SmartAlbumsError as error:
        return AlbumPlacement(name, wanted, standing=standing, run=run, problems=(as_problem(album.span, error),))
    return AlbumPlacement(
        name, wanted, view.album if view else None, inside, standing, run, tuple(diagnostics.problems)
    )


def _holds(view: CurrentAlbum, asset_id: str, owner: ConnectedAccount) -> bool:
    """Whether a photo is in an album, shown or in the trash: once restored, it is there again."""
    return asset_id in view.inside or asset_id in owner.server.albums.hidden(view.album.id, {asset_id})
