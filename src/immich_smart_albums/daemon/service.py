"""The daemon as a process: its parts put together, and the signals that end it."""

from __future__ import annotations

import random
import secrets
import signal
import threading
import time
import traceback
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from immich_smart_albums.daemon.household import SessionHousehold
from immich_smart_albums.daemon.http.app import Parts, application
from immich_smart_albums.daemon.http.hook import HEADER, PATH, WebhookEndpoint
from immich_smart_albums.daemon.http.server import HttpServer
from immich_smart_albums.daemon.loop import BACK_OFF, Daemon
from immich_smart_albums.daemon.messages.outbox import Outbox
from immich_smart_albums.daemon.nudges import Nudges
from immich_smart_albums.daemon.state import FILE, DaemonStateFile
from immich_smart_albums.daemon.voice import Messenger
from immich_smart_albums.errors import ServerError, SmartAlbumsError, Stopped, Unreachable
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.operations.workflows import Webhook as WorkflowHook
from immich_smart_albums.operations.workflows import install
from immich_smart_albums.session.events import Detail, Exchanged, Note, StatusMessage
from immich_smart_albums.session.places import ledger_place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path
    from types import FrameType

    from starlette.types import ASGIApp

    from immich_smart_albums.daemon.log import Log
    from immich_smart_albums.session.events import Event
    from immich_smart_albums.session.options import SessionOptions

_SIGNALS = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)

PULSE = 30.0
"""Seconds between two signs of life while a run goes on."""


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Options of the service, as the command line says them."""

    session: SessionOptions
    listen: tuple[str, int] | None = ("127.0.0.1", 8765)
    """None: no address."""
    url: str | None = None
    """How others reach that address, for links in messages and for Immich."""
    secret: Secret | None = None
    """What Immich says in its calls. None: it is not listened to."""
    jitter: float = 30.0
    is_connecting: bool = False
    """Whether to let Immich tell of photos, at the start."""
    studio: ASGIApp | None = field(default=None, repr=False)
    """What answers at the paths that are not the daemon's own."""


class Service:
    """One daemon; `run` returns when it was told to end."""

    def __init__(self, options: ServiceOptions, log: Log, clock: Callable[[], float] = time.time) -> None:
        """Read the rules and take the address. Raises ConfigurationError."""
        self._options = options
        self._log = log
        self._clock = clock
        self._wake = threading.Event()
        self._stop_requested = threading.Event()
        self._nudges = Nudges()
        self._household = SessionHousehold(
            options.session, clock=clock, stop=self._stop_requested.is_set, on_event=self._show, on_bug=self._bug
        )
        self._state = DaemonStateFile(state_place(options.session), self._untold)
        hook = None if options.secret is None else WebhookEndpoint(options.secret, self._nudges, clock, self._wake.set)
        parts = Parts(self._state, self._nudges, clock, self._wake.set, hook, options.studio)
        self._http = None if options.listen is None else HttpServer(application(parts), *options.listen)

    @property
    def port(self) -> int | None:
        """Where it answers. None: nowhere."""
        return None if self._http is None else self._http.port

    def stop(self) -> None:
        """End after the request under way."""
        self._stop_requested.set()
        self._wake.set()

    def run(self) -> None:
        """Work until the stop is requested."""
        with ExitStack() as stack:
            if self._http is not None and self._options.listen is not None:
                stack.enter_context(self._http)
                self._log.info("listening", f"at http://{self._options.listen[0]}:{self._http.port}")
            stack.enter_context(self._pulse())
            messenger = Messenger(self._household, self._state, self._log, self._options.session, self._clock)
            outbox = Outbox(messenger.on_result, wait=self._stop_requested.wait)
            messenger.send = outbox.put
            stack.callback(outbox.close)
            daemon = Daemon(
                self._household,
                self._state,
                messenger,
                self._log,
                self._nudges,
                now=self._clock(),
                is_nudged=self._options.secret is not None and self._http is not None,
                jitter=self._options.jitter,
                random=random.random,
                new_token=lambda: secrets.token_urlsafe(32),
                link=self._link if self._options.url and self._http is not None else None,
            )
            if self._options.is_connecting:
                threading.Thread(target=self._connect, name="connect", daemon=True).start()
            self._work(daemon)
        self._state.change(ended=True, running_since=None)
        self._log.info("ended", "told to end; nothing was left half-written")

    def _work(self, daemon: Daemon) -> None:
        while not self._stop_requested.is_set():
            self._wake.clear()
            try:
                seconds = daemon.step(self._clock(), self._clock)
            except Stopped:
                return
            self._wake.wait(seconds)

    def _connect(self) -> None:
        """Let Immich tell of photos, once it is there; runs do not wait for that."""
        secret, tries = self._options.secret, iter(BACK_OFF)
        hook = WorkflowHook(f"{self._options.url}{PATH}", HEADER, secret or Secret(""))
        while not self._stop_requested.is_set():
            try:
                for name, server in self._household.session.servers.items():
                    workflow = install(server.workflows, hook)
                    self._log.info("connected", f"Immich tells of the photos of {name}: workflow {workflow.id}")
            except Stopped:
                return
            except SmartAlbumsError as error:
                if isinstance(error, ServerError) and (isinstance(error, Unreachable) or error.retry is not None):
                    self._stop_requested.wait(next(tries, BACK_OFF[-1]))
                    continue
                self._log.error("not.connected", f"{error.message}. {error.hint or ''}")
                return
            else:
                return

    def _link(self, token: str) -> str:
        return f"{(self._options.url or '').rstrip('/')}/allow/{token}"

    @contextmanager
    def _pulse(self) -> Iterator[None]:
        """Show that the process is there, also while a run takes long."""
        is_over = threading.Event()

        def beat() -> None:
            while not is_over.wait(PULSE):
                self._state.change(pulse=self._clock())

        thread = threading.Thread(target=beat, name="pulse", daemon=True)
        thread.start()
        try:
            yield
        finally:
            is_over.set()
            thread.join()

    def _show(self, event: Event) -> None:
        match event:
            case Note(text=text):
                self._log.info("note", text)
            case StatusMessage(text=text):
                self._log.warning("note", text)
            case Detail(text=text):
                self._log.debug("detail", text)
            case Exchanged(exchange=exchange):
                text = f"{exchange.method} {exchange.path} → {exchange.status or exchange.trouble or 'no answer'}"
                self._log.debug("request", f"{text} in {exchange.seconds:.3f} s")
            case _:
                pass

    def _untold(self, text: str) -> None:
        self._log.warning("state", text)

    def _bug(self, error: Exception) -> None:
        places = traceback.extract_tb(error.__traceback__)
        where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(places))
        self._log.error("bug", f"this is a bug in this tool: {type(error).__name__}: {error} ({where})")


def state_place(options: SessionOptions) -> Path:
    """Returns where the daemon keeps its state: beside the ledger. Raises ConfigurationError."""
    return (options.ledger or ledger_place(options.environment)).with_name(FILE)


@contextmanager
def ending_by_signals(service: Service, journal: Log) -> Iterator[None]:
    """Returns a context in which SIGTERM, SIGINT and SIGHUP end the service, the second one at once.

    That one raises KeyboardInterrupt.
    """
    signals: list[int] = []

    def ask(number: int, _frame: FrameType | None) -> None:
        if signals:
            raise KeyboardInterrupt
        signals.append(number)
        journal.info("ending", f"{signal.Signals(number).name}: ending after the request under way")
        service.stop()

    heard = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    before = {number: signal.signal(number, ask) for number in heard}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def local_now() -> datetime:
    """Returns the time, for log lines."""
    return datetime.now().astimezone()
