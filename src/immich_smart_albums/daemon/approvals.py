"""Leave to change more than a guard allows, once: offered in a message, bound to exactly that change, and expiring.

Of a token only its hash is kept. Who follows the link has seen the message; nobody else can guess it.
"""

from __future__ import annotations

import hmac
from hashlib import sha256
from typing import TYPE_CHECKING

from msgspec import structs

from immich_smart_albums.daemon.state import Approval

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable

    from immich_smart_albums.daemon.outcome import AlbumOutcome

LASTING = 24 * 60 * 60
"""Seconds for which a token is good."""

MOST = 100


def offer(
    approvals: Collection[Approval], album: AlbumOutcome, new_token: Callable[[], str], now: float
) -> tuple[tuple[Approval, ...], str | None]:
    """Returns the approvals with an offer for what was refused, and its token. None if it was offered already."""
    standing = _standing(approvals, now)
    if any((approval.rule, approval.fingerprint) == (album.plan_name, album.fingerprint) for approval in standing):
        return standing, None
    token = new_token()
    made = Approval(_hash(token), album.rule, album.plan_name, album.fingerprint, now + LASTING)
    # What the rule would have done before is past.
    others = tuple(approval for approval in standing if approval.rule != album.plan_name)
    return (*others[-MOST:], made), token


def find(approvals: Iterable[Approval], token: str, now: float) -> Approval | None:
    """Returns the offer of a token. None: there is none, it was used, or its time is over."""
    hashed, match = _hash(token), None
    for approval in approvals:
        if hmac.compare_digest(approval.token, hashed) and now < approval.expires and not approval.is_granted:
            match = approval
    return match


def grant(approvals: Iterable[Approval], token: str, now: float) -> tuple[Approval, ...] | None:
    """Returns the approvals with that of a token granted. None as in `find`."""
    standing = _standing(approvals, now)
    match = find(standing, token, now)
    if match is None:
        return None
    return tuple(structs.replace(approval, is_granted=True) if approval is match else approval for approval in standing)


def granted(approvals: Iterable[Approval], now: float) -> tuple[Approval, ...]:
    """Returns what may be done once."""
    return tuple(approval for approval in approvals if approval.is_granted and now < approval.expires)


def without_granted(approvals: Iterable[Approval]) -> tuple[Approval, ...]:
    """Returns the approvals without those that were granted: they are used up."""
    return tuple(approval for approval in approvals if not approval.is_granted)


def _standing(approvals: Iterable[Approval], now: float) -> tuple[Approval, ...]:
    return tuple(approval for approval in approvals if now < approval.expires)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
