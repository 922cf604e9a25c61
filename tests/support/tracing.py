"""Which code coverage follows: what the tool does in tests whose examples stand in the text.

Following every line of every thread doubles what a run costs. So the sandbox, which is not measured, is not followed;
nor are tests that only repeat: property tests, whose examples are drawn, and those marked `untraced`. What they alone
would cover would be covered by chance, or unnoticed, and deserves an example of its own.
"""

from __future__ import annotations

import os
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

    import pytest

_UNMEASURED = "sandbox"  # the name of its threads
_TO_CHILDREN = "COVERAGE_PROCESS_CONFIG"


def spare_what_is_not_measured() -> None:
    """Follow no thread of a sandbox, and no process that a test starts."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        os.environ.pop(_TO_CHILDREN, None)
    follow = threading.gettrace()
    if follow is None:
        return

    def follow_most(frame: FrameType, event: Any, argument: Any) -> Any:
        if threading.current_thread().name == _UNMEASURED:
            sys.settrace(None)
            return None
        return follow(frame, event, argument)

    threading.settrace(follow_most)


def only_repeats(item: pytest.Item) -> bool:
    """Whether a test is one that coverage does not follow."""
    function = getattr(item, "obj", None)
    return getattr(function, "is_hypothesis_test", False) or item.get_closest_marker("untraced") is not None


@contextmanager
def untraced() -> Iterator[None]:
    """Follow nothing, in this thread and in those that it starts."""
    here, in_threads = sys.gettrace(), threading.gettrace()
    sys.settrace(None)
    threading.settrace(None)
    try:
        yield
    finally:
        sys.settrace(here)
        threading.settrace(in_threads)
