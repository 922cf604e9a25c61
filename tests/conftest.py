"""How hard property tests look, and what coverage follows.

By default for a moment, and at the same examples everywhere: a fresh clone does not fail by luck.
`HYPOTHESIS_PROFILE=thorough` (`make test-deep`) looks for long, and elsewhere each time.
"""

from __future__ import annotations

import gc
import os
from typing import TYPE_CHECKING

import pytest
import stamina
from hypothesis import settings

from tests.support.signals import let_processes_hear
from tests.support.tracing import follow_imports, following, following_fixture, rest, spare_what_is_not_measured
from tests.support.unsynced import never_wait_for_the_disk

if TYPE_CHECKING:
    from collections.abc import Generator

settings.register_profile("quick", max_examples=20, deadline=None, derandomize=True, database=None)
settings.register_profile("thorough", max_examples=2000, deadline=None, derandomize=False)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "quick"))

# Retries happen, but without pauses.
stamina.set_testing(True, attempts=4, cap=True)

spare_what_is_not_measured()
let_processes_hear()
never_wait_for_the_disk()


def pytest_configure(config: pytest.Config) -> None:
    """Where other processes run the tests, there is nothing to follow in this one; else what it imports first."""
    # Nothing of what is made while tests are collected is thrown away.
    gc.disable()
    if config.getoption("numprocesses", None) and not hasattr(config, "workerinput"):
        rest()
    else:
        follow_imports()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The first of three processes begins with the pages: it waits for the browser, the other two keep the cores busy.

    Last, they would be handed round, and each process would start a browser of its own.
    """
    items.sort(key=lambda item: not item.nodeid.startswith("tests/web/"))


def pytest_collection_finish() -> None:
    """Thousands of tests that stay are not looked through for garbage again and again."""
    gc.collect()
    gc.freeze()
    # What the tests throw away is nearly all gone without a look.
    gc.set_threshold(20_000)
    gc.enable()


def pytest_sessionfinish() -> None:
    """What thousands of tests leave is not looked through when their process ends: that takes seconds."""
    gc.freeze()
    gc.disable()


@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(request: pytest.FixtureRequest) -> Generator[None, object, object]:
    with following_fixture(request._pyfuncitem):
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None]:
    with following(item):
        return (yield)
