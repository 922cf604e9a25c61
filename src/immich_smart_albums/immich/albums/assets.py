"""Adds assets to an album, and removes them: with an outcome for each id, even after a lost answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import NotImmich, Refused, ServerError, Untrustworthy
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

    from immich_smart_albums.immich.http.client import Http


@dataclass(frozen=True, slots=True)
class Direction:
    """One of the two requests on `/albums/{id}/assets`."""

    method: str
    done: Outcome
    meanings: Mapping[str, Outcome]
    """The server's errors for ids that it did not change."""
    after: str
    """The server's error for an id that it changed by an earlier request."""


ADD = Direction(
    "PUT",
    Outcome.ADDED,
    {"duplicate": Outcome.ALREADY_THERE, "no_permission": Outcome.NO_PERMISSION, "not_found": Outcome.NOT_FOUND},
    "duplicate",
)
REMOVE = Direction(
    "DELETE",
    Outcome.REMOVED,
    {"not_found": Outcome.NOT_FOUND, "no_permission": Outcome.NO_PERMISSION},
    "not_found",
)


class _Result(msgspec.Struct):
    id: str
    success: bool
    error: str | None = None


def write(
    http: Http,
    direction: Direction,
    album_id: str,
    asset_ids: Sequence[str],
    inside: Callable[[Collection[str]], Collection[str]],
) -> dict[str, Outcome]:
    """Send one chunk. Returns the outcome of each id. `inside` returns which of some ids are in the album.

    The caller knows that assets to add were not there a moment ago, and that assets to remove were. So if an answer is
    lost and the repeated request finds that an asset is there already, or no longer, the first request did that.

    If the answer is a page, null or nothing, or lacks an id, or has an error that this tool does not know, the request
    is sent once more, and then the album is read. If that fails as well, the outcome is `UNKNOWN`. Raises ServerError.
    """
    outcomes: dict[str, Outcome] = {}
    failure: ServerError | None = None
    try:
        outcomes = _sent(http, direction, album_id, asset_ids)
    except (NotImmich, Untrustworthy) as error:
        failure = error
    unanswered = [asset_id for asset_id in asset_ids if asset_id not in outcomes]
    if unanswered:
        try:
            outcomes |= _sent_again(http, direction, album_id, unanswered)
        except ServerError as error:
            failure = failure or error
        unanswered = [asset_id for asset_id in unanswered if asset_id not in outcomes]
    if unanswered:
        outcomes |= _outcomes_by_members(direction, unanswered, inside, None if outcomes else failure)
    return {asset_id: outcomes[asset_id] for asset_id in asset_ids}


def _outcomes_by_members(
    direction: Direction,
    unanswered: Collection[str],
    inside: Callable[[Collection[str]], Collection[str]],
    failure: ServerError | None,
) -> dict[str, Outcome]:
    """The outcomes of ids that answers lack, from the album's members."""
    try:
        there = set(inside(unanswered))
    except ServerError:
        if failure is not None:
            raise failure from None
        return dict.fromkeys(unanswered, Outcome.UNKNOWN)
    done = there if direction is ADD else set(unanswered) - there
    return {asset_id: direction.done if asset_id in done else Outcome.NOT_DONE for asset_id in unanswered}


def _sent(http: Http, direction: Direction, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
    """The outcomes of one request, for those ids that its answer has."""
    path, body = _request(album_id, asset_ids)
    meanings = direction.meanings
    try:
        answer = http.send(direction.method, path, body, repeat=False)
    except ServerError as error:
        if error.retry is None:
            raise
        if may_have_done_it(error):
            return _sent_again(http, direction, album_id, asset_ids)
        answer = http.send(direction.method, path, body, repeat=True)
    return _outcomes(answer, direction, path, meanings, asset_ids)


def _sent_again(http: Http, direction: Direction, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
    """The outcomes of a repeated request: assets that are already as they should be were changed by the first one."""
    path, body = _request(album_id, asset_ids)
    answer = _send_again(http, direction.method, path, body)
    return _outcomes(answer, direction, path, {**direction.meanings, direction.after: direction.done}, asset_ids)


def _request(album_id: str, asset_ids: Sequence[str]) -> tuple[str, dict[str, object]]:
    return f"/albums/{album_id}/assets", {"ids": list(asset_ids)}


def _outcomes(
    answer: bytes, direction: Direction, path: str, meanings: Mapping[str, Outcome], asset_ids: Collection[str]
) -> dict[str, Outcome]:
    outcomes: dict[str, Outcome] = {}
    for result in decode(answer, list[_Result], f"{direction.method} {path}"):
        meaning = direction.done if result.success else meanings.get(result.error or "")
        if meaning is not None:
            outcomes.setdefault(result.id, meaning)
    return {asset_id: outcomes[asset_id] for asset_id in asset_ids if asset_id in outcomes}


def _send_again(http: Http, method: str, path: str, body: Mapping[str, object]) -> bytes:
    """Send a request again. If it fails, the first one may have been carried out all the same."""
    try:
        return http.send(method, path, body, repeat=True)
    except ServerError as error:
        error.may_be_running = True
        raise


def may_have_done_it(error: ServerError) -> bool:
    """Returns whether a request may have been carried out. It was not if a proxy refused it."""
    return not (isinstance(error, Refused) and error.status in {429, 503})
