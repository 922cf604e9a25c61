"""The one error boundary: every way that a run can end becomes an exit code and a message."""

from __future__ import annotations

import contextlib
import io
import os
import sys
import tempfile
import threading
import time
import traceback
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, TextIO

from immich_smart_albums import __version__
from immich_smart_albums.cli.arguments import selection_parser, selects
from immich_smart_albums.cli.exits import Exit, exit_of
from immich_smart_albums.cli.interrupts import end_as_by_ctrl_c
from immich_smart_albums.cli.parser import PROGRAM, WrongUsage
from immich_smart_albums.cli.pasting import carry, forget_rules_files
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.errors import ConfigurationError, Problem, SmartAlbumsError, Stopped
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_INTERRUPTED = "interrupted; running the same again completes it"


def main() -> NoReturn:
    """Run with the arguments of this process and leave it."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a file name that the terminal cannot show is no failure
    # Closed by the process that started us: then nobody listens, and there is nothing to fail on.
    sys.stdout = sys.stdout or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - for as long as we run
    sys.stderr = sys.stderr or Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115
    end_as_by_ctrl_c()
    code = run(sys.argv[1:])
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:
            _forget(stream)
    if threading.active_count() > 1:
        # Requests whose answers nobody waits for any more would hold the process until their time-out.
        os._exit(code)
    sys.exit(code)


def run(argv: Sequence[str]) -> Exit:
    """Run one command line; every failure is printed on stderr."""
    try:
        return _run(argv)
    except SmartAlbumsError as error:
        _tell(error)
        _answer(argv, error)
        return exit_of(error)
    except WrongUsage as leaving:
        _answer(argv, ConfigurationError((Problem("command line", leaving.message, leaving.hint),)))
        raise
    except (KeyboardInterrupt, Stopped):
        with contextlib.suppress(OSError):
            sys.stderr.write(f"\n{_INTERRUPTED}\n")
        _answer(argv, SmartAlbumsError(_INTERRUPTED))
        return Exit.INTERRUPTED
    except BrokenPipeError:
        _forget(sys.stdout)  # the reader of our output has seen enough
        return Exit.DONE
    except MemoryError:
        hint = "Close other programs, or use a machine or a container with more of it."
        failure = SmartAlbumsError("this machine has not enough memory for that", hint=hint)
        _tell(failure)
        _answer(argv, failure)
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001 - the boundary: whatever is left is our bug
        _tell_bug(error, _write_report(argv, error))
        _answer(argv, SmartAlbumsError(f"this is a bug in {PROGRAM}: {type(error).__name__}"))
        return Exit.OUR_BUG
    finally:
        forget_rules_files()


def _run(argv: Sequence[str]) -> Exit:
    _check_clock()
    for word in argv:
        if not _is_text(word):
            hint = "Is the terminal's encoding UTF-8?"
            raise ConfigurationError((Problem("command line", f"{word!a} has bytes that are no text", hint),))
    verb, rest = (argv[0], argv[1:]) if argv and not argv[0].startswith("-") else ("", argv)
    if verb and verb not in VERBS:
        selection_parser().error(f"there is no verb {verb!r}; verbs are {', '.join(VERBS)}")
    parser = VERBS[verb].parser(verb) if verb else selection_parser()
    parsed = parser.parse_args(rest)
    carry(verb, parsed, parser)
    if not verb and not selects(parsed):
        verb = "check"
    # Imported only now: --help and wrong flags need none of it.
    room = VERBS[verb].room if verb else "commands"
    command = import_module(f"immich_smart_albums.cli.{room}.{verb or 'select'}")
    with _unheard() if getattr(parsed, "quiet", False) else contextlib.nullcontext():
        code: Exit = command.run(parsed)
    return code


@contextlib.contextmanager
def _unheard() -> Iterator[None]:
    """Let nothing come to stdout: what is wrong is said on stderr."""
    with Path(os.devnull).open("w", encoding="utf-8") as nowhere, contextlib.redirect_stdout(nowhere):
        yield


def _check_clock() -> None:
    """Raise where the clock shows a time that Python itself cannot handle, in 2262 or later: nothing would work."""
    try:
        time.time()
    except (OverflowError, OSError):
        hint = "Set the clock of this machine; a battery may be empty."
        raise SmartAlbumsError("this machine's clock is wrong by centuries", hint=hint) from None


def _is_text(word: str) -> bool:
    """Whether an argument can be sent: bytes that are no UTF-8 arrive as lone surrogates."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _tell(error: SmartAlbumsError) -> None:
    from immich_smart_albums.cli.console import stderr_console  # noqa: PLC0415 - not needed by runs that go well

    stderr_console(verbose=False).error(error)


def _answer(argv: Sequence[str], error: SmartAlbumsError) -> None:
    """Say on stdout that there is no result, where JSON was asked for: commands print theirs as the last thing."""
    words = list(argv)
    if "--format=json" not in words and ["--format", "json"] not in [
        words[number : number + 2] for number in range(len(words))
    ]:
        return
    from immich_smart_albums.report.envelope import json_text  # noqa: PLC0415 - as above
    from immich_smart_albums.report.failures import failure_json, problems_of  # noqa: PLC0415 - as above

    with contextlib.suppress(OSError, ValueError):
        sys.stdout.write(f"{json_text(failure_json(problems_of(error)))}\n")
        sys.stdout.flush()


def _tell_bug(error: Exception, report: str | None) -> None:
    what = one_line(f"{type(error).__name__}: {error}")
    if report is not None:
        advice = f"Please report it with {report}; it holds no key and no photo."
    else:
        # There is no place for a file: then at least where it happened.
        where = " < ".join(
            f"{frame.name}:{frame.lineno}" for frame in reversed(traceback.extract_tb(error.__traceback__))
        )
        advice = f"Please report it with this, as no file could be written: {one_line(where)}"
    with contextlib.suppress(OSError):
        sys.stderr.write(f"error: this is a bug in {PROGRAM}: {what}\n  → {advice}\n")


def _write_report(argv: Sequence[str], error: Exception) -> str | None:
    """What happened, ready to paste. None if no file can be written.

    The command line stays out: it may hold the key and names of people.
    """
    flags = sorted({word.partition("=")[0] for word in argv if word.startswith("--")})
    try:
        with tempfile.NamedTemporaryFile(
            "w",
            prefix="immich-smart-albums-",
            suffix=".md",
            delete=False,
            encoding="utf-8",
            errors="backslashreplace",
        ) as file:
            file.write(f"immich-smart-albums {__version__}, Python {sys.version.split()[0]}, {sys.platform}\n\n")
            file.write(f"Flags: {', '.join(flags) or 'none'}\n\n```\n")
            file.writelines(traceback.format_exception(error))
            file.write("```\n")
    except OSError:
        return None
    return file.name


def _forget(stream: TextIO) -> None:
    """Point a stream to nothing, so that Python's own flush at exit has nobody to fail on."""
    with contextlib.suppress(OSError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
