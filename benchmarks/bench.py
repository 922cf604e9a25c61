"""What a run costs: this tool cold and warm, a bare loop over the same requests, and pages of 100 by offset.

Run it with `make bench`, which takes about ten minutes, or `python benchmarks/bench.py --at-length`, which takes an
hour. The sandbox has a process of its own, and imitates what a real server takes for the rows that it skips (measured
on Immich 3.1.0: about 14 µs a row with EXIF). Read the ratios; the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import tempfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import urllib3

from expressions import expressions
from plans import compiling, family, requests, small, twenty
from studio import measure_studio, print_studio
from ways import Figure, Flags, bare, offset, tool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from multiprocessing.connection import Connection

SECONDS_PER_SKIPPED_ROW = 14e-6
FEW = 300
"""Photos of a library on which every search is a page."""
LATENCY = 0.02
LATENCIES = (0.0, LATENCY, 0.2)
SIZES = (10_000, 100_000)
SIZES_AT_LENGTH = (*SIZES, 1_000_000)

WHOLE: Flags = {
    "--include-metadata-union": ("{}",),
    "--include-local-filter-intersection": (
        "$.exifInfo.make:apple",
        "$.exifInfo.country:finland",
        r"$.originalPath:\.jpe?g$",
    ),
}
"""The whole timeline with EXIF, three local filters."""

FAMILY: Flags = {
    "--include-person-names-union": ("Emma", "Noah"),
    "--include-metadata-union": ('{"country": "Finland"}', '{"country": "France"}'),
    "--exclude-person-names-union": ("John Smith",),
    "--exclude-metadata-union": ('{"make": "Canon"}',),
    "--exclude-local-filter-union": ("$.originalPath:/work_projects/",),
}
"""Two children in two countries, without somebody, without a camera, nothing from work."""


@dataclass(frozen=True, slots=True)
class Served:
    """A sandbox in a process of its own."""

    url: str
    key: str
    pipe: Connection

    def slow_down(self, *, latency: float, skipped: float = SECONDS_PER_SKIPPED_ROW) -> None:
        """From now on answers wait, and rows that are skipped cost time."""
        self.pipe.send((skipped, latency))
        self.pipe.recv()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, nargs="+", metavar="N")
    parser.add_argument("--runs", type=int, default=1, metavar="N", help="medians of so many (1)")
    parser.add_argument("--only-plans", action="store_true", help="compiling, requests, and many albums; no more")
    parser.add_argument("--at-length", action="store_true", help="also a million photos, and each latency")
    parser.add_argument("--studio", action="store_true", help="the studio alone, at the largest of the sizes")
    arguments = parser.parse_args()
    sizes: list[int] = sorted(arguments.assets or (SIZES_AT_LENGTH if arguments.at_length else SIZES))
    if arguments.studio:
        in_studio(sizes[-1])
        return
    at_length = 100_000 if 100_000 in sizes else sizes[-1]
    expressions(at_length, arguments.runs)
    compiling()
    for level in ("3.1", "3.2"):
        with serving(at_length, level) as served:
            served.slow_down(latency=LATENCY)
            requests(served.url, served.key, at_length, level)
            family(served.url, served.key, at_length, level)
            if level == "3.1":
                twenty(served.url, served.key, at_length)
        with serving(FEW, level) as served:
            small(served.url, served.key, FEW, level)
    if arguments.only_plans:
        return
    growth = []
    for size in sizes:
        with serving(size) as served:
            if size == at_length:
                in_detail(served, size, arguments.runs, LATENCIES if arguments.at_length else (LATENCY,))
            growth.append((size, *growing(served, arguments.runs)))
    print_growth(growth)
    in_studio(at_length)


def in_studio(size: int) -> None:
    """What a change of a rule costs in the studio."""
    with serving(size) as served:
        served.slow_down(latency=0.0)
        warm_up(served)
        print_studio(measure_studio(served.url, served.key), size)


def warm_up(served: Served) -> None:
    """Let the sandbox put its embeddings in order: a real server has its index of them, whoever asks first."""
    body, headers = b'{"query": "photo", "size": 1}', {"x-api-key": served.key, "content-type": "application/json"}
    urllib3.PoolManager().request("POST", f"{served.url}/api/search/smart", body=body, headers=headers)


def in_detail(served: Served, size: int, runs: int, latencies: tuple[float, ...]) -> None:
    """All ways at one size: two rules, some latencies."""
    for title, flags in (("the whole timeline with EXIF, 3 local filters", WHOLE), ("a family album, 7 flags", FAMILY)):
        for latency in latencies:
            served.slow_down(latency=latency)
            print(f"\n{size:,} photos: {title}; {latency * 1e3:.0f} ms latency; medians of {runs}\n")
            ours = middle(lambda: tool(served.url, served.key, flags), runs)  # noqa: B023 - called at once
            single = middle(lambda: tool(served.url, served.key, flags, concurrency=1), runs)  # noqa: B023
            warm = middle(lambda: second_run(served, flags), runs)  # noqa: B023
            floor = middle(lambda: bare(served.url, served.key, single), runs)  # noqa: B023
            print_figures(
                (
                    ("bare loop over the same requests", floor),
                    ("this tool, 4 requests at a time", ours),
                    ("this tool, one request at a time", single),
                    ("this tool again, with --state", warm),
                    ("100 a page by offset, a search per flag", offset(served.url, served.key, flags)),
                ),
                floor,
            )


def growing(served: Served, runs: int) -> tuple[Figure, Figure]:
    """A run without and with what the one before it found."""
    served.slow_down(latency=LATENCY)
    cold = middle(lambda: tool(served.url, served.key, WHOLE), runs)
    return cold, middle(lambda: second_run(served, WHOLE), runs)


def second_run(served: Served, flags: Flags) -> Figure:
    """A run with a state file that the run before it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.db"
        first = tool(served.url, served.key, flags, state=state)
        second = tool(served.url, served.key, flags, state=state)
    if first.photos != second.photos:
        message = f"the second run found {second.photos} photos, the first {first.photos}"
        raise RuntimeError(message)
    return second


