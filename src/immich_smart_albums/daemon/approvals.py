"""Approvals: permission to change more than a guard allows, once, for exactly these changes, for a limited time.

An approval is offered in a message, with a token that nobody can guess. Only the token's hash is stored.
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

LIFETIME = 24 * 60 * 60
"""Seconds for which a token is valid."""

MOST = 100
"""Approvals that are stored."""


def offer(
    approvals: Collection[Approval], album: AlbumOutcome, new_token: Callable[[], str], now: float
) -> tuple[tuple[Approval, ...], str | None]:
    """Returns the approvals with an offer for refused changes, and its token, or None if there is one already."""
    current = _unexpired(approvals, now)
    if any((approval.rule, approval.fingerprint) == (album.plan_name, album.fingerprint) for approval in current):
        return current, None
    token = new_token()
    new = Approval(_hash(token), album.rule, album.plan_name, album.fingerprint, now + LIFETIME)
    # An earlier offer for the rule is about changes that are out of date.
    others = tuple(approval for approval in current if approval.rule != album.plan_name)
    return (*others[-MOST:], new), token


def find(approvals: Iterable[Approval], token: str, now: float) -> Approval | None:
    """Returns the offer with a token. None if there is none, it was used, or it has expired."""
    hashed, match = _hash(token), None
    for approval in approvals:
        if hmac.compare_digest(approval.token, hashed) and now < approval.expires and not approval.is_granted:
            match = approval
    return match


def grant(approvals: Iterable[Approval], token: str, now: float) -> tuple[Approval, ...] | None:
    """Returns the approvals with the one of a token granted. None as in `find`."""
    current = _unexpired(approvals, now)
    match = find(current, token, now)
    if match is None:
        return None
    return tuple(structs.replace(approval, is_granted=True) if approval is match else approval for approval in current)


def granted(approvals: Iterable[Approval], now: float) -> tuple[Approval, ...]:
    """Returns the approvals that are granted and have not expired."""
    return tuple(approval for approval in approvals if approval.is_granted and now < approval.expires)


def without_granted(approvals: Iterable[Approval]) -> tuple[Approval, ...]:
    """Returns the approvals without the granted ones, which are used up."""
    return tuple(approval for approval in approvals if not approval.is_granted)


def _unexpired(approvals: Iterable[Approval], now: float) -> tuple[Approval, ...]:
    return tuple(approval for approval in approvals if now < approval.expires)


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
