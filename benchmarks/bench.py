"""What reading a whole library costs: this tool, a bare loop over the same requests, and pages of 100 by offset.

Run it with `make bench`, or `python benchmarks/bench.py --assets 100000`. The sandbox runs in a process of its own and
imitates what a real server takes for the rows that it skips (measured on Immich 3.1.0: about 14 µs a row with EXIF).
Read the ratios; the seconds are this machine's.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import urllib3

from immich_smart_albums.immich.connection import Address
from immich_smart_albums.immich.http import Http
from immich_smart_albums.immich.server import ImmichServer
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.model.secret import Secret
from immich_smart_albums.rules.jsonpath import compile_path
from immich_smart_albums.rules.nodes import All, Rule
from immich_smart_albums.rules.pattern import compile_pattern
from immich_smart_albums.rules.local_filters import local_filter
from immich_smart_albums.rules.leaves import Search
from immich_smart_albums.selection.evaluate import Failed, evaluate
from immich_smart_albums.selection.lower import lower

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection

SECONDS_PER_SKIPPED_ROW = 14e-6
LATENCY = 0.02
FILTERS = (("$.exifInfo.make", "apple"), ("$.exifInfo.country", "finland"), ("$.originalPath", r"\.jpe?g$"))
SAMPLED_PAGES = 25


@dataclass(frozen=True, slots=True)
class Figure:
    """One way of reading, measured."""

    wall: float
    cpu: float
    requests: int
    megabytes: float
    found: int


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--assets", type=int, default=100_000)
    parser.add_argument("--runs", type=int, default=3)
    arguments = parser.parse_args()
    ours_end, theirs_end = multiprocessing.Pipe()
    context = multiprocessing.get_context("spawn")
    server = context.Process(target=serve, args=(arguments.assets, theirs_end), daemon=True)
    server.start()
    url, key = ours_end.recv()
    what = f"whole timeline with EXIF, {len(FILTERS)} local filters"
    print(f"{arguments.assets:,} assets, {what}, medians of {arguments.runs}")
    for cost, latency in ((0.0, 0.0), (SECONDS_PER_SKIPPED_ROW, 0.0), (SECONDS_PER_SKIPPED_ROW, LATENCY)):
        ours_end.send((cost, latency))
        ours_end.recv()
        print(f"\nskipped rows cost {cost * 1e6:.0f} µs each, every answer waits {latency * 1e3:.0f} ms")
        compare(url, key, arguments.runs, is_slow=cost > 0)
    server.terminate()


def compare(url: str, key: str, runs: int, *, is_slow: bool) -> None:
    """Measure every way against one server, and print what each takes compared with the bare loop."""
    bodies: list[dict[str, Any]] = []
    ours = middle(lambda: this_tool(url, key, 4, bodies), runs)
    single = middle(lambda: this_tool(url, key, 1, []), runs)
    floor = middle(lambda: bare_loop(url, key, bodies), runs)
    naive = by_offset(url, key, sample=SAMPLED_PAGES if is_slow else None)
    rows = (
        ("bare loop over the same requests", floor),
        ("this tool, 4 requests at a time", ours),
        ("this tool, one request at a time", single),
        (f"pages of 100 by offset{', extrapolated' if is_slow else ''}", naive),
    )
    print(f"  {'':44} {'wall s':>9} {'x bare':>8} {'CPU s':>8} {'requests':>9} {'MB':>8} {'found':>8}")
    for name, figure in rows:
        ratio = figure.wall / floor.wall
        found = f"{figure.found:,}" if figure.found >= 0 else ""
        print(
            f"  {name:44} {figure.wall:9.2f} {ratio:8.2f} {figure.cpu:8.2f} {figure.requests:9,} "
            f"{figure.megabytes:8.0f} {found:>8}"
        )
    print(f"  pages by offset / this tool: {naive.wall / ours.wall:.0f} x")


def middle(measure: Callable[[], Figure], runs: int) -> Figure:
    """The run with the median wall time."""
    figures = sorted((measure() for _ in range(runs)), key=lambda figure: figure.wall)
    return figures[statistics.median_low(range(len(figures)))]


def this_tool(url: str, key: str, concurrency: int, bodies: list[dict[str, Any]]) -> Figure:
    """What a run does: compile the rule, read the library, check the filters."""
    received: list[int] = []
    bodies.clear()

    def note(exchange: Any) -> None:  # noqa: ANN401 - an Exchange, whichever adapter it comes from
        received.append(exchange.received)
        if exchange.path == "/search/metadata":
            bodies.append(json.loads(exchange.body))

    started, cpu = time.perf_counter(), time.process_time()
    http = Http(Address.parse(url), Secret(key), concurrency=concurrency, on_exchange=note)
    server = ImmichServer(http, concurrency=concurrency, on_read=lambda _: None)
    filters = (
        local_filter(compile_path(path), compile_pattern(regex, timeout=1), path, "bench") for path, regex in FILTERS
    )
    rule = Rule(All((Search(WHOLE_LIBRARY), *filters)))
    (selection,) = evaluate(lower([rule], server), server.searches, concurrency=concurrency, log=lambda _: None)
    if isinstance(selection, Failed):
        raise selection.error
    return Figure(
        time.perf_counter() - started,
        time.process_time() - cpu,
        len(received),
        sum(received) / 1e6,
        len(selection.assets),
    )


def bare_loop(url: str, key: str, bodies: list[dict[str, Any]]) -> Figure:
    """The same searches one after the other, answers read and thrown away."""
    pool = urllib3.PoolManager(maxsize=1)
    started, cpu, received = time.perf_counter(), time.process_time(), 0
    for body in bodies:
        received += len(_post(pool, url, key, body))
    return Figure(time.perf_counter() - started, time.process_time() - cpu, len(bodies), received / 1e6, -1)


def by_offset(url: str, key: str, *, sample: int | None) -> Figure:
    """Pages of 100 by offset, decoded with the standard library, as simple tools do; without the filters' cost.

    With `sample`, only so many pages spread evenly are read, and the rest is extrapolated from them.
    """
    pool = urllib3.PoolManager(maxsize=1)
    total = _count(pool, url, key)
    pages = -(-total // 100)
    chosen = range(1, pages + 1, max(1, pages // sample)) if sample else range(1, pages + 1)
    started, cpu, received, found = time.perf_counter(), time.process_time(), 0, 0
    for page in chosen:
        body = {"visibility": "timeline", "withExif": True, "size": 100, "page": page}
        answer = _post(pool, url, key, body)
        received += len(answer)
        items = json.loads(answer)["assets"]["items"]
        found += sum("apple" in str(item["exifInfo"]["make"]).lower() for item in items)
    scale = pages / len(chosen)
    wall, used = time.perf_counter() - started, time.process_time() - cpu
    return Figure(wall * scale, used * scale, pages, received * scale / 1e6, -1)


def _count(pool: urllib3.PoolManager, url: str, key: str) -> int:
    headers = {"x-api-key": key, "content-type": "application/json"}
    body = json.dumps({"visibility": "timeline"}).encode()
    answer = pool.request("POST", f"{url}/api/search/statistics", body=body, headers=headers)
    total: int = answer.json()["total"]
    return total


def _post(pool: urllib3.PoolManager, url: str, key: str, body: dict[str, Any]) -> bytes:
    headers = {"x-api-key": key, "content-type": "application/json"}
    answer = pool.request("POST", f"{url}/api/search/metadata", body=json.dumps(body).encode(), headers=headers)
    if answer.status != 200:
        message = f"the sandbox answered {answer.status}"
        raise RuntimeError(message)
    return answer.data


def serve(assets: int, pipe: Connection) -> None:
    """The sandbox, in a process of its own: each pair that arrives is the cost of a skipped row and the latency."""
    from immich_smart_albums.sandbox import Sandbox, generate  # noqa: PLC0415 - only this process needs it

    with Sandbox(generate(assets)) as sandbox:
        pipe.send((sandbox.url, sandbox.keys["alice"]))
        while True:
            sandbox.settings.skipped_row_cost, sandbox.settings.latency = pipe.recv()
            pipe.send(None)


if __name__ == "__main__":
    main()
