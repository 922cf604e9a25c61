"""Faults that tests arm: which requests they strike, and what happens to these."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias, TypedDict, Unpack

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class FaultTarget(TypedDict, total=False):
    """Which requests a fault strikes; patterns are those of `fnmatch`, on the path without the query string."""

    method: str
    path: str
    nth: int
    """The first matching request to strike, counted from 1 since the fault was armed."""
    request: int
    """Instead of `nth`: the first request of all, counted from 1 since the fault was armed, that may be struck."""
    times: int | None
    """How many requests to strike; None is all of them, without end. Default: one."""


@dataclass(frozen=True, slots=True)
class Reply:
    """Answer this, without doing anything, or after the request was carried out."""

    status: int
    body: bytes
    content_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    applied: bool = False


@dataclass(frozen=True, slots=True)
class Cut:
    """Send so many bytes of the body, then close: less than the Content-Length says."""

    after: int


@dataclass(frozen=True, slots=True)
class Reset:
    """Reset the connection (RST), before or after the request is carried out."""

    applied: bool = False


@dataclass(frozen=True, slots=True)
class Slow:
    """Wait before the answer, and between its bytes; both in seconds."""

    delay: float
    drip: float = 0.0


@dataclass(frozen=True, slots=True)
class BeforeRequest:
    """Call a function before the request."""

    run: Callable[[], object]


@dataclass(frozen=True, slots=True)
class Drop:
    """Carry the request out as if these properties were not in its body or query, at whatever depth."""

    names: frozenset[str]


@dataclass(frozen=True, slots=True)
class Hide:
    """Carry the request out, and leave these fields out of the answer, at whatever depth."""

    names: frozenset[str]


Action: TypeAlias = Reply | Cut | Reset | Slow | BeforeRequest | Drop | Hide


@dataclass(slots=True)
class Fault:
    """One armed fault; `hits` is how often it has struck."""

    action: Action
    method: str = "*"
    path: str = "*"
    nth: int = 1
    request: int = 1
    times: int | None = 1
    hits: int = 0
    _matching: int = 0
    _seen: int = 0

    def strikes(self, method: str, path: str) -> bool:
        """Count a request. Returns whether the fault strikes it."""
        self._seen += 1
        if not (fnmatchcase(method, self.method) and fnmatchcase(path, self.path)):
            return False
        self._matching += 1
        spent = self.times is not None and self.hits >= self.times
        if spent or self._matching < self.nth or self._seen < self.request:
            return False
        self.hits += 1
        return True


class Faults:
    """The armed faults of a sandbox; may be changed from any thread while it runs."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = threading.Lock()
        self._armed: list[Fault] = []

    def clear(self) -> None:
        """Disarm all."""
        with self._lock:
            self._armed.clear()

    def strike(self, method: str, path: str) -> list[Action]:
        """Return what happens to this request: all hooks, drops and hides, and the first armed of the others."""
        with self._lock:
            struck = [fault.action for fault in self._armed if fault.strikes(method, path)]
        besides: list[Action] = [action for action in struck if isinstance(action, BeforeRequest | Drop | Hide)]
        return besides + [action for action in struck if action not in besides][:1]

    def status(
        self,
        status: int,
        *,
        message: str = "Sandbox fault",
        body: bytes | None = None,
        retry_after: int | None = None,
        **target: Unpack[FaultTarget],
    ) -> Fault:
        """Answer with a status, and with a JSON message unless a body is given; `retry_after` is in seconds."""
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        text = msgspec.json.encode({"message": message}) if body is None else body
        return self._arm(Reply(status, text, "application/json; charset=utf-8", headers), target)

    def answer(
        self, status: int, body: bytes, content_type: str, *, applied: bool = False, **target: Unpack[FaultTarget]
    ) -> Fault:
        """Answer just this; with `applied` after the request was carried out."""
        return self._arm(Reply(status, body, content_type, applied=applied), target)

    def login_page(self, **target: Unpack[FaultTarget]) -> Fault:
        """Answer 200 with an HTML page, as a reverse proxy with a login in front does."""
        page = b"<!doctype html><title>Log in</title><form method=post><input name=user></form>"
        return self._arm(Reply(200, page, "text/html; charset=utf-8"), target)

    def redirect(self, status: int, location: str, **target: Unpack[FaultTarget]) -> Fault:
        """Answer with a redirection."""
        return self._arm(Reply(status, b"", "text/plain", {"location": location}), target)

    def invalid_json(self, body: bytes = b'{"assets": {"items": [', **target: Unpack[FaultTarget]) -> Fault:
        """Answer 200 with the right content type and a body that is no JSON."""
        return self._arm(Reply(200, body, "application/json; charset=utf-8"), target)

    def cut(self, after: int, **target: Unpack[FaultTarget]) -> Fault:
        """Carry the request out, send `after` bytes of the body, then close the connection."""
        return self._arm(Cut(after), target)

    def reset(self, **target: Unpack[FaultTarget]) -> Fault:
        """Reset the connection before anything happens."""
        return self._arm(Reset(), target)

    def lose_answer(self, **target: Unpack[FaultTarget]) -> Fault:
        """Carry the request out, then reset the connection: the write happened, its answer is lost."""
        return self._arm(Reset(applied=True), target)

    def slow(self, delay: float = 0.0, *, drip: float = 0.0, **target: Unpack[FaultTarget]) -> Fault:
        """Wait before the answer; with `drip`, send it byte by byte with such a pause between. In seconds."""
        return self._arm(Slow(delay, drip), target)

    def hook(self, run: Callable[[], object], **target: Unpack[FaultTarget]) -> Fault:
        """Call a function, in the thread of the connection, before the request is carried out."""
        return self._arm(BeforeRequest(run), target)

    def drop(self, *names: str, **target: Unpack[FaultTarget]) -> Fault:
        """Drop properties of requests before they are read, as a server does that does not know them."""
        return self._arm(Drop(frozenset(names)), target)

    def hide(self, *names: str, **target: Unpack[FaultTarget]) -> Fault:
        """Leave fields out of answers."""
        return self._arm(Hide(frozenset(names)), target)

    def _arm(self, action: Action, target: FaultTarget) -> Fault:
        fault = Fault(action, **target)
        with self._lock:
            self._armed.append(fault)
        return fault


def without(value: object, names: frozenset[str]) -> object:
    """Return a JSON value without the properties of these names, at whatever depth."""
    if isinstance(value, dict):
        return {name: without(item, names) for name, item in value.items() if name not in names}
    return [without(item, names) for item in value] if isinstance(value, list) else value
