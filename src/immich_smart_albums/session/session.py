"""A session: one run after another on the same rules, accounts and ledger, for a command line, a page or a daemon.

    options = Options(environment=os.environ, today=date.today(), rules=[Path("smart-albums.yaml")])
    session = Session(options, on_event=show)
    with session.holding_ledger("sync"):      # nobody else writes meanwhile
        plan = session.writable(session.plan())
        result = session.apply(plan, stop=lambda: cancel_button.is_pressed)

Nothing is read before it is needed. Rules are read once, until `reload`; accounts are connected once, and the names on
their servers asked for once, until `refresh`. What comes back are values; text is made of them in `report`. Messages
and progress go to `on_event`.

Threads: a session may be used by several, and does one operation at a time, so that others wait; `thumbnail`,
`person_thumbnail` and what only reads the ledger wait for nobody. A ledger belongs to the thread that opened it, so
each operation opens it for itself, in the thread that calls it, unless that thread holds it open (`holding_ledger`).
"""

from __future__ import annotations

import threading
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Literal

from immich_smart_albums.bootstrap import connect
from immich_smart_albums.changes.reviewed import reviewed
from immich_smart_albums.config.load import load, load_rules
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.ledger.search_cache import StateFile
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.model.span import with_lines
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.accounts import connect_accounts
from immich_smart_albums.operations.apply.apply import apply, require_accounts
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.operations.apply.staleness import require_current
from immich_smart_albums.operations.check import check, check_rules
from immich_smart_albums.operations.explain.album import explain_album, rule_for
from immich_smart_albums.operations.explain.photo import Namer, asset_id_in
from immich_smart_albums.operations.explain.searches import query_plans
from immich_smart_albums.operations.forget import forget, forget_album, known_album
from immich_smart_albums.operations.history import history
from immich_smart_albums.operations.permissions import without_accounts, without_unpermitted
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.plan.names import with_albums
from immich_smart_albums.operations.plan.selections import new_indexing, preview
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.operations.undo.undo import Keys, plan_undo
from immich_smart_albums.rules.album import RuleSet
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.ids import is_id
from immich_smart_albums.selection.cache.records import WIDE, RecordCache
from immich_smart_albums.selection.explain.selection import explain_selection
from immich_smart_albums.selection.run.ranking import newest_first
from immich_smart_albums.session.adoption import Adopter, Adoption
from immich_smart_albums.session.events import (
    AssetsRead,
    Detail,
    Exchanged,
    Listener,
    Message,
    Note,
    ReadingDone,
    ignore,
)
from immich_smart_albums.session.places import STATE, ledger_place

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from immich_smart_albums.changes.journal import KnownAlbum, Run, Write
    from immich_smart_albums.changes.memory import AlbumMemory
    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.config.load import RunConfig, Source
    from immich_smart_albums.ledger.ledger import SqliteLedger
    from immich_smart_albums.model.picture import Picture
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.check import Health
    from immich_smart_albums.operations.explain.album import AlbumExplanation
    from immich_smart_albums.operations.explain.searches import AccountPlan
    from immich_smart_albums.operations.history import RunHistory
    from immich_smart_albums.operations.indexing.indexing import Indexing
    from immich_smart_albums.operations.plan.selections import AlbumSelections
    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.selection.explain.selection import SelectionExplanation
    from immich_smart_albums.session.options import Options


@dataclass(frozen=True, slots=True)
class ExplainedAlbum:
    """What the accounts of an album select, and why."""

    answer: AlbumSelections
    accounts: Mapping[str, SelectionExplanation]
    """By account; those that failed are missing, and among the problems of the answer."""


