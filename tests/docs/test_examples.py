"""Examples in docstrings of the tool are true, wherever they stand."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

from tests.support.docs.pages import CHECKOUT

SOURCE = CHECKOUT / "src"
MODULES = [
    ".".join(path.relative_to(SOURCE).with_suffix("").parts)
    for path in sorted((SOURCE / "immich_smart_albums").rglob("*.py"))
    if ">>>" in path.read_text("utf-8")
]


@pytest.mark.parametrize("name", MODULES)
def test_an_example_is_true(name: str) -> None:
    results = doctest.testmod(import_module(name))
    assert results.attempted > 0
    assert results.failed == 0


def test_there_are_examples_in_the_model_and_in_the_compiler() -> None:
    assert {"immich_smart_albums.model.dialects", "immich_smart_albums.selection.compile.planner"} <= set(MODULES)
