"""The context of a session's operations: rules, connected accounts, records in memory, the ledger, and who is next."""

from __future__ import annotations

import threading
import time
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, Problem, ServerError, Stopped
from immich_smart_albums.ledger.search_cache import SearchCacheFile
from immich_smart_albums.model.stopping import never
from immich_smart_albums.operations.plan.drafts import Drafts
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.selection.cache.records import RecordCache
from immich_smart_albums.session.connecting import connected, connection_key, is_known
from immich_smart_albums.session.events import Detail, Listener, Note, ReadingDone, StatusMessage
from immich_smart_albums.session.ledger_access import LedgerAccess
from immich_smart_albums.session.loaded_rules import LoadedRules
from immich_smart_albums.session.places import STATE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from immich_smart_albums.config.load import RunConfig, Source
    from immich_smart_albums.ledger.ledger import SqliteLedger
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.library.values import LibraryValues
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.album import AlbumRule, RuleSet
    from immich_smart_albums.session.options import SessionOptions


PATIENCE = 0.05
"""Seconds between two calls of `stop` while an operation waits for the one before it."""


class SessionContext:
    """What the operations of a session share; see `Session`."""

    def __init__(self, options: SessionOptions, on_event: Listener) -> None:
        """Read nothing yet, and connect nothing."""
        self._on_event = on_event
        self._rules = LoadedRules(options, self.tell_notes)
        self._accounts: ConnectedAccounts | None = None
        self._attempts = 0
        self._failure: ServerError | None = None
        self.is_fresh = True
        self.records: dict[str, RecordCache] = {}
        self.drafts = Drafts()
        self.values: LibraryValues | None = None
        self._stop: Stop = never
        self._background: tuple[ConnectedAccounts, Mapping[str, PhotoServer]] | None = None
        self._stop_background: Stop = never
        self.lock = threading.RLock()
        self._ledger = LedgerAccess(options)

    @property
    def options(self) -> SessionOptions:
        """See `Session.options`."""
        return self._rules.options

    @property
    def config(self) -> RunConfig:
        """See `Session.config`."""
        return self._rules.get()[0]

    @property
    def rules(self) -> RuleSet:
        """See `Session.rules`."""
        return self._rules.get()[1]

    @property
    def accounts(self) -> ConnectedAccounts:
        """See `Session.accounts`."""
        accounts, attempts = self._accounts, self._attempts
        if accounts is None:
            with self.lock:
                accounts = self._accounts
                if accounts is None:
                    if self._attempts > attempts and self._failure is not None:
                        raise self._failure.with_traceback(None)  # of the attempt that this thread waited for
                    accounts = self._accounts = self._connected()
                    present = accounts.present if self.options.keeps_records else {}
                    for name, account in present.items():
                        self.records.setdefault(name, RecordCache(account.server.searches, stop=self._is_stopped))
                    self.is_fresh = True
        return accounts

    def background(self, stop: Stop) -> Mapping[str, PhotoServer]:
        """Returns the servers of all accounts, connected a second time: nobody waits for requests to these.

        Only one operation may use them at a time. `stop` is asked before each request, and may wait for other
        operations; so it is not asked here, where others wait for this one.
        """
        self._stop_background = never
        with self.lock:
            accounts = self.accounts
            if self._background is None or self._background[0] is not accounts:
                connection = self.options.connection
                again = connected(self.config, self.rules, connection, self._on_event, self._is_background_stopped)
                self._background = accounts, {name: account.server for name, account in again.present.items()}
            servers = self._background[1]
        self._stop_background = stop
        return servers

    def _connected(self) -> ConnectedAccounts:
        """A new connection. Operations that waited for it fail with it, so that each need not wait for a time-out."""
        self._failure = None
        try:
            return connected(self.config, self.rules, self.options.connection, self._on_event, self._is_stopped)
        except ServerError as error:
            self._failure = error
            raise
        finally:
            self._attempts += 1

    def load(self) -> None:
        """See `Session.load`."""
        self._rules.get()

    def connect(self) -> None:
        """See `Session.connect`."""
        assert self.accounts.present

    def parse(self, source: Source | None = None) -> RuleSet:
        """See `Session.parse`."""
        return self._rules.parse(source)

    def reload(self, source: Source | None = None) -> None:
        """See `Session.reload`."""
        with self.lock:
            before = self._rules.reload(source)
            if before is None or connection_key(*before) != connection_key(*self._rules.get()):
                self.refresh()

    def set_today(self, today: date) -> None:
        """See `Session.set_today`."""
        with self.lock:
            self._rules.set_today(today)

    def refresh(self, *, records: bool = True) -> None:
        """See `Session.refresh`."""
        with self.lock:
            self._accounts = None
            if records:
                self.records.clear()
                self.drafts.clear()
                self.values = None

    @property
    def ledger_place(self) -> Path:
        """See `Session.ledger_place`."""
        return self._ledger.place

    def holding_ledger(self, doing: str | None = None) -> AbstractContextManager[None]:
        """See `Session.holding_ledger`."""
        return self._ledger.holding(doing)

    def ledger(self, doing: str | None = None) -> AbstractContextManager[SqliteLedger]:
        """See `Session.ledger`."""
        return self._ledger.open(doing)

    def look_anew(self) -> None:
        """Look names and albums up again if they were used before; records in memory stay."""
        if not self.is_fresh:
            self._accounts = None

    @property
    def servers(self) -> dict[str, PhotoServer]:
        """See `Session.servers`."""
        return {name: account.server for name, account in self.accounts.present.items()}

    @property
    def base(self) -> str:
        """See `Session.base`."""
        return next(iter(self.servers.values())).base

    def server(self, account: str | None) -> PhotoServer:
        """Returns the server of an account, or of the first.

        Raises ConfigurationError for an account that takes no part.
        """
        servers = self.servers
        if account is None:
            return next(iter(servers.values()))
        if account not in servers:
            raise ConfigurationError((Problem("account", f"no account {account!r} takes part"),))
        return servers[account]

    def accounts_for(self, albums: Sequence[AlbumRule]) -> ConnectedAccounts:
        """Returns the accounts of the session.

        Raises ConfigurationError if some of these rules name one that it lacks.
        """
        accounts = self.accounts
        unknown = {name: rule for rule in albums for name in rule.accounts if not is_known(name, accounts)}
        if unknown:
            hint = "Save the rules first: keys are read from the files."
            message = "the session knows no account {!r}"
            raise ConfigurationError(
                tuple(rule.span.problem(message.format(name), hint=hint) for name, rule in unknown.items())
            )
        return accounts

    @contextmanager
    def reading(self, stop: Stop) -> Iterator[None]:
        """Returns a context for one operation that reads; it waits for the operation before it.

        Raises Stopped once `stop` returns True: while it waits, and before each request.
        """
        while not self.lock.acquire(timeout=PATIENCE):
            if stop():
                raise Stopped
        try:
            if stop():
                raise Stopped
            self._stop = stop
            try:
                yield
            finally:
                self._stop = never
                self.is_fresh = False
                self._on_event(ReadingDone())
        finally:
            self.lock.release()

    def _is_background_stopped(self) -> bool:
        return self._stop_background()

    def _is_stopped(self) -> bool:
        """Whether to end the operation that reads."""
        return self._stop()

    def selecting(self) -> SelectOptions:
        """Returns the options of selections: how many requests at once, and the cache of earlier runs."""
        place = self.ledger_place.with_name(STATE)
        store = None if self.options.full else SearchCacheFile(place, lambda text: self._on_event(StatusMessage(text)))
        return SelectOptions(self.options.connection.concurrency, self._detail, store, time.time)

    def _detail(self, text: str) -> None:
        self._on_event(Detail(text))

    def tell_notes(self, notes: Iterable[str]) -> None:
        """Tell the listener what users should know of their rules."""
        for note in notes:
            self._on_event(Note(note))
