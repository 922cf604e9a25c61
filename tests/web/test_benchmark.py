"""The benchmark of the studio asks as its page does: what is renamed there would else break it unseen."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pytest

    from .conftest import Opened

BENCHMARKS = Path(__file__).parents[2] / "benchmarks"


def test_the_benchmark_knows_what_a_page_asks(studio: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    page = importlib.import_module("studio").Page(studio.url)
    shown, first, counts = page.look("Dogs", "- name: Dogs\n  match:\n    place: {country: Finland}\n")
    assert shown["counts"]["added"] > 0
    assert 0 < first < counts
    assert "reading" in page.get("progress").decode()
    assert all(page.weight(address) > 10_000 for address in ("", "album?name=Dogs", "new", "plan", "history", "check"))
