"""From rules files to a plan: every account selects, every album is compared, nothing is written.

An album that cannot be planned carries its problems, and the others go on. An account that fails stops its part of an
album only; the photos that it would have selected are then neither added nor removed.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import TYPE_CHECKING

from msgspec import structs

from immich_smart_albums.changes.desired import DesiredAlbum
from immich_smart_albums.changes.diff import plan_album
from immich_smart_albums.changes.guard import (
    refusals_of_run,
    refusals_of_split,
    refused_together,
    warnings_of_lost_ledger,
)
from immich_smart_albums.changes.memory import KEPT_OUT, AlbumKey, MembershipState, continued
from immich_smart_albums.changes.plan import AlbumPlan, Plan
from immich_smart_albums.errors import ConfigurationError, FilterError, Problem, ServerError
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.model.span import problem_at, with_lines
from immich_smart_albums.model.text_forms import nfc, same_name
from immich_smart_albums.operations.accounts import ConnectedAccounts, as_problem
from immich_smart_albums.operations.albums.albums import albums_of, left_behind, look_at_album
from immich_smart_albums.operations.albums.origins import Origin, Origins
from immich_smart_albums.operations.albums.staying import stages_of_rule, staying
from immich_smart_albums.operations.indexing.indexing import Indexing, certain
from immich_smart_albums.operations.rule_tests import failing_tests
from immich_smart_albums.operations.select import SelectOptions, compile_for, compile_resolved, resolve_rules, select
from immich_smart_albums.rules.album import AlbumRule, Keep
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics, did_you_mean
from immich_smart_albums.rules.tree import EntityKind, Rule
from immich_smart_albums.selection.compile.simplify import without_smart
from immich_smart_albums.selection.run.evaluate import Selection
from immich_smart_albums.selection.run.ranking import newest_first

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from immich_smart_albums.changes.desired import CurrentAlbum
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.model.album import Album, User
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.operations.ports import Ledger
    from immich_smart_albums.operations.select import ResolvedRules
    from immich_smart_albums.rules.album import RuleSet


NOTHING_RESOLVED: Mapping[str, ResolvedRules] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class AlbumSelections:
    """What the accounts of an album select."""

    selections: Mapping[str, Selection]
    rules: Mapping[str, Rule]
    """The album's rule with its names looked up, by account."""
    problems: tuple[Problem, ...]
    """Why accounts failed."""

    @property
    def assets(self) -> tuple[Asset, ...]:
        """All that some account selects, newest first."""
        assets = {asset.id: asset for selection in self.selections.values() for asset in selection.assets}
        return tuple(newest_first(assets.values()))

    @property
    def waiting(self) -> dict[str, int]:
        """How many photos that no account selects for certain wait for each reason."""
        certain = self.selected
        waiting: dict[str, set[str]] = {}
        for selection in self.selections.values():
            for reason, assets in selection.waiting.items():
                waiting.setdefault(reason, set()).update(asset.id for asset in assets if asset.id not in certain)
        return {reason: len(ids) for reason, ids in waiting.items() if ids}

    @property
    def selected(self) -> frozenset[str]:
        """All that some account selects."""
        return frozenset(asset.id for selection in self.selections.values() for asset in selection.assets)


