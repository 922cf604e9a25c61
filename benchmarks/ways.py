"""Ways to answer a question, each measured in a process of its own: this tool, a bare loop, pages by offset."""

from __future__ import annotations

import json
import multiprocessing
import re
import resource
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import TYPE_CHECKING, Any

import jsonpath
import urllib3

from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.immich.http.client import Http
from immich_smart_albums.immich.http.connection import Address
from immich_smart_albums.immich.server import ImmichServer
from immich_smart_albums.ledger.search_cache import SearchCacheFile
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.operations.accounts import ONLY_ACCOUNT, lone_account
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.operations.select import ResolvedRules, SelectOptions, compile_resolved, select
from immich_smart_albums.rules.flags.flags import read_rule
from immich_smart_albums.rules.flags.names import FLAGS
from immich_smart_albums.rules.rules_file.rules_file import read_rules
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.reader import Reader
from immich_smart_albums.rules.syntax.source import Source, SourceForm
from immich_smart_albums.selection.run.evaluate import Selection

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.connection import Connection
    from pathlib import Path

Flags = dict[str, tuple[str, ...]]
"""Values by flag, as on the command line."""

SAMPLED_PAGES = 20
"""Pages of a search by offset that are read where all of them would take minutes; the rest is extrapolated."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One way, measured."""

    wall: float
    cpu: float
    requests: int
    megabytes: float
    peak: float
    """Megabytes of memory."""
    photos: int = -1
    """How many were found; -1 where the way does not tell."""
    bodies: tuple[dict[str, Any], ...] = field(default=(), repr=False)
    """The searches that it sent."""


