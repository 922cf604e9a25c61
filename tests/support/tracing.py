"""What coverage follows: what the tool does in tests that are for its rooms, with examples that stand in the text.

Following every line of every thread doubles what a run costs. So it follows no sandbox, no command line as a whole, and
nothing twice: property tests, whose examples are drawn, and tests marked `untraced` are not followed. What they alone
would cover would be covered by chance, and deserves an example of its own; a test marked `traced` is one.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    import pytest

TESTS = Path(__file__).parents[1]
OUTSIDE = frozenset({"cli", "deploy", "docs", "immich_sandbox"})
"""Rooms whose tests go through all of the tool, or through none of it."""

CLIENT = "immich"
"""The room whose tests are for what happens in the threads that send requests."""

_TO_CHILDREN = "COVERAGE_PROCESS_CONFIG"
_SANDBOX, _REQUEST = "sandbox", "request"  # the names of threads
_spared = {_SANDBOX}


def spare_what_is_not_measured() -> None:
    """Follow no thread of a sandbox, and no process that a test starts."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.pop(_TO_CHILDREN, None)
    follow = threading.gettrace()
    if follow is None:
        return

    def follow_most(frame: FrameType, event: Any, argument: Any) -> Any:
        if threading.current_thread().name in _spared:
            sys.settrace(None)
            return None
        return follow(frame, event, argument)

    threading.settrace(follow_most)


@contextmanager
def following(item: pytest.Item) -> Iterator[None]:
    """Follow what a test is for."""
    if _is_followed(item):
        with _sparing({_SANDBOX} if _room(item) == CLIENT else {_SANDBOX, _REQUEST}):
            yield
    else:
        with _untraced():
            yield


def _room(item: pytest.Item) -> str:
    return item.path.relative_to(TESTS).parts[0] if item.path.is_relative_to(TESTS) else ""


def _is_followed(item: pytest.Item) -> bool:
    if item.get_closest_marker("traced"):
        return True
    is_drawn = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return _room(item) not in OUTSIDE and not is_drawn and not item.get_closest_marker("untraced")


@contextmanager
def _sparing(names: set[str]) -> Iterator[None]:
    before = set(_spared)
    _spared.clear()
    _spared.update(names)
    try:
        yield
    finally:
        _spared.clear()
        _spared.update(before)


@contextmanager
def _untraced() -> Iterator[None]:
    """Follow nothing, in this thread and in those that it starts."""
    here, in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(here)
        threading.settrace(in_threads)
