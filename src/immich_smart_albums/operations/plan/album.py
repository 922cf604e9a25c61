"""The plan of one album: its selection, compared with its members and with what the ledger remembers."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from msgspec import structs

from immich_smart_albums.changes.desired import DesiredAlbum
from immich_smart_albums.changes.diff import plan_album
from immich_smart_albums.changes.guard import warnings_of_lost_ledger
from immich_smart_albums.changes.memory import AlbumKey, continued
from immich_smart_albums.changes.plan import AlbumPlan
from immich_smart_albums.errors import FilterError, Problem, ServerError
from immich_smart_albums.model.query import metadata
from immich_smart_albums.model.span import problem_at
from immich_smart_albums.model.text.forms import same_name
from immich_smart_albums.operations.accounts import ConnectedAccounts, as_problem
from immich_smart_albums.operations.albums.albums import look_at_album
from immich_smart_albums.operations.albums.looks import AlbumLooks
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import EntityKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.changes.desired import CurrentAlbum
    from immich_smart_albums.changes.memory import AlbumMemory, Binding
    from immich_smart_albums.model.album import Album, User
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.operations.albums.predecessors import Predecessors
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.operations.plan.unselected import Unselected
    from immich_smart_albums.operations.ports.ledger import Ledger
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.selection.cache.records import RecordCache
    from immich_smart_albums.selection.ports import SearchApi


@dataclass(frozen=True, slots=True)
class RuleAlbum:
    """One album of a rule: the only one, or one of a split."""

    rule: AlbumRule
    name: str
    selections: dict[str, tuple[Asset, ...]]
    """The photos that belong in it, by account."""
    answers: AlbumSelections
    """The selections of the whole rule."""
    owner: ConnectedAccount
    before: AlbumKey | None
    """The album's key in the ledger, if its rule had another name. Else None."""


@dataclass(frozen=True, slots=True)
class AlbumPlanner:
    """Plans one album after another. What several albums need is asked for once."""

    accounts: ConnectedAccounts
    ledger: Ledger
    predecessors: Predecessors
    unselected: Unselected
    looks: dict[str, AlbumLooks]
    """Members of albums that were read before, by account."""
    records: Mapping[str, RecordCache]
    """Records in memory, by account. Empty for a plan that may be written."""
    _favorites: dict[str, frozenset[str]] = field(default_factory=dict)

    def plan(self, album: RuleAlbum) -> AlbumPlan:
        """Returns the plan of an album. If it cannot be made, the plan has the problems."""
        try:
            return self._compare(album)
        except (ServerError, FilterError) as error:
            problems = (*album.answers.problems, as_problem(album.rule.span, error))
            return stopped(album.rule, album.name, problems)

    def _compare(self, album: RuleAlbum) -> AlbumPlan:
        rule, name, owner = album.rule, album.name, album.owner
        memory, binding, before = self._remembered(AlbumKey(owner.user.id, name), album.before)
        diagnostics = Diagnostics()
        shares = self._shares(rule, owner, diagnostics)
        looks = self.looks.setdefault(owner.name, AlbumLooks())
        current = look_at_album(rule, name, binding, owner, diagnostics, memory, looks)
        if diagnostics.problems:
            return stopped(rule, name, (*album.answers.problems, *diagnostics.problems))
        desired = self._desired(album, current, memory, shares)
        if before and current and _is_named(current.album, before.rule):
            desired = replace(desired, was=before.rule)
        plan = plan_album(desired, current, memory)
        warnings, reasons = plan.warnings, plan.reasons
        if current is not None and self.ledger.remembers and not self.predecessors.has_seen(owner):
            warnings += warnings_of_lost_ledger(plan)
        if before is not None:
            reasons = (f"it goes on with what is remembered of the rule {before.rule!r}", *reasons)
        split = rule.name if rule.rule.split else ""
        return structs.replace(plan, warnings=warnings, reasons=reasons, split=split, was=before)

    def _remembered(
        self, key: AlbumKey, before: AlbumKey | None
    ) -> tuple[AlbumMemory, Binding | None, AlbumKey | None]:
        """Memory and binding of an album. If it has none yet, those of its earlier key, which is then the third."""
        memory, binding = self.ledger.memory(key), self.ledger.binding(key)
        if binding is not None or before is None:
            return memory, binding, None
        return continued(self.ledger.memory(before), memory), self.ledger.binding(before), before

    def _desired(
        self,
        album: RuleAlbum,
        current: CurrentAlbum | None,
        memory: AlbumMemory,
        shares: tuple[tuple[User, str], ...],
    ) -> DesiredAlbum:
        """The album as its rule wants it, with the photos that wait, and those that stay."""
        rule, answers, present = album.rule, album.answers, self.accounts.present
        desired = DesiredAlbum(
            rule,
            album.name,
            album.selections,
            problems=answers.problems,
            users={account: present[account].user for account in rule.accounts if account in present},
            shares=shares,
            elsewhere=answers.selected if rule.rule.split else frozenset(),
            favorites=self._favorites_of(album.owner) if rule.cover == "favorite" else frozenset(),
        )
        desired = replace(desired, waiting=self.unselected.waiting(desired, current, memory, answers))
        desired = replace(desired, sticky=self.unselected.sticky(desired, current, memory, answers))
        return replace(desired, staying=self.unselected.staying(desired, current, memory, answers))

    def _shares(
        self, rule: AlbumRule, owner: ConnectedAccount, diagnostics: Diagnostics
    ) -> tuple[tuple[User, str], ...]:
        """The users with whom the rule shares the album, each with a role."""
        shares = []
        for share in rule.share:
            where = share.span or rule.span
            problem = owner.names.problem_with(EntityKind.USER, share.user, where)
            users = [user for user in owner.names.users if user.id in owner.names.ids(EntityKind.USER, share.user)]
            if problem is None and len(users) > 1:
                hint = f"Give the e-mail address: {', '.join(user.email for user in users)}."
                problem = problem_at(where, f"{len(users)} users are named {share.user!r}", hint)
            if problem is not None:
                diagnostics.problems.append(problem)
            else:
                shares.append((users[0], share.role))
        return tuple(shares)

    def _favorites_of(self, owner: ConnectedAccount) -> frozenset[str]:
        if owner.name not in self._favorites:
            searches: SearchApi = self.records.get(owner.name, owner.server.searches)
            batches = searches.find(metadata(isFavorite=True), frozenset())
            self._favorites[owner.name] = frozenset(str(record["id"]) for batch in batches for record in batch)
        return self._favorites[owner.name]


def stopped(rule: AlbumRule, name: str, problems: tuple[Problem, ...]) -> AlbumPlan:
    """Returns a plan without changes, for an album that cannot be planned."""
    return AlbumPlan(rule=name, owner=rule.accounts[0], problems=tuple(dict.fromkeys(problems)))


def _is_named(album: Album, name: str) -> bool:
    """Whether an own album has this name. If its rule had it too, people expect both to be renamed."""
    return album.role == "owner" and same_name(album.name, name)
