"""An explanation as a page: why a photo is in an album or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.report.assets import asset_url
from immich_smart_albums.report.explanation import doing
from immich_smart_albums.report.html.page import page
from immich_smart_albums.report.html.why import why
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from immich_smart_albums.operations.explain.album import AlbumExplanation


def explain_page(explanation: AlbumExplanation, album: str, photo: str, picture: str | None) -> str:
    """Returns an explanation as a page, with the photo above it."""
    asset = next((account.asset for account in explanation.accounts if account.asset), None)
    return page(
        "explain.html",
        title=f"Why a photo is in {one_line(album)}, or not",
        photo=one_line(photo),
        picture=picture,
        url=asset_url(explanation.server, explanation.asset_id),
        about=one_line(f"{asset.file_name}, {asset.local_time.replace('T', ' ')[:16]}" if asset else photo),
        explanation=explanation,
        lines_of=lambda account: why(account.explanation),
        doing=lambda place: doing(place, explanation.asset_id),
    )
