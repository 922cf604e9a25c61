"""The plans of one rule: for its album, or for each album of its split."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import structs

from immich_smart_albums.changes.guard import refusals_of_split, refused_together
from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.errors import ServerError
from immich_smart_albums.operations.accounts import ConnectedAccounts, as_problem
from immich_smart_albums.operations.albums.albums import albums_of, left_behind
from immich_smart_albums.operations.albums.predecessors import Predecessor, Predecessors
from immich_smart_albums.operations.plan.album import AlbumPlanner, RuleAlbum, stopped
from immich_smart_albums.operations.rule_tests import failing_tests

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.operations.ports.ledger import Ledger
    from immich_smart_albums.rules.album import AlbumRule


@dataclass(frozen=True, slots=True)
class RulePlanner:
    """Plans the albums of one rule after another."""

    accounts: ConnectedAccounts
    ledger: Ledger
    allow: frozenset[str]
    """Names of rules and albums whose guards do not count this once."""
    predecessors: Predecessors
    albums: AlbumPlanner

    def plans(self, rule: AlbumRule, answers: AlbumSelections) -> list[AlbumPlan]:
        """Returns the plan for the album of a rule, or a plan for each album of its split."""
        owner = self.accounts.present.get(rule.accounts[0])
        if owner is None or not answers.selections:
            return [stopped(rule, rule.name, answers.problems)]
        unmet = tuple(failing_tests(rule, answers.selections, answers.rules, self.accounts.present))
        if unmet:
            return [stopped(rule, rule.name, (*answers.problems, *unmet))]
        predecessor = self._predecessor(rule, owner, answers)
        if predecessor.problem is not None:
            return [stopped(rule, rule.name, (*answers.problems, predecessor.problem))]
        albums = self._albums(rule, owner, predecessor, answers)
        plans = [_renamed(plan, predecessor) for plan in self.allowing(map(self.albums.plan, albums))]
        plans = list(self._judged_together(rule, plans, answers))
        notes = dict.fromkeys(note for selection in answers.selections.values() for note in selection.notes)
        warnings = (predecessor.warning, *notes) if predecessor.warning else tuple(notes)
        # They are about the rule, so only its first album has them.
        return [structs.replace(plan, warnings=(*plan.warnings, *warnings)) for plan in plans[:1]] + plans[1:]

    def _predecessor(self, rule: AlbumRule, owner: ConnectedAccount, answers: AlbumSelections) -> Predecessor:
        try:
            return self.predecessors.of(rule, owner, lambda: answers.selected)
        except ServerError as error:
            return Predecessor(problem=as_problem(rule.span, error))

    def _albums(
        self, rule: AlbumRule, owner: ConnectedAccount, predecessor: Predecessor, answers: AlbumSelections
    ) -> list[RuleAlbum]:
        """The albums for which photos are selected, and those of a split for which none are any longer."""
        parts = dict(albums_of(rule, answers.selections))
        before = self.predecessors.keys_before(rule, owner, predecessor, answers.selections)
        renamed = {key.rule for key in before.values()}
        for name in left_behind(rule, owner, self.ledger, {rule.name, predecessor.rule}):
            if name not in renamed:
                parts.setdefault(name, dict.fromkeys(answers.selections, ()))
        return [RuleAlbum(rule, name, parts[name], answers, owner, before.get(name)) for name in parts]

    def _judged_together(
        self, rule: AlbumRule, plans: Sequence[AlbumPlan], answers: AlbumSelections
    ) -> Iterator[AlbumPlan]:
        """The plans of a split. An album for which nothing is left is judged with the others, not alone."""
        selected = answers.selected if rule.rule.split else frozenset()
        if not selected:
            yield from plans
            return
        together = refusals_of_split(rule.guard, plans, selected)
        for plan in self.allowing(refused_together(plans)):
            is_emptied = bool(plan.refusals) and not plan.matched
            yield structs.replace(plan, refusals=together) if is_emptied else plan

    def allowing(self, plans: Iterable[AlbumPlan]) -> Iterator[AlbumPlan]:
        """Yields the plans; those whose rule or album is allowed by name have no refusals."""
        for plan in plans:
            yield structs.replace(plan, refusals=()) if {plan.rule, plan.split} & self.allow else plan


def _renamed(plan: AlbumPlan, predecessor: Predecessor) -> AlbumPlan:
    """The plan, from which the ledger learns that the rule was renamed, even if this album is a new one."""
    if not predecessor.rule or not (plan.album or plan.changes):
        return plan
    return structs.replace(plan, was=plan.was or AlbumKey(predecessor.user, predecessor.rule))
