"""What coverage follows: what the tool does in tests that are for its rooms, with examples that stand in the text.

Following every line of every thread doubles what a run costs. So it follows no sandbox, no command line as a whole, not
pytest while it hands out tests, and nothing twice: property tests, whose examples are drawn, and tests marked
`untraced` are not followed. What they alone would cover would be covered by chance, and deserves an example of its own;
a test marked `traced` is one. Of the marks of a file, a test and a case the nearest counts.
"""

from __future__ import annotations

import functools
import os
import sys
import threading
from contextlib import contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import TYPE_CHECKING, Any

from coverage import Coverage

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    import pytest
    from _typeshed import TraceFunction

TESTS = Path(__file__).parents[1]
OUTSIDE = frozenset({"cli", "daemon", "deploy", "docs", "immich_sandbox", "model", "report", "web"})
"""Rooms whose tests go through all of the tool, or through none of it."""

CLIENT = "immich"
"""The room whose tests are for what happens in the threads that send requests."""

_TO_CHILDREN = "COVERAGE_PROCESS_CONFIG"
_SANDBOX, _REQUEST = "sandbox", "request"  # the names of threads
_spared = {_SANDBOX}
_here: TraceFunction | None = None
_in_threads: TraceFunction | None = None
"""How coverage follows this thread and others, while neither is followed."""


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


def follow_imports() -> None:
    """Import what is measured, and follow that; not how thousands of tests are collected, who would import it."""
    measuring = Coverage.current()
    if measuring is not None and sys.gettrace() is not None:
        for name in measuring.get_option("run:source"):  # type: ignore[union-attr]
            room = import_module(name)
            for module in walk_packages(room.__path__, f"{name}."):
                import_module(module.name)
    rest()


def rest() -> None:
    """Follow nothing more: neither pytest itself, nor what it reports."""
    global _here, _in_threads
    _here, _in_threads = sys.gettrace(), threading.gettrace()
    _set(None, None)


@contextmanager
def following(item: pytest.Item) -> Iterator[None]:
    """Follow what a test is for."""
    if _is_followed(item):
        with _sparing({_SANDBOX} if _room(item.path) == CLIENT else {_SANDBOX, _REQUEST}), _tracing(_here, _in_threads):
            yield
    else:
        with _tracing(None, None):
            yield


@contextmanager
def following_fixture(item: pytest.Item) -> Iterator[None]:
    """Follow how something is made that a test needs; whichever comes first, others may share it."""
    if _room(item.path) in OUTSIDE:
        yield
        return
    with _tracing(_here, _in_threads):
        yield


@functools.cache
def _room(path: Path) -> str:
    return path.relative_to(TESTS).parts[0] if path.is_relative_to(TESTS) else ""


def _is_followed(item: pytest.Item) -> bool:
    marks = [mark.name for node in item.listchain() for mark in node.own_markers]  # a file's, a test's, then a case's
    nearest = next((name for name in reversed(marks) if name in {"traced", "untraced"}), None)
    if nearest is not None:
        return nearest == "traced"
    return _room(item.path) not in OUTSIDE and not getattr(getattr(item, "obj", None), "is_hypothesis_test", False)


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
def _tracing(here: TraceFunction | None, in_threads: TraceFunction | None) -> Iterator[None]:
    """Follow so in this thread, and in those that it starts."""
    before = sys.gettrace(), threading.gettrace()
    _set(here, in_threads)
    try:
        yield
    finally:
        _set(*before)


def _set(here: TraceFunction | None, in_threads: TraceFunction | None) -> None:
    sys.settrace(here)
    threading.settrace(in_threads)
