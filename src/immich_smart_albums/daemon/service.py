"""The daemon as a process: its parts wired together, and the signals that end it."""

from __future__ import annotations

import random
import secrets
import signal
import threading
import time
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from immich_smart_albums.daemon.http.app import AppContext, application
from immich_smart_albums.daemon.http.hook import HEADER, PATH, WebhookEndpoint
from immich_smart_albums.daemon.http.server import HttpServer
from immich_smart_albums.daemon.loop import BACK_OFF, Daemon
from immich_smart_albums.daemon.messages.outbox import Outbox
from immich_smart_albums.daemon.notifier import MessageNotifier
from immich_smart_albums.daemon.runner import SessionRunner
from immich_smart_albums.daemon.state import FILE, DaemonStateFile
from immich_smart_albums.daemon.uploads import UploadQueue
from immich_smart_albums.errors import ServerError, SmartAlbumsError, Stopped, Unreachable
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.operations.workflows import Webhook as WorkflowHook
from immich_smart_albums.operations.workflows import install
from immich_smart_albums.report.failures import raised_at
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
"""Seconds between two updates of the pulse in the state."""


@dataclass(frozen=True, slots=True)
class ServiceOptions:
    """Options of the service, from the command line."""

    session: SessionOptions
    listen: tuple[str, int] | None = ("127.0.0.1", 8765)
    """Host and port. None: no HTTP server."""
    url: str | None = None
    """The address under which others reach it, for links in messages and for Immich."""
    secret: Secret | None = None
    """The secret of Immich's webhook calls. None: there is no webhook."""
    jitter: float = 30.0
    is_connecting: bool = False
    """Whether to install the workflow in Immich that announces photos."""
    studio: ASGIApp | None = field(default=None, repr=False)
    """The application for all paths that are not the daemon's own."""


class Service:
    """One daemon."""

    def __init__(self, options: ServiceOptions, log: Log, clock: Callable[[], float] = time.time) -> None:
        """Read the rules and open the socket. Raises ConfigurationError."""
        self._options = options
        self._log = log
        self._clock = clock
        self._wake = threading.Event()
        self._stop_requested = threading.Event()
        self._uploads = UploadQueue()
        self._runner = SessionRunner(
            options.session,
            clock=clock,
            stop=self._stop_requested.is_set,
            on_event=self._log_event,
            on_bug=self._log_bug,
        )
        self._state = DaemonStateFile(state_place(options.session), self._log_state_problem)
        hook = None if options.secret is None else WebhookEndpoint(options.secret, self._uploads, clock, self._wake.set)
        context = AppContext(self._state, self._uploads, clock, self._wake.set, hook, options.studio)
        self._http = None if options.listen is None else HttpServer(application(context), *options.listen)

    @property
    def port(self) -> int | None:
        """The port of the HTTP server. None if there is none."""
        return None if self._http is None else self._http.port

    def stop(self) -> None:
        """Request the end: `run` returns after the request under way."""
        self._stop_requested.set()
        self._wake.set()

    def run(self) -> None:
        """Work until `stop` is called."""
        with ExitStack() as stack:
            if self._http is not None and self._options.listen is not None:
                stack.enter_context(self._http)
                self._log.info("listening", f"at http://{self._options.listen[0]}:{self._http.port}")
            stack.enter_context(self._pulse())
            notifier = MessageNotifier(self._runner, self._state, self._log, self._options.session, self._clock)
            outbox = Outbox(notifier.on_result, wait=self._stop_requested.wait)
            notifier.send = outbox.put
            stack.callback(outbox.close)
            daemon = Daemon(
                self._runner,
                self._state,
                notifier,
                self._log,
                self._uploads,
                now=self._clock(),
                hears_of_uploads=self._options.secret is not None and self._http is not None,
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
        """Install the workflow that announces photos, as soon as Immich answers. Runs do not wait for this."""
        secret, tries = self._options.secret, iter(BACK_OFF)
        hook = WorkflowHook(f"{self._options.url}{PATH}", HEADER, secret or Secret(""))
        while not self._stop_requested.is_set():
            try:
                for name, server in self._runner.session.servers.items():
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
        """Returns a context in which the pulse in the state is updated, also during a long run."""
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

    def _log_event(self, event: Event) -> None:
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

    def _log_state_problem(self, text: str) -> None:
        self._log.warning("state", text)

    def _log_bug(self, error: Exception) -> None:
        self._log.error("bug", f"this is a bug in this tool: {type(error).__name__}: {error} ({raised_at(error)})")


def state_place(options: SessionOptions) -> Path:
    """Returns the path of the daemon's state, beside the ledger. Raises ConfigurationError."""
    return (options.ledger or ledger_place(options.environment)).with_name(FILE)


@contextmanager
def ending_by_signals(service: Service, journal: Log) -> Iterator[None]:
    """Returns a context in which SIGTERM, SIGINT and SIGHUP stop the service; a second one raises KeyboardInterrupt."""
    signals: list[int] = []

    def request_stop(number: int, _frame: FrameType | None) -> None:
        if signals:
            raise KeyboardInterrupt
        signals.append(number)
        journal.info("ending", f"{signal.Signals(number).name}: ending after the request under way")
        service.stop()

    caught = [number for number in _SIGNALS if signal.getsignal(number) is not signal.SIG_IGN]
    previous = {number: signal.signal(number, request_stop) for number in caught}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)


def local_now() -> datetime:
    """Returns the time, for log lines."""
    return datetime.now().astimezone()
