"""Ports of the loop: what runs the rules, and what notifies people of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import tzinfo

    from immich_smart_albums.daemon.outcome import RunOutcome
    from immich_smart_albums.daemon.photo_watch import PhotoState
    from immich_smart_albums.daemon.state import Approval
    from immich_smart_albums.rules.album import RuleSet


class Runner(Protocol):
    """Runs the rules of the rules files."""

    @property
    def rules(self) -> RuleSet:
        """The last good rules."""
        ...

    @property
    def zone(self) -> tzinfo:
        """The time zone of their schedules."""
        ...

    @property
    def late_rules(self) -> frozenset[str]:
        """The rules that depend on faces, content or text, which Immich finds out after the upload."""
        ...

    def reload(self) -> bool:
        """Read the rules again if their files have changed. Returns whether rules have. Raises ConfigurationError."""
        ...

    def run(self, names: Collection[str], approvals: Collection[Approval]) -> RunOutcome:
        """Bring the albums of some rules up to date. Never raises but Stopped."""
        ...

    def photo_states(self, ids: Iterable[str]) -> Mapping[str, PhotoState | None]:
        """Returns how far Immich has got with photos, by id. None for photos that are gone. Raises ServerError."""
        ...


class Notifier(Protocol):
    """Notifies people of runs."""

    def started(self, run: str) -> None:
        """Notify of the start of a run; `run` is its id."""
        ...

    def ended(self, run: str, outcome: RunOutcome, news: Collection[str], offers: Mapping[str, str]) -> None:
        """Notify of the outcome of a run; `news` and `offers` as in `messages_of`."""
        ...

    def recovered(self) -> None:
        """Notify that all problems are gone."""
        ...

    def trouble(self, text: str) -> None:
        """Notify of a problem outside of any run."""
        ...

    def digests(self) -> None:
        """Send the digests that are due."""
        ...
