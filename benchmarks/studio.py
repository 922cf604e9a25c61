"""What a change costs in the studio: a server in a process of its own, asked over a socket as its page asks it."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import urllib3

if TYPE_CHECKING:
    from collections.abc import Iterator

RULES = """\
albums:
  - name: Finland
    match:
      place: {country: Finland}
"""

CHANGED = (
    ("another country", "place: {country: France}"),
    ("a person and a camera", "person: Emma\ncamera: {make: Apple}"),
    ("all of these but those", "place: {country: [Finland, France]}\nnot:\n  person: John Smith"),
    ("a file name", "filename: {regex: '^IMG_'}"),
    ("nearly everything", "not:\n  camera: {make: Canon}"),
    ("nobody of that name", "not:\n  person: Emma"),
    ("a ranking without a person", "smart: {query: dog, top: 500}\nnot:\n  person: Emma"),
)
"""What somebody writes one after the other, each once: a rule that was looked at before would cost nothing."""

PAGES = ("", "album?name=Finland", "new", "plan", "history", "check")

LIMITS = {"first photos, s": 1.0, "counts of rows, s": 1.5, "memory, MB": 350.0, "heaviest page, kB": 200.0}
"""What this is held against, on a library of 100,000."""


@dataclass(frozen=True, slots=True)
class StudioFigure:
    """One change of a rule."""

    change: str
    photos: int
    first: float
    """Seconds until the first photos are there: the rule is planned, and the first of them are listed."""
    counts: float
    """Seconds until each row's counts are there, from the same moment."""
    cpu: float
    """Seconds of the server's processor for all of that."""


@dataclass(frozen=True, slots=True)
class StudioFigures:
    """All that was measured."""

    warming: float
    """Seconds until the library was read."""
    changes: tuple[StudioFigure, ...]
    resident: float
    peak: float
    """Megabytes of the server's process."""
    pages: dict[str, int]
    """Bytes of each page with all that it loads but photos."""

    def summary(self) -> dict[str, float]:
        """What the limits are about."""
        return {
            "first photos, s": max(change.first for change in self.changes),
            "counts of rows, s": max(change.counts for change in self.changes),
            "memory, MB": self.peak,
            "heaviest page, kB": max(self.pages.values()) / 1e3,
        }


class Page:
    """A browser's part: asks, and adds up what it gets."""

    def __init__(self, base: str) -> None:
        self._base = base
        self._pool = urllib3.PoolManager(maxsize=2)
        self._number = 0

    def get(self, address: str, **parameters: str) -> bytes:
        """Returns the body of an answer. Raises RuntimeError if it is none."""
        query = f"?{urlencode(parameters)}" if parameters else ""
        answer = self._pool.request("GET", self._base + address.replace(" ", "%20") + query)
        if answer.status != HTTPStatus.OK:
            raise RuntimeError(f"{address}: {answer.status}")
        return answer.data

    def look(self, name: str, entry: str) -> tuple[dict[str, Any], float, float]:
        """Type a rule; what is told of it, and the seconds until the first photos and until all counts are there."""
        self._number += 1
        question = {"page": "bench", "number": str(self._number)}
        started = time.perf_counter()
        body = json.dumps({"name": name, "entry": entry, **question})
        headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
        shown = json.loads(self._pool.request("POST", f"{self._base}preview", body=body, headers=headers).data)
        if "preview" not in shown:
            raise RuntimeError(str(shown)[:500])
        photos = json.loads(self.get("photos", preview=shown["preview"], tab="added"))
        if len(photos["photos"]) != min(photos["total"], 240):
            raise RuntimeError("photos are missing")
        first = time.perf_counter() - started
        counts = json.loads(self.get("row-counts", preview=shown["preview"], **question))["rows"]
        if not counts or any(own is None for own, _ in counts.values()):
            raise RuntimeError(f"a count is missing: {counts}")
        return shown, first, time.perf_counter() - started

    def weight(self, address: str) -> int:
        """Bytes of a page, its style, its scripts, and the part that it loads."""
        html = self.get(address).decode()
        parts = {
            piece.split('"', 1)[0] for word in ('src="', 'href="', 'data-load="') for piece in html.split(word)[1:]
        }
        loaded = [part for part in parts if part.startswith("static/") or f'data-load="{part}"' in html]
        scripts = [f"static/{path.name}" for path in _static() if path.suffix == ".js"]
        return len(html) + sum(len(self.get(part)) for part in {*loaded, *scripts})


