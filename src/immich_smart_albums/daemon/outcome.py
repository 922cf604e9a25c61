"""Outcome of a run, album by album: made of its plan and of what was written."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import ConfigurationError, LedgerError, ServerError, Unreachable, UnsafePlan
from immich_smart_albums.report.failures import problem_texts, problems_of
from immich_smart_albums.report.words import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.errors import Problem, SmartAlbumsError
    from immich_smart_albums.operations.apply.result import AlbumResult, ApplyResult

DONE, FAILED, WRONG, OUR_BUG, REFUSED = 0, 1, 2, 3, 4
"""The exit codes of `sync`, which say the same."""


@dataclass(frozen=True, slots=True)
class AlbumOutcome:
    """Result of a run for one album."""

    name: str
    """What people see above it."""
    rule: str
    """The rule's name in the rules file."""
    album_id: str | None = None
    added: int = 0
    removed: int = 0
    has_changed: bool = False
    waiting: int = 0
    problems: tuple[str, ...] = ()
    refusals: tuple[str, ...] = ()
    plan_name: str = ""
    """The name to give to `--allow`, or to an approval."""
    fingerprint: str = ""
    """Of what a guard refused; empty: nothing."""


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """Result of a run."""

    albums: tuple[AlbumOutcome, ...] = ()
    problems: tuple[str, ...] = ()
    """Of the run as a whole."""
    refusals: tuple[str, ...] = ()
    """Of all albums together."""
    exit_code: int = DONE
    is_reachable: bool = True
    is_put_off: bool = False
    """Whether nothing could be done for a reason that goes away, so that it is tried again soon."""
    run: int | None = None
    """The run's number in the ledger."""
    base: str = ""
    """The address of Immich's pages."""

    @property
    def added(self) -> int:
        """Photos that were added."""
        return sum(album.added for album in self.albums)

    @property
    def removed(self) -> int:
        """Photos that were taken out."""
        return sum(album.removed for album in self.albums)

    @property
    def waiting(self) -> int:
        """Photos that a later run decides about."""
        return sum(album.waiting for album in self.albums)

    @property
    def has_changed(self) -> bool:
        """Whether anything was written."""
        return any(album.has_changed for album in self.albums)

    @property
    def words(self) -> str:
        """It in half a line."""
        parts = [count(len(self.albums), "album"), f"{self.added:,} added", f"{self.removed:,} taken out"]
        failed = sum(bool(album.problems) for album in self.albums)
        refused = sum(bool(album.refusals) for album in self.albums)
        parts += [f"{self.waiting:,} waiting"] if self.waiting else []
        parts += [f"{failed:,} failed"] if failed else []
        parts += [f"{refused:,} refused"] if refused else []
        return ", ".join(parts)


def outcome_of(plan: Plan, report: ApplyResult, error: SmartAlbumsError | None = None) -> RunOutcome:
    """Returns how a plan went; `error` is what ended it before its end."""
    reports = [*report.albums, *[None] * (len(plan.albums) - len(report.albums))]
    albums = tuple(_album(album, written) for album, written in zip(plan.albums, reports, strict=True))
    failed = failure(error) if error is not None and not isinstance(error, UnsafePlan) else RunOutcome()
    if plan.is_refused:
        code = REFUSED
    else:
        code = FAILED if failed.problems or any(album.problems for album in albums) else DONE
    return RunOutcome(
        albums,
        failed.problems,
        tuple(map(one_line, plan.refusals)),
        code,
        failed.is_reachable,
        failed.is_put_off,
        report.run,
        plan.server,
    )


def failure(error: SmartAlbumsError) -> RunOutcome:
    """Returns the outcome of a run that came to nothing."""
    code = WRONG if isinstance(error, ConfigurationError) else FAILED
    is_away = _is_away(error)
    return RunOutcome(
        problems=_texts(problems_of(error)),
        exit_code=code,
        is_reachable=not is_away,
        is_put_off=is_away or isinstance(error, LedgerError),
    )


def fingerprint(album: AlbumPlan) -> str:
    """Returns the same for plans that would do the same to the same album, whether or not a guard refuses it."""
    what = (album.rule, album.owner, album.album and album.album.id, album.changes)
    return sha256(msgspec.json.encode(what, order="sorted")).hexdigest()


def _is_away(error: SmartAlbumsError) -> bool:
    """Whether the server does not answer, or not as Immich: it may be starting."""
    return isinstance(error, Unreachable) or (isinstance(error, ServerError) and error.retry is not None)


def _album(plan: AlbumPlan, report: AlbumResult | None) -> AlbumOutcome:
    failures = [] if report is None else [error for error in report.failures if not isinstance(error, UnsafePlan)]
    problems = (*plan.problems, *(problem for error in failures for problem in problems_of(error)))
    album = (report.album if report else None) or plan.album
    return AlbumOutcome(
        one_line(plan.name),
        plan.split or plan.rule,
        None if album is None else album.id,
        0 if report is None else report.added,
        0 if report is None else report.removed,
        report is not None and report.has_changed,
        sum(len(waiting.assets) for waiting in plan.waiting),
        _texts(problems),
        tuple(map(one_line, plan.refusals)),
        plan.rule,
        fingerprint(plan) if plan.refusals else "",
    )


def _texts(problems: Iterable[Problem]) -> tuple[str, ...]:
    return tuple(one_line("; ".join(line.strip() for line in problem_texts(problem))) for problem in problems)
