"""Trouble on demand: which requests are struck, and by what."""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, TypeAlias, TypedDict, Unpack

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


class Where(TypedDict, total=False):
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
    """Run something before the request, then carry on."""

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
    """One armed fault; `hits` tells how often it has struck."""

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
        """Count a request, and tell whether it is struck."""
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
        **where: Unpack[Where],
    ) -> Fault:
        """Answer with a status, and with a JSON message unless a body is given; `retry_after` is in seconds."""
        headers = {} if retry_after is None else {"retry-after": str(retry_after)}
        text = msgspec.json.encode({"message": message}) if body is None else body
        return self._arm(Reply(status, text, "application/json; charset=utf-8", headers), where)

    def answer(
        self, status: int, body: bytes, content_type: str, *, applied: bool = False, **where: Unpack[Where]
    ) -> Fault:
        """Answer just this; with `applied` after the request was carried out."""
        return self._arm(Reply(status, body, content_type, applied=applied), where)

    def login_page(self, **where: Unpack[Where]) -> Fault:
        """Answer 200 with an HTML page, as a reverse proxy with a login in front does."""
        page = b"<!doctype html><title>Log in</title><form method=post><input name=user></form>"
        return self._arm(Reply(200, page, "text/html; charset=utf-8"), where)

    def redirect(self, status: int, location: str, **where: Unpack[Where]) -> Fault:
        """Answer with a redirection."""
        return self._arm(Reply(status, b"", "text/plain", {"location": location}), where)

    def invalid_json(self, body: bytes = b'{"assets": {"items": [', **where: Unpack[Where]) -> Fault:
        """Answer 200 with the right content type and a body that is no JSON."""
        return self._arm(Reply(200, body, "application/json; charset=utf-8"), where)

    def cut(self, after: int, **where: Unpack[Where]) -> Fault:
        """Carry the request out, send `after` bytes of the body, then close the connection."""
        return self._arm(Cut(after), where)

    def reset(self, **where: Unpack[Where]) -> Fault:
        """Reset the connection before anything happens."""
        return self._arm(Reset(), where)

    def lose_answer(self, **where: Unpack[Where]) -> Fault:
        """Carry the request out, then reset the connection: the write happened, its answer is lost."""
        return self._arm(Reset(applied=True), where)

    def slow(self, delay: float = 0.0, *, drip: float = 0.0, **where: Unpack[Where]) -> Fault:
        """Wait before the answer; with `drip`, send it byte by byte with such a pause between. In seconds."""
        return self._arm(Slow(delay, drip), where)

    def hook(self, run: Callable[[], object], **where: Unpack[Where]) -> Fault:
        """Run something, in a thread of its own, before the request is carried out."""
        return self._arm(BeforeRequest(run), where)

    def drop(self, *names: str, **where: Unpack[Where]) -> Fault:
        """Drop properties of requests before they are read, as a server does that does not know them."""
        return self._arm(Drop(frozenset(names)), where)

    def hide(self, *names: str, **where: Unpack[Where]) -> Fault:
        """Leave fields out of answers."""
        return self._arm(Hide(frozenset(names)), where)

    def _arm(self, action: Action, where: Where) -> Fault:
        fault = Fault(action, **where)
        with self._lock:
            self._armed.append(fault)
        return fault


def without(value: object, names: frozenset[str]) -> object:
    """Return a JSON value without the properties of these names, at whatever depth."""
    if isinstance(value, dict):
        return {name: without(item, names) for name, item in value.items() if name not in names}
    return [without(item, names) for item in value] if isinstance(value, list) else value