def measure_studio(url: str, key: str) -> StudioFigures:
    """Start a studio, let it read the library, and change a rule."""
    with tempfile.TemporaryDirectory() as folder, _running(Path(folder), url, key) as (base, process):
        page = Page(base)
        started = time.perf_counter()
        page.look("Finland", "- name: Finland\n  match:\n    place: {country: Finland}\n")
        while json.loads(page.get("progress"))["reading"]:
            time.sleep(0.05)
        warming = time.perf_counter() - started
        changes = []
        for change, match in CHANGED:
            lines = "\n".join(f"    {line}" for line in match.split("\n"))
            before = _processor(process.pid)
            shown, first, counts = page.look("Finland", f"- name: Finland\n  match:\n{lines}\n")
            tabs = shown["counts"]
            cpu = _processor(process.pid) - before
            changes.append(StudioFigure(change, tabs["added"] + tabs["waiting"], first, counts, cpu))
        resident, peak = _memory(process.pid)
        return StudioFigures(warming, tuple(changes), resident, peak, {name: page.weight(name) for name in PAGES})


def print_studio(figures: StudioFigures, photos: int) -> None:
    """Tables, and whether the limits were kept."""
    load = ", ".join(f"{load:.1f}" for load in os.getloadavg())
    print(f"\nthe studio, {photos:,} photos, read in {figures.warming:.1f} s; load {load} on {os.cpu_count()} cores\n")
    print(f"| {'a changed rule':26} |  photos | first photos s | all counts s |  CPU s |")
    print(f"|{'-' * 28}|--------:|---------------:|-------------:|-------:|")
    for row in figures.changes:
        print(f"| {row.change:26} | {row.photos:7,} | {row.first:14.2f} | {row.counts:12.2f} | {row.cpu:6.2f} |")
    medians = [
        statistics.median(values)
        for values in zip(*((row.first, row.counts, row.cpu) for row in figures.changes), strict=True)
    ]
    print(f"| {'median':26} |         | {medians[0]:14.2f} | {medians[1]:12.2f} | {medians[2]:6.2f} |")
    print(
        f"\nmemory {figures.resident:.0f} MB, at most {figures.peak:.0f} MB; without photos "
        + ", ".join(f"{name or 'albums'} {size / 1e3:.0f} kB" for name, size in figures.pages.items())
    )
    for name, value in figures.summary().items():
        print(f"{'kept  ' if value < LIMITS[name] else 'MISSED'}  {name}: {value:.2f}, to stay under {LIMITS[name]:g}")


@contextmanager
def _running(folder: Path, url: str, key: str) -> Iterator[tuple[str, subprocess.Popen[str]]]:
    rules = folder / "smart-albums.yaml"
    rules.write_text(RULES, encoding="utf-8")
    environment = {**os.environ, "IMMICH_SERVER_URL": url, "IMMICH_API_KEY": key, "XDG_STATE_HOME": str(folder)}
    command = [sys.executable, "-m", "immich_smart_albums", "serve", str(rules), "--port", "0"]
    with subprocess.Popen(  # noqa: S603 - our own program
        command,
        env=environment,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stderr is not None
            line = next(line for line in process.stderr if "The studio:" in line)
            yield line.split("The studio:", 1)[1].strip(), process
        finally:
            process.terminate()


def _processor(pid: int) -> float:
    """Seconds that a process has used, its own and the kernel's for it."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def _memory(pid: int) -> tuple[float, float]:
    """Megabytes of a process, now and at most."""
    status = dict(line.split(":", 1) for line in Path(f"/proc/{pid}/status").read_text(encoding="ascii").splitlines())
    return tuple(int(status[name].split()[0]) / 1e3 for name in ("VmRSS", "VmHWM"))  # type: ignore[return-value]


def _static() -> Iterator[Path]:
    import immich_smart_albums.web  # noqa: PLC0415 - where it is is all that matters

    return (Path(immich_smart_albums.web.__file__).parent / "static").iterdir()
