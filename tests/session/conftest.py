"""A sandbox, and sessions on it."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session
from tests.support.best_photos import RULES, TOGETHER
from tests.support.household import two_people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from immich_smart_albums.session.events import Event


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that a test may write to: five photos, of which two have five stars."""
    library = two_people()
    for asset in [asset for asset in library.assets.values() if asset.original_file_name.startswith("alice")][:2]:
        library.update(asset.id, rating=5)
    with Sandbox(library) as running:
        yield running


@pytest.fixture
def opened(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Session]:
    """Opens a session on rules that stand in no file."""

    def begin(
        rules: bytes = RULES, on_event: Callable[[Event], None] = lambda _: None, *, keeps_records: bool = False
    ) -> Session:
        environment = {"IMMICH_SERVER_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"]}
        options = SessionOptions(
            environment=environment,
            today=date(2026, 11, 26),
            ledger=tmp_path / "ledger.db",
            folder=tmp_path,
            rules={"rules.yaml": rules},
            keeps_records=keeps_records,
        )
        return Session(options, on_event)

    return begin


@pytest.fixture
def together(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Session]:
    """Opens a session of both; keys may be others."""

    def begin(rules: bytes = TOGETHER, **keys: str) -> Session:
        environment = {"IMMICH_URL": sandbox.url, "ALICE": sandbox.keys["alice"], "BOB": sandbox.keys["bob"], **keys}
        place = tmp_path / "ledger.db"
        return Session(SessionOptions(environment, date(2026, 11, 26), place, tmp_path, {"rules.yaml": rules}))

    return begin
