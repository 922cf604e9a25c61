"""The table of verbs, with their arguments. Nothing heavy is imported here, so that --help is quick."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.cli.parser import (
    PROGRAM,
    Parser,
    add_albums,
    add_html,
    add_ledger,
    add_rules,
    add_rules_files,
    add_server,
    add_verbose,
    at_least_one,
    not_negative,
)
from immich_smart_albums.report.assets import FORMATS

if TYPE_CHECKING:
    from collections.abc import Callable

REPORTS = ("text", "json", "markdown")


@dataclass(frozen=True, slots=True)
class Verb:
    """One verb; its room has a module of its name."""

    purpose: str
    add_arguments: Callable[[Parser], None]
    room: str = "commands"

    def parser(self, name: str) -> Parser:
        """Returns the verb's parser."""
        parser = Parser(
            prog=f"{PROGRAM} {name}",
            description=f"{self.purpose[0].upper()}{self.purpose[1:]}.",
            allow_abbrev=False,
        )
        self.add_arguments(parser)
        return parser


def _check(parser: Parser) -> None:
    _add_quiet(parser)
    add_verbose(parser)
    add_server(parser)


def _preview(parser: Parser) -> None:
    add_rules(parser)
    add_albums(parser, "preview")
    parser.add_argument("--format", choices=FORMATS, help="what to print on stdout (urls)")
    add_html(parser, "the photos")
    _add_run(parser)


def _plan(parser: Parser) -> None:
    add_rules(parser)
    add_albums(parser, "plan")
    parser.add_argument("--out", type=Path, metavar="FILE", help="save the plan, for apply")
    add_html(parser, "the plan")
    parser.add_argument("--show-plan", action="store_true", help="show the searches that would be sent, and send none")
    parser.add_argument("--exit-code", action="store_true", help="exit with 5 when there are changes")
    _add_report(parser)
    _add_consent(parser)
    _add_quiet(parser)
    _add_run(parser)


def _apply(parser: Parser) -> None:
    parser.add_argument("plan", type=Path, metavar="PLAN", help="a file that plan --out wrote")
    add_rules(parser)
    _add_report(parser)
    _add_quiet(parser)
    _add_run(parser)


def _sync(parser: Parser) -> None:
    add_rules(parser)
    add_albums(parser, "sync")
    parser.add_argument("--exit-code", action="store_true", help="exit with 5 when something was changed")
    _add_report(parser)
    _add_consent(parser)
    _add_quiet(parser)
    _add_run(parser)


def _status(parser: Parser) -> None:
    add_rules(parser)
    add_albums(parser, "look at")
    _add_report(parser)
    _add_quiet(parser)
    _add_run(parser)


def _explain(parser: Parser) -> None:
    parser.add_argument(
        "words",
        nargs="+",
        metavar="[RULES…] ALBUM ASSET",
        help="rules files, the album's name, a photo's id or address",
    )
    add_ledger(parser)
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what to print on stdout (text)")
    add_html(parser, "the explanation", of_albums=False)
    _add_run(parser)


def _undo(parser: Parser) -> None:
    parser.add_argument("run", nargs="?", type=at_least_one, metavar="RUN", help="the run's number (the last one)")
    parser.add_argument(
        "--rules",
        nargs="+",
        default=[],
        type=Path,
        metavar="RULES",
        help="rules files or folders, for the accounts' keys",
    )
    add_ledger(parser)
    parser.add_argument("--dry-run", action="store_true", help="show what would be reverted")
    _add_report(parser)
    _add_quiet(parser)
    _add_run(parser)


def _history(parser: Parser) -> None:
    add_ledger(parser)
    parser.add_argument("run", nargs="?", type=at_least_one, metavar="RUN", help="what this run did; without, all runs")
    parser.add_argument("--format", choices=("text", "json"), default="text", help="what to print on stdout (text)")


