"""The outcomes of controls. Each control runs once."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Untrustworthy

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable


@dataclass(slots=True)
class _Verdict:
    lock: threading.Lock = field(default_factory=threading.Lock)
    is_settled: bool = False
    error: Untrustworthy | None = None


class Verdicts:
    """The outcomes of controls by key. Safe for threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._verdicts: dict[Hashable, _Verdict] = {}

    def once(self, key: Hashable, run: Callable[[], bool]) -> None:
        """Run a control unless it is settled. One that could not be run is run again when it is next needed.

        Raises Untrustworthy if the control failed, now or before, and ServerError if it could not be run.
        """
        verdict = self._verdict(key)
        with verdict.lock:
            if verdict.error is not None:
                raise Untrustworthy(verdict.error.message, hint=verdict.error.hint)
            if not verdict.is_settled:
                try:
                    verdict.is_settled = run()
                except Untrustworthy as error:
                    verdict.error = error
                    raise

    def _verdict(self, key: Hashable) -> _Verdict:
        with self._lock:
            return self._verdicts.setdefault(key, _Verdict())