def measured(way: Callable[[], Figure]) -> Figure:
    """Run a way in a fresh process, so that its memory is its own."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    process = context.Process(target=_run, args=(way, there))
    process.start()
    there.close()
    figure: Figure = here.recv()
    process.join()
    return figure


def _run(way: Callable[[], Figure], pipe: Connection) -> None:
    pipe.send(way())


def _peak() -> float:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most / 1e6 if sys.platform == "darwin" else most / 1e3  # bytes there, kilobytes elsewhere


def this_tool(url: str, key: str, flags: Flags, concurrency: int, state: Path | None) -> Figure:
    """What the command line does: read flags, look up names, compile, search, check; with or without a state file."""
    received: list[int] = []
    bodies: list[dict[str, Any]] = []

    def note(exchange: Any) -> None:  # noqa: ANN401 - an Exchange, whichever adapter it comes from
        received.append(exchange.received)
        if exchange.method == "POST":
            bodies.append({"path": exchange.path, **json.loads(exchange.body)})

    started, cpu = time.perf_counter(), time.process_time()
    http = Http(Address.parse(url), Secret(key), concurrency=concurrency, on_exchange=note)
    server = ImmichServer(http, concurrency=concurrency, on_read=lambda _: None)
    diagnostics = Diagnostics()
    flag_values = {
        flag: [[Source(flag.name, text, _form(text)) for text in flags[flag.name]]]
        for flag in FLAGS
        if flag.name in flags
    }
    rule = read_rule(flag_values, diagnostics)
    diagnostics.raise_problems()
    assert rule is not None
    rule = resolve(rule, server, diagnostics)
    diagnostics.raise_problems()
    store = SearchCacheFile(state, print) if state else None
    account = lone_account(server).present[ONLY_ACCOUNT]
    compiled = compile_resolved(ResolvedRules({"": rule}, {}, ()), account)
    selection = select(compiled, account, SelectOptions(concurrency, lambda _: None, store))[""]
    assert isinstance(selection, Selection), selection
    return Figure(
        time.perf_counter() - started,
        time.process_time() - cpu,
        len(received),
        sum(received) / 1e6,
        _peak(),
        len(selection.assets),
        tuple(bodies),
    )


def rules_of_a_file(url: str, key: str, matches: tuple[str, ...], concurrency: int, state: Path | None) -> Figure:
    """What a run with a rules file does for albums that match these: look up names, compile, search, check."""
    received: list[int] = []
    started, cpu = time.perf_counter(), time.process_time()
    http = Http(
        Address.parse(url),
        Secret(key),
        concurrency=concurrency,
        on_exchange=lambda exchange: received.append(exchange.received),
    )
    server = ImmichServer(http, concurrency=concurrency, on_read=lambda _: None)
    account = lone_account(server).present[ONLY_ACCOUNT]
    diagnostics = Diagnostics()
    text = "albums:\n" + "".join(
        f"  - {{name: album {index}, match: {match}}}\n" for index, match in enumerate(matches)
    )
    document = read_yaml("rules.yaml", text.encode(), diagnostics)
    rule_set = read_rules([document], Reader(diagnostics, date(2026, 1, 1))) if document is not None else None
    diagnostics.raise_problems()
    assert rule_set is not None
    resolved = {album.name: resolve(album.rule, server, diagnostics, account.names) for album in rule_set.albums}
    diagnostics.raise_problems()
    compiled = compile_resolved(ResolvedRules(resolved, {}, ()), account)
    store = SearchCacheFile(state, print) if state else None
    selections = select(compiled, account, SelectOptions(concurrency, lambda _: None, store)).values()
    result = sum(len(selection.assets) for selection in selections if isinstance(selection, Selection))
    wall, spent = time.perf_counter() - started, time.process_time() - cpu
    return Figure(wall, spent, len(received), sum(received) / 1e6, _peak(), result)


def bare_loop(url: str, key: str, bodies: tuple[dict[str, Any], ...], concurrency: int) -> Figure:
    """The same searches, answers read and thrown away."""
    pool = urllib3.PoolManager(maxsize=concurrency)
    started, cpu = time.perf_counter(), time.process_time()
    with ThreadPoolExecutor(concurrency) as threads:
        received = sum(threads.map(lambda body: len(_post(pool, url, key, body)), bodies))
    return Figure(time.perf_counter() - started, time.process_time() - cpu, len(bodies), received / 1e6, _peak())


def by_offset(url: str, key: str, flags: Flags, *, sample: int | None) -> Figure:
    """One search per flag's value, pages of 100 by offset with EXIF, the path of a local filter parsed for each photo.

    With `sample`, only so many pages of a long search are read, spread evenly, and the rest is extrapolated from them.
    """
    pool = urllib3.PoolManager(maxsize=1)
    filters = [value.split(":", 1) for name in flags if "local-filter" in name for value in flags[name]]
    totals = [0.0, 0.0, 0.0, 0.0]
    for query in _queries(pool, url, key, flags):
        pages = -(-_count(pool, url, key, query) // 100) or 1
        chosen = range(1, pages + 1, max(1, pages // sample)) if sample else range(1, pages + 1)
        started, cpu, received = time.perf_counter(), time.process_time(), 0
        for page in chosen:
            body = {"path": "/search/metadata", **query, "withExif": True, "size": 100, "page": page}
            answer = _post(pool, url, key, body)
            received += len(answer)
            for item in json.loads(answer)["assets"]["items"]:
                for path, regex in filters:
                    result = jsonpath.compile(path).findall(item)
                    any(re.search(regex, str(value), re.IGNORECASE) for value in result)
        scale = pages / len(chosen)
        spent = (time.perf_counter() - started, time.process_time() - cpu, len(chosen), received)
        totals = [total + scale * seconds for total, seconds in zip(totals, spent, strict=True)]
    wall, used, requests, received_bytes = totals
    return Figure(wall, used, round(requests), received_bytes / 1e6, _peak())


def _queries(pool: urllib3.PoolManager, url: str, key: str, flags: Flags) -> list[dict[str, Any]]:
    """One search for each value of a metadata or person flag."""
    queries = []
    for name, values in flags.items():
        if "metadata" in name:
            queries += [{"visibility": "timeline", **json.loads(value)} for value in values]
        elif "person" in name:
            headers = {"x-api-key": key}
            people = pool.request("GET", f"{url}/api/people?size=1000", headers=headers).json()["people"]
            ids = {person["name"]: person["id"] for person in people}
            queries += [{"visibility": "timeline", "personIds": [ids[value]]} for value in values]
    return queries


def _form(value: str) -> SourceForm:
    return SourceForm.INLINE if value.startswith(("{", "[")) else SourceForm.BARE


def _count(pool: urllib3.PoolManager, url: str, key: str, query: dict[str, Any]) -> int:
    total: int = json.loads(_post(pool, url, key, {"path": "/search/statistics", **query}))["total"]
    return total


def _post(pool: urllib3.PoolManager, url: str, key: str, body: dict[str, Any]) -> bytes:
    headers = {"x-api-key": key, "content-type": "application/json"}
    sent = json.dumps({name: value for name, value in body.items() if name != "path"})
    answer = pool.request("POST", f"{url}/api{body['path']}", body=sent, headers=headers)
    if answer.status not in {200, 201}:
        message = f"the sandbox answered {answer.status}: {answer.data[:200]!r}"
        raise RuntimeError(message)
    return answer.data


def tool(url: str, key: str, flags: Flags, *, concurrency: int = 4, state: Path | None = None) -> Figure:
    """This tool, measured."""
    return measured(partial(this_tool, url, key, flags, concurrency, state))


def measured_rules(url: str, key: str, matches: tuple[str, ...], *, state: Path | None = None) -> Figure:
    """Albums of a rules file in one run, measured."""
    return measured(partial(rules_of_a_file, url, key, matches, 4, state))


def bare(url: str, key: str, of: Figure, *, concurrency: int = 1) -> Figure:
    """The bare loop over the searches of a measured run."""
    return measured(partial(bare_loop, url, key, of.bodies, concurrency))


def offset(url: str, key: str, flags: Flags, *, sample: int | None = SAMPLED_PAGES) -> Figure:
    """Pages of 100 by offset, measured."""
    return measured(partial(by_offset, url, key, flags, sample=sample))
