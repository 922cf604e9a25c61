"""Sessions from the arguments of verbs."""

from __future__ import annotations

import os
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from immich_smart_albums.cli.server import read_connection
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator, Sequence
    from datetime import date
    from pathlib import Path

    from immich_smart_albums.cli.console import Console


@contextmanager
def rules_session(
    arguments: argparse.Namespace,
    console: Console,
    *,
    paths: Sequence[Path] | None = None,
    writes: str | None = None,
) -> Iterator[Session]:
    """Returns a context with a session: rules read, ledger held open, accounts connected, in this order.

    `writes` is the verb that will write; None: none will. Raises ConfigurationError with everything that is wrong with
    files and flags, ServerError where no account can be asked, LedgerError.
    """
    session = Session(rules_options(arguments, paths), console.show)
    session.load()
    with session.holding_ledger(writes):
        session.connect()
        yield session


def rules_options(arguments: argparse.Namespace, paths: Sequence[Path] | None = None) -> SessionOptions:
    """Returns the session options of the arguments; `paths` are rules files that are no arguments of their own."""
    diagnostics = Diagnostics()
    connection = read_connection(arguments, diagnostics)
    return SessionOptions(
        environment=os.environ,
        today=today(),
        ledger=getattr(arguments, "ledger", None),
        rules=arguments.rules if paths is None else paths,
        albums=tuple(getattr(arguments, "album", None) or ()),
        server=arguments.server,
        key=arguments.key,
        connection=connection,
        full=getattr(arguments, "full", False),
        problems=tuple(diagnostics.problems),
        notes=tuple(diagnostics.warnings),
    )


def show_options(arguments: argparse.Namespace) -> SessionOptions:
    """Returns the session options for rules that are only shown."""
    return SessionOptions(environment=os.environ, today=today(), rules=arguments.rules)


def ledger_session(arguments: argparse.Namespace) -> Session:
    """Returns a session for verbs that use only the ledger."""
    return Session(SessionOptions(environment=os.environ, today=today(), ledger=arguments.ledger))


def today() -> date:
    """Returns the date in the user's time zone."""
    return datetime.now().astimezone().date()
