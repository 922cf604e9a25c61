"""What a session finds out: selections, plans and why; nothing is written."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.changes.reviewed import reviewed
from immich_smart_albums.errors import Stopped
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.model.span import with_lines
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.apply.apply import require_accounts
from immich_smart_albums.operations.apply.staleness import require_current
from immich_smart_albums.operations.check import check, check_rules
from immich_smart_albums.operations.explain.album import explain_album, rule_for
from immich_smart_albums.operations.explain.photo import Namer, asset_id_in
from immich_smart_albums.operations.explain.searches import query_plans
from immich_smart_albums.operations.library.values import LibraryValues
from immich_smart_albums.operations.permissions import without_accounts
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.plan.names import with_albums
from immich_smart_albums.operations.plan.selections import new_indexing, preview, select_for_albums
from immich_smart_albums.rules.album import RuleSet
from immich_smart_albums.selection.cache.records import WIDE
from immich_smart_albums.selection.explain.selection import explain_selection
from immich_smart_albums.session.clock import now

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.check import CheckReport
    from immich_smart_albums.operations.explain.album import AlbumExplanation
    from immich_smart_albums.operations.explain.searches import AccountPlan
    from immich_smart_albums.operations.indexing.indexing import Indexing
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.operations.select import SelectOptions
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.selection.explain.selection import SelectionExplanation
    from immich_smart_albums.session.workplace import Workplace


@dataclass(frozen=True, slots=True)
class ExplainedAlbum:
    """What the accounts of an album select, and why."""

    answer: AlbumSelections
    accounts: Mapping[str, SelectionExplanation]
    """By account; those that failed are missing, and among the problems of the answer."""


class Looking:
    """Plans, selects and explains; see `Session`."""

    def __init__(self, work: Workplace) -> None:
        """Nothing is read yet."""
        self._work = work

    def plan(self, *, allow: Sequence[str] = (), rules: RuleSet | None = None, stop: Stop = never) -> Plan:
        """See `Session.plan`."""
        with self._work.reading(stop):
            self._work.look_anew()  # records in memory stay: no plan is made from them
            config, book = self._work.config, self._work.rules if rules is None else rules
            with self._work.ledger() as ledger:
                files = tuple(str(file.absolute()) for file in config.files)
                plan, notices = make_plan(
                    book,
                    self._work.accounts,
                    ledger,
                    self._work.selecting(),
                    made_at=now(),
                    rules=config.digest,
                    files=files,
                    allow=allow,
                )
        self._work.tell_notes(notices)
        return plan

    def review(self, saved: Plan, *, stop: Stop = never) -> Plan:
        """See `Session.review`."""
        saved = without_accounts(
            saved, self._work.accounts.absent
        )  # what stops these albums stands in the plan that is made anew
        require_accounts(saved, self._work.accounts.present, self._work.accounts.absent)
        with self._work.ledger() as ledger:
            require_current(saved, self._work.servers, ledger=ledger.state, rules=self._work.config.digest)
        names = {rule_for(album.rule, self._work.rules).name for album in saved.albums}
        return reviewed(saved, self.plan(allow=saved.allowed, rules=with_albums(self._work.rules, names), stop=stop))

    def select(
        self, rules: Iterable[AlbumRule] | None = None, *, certain: bool = True, stop: Stop = never
    ) -> dict[str, AlbumSelections]:
        """See `Session.select`."""
        return self._select(rules, stop, explained=False, certain=certain)

    def _select(
        self, rules: Iterable[AlbumRule] | None, stop: Stop, *, explained: bool, certain: bool
    ) -> dict[str, AlbumSelections]:
        albums = self._work.rules.albums if rules is None else tuple(rules)
        with self._work.reading(stop):
            accounts = self._work.accounts_for(albums)
            options = replace(self._work.selecting(), keeps_rejected=explained, records=self._work.records)
            if certain:
                answers, notices = preview(albums, accounts, options, self._indexing(accounts, options))
            else:
                answers, notices = select_for_albums(albums, accounts, options)
        self._work.tell_notes(notices)
        rule_set = RuleSet(albums)
        return {
            name: replace(answer, problems=with_lines(answer.problems, rule_set.documents))
            for name, answer in answers.items()
        }

    def _indexing(self, accounts: ConnectedAccounts, options: SelectOptions) -> Mapping[str, Indexing]:
        """What tells what Immich has looked at: that of drafts where records are kept, as these are."""
        if not self._work.options.keeps_records:
            return new_indexing(accounts, options)
        self._work.drafts.prepare(accounts, options)
        return self._work.drafts.indexing

    def explain(self, name: str, photo: str, *, rules: RuleSet | None = None, stop: Stop = never) -> AlbumExplanation:
        """See `Session.explain`."""
        asset_id = asset_id_in(photo)
        rule = rule_for(name, self._work.rules if rules is None else rules)
        with self._work.reading(stop), self._work.ledger() as ledger:
            return explain_album(rule, asset_id, self._work.accounts, ledger, self._work.selecting(), name=name)

    def explain_selection(
        self, rules: Iterable[AlbumRule] | None = None, *, stop: Stop = never
    ) -> dict[str, ExplainedAlbum]:
        """See `Session.explain_selection`."""
        answers = self._select(rules, stop, explained=True, certain=True)
        accounts = self._work.accounts.present
        return {
            name: ExplainedAlbum(
                answer,
                {
                    account: explain_selection(selection, name_of=Namer(accounts[account].names))
                    for account, selection in answer.selections.items()
                },
            )
            for name, answer in answers.items()
        }

    def read_library(self, *, stop: Stop = never) -> None:
        """See `Session.read_library`."""
        work = self._work
        servers = work.background(stop)
        records_of = {name: records for name, records in work.records.items() if name in servers}
        if work.values is not None and all(WHOLE_LIBRARY in records.sizes() for records in records_of.values()):
            return
        values = LibraryValues()
        for name, records in records_of.items():
            for batch in records.read(WHOLE_LIBRARY, WIDE, servers[name].searches):
                values.add(batch)
                if stop():
                    raise Stopped
        work.values = values

    def estimate(self, query: Query, *, account: str | None = None) -> int | None:
        """See `Session.estimate`."""
        records = self._work.records.get(account or next(iter(self._work.accounts.present)))
        return (records or self._work.server(account).searches).estimate(query)

    def query_plans(self) -> Iterator[AccountPlan]:
        """See `Session.query_plans`."""
        yield from query_plans(self._work.rules.albums, self._work.accounts, {})

    def check(self, account: str | None = None) -> CheckReport:
        """See `Session.check`."""
        return check(self._work.server(account))

    def check_rules(self) -> tuple[Problem, ...]:
        """See `Session.check_rules`."""
        problems, notices = check_rules(self._work.rules, self._work.accounts)
        self._work.tell_notes(notices)
        return with_lines(problems, self._work.rules.documents)
