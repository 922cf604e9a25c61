"""The one error boundary: every way that a run can end becomes an exit code and a message."""

from __future__ import annotations

import contextlib
import os
import sys
import tempfile
import threading
import time
import traceback
from importlib import import_module
from typing import TYPE_CHECKING, NoReturn

from immich_smart_albums import __version__
from immich_smart_albums.cli.arguments import selection_parser, selects
from immich_smart_albums.cli.exits import Exit, exit_of
from immich_smart_albums.cli.interrupts import end_as_by_ctrl_c
from immich_smart_albums.cli.parser import PROGRAM, WrongUsage
from immich_smart_albums.cli.pasting import forget_arguments, remember_arguments
from immich_smart_albums.cli.streams import discard, flush, prepare, silent_stdout
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.errors import ConfigurationError, Problem, SmartAlbumsError, Stopped
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Sequence

_INTERRUPTED = "interrupted; running the same again completes it"


def main() -> NoReturn:
    """Run with the arguments of this process, and exit."""
    prepare()
    end_as_by_ctrl_c()
    code = run(sys.argv[1:])
    flush()
    if threading.active_count() > 1:
        # Requests that nobody waits for any more would hold the process until their time-out.
        os._exit(code)
    sys.exit(code)


def run(argv: Sequence[str]) -> Exit:
    """Run one command line. Every failure is printed on stderr; only wrong usage leaves the process from here."""
    try:
        return _run(argv)
    except SmartAlbumsError as error:
        _print_error(error)
        _print_json_error(argv, error)
        return exit_of(error)
    except WrongUsage as leaving:
        _print_json_error(argv, ConfigurationError((Problem("command line", leaving.message, leaving.hint),)))
        raise
    except (KeyboardInterrupt, Stopped):
        with contextlib.suppress(OSError):
            sys.stderr.write(f"\n{_INTERRUPTED}\n")
        _print_json_error(argv, SmartAlbumsError(_INTERRUPTED))
        return Exit.INTERRUPTED
    except BrokenPipeError:
        discard(sys.stdout)  # the reader of our output has seen enough
        return Exit.DONE
    except MemoryError:
        hint = "Close other programs, or use a machine or a container with more of it."
        failure = SmartAlbumsError("this machine has not enough memory for that", hint=hint)
        _print_error(failure)
        _print_json_error(argv, failure)
        return Exit.FAILED
    except Exception as error:  # noqa: BLE001 - the boundary: whatever is left is our bug
        _print_bug(error, _write_report(argv, error))
        _print_json_error(argv, SmartAlbumsError(f"this is a bug in {PROGRAM}: {type(error).__name__}"))
        return Exit.OUR_BUG
    finally:
        forget_arguments()


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
    remember_arguments(verb, parsed, parser)
    if not verb and not selects(parsed):
        verb = "check"
    # Imported only now: --help and wrong flags do not need it.
    room = VERBS[verb].room if verb else "commands"
    command = import_module(f"immich_smart_albums.cli.{room}.{verb or 'select'}")
    with silent_stdout() if getattr(parsed, "quiet", False) else contextlib.nullcontext():
        code: Exit = command.run(parsed)
    return code


def _check_clock() -> None:
    """Raise SmartAlbumsError if the clock shows a time that Python cannot handle, in 2262 or later."""
    try:
        time.time()
    except (OverflowError, OSError):
        hint = "Set the clock of this machine; a battery may be empty."
        raise SmartAlbumsError("this machine's clock is wrong by centuries", hint=hint) from None


def _is_text(word: str) -> bool:
    """Returns whether an argument is text: bytes that are no UTF-8 arrive as lone surrogates."""
    try:
        word.encode()
    except UnicodeEncodeError:
        return False
    return True


def _print_error(error: SmartAlbumsError) -> None:
    from immich_smart_albums.cli.console import stderr_console  # noqa: PLC0415 - not needed by runs that go well

    stderr_console(verbose=False).error(error)


def _print_json_error(argv: Sequence[str], error: SmartAlbumsError) -> None:
    """Print a failure on stdout, too, where JSON was asked for: commands print theirs last, so there is none yet."""
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


def _print_bug(error: Exception, report: str | None) -> None:
    what = one_line(f"{type(error).__name__}: {error}")
    if report is not None:
        advice = f"Please report it with {report}; it holds no key and no photo."
    else:
        # No file could be written, so the message says where it happened.
        from immich_smart_albums.report.failures import raised_at  # noqa: PLC0415 - not needed by runs that go well

        advice = f"Please report it with this, as no file could be written: {one_line(raised_at(error))}"
    with contextlib.suppress(OSError):
        sys.stderr.write(f"error: this is a bug in {PROGRAM}: {what}\n  → {advice}\n")


def _write_report(argv: Sequence[str], error: Exception) -> str | None:
    """Write a report of a bug, ready to paste. Returns its path. None if no file can be written.

    The command line is left out: it may hold the key and names of people.
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
