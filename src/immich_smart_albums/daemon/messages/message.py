"""The text of messages about runs, whatever service sends them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.report.words import count
from immich_smart_albums.rules.album import Event

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    from immich_smart_albums.daemon.outcome import RunOutcome
    from immich_smart_albums.daemon.state import Tally

MOST_LINES = 20
"""Albums and problems that one message names."""


@dataclass(frozen=True, slots=True)
class Action:
    """A link that does something, such as a button of the message."""

    label: str
    url: str


@dataclass(frozen=True, slots=True)
class Message:
    """A message to a target."""

    kind: str
    """problems, refusals, changes or digest."""
    title: str
    lines: tuple[str, ...]
    click: str | None = None
    """The address that opens when the message is tapped."""
    actions: tuple[Action, ...] = ()
    facts: Mapping[str, object] = field(default_factory=dict)
    """The same as data, for programs."""

    @property
    def body(self) -> str:
        """The lines as one text, at most MOST_LINES of them."""
        more = len(self.lines) - MOST_LINES
        return "\n".join([*self.lines[:MOST_LINES], *([f"… and {more:,} more"] if more > 0 else [])])


def messages_of(
    outcome: RunOutcome, events: Collection[Event], *, news: Collection[str], offers: Mapping[str, str]
) -> Iterator[Message]:
    """Yields the messages about a run for a target that wants these events.

    `news` are the problems and refusals that are new: a message has no others. `offers` are the addresses at which
    refused changes can be allowed, by the album's name in plans.
    """
    if Event.PROBLEMS in events:
        lines = [*outcome.problems, *(f"{album.name}: {text}" for album in outcome.albums for text in album.problems)]
        lines = [line for line in lines if line in news]
        if lines:
            yield Message("problems", f"Albums: {count(len(lines), 'problem')}", tuple(lines), facts=_facts(outcome))
    if Event.REFUSALS in events:
        yield from _refusals(outcome, news, offers)
    if Event.CHANGES in events and outcome.has_changed:
        yield _changes(outcome)


def recovery(events: Collection[Event]) -> Iterator[Message]:
    """Yields the message that all problems are gone, for a target that wants problems."""
    if Event.PROBLEMS in events:
        yield Message("recovery", "Albums: all is well again", ("The last run had no problem.",))


def trouble(text: str, events: Collection[Event]) -> Iterator[Message]:
    """Yields the message about a problem outside of any run, such as a broken rules file."""
    if Event.PROBLEMS in events:
        yield Message("problems", "Albums: 1 problem", (text,))


def problem_lines(outcome: RunOutcome) -> dict[str, tuple[str, ...]]:
    """Returns the problems and refusals of a run by rule, as messages say them. Those of the whole run are under ""."""
    lines: dict[str, tuple[str, ...]] = {}
    if outcome.problems or outcome.refusals:
        lines[""] = (*outcome.problems, *outcome.refusals)
    for album in outcome.albums:
        if album.problems or album.refusals:
            texts = (f"{album.name}: {text}" for text in (*album.problems, *album.refusals))
            lines[album.rule] = (*lines.get(album.rule, ()), *texts)
    return lines


def digest(tally: Tally, failing: Mapping[str, str]) -> Message:
    """Returns the digest of what happened since the last one."""
    added, removed = sum(tally.added.values()), sum(tally.removed.values())
    lines = [f"{count(tally.runs, 'run')} since {tally.since[:10]}, {tally.failed:,} with problems"]
    lines += [
        f"{name}: {tally.added.get(name, 0):,} added, {tally.removed.get(name, 0):,} taken out"
        for name in {**tally.added, **tally.removed}
    ]
    lines += [f"{name}: {why}" for name, why in failing.items()]
    title = f"Albums: {added:,} added, {removed:,} taken out"
    return Message("digest", title, tuple(lines), facts={"added": added, "removed": removed, "runs": tally.runs})


def summary(outcome: RunOutcome) -> str:
    """Returns a run in some lines, for healthchecks."""
    lines = [outcome.words, *outcome.problems, *outcome.refusals]
    for album in outcome.albums:
        if album.has_changed:
            lines.append(f"{album.name}: {album.added:,} added, {album.removed:,} taken out")
        lines += [f"{album.name}: {text}" for text in (*album.problems, *album.refusals)]
    return "\n".join(lines)


def _refusals(outcome: RunOutcome, news: Collection[str], offers: Mapping[str, str]) -> Iterator[Message]:
    together = [text for text in outcome.refusals if text in news]
    if together:
        yield Message("refusals", "Albums: a run was refused", tuple(together), facts=_facts(outcome))
    for album in outcome.albums:
        lines = [text for text in album.refusals if f"{album.name}: {text}" in news]
        if lines:
            actions = (Action("Allow once", offers[album.plan_name]),) if album.plan_name in offers else ()
            page = _page(outcome.base, album.album_id)
            title = f"{album.name}: changes were refused"
            yield Message("refusals", title, tuple(lines), page, actions, _facts(outcome))


def _changes(outcome: RunOutcome) -> Message:
    changed = [album for album in outcome.albums if album.has_changed]
    lines = tuple(f"{album.name}: {album.added:,} added, {album.removed:,} taken out" for album in changed)
    title = f"Albums: {outcome.added:,} added, {outcome.removed:,} taken out"
    page = _page(outcome.base, changed[0].album_id) if len(changed) == 1 else None
    return Message("changes", title, lines, page, facts=_facts(outcome))


def _page(base: str, album_id: str | None) -> str | None:
    return f"{base}/albums/{album_id}" if base and album_id else None


def _facts(outcome: RunOutcome) -> dict[str, object]:
    return {
        "exit_code": outcome.exit_code,
        "run": outcome.run,
        "added": outcome.added,
        "removed": outcome.removed,
        "albums": [
            {
                "name": album.name,
                "id": album.album_id,
                "added": album.added,
                "removed": album.removed,
                "waiting": album.waiting,
                "problems": list(album.problems),
                "refusals": list(album.refusals),
            }
            for album in outcome.albums
            if album.has_changed or album.problems or album.refusals
        ],
    }
