"""The search for what has changed since."""

from __future__ import annotations

from immich_smart_albums.selection.cache.changes import changed_since
from tests.support.cached_runs import flat, structured


def test_the_watermark_narrows_a_search_that_has_one_of_its_own() -> None:
    later, earlier = "2030-01-01T00:00:00.000Z", "1971-01-01T00:00:00.000Z"
    watermark = 1_700_000_000_000
    assert changed_since(flat(updatedAfter=later).query, watermark).get("updatedAt", "gte") == later
    assert (
        changed_since(flat(updatedAfter=earlier).query, watermark).get("updatedAt", "gte") == "2023-11-14T22:13:20.000Z"
    )
    city, updated = changed_since(structured("city", "eq", "Nice").query, watermark).conditions
    assert (city.field, updated.value) == ("city", "2023-11-14T22:13:20.000Z")
