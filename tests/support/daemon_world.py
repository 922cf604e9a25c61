"""A world for the loop: rules, a clock that tests move, and runs that are only noted."""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Protocol

from immich_smart_albums.daemon.lateness import late_rules
from immich_smart_albums.daemon.log import Log
from immich_smart_albums.daemon.loop import Daemon
from immich_smart_albums.daemon.outcome import AlbumOutcome, RunOutcome
from immich_smart_albums.daemon.state import DaemonStateFile
from immich_smart_albums.daemon.uploads import UploadQueue
from tests.support.rules_files import book

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import tzinfo
    from pathlib import Path

    from immich_smart_albums.daemon.photo_watch import PhotoState
    from immich_smart_albums.daemon.state import Approval
    from immich_smart_albums.errors import ConfigurationError, SmartAlbumsError
    from immich_smart_albums.rules.album import RuleSet

START = datetime(2026, 1, 1, 12, tzinfo=UTC).timestamp()

RULES = """
albums:
  - {name: Stars, match: {favorite: true}}
  - {name: Emma, match: {person: Emma}}
  - {name: Later, match: {rating: 5}, schedule: never}
"""

AWAY = RunOutcome(problems=("no answer",), exit_code=1, is_reachable=False, is_put_off=True)


class Hearing(Protocol):
    """Where it is kept what people are told."""

    heard: list[str]
    offers: dict[str, str]


class Listener:
    """Hears what people are told."""

    def __init__(self, world: Hearing) -> None:
        self._world = world

    def started(self, run: str) -> None:
        self._world.heard.append("started")

    def ended(self, run: str, outcome: RunOutcome, news: Collection[str], offers: Mapping[str, str]) -> None:
        self._world.heard.append(f"ended {outcome.exit_code}: {sorted(news)}")
        self._world.offers |= offers

    def recovered(self) -> None:
        self._world.heard.append("recovered")

    def trouble(self, text: str) -> None:
        self._world.heard.append(text)

    def digests(self) -> None:
        pass


class World:
    """What the loop works with; everything in it may be changed by a test."""

    def __init__(self, folder: Path, rules: str = RULES, zone: tzinfo = UTC) -> None:
        self.now = START
        self.folder = folder
        self._rules = book(rules)
        self._zone = zone
        self.is_changed = False
        self.broken: ConfigurationError | None = None
        self.takes = 1.0
        self.outcomes: list[RunOutcome] = []
        """Of the next runs; then all is well."""
        self.states: dict[str, PhotoState | None] = {}
        self.blind: SmartAlbumsError | None = None
        self.runs: list[tuple[float, tuple[str, ...]]] = []
        self.approvals: list[tuple[str, ...]] = []
        self.looks: list[float] = []
        self.heard: list[str] = []
        self.offers: dict[str, str] = {}
        self.log = io.StringIO()
        self.uploads = UploadQueue()
        self._tokens = 0
        self.daemon = self.started()

    def started(self, *, hears_of_uploads: bool = False) -> Daemon:
        """A daemon on the state as it is in the file."""
        self.state = DaemonStateFile(self.folder / "daemon.json", self.heard.append)
        self.daemon = Daemon(
            self,
            self.state,
            Listener(self),
            Log(self.log, lambda: datetime.fromtimestamp(self.now, UTC)),
            self.uploads,
            now=self.now,
            hears_of_uploads=hears_of_uploads,
            new_token=self.token,
            link=lambda token: f"http://nas/allow/{token}",
        )
        return self.daemon

    def token(self) -> str:
        self._tokens += 1
        return f"token {self._tokens}"

    def pass_time(self, seconds: float) -> None:
        """Let time go by, and the daemon do what it does then."""
        end = self.now + seconds
        while True:
            wait = self.daemon.step(self.now, lambda: self.now)
            if self.now + max(wait, 0.01) > end:
                self.now = end
                return
            self.now += max(wait, 0.01)

    def use(self, rules: str) -> None:
        """Other rules stand in the file."""
        self._rules, self.is_changed, self.broken = book(rules), True, None

    @property
    def ran(self) -> list[tuple[str, ...]]:
        """The rules of each run."""
        return [names for _, names in self.runs]

    # -- what the loop needs

    @property
    def rules(self) -> RuleSet:
        return self._rules

    @property
    def zone(self) -> tzinfo:
        return self._zone

    @property
    def late_rules(self) -> frozenset[str]:
        return late_rules(self._rules.albums)

    def reload(self) -> bool:
        if self.broken is not None:
            raise self.broken
        has_changed, self.is_changed = self.is_changed, False
        return has_changed

    def run(self, names: Collection[str], approvals: Collection[Approval]) -> RunOutcome:
        self.runs.append((self.now, tuple(names)))
        self.approvals.append(tuple(approval.album for approval in approvals))
        self.now += self.takes
        if self.outcomes:
            return self.outcomes.pop(0)
        return RunOutcome(tuple(AlbumOutcome(name, name) for name in names))

    def photo_states(self, ids: Iterable[str]) -> Mapping[str, PhotoState | None]:
        self.looks.append(self.now)
        if self.blind is not None:
            raise self.blind
        return {id_: self.states.get(id_) for id_ in ids}