def _ledger(parser: Parser) -> None:
    verbs = parser.add_subparsers(dest="action", required=True, metavar="list|forget", parser_class=Parser)
    listing = verbs.add_parser("list", help="what was added, and what people took out", allow_abbrev=False)
    listing.add_argument("album", nargs="?", metavar="ALBUM", help="of this album only")
    forget = verbs.add_parser("forget", help="let photos in again that people took out", allow_abbrev=False)
    forget.add_argument("album", metavar="ALBUM", help="the album's name in the rules, or its id")
    forget.add_argument("assets", nargs="*", metavar="ASSET", help="these photos only: ids or addresses")
    forget.add_argument("--binding", action="store_true", help="forget the album itself, so that the rule starts anew")
    for verb in (listing, forget):
        add_ledger(verb)
        verb.add_argument("--format", choices=("text", "json"), default="text", help="what to print on stdout (text)")


def _adopt(parser: Parser) -> None:
    parser.add_argument(
        "words", nargs="+", metavar="[RULES…] ALBUM", help="rules files, and the name of the rule that takes over"
    )
    parser.add_argument("--id", metavar="ALBUM", help="the album on the server, by id or address (by the rule's name)")
    parser.add_argument(
        "--take-over", action="store_true", help="count the photos in it that match as added by this tool"
    )
    add_ledger(parser)
    _add_run(parser)


def _config(parser: Parser) -> None:
    verbs = parser.add_subparsers(dest="action", required=True, metavar="check|show|schema", parser_class=Parser)
    check = verbs.add_parser("check", help="what is wrong with rules files", allow_abbrev=False)
    add_rules_files(check)
    check.add_argument("--offline", action="store_true", help="do not ask the server what the names stand for")
    add_verbose(check)
    add_server(check)
    show = verbs.add_parser("show", help="the rules as they count, and where they come from", allow_abbrev=False)
    add_rules_files(show)
    show.add_argument("--server", metavar="URL", help="address of Immich")
    verbs.add_parser("schema", help="JSON Schema of rules files, for editors", allow_abbrev=False)


def _init(parser: Parser) -> None:
    parser.add_argument(
        "file", nargs="?", type=Path, default=Path("smart-albums.yaml"), metavar="FILE", help="(smart-albums.yaml)"
    )


def _daemon(parser: Parser) -> None:
    add_rules(parser)
    parser.add_argument(
        "--listen",
        default="127.0.0.1:8765",
        metavar="HOST:PORT",
        help="where it answers: calls of Immich, health, figures (127.0.0.1:8765); none: nowhere",
    )
    parser.add_argument(
        "--url", metavar="URL", help="how others reach that address, for links in messages (SMART_ALBUMS_URL)"
    )
    parser.add_argument(
        "--connect", action="store_true", help="let Immich tell it of new photos, as workflow install does"
    )
    parser.add_argument("--studio", action="store_true", help="serve the studio there, too")
    parser.add_argument("--token-file", type=Path, metavar="FILE", help="token that the studio asks for")
    parser.add_argument(
        "--allow-host", action="append", default=[], metavar="HOST", help="name that the studio is reached by"
    )
    parser.add_argument(
        "--jitter",
        type=not_negative,
        default=30,
        metavar="SECONDS",
        help="put each run off by some seconds, at most (30)",
    )
    parser.add_argument("--log-format", choices=("text", "json"), default="text", help="lines on stderr (text)")
    _add_quiet(parser)
    _add_run(parser)


def _workflow(parser: Parser) -> None:
    verbs = parser.add_subparsers(dest="action", required=True, metavar="install|status|remove", parser_class=Parser)
    install = verbs.add_parser("install", help="let Immich tell the daemon of new photos", allow_abbrev=False)
    status = verbs.add_parser("status", help="whether it does (exit 1: it does not)", allow_abbrev=False)
    remove = verbs.add_parser("remove", help="let it tell no more", allow_abbrev=False)
    for verb in (install, status, remove):
        add_rules(verb)
    for verb in (install, status):
        verb.add_argument("--url", metavar="URL", help="how Immich reaches the daemon (SMART_ALBUMS_URL)")
    install.add_argument("--dry-run", action="store_true", help="show what would be done")
    for verb in (install, status, remove):
        _add_quiet(verb)
        add_verbose(verb)
        add_server(verb)


