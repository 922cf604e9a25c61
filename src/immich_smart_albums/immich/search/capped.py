"""Searches with a limit: the first photos in the order of time, and rankings of smart search."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.errors import ServerError, Untrustworthy
from immich_smart_albums.immich.search.scan import PAGE_SIZE, instant, scan

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.search.request import SearchRequest
    from immich_smart_albums.model.query import Query

MOST_RANKINGS = 20
"""Readings of a ranking before giving up."""


def first(search: SearchRequest, limit: int, *, ascending: bool) -> list[Record]:
    """Returns the first `limit` records in the server's order: by instant, then by id.

    Before 3.1 the server orders ties by chance; then all photos of a tie at the limit are read and ordered here.
    Raises ServerError.
    """
    if limit < PAGE_SIZE:
        page = search.ask(search.window, size=limit + 1, order="asc" if ascending else "desc")
        if page.instants != sorted(page.instants, reverse=not ascending):
            message = f"the server returned the first of {search.describe()} in another order than asked for"
            raise Untrustworthy(message, hint="Something on the way seems to change requests; nothing of it is used.")
        tied = len(page.records) > limit and page.instants[limit - 1] == page.instants[limit]
        is_whole = len(page.records) > limit or not page.has_more
        if is_whole and (search.orders_ties or not tied):
            return page.records[:limit]
    records: list[Record] = []
    for batch in scan(search.fetch, search.window):
        records += batch
        # In descending order, the scan may stop once the instant at the limit is complete.
        if not ascending and len(records) > limit and instant(records[-1]) < instant(records[limit - 1]):
            break
    if search.orders_ties:  # also by the microseconds that the answer does not show
        return (records[::-1] if ascending else records)[:limit]
    return in_order(records, ascending=ascending)[:limit]


def in_order(records: list[Record], *, ascending: bool) -> list[Record]:
    """Returns records by instant, then by id."""
    return sorted(records, key=lambda record: (instant(record), record["id"]), reverse=not ascending)


def ranked(search: SearchRequest, query: Query) -> Iterator[list[Record]]:
    """Yields a ranking down to its cut-off, read by page numbers: the server returns no distance to continue from.

    One page is exact. Several may overlap where distances tie (up to 3.0.3), and shift when photos come or go; so they
    are read until two readings agree, with other page sizes where they overlap. Raises ServerError.
    """
    size = min(query.limit or PAGE_SIZE, PAGE_SIZE)
    previous: list[str] = []
    for _ in range(MOST_RANKINGS):
        records, pages = _read_ranking(search, query, size)
        ids = [record["id"] for record in records]
        if len(set(ids)) < len(ids):
            size = max(size - 1, 1)
        elif pages == 1 or ids == previous:
            yield records
            return
        previous = ids
    message = f"the pages of {search.describe()} do not fit together, so the ranking cannot be read"
    raise Untrustworthy(message, hint="Try again when nothing is uploading, or keep at most 1000 (top, resultLimit).")


def _read_ranking(search: SearchRequest, query: Query, size: int) -> tuple[list[Record], int]:
    """A ranking down to its cut-off, and the number of pages read.

    Raises ServerError if none of the photos that mark the cut-off is in it.
    """
    records: list[Record] = []
    places: dict[str, int] = {}
    number, has_more = 0, True
    while has_more and not _is_enough(query, len(records), places):
        number += 1
        page = search.ask(search.window, page=number, size=size)
        places |= {
            record["id"]: place
            for place, record in enumerate(page.records, len(records) + 1)
            if record["id"] in query.until
        }
        records += page.records
        has_more = page.has_more
        if len(records) > 10 * len({record["id"] for record in records}):
            message = f"the server returned the same page of {search.describe()} again and again"
            raise Untrustworthy(message, hint="Something on the way seems to ignore which page is asked for.")
    if not query.until:
        return records[: query.limit], number
    if not places:
        message = f"no photo under until is in the ranking of {search.describe()}"
        hint = (
            "Pick another photo, the last good one in its order. Those there may be in the trash, or the rest of the "
            "search leaves them out; a rule that looks into the archive as well needs one in each place."
        )
        raise ServerError(message, hint=hint)
    return records[: max(places.values())], number


def _is_enough(query: Query, read: int, places: dict[str, int]) -> bool:
    """Whether the rest of a ranking lies behind its cut-off."""
    if query.until:
        return len(places) == len(query.until)
    return query.limit is not None and read >= query.limit
