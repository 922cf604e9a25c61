"""Options of a session, as a front end says them."""

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
    """Everything that decides on what a session works."""

    environment: Mapping[str, str] = field(repr=False)
    """Variables: address, key, and whatever the rules files name."""
    today: date
    """On the calendar of the user."""
    ledger: Path | None = None
    """The ledger's file, with what searches found beside it; None: in the user's state folder."""
    folder: Path = Path()
    """The working folder."""
    rules: Source = ()
    """Rules files and folders, none for the usual ones; or texts that stand in no file yet, by their names."""
    albums: tuple[str, ...] = ()
    """Only these albums of the rules; none: all."""
    server: str | None = None
    """The address, where it is said beside the rules."""
    key: str | None = field(default=None, repr=False)
    """The key, where it is said beside the rules."""
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    full: bool = False
    """Read everything, also what is known from earlier runs."""
    keeps_records: bool = False
    """Keep what searches found in memory, for rules that somebody works on; see `Session.select`."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with this input itself; told with all that is wrong with the rules files."""
    notes: tuple[str, ...] = ()
    """What the user should know of this input."""

    @property
    def surroundings(self) -> Environment:
        """Where files and variables are looked for."""
        return Environment(self.environment, self.folder, self.today)


@dataclass(frozen=True, slots=True)
class FlagOptions:
    """What flags say beside the rule and its album."""

    environment: Mapping[str, str] = field(repr=False)
    folder: Path = Path()
    server: str | None = None
    key: str | None = field(default=None, repr=False)
    connection: ConnectionOptions = field(default_factory=ConnectionOptions)
    searches: Path | None = None
    """Where it is kept what searches found; None: nowhere."""
    problems: tuple[Problem, ...] = ()
    """What is wrong with the flags; told with all that is wrong before the first search."""
    notes: tuple[str, ...] = ()
