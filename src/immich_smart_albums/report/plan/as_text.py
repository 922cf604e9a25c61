"""A plan as text, for a terminal, a log or a pipe."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.report.assets import asset_line
from immich_smart_albums.report.plan.words import edits, heading, state, title, totals, waits
from immich_smart_albums.report.words import count, one_line, table

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from immich_smart_albums.changes.plan import AlbumPlan, Plan
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.asset import Asset

SHOWN = 5
"""Photos that are listed of those to add, and of those to take out."""

_COLOURS = {"+": "32", "-": "31", "~": "36", "⚠": "33", "✗": "31"}
"""ANSI colours of lines, by their first sign."""

_INDENT = "  "


def plan_lines(plan: Plan) -> Iterator[str]:
    """Yields a table of the albums, the changes of each, and the totals."""
    yield title(plan)
    yield ""
    yield from _table(plan.albums)
    for album in plan.albums:
        lines = [*_album(album, plan.server)]
        if lines:
            yield ""
            yield heading(album)
            yield from (f"{_INDENT}{line}" for line in lines)
    yield ""
    for refusal in plan.refusals:
        yield f"✗ refused: {one_line(refusal)}"
    yield totals(plan)


def painted(line: str) -> str:
    """Returns a line of a plan with the codes of its colour."""
    indent = _INDENT if line.startswith(_INDENT) else ""
    sign = line.removeprefix(indent)[:1]
    code = _COLOURS.get(sign) if indent or sign == "✗" else None
    return f"{indent}\x1b[{code}m{line.removeprefix(indent)}\x1b[0m" if code else line


def _table(albums: Sequence[AlbumPlan]) -> Iterator[str]:
    rows = [("Album", "Add", "Take out", "In it", "")]
    rows += [
        (
            one_line(album.name),
            f"+{len(album.additions):,}" if album.additions else "",
            f"-{len(album.removals):,}" if album.removals else "",
            f"{album.present:,}",
            " ".join((state(album), f"⚠ {count(len(album.warnings), 'warning')}" * bool(album.warnings))).strip(),
        )
        for album in albums
    ]
    yield from table(rows, right=(1, 2, 3))


def _album(album: AlbumPlan, base: str) -> Iterator[str]:
    """Yields the lines of one album; nothing if there is nothing to do."""
    yield from _photos("+", album.additions, base)
    yield from _photos("-", album.removals, base)
    yield from (f"~ {edit}" for edit in edits(album, base))
    yield from (f"· {one_line(reason)}" for reason in album.reasons)
    yield from (f"… {one_line(wait)}" for wait in waits(album))
    yield from (f"⚠ {one_line(warning)}" for warning in album.warnings)
    yield from (f"✗ refused: {one_line(refusal)}" for refusal in album.refusals)
    for problem in album.problems:
        yield from problem_lines(problem)


def _photos(sign: str, assets: Sequence[Asset], base: str) -> Iterator[str]:
    yield from (f"{sign} {asset_line(asset, base)}" for asset in assets[:SHOWN])
    if len(assets) > SHOWN:
        yield f"{sign} and {len(assets) - SHOWN:,} more"


def problem_lines(problem: Problem) -> Iterator[str]:
    """Yields the lines of a problem: its place and message, the excerpt, the hint."""
    where = f"{one_line(problem.where)}: " if problem.where else ""
    yield f"✗ {where}{one_line(problem.message)}"
    yield from (f"    {one_line(line)}" for line in (problem.excerpt or "").splitlines())
    if problem.hint:
        yield f"    → {one_line(problem.hint)}"
