"""The rules that a session works on: read at the first use, and again when it is told to."""

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
    """What rules files say, with server and keys, and the rules that the options mean; safe for threads."""

    def __init__(self, options: SessionOptions, tell_notes: Callable[[Iterable[str]], None]) -> None:
        """Nothing is read yet."""
        self.options = options
        self._tell_notes = tell_notes
        self._source: Source = options.rules
        self._loaded: tuple[RunConfig, RuleSet] | None = None
        self._lock = threading.RLock()

    def get(self) -> tuple[RunConfig, RuleSet]:
        """Returns files and rules; once they are read, nobody waits for them. Raises ConfigurationError."""
        loaded = self._loaded
        if loaded is None:
            with self._lock:  # in which another thread may have read them meanwhile
                loaded = self._loaded = self._loaded or self._read()
        return loaded

    def parse(self, source: Source | None = None) -> RuleSet:
        """Returns what the rules say, or another source; see `Session.parse`."""
        diagnostics = self._diagnostics()
        rules = load_rules(self._source if source is None else source, self.options.surroundings, diagnostics)
        self._tell_notes(diagnostics.warnings)
        return rules

    def reload(self, source: Source | None = None) -> tuple[RunConfig, RuleSet] | None:
        """Read the rules again, or another source from now on.

        Returns what was read before. None if nothing was. Raises ConfigurationError, and all is as it was.
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
        """Take another day from now on; the rules are read again at the next use."""
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
