"""Adding assets to an album and taking them out: every id's own answer, also after one that was lost."""

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
    """What the server answers for an id with which it did nothing."""
    after: str
    """Its answer for an id with which it did something before."""


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
    """Send one chunk and read what became of each id; `inside` looks which of some ids are in the album.

    The caller knows that the assets to add were not there a moment ago, and those to remove were. So when an answer is
    lost and the repeated request says that an asset is there already, or is not any more, the first one did it.

    An answer that is a page, null or nothing, and an id without an answer, or with a word that this tool does not
    know, are asked for once more, and then looked at. Where that fails as well, an id is `UNKNOWN`. Raises ServerError.
    """
    outcomes: dict[str, Outcome] = {}
    failure: ServerError | None = None
    try:
        outcomes = _sent(http, direction, album_id, asset_ids)
    except (NotImmich, Untrustworthy) as error:
        failure = error
    silent = [asset_id for asset_id in asset_ids if asset_id not in outcomes]
    if silent:
        try:
            outcomes |= _sent_again(http, direction, album_id, silent)
        except ServerError as error:
            failure = failure or error
        silent = [asset_id for asset_id in silent if asset_id not in outcomes]
    if silent:
        outcomes |= _outcomes_by_look(direction, silent, inside, None if outcomes else failure)
    return {asset_id: outcomes[asset_id] for asset_id in asset_ids}


def _outcomes_by_look(
    direction: Direction,
    silent: Collection[str],
    inside: Callable[[Collection[str]], Collection[str]],
    failure: ServerError | None,
) -> dict[str, Outcome]:
    """What became of ids of which the server says nothing."""
    try:
        there = set(inside(silent))
    except ServerError:
        if failure is not None:
            raise failure from None
        return dict.fromkeys(silent, Outcome.UNKNOWN)
    done = there if direction is ADD else set(silent) - there
    return {asset_id: direction.done if asset_id in done else Outcome.NOT_DONE for asset_id in silent}


def _sent(http: Http, direction: Direction, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
    """The outcomes of one request, of those ids that it answers for."""
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
    """The outcomes of the same request for the second time: what is as it should be may be so by the first."""
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
    """The same request; when it fails, the one before may have been carried out all the same."""
    try:
        return http.send(method, path, body, repeat=True)
    except ServerError as error:
        error.may_be_running = True
        raise


def may_have_done_it(error: ServerError) -> bool:
    """Returns whether the request may have been carried out: not where something in front of Immich turned it away."""
    return not (isinstance(error, Refused) and error.status in {429, 503})
