"""A selection as lines and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from immich_smart_albums.report.assets import LINE_FORMATS, asset_json
from immich_smart_albums.report.envelope import envelope
from immich_smart_albums.report.failures import album_problems_json, problem_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.operations.apply.result import AlbumResult
    from immich_smart_albums.selection.run.evaluate import Selection

_NOUNS = {"IMAGE": "photos", "VIDEO": "videos", "AUDIO": "sounds", "OTHER": "other files"}


def lines(assets: Iterable[Asset], base: str, format_: str) -> Iterator[str]:
    """Returns a line for each photo, in one of `LINE_FORMATS`."""
    line = LINE_FORMATS[format_]
    return (line(asset, base) for asset in assets)


def totals(assets: Sequence[Asset]) -> list[tuple[str, str]]:
    """Returns a selection in a few rows: the number of each type, and the first and last day."""
    counts = Counter(_NOUNS.get(asset.type, "other files") for asset in assets)
    rows = [(noun, f"{count:,}") for noun, count in sorted(counts.items(), key=lambda item: -item[1])]
    if len(rows) > 1:
        rows.append(("together", f"{len(assets):,}"))
    if assets:
        days = sorted(asset.local_time[:10] for asset in assets)
        rows.append(("taken", days[0] if days[0] == days[-1] else f"{days[0]} to {days[-1]}"))
    return rows


def as_json(
    selection: Selection, base: str, result: AlbumResult | None, failures: Iterable[Problem] = ()
) -> dict[str, object]:
    """Returns a selection, the result of writing it, and the problems of that, as one JSON object."""
    fields: dict[str, object] = {
        "server": base,
        "matched": selection.matched,
        "assets": [asset_json(asset, base) for asset in selection.assets],
        "waiting": [
            {"reason": reason, "assets": [asset_json(asset, base) for asset in assets]}
            for reason, assets in selection.waiting.items()
        ],
    }
    if result is not None:
        by_outcome: dict[str, list[str]] = {}
        for asset_id, outcome in result.outcomes.items():
            by_outcome.setdefault(outcome.name.lower(), []).append(asset_id)
        album = result.album
        fields["album"] = None if album is None else {"id": album.id, "name": album.name, "created": result.created}
        fields["outcomes"] = by_outcome
        fields["problems"] = [problem_json(failure) for failure in failures]
    return envelope(fields)


def selections_json(
    selections: Mapping[str, Sequence[Asset] | None], problems: Mapping[str, Sequence[Problem]], base: str
) -> dict[str, object]:
    """Returns the selections of albums, by name, as one JSON object. None: that of an album is not known."""
    albums = [
        {
            "name": name,
            "assets": None if assets is None else [asset_json(asset, base) for asset in assets],
            "problems": [problem_json(problem) for problem in problems.get(name, ())],
        }
        for name, assets in selections.items()
    ]
    fields = {"server": base, "albums": albums, "problems": album_problems_json(problems)}
    return envelope(fields)
