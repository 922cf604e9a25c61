"""Limits on how much one plan may change. A plan beyond them is refused, with the numbers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import structs

from immich_smart_albums.changes.plan import Losses
from immich_smart_albums.model.text.command import command
from immich_smart_albums.model.text.forms import same_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.rules.album import Guard


def refusals(guard: Guard, present: int, removals: int, additions: int) -> tuple[str, ...]:
    """Returns a sentence for each limit that a plan goes beyond. `present` is the number of photos in the album now."""
    sentences = []
    if guard.remove is not None and removals > guard.remove:
        sentences.append(f"it would remove {_photos(removals)}, and may remove {guard.remove:,} at most")
    if guard.remove_share is not None and removals > guard.remove_share * present:
        share = removals / present if present else 1.0
        sentences.append(
            f"it would remove {removals:,} of {_photos(present)} ({share:.1%}),"
            f" and may remove {guard.remove_share:.1%} at most"
        )
    if guard.add is not None and additions > guard.add:
        sentences.append(f"it would add {_photos(additions)}, and may add {guard.add:,} at most")
    return tuple(sentences)


def refusals_of_nothing(guard: Guard, ours: int, matched_before: int) -> tuple[str, ...]:
    """Returns a sentence for a rule that selects nothing. Empty if the guard allows that, or nothing was there before.

    `ours` is the number of photos in the album that it added, `matched_before` how many it selected last time.
    """
    if guard.allow_empty or not (ours or matched_before):
        return ()
    before = f"; {_photos(ours)} that it added are in the album" if ours else f"; last time it was {matched_before:,}"
    return (f"nothing matches any more{before}",)


FEWEST_LOST = 5
"""A person may well have taken out fewer photos than this one by one."""

_ITS_OWN = "it added are gone from the album"

LOST_SHARE = 0.9
"""The share of photos that we added; nobody takes out more than that one by one."""


def refusals_of_emptied(plan: AlbumPlan, losses: Losses, what: str = _ITS_OWN) -> tuple[str, ...]:
    """Returns a sentence if nearly all photos that we added to an album are gone from it at once. Else empty.

    If a person did that, the photos should stay out; if a backup was restored, they should come back. Only a person
    knows which. `what` is the part of the sentence on whose photos they are.
    """
    if losses.matching < FEWEST_LOST or losses.gone < LOST_SHARE * losses.ours:
        return ()
    count = f"all {losses.ours:,}" if losses.gone == losses.ours else f"{losses.gone:,} of the {losses.ours:,}"
    again = command("ledger", "forget", plan.rule, "--binding")
    if plan.album is not None and not same_name(plan.album.name, plan.rule):
        # The next run would look for an album of the rule's name.
        again = f"{again} and {command('adopt', plan.rule, '--id', plan.album.id)}"
    sentence = (
        f"{count} photos that {what} at once: emptied by somebody, or is a backup restored?"
        f" They stay out: {command('sync', '--allow', plan.rule)}. They are added again: {again}"
    )
    return (sentence,)


def refused_together(albums: Iterable[AlbumPlan]) -> Iterator[AlbumPlan]:
    """Yields the plans, refused if nearly all photos that we added to all these albums are gone at once.

    Each album alone may have lost too few to be refused.
    """
    plans = tuple(albums)
    losses = Losses(
        sum(plan.losses.ours for plan in plans),
        sum(plan.losses.gone for plan in plans),
        sum(plan.losses.matching for plan in plans),
    )
    for plan in plans:
        sentences = refusals_of_emptied(plan, losses, "were added to this album and others are gone")
        is_new = plan.losses.matching and not plan.refusals
        yield structs.replace(plan, refusals=sentences) if sentences and is_new else plan


def warnings_of_lost_ledger(plan: AlbumPlan) -> tuple[str, ...]:
    """Returns a warning for an album that looks like this tool's work, while the ledger knows nothing of the account.

    Empty unless most of the matches are in the album already.
    """
    if not plan.already_there or 2 * plan.already_there < plan.matched:
        return ()
    sentence = (
        f"{plan.already_there:,} of the {_photos(plan.matched)} that match are in the album already, and the ledger"
        " knows nothing of it. If this tool put them there, its ledger is missing: restore it from a backup, for what"
        " people took out would be added again now. If it is lost, or there was none,"
        f" {command('adopt', plan.rule, '--take-over')} makes them its own; else they count as put there by hand"
    )
    return (sentence,)


def refusals_of_split(guard: Guard, albums: Iterable[AlbumPlan], elsewhere: Collection[str]) -> tuple[str, ...]:
    """Returns a sentence for each limit that the albums of a split go beyond together.

    A photo that moves from one of them to another is not lost. An album for which nothing is left is judged by this
    and not alone, since a single photo in it would be all of it.
    """
    plans = tuple(albums)
    lost = sum(asset.id not in elsewhere for plan in plans for asset in plan.removals)
    sentences = refusals(guard, sum(plan.present for plan in plans), lost, 0)
    return tuple(f"all albums of the rule together: {sentence}" for sentence in sentences)


def refusals_of_run(guard: Guard, albums: Iterable[AlbumPlan]) -> tuple[str, ...]:
    """Returns a sentence for each limit that a whole run goes beyond. Albums that are refused alone count as well."""
    plans = tuple(albums)
    return tuple(
        f"all albums together: {sentences}"
        for sentences in refusals(
            guard,
            sum(plan.present for plan in plans),
            sum(len(plan.removals) for plan in plans),
            sum(len(plan.additions) for plan in plans),
        )
    )


def _photos(count: int) -> str:
    return f"{count:,} photo{'' if count == 1 else 's'}"
