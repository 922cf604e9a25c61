"""The flags that select photos and name an album. Nothing heavy is imported here, so that --help is quick."""

from __future__ import annotations

import argparse

from immich_smart_albums import __version__
from immich_smart_albums.cli.exits import MEANINGS
from immich_smart_albums.cli.parser import PROGRAM, Parser, add_server, add_verbose
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.model.query import DEFAULT_SMART_LIMIT
from immich_smart_albums.report.assets import FORMATS
from immich_smart_albums.rules.flags.names import FLAGS, Flag

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


def selection_parser() -> Parser:
    """Returns the flags that select photos and name an album."""
    width = max(map(len, VERBS))
    epilog = _EPILOG.format(
        verbs="\n".join(f"  {name:{width}}  {verb.purpose}" for name, verb in VERBS.items()),
        exits="\n".join(f"  {code.value:>3}  {meaning}" for code, meaning in MEANINGS.items()),
    )
    parser = Parser(
        prog=PROGRAM,
        usage=f"{PROGRAM} [flags]\n       {PROGRAM} VERB …",
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
    parser.set_defaults(quiet=False)  # without any flag it is `check`, which has this one
    return parser


def selects(parsed: argparse.Namespace) -> bool:
    """Returns whether the arguments select photos or name an album. Without either, they mean a check."""
    return parsed.album is not None or parsed.create_album or any(getattr(parsed, flag.name) for flag in FLAGS)


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
    add_verbose(group)
    group.add_argument(
        "--state",
        nargs="?",
        const="",
        metavar="FILE",
        help="remember what searches found, and ask for what changed only (in the state folder)",
    )
    group.add_argument("--show-plan", action="store_true", help="show the searches that would be sent, and send none")
    group.add_argument("--exit-code", action="store_true", help="exit with 5 when photos were added")


def _help(flag: Flag) -> str:
    """Returns the help of a flag: include or exclude photos that match any or all."""
    if flag.action == "exclude" and flag.mode == "intersection":
        return "exclude photos that match all values of one occurrence"
    return f"{flag.action} photos that match {'any' if flag.mode == 'union' else 'all'}"