class Session:
    """Rules, accounts and a ledger, for one operation after another; see the module.

    Every method may raise what reading the rules, connecting and the ledger raise: ConfigurationError with everything
    that is wrong with files and settings, ServerError where no account can be asked, LedgerError. Where `stop` says so
    it raises Stopped.
    """

    def __init__(self, options: Options, on_event: Listener = ignore) -> None:
        """Nothing is read yet."""
        self.options = options
        self._on_event = on_event
        self._rules_source: Source = options.rules
        self._config: tuple[RunConfig, RuleSet] | None = None
        self._accounts: ConnectedAccounts | None = None
        self._is_fresh = True
        self._records: dict[str, RecordCache] = {}
        self._indexing: dict[str, Indexing] = {}
        self._stop: Stop = never
        self._lock = threading.RLock()
        self._held = threading.local()
        self._writable: Plan | None = None

    # -- what it works on -------------------------------------------------------------------------------------------

    @property
    def config(self) -> RunConfig:
        """What the rules files say, read at the first use, with server and keys; notes are told as events."""
        return self._loaded()[0]

    @property
    def rules(self) -> RuleSet:
        """The rules, of which those that the options do not name stand under `others`."""
        return self._loaded()[1]

    @property
    def accounts(self) -> ConnectedAccounts:
        """The accounts that feed the albums, connected at the first use. Raises ServerError where none can be asked."""
        accounts = self._accounts
        if accounts is None:
            with self._lock:
                accounts = self._accounts
                if accounts is None:
                    accounts = self._accounts = self._connected(self.rules)
                    present = accounts.present if self.options.keeps_records else {}
                    for name, account in present.items():
                        self._records.setdefault(name, RecordCache(account.server.searches))
                    self._indexing = {}
                    self._is_fresh = True
        return accounts

    def load(self) -> None:
        """Read the rules now, rather than at the first use."""
        self._loaded()

    def connect(self) -> None:
        """Connect the accounts now, rather than at the first use."""
        assert self.accounts.present

    def parse(self, source: Source | None = None) -> RuleSet:
        """What the rules say, or others, such as the text that somebody is typing; the session goes on with its own.

        Raises ConfigurationError with everything that is wrong. No key is read, and the server is not asked.
        """
        diagnostics = self._findings()
        source = self._rules_source if source is None else source
        book = load_rules(source, self.options.surroundings, diagnostics)
        self._tell_notes(diagnostics.warnings)
        return book

    def reload(self, source: Source | None = None) -> None:
        """Read the rules again, or others from now on.

        Accounts stay connected where the rules still say the same of server and accounts. Raises ConfigurationError,
        and then the session goes on with what it had.
        """
        with self._lock:
            source = self._rules_source if source is None else source
            before, source_before = self._config, self._rules_source
            self._config, self._rules_source = None, source
            try:
                now = self._loaded()
            except BaseException:
                self._config, self._rules_source = before, source_before
                raise
            if before is None or _who(*before) != _who(*now):
                self.refresh()

    def refresh(self, *, records: bool = True) -> None:
        """Forget what was asked for once, names, albums, and `records` in memory; the next operation connects anew."""
        with self._lock:
            self._accounts = None
            if records:
                self._records.clear()

    @property
    def ledger_place(self) -> Path:
        """The ledger's file. Raises ConfigurationError where there is no place for it."""
        return self.options.ledger or ledger_place(self.options.environment)

    @contextmanager
    def holding_ledger(self, doing: str | None = None) -> Iterator[None]:
        """Keep the ledger open over several operations of this thread; `doing` is what will be written, None: nothing.

        While somebody holds it to write, nobody else writes. Raises LedgerError.
        """
        with open_ledger(self.ledger_place, doing=doing) as ledger:
            self._held.ledger, self._held.writes = ledger, doing is not None
            try:
                yield
            finally:
                self._held.ledger = None

    @contextmanager
    def ledger(self, doing: str | None = None) -> Iterator[SqliteLedger]:
        """The ledger, to read; with `doing`, to write. It must not leave the thread. Raises LedgerError."""
        held: SqliteLedger | None = getattr(self._held, "ledger", None)
        if held is not None and (doing is None or self._held.writes):
            yield held
            return
        with open_ledger(self.ledger_place, doing=doing) as ledger:
            yield ledger

    # -- reading ----------------------------------------------------------------------------------------------------

    def plan(
        self, *, allow: Sequence[str] = (), rules: RuleSet | None = None, draft: bool = False, stop: Stop = never
    ) -> Plan:
        """What would change in all albums, or in those of other rules; nothing is written.

        The guards of albums named in `allow` do not count this once. Names and albums are looked up anew if the session
        used them before: a plan is made from the world as it is. Not so a `draft`, for plans that follow each other
        quickly while somebody is typing, and that nobody writes: it may rest on records in memory, as `select` does.
        """
        with self._reading(stop):
            if not draft and not self._is_fresh:
                self._accounts = None  # records in memory stay: no plan is made from them
            config, book = self.config, self.rules if rules is None else rules
            with self.ledger() as ledger:
                files = tuple(str(file.absolute()) for file in config.files)
                plan, notices = make_plan(
                    book,
                    self.accounts,
                    ledger,
                    replace(self._selecting(), records=self._records if draft else {}),
                    made_at=now(),
                    rules=config.digest,
                    files=files,
                    allow=allow,
                )
        self._tell_notes(notices)
        return plan

    def album_assets(self, album_id: str, *, account: str | None = None, stop: Stop = never) -> tuple[Asset, ...]:
        """What an album shows to an account, or to the first, newest first; what is in the archive too."""
        query = Query(Kind.METADATA, (("albumIds", (album_id,)),), frozenset({Visibility.TIMELINE, Visibility.ARCHIVE}))
        with self._reading(stop), closing(self._server(account).searches.find(query, frozenset())) as batches:
            return tuple(newest_first({str(r["id"]): Asset.of(r) for batch in batches for r in batch}.values()))

    def details(self, asset_id: str, *, account: str | None = None) -> Record | None:
        """All that an account, or the first, is shown of a photo. None if it does not see it."""
        return next(iter(self._server(account).searches.details([_checked_id(asset_id, "photo")])), None)

    def review(self, saved: Plan, *, stop: Stop = never) -> Plan:
        """A plan that was saved, if everything still is as it says and the rules still say so; to be applied.

        Raises PlanOutdated otherwise, and ConfigurationError where an account is missing.
        """
        saved = without_accounts(
            saved, self.accounts.absent
        )  # what stops these albums stands in the plan that is made anew
        require_accounts(saved, self.accounts.present, self.accounts.absent)
        with self.ledger() as ledger:
            require_current(saved, self.servers, ledger=ledger.state, rules=self.config.digest)
        names = {rule_for(album.rule, self.rules).name for album in saved.albums}
        return reviewed(saved, self.plan(allow=saved.allowed, rules=with_albums(self.rules, names), stop=stop))

    def select(self, rules: Iterable[AlbumRule] | None = None, *, stop: Stop = never) -> dict[str, AlbumSelections]:
        """What all rules select for certain, or these, by their names; of each account, and why others failed.

        The rules need not stand in the rules files, so a page can preview what somebody is typing. Where the options
        say so, what was read is kept: rules that change then cost requests only for what was not read yet, and show the
        library as it was when it was read, until `refresh`. What is written never rests on that.
        """
        return self._select(rules, stop, explained=False)

    def _select(self, rules: Iterable[AlbumRule] | None, stop: Stop, *, explained: bool) -> dict[str, AlbumSelections]:
        albums = self.rules.albums if rules is None else tuple(rules)
        with self._reading(stop):
            accounts = self._accounts_for(albums)
            options = replace(self._selecting(), keeps_rejected=explained, records=self._records)
            self._indexing = self._indexing or new_indexing(accounts, options)
            answers, notices = preview(albums, accounts, options, self._indexing)
        self._tell_notes(notices)
        rule_set = RuleSet(albums)
        return {
            name: replace(answer, problems=with_lines(answer.problems, rule_set.documents))
            for name, answer in answers.items()
        }

    def explain(self, name: str, photo: str, *, rules: RuleSet | None = None, stop: Stop = never) -> AlbumExplanation:
        """Why a photo, by id or address, is in the album of this name or not; by other rules than the session's own.

        Raises ConfigurationError for an album that no rule feeds, and for what is neither id nor address.
        """
        asset_id = asset_id_in(photo)
        rule = rule_for(name, self.rules if rules is None else rules)
        with self._reading(stop), self.ledger() as ledger:
            return explain_album(rule, asset_id, self.accounts, ledger, self._selecting(), name=name)

    def explain_selection(
        self, rules: Iterable[AlbumRule] | None = None, *, stop: Stop = never
    ) -> dict[str, ExplainedAlbum]:
        """What all rules select, or these, as `select` does; and for each photo why, from what the searches found.

        No photo is asked for by itself. Photos that a single part of a rule keeps out are among the near misses of that
        part, as far as a search found them; with `keeps_records` and the library read, that is all of them.
        """
        answers = self._select(rules, stop, explained=True)
        accounts = self.accounts.present
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

        Rules that look at what records show are then selected without a request.
        """
        with self._reading(stop):
            self.connect()
            for records in self._records.values():
                for _ in records.find(WHOLE_LIBRARY, WIDE):
                    pass

    def query_plans(self) -> Iterator[AccountPlan]:
        """The searches that each account would be sent; none is."""
        yield from query_plans(self.rules.albums, self.accounts, {})

    def check(self, account: str | None = None) -> Health:
        """Whether a server and its key are in place: that of an account, or of the first."""
        return check(self._server(account))

    def check_rules(self) -> tuple[Problem, ...]:
        """What is wrong with the rules, held against the server: names that nobody has, keys that are no good."""
        problems, notices = check_rules(self.rules, self.accounts)
        self._tell_notes(notices)
        return with_lines(problems, self.rules.documents)

    def history(self, most: int = 1000) -> list[RunHistory]:
        """The runs that wrote something, newest first, at most so many; the server is not asked."""
        with self.ledger() as ledger:
            return history(ledger, most=most)

    def run(self, run: int) -> tuple[Run, list[Write]]:
        """A run and what it wrote. Raises ConfigurationError for one that the ledger does not know."""
        with self.ledger() as ledger:
            record = next((known_run for known_run in ledger.runs() if known_run.id == run), None)
            if record is None:
                hint = "history without a number lists the runs."
                raise ConfigurationError((Problem("RUN", f"the ledger knows no run {run}", hint),))
            return record, ledger.writes(run)

    def known_albums(self) -> list[KnownAlbum]:
        """The albums that the ledger knows, by rule."""
        with self.ledger() as ledger:
            return ledger.albums()

    def known_album(self, name: str) -> tuple[KnownAlbum, AlbumMemory]:
        """An album that the ledger knows, by its rule's name or its id, and what is remembered of it."""
        with self.ledger() as ledger:
            album = known_album(name, ledger)
            return album, ledger.memory(album.key)

    # -- pictures ---------------------------------------------------------------------------------------------------

    def thumbnail(
        self,
        asset_id: str,
        size: Literal["thumbnail", "preview"] = "thumbnail",
        *,
        account: str | None = None,
        etag: str | None = None,
    ) -> Picture:
        """A small picture of a photo, as an account sees it, or the first; with what its server says of keeping it.

        One that still has this `etag` comes without data. Raises ConfigurationError for what is no id, and ServerError;
        Refused with status 404 where Immich has not made it yet.
        """
        return self._server(account).pictures.of_asset(_checked_id(asset_id, "photo"), size, etag=etag)

    def person_thumbnail(self, person_id: str, *, account: str | None = None, etag: str | None = None) -> Picture:
        """The face of a person; see `thumbnail`."""
        return self._server(account).pictures.of_person(_checked_id(person_id, "person"), etag=etag)

    def album_cover(self, album_id: str, *, account: str | None = None) -> str | None:
        """The photo that an album is shown with. None for none. Raises ConfigurationError for what is no id."""
        return self._server(account).albums.details(_checked_id(album_id, "album")).cover

    # -- writing ----------------------------------------------------------------------------------------------------

    def writable(self, plan: Plan) -> Plan:
        """The plan as it can be written: albums for which a key lacks a permission say so, and are left alone."""
        self._writable = without_unpermitted(plan, self.servers)
        return self._writable

    def apply(self, plan: Plan, *, stop: Stop = never, result: ApplyResult | None = None) -> ApplyResult:
        """Write a plan, and tell what became of it: `result`, which is filled while it is written.

        Before each request `stop` is asked whether to end: then Stopped is raised, once all that was written is
        remembered.
        What goes wrong in one album is noted with it. Raises UnsafePlan where a guard refuses the run as a whole, and
        PlanOutdated.
        """
        result = ApplyResult() if result is None else result
        plan = plan if plan is self._writable else self.writable(plan)
        with self._lock, self.ledger(plan.verb) as ledger:
            apply(plan, self.servers, ledger, result, now, stop)
            self._is_fresh = False
        return result

    def plan_undo(self, run: int | None = None) -> Plan:
        """The plan that takes back a run, or the last one; it is applied as every plan."""
        present = self.accounts.present
        keys = Keys(self.servers, {name: account.user.id for name, account in present.items()})
        with self.ledger() as ledger:
            return plan_undo(run, keys, ledger, now())

    def undo(self, run: int | None = None, *, stop: Stop = never) -> ApplyResult:
        """Take back a run, or the last one."""
        return self.apply(self.plan_undo(run), stop=stop)

    def adopt(self, name: str, album: str | None = None, *, take_over: bool = False, stop: Stop = never) -> Adoption:
        """Let a rule feed an album that is there; see `Adopter.adopt`. Nothing on the server changes."""
        with self._reading(stop), self.ledger("adopt") as ledger:
            return Adopter(self.rules, self.accounts, ledger, self._selecting(), now).adopt(
                name, album, take_over=take_over
            )

    def forget(self, name: str, assets: Sequence[str] = ()) -> tuple[KnownAlbum, int]:
        """Let photos of an album in again that people took out, all of them or these; the album, and how many."""
        with self.ledger("ledger forget") as ledger:
            album = known_album(name, ledger)
            return album, forget(album, assets, ledger)

    def forget_album(self, name: str) -> KnownAlbum:
        """Forget which album a rule feeds, so that it starts anew."""
        with self.ledger("ledger forget") as ledger:
            album = known_album(name, ledger)
            forget_album(album, ledger)
            return album

    # -- inside -----------------------------------------------------------------------------------------------------

    @property
    def servers(self) -> dict[str, PhotoServer]:
        """The servers of all accounts that take part, each with its account's key."""
        return {name: account.server for name, account in self.accounts.present.items()}

    @property
    def base(self) -> str:
        """The address that people open in a browser."""
        return next(iter(self.servers.values())).base

    def _server(self, account: str | None) -> PhotoServer:
        """The server of an account, or of the first. Raises ConfigurationError for an account that takes no part."""
        servers = self.servers
        if account is None:
            return next(iter(servers.values()))
        if account not in servers:
            raise ConfigurationError((Problem("account", f"no account {account!r} takes part"),))
        return servers[account]

    def _loaded(self) -> tuple[RunConfig, RuleSet]:
        """What the rules files say, and the rules that the options mean."""
        with self._lock:
            if self._config is None:
                options, diagnostics = self.options, self._findings()
                config = load(
                    self._rules_source, options.surroundings, diagnostics, server=options.server, key=options.key
                )
                self._config = config, with_albums(config.rules, options.albums)
                self._tell_notes(diagnostics.warnings)
            return self._config

    def _accounts_for(self, albums: Sequence[AlbumRule]) -> ConnectedAccounts:
        """The accounts, if those of some rules are among them. Raises ConfigurationError."""
        accounts = self.accounts
        unknown = {name: rule for rule in albums for name in rule.accounts if not _is_known(name, accounts)}
        if unknown:
            hint = "Save the rules first: keys are read from the files."
            message = "the session knows no account {!r}"
            raise ConfigurationError(
                tuple(rule.span.problem(message.format(name), hint=hint) for name, rule in unknown.items())
            )
        return accounts

    def _connected(self, rules: RuleSet) -> ConnectedAccounts:
        busy, config = _busy(rules), self.config
        accounts = connect_accounts(
            {
                name: partial(
                    connect,
                    settings,
                    self.options.connection,
                    on_exchange=lambda exchange: self._on_event(Exchanged(exchange)),
                    on_read=lambda count: self._on_event(AssetsRead(count)),
                    stop=self._is_stopped,
                )
                for name, settings in config.settings.items()
                if name in busy
            },
            {name: problem for name, problem in config.absent.items() if name in busy},
        )
        for name, account in accounts.present.items():
            text = f"{account.server.base}: Immich {account.server.version}, {name} is {account.user.name}"
            self._on_event(Detail(text))
        return accounts

    @contextmanager
    def _reading(self, stop: Stop) -> Iterator[None]:
        """One operation that reads, which ends before the next request if `stop` says so."""
        with self._lock:
            self._stop = stop
            try:
                yield
            finally:
                self._stop = never
                self._is_fresh = False
                self._on_event(ReadingDone())

    def _is_stopped(self) -> bool:
        """Whether the operation that reads is to end."""
        return self._stop()

    def _selecting(self) -> SelectOptions:
        place = self.ledger_place.with_name(STATE)
        store = None if self.options.full else StateFile(place, lambda text: self._on_event(Message(text)))
        return SelectOptions(self.options.connection.concurrency, self._detail, store, time.time)

    def _findings(self) -> Diagnostics:
        return Diagnostics([*self.options.problems], [*self.options.notes])

    def _detail(self, text: str) -> None:
        self._on_event(Detail(text))

    def _tell_notes(self, notes: Iterable[str]) -> None:
        for note in notes:
            self._on_event(Note(note))


def _checked_id(text: str, noun: str) -> str:
    if not is_id(text):
        raise ConfigurationError((Problem(noun, f"{text[:80]!r} is no id"),))
    return text.lower()


def _who(config: RunConfig, rules: RuleSet) -> tuple[object, ...]:
    """Whom a session connects, and how: two that are the same are connected once."""
    ways = {
        name: (
            settings.server,
            settings.key.reveal(),
            {header: value.reveal() for header, value in settings.headers.items()},
            settings.client_cert,
            settings.client_key,
        )
        for name, settings in config.settings.items()
    }
    return ways, config.absent, _busy(rules)


def _busy(rules: RuleSet) -> set[str]:
    """The accounts that feed albums."""
    return {name for album in rules.albums for name in album.accounts}


def _is_known(name: str, accounts: ConnectedAccounts) -> bool:
    return name in accounts.present or name in accounts.absent


def now() -> str:
    """The time, for plans and the ledger: ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
