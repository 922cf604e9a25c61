"""Sandboxes for the operations: one for all tests that only read, and new ones for those that write."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Protocol

import pytest

from immich_sandbox import Library, Sandbox
from tests.support.family_server import connected, family
from tests.support.household import Household, rule, two_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_smart_albums.operations.ports.server import PhotoServer


class Start(Protocol):
    """Starts a sandbox that stops with the test."""

    def __call__(self, library: Library | None = None, level: str = "3.1") -> Sandbox: ...


@pytest.fixture(scope="session")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that nobody writes to."""
    with Sandbox(family()) as running:
        yield running


@pytest.fixture
def server(sandbox: Sandbox) -> PhotoServer:
    """That sandbox as Alice sees it."""
    return connected(sandbox)


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts sandboxes that may be written to."""
    with ExitStack() as running:

        def begin(library: Library | None = None, level: str = "3.1") -> Sandbox:
            made = library if library is not None else family()
            return running.enter_context(Sandbox(made, level))

        yield begin


@pytest.fixture(params=["3.1"])
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Household]:
    """Two people's photos, and a rule for Alice's best ones."""
    with Sandbox(two_people(), request.param) as sandbox:
        yield Household(sandbox, tmp_path / "ledger.db", (rule(),))
