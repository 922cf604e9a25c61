"""The console: messages, progress and errors for people, on stderr."""

from __future__ import annotations

import contextlib
import os
import sys
import threading
from typing import TYPE_CHECKING, TextIO, assert_never

from immich_smart_albums.cli.pasting import pasteable
from immich_smart_albums.errors import ConfigurationError, Problem, SmartAlbumsError
from immich_smart_albums.report.failures import by_album, problem_texts
from immich_smart_albums.report.words import one_line
from immich_smart_albums.session.events import AssetsRead, Detail, Exchanged, Note, ReadingDone, StatusMessage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rich.progress import Progress, TaskID

    from immich_smart_albums.bootstrap import Exchange
    from immich_smart_albums.session.events import Event

BAR_FROM = 2000
"""Photos after which a progress bar appears. A run of fewer is over before a bar helps."""

_SHOWN_OF_BODY = 300


class Console:
    """Messages, progress and errors on one stream."""

    def __init__(self, stream: TextIO, *, verbose: bool, quiet: bool = False) -> None:
        self._stream = stream
        self._quiet = quiet
        self._verbose = verbose
        self._is_terminal = stream.isatty()
        self._has_colour = has_colour(stream)
        self._lock = threading.Lock()
        self._read = 0
        self._is_done = False
        self._bar: tuple[Progress, TaskID] | None = None

    @property
    def is_terminal(self) -> bool:
        """Whether a person is watching."""
        return self._is_terminal

    def say(self, text: str = "", *, alarm: str = "") -> None:
        """Print a message on one line, without control characters, after an `alarm` in red if there is one.

        Failures to write are ignored. A quiet console prints only messages with an alarm, and errors.
        """
        if not self._quiet or alarm:
            self._write(text, alarm)

    def _write(self, text: str, alarm: str = "") -> None:
        with self._lock, contextlib.suppress(OSError, ValueError):
            before = f"{self._red(alarm)} " if alarm else ""
            self._stream.write(f"{before}{one_line(pasteable(text))}\n")  # in one piece: threads write side by side
            self._stream.flush()

    def show(self, event: Event) -> None:
        """Print an event of a session."""
        match event:
            case Note():
                self.say(f"note: {event.text}")
            case StatusMessage():
                self.say(event.text)
            case Detail():
                self.detail(event.text)
            case Exchanged():
                self.exchange(event.exchange)
            case AssetsRead():
                self.read(event.count)
            case ReadingDone():
                self.done_reading()
            case _:
                assert_never(event)

    def detail(self, text: str) -> None:
        """Print a message with --verbose."""
        if self._verbose:
            self.say(text)

    def exchange(self, exchange: Exchange) -> None:
        """Print a request, with --verbose. It has no headers, so no key."""
        if not self._verbose:
            return
        body = "" if exchange.body is None else " " + exchange.body[:_SHOWN_OF_BODY].decode(errors="replace")
        if exchange.body is not None and len(exchange.body) > _SHOWN_OF_BODY:
            body += "…"
        status = exchange.status or "no answer"
        answer = exchange.trouble or f"{exchange.received:,} bytes"
        self.say(f"{exchange.method} {exchange.path}{body} → {status} in {exchange.seconds:.3f} s, {answer}")

    def read(self, count: int) -> None:
        """Count photos that were read. On a terminal, many of them get a progress bar."""
        with self._lock:
            self._read += count
            if self._is_terminal and not self._verbose and self._read > BAR_FROM and not self._is_done:
                bar, task = self._progress()
                bar.update(task, completed=self._read)

    def done_reading(self) -> None:
        """Remove the progress bar."""
        with self._lock:
            self._is_done = True
            if self._bar:
                self._bar[0].stop()
                self._bar = None

    def table(self, title: str, rows: list[tuple[str, str]]) -> None:
        """Print a short table, on a terminal."""
        from rich.console import Console as RichConsole  # noqa: PLC0415 - imported only where a table is drawn
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        # As Text, because in a plain str brackets are commands of rich's own.
        table = Table(title=Text(one_line(title)), show_header=False, title_justify="left")
        for row in rows:
            table.add_row(*(Text(one_line(cell)) for cell in row))
        RichConsole(file=self._stream, no_color=not self._has_colour).print(table)

    def error(self, error: SmartAlbumsError) -> None:
        """Print a failure and its hint; problems of the input one by one, each with its place."""
        self.done_reading()
        if isinstance(error, ConfigurationError):
            count = len(error.problems)
            noun = "one problem" if count == 1 else f"{count} problems"
            self._write(f"{noun}; nothing was searched or written", "error:")
            for problem in error.problems:
                self._write(f"  {problem.where}: {problem.message}")
                for line in (problem.excerpt or "").splitlines():
                    self._write(f"      {line}")
                if problem.hint:
                    self._write(f"    → {problem.hint}")
            return
        self._write(error.message, "error:")
        if error.hint:
            self._write(f"  → {error.hint}")

    def problem(self, problem: Problem, albums: Sequence[str] = ()) -> None:
        """Print a problem that stops some albums, or the run."""
        self.done_reading()
        first, *rest = problem_texts(problem, albums)
        self._write(first, "error:")
        for line in rest:
            self._write(line)

    def problems(self, problems: Mapping[str, Sequence[Problem]]) -> None:
        """Print the problems of albums, by their names, each problem once."""
        for problem, albums in by_album(problems).items():
            self.problem(problem, albums)

    def _red(self, text: str) -> str:
        return f"\x1b[1;31m{text}\x1b[0m" if self._has_colour else text

    def _progress(self) -> tuple[Progress, TaskID]:
        if self._bar is None:
            from rich.console import Console as RichConsole  # noqa: PLC0415 - imported only where a bar is drawn
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

            console = RichConsole(file=self._stream, no_color=not self._has_colour)
            bar = Progress(
                SpinnerColumn(),
                TextColumn("{task.completed:,} photos read"),
                TimeElapsedColumn(),
                console=console,
                transient=True,
            )
            self._bar = (bar, bar.add_task("read", total=None))
            bar.start()
        return self._bar


def has_colour(stream: TextIO) -> bool:
    """Returns whether colour codes may be written to a stream: it is a terminal, and NO_COLOR is not set."""
    return stream.isatty() and not os.environ.get("NO_COLOR")


def stderr_console(*, verbose: bool, quiet: bool = False) -> Console:
    """Returns the console of this process."""
    return Console(sys.stderr, verbose=verbose, quiet=quiet)
