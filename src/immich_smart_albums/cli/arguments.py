"""The arguments of every verb. Nothing heavy is imported here, so that --help is quick."""

from __future__ import annotations

import argparse
import difflib
from pathlib import Path
from typing import NoReturn

from immich_smart_albums import __version__
from immich_smart_albums.cli.exits import MEANINGS
from immich_smart_albums.rules.flag import DEFAULT_SMART_LIMIT, FLAGS, Flag

PROGRAM = "immich-smart-albums"

VERBS = {
    "check": "ask the server whether key, permissions, albums and people are in place (also: no arguments at all)",
    "demo": "see the tool at work on a small photo server of its own",
    "sandbox": "keep that small photo server running, to try things out",
}

FORMATS = ("urls", "ids", "table", "json")

_TYPES = {
    "metadata": "searches by metadata: a JSON file, inline JSON, or a search address copied from Immich",
    "smart": "searches by content: also words such as dog, or dog@500 for the best 500",
    "person-names": "people: names or person ids",
    "local-filter": "filters on each photo's metadata: a JSON file, inline JSON, or $.path:regex",
}

_EPILOG = """\
A photo must match at least one of the union values and all of the intersection values of every type given, and none of
the excludes. Each occurrence of an exclude-intersection flag is a group of its own.

verbs:
{verbs}

exit codes:
{exits}"""


class Parser(argparse.ArgumentParser):
    """Errors name the nearest flag."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong and leave with exit code 2."""
        hint = f"see {self.prog} --help"
        if message.startswith("unrecognized arguments: "):
            word = message.removeprefix("unrecognized arguments: ").split()[0].partition("=")[0]
            near = difflib.get_close_matches(word, self._option_string_actions, n=1)
            hint = f"did you mean {near[0]}?" if near else hint
        self.exit(2, f"error: {message}\n  → {hint}\n")


def selection_parser() -> Parser:
    """The flags that select photos and name an album."""
    width = max(map(len, VERBS))
    epilog = _EPILOG.format(
        verbs="\n".join(f"  {verb:{width}}  {purpose}" for verb, purpose in VERBS.items()),
        exits="\n".join(f"  {code.value:>3}  {meaning}" for code, meaning in MEANINGS.items()),
    )
    parser = Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [flags]\n       {PROGRAM} {{{','.join(VERBS)}}} …",
        description="Select photos on an Immich server, preview them, and add them to an album.",
        epilog=epilog,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"%(prog)s {__version__}")
    for type_, purpose in _TYPES.items():
        group = parser.add_argument_group(type_.replace("-", " "), purpose)
        for flag in FLAGS:
            if flag.type == type_:
                group.add_argument(flag.name, nargs="+", action="append", metavar="X", dest=flag.name, help=_help(flag))
    _add_album(parser.add_argument_group("album"))
    _add_output(parser.add_argument_group("output"))
    add_server(parser)
    return parser


def selects(parsed: argparse.Namespace) -> bool:
    """Whether the arguments ask for photos or name an album; without either, they ask for a check."""
    return parsed.album is not None or parsed.create_album or any(getattr(parsed, flag.name) for flag in FLAGS)


def check_parser() -> Parser:
    """The arguments of `check`."""
    parser = Parser(prog=f"{PROGRAM} check", description=VERBS["check"].capitalize() + ".", allow_abbrev=False)
    parser.add_argument("--verbose", action="store_true", help="tell of every request")
    add_server(parser)
    return parser


def demo_parser() -> Parser:
    """The arguments of `demo`."""
    return Parser(prog=f"{PROGRAM} demo", description=VERBS["demo"].capitalize() + ".", allow_abbrev=False)


def sandbox_parser() -> Parser:
    """The arguments of `sandbox`."""
    parser = Parser(prog=f"{PROGRAM} sandbox", description=VERBS["sandbox"].capitalize() + ".", allow_abbrev=False)
    parser.add_argument("--assets", type=at_least_one, default=2000, metavar="N", help="photos and videos (2000)")
    parser.add_argument("--level", choices=("1.132", "2.7", "3.1", "3.2"), default="3.1", help="Immich version (3.1)")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port on this machine (a free one)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another number makes another library (1)")
    parser.add_argument("--ties", type=int, default=0, metavar="N", help="that many more photos at one instant (0)")
    return parser


def at_least_one(text: str) -> int:
    """A whole number of at least 1, for argparse."""
    try:
        number = int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number") from None
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def add_server(parser: argparse.ArgumentParser) -> None:
    """The flags that say how to reach the server."""
    group = parser.add_argument_group("server")
    group.add_argument("--server", metavar="URL", help="address of Immich (IMMICH_SERVER_URL, or a .env file here)")
    group.add_argument("--key", metavar="KEY", help="API key (IMMICH_API_KEY; better there than on the command line)")
    group.add_argument("--ca", type=Path, metavar="FILE", help="certificate authority of your own, PEM")
    group.add_argument("--timeout", default="60", metavar="SECONDS", help="patience with a silent server (60)")
    group.add_argument("--concurrency", default="4", metavar="N", help="requests at a time (4)")


def _add_album(group: argparse._ArgumentGroup) -> None:
    group.add_argument(
        "--album",
        action="append",
        metavar="ALBUM",
        help="add the photos to this album: its name, id or address; without, preview",
    )
    group.add_argument("--create-album", action="store_true", help="create the album if there is none of that name")
    group.add_argument("--max-assets", metavar="N", help="keep the best N: by smart rank, else the newest")
    group.add_argument(
        "--default-smart-result-limit",
        default=str(DEFAULT_SMART_LIMIT),
        metavar="N",
        help=f"how many photos a smart search without a limit keeps ({DEFAULT_SMART_LIMIT})",
    )


def _add_output(group: argparse._ArgumentGroup) -> None:
    group.add_argument("--format", choices=FORMATS, help="what to print on stdout (urls)")
    group.add_argument(
        "--verbose", action="store_true", help="tell of every request, and what each step found and kept"
    )
    group.add_argument("--exit-code", action="store_true", help="exit with 5 when photos were added")


def _help(flag: Flag) -> str:
    """Include or exclude photos that match any or all."""
    if flag.action == "exclude" and flag.mode == "intersection":
        return "exclude photos that match all values of one occurrence"
    return f"{flag.action} photos that match {'any' if flag.mode == 'union' else 'all'}"
