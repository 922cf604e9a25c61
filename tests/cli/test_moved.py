"""A server that has another address is the same server: what people took out stays out, what is ours stays ours."""

from __future__ import annotations

import json
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.main import run as run_tool
from tests.support.certificates import self_signed
from tests.support.household import Household, two_people
from tests.support.reverse_proxy import Front

from .conftest import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RULES = "albums: [{name: Best, keep: in-step, match: {rating: 5}, guard: {remove: unlimited, empty: allow}}]"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Household]:
    with Sandbox(two_people()) as sandbox:
        settle(monkeypatch, tmp_path, tmp_path / "state", sandbox, address=False)
        (tmp_path / "smart-albums.yaml").write_text(RULES, encoding="utf-8")
        yield Household(sandbox, tmp_path / "state" / "immich-smart-albums" / "ledger.db", ())


@pytest.fixture
def addresses(home: Household, certificate: Path) -> Iterator[list[tuple[str, ...]]]:
    """Other addresses of the same server, as arguments."""
    port = home.sandbox.url.rpartition(":")[2]
    with ExitStack() as stack:
        below = stack.enter_context(Front(home.sandbox, "/immich"))
        secure = stack.enter_context(Front(home.sandbox, certificate=certificate))
        yield [
            ("--server", f"http://localhost:{port}"),
            ("--server", f"HTTP://LOCALHOST:{port}"),
            ("--server", f"http://127.0.0.1:{port}/"),
            ("--server", f"http://127.0.0.1:{port}/api"),
            ("--server", below.url),
            ("--server", f"{below.url}/"),
            ("--server", secure.url, "--ca", str(certificate)),
        ]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Runs a command line that goes well; what it printed."""

    def tool(*words: str) -> str:
        code = run_tool(words)
        captured = capsys.readouterr()
        assert code is Exit.DONE, captured.err
        return captured.out

    return tool


def test_nothing_is_forgotten_under_another_address(
    home: Household, addresses: list[tuple[str, ...]], run: Callable[..., str]
) -> None:
    home.rate("alice-0", "alice-1", "alice-2", "alice-3")
    run("sync", "--server", home.sandbox.url)
    home.take_out("alice-0")
    home.put_in("alice-4")
    for address in addresses:
        run("sync", *address)
        assert home.inside() == {"alice-1", "alice-2", "alice-3", "alice-4"}
        (known,) = json.loads(run("ledger", "list", "--format", "json"))["albums"]
        assert (known["photos"]["ours"], known["photos"]["hand-made"], known["photos"]["taken out"]) == (3, 1, 1)
        # What is ours goes when it matches no more, and undo brings it back.
        home.rate("alice-1", stars=1)
        run("sync", *address)
        assert home.inside() == {"alice-2", "alice-3", "alice-4"}
        run("undo", "--server", home.sandbox.url)
        assert home.inside() == {"alice-1", "alice-2", "alice-3", "alice-4"}
        home.rate("alice-1")
        run("status", *address)
    assert len([album for album in home.sandbox.library.albums.values() if album.name == "Best"]) == 1
    (known,) = json.loads(run("ledger", "list", "--format", "json"))["albums"]
    assert known["server"] == home.sandbox.url  # of the last run that wrote
    assert len(json.loads(run("history", "--format", "json"))["runs"]) == 1 + 2 * len(addresses)
    # The very first run is taken back under an address that nobody had then.
    run("undo", "1", *addresses[0])
    assert home.inside() == {"alice-4"}  # what later runs did to the others was taken back


def test_a_plan_that_was_saved_under_one_address_is_applied_under_another(
    home: Household, addresses: list[tuple[str, ...]], run: Callable[..., str]
) -> None:
    home.rate("alice-0")
    run("plan", "--out", "plan.json", "--server", home.sandbox.url)
    run("apply", "plan.json", *addresses[0])
    assert home.inside() == {"alice-0"}
    (known,) = json.loads(run("ledger", "list", "--format", "json"))["albums"]
    assert known["server"] == addresses[0][1]


def test_what_searches_found_is_known_under_another_address(
    home: Household, addresses: list[tuple[str, ...]], run: Callable[..., str]
) -> None:
    flags = ("--include-metadata-union", "{}", "--include-local-filter-union", "$.originalFileName:alice")
    states = ("--format", "ids", "--state", "searches.db")
    first = run(*flags, *states, "--server", home.sandbox.url)
    assert len(first.split()) == 5
    run(*flags, *states, "--server", home.sandbox.url)
    for address in addresses:
        before = len(home.sandbox.requests)
        assert run(*flags, *states, *address) == first
        bodies = [str(request.body) for request in home.sandbox.requests[before:]]
        assert not any('"withExif":true' in body and "updatedAfter" not in body for body in bodies)
