"""Runs that remember, side by side with runs that do not."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from unittest.mock import patch

from immich_smart_albums.ledger.search_cache import SearchCacheFile
from immich_smart_albums.model.dialects import conditions_of
from immich_smart_albums.model.query import WHOLE_LIBRARY, Condition, Kind, Query, Value, Visibility
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.search_cache import open_cache
from immich_smart_albums.rules.tree import All, Any, Filter, Not, Rule, Search, SplitKey
from immich_smart_albums.selection.cache import cache
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Failed, evaluate
from tests.support.family_server import connected

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from immich_sandbox import Sandbox
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.selection.cache.cache import RunCache
    from immich_smart_albums.selection.query_plan import QueryPlan


def flat(visibility: frozenset[Visibility] = frozenset({Visibility.TIMELINE}), /, **filters: Value) -> Search:
    """A flat search."""
    return Search(Query(Kind.METADATA, conditions_of(filters), visibility))


def structured(field_: str, operator: str, value: Value) -> Search:
    """A structured search."""
    return Search(Query(Kind.METADATA, where=(Condition(field_, operator, value),)))


def check(words: str, field_: str, holds: Callable[[Record], bool]) -> Filter:
    """A local test."""
    return Filter(words, holds, frozenset({field_}), lambda _: None)


def _exif(record: Record, name: str) -> object:
    exif = record.get("exifInfo")
    return exif.get(name) if isinstance(exif, dict) else None


WHOLE = Search(WHOLE_LIBRARY)
CANON = check("make Canon", "exifInfo.make", lambda record: _exif(record, "make") == "Canon")
SEVEN = check("name with a seven", "originalFileName", lambda record: "7" in str(record["originalFileName"]))
MINE = check("favourite", "isFavorite", lambda record: record["isFavorite"] is True)
COUNTRY = SplitKey("country", frozenset({"exifInfo.country"}), lambda record: (str(_exif(record, "country") or ""),))

RULES = (
    Rule(flat(city="Helsinki")),
    Rule(flat(rating=5)),
    Rule(All((WHOLE, SEVEN, Not(MINE)))),
    Rule(All((Any((flat(country="France"), flat(isFavorite=True))), CANON))),
    Rule(flat(frozenset({Visibility.TIMELINE, Visibility.ARCHIVE}), type="VIDEO")),
    Rule(All((WHOLE, Not(flat(description="a"))))),
    Rule(flat(trashedAfter="2000-01-01T00:00:00.000Z")),
    Rule(flat(takenAfter="2018-01-01T00:00:00.000Z", make="Canon"), split=(COUNTRY,)),
)
"""Rules of which Immich tells every change."""

FEW_RULES = RULES[:3]

_COMPILED: dict[tuple[int, str], tuple[Sequence[Rule], QueryPlan]] = {}
"""Rules, kept so that their identity stands for them, and their plan; by that and the server's version."""

Selected = list[tuple[list[str], dict[str, tuple[tuple[str, ...], ...]]]]


@dataclass
class Runs:
    """Runs of rules on a sandbox, with a state file."""

    sandbox: Sandbox
    path: Path
    key: str = "alice"
    rules: Sequence[Rule] = RULES
    lines: list[str] = field(default_factory=list)
    """What the last run told."""
    recall: RunCache | None = None
    feed: int = -1000
    """What it is taken to cost to ask what changed: so little that it is done on small libraries, too."""

    def remembering(self) -> Selected:
        """A run that remembers."""
        return self._run(remembers=True)

    def forgetful(self) -> Selected:
        """A run that reads everything."""
        return self._run(remembers=False)

    @property
    def summary(self) -> str:
        """What the last run said of what it did."""
        assert self.recall is not None
        return self.recall.summary()

    def _run(self, *, remembers: bool) -> Selected:
        self.lines.clear()
        self.sandbox.clear_requests()
        server = connected(self.sandbox, self.key)
        store = SearchCacheFile(self.path, self.lines.append)
        self.recall = (
            open_cache(server, NameResolver(server.directory), store, self.lines.append) if remembers else None
        )
        plan = self._plan(server)
        with patch.object(cache, "FEED", self.feed):
            results = evaluate(plan, server.searches, concurrency=4, log=lambda _: None, cache=self.recall)
        selected = []
        for result in results:
            if isinstance(result, Failed):
                raise result.error
            selected.append(([asset.id for asset in result.assets], result.groups))
        if self.recall is not None:
            self.recall.save()
        return selected

    def _plan(self, server: PhotoServer) -> QueryPlan:
        """What the rules are compiled to: these very ones once for each version, whoever runs them."""
        key = id(self.rules), str(server.version)
        if key not in _COMPILED:
            _COMPILED[key] = self.rules, compile_rules(self.rules, server)
        return _COMPILED[key][1]
