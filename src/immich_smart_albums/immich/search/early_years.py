"""Photos dated in the years 32 to 99, by a broken camera: Immich keeps that year, and shows one of the last century.

The server stores `0099-07-04` and sorts by it, but answers with 1999 (or 2032 to 2049, for 32 to 49). So a page with
such a photo seems to be in another order than asked for, or from outside of the window. A search finds which photos
these are; then their true years are used.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Collection

    from immich_smart_albums.immich.search.page import Page, Record

LAST = to_milliseconds("0099-12-31T23:59:59.999Z")
"""Nothing after this is shown with another year."""

BEFORE_ALL = to_milliseconds("0031-12-31T23:59:59.999Z")
"""Nothing before this can be shown at all: the server fails on it."""

_SHOWN_AS = {f"{year + (2000 if year < 50 else 1900)}": f"{year:04}" for year in range(32, 100)}


def may_be_early(record: Record) -> bool:
    """Returns whether the year of a record may stand for an earlier one."""
    return record["fileCreatedAt"][:4] in _SHOWN_AS


def with_true_years(page: Page, ids: Collection[str]) -> Page:
    """Returns the page with the true years of these photos."""
    records = [
        _with_true_year(record) if record["id"] in ids and may_be_early(record) else record for record in page.records
    ]
    return replace(page, records=records, instants=[to_milliseconds(record["fileCreatedAt"]) for record in records])


def _with_true_year(record: Record) -> Record:
    true = {**record, "fileCreatedAt": _year_of(record["fileCreatedAt"])}
    if isinstance(record.get("localDateTime"), str):
        true["localDateTime"] = _year_of(record["localDateTime"])
    exif = record.get("exifInfo")
    if isinstance(exif, dict) and isinstance(exif.get("dateTimeOriginal"), str):
        true["exifInfo"] = {**exif, "dateTimeOriginal": _year_of(exif["dateTimeOriginal"])}
    return true


def _year_of(text: str) -> str:
    return _SHOWN_AS.get(text[:4], text[:4]) + text[4:]