def select_for_albums(
    albums: Sequence[AlbumRule],
    accounts: ConnectedAccounts,
    options: SelectOptions,
    resolved: Mapping[str, ResolvedRules] = NOTHING_RESOLVED,
) -> tuple[dict[str, AlbumSelections], tuple[str, ...]]:
    """What is selected for each album, by its name, and notices on how the rules were read.

    `resolved` are the rules of accounts whose names were looked up before, by the accounts' names.
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
    """What is selected for certain for each album, by its name, and notices; what waits is told by each selection.

    `indexing` is what accounts found out before; None: nothing yet.
    """
    answers, notices = select_for_albums(albums, accounts, options, resolved)
    indexing = new_indexing(accounts, options) if indexing is None else indexing
    return {album.name: _certain(album, answers[album.name], indexing) for album in albums}, notices


def new_indexing(accounts: ConnectedAccounts, options: SelectOptions) -> dict[str, Indexing]:
    """What tells for each account what Immich has looked at; nothing is asked yet."""
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
    """Problems of one of several accounts, which say whose they are."""
    return (replace(problem, message=f"{name}: {problem.message}") for problem in problems)


def make_plan(  # noqa: PLR0913 - what a plan is made from, each with a name
    rule_set: RuleSet,
    accounts: ConnectedAccounts,
    ledger: Ledger,
    options: SelectOptions,
    *,
    made_at: str,
    rules: str = "",
    files: Sequence[str] = (),
    allow: Collection[str] = (),
    answers: Mapping[str, AlbumSelections] | None = None,
) -> tuple[Plan, tuple[str, ...]]:
    """The plan for all albums of a book, and notices.

    The guards of albums named in `allow` do not count this once; `rules` is the digest of the rules `files`. Raises
    ConfigurationError where `allow` names something else. `answers` is what was selected already; None: nothing.
    """
    notices: tuple[str, ...] = ()
    if answers is None:
        answers, notices = select_for_albums(rule_set.albums, accounts, options)
    allow = frozenset(map(nfc, allow))
    planner = _Planner(accounts, ledger, options, allow, Origins(rule_set, accounts, ledger))
    plans = planner.allowing(
        refused_together(plan for rule in rule_set.albums for plan in planner.of_rule(rule, answers[rule.name]))
    )
    albums = tuple(structs.replace(plan, problems=with_lines(plan.problems, rule_set.documents)) for plan in plans)
    _require_known(allow, {album.name for album in rule_set.albums} | {album.rule for album in albums})
    refusals = refusals_of_run(rule_set.guard, albums)
    notices = (*notices, *_at_work(accounts)) if ledger.remembers else notices
    base = next(iter(accounts.present.values())).server.base
    users = {name: account.user.id for name, account in accounts.present.items()}
    plan = Plan(
        base,
        made_at,
        albums,
        refusals,
        users=users,
        ledger=ledger.state,
        rules=rules,
        files=tuple(files),
        allowed=tuple(sorted(allow)),
    )
    return plan, notices


def _at_work(accounts: ConnectedAccounts) -> Iterator[str]:
    """What Immich has not come to yet: photos may match once it has. Only keys of administrators may ask."""
    busy: dict[str, None] = {}
    for account in accounts.present.values():
        busy.update(dict.fromkeys(account.server.hints.busy_queues() or ()))
    if busy:
        yield f"Immich is still at work on {', '.join(busy)}: what it has not come to yet may be missing here"


def _require_known(allow: Collection[str], names: Collection[str]) -> None:
    problems = []
    for name in allow:
        if name not in names:
            hint = did_you_mean(name, names, "Give the name that it has in the rules.", count=3)
            problems.append(Problem("--allow", f"no album of this run is named {name!r}", hint))
    if problems:
        raise ConfigurationError(tuple(problems))


@dataclass(slots=True)
class _Planner:
    accounts: ConnectedAccounts
    ledger: Ledger
    options: SelectOptions
    allow: frozenset[str]
    origins: Origins
    _indexing: dict[str, Indexing] = field(default_factory=dict)
    _favorites: dict[str, frozenset[str]] = field(default_factory=dict)

    def of_rule(self, rule: AlbumRule, answers: AlbumSelections) -> Iterator[AlbumPlan]:
        """The plans of one rule: one, or one for each album that it is split into."""
        owner = self.accounts.present.get(rule.accounts[0])
        if owner is None or not answers.selections:
            yield self._stopped(rule, rule.name, answers.problems)
            return
        unmet = tuple(failing_tests(rule, answers.selections, answers.rules, self.accounts.present))
        if unmet:
            yield self._stopped(rule, rule.name, (*answers.problems, *unmet))
            return
        try:
            origin = self.origins.of(rule, owner, answers.selected)
        except ServerError as error:
            origin = Origin(problem=as_problem(rule.span, error))
        if origin.problem is not None:
            yield self._stopped(rule, rule.name, (*answers.problems, origin.problem))
            return
        notes = tuple(dict.fromkeys(note for selection in answers.selections.values() for note in selection.notes))
        notes = (origin.warning, *notes) if origin.warning else notes
        parts = dict(albums_of(rule, answers.selections))
        before = self.origins.keys_before(rule, origin, answers.selections)
        renamed = {key.rule for key in before.values()}
        for name in left_behind(rule, owner, self.ledger, {rule.name, origin.rule}):
            if name not in renamed:
                parts.setdefault(name, dict.fromkeys(answers.selections, ()))
        plans = [self._planned(rule, name, parts[name], answers, owner, before.get(name)) for name in parts]
        for plan in self._judged_together(rule, plans, answers):
            yield structs.replace(plan, warnings=(*plan.warnings, *notes))
            notes = ()  # they are about the rule, so one of its albums tells them

    def _planned(  # noqa: PLR0913 - which album, and what is known of it
        self,
        rule: AlbumRule,
        name: str,
        selections: dict[str, tuple[Asset, ...]],
        answers: AlbumSelections,
        owner: ConnectedAccount,
        before: AlbumKey | None,
    ) -> AlbumPlan:
        try:
            return self._plan(rule, name, selections, answers, owner, before)
        except (ServerError, FilterError) as error:
            return self._stopped(rule, name, (*answers.problems, as_problem(rule.span, error)))

    def _judged_together(
        self, rule: AlbumRule, plans: Sequence[AlbumPlan], answers: AlbumSelections
    ) -> Iterator[AlbumPlan]:
        """The plans of a rule, where its albums to which nothing goes any more are refused for all of them only."""
        selected = answers.selected
        if not rule.rule.split or not selected:
            yield from plans
            return
        together = refusals_of_split(rule.guard, plans, selected)
        for plan in self.allowing(refused_together(plans)):
            is_emptied = bool(plan.refusals) and not plan.matched
            yield structs.replace(plan, refusals=together) if is_emptied else plan

    def _stopped(self, rule: AlbumRule, name: str, problems: tuple[Problem, ...]) -> AlbumPlan:
        return AlbumPlan(rule=name, owner=rule.accounts[0], problems=tuple(dict.fromkeys(problems)))

    def _plan(  # noqa: PLR0913 - which album, and what is known of it
        self,
        rule: AlbumRule,
        name: str,
        selections: dict[str, tuple[Asset, ...]],
        answers: AlbumSelections,
        owner: ConnectedAccount,
        before: AlbumKey | None,
    ) -> AlbumPlan:
        key = AlbumKey(owner.user.id, name)
        memory, binding = self.ledger.memory(key), self.ledger.binding(key)
        before = before if binding is None else None
        if before is not None:
            binding = self.ledger.binding(before)
            memory = continued(self.ledger.memory(before), memory)
        diagnostics = Diagnostics()
        shares = self._shares(rule, owner, diagnostics)
        view = look_at_album(rule, name, binding, owner, diagnostics, memory)
        if diagnostics.problems:
            return self._stopped(rule, name, (*answers.problems, *diagnostics.problems))
        wanted = DesiredAlbum(
            rule,
            name,
            selections,
            problems=answers.problems,
            users={
                account: self.accounts.present[account].user
                for account in rule.accounts
                if account in self.accounts.present
            },
            shares=shares,
            was=before.rule if before and view and _is_named(view.album, before.rule) else "",
            elsewhere=answers.selected if rule.rule.split else frozenset(),
            favorites=self._favorites_of(owner) if rule.cover == "favorite" else frozenset(),
        )
        wanted = replace(wanted, waiting=self._waiting(wanted, view, memory, answers))
        wanted = replace(wanted, sticky=self._sticky(wanted, view, memory, answers))
        wanted = replace(wanted, staying=self._staying(wanted, view, memory, answers))
        plan = plan_album(wanted, view, memory)
        if view is not None and self.ledger.remembers and not self.origins.has_seen(owner):
            plan = structs.replace(plan, warnings=(*plan.warnings, *warnings_of_lost_ledger(plan)))
        plan = structs.replace(plan, split=rule.name if rule.rule.split else "", was=before)
        if before is not None:
            reason = f"it goes on with what is remembered of the rule {before.rule!r}"
            plan = structs.replace(plan, reasons=(reason, *plan.reasons))
        return next(self.allowing([plan]))

    def allowing(self, plans: Iterable[AlbumPlan]) -> Iterator[AlbumPlan]:
        """The plans, without the guards of what was allowed by the name of the rule or of the album."""
        for plan in plans:
            yield structs.replace(plan, refusals=()) if {plan.rule, plan.split} & self.allow else plan

    def _shares(
        self, rule: AlbumRule, owner: ConnectedAccount, diagnostics: Diagnostics
    ) -> tuple[tuple[User, str], ...]:
        """Whom the rule shares the album with."""
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
            query = Query(Kind.METADATA, (("isFavorite", True),))
            batches = owner.server.searches.find(query, frozenset())
            self._favorites[owner.name] = frozenset(str(record["id"]) for batch in batches for record in batch)
        return self._favorites[owner.name]

    def _waiting(
        self, wanted: DesiredAlbum, view: CurrentAlbum | None, memory: AlbumMemory, answers: AlbumSelections
    ) -> dict[str, dict[str, str]]:
        """What of that which would be added Immich has not looked at yet. Raises ServerError and FilterError."""
        settled = (view.inside if view else frozenset()) | memory.having(KEPT_OUT)
        waiting = {}
        for name, assets in wanted.selections.items():
            new = [asset for asset in assets if asset.id not in settled]
            certainty = answers.selections[name].certainty
            waiting[name] = self._indexing_of(name).waiting(certainty, new, wanted.rule.settle)
        return waiting

    def _indexing_of(self, name: str) -> Indexing:
        if name not in self._indexing:
            server = self.accounts.present[name].server
            self._indexing[name] = Indexing(server, self.options.clock, self.options.store)
        return self._indexing[name]

    def _staying(
        self, wanted: DesiredAlbum, view: CurrentAlbum | None, memory: AlbumMemory, answers: AlbumSelections
    ) -> dict[str, str]:
        """What may stay although it is not selected: Immich does not show any more what the rule asks for."""
        if view is None or wanted.rule.keep is Keep.ADD_ONLY:
            return {}
        selected = {asset.id for selection in answers.selections.values() for asset in selection.assets}
        ids = (memory.having({MembershipState.OURS}) & view.members) - selected - wanted.sticky
        lost = {id_: memory.memberships[id_].asset for id_ in ids}
        reasons: dict[str, str] = {}
        for name, resolved in answers.rules.items():
            account, indexing = self.accounts.present[name], self._indexing_of(name)
            if Stage.FACES in stages_of_rule(resolved.match):
                indexing.remember_faces(answers.selections[name].assets)
            reasons |= staying(resolved, lost, account, indexing, self.options, wanted.rule.settle)
        return reasons

    def _sticky(
        self, wanted: DesiredAlbum, view: CurrentAlbum | None, memory: AlbumMemory, answers: AlbumSelections
    ) -> frozenset[str]:
        """What may stay although it is not selected, because only smart searches have lost sight of it."""
        rule = wanted.rule
        if view is None or rule.keep is Keep.ADD_ONLY or not rule.sticky:
            return frozenset()
        # What another album of a split rule gets was not lost.
        lost = (memory.having({MembershipState.OURS}) & view.members) - answers.selected
        if not lost:
            return frozenset()
        stays: set[str] = set()
        for name, resolved in answers.rules.items():
            match = without_smart(resolved.match)
            if match == resolved.match:
                continue
            if match is None:
                return frozenset(lost)
            compiled = compile_for({rule.name: Rule(match)}, self.accounts.present[name])
            result = select(compiled, self.accounts.present[name], self.options)[rule.name]
            # Could not ask is no reason to remove.
            stays |= lost if not isinstance(result, Selection) else lost & {asset.id for asset in result.assets}
        return frozenset(stays)


def _is_named(album: Album, name: str) -> bool:
    """Whether an own album still has the name that its rule had, so that people expect both to be renamed."""
    return album.role == "owner" and same_name(album.name, name)


def with_albums(rules: RuleSet, names: Collection[str]) -> RuleSet:
    """The book with some of its albums only; all of them where none is named.

    Raises ConfigurationError for names that it does not have.
    """
    known_names = {album.name for album in rules.albums}
    names = [nfc(name) for name in names]
    problems = []
    for name in names:
        if name not in known_names:
            hint = did_you_mean(name, known_names, f"It has {', '.join(sorted(known_names))}.", count=3)
            problems.append(Problem("command line", f"the rules have no album {name!r}", hint))
    if problems:
        raise ConfigurationError(tuple(problems))
    if not names:
        return rules
    others = tuple(album for album in rules.albums if album.name not in names)
    return replace(rules, albums=tuple(album for album in rules.albums if album.name in names), others=others)