def middle(measure: Callable[[], Figure], runs: int) -> Figure:
    """The run with the median wall time."""
    figures = sorted((measure() for _ in range(runs)), key=lambda figure: figure.wall)
    return figures[statistics.median_low(range(len(figures)))]


def print_figures(rows: tuple[tuple[str, Figure], ...], floor: Figure) -> None:
    """A table of ways."""
    print(f"| {'':39} |  wall s | x bare |   CPU s | requests |    MB | peak MB |  found |")
    print(f"|{'-' * 41}|--------:|-------:|--------:|---------:|------:|--------:|-------:|")
    for name, figure in rows:
        result = f"{figure.photos:,}" if figure.photos >= 0 else ""
        print(
            f"| {name:39} | {figure.wall:7.2f} | {figure.wall / floor.wall:6.2f} | {figure.cpu:7.2f} "
            f"| {figure.requests:8,} | {figure.megabytes:5.0f} | {figure.peak:7.0f} | {result:>6} |"
        )


def print_growth(rows: list[tuple[int, Figure, Figure]]) -> None:
    """How a run's cost grows with the library."""
    print(f"\nthe whole timeline with EXIF, 3 local filters, {LATENCY * 1e3:.0f} ms latency\n")
    print("|    photos | cold s | requests |    MB | peak MB | again, with --state: s | requests |   MB | peak MB |")
    print("|----------:|-------:|---------:|------:|--------:|-----------------------:|---------:|-----:|--------:|")
    for size, cold, warm in rows:
        print(
            f"| {size:9,} | {cold.wall:6.2f} | {cold.requests:8,} | {cold.megabytes:5.0f} | {cold.peak:7.0f} "
            f"| {warm.wall:22.2f} | {warm.requests:8,} | {warm.megabytes:4.1f} | {warm.peak:7.0f} |"
        )


@contextmanager
def serving(assets: int, level: str = "3.1") -> Iterator[Served]:
    """A sandbox of that size."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    process = context.Process(target=_serve, args=(assets, level, there), daemon=True)
    process.start()
    url, key = here.recv()
    try:
        yield Served(url, key, here)
    finally:
        process.terminate()
        process.join()


def _serve(assets: int, level: str, pipe: Connection) -> None:
    from immich_sandbox import Sandbox, generate  # noqa: PLC0415 - only this process needs it

    with Sandbox(generate(assets), level) as sandbox:
        pipe.send((sandbox.url, sandbox.keys["alice"]))
        while True:
            sandbox.settings.skipped_row_cost, sandbox.settings.latency = pipe.recv()
            pipe.send(None)


if __name__ == "__main__":
    main()
