"""Runs and what they wrote, as text and as JSON."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from immich_smart_albums.changes.change import AddAssets, CreateAlbum, RemoveAssets
from immich_smart_albums.changes.journal import WriteState
from immich_smart_albums.model.outcome import Outcome
from immich_smart_albums.report.envelope import envelope
from immich_smart_albums.report.plan.as_json import change_json
from immich_smart_albums.report.plan.words import edits_of
from immich_smart_albums.report.words import count, one_line, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from immich_smart_albums.changes.journal import Run, Write
    from immich_smart_albums.operations.history import RunHistory

_SIGNS = {Outcome.ADDED: "+", Outcome.REMOVED: "-", Outcome.ALREADY_THERE: "·"}


def runs_lines(runs: Sequence[RunHistory]) -> Iterator[str]:
    """Yields a table of runs, newest first, with the result of each."""
    if not runs:
        yield "Nothing was written yet."
        return
    rows = [("Run", "Started (UTC)", "What", "Added", "Taken out", "Albums", "Ended")]
    rows += [
        (
            str(run.run.id),
            _when(run.run.started),
            _what(run.run),
            _sum(album.added for album in run.albums),
            _sum(album.removed for album in run.albums),
            _sum(1 for _ in run.albums),
            ", ".join(_endings(run)),
        )
        for run in runs
    ]
    yield from table(rows, right=(0, 3, 4, 5))


def _sum(numbers: Iterable[int]) -> str:
    total = sum(numbers)
    return f"{total:,}" if total else ""


def _endings(history: RunHistory) -> Iterator[str]:
    yield _end(history.run)
    if history.undone_by is not None:
        yield f"taken back by run {history.undone_by}"
    unclear = sum(album.unclear for album in history.albums)
    if unclear:
        yield f"⚠ {count(unclear, 'photo')} unclear"


def run_lines(run: Run, writes: Iterable[Write]) -> Iterator[str]:
    """Yields what one run wrote, album by album."""
    yield f"Run {run.id}, {_what(run)} on {one_line(run.server)}, {_when(run.started)} UTC: {_end(run)}"
    albums = by_rule(writes)
    if not albums:
        yield "It wrote nothing."
    for rule, of_album in albums.items():
        yield ""
        yield f"{one_line(rule)}" + "".join(f"  {run.server}/albums/{id_}" for id_ in album_ids(of_album))
        yield from (f"  {line}" for line in written_lines(of_album, run.server))


def by_rule(writes: Iterable[Write]) -> dict[str, list[Write]]:
    """Returns the writes of a run by the rule of their album."""
    albums: dict[str, list[Write]] = {}
    for write in writes:
        albums.setdefault(write.intent.key.rule, []).append(write)
    return albums


def album_ids(writes: Iterable[Write]) -> list[str]:
    """Returns the ids of the albums that were written to, if they are known."""
    return list(dict.fromkeys(write.intent.album_id for write in writes if write.intent.album_id))


def _when(time: str) -> str:
    return time[:19].replace("T", " ")


def _what(run: Run) -> str:
    return run.verb if run.undoes is None else f"{run.verb} of {run.undoes}"


def _end(run: Run) -> str:
    return run.ending.value if run.ending else "killed, or still at work"


def written_lines(writes: Iterable[Write], base: str) -> Iterator[str]:
    """Yields what was written to one album, line by line."""
    photos: Counter[Outcome] = Counter()
    unknown = 0
    for write in writes:
        change = write.intent.change
        if isinstance(change, AddAssets | RemoveAssets):
            photos.update(write.outcomes.values())
            unknown += len(change.assets) - len(write.outcomes) if write.state is WriteState.OPEN else 0
        else:
            if isinstance(change, CreateAlbum):
                yield f"~ created{_remark(write)}"
            yield from (f"~ {edit}{_remark(write)}" for edit in edits_of(change, base))
    for outcome in Outcome:
        if photos[outcome]:
            photo_count = count(photos[outcome], "photo")
            yield (
                f"{_SIGNS[outcome]} {photo_count} {outcome.value}"
                if outcome in _SIGNS
                else f"✗ {photo_count}: {outcome.value}"
            )
    if unknown:
        yield f"⚠ {count(unknown, 'photo')} of which nobody knows: the run was cut off; the next one looks"


def _remark(write: Write) -> str:
    match write.state:
        case WriteState.OPEN | WriteState.SETTLED:
            return " (perhaps: the run was cut off)"
        case WriteState.REFUSED:
            return " (refused)"
        case WriteState.DONE:
            return ""


def runs_json(runs: Sequence[RunHistory]) -> dict[str, object]:
    """Returns runs as one JSON object."""
    return envelope({"runs": [_history_json(run) for run in runs]})


def _history_json(history: RunHistory) -> dict[str, object]:
    albums = [
        {
            "rule": album.rule,
            "added": album.added,
            "removed": album.removed,
            "created": album.created,
            "deleted": album.deleted,
            "edits": album.edits,
            "shares": album.shares,
            "unclear": album.unclear,
        }
        for album in history.albums
    ]
    return {**_run_json(history.run), "undoneBy": history.undone_by, "albums": albums}


def run_json(run: Run, writes: Iterable[Write]) -> dict[str, object]:
    """Returns one run, with all that it wrote, as one JSON object."""
    return envelope({**_run_json(run), "writes": [_write_json(write, run.server) for write in writes]})


def _run_json(run: Run) -> dict[str, object]:
    return {
        "run": run.id,
        "verb": run.verb,
        "undoes": run.undoes,
        "server": run.server,
        "started": run.started,
        "ended": run.ended,
        "ending": run.ending and run.ending.value,
    }


def _write_json(write: Write, base: str) -> dict[str, object]:
    intent = write.intent
    return {
        "rule": intent.key.rule,
        "album": intent.album_id and {"id": intent.album_id, "url": f"{base}/albums/{intent.album_id}"},
        "by": intent.user,
        "at": intent.time,
        "state": write.state.value,
        **change_json(intent.change, base),
        "outcomes": {outcome.name.lower(): write.ids(outcome) for outcome in Outcome if write.ids(outcome)},
    }
