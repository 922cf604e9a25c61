"""The examples that open the passes of the compiler are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pkgutil import iter_modules

import pytest

from immich_smart_albums.selection import compile as passes

NAMES = [module.name for module in iter_modules(passes.__path__)]


@pytest.mark.parametrize("name", NAMES)
def test_each_pass_opens_with_a_rule_before_and_after(name: str) -> None:
    module = import_module(f"{passes.__name__}.{name}")
    assert ">>>" in str(module.__doc__)
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0