def _healthcheck(parser: Parser) -> None:
    add_ledger(parser)
    _add_quiet(parser)


def _serve(parser: Parser) -> None:
    add_rules(parser)
    parser.add_argument("--host", default="127.0.0.1", metavar="ADDRESS", help="where to listen (127.0.0.1)")
    parser.add_argument(
        "--port",
        type=int,
        metavar="N",
        help="port to listen on; 0: any free one (8765, or the next that is free)",
    )
    parser.add_argument("--open", action="store_true", help="open the page in a browser")
    parser.add_argument("--read-only", action="store_true", help="show everything, and change nothing")
    parser.add_argument(
        "--token-file", type=Path, metavar="FILE", help="what browsers have to bring; without, other hosts get a link"
    )
    parser.add_argument(
        "--allow-host",
        action="append",
        default=[],
        metavar="NAME",
        help="another name by which browsers may come, such as that of a proxy in front; may be repeated",
    )
    parser.add_argument("--allow-frame", metavar="ORIGIN", help="let this page show the studio in a frame")
    _add_run(parser)


def _demo(parser: Parser) -> None:
    parser.add_argument("--studio", action="store_true", help="open the studio on that server instead, until Ctrl-C")


def _sandbox(parser: Parser) -> None:
    parser.add_argument("--assets", type=at_least_one, default=2000, metavar="N", help="photos and videos (2000)")
    parser.add_argument("--level", choices=("1.132", "2.7", "3.1", "3.2"), default="3.1", help="Immich version (3.1)")
    parser.add_argument("--port", type=int, default=0, metavar="N", help="port on this machine (a free one)")
    parser.add_argument("--seed", type=int, default=1, metavar="N", help="another number makes another library (1)")
    parser.add_argument("--ties", type=int, default=0, metavar="N", help="that many more photos at one instant (0)")


def _add_quiet(parser: Parser) -> None:
    parser.add_argument("--quiet", action="store_true", help="say nothing but problems, for runs that nobody watches")


def _add_report(parser: Parser) -> None:
    parser.add_argument("--format", choices=REPORTS, default="text", help="what to print on stdout (text)")


def _add_consent(parser: Parser) -> None:
    parser.add_argument(
        "--allow", action="append", default=[], metavar="NAME", help="let this album change more than its guard allows"
    )


def _add_run(parser: Parser) -> None:
    parser.add_argument("--full", action="store_true", help="read everything, also what is known from the last run")
    add_verbose(parser)
    add_server(parser)


VERBS: dict[str, Verb] = {
    "check": Verb(
        "ask the server whether key, permissions, albums and people are in place (also: no arguments at all)", _check
    ),
    "preview": Verb("show the photos that belong in the albums of rules files", _preview),
    "plan": Verb("show what would change in the albums of rules files", _plan),
    "apply": Verb("do exactly what a saved plan says, or stop because the world has changed", _apply),
    "sync": Verb("plan and apply: keep the albums of rules files", _sync),
    "status": Verb("tell whether albums are as their rules say (exit 5: they are not)", _status),
    "explain": Verb("tell why a photo is in an album or not", _explain),
    "undo": Verb("revert what one run did", _undo),
    "history": Verb("list the runs, or what one of them did", _history),
    "ledger": Verb("list what was added and taken out; allow photos again that people took out", _ledger),
    "adopt": Verb("let a rule take over an album that is there", _adopt),
    "daemon": Verb("keep running: by schedule, and when Immich tells of a photo", _daemon, "servers"),
    "workflow": Verb(
        "let Immich tell the daemon of new photos, see whether it does, and end that", _workflow, "servers"
    ),
    "healthcheck": Verb("tell whether the daemon is well (exit 1: it is not)", _healthcheck, "servers"),
    "config": Verb("check rules files, show them as they count, or print their JSON Schema", _config),
    "init": Verb("write a rules file to begin with", _init),
    "serve": Verb("open the studio: a page where a rule stands beside its photos", _serve, "servers"),
    "demo": Verb("see the tool at work on a small photo server of its own", _demo, "servers"),
    "sandbox": Verb("keep that small photo server running, to try things out", _sandbox, "servers"),
}
