"""Running sandboxes, and an environment without pauses, proxies and foreign certificates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
import stamina
import stamina.instrumentation

from immich_sandbox import Library, Sandbox, generate

LEVELS = ("1.132", "2.7", "3.1", "3.2")

Start = Callable[..., Sandbox]


@pytest.fixture(autouse=True)
def quiet_surroundings(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Retries happen, but without pauses; no proxy or certificate of this machine has a say."""
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name in ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
    stamina.instrumentation.set_on_retry_hooks([])
    with stamina.set_testing(True, attempts=4, cap=True):
        yield


@pytest.fixture(scope="session")
def library() -> Library:
    """Four pages of assets, more of them on one instant than fit on a page. For tests that only read."""
    return generate(4600, ties=1300)


@pytest.fixture(scope="session")
def running(library: Library) -> Iterator[dict[str, Sandbox]]:
    """A sandbox of each level over one library."""
    with ExitStack() as stack:
        yield {level: stack.enter_context(Sandbox(library, level)) for level in LEVELS}


@pytest.fixture(params=LEVELS)
def sandbox(running: dict[str, Sandbox], request: pytest.FixtureRequest) -> Sandbox:
    """One of them, with no request so far."""
    chosen = running[request.param]
    chosen.clear_requests()
    return chosen


@pytest.fixture
def newest(running: dict[str, Sandbox]) -> Sandbox:
    """The one of 3.1, for tests that are the same at every level and only read."""
    running["3.1"].clear_requests()
    return running["3.1"]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts sandboxes of its own, which a test may change and break: `start(library, level)`."""
    with ExitStack() as stack:

        def begin(library: Library | None = None, level: str = "3.1") -> Sandbox:
            return stack.enter_context(Sandbox(generate(120) if library is None else library, level))

        yield begin
