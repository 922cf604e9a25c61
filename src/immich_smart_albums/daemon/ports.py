"""Ports of the loop: the household of rules and server, and the voice that speaks of runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import tzinfo

    from immich_smart_albums.daemon.outcome import RunOutcome
    from immich_smart_albums.daemon.settling import Sight
    from immich_smart_albums.daemon.state import Approval
    from immich_smart_albums.rules.album import RuleSet


class Household(Protocol):
    """The rules, and runs of them."""

    @property
    def rules(self) -> RuleSet:
        """The last good rules."""
        ...

    @property
    def zone(self) -> tzinfo:
        """Of their schedules."""
        ...

    @property
    def settling(self) -> frozenset[str]:
        """The rules that rest on faces, content or text, which Immich finds out late."""
        ...

    def reload(self) -> bool:
        """Read the rules again if their files have changed. Returns whether they have. Raises ConfigurationError."""
        ...

    def run(self, names: Collection[str], approvals: Collection[Approval]) -> RunOutcome:
        """Bring the albums of some rules up to date. Never raises but Stopped."""
        ...

    def look(self, ids: Iterable[str]) -> Mapping[str, Sight | None]:
        """Returns what Immich shows of photos, by id. None for those that are not there. Raises ServerError."""
        ...


class Voice(Protocol):
    """Tells people of runs."""

    def started(self, run: str) -> None:
        """Say that a run begins; `run` is its own."""
        ...

    def ended(self, run: str, outcome: RunOutcome, news: Collection[str], offers: Mapping[str, str]) -> None:
        """Say how a run ended; see `messages_of`."""
        ...

    def recovered(self) -> None:
        """Say that what was wrong is wrong no more."""
        ...

    def trouble(self, text: str) -> None:
        """Say that something is wrong beside any run."""
        ...

    def digests(self) -> None:
        """Send the digests that are due."""
        ...
