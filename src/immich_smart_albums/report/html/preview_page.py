"""A preview as a page: the photos that rules select."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.plan import waiting_words
from immich_smart_albums.report.html.gallery import Gallery, Line, in_turns, problem_line
from immich_smart_albums.report.html.page import page
from immich_smart_albums.report.selection import totals
from immich_smart_albums.report.words import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.operations.plan.selections import AlbumSelections


def preview_page(answers: Mapping[str, AlbumSelections], base: str, pictures: Mapping[str, str], *, shown: int) -> str:
    """Returns a preview as a page; `shown` is the number of photos of each album."""
    gallery = Gallery(base, pictures, shown)
    return page(
        "preview.html",
        title=f"Photos of {count(len(answers), 'album')} on {base}",
        albums=[
            {
                "name": one_line(name),
                "lines": [*_lines(answer)],
                "groups": [gallery.group(count(len(answer.assets), "photo"), answer.assets)] * bool(answer.assets),
            }
            for name, answer in answers.items()
        ],
    )


def photos_of_preview(answers: Mapping[str, AlbumSelections], shown: int) -> list[tuple[str, str | None]]:
    """Returns the photos of a preview's page in turns, each with an account that selects it."""
    return in_turns([_seen_by(answer, shown) for answer in answers.values()])


def _seen_by(answer: AlbumSelections, shown: int) -> list[tuple[str, str | None]]:
    by = {asset.id: account for account, selection in answer.selections.items() for asset in selection.assets}
    return [(asset.id, by[asset.id]) for asset in answer.assets[:shown]]


def _lines(answer: AlbumSelections) -> Iterator[Line]:
    if answer.assets:
        yield Line(", ".join(f"{word} {value}" for word, value in totals(answer.assets)), "faint")
    elif answer.selections:
        yield Line("no photo matches", "faint")
    yield from (Line(one_line(waiting_words(number, reason)), "faint") for reason, number in answer.waiting.items())
    yield from map(problem_line, answer.problems)
