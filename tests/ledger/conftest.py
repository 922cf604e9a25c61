"""Where a test keeps its ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.ledger.paths import FOLDER

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / FOLDER / "ledger.db"
