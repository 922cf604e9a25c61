"""The parser of every verb, and the arguments that several verbs share."""

from __future__ import annotations

import argparse
import difflib
import sys
from pathlib import Path
from typing import NoReturn

from immich_smart_albums.report.words import one_line

PROGRAM = "immich-smart-albums"


class WrongUsage(SystemExit):
    """Wrong arguments, which were reported. Ends the process with exit code 2."""

    def __init__(self, message: str, hint: str) -> None:
        super().__init__(2)
        self.message = message
        self.hint = hint


class Parser(argparse.ArgumentParser):
    """A parser whose errors suggest the nearest flag."""

    def error(self, message: str) -> NoReturn:
        """Report wrong arguments. Raises WrongUsage."""
        hint = f"see {self.prog} --help"
        if message.startswith("unrecognized arguments: "):
            word = message.removeprefix("unrecognized arguments: ").split()[0].partition("=")[0]
            near = difflib.get_close_matches(word, self._option_string_actions, n=1)
            hint = f"did you mean {near[0]}?" if near else hint
        self._print_message(f"error: {one_line(message)}\n  → {one_line(hint)}\n", sys.stderr)
        raise WrongUsage(message, hint)


def not_negative(text: str) -> int:
    """Returns a whole number of at least 0, for argparse."""
    return 0 if text == "0" else at_least_one(text)


def at_least_one(text: str) -> int:
    """Returns a whole number of at least 1, for argparse."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def add_server(parser: argparse.ArgumentParser) -> None:
    """Add the flags that say how to reach the server."""
    group = parser.add_argument_group("server")
    group.add_argument("--server", metavar="URL", help="address of Immich (IMMICH_SERVER_URL, or a .env file here)")
    group.add_argument("--key", metavar="KEY", help="API key (IMMICH_API_KEY; better there than on the command line)")
    group.add_argument("--ca", type=Path, metavar="FILE", help="certificate authority of your own, PEM")
    group.add_argument(
        "--header",
        action="append",
        default=[],
        metavar="NAME=SOURCE",
        help="header for a login in front of Immich; SOURCE is @FILE or env:VARIABLE; may be repeated (IMMICH_HEADERS)",
    )
    group.add_argument(
        "--client-cert", type=Path, metavar="FILE", help="certificate that shows who you are, PEM (IMMICH_CLIENT_CERT)"
    )
    group.add_argument(
        "--client-key", type=Path, metavar="FILE", help="its key, where it is in a file of its own (IMMICH_CLIENT_KEY)"
    )
    group.add_argument("--timeout", default="60", metavar="SECONDS", help="patience with a silent server (60)")
    group.add_argument("--concurrency", default="4", metavar="N", help="requests at a time (4)")


def add_rules(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for rules files and the ledger."""
    add_rules_files(parser)
    add_ledger(parser)


def add_rules_files(parser: argparse.ArgumentParser) -> None:
    """Add the arguments for rules files."""
    parser.add_argument(
        "rules",
        nargs="*",
        type=Path,
        metavar="RULES",
        help="rules files or folders of them (smart-albums.yaml here, $SMART_ALBUMS_RULES, or in the config folder)",
    )


def add_ledger(parser: argparse.ArgumentParser) -> None:
    """Add the flag for the place of the ledger."""
    parser.add_argument(
        "--ledger", type=Path, metavar="FILE", help="what was added and taken out (in the state folder)"
    )


def add_albums(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Add the flag that chooses albums of the rules."""
    parser.add_argument("--album", action="append", metavar="NAME", help=f"{purpose} this album only; may be repeated")


def add_verbose(parser: argparse._ActionsContainer) -> None:
    """Add the flag that prints more."""
    parser.add_argument(
        "--verbose", action="store_true", help="tell of every request, and what each step found and kept"
    )


DEFAULT_PHOTOS = 60
"""Photos of each kind that a page shows of an album."""


def add_html(parser: Parser, what: str, *, of_albums: bool = True) -> None:
    """Add the flags for a report as a page: `--html`, `--open`, `--no-photos`, and for albums `--photos`."""
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help=f"write {what} as a page with photos, all in one file"
    )
    parser.add_argument("--open", action="store_true", help="open that page in a browser")
    if of_albums:
        parser.add_argument(
            "--photos",
            type=at_least_one,
            default=DEFAULT_PHOTOS,
            metavar="N",
            help=f"how many photos of each kind the page shows of an album ({DEFAULT_PHOTOS})",
        )
    parser.add_argument("--no-photos", action="store_true", help="a page without pictures, such as for a bug report")
