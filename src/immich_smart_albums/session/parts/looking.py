"""The part of a session that looks: selections, explanations, checks; nothing is written."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Stopped
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.model.span import with_lines
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.check import check, check_rules
from immich_smart_albums.operations.explain.album import explain_album, rule_for
from immich_smart_albums.operations.explain.photo import Namer, asset_id_in
from immich_smart_albums.operations.explain.searches import query_plans
from immich_smart_albums.operations.library.values import LibraryValues
from immich_smart_albums.operations.plan.selections import new_indexing, preview, select_for_albums
from immich_smart_albums.rules.album import RuleSet
from immich_smart_albums.selection.cache.records import WIDE
from immich_smart_albums.selection.explain.selection import explain_selection
from immich_smart_albums.session.workplace import SessionPart

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

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


@dataclass(frozen=True, slots=True)
class ExplainedAlbum:
    """Selections of the accounts of an album, with reasons."""

    answer: AlbumSelections
    accounts: Mapping[str, SelectionExplanation]
    """By account; those that failed are missing, and among the problems of the answer."""


class Looking(SessionPart):
    """Plans, selects and explains."""

    def select(
        self, rules: Iterable[AlbumRule] | None = None, *, certain: bool = True, stop: Stop = never
    ) -> dict[str, AlbumSelections]:
        """Returns by album name what all rules, or these, select for certain in each account, and why accounts failed.

        The rules need not stand in the rules files, so a page can preview what somebody is typing. With
        `SessionOptions.keeps_records`, what was read stays in memory: rules that change then cost requests only for
        what was not read yet, and show the library as it was when it was read, until `refresh`. What is written never
        rests on that.

        Without `certain`, nothing is asked about whether Immich has looked at a photo, and what it shows now counts.
        """
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
        """Returns why a photo, by id or address, is in the album of this name or not.

        `rules` are others than the session's own. Raises ConfigurationError for an album that no rule feeds, and for a
        photo that is neither id nor address.
        """
        asset_id = asset_id_in(photo)
        rule = rule_for(name, self._work.rules if rules is None else rules)
        with self._work.reading(stop), self._work.ledger() as ledger:
            return explain_album(rule, asset_id, self._work.accounts, ledger, self._work.selecting(), name=name)

    def explain_selection(
        self, rules: Iterable[AlbumRule] | None = None, *, stop: Stop = never
    ) -> dict[str, ExplainedAlbum]:
        """Returns by album name what `select` does and, for each photo, why, from what the searches found.

        No photo is asked for by itself. Photos that a single part of a rule keeps out are among the near misses of that
        part, if a search found them; with `keeps_records` and the library read, that is all of them.
        """
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
        """Read the timelines of all accounts into memory, where the options say that records are kept.

        Rules that look at what records show are then selected without a request. Other operations do not wait for this;
        `stop`, which is asked before each request, may wait for them. Raises Stopped and ServerError.
        """
        work = self._work
        servers = work.background(stop)
        records_of = {name: records for name, records in work.records.items() if name in servers}
        if work.values is not None and all(WHOLE_LIBRARY in records.sizes() for records in records_of.values()):
            return
        values = LibraryValues()
        for name, records in records_of.items():
            is_known = WHOLE_LIBRARY in records.sizes()
            with closing(records.read(WHOLE_LIBRARY, WIDE, servers[name].searches)) as batches:
                for batch in batches:
                    values.add(batch)
                    if stop():
                        raise Stopped
                    if not is_known and WHOLE_LIBRARY in records.sizes():
                        self.read_library(stop=stop)  # a page that could not wait has read it meanwhile
                        return
        work.values = values

    def estimate(self, query: Query, *, account: str | None = None) -> int | None:
        """Returns about how many photos a search of an account, or of the first, finds.

        None if the server does not count (before 1.135), the key may not ask (`asset.statistics`), or the search cannot
        be counted. Raises ServerError.
        """
        records = self._work.records.get(account or next(iter(self._work.accounts.present)))
        return (records or self._work.server(account).searches).estimate(query)

    @property
    def library_values(self) -> LibraryValues | None:
        """What the photos have and where they were taken, as `read_library` found it. None before that."""
        return self._work.values

    def query_plans(self) -> Iterator[AccountPlan]:
        """Returns for each account the searches that it would be sent, with sizes. No photo is read."""
        yield from query_plans(self._work.rules.albums, self._work.accounts, {})

    def check(self, account: str | None = None) -> CheckReport:
        """Returns what is good and what is wrong about the server and the key of an account, or of the first.

        Raises ServerError when the server cannot be reached or the key is no good at all.
        """
        return check(self._work.server(account))

    def check_rules(self) -> tuple[Problem, ...]:
        """Returns what is wrong with the rules, held against the server, such as a name that nobody has.

        Empty if all is well.
        """
        problems, notices = check_rules(self._work.rules, self._work.accounts)
        self._work.tell_notes(notices)
        return with_lines(problems, self._work.rules.documents)
