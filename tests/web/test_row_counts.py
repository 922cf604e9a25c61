"""How many photos each row lets through, by itself and after those above it, in whatever group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.config.editing.rows import row_id, rule_rows
from immich_smart_albums.web.rows.counts import after_rows_above

from .conftest import opened

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox import Sandbox

NUMBERS = range(60)


def left(match: str, **photos: set[int] | None) -> list[int | None]:
    """What is left after each row that has photos, which go by the last steps of the rows' paths."""
    rows = rule_rows(f"albums: [{{match: {match}}}]", ("albums", 0))
    by_row = {
        row_id(row.path): None if own is None else {str(number) for number in own}
        for row in rows
        for place, own in photos.items()
        if row_id(row.path).endswith(f"/{place}")
    }
    return list(after_rows_above(rows, by_row).values())


EVEN, THIRD, LOW = ({n for n in NUMBERS if n % 2 == 0}, {n for n in NUMBERS if n % 3 == 0}, set(range(30)))


def test_rows_narrow_each_other() -> None:
    assert left("{rating: 1, media: video, favorite: true}", rating=EVEN, media=THIRD, favorite=LOW) == [30, 10, 5]


def test_alternatives_add_up_and_what_a_group_leaves_out_is_taken_away() -> None:
    match = "{rating: 1, any: {media: video, favorite: true}, not: {tag: x, person: y}}"
    photos = {"rating": EVEN, "media": THIRD, "favorite": LOW, "tag": {0, 6}, "person": {12, 58}}
    groups = {"any": THIRD | LOW, "not": set(NUMBERS) - {0, 6, 12, 58}}
    # 30 even ones; of these 20 are of either kind: 10, and 20 with the second; without two of them, 18, and 17.
    assert left(match, **photos, **groups) == [30, 20, 10, 20, 17, 18, 17]


def test_a_group_in_a_group_is_about_what_comes_into_it() -> None:
    match = "{rating: 1, all: [{media: video}, {any: [{favorite: true, tag: x}, {person: y}]}]}"
    inner = {"any": LOW & THIRD, "any/0": LOW & THIRD, "favorite": LOW, "tag": THIRD, "person": {0}}
    assert left(match, rating=EVEN, all=THIRD & LOW, media=THIRD, **inner) == [30, 5, 10, 5, 5, 5, 5, 5]


def test_what_could_not_be_told_leaves_nothing_to_say_below_it() -> None:
    assert left("{rating: 1, media: video, favorite: true}", rating=EVEN, media=None, favorite=LOW) == [30, None, None]
    assert left("{not: {media: video}, favorite: true}", media=THIRD, favorite=LOW)[0] is None
    assert left("{rating: 1, any: {media: video}}", rating=None, any=LOW, media=THIRD) == [None, None, None]


@pytest.mark.parametrize(
    "match", ["{person: Emma, place: {country: Finland}}", "{all: [{person: Emma}, {place: {country: Finland}}]}"]
)
def test_near_misses_are_of_each_row_that_must_hold(library: Sandbox, tmp_path: Path, match: str) -> None:
    with library, opened(library, tmp_path, rules=f"albums: [{{name: A, match: {match}}}]") as page:
        shown = page.get("preview", name="A", page="1", number="1").json
        answer = page.get("row-counts", preview=shown["preview"], page="1", number="1").json
        assert [words for words, *_ in answer["groups"]] == ["shows Emma", "was taken in country Finland"]
        own, after = answer["rows"].popitem()[1]
        assert own > after == shown["counts"]["added"]
        for group, (_, count, shown_ones) in enumerate(answer["groups"]):
            photos = page.get("photos", preview=shown["preview"], tab="near", group=str(group)).json
            assert photos["total"] == count == shown_ones == len(photos["photos"]) > 0


def test_a_group_among_the_near_misses_says_what_is_in_it(library: Sandbox, tmp_path: Path) -> None:
    rules = "albums: [{name: A, match: {place: {country: Finland}, not: {person: Emma}}}]"
    with library, opened(library, tmp_path, rules=rules) as page:
        shown = page.get("preview", name="A", page="1", number="1").json
        groups = page.get("row-counts", preview=shown["preview"], page="1", number="1").json["groups"]
        assert "none of these: shows Emma" in [words for words, *_ in groups]


def test_a_row_that_says_not_is_counted_as_it_says_in_a_group_that_leaves_out(library: Sandbox, tmp_path: Path) -> None:
    match = "{media: photo, not: {any: [{favorite: false}, {rating: 5}]}}"
    rules = f"albums: [{{name: A, match: {match}}}, {{name: B, match: {{favorite: false}}}}]"
    with library, opened(library, tmp_path, rules=rules) as page:
        shown = page.get("preview", name="A", page="1", number="1").json
        rows = page.get("row-counts", preview=shown["preview"], page="1", number="1").json["rows"]
        alone = page.get("preview", name="B", page="2", number="1").json["counts"]["added"]
        assert rows["albums/0/match/not/any/0/favorite"][0] == alone > 300


ALIASES = """\
albums:
- name: A
  match: &both
    place: {country: Finland}
    any: [{person: Emma}, {person: Noah}]
- name: B
  match:
    all: [*both, {media: photo}]
- name: C
  match: {<<: *both, media: photo}
- name: D
  match: *both
"""


def test_what_stands_elsewhere_in_the_file_is_counted_as_well(library: Sandbox, tmp_path: Path) -> None:
    with library, opened(library, tmp_path, rules=ALIASES) as page:

        def look(name: str) -> tuple[dict[str, int], dict[str, list[int | None]], str]:
            shown = page.get("preview", name=name, page=name, number="1").json
            further = page.get("row-counts", preview=shown["preview"], page=name, number="1").json
            return shown["counts"], further["rows"], shown["rows"]

        for name in "AD":
            counts, rows, _ = look(name)
            assert list(rows.values())[1][1] == counts["added"]  # after the group, which is the last that must hold
        counts, rows, html = look("B")
        assert rows["albums/1/match/all"] == [counts["added"]] * 2
        assert html.count("repeats &amp;both") == 1
        # What no row can show is there as its text; what comes after it is not guessed.
        _, rows, html = look("C")
        assert "&lt;&lt;: *both" in html
        assert 'data-row-text="*both"' in html
        assert rows["albums/2/match/media"][1] is None


def test_rows_of_a_rule_that_reaches_into_the_trash_are_counted_and_shown(library: Sandbox, tmp_path: Path) -> None:
    rules = "albums: [{name: A, match: {offline: true, archived: any}}]"
    with library, opened(library, tmp_path, rules=rules) as page:
        shown = page.get("preview", name="A", page="1", number="1").json
        rows = page.get("row-counts", preview=shown["preview"], page="1", number="1").json["rows"]
        lost = shown["counts"]["added"]
        assert rows["albums/0/match/offline"] == [lost, lost]
        assert rows["albums/0/match/archived"][1] == lost > 0
        (photo, *_), *_ = page.get("photos", preview=shown["preview"], tab="added").json["photos"]
        assert library.library.assets[photo].deleted_at is not None
        assert "It belongs in this album" in page.get("photo", name="A", id=photo).text
