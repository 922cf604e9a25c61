"""Adding assets to an album and taking them out: every id's own answer, also after one that was lost."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import Refused, ServerError
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.model.outcome import Outcome

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

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


def write(http: Http, direction: Direction, album_id: str, asset_ids: Sequence[str]) -> dict[str, Outcome]:
    """Send one chunk and read what became of each id.

    The caller knows that the assets to add were not there a moment ago, and those to remove were. So when an answer is
    lost and the repeated request says that an asset is there already, or is not any more, the first one did it.
    An id without an answer, or with a word that this tool does not know, is `UNKNOWN`. Raises ServerError.
    """
    path = f"/albums/{album_id}/assets"
    body = {"ids": list(asset_ids)}
    meanings = direction.meanings
    try:
        answer = http.send(direction.method, path, body, repeat=False)
    except ServerError as error:
        if error.again is None:
            raise
        if not _may_have_done_it(error):
            answer = http.send(direction.method, path, body, repeat=True)
        else:
            meanings = {**meanings, direction.after: direction.done}
            answer = _send_again(http, direction.method, path, body)
    results = decode(answer, list[_Result], f"{direction.method} {path}")
    outcomes: dict[str, Outcome] = {}
    for result in results:
        meaning = direction.done if result.success else meanings.get(result.error or "", Outcome.UNKNOWN)
        outcomes.setdefault(result.id, meaning)
    return {asset_id: outcomes.get(asset_id, Outcome.UNKNOWN) for asset_id in asset_ids}


def _send_again(http: Http, method: str, path: str, body: Mapping[str, object]) -> bytes:
    """The same request; when it fails, the one before may have been carried out all the same."""
    try:
        return http.send(method, path, body, repeat=True)
    except ServerError as error:
        error.may_be_running = True
        raise


def _may_have_done_it(error: ServerError) -> bool:
    """Whether the request may have been carried out: not where something in front of Immich turned it away."""
    return not (isinstance(error, Refused) and error.status in {429, 503})
