"""A plan as Markdown, for a mail or a merge request."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.report.assets import asset_url
from immich_smart_albums.report.plan.as_text import SHOWN
from immich_smart_albums.report.plan.words import edits, heading, state, title, totals, waits
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.model.asset import Asset

_SPECIAL = re.compile(r"([\\`*_\[\]<>|~#&])")


def plan_markdown(plan: Plan) -> str:
    """Returns a plan as a Markdown document."""
    return "\n".join(_lines(plan))


def escaped(text: str) -> str:
    """Returns a text, escaped for Markdown."""
    return _SPECIAL.sub(r"\\\1", one_line(text))


def _lines(plan: Plan) -> Iterator[str]:
    yield f"# {escaped(title(plan))}"
    yield ""
    yield f"**{totals(plan)}**"
    yield ""
    if plan.refusals:
        yield from (f"- ✗ refused: {escaped(refusal)}" for refusal in plan.refusals)
        yield ""
    yield "| Album | Add | Take out | In it | |"
    yield "|---|---:|---:|---:|---|"
    for album in plan.albums:
        added, removed = len(album.additions), len(album.removals)
        cells = (_name(album, plan.server), added or "", removed or "", album.present, state(album))
        yield f"| {' | '.join(map(str, cells))} |"
    for album in plan.albums:
        lines = [*_album(album, plan.server)]
        if lines:
            yield from ("", f"## {escaped(heading(album))}", "", *lines)


def _name(album: AlbumPlan, base: str) -> str:
    return f"[{escaped(album.name)}]({base}/albums/{album.album.id})" if album.album else escaped(album.name)


def _album(album: AlbumPlan, base: str) -> Iterator[str]:
    yield from _photos("add", album.additions, base)
    yield from _photos("take out", album.removals, base)
    yield from (f"- {escaped(edit)}" for edit in edits(album, base))
    yield from (f"- {escaped(reason)}" for reason in album.reasons)
    yield from (f"- … {escaped(wait)}" for wait in waits(album))
    yield from (f"- ⚠ {escaped(warning)}" for warning in album.warnings)
    yield from (f"- ✗ refused: {escaped(refusal)}" for refusal in album.refusals)
    for problem in album.problems:
        where = f"{problem.where}: " if problem.where else ""
        yield f"- ✗ {escaped(where + problem.message)}" + (f" → {escaped(problem.hint)}" if problem.hint else "")


def _photos(verb: str, assets: Sequence[Asset], base: str) -> Iterator[str]:
    for asset in assets[:SHOWN]:
        link = f"[{escaped(asset.file_name) or 'photo'}]({asset_url(base, asset.id)})"
        yield f"- {verb} {link}, {asset.local_time.replace('T', ' ')}"
    if len(assets) > SHOWN:
        yield f"- {verb} {len(assets) - SHOWN:,} more"
