"""A run with rules files: what they say, the accounts that take part, and the ledger."""

from __future__ import annotations

import os
import time
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.bootstrap import connect
from immich_smart_albums.cli.paths import STATE, ledger_place
from immich_smart_albums.cli.server import read_connection
from immich_smart_albums.config.load import Surroundings, load
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.ledger.search_cache import StateFile
from immich_smart_albums.operations.accounts import gather_participants
from immich_smart_albums.operations.plan import chosen
from immich_smart_albums.operations.select import Selecting
from immich_smart_albums.rules.syntax.diagnostics import Findings

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.bootstrap import Connection
    from immich_smart_albums.cli.console import Console
    from immich_smart_albums.config.load import Household
    from immich_smart_albums.operations.accounts import Participants
    from immich_smart_albums.operations.ports import Ledger
    from immich_smart_albums.rules.album import RuleBook


@dataclass(frozen=True, slots=True)
class RulesRun:
    """Everything that a verb with rules files works on."""

    book: RuleBook
    accounts: Participants
    ledger: Ledger
    how: Selecting
    digest: str
    """Of the rules files, so that a plan knows whether they were edited."""
    files: tuple[str, ...]
    """The rules files: whole paths."""


@contextmanager
def rules_run(
    arguments: argparse.Namespace,
    console: Console,
    *,
    paths: Sequence[Path] | None = None,
    writes: str | None = None,
) -> Iterator[RulesRun]:
    """Read the rules, connect the accounts, open the ledger; `writes` is the verb that will write, None: none will.

    Raises ConfigurationError with everything that is wrong with files and flags, ServerError where no account can be
    asked, LedgerError.
    """
    findings = Findings()
    connection = read_connection(arguments, findings)
    household = load(
        arguments.rules if paths is None else paths,
        surroundings(),
        findings,
        server=arguments.server,
        key=arguments.key,
    )
    book = chosen(household.book, getattr(arguments, "album", None) or ())
    for notice in findings.notices:
        console.say(f"note: {notice}")
    place = arguments.ledger or ledger_place()
    with open_ledger(place, doing=writes) as ledger:
        accounts = participants(book, household, connection, console)
        store = None if getattr(arguments, "full", False) else StateFile(place.with_name(STATE), console.say)
        how = Selecting(connection.concurrency, console.detail, store, time.time)
        files = tuple(str(each.absolute()) for each in household.files)
        yield RulesRun(book, accounts, ledger, how, household.digest, files)


def participants(book: RuleBook, household: Household, connection: Connection, console: Console) -> Participants:
    """The accounts that feed the albums of a book, connected. Raises ServerError where none can be asked."""
    busy = {name for album in book.albums for name in album.accounts}
    accounts = gather_participants(
        {
            name: partial(connect, settings, connection, on_exchange=console.exchange, on_read=console.read)
            for name, settings in household.settings.items()
            if name in busy
        },
        {name: problem for name, problem in household.absent.items() if name in busy},
    )
    for name, account in accounts.present.items():
        console.detail(f"{account.server.base}: Immich {account.server.version}, {name} is {account.user.name}")
    return accounts


def surroundings() -> Surroundings:
    """Where this process runs, and today."""
    return Surroundings(os.environ, Path(), datetime.now().astimezone().date())


def now() -> str:
    """The time, for plans and the ledger: ISO 8601 in UTC, to the second."""
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
