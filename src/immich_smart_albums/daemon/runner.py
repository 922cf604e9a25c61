"""Runs of rules files through a session: the adapter of the loop's `Runner`."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from immich_smart_albums.config.rules_files import STDIN, find_rules
from immich_smart_albums.config.timezone import zone_of
from immich_smart_albums.daemon.lateness import late_rules
from immich_smart_albums.daemon.outcome import OUR_BUG, RunOutcome, failure, fingerprint, outcome_of
from immich_smart_albums.daemon.photo_watch import PhotoState
from immich_smart_albums.errors import ConfigurationError, Problem, SmartAlbumsError, Stopped
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.operations.plan.names import with_albums
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
    from datetime import date, tzinfo
    from pathlib import Path

    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.daemon.state import Approval
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.album import RuleSet
    from immich_smart_albums.rules.tree import Record
    from immich_smart_albums.session.events import Listener
    from immich_smart_albums.session.options import SessionOptions

VERB = "sync"
"""The runs' verb in the ledger."""

_EVERYWHERE = Query(Kind.METADATA, (), frozenset({Visibility.TIMELINE, Visibility.ARCHIVE}))

Stamp = tuple[object, ...]


class SessionRunner:
    """Runs rules files through a session, which is opened again when the files, or the day, change."""

    def __init__(
        self,
        options: SessionOptions,
        *,
        clock: Callable[[], float],
        stop: Stop,
        on_event: Listener,
        on_bug: Callable[[Exception], None],
    ) -> None:
        """Read the rules. Raises ConfigurationError."""
        self._options = options
        self._clock = clock
        self._stop = stop
        self._on_event = on_event
        self._on_bug = on_bug
        self._stamp = self._stamp_files()
        self._is_broken = False
        self.zone = zone_of(None, options.environment)
        self.session = self._open()

    @property
    def rules(self) -> RuleSet:
        """The last good rules."""
        return self.session.rules

    @property
    def late_rules(self) -> frozenset[str]:
        """The rules that depend on faces, content or text."""
        return late_rules(self.rules.albums)

    def reload(self) -> bool:
        """Read the rules again if their files, or the day, have changed. Returns whether the rules have.

        Raises ConfigurationError; the last good rules then stay in force.
        """
        stamp, is_new_day = self._stamp_files(), self._today() != self.session.options.today
        if stamp == self._stamp and not is_new_day and not self._is_broken:
            return False
        self._stamp = stamp
        digest, was_broken = self.session.config.digest, self._is_broken
        self._is_broken = True
        self.session = self._open()
        self._is_broken = False
        return was_broken or self.session.config.digest != digest

    def run(self, names: Collection[str], approvals: Collection[Approval]) -> RunOutcome:
        """Bring the albums of some rules up to date. Never raises but Stopped."""
        try:
            with self.session.holding_ledger(VERB):
                return self._run(with_albums(self.rules, names), approvals)
        except Stopped:
            raise
        except SmartAlbumsError as error:
            return failure(error)
        except Exception as error:  # noqa: BLE001 - whatever is left is our bug, and the next run may do better
            self._on_bug(error)
            return RunOutcome(problems=(f"this is a bug in this tool: {type(error).__name__}",), exit_code=OUR_BUG)

    def photo_states(self, ids: Iterable[str]) -> Mapping[str, PhotoState | None]:
        """Returns how far Immich has got with photos, by id. None for photos that are gone. Raises ServerError."""
        states: dict[str, PhotoState | None] = dict.fromkeys(ids)
        for server in self.session.servers.values():
            unseen = [id_ for id_, state in states.items() if state is None]
            states |= _photo_states(server, unseen) if unseen else {}
        return states

    def _run(self, rules: RuleSet, approvals: Collection[Approval]) -> RunOutcome:
        plan = self.session.plan(rules=rules, stop=self._stop)
        plan = self.session.writable(self._allowing(plan, rules, approvals))
        result = ApplyResult()
        try:
            self.session.apply(plan, stop=self._stop, result=result)
        except SmartAlbumsError as error:
            return outcome_of(plan, result, error)
        return outcome_of(plan, result)

    def _allowing(self, plan: Plan, rules: RuleSet, approvals: Collection[Approval]) -> Plan:
        """Returns the plan with the guards lifted for albums whose changes are exactly those that somebody allowed."""
        allowed = {(approval.album, approval.fingerprint) for approval in approvals}
        refused = {album.rule: fingerprint(album) for album in plan.albums if album.refusals}
        names = [name for name, changes in refused.items() if (name, changes) in allowed]
        if not names:
            return plan
        again = self.session.plan(allow=names, rules=rules, stop=self._stop)
        now = {album.rule: fingerprint(album) for album in again.albums}
        return again if all(now.get(name) == refused[name] for name in names) else plan

    def _open(self) -> Session:
        """Returns a session with its rules read, and takes their time zone. Raises ConfigurationError."""
        session = Session(replace(self._options, today=self._today()), self._on_event)
        session.load()
        self.zone = zone_of(session.rules.timezone, self._options.environment)
        return session

    def _today(self) -> date:
        zone: tzinfo = getattr(self, "zone", None) or zone_of(None, self._options.environment)
        return datetime.fromtimestamp(self._clock(), zone).date()

    def _stamp_files(self) -> Stamp:
        """Returns what changes when the rules files are edited."""
        options = self._options
        if not isinstance(options.rules, list | tuple):
            return ()
        files = find_rules(options.rules, options.environment, options.folder, Diagnostics())
        if STDIN in files:
            raise ConfigurationError((Problem("-", "the daemon reads rules again when they change: name a file"),))
        return tuple(map(_stamp, files))


def _stamp(file: Path) -> object:
    try:
        status = file.stat()
    except OSError:
        return file, None
    return file, status.st_mtime_ns, status.st_size, status.st_ino


def _photo_states(server: PhotoServer, ids: Iterable[str]) -> Iterator[tuple[str, PhotoState]]:
    """Yields the states of those photos that one account sees."""
    records = {str(record["id"]): record for record in server.searches.details(ids)}
    if not records:
        return
    if server.hints.has_smart_search():
        processed_ids = server.embeddings.of(map(Asset.of, records.values()), _EVERYWHERE)
    else:  # pictures are made small before faces are looked for
        processed_ids = {id_ for id_, record in records.items() if record.get("thumbhash")}
    for id_, record in records.items():
        people = _count_people(record)
        yield id_, PhotoState(bool(people) or id_ in processed_ids, people)


def _count_people(record: Record) -> int:
    lists = (record.get("people"), record.get("unassignedFaces"))
    return sum(len(faces) for faces in lists if isinstance(faces, list))
