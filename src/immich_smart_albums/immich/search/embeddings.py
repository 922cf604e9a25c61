"""Finds the photos that Immich has looked at for smart search.

A photo without an embedding is in no ranking, and a ranking by likeness to it is refused. So few photos are asked for
one by one, and many by ranking all photos between their dates by likeness to one of them. That needs no text, so it
works even while machine learning is down.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.errors import NoAccess, Refused, Untrustworthy
from immich_smart_albums.immich.search.bodies import flat_body
from immich_smart_albums.immich.search.page import decode_page
from immich_smart_albums.immich.search.parallel import in_parallel
from immich_smart_albums.immich.search.scan import PAGE_SIZE
from immich_smart_albums.model.asset import ASSET_FIELDS
from immich_smart_albums.model.instants import from_milliseconds
from immich_smart_albums.model.query import Kind, Query

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.page import Page
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.query import Visibility

_PATH = "/search/smart"

FEW = 4
"""Up to so many photos are asked for one by one."""

MOST_ALONE = 50
"""Up to so many photos that long rankings did not show are asked for one by one; more count as not looked at."""

_MOST_PAGES = 3
"""Pages of a narrowed ranking that are read; a longer one is hardly shorter than the whole."""

_STEPS = 5
"""Photos that are tried as the pivot of a ranking, before a word is used instead."""


class Embeddings:
    """Finds embeddings of photos, for one account."""

    def __init__(self, http: Http, capabilities: Capabilities, *, concurrency: int) -> None:
        self._http = http
        self._capabilities = capabilities
        self._concurrency = concurrency

    def of(self, assets: Iterable[Asset], scope: Query) -> set[str]:
        """See `operations.ports.directory.Embeddings.of`."""
        left = {asset.id: asset for asset in assets}
        ids: set[str] = set()
        if len(left) > FEW or not self._capabilities.ranks_by_likeness:
            by = self._likeness(left, ids) or {"query": "photo"}
            wanted, is_whole = dict(left), True
            for visibility in scope.visibility if wanted else ():
                shown, is_exact = self._ranked(wanted, by, scope, visibility)
                ids |= shown
                is_whole = is_whole and is_exact
            left = {id_: asset for id_, asset in left.items() if id_ not in ids}
            if is_whole or len(left) > MOST_ALONE or not self._capabilities.ranks_by_likeness:
                return ids
        return ids.union(in_parallel([partial(self._one, id_) for id_ in left], self._concurrency))

    def _likeness(self, left: dict[str, Asset], ids: set[str]) -> dict[str, object] | None:
        """The pivot to rank by. None if the first few photos have no embedding. Removes what it tries from `left`."""
        for pivot in list(left)[:_STEPS] if self._capabilities.ranks_by_likeness else ():
            del left[pivot]
            if self._has(pivot):
                ids.add(pivot)
                return {"queryAssetId": pivot}
        return None

    def _one(self, asset_id: str) -> Iterator[str]:
        if self._has(asset_id):
            yield asset_id

    def _has(self, asset_id: str) -> bool:
        """Whether a photo has an embedding, so that a ranking by likeness to it works. Raises ServerError."""
        body: dict[str, object] = {"queryAssetId": asset_id, "size": 1}
        try:
            self._ask(body, 1)
        except NoAccess:
            return False  # deleted or locked since a search found it
        except Refused as error:
            if error.status == 400 and "has no embedding" in error.message:
                return False
            raise
        return True

    def _ranked(
        self, wanted: dict[str, Asset], by: dict[str, object], scope: Query, visibility: Visibility
    ) -> tuple[set[str], bool]:
        """Which of these photos a ranking shows, and whether the others surely have no embedding.

        Pages of a ranking may shift while photos come and go: a photo that no page shows may still be in it.
        """
        instants = [asset.taken for asset in wanted.values()]
        body = {
            **by,
            **self._capabilities.visibility_filter(visibility),
            **({"withDeleted": True} if scope.get("withDeleted") else {}),
            "takenAfter": from_milliseconds(min(instants)),
            "takenBefore": from_milliseconds(max(instants) + 1),  # the database has microseconds
            "size": PAGE_SIZE,
        }
        ids: set[str] = set()
        page = self._ask(body | {"page": 1}, PAGE_SIZE)
        number = 1
        ids.update(record["id"] for record in page.records if record["id"] in wanted)
        if page.has_more and len(ids) < len(wanted) and scope.any_of:
            shown, is_whole = self._narrowly_ranked(wanted, body, scope)
            ids |= shown
            if is_whole:
                return ids, True
        while page.has_more and len(ids) < len(wanted):
            number += 1
            page = self._ask(body | {"page": number}, PAGE_SIZE)
            ids.update(record["id"] for record in page.records if record["id"] in wanted)
        return ids, number == 1 or len(ids) == len(wanted)

    def _narrowly_ranked(
        self, wanted: dict[str, Asset], body: dict[str, object], scope: Query
    ) -> tuple[set[str], bool]:
        """The same, of rankings narrowed to each of the scope's branches, while they are short."""
        ids: set[str] = set()
        queries = [Query(Kind.SMART, branch) for branch in scope.any_of]
        is_whole = not any(self._capabilities.unsupported(query) for query in queries)
        for query in queries if is_whole else ():
            shown, is_one_page = self._first_pages(wanted, {**flat_body(query), **body})
            ids |= shown
            # Only a ranking of a single page is surely complete.
            is_whole = is_whole and is_one_page
        return ids, is_whole or len(ids) == len(wanted)

    def _first_pages(self, wanted: dict[str, Asset], body: dict[str, object]) -> tuple[set[str], bool]:
        """Which of these photos the first pages of a ranking show, and whether it has only one page."""
        ids: set[str] = set()
        for number in range(1, _MOST_PAGES + 1):
            page = self._ask(body | {"page": number}, PAGE_SIZE)
            ids.update(record["id"] for record in page.records if record["id"] in wanted)
            if not page.has_more:
                return ids, number == 1
        return ids, False

    def _ask(self, body: dict[str, object], size: int) -> Page:
        page = decode_page(self._http.post(_PATH, body), ASSET_FIELDS, size, f"POST {_PATH}")
        if len(page.records) > size:
            message = f"POST {_PATH}: {len(page.records)} photos came where {size} were asked for"
            raise Untrustworthy(message, hint="Something on the way seems to change requests; nothing of it is used.")
        return page
