"""A plan as a page: the changes of each album, with the photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import AddAssets, RemoveAssets
from immich_smart_albums.report.html.gallery import Gallery, Line, in_turns, problem_line
from immich_smart_albums.report.html.page import page
from immich_smart_albums.report.plan.words import edits, heading, state, title, totals
from immich_smart_albums.report.words import count, one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.model.asset import Asset


def plan_page(plan: Plan, pictures: Mapping[str, str], *, shown: int) -> str:
    """Returns a plan as a page; `shown` is the number of photos of each group."""
    gallery = Gallery(plan.server, pictures, shown)
    return page(
        "plan.html",
        title=one_line(title(plan)),
        totals=totals(plan),
        refusals=[one_line(refusal) for refusal in plan.refusals],
        albums=[_album(album, gallery) for album in plan.albums],
    )


def photos_of_plan(plan: Plan, shown: int) -> list[tuple[str, str | None]]:
    """Returns the photos of a plan's page in turns, each with the account that sees it. None if that is not known."""
    albums = [
        [(asset.id, account) for assets, account in _by_account(album) for asset in assets[:shown]]
        for album in plan.albums
    ]
    return in_turns(albums)


def _by_account(album: AlbumPlan) -> Iterator[tuple[Sequence[Asset], str | None]]:
    for change in album.changes:
        if isinstance(change, AddAssets | RemoveAssets):
            yield change.assets, change.account or None
    for assets in (album.kept_out, *(waiting.assets for waiting in (*album.waiting, *album.staying))):
        yield assets, album.owner or None


def _album(album: AlbumPlan, gallery: Gallery) -> dict[str, object]:
    groups = [
        (count(len(album.additions), "photo") + " to add", "add", album.additions),
        (count(len(album.removals), "photo") + " to take out", "remove", album.removals),
        *((one_line(waiting.words), "faint", waiting.assets) for waiting in album.waiting),
        *((f"stays: {one_line(waiting.reason)}", "faint", waiting.assets) for waiting in album.staying),
        (count(len(album.kept_out), "photo") + " left out by hand", "faint", album.kept_out),
    ]
    return {
        "name": one_line(album.name),
        "added": f"+{len(album.additions):,}" if album.additions else "",
        "removed": f"-{len(album.removals):,}" if album.removals else "",
        "present": f"{album.present:,}",
        "state": state(album) or "to change",
        "heading": heading(album),
        "url": f"{gallery.base}/albums/{album.album.id}" if album.album else None,
        "lines": [*_lines(album, gallery.base)],
        "groups": [gallery.group(name, assets, tone) for name, tone, assets in groups if assets],
    }


def _lines(album: AlbumPlan, base: str) -> Iterator[Line]:
    yield from (Line(one_line(edit)) for edit in edits(album, base))
    yield from (Line(one_line(reason), "faint") for reason in album.reasons)
    yield from (Line(f"⚠ {one_line(warning)}", "warn") for warning in album.warnings)
    yield from (Line(f"refused: {one_line(refusal)}", "remove") for refusal in album.refusals)
    yield from map(problem_line, album.problems)
