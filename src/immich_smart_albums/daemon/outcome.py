"""The outcome of a run, album by album, made from its plan and what was written."""

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
"""Exit codes, as those of `sync`."""


@dataclass(frozen=True, slots=True)
class AlbumOutcome:
    """Result of a run for one album."""

    name: str
    """The album's name, as people see it."""
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
    """The fingerprint of changes that a guard refused. Empty if it refused none."""


@dataclass(frozen=True, slots=True)
class RunOutcome:
    """Result of a run."""

    albums: tuple[AlbumOutcome, ...] = ()
    problems: tuple[str, ...] = ()
    """Problems of the run as a whole."""
    refusals: tuple[str, ...] = ()
    """Refusals for all albums together."""
    exit_code: int = DONE
    is_reachable: bool = True
    is_put_off: bool = False
    """Whether nothing could be done for a reason that may pass, so that it is tried again soon."""
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
        """A summary in half a line."""
        parts = [count(len(self.albums), "album"), f"{self.added:,} added", f"{self.removed:,} taken out"]
        failed = sum(bool(album.problems) for album in self.albums)
        refused = sum(bool(album.refusals) for album in self.albums)
        parts += [f"{self.waiting:,} waiting"] if self.waiting else []
        parts += [f"{failed:,} failed"] if failed else []
        parts += [f"{refused:,} refused"] if refused else []
        return ", ".join(parts)


def outcome_of(plan: Plan, result: ApplyResult, error: SmartAlbumsError | None = None) -> RunOutcome:
    """Returns the outcome of a plan. `error` is what ended it early."""
    results = [*result.albums, *[None] * (len(plan.albums) - len(result.albums))]
    albums = tuple(_album(album, written) for album, written in zip(plan.albums, results, strict=True))
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
        result.run,
        plan.server,
    )


def failure(error: SmartAlbumsError) -> RunOutcome:
    """Returns the outcome of a run that failed as a whole."""
    code = WRONG if isinstance(error, ConfigurationError) else FAILED
    is_away = _is_away(error)
    return RunOutcome(
        problems=_texts(problems_of(error)),
        exit_code=code,
        is_reachable=not is_away,
        is_put_off=is_away or isinstance(error, LedgerError),
    )


def fingerprint(album: AlbumPlan) -> str:
    """Returns a digest of the changes of an album, whether or not a guard refuses them."""
    what = (album.rule, album.owner, album.album and album.album.id, album.changes)
    return sha256(msgspec.json.encode(what, order="sorted")).hexdigest()


def _is_away(error: SmartAlbumsError) -> bool:
    """Returns whether the server does not answer, or not as Immich does: it may be starting."""
    return isinstance(error, Unreachable) or (isinstance(error, ServerError) and error.retry is not None)


def _album(plan: AlbumPlan, result: AlbumResult | None) -> AlbumOutcome:
    failures = [] if result is None else [error for error in result.failures if not isinstance(error, UnsafePlan)]
    problems = (*plan.problems, *(problem for error in failures for problem in problems_of(error)))
    album = (result.album if result else None) or plan.album
    return AlbumOutcome(
        one_line(plan.name),
        plan.split or plan.rule,
        None if album is None else album.id,
        0 if result is None else result.added,
        0 if result is None else result.removed,
        result is not None and result.has_changed,
        sum(len(waiting.assets) for waiting in plan.waiting),
        _texts(problems),
        tuple(map(one_line, plan.refusals)),
        plan.rule,
        fingerprint(plan) if plan.refusals else "",
    )


def _texts(problems: Iterable[Problem]) -> tuple[str, ...]:
    return tuple(one_line("; ".join(line.strip() for line in problem_texts(problem))) for problem in problems)
