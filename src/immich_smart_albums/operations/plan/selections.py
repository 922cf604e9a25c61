"""Selections of accounts for albums, from which plans and previews are made.

If an account fails, the album has a problem, and the other accounts' selections.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from immich_smart_albums.errors import FilterError, Problem, ServerError
from immich_smart_albums.operations.accounts import ConnectedAccounts, as_problem
from immich_smart_albums.operations.indexing.indexing import Indexing
from immich_smart_albums.operations.indexing.waiting import certain
from immich_smart_albums.operations.select import SelectOptions, compile_resolved, resolve_rules, select
from immich_smart_albums.selection.run.evaluate import Selection
from immich_smart_albums.selection.run.ranking import newest_first

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.select import ResolvedRules
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.tree import Rule


NOTHING_RESOLVED: Mapping[str, ResolvedRules] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AlbumSelections:
    """The selections for one album, by account."""

    selections: Mapping[str, Selection]
    rules: Mapping[str, Rule]
    """The album's rule with its names looked up, by account."""
    problems: tuple[Problem, ...]
    """Why accounts failed."""

    @property
    def assets(self) -> tuple[Asset, ...]:
        """The photos that at least one account selects, newest first."""
        assets = {asset.id: asset for selection in self.selections.values() for asset in selection.assets}
        return tuple(newest_first(assets.values()))

    @property
    def waiting(self) -> dict[str, int]:
        """How many photos wait for each reason, without those that some account selects for certain."""
        certain = self.selected
        waiting: dict[str, set[str]] = {}
        for selection in self.selections.values():
            for reason, assets in selection.waiting.items():
                waiting.setdefault(reason, set()).update(asset.id for asset in assets if asset.id not in certain)
        return {reason: len(ids) for reason, ids in waiting.items() if ids}

    @property
    def selected(self) -> frozenset[str]:
        """The ids of the photos that at least one account selects."""
        return frozenset([asset.id for selection in self.selections.values() for asset in selection.assets])


def select_for_albums(
    albums: Sequence[AlbumRule],
    accounts: ConnectedAccounts,
    options: SelectOptions,
    resolved: Mapping[str, ResolvedRules] = NOTHING_RESOLVED,
) -> tuple[dict[str, AlbumSelections], tuple[str, ...]]:
    """Returns the selections for each album, by its name, and notices on how the rules were read.

    `resolved` has the rules, by account, whose names were looked up before.
    """
    selections: dict[str, dict[str, Selection]] = defaultdict(dict)
    rules: dict[str, dict[str, Rule]] = defaultdict(dict)
    problems: dict[str, list[Problem]] = defaultdict(list)
    notices: dict[str, None] = {}
    names = {album.name: album.accounts for album in albums}
    for name, account in accounts.present.items():
        own = {album.name: album.rule for album in albums if name in album.accounts}
        rules_of = resolved[name] if name in resolved else resolve_rules(own, account)
        compiled = compile_resolved(rules_of, account, options.records.get(name))
        notices.update(dict.fromkeys(compiled.notices))
        for title, result in select(compiled, account, options).items():
            if isinstance(result, Selection):
                selections[title][name], rules[title][name] = result, compiled.rules[title]
            else:
                problems[title] += result if len(names[title]) == 1 else _of_account(name, result)
    for album in albums:
        problems[album.name] += [accounts.absent[name] for name in album.accounts if name in accounts.absent]
    answers = {
        album.name: AlbumSelections(selections[album.name], rules[album.name], tuple(problems[album.name]))
        for album in albums
    }
    return answers, tuple(notices)


def preview(
    albums: Sequence[AlbumRule],
    accounts: ConnectedAccounts,
    options: SelectOptions,
    indexing: Mapping[str, Indexing] | None = None,
    resolved: Mapping[str, ResolvedRules] = NOTHING_RESOLVED,
) -> tuple[dict[str, AlbumSelections], tuple[str, ...]]:
    """Returns selections by album name, with certain matches apart from those that wait, and notices.

    `indexing` has what was asked before, by account. None: nothing yet.
    """
    answers, notices = select_for_albums(albums, accounts, options, resolved)
    indexing = new_indexing(accounts, options) if indexing is None else indexing
    return {album.name: _certain(album, answers[album.name], indexing) for album in albums}, notices


def new_indexing(accounts: ConnectedAccounts, options: SelectOptions) -> dict[str, Indexing]:
    """Returns a new `Indexing` for each account."""
    return {name: Indexing(account.server, options.clock, options.store) for name, account in accounts.present.items()}


def _certain(rule: AlbumRule, answer: AlbumSelections, indexing: Mapping[str, Indexing]) -> AlbumSelections:
    selections, problems = {}, list(answer.problems)
    for name, selection in answer.selections.items():
        try:
            selections[name] = certain(selection, indexing[name], rule.settle)
        except (ServerError, FilterError) as error:
            problems.append(as_problem(rule.name, error))
    return AlbumSelections(selections, answer.rules, tuple(problems))


def _of_account(name: str, problems: tuple[Problem, ...]) -> Iterator[Problem]:
    """The problems of one of several accounts, with its name in each message."""
    return (replace(problem, message=f"{name}: {problem.message}") for problem in problems)
