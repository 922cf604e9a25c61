"""Why a photo is in an album or not, as a page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.report.explanation import explanation_lines
from immich_smart_albums.report.html.page import page
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from immich_smart_albums.operations.explain.album import AlbumExplanation


def explain_page(explanation: AlbumExplanation, album: str, photo: str, picture: str | None) -> str:
    """Returns the explanation as one file, with the photo above it."""
    return page(
        "explain.html",
        title=f"Why a photo is in {one_line(album)}, or not",
        photo=one_line(photo),
        picture=picture,
        lines="\n".join(map(one_line, explanation_lines(explanation))),
    )
