"""Options of a session."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.bootstrap import ConnectionOptions
from immich_smart_albums.config.load import Environment

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import date

    from immich_smart_albums.config.load import Source
    from immich_smart_albums.errors import Problem


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """Where a session finds its rules, server, keys and ledger, and how it reads."""

    environment: Mapping[str, str] = field(repr=False)
    """Variables: address, key, and whatever the rules files name."""
    today: date
    """The date on the user's calendar."""
    ledger: Path | None = None
    """The ledger's file; the search cache is beside it. None: in the user's state folder."""
    folder: Path = Path()
    """The working folder."""
    rules: Source = ()
    """Rules files and folders, empty for the usual ones; or texts that are in no file yet, by name."""
    albums: tuple[str, ...] = ()
    """Only these albums of the rules. Empty: all."""
    server: str | None = None
    """The server's address, if it is not to come from rules or environment."""
    key: str | None = field(default=None, repr=False)
    """The API key, if it is not to come from rules or environment."""
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    full: bool = False
    """Read everything, without the search cache of earlier runs."""
    keeps_records: bool = False
    """Keep records in memory, for rules that somebody is working on; see `Session.select`."""
    problems: tuple[Problem, ...] = ()
    """Problems of these options themselves, which are raised together with those of the rules files."""
    notes: tuple[str, ...] = ()
    """Notes on these options, for the user."""

    @property
    def surroundings(self) -> Environment:
        """The environment in which files and variables are looked up."""
        return Environment(self.environment, self.folder, self.today)


@dataclass(frozen=True, slots=True)
class FlagOptions:
    """Options of a session of flags, beside the rule and its album."""

    environment: Mapping[str, str] = field(repr=False)
    folder: Path = Path()
    server: str | None = None
    key: str | None = field(default=None, repr=False)
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    searches: Path | None = None
    """The file of the search cache. None: no cache."""
    problems: tuple[Problem, ...] = ()
    """Problems of the flags, which are raised with all others before the first search."""
    notes: tuple[str, ...] = ()
