"""The rules of a session: read at the first use, and again on request."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.config.load import load, load_rules
from immich_smart_albums.operations.plan.names import with_albums
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import date

    from immich_smart_albums.config.load import RunConfig, Source
    from immich_smart_albums.rules.album import RuleSet
    from immich_smart_albums.session.options import SessionOptions


class LoadedRules:
    """The rules files with server and keys, and those of their rules that the options name. Safe for threads."""

    def __init__(self, options: SessionOptions, tell_notes: Callable[[Iterable[str]], None]) -> None:
        """Read nothing yet."""
        self.options = options
        self._tell_notes = tell_notes
        self._source: Source = options.rules
        self._loaded: tuple[RunConfig, RuleSet] | None = None
        self._lock = threading.RLock()

    def get(self) -> tuple[RunConfig, RuleSet]:
        """Returns files and rules. Once they are read, no thread waits. Raises ConfigurationError."""
        loaded = self._loaded
        if loaded is None:
            with self._lock:  # in which another thread may have read them meanwhile
                loaded = self._loaded = self._loaded or self._read()
        return loaded

    def parse(self, source: Source | None = None) -> RuleSet:
        """Returns the rules of the files, or of another source; see `Session.parse`."""
        diagnostics = self._diagnostics()
        rules = load_rules(self._source if source is None else source, self.options.surroundings, diagnostics)
        self._tell_notes(diagnostics.warnings)
        return rules

    def reload(self, source: Source | None = None) -> tuple[RunConfig, RuleSet] | None:
        """Read the rules again, or another source from now on.

        Returns files and rules as they were before. None if they were not read yet. Raises ConfigurationError; then
        nothing has changed.
        """
        with self._lock:
            before, source_before = self._loaded, self._source
            self._loaded, self._source = None, source_before if source is None else source
            try:
                self.get()
            except BaseException:
                self._loaded, self._source = before, source_before
                raise
            return before

    def set_today(self, today: date) -> None:
        """Set the day. The rules are read again at the next use."""
        with self._lock:
            self.options = replace(self.options, today=today)
            self._loaded = None

    def _read(self) -> tuple[RunConfig, RuleSet]:
        options, diagnostics = self.options, self._diagnostics()
        config = load(self._source, options.surroundings, diagnostics, server=options.server, key=options.key)
        rules = with_albums(config.rules, options.albums)
        self._tell_notes(diagnostics.warnings)
        return config, rules

    def _diagnostics(self) -> Diagnostics:
        return Diagnostics([*self.options.problems], [*self.options.notes])
