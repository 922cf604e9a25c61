"""Reads a search to its end by key, exactly, on every version.

The server pages by offset: deep pages cost what they skip, ties may repeat and vanish between pages up to 3.0.3, and
every photo that arrives or goes in the middle shifts the rest. So we never page by offset, but ask for the newest
thousand, then for the newest thousand up to the last one's instant, and so on. `takenBefore` and `takenAfter` include
their bound and have milliseconds, while the database has microseconds: the next bound is the last instant plus one
millisecond, and ids seen there are dropped.

Only where more assets share an instant than fit on a page, we page by offset inside it, several times, until nothing is
missing: see `_crowd`.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.model.instants import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.immich.directory import Month
    from immich_smart_albums.immich.search.page import Page, Record


PAGE_SIZE = 1000
"""The most that Immich gives in one answer, in all versions."""

MOST_PASSES = 40
"""How often a crowded instant is read before giving up. 5,000 photos of one instant take about ten passes."""


@dataclass(frozen=True, slots=True)
class Window:
    """A span of instants in ms since 1970, both ends included; None is open."""

    after: int | None = None
    before: int | None = None

    def narrowed(self, after: int, before: int) -> Window:
        """Returns the part of this window between two instants."""
        return Window(after if self.after is None else max(self.after, after), self.until(before).before)

    def until(self, before: int) -> Window:
        """Returns the part of this window up to an instant."""
        return Window(self.after, before if self.before is None else min(self.before, before))


class Fetch(Protocol):
    """Asks for one page of a search, newest first, inside a window."""

    def __call__(self, window: Window, *, page: int = 1, size: int = PAGE_SIZE, cursor: str | None = None) -> Page:
        """Raises ServerError. `cursor` is that of the page before, where it had one."""
        ...


def scan(fetch: Fetch, window: Window) -> Iterator[list[Record]]:
    """Yields all records of a search inside a window, newest first, each once, in batches of a page.

    Assets that are there from beginning to end are in it exactly once, whatever else comes and goes meanwhile. Raises
    Untrustworthy for pages that are not what was asked for.
    """
    seen: set[str] = set()
    while True:
        page = fetch(window)
        _check(page, window)
        yield [record for record in page.records if record["id"] not in seen]
        if not page.has_more:
            return
        newest, last = page.instants[0], page.instants[-1]
        if newest > last and last + 1 != window.before:
            shown = zip(page.records, page.instants, strict=True)
            seen = {record["id"] for record, taken in shown if taken <= last + 1}
            window = Window(window.after, last + 1)
            continue
        # The page did not get past its own instant. The millisecond before it comes along, because the database's
        # microseconds cannot be named.
        seen |= {record["id"] for record in page.records}
        crowd = _crowd(fetch, window.narrowed(last - 1, last + 1))
        yield [record for record in crowd if record["id"] not in seen]
        if window.after is not None and window.after >= last:
            return
        seen = {record["id"] for record in crowd}
        window = Window(window.after, last - 1)


def instant(record: Record) -> int:
    """Returns when the asset was taken, in ms since 1970."""
    return to_milliseconds(record["fileCreatedAt"])


def _check(page: Page, window: Window) -> None:
    """Raise Untrustworthy for a page from which reading on by key would lose photos or never end."""
    problem = _contradiction(page, window)
    if problem:
        hint = "Something on the way seems to change requests or answers; nothing of the answer is used."
        raise Untrustworthy(f"the server returned a page of a search {problem}", hint=hint)


def _contradiction(page: Page, window: Window) -> str | None:
    if not page.instants:
        return None
    if page.instants != sorted(page.instants, reverse=True):
        return "that is not ordered by time as asked for"
    newest, last = page.instants[0], page.instants[-1]
    if (window.before is not None and newest > window.before) or (window.after is not None and last < window.after):
        return "with photos from outside the time that was asked for"
    return None


def _crowd(fetch: Fetch, window: Window) -> list[Record]:
    """All records of a window that cannot be cut any smaller, by offset.

    Up to 3.0.3 ties have no order, so that one pass repeats some and loses as many; the number of rows is right all the
    same. So passes with different page sizes are put together until they hold as many assets as a pass has rows. Where
    the number of rows changes from one pass to the next, something came or went, and pages may have shifted meanwhile:
    what was put together is thrown away. For the same reason the first pass only counts.
    """
    records: dict[str, Record] = {}
    previous = -1
    for turn in range(MOST_PASSES):
        rows = 0
        latest: dict[str, Record] = {}
        for page in _pages(fetch, window, PAGE_SIZE - 7 * turn):
            rows += len(page.records)
            latest.update((record["id"], record) for record in page.records)
        records = records | latest if rows == previous else {}
        if len(records) == rows:
            return list(records.values())
        if len(records) > rows:
            records = {}  # one came as another went
        previous = rows
    message = f"{previous} photos share one instant, and the server does not list them all ({len(records)} seen)"
    raise Untrustworthy(
        message, hint="Immich 3.1 and later list them reliably; or try again when nothing is uploading."
    )


def _pages(fetch: Fetch, window: Window, size: int) -> Iterator[Page]:
    number, has_more = 1, True
    cursor: str | None = None
    rows, seen = 0, set[str]()
    while has_more:
        page = fetch(window, page=number, size=size, cursor=cursor)
        _check(page, window)
        rows += len(page.records)
        seen.update(record["id"] for record in page.records)
        # Ties in random order fill a page with known ones now and then, but show six of ten in all.
        if rows > 10 * len(seen):
            message = "the server returned the same page of a search again and again"
            raise Untrustworthy(message, hint="Something on the way seems to ignore which page is asked for.")
        yield page
        number, has_more, cursor = number + 1, page.has_more, page.cursor


def cut(window: Window, months: Sequence[Month], parts: int) -> list[Window]:
    """Returns at most `parts` windows that cover `window`, newest first, cut where months begin.

    Neighbours share their bound: the database's microseconds would fall between two milliseconds. The counts are only a
    guess of where the assets of a search are; the cover is exact whatever they say.
    """
    inside = sorted((month for month in months if _is_inside(month.begins, window)), key=lambda month: -month.begins)
    share = sum(month.count for month in inside) / parts
    windows: list[Window] = []
    before, filled = window.before, 0.0
    for month in inside:
        filled += month.count
        if filled >= share and len(windows) < parts - 1:
            windows.append(Window(month.begins, before))
            before, filled = month.begins, 0.0
    return [*windows, Window(window.after, before)]


def _is_inside(moment: int, window: Window) -> bool:
    return (window.after is None or moment > window.after) and (window.before is None or moment < window.before)
