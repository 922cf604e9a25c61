"""Asks for facts that help to understand results: the clock, values of photos, busy queues."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import ServerError
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.model.search_fields import FIELDS

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.versions import Capabilities

_INDEXING = {
    "metadataExtraction": "metadata extraction",
    "sidecar": "sidecar metadata",
    "library": "external libraries",
    "storageTemplateMigration": "storage template migration",
    "faceDetection": "face detection",
    "facialRecognition": "facial recognition",
    "smartSearch": "smart search",
    "ocr": "text recognition",
}
"""Queues that change what searches find, with their names on Immich's page of jobs."""


class _Counts(msgspec.Struct):
    active: int
    waiting: int
    delayed: int
    paused: int

    @property
    def left(self) -> int:
        return self.active + self.waiting + self.delayed + self.paused


class _Queue(msgspec.Struct):
    name: str
    statistics: _Counts


class _Jobs(msgspec.Struct):
    jobCounts: _Counts  # noqa: N815 - Immich's name


class _Features(msgspec.Struct):
    smartSearch: bool  # noqa: N815 - Immich's name


class ServerInfo:
    """Fits `operations.ports.directory.ServerInfo`. Nothing is cached, since all of this changes."""

    def __init__(self, http: Http, capabilities: Capabilities) -> None:
        self._http = http
        self._capabilities = capabilities

    def now(self) -> int | None:
        """Returns the server's time in ms since 1970, to the second (`GET /server/ping`). None if it is not sent.

        It is the header `Date`, which every Immich sends; a proxy may remove it.
        """
        try:
            return int(parsedate_to_datetime(self._http.date("/server/ping")).timestamp()) * 1000
        except (ServerError, ValueError, OverflowError):
            return None

    def values(self, field: str) -> list[str] | None:
        """Returns the values that a search field has on the timeline, sorted (`GET /search/suggestions`).

        None if this version lists none.
        """
        row = FIELDS.get(field)
        if row is None or row.suggestion is None or self._capabilities.version not in row.suggested:
            return None
        body = self._http.get("/search/suggestions", {"type": row.suggestion})
        answer = decode(body, list[str | None], "GET /search/suggestions")
        return sorted({value for value in answer if value})

    def busy_queues(self) -> list[str] | None:
        """Returns the queues with work left that may change what searches find. None if that is not known.

        Only administrators may see them, with the permission queue.read (before 2.4: job.read). A failure returns None
        as well: callers work without an answer.
        """
        try:
            left = self._queues() if self._capabilities.has_queues else self._jobs()
        except ServerError:
            return None
        return [words for name, words in _INDEXING.items() if left.get(name)]

    def has_smart_search(self) -> bool:
        """Returns whether smart search is on (`GET /server/features`), so that Immich looks at pictures for it."""
        return decode(self._http.get("/server/features"), _Features, "GET /server/features").smartSearch

    def _queues(self) -> Mapping[str, int]:
        answer = decode(self._http.hint("/queues"), list[_Queue], "GET /queues")
        return {queue.name: queue.statistics.left for queue in answer}

    def _jobs(self) -> Mapping[str, int]:
        answer = decode(self._http.hint("/jobs"), dict[str, _Jobs], "GET /jobs")
        return {name: jobs.jobCounts.left for name, jobs in answer.items()}
