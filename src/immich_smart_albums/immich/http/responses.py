"""Reads answers of the server: returns valid JSON, or raises our error with a hint.

Error bodies differ: up to 2.7 `{"message": text or list, "error", "statusCode", "correlationId"}`, since 3.0
`{"message", "errors"?}` with the id in a header. Things that are not there, or not ours, are a 400, never a 404.
"""

from __future__ import annotations

import re
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, TypeVar

import msgspec

from immich_smart_albums.errors import (
    MissingPermission,
    NoAccess,
    NotImmich,
    Refused,
    Retry,
    ServerError,
    Unauthorized,
    Unreachable,
    Untrustworthy,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

T = TypeVar("T")

UNREADABLE = (msgspec.DecodeError, ValueError, OverflowError, RecursionError)
"""Errors of decoding a body that is no JSON, other JSON, no UTF-8, nested too deep, or has a wrong date."""

_LOGIN = (
    "A login in front of Immich (Cloudflare Access, Pangolin, Authelia, …) must let requests to /api through, or be"
    " given its token with --header (`headers` in the rules file, IMMICH_HEADERS) or a certificate with --client-cert."
)

_MOST_SAID = 500
"""Characters of the server's text, or of an address, that a message repeats."""

ANY_KEY = "--key or IMMICH_API_KEY"
"""The words for a key of unknown origin."""

SECURITY_PAGE = "your Immich page under Account Settings → API Keys"


def check(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Returns the body of a good answer. Raises a ServerError for another one."""
    request = f"{method} {path.partition('?')[0]}"
    is_json = "json" in headers.get("content-type", "").lower()
    if 300 <= status < 400:
        raise _redirected(request, headers.get("location", "somewhere else"))
    if status < 300:
        if is_json or not body:
            return _whole(request, body)
        raise _no_json(request, body)
    if not is_json and status not in _PASSING:
        raise _no_json(request, body, status)
    raise _refusal(request, status, headers, _Body.read(body))


PICTURES = frozenset({"image/webp", "image/jpeg", "image/png", "image/gif", "image/avif", "image/svg+xml"})
"""Media types of pictures that are passed on."""


def content_type(headers: Mapping[str, str]) -> str:
    """Returns the media type of an answer, without parameters."""
    return headers.get("content-type", "").partition(";")[0].strip().lower()


def check_picture(method: str, path: str, status: int, headers: Mapping[str, str], body: bytes) -> bytes:
    """Returns the body of a picture. Empty if the picture did not change (304). Raises like `check`."""
    request = f"{method} {path.partition('?')[0]}"
    if status == 304:
        return b""
    if status < 300:
        if content_type(headers) in PICTURES and body:
            return body
        raise _no_json(request, body, wanted="a picture")
    if status == 404 and "json" in headers.get("content-type", ""):
        hint = "Immich makes it after the upload, when its queue of thumbnails comes to it."
        raise Refused(f"{request} was answered 404: there is no such picture (yet)", status=404, hint=hint)
    return check(method, path, status, headers, body)


def _whole(request: str, body: bytes) -> bytes:
    """The body, if it ends like JSON. Without a length, only that shows that an answer was cut off."""
    if body[:1] in b"{[" and body.rstrip()[-1:] not in b"}]":
        error = Unreachable(f"{request}: the answer was cut short", hint="Nothing of a half answer is used. Try again.")
        error.retry = "yes"
        raise error
    return body


_PASSING = {429, 500, 502, 503, 504}
"""Statuses of proxies, perhaps with HTML, while the server is busy or restarts."""


class _Body(msgspec.Struct):
    """An error body of any version."""

    message: str | list[str] = ""
    errors: list[dict[str, object]] | None = None
    correlationId: str | None = None  # noqa: N815 - Immich's name

    @classmethod
    def read(cls, body: bytes) -> _Body:
        try:
            return msgspec.json.decode(body, type=cls)
        except UNREADABLE:
            return cls(message=_title(body))

    def text(self) -> str:
        """Returns the server's message, with the fields that failed validation."""
        words = self.message if isinstance(self.message, str) else "; ".join(self.message)
        issues = []
        for issue in self.errors or []:
            path = issue.get("path")
            where = ".".join(map(str, path)) if isinstance(path, list) else ""
            issues.append(f"{where}: {issue.get('message', '')}")
        return _cut(f"{words} ({'; '.join(issues)})" if issues else words)


def _refusal(request: str, status: int, headers: Mapping[str, str], body: _Body) -> ServerError:
    text = body.text()
    correlation = body.correlationId or headers.get("x-correlation-id") or headers.get("x-immich-cid")
    message = f"{request} was answered {status}: {text or 'without a reason'}"
    if correlation:
        message += f" (correlation id {_cut(correlation)})"
    match status:
        case 401:
            return Unauthorized(message, status=status, hint=_hint_401(text))
        case 403:
            match = re.search(r"Missing required permission: ([\w.]+)", text)
            permission = match.group(1) if match else None
            needs = f"the permission {permission}" if permission else "more permissions"
            return MissingPermission(
                message, permission=permission, hint=f"Give the API key {needs} in {SECURITY_PAGE}."
            )
        case 400:
            return _bad_request(message, text)
        case 404:
            hint = "Immich is in maintenance mode, or this path does not lead to its API."
            return Refused(message, status=status, hint=hint)
    error = Refused(message, status=status, hint=_hint_of_failure(request, status))
    error.retry = _retry(status, headers)
    error.may_be_running = status == 504
    return error


def _bad_request(message: str, text: str) -> ServerError:
    if text.startswith("Not found or no ") or text in {"Album not found", "Asset not found", "Person not found"}:
        hint = "It was deleted, belongs to somebody else, or is not shared with this key's account."
        return NoAccess(message, status=400, hint=hint)
    if "Smart search is not enabled" in text:
        hint = "Switch it on under Administration → Settings → Machine Learning → Smart Search."
        return Refused(message, status=400, hint=hint)
    hint = "The server does not take this request; if your input looks right, please report it with this message."
    return Refused(message, status=400, hint=hint)


def _hint_401(text: str) -> str:
    if "Elevated permission" in text:
        return "Locked photos are shown to no API key; search for timeline, archive or hidden."
    return f"Check the key ({ANY_KEY}); make a new one in {SECURITY_PAGE}."


def _hint_of_failure(request: str, status: int) -> str:
    if status == 429:
        return "Something in front of Immich limits requests; lower --concurrency."
    if request.endswith("/search/smart"):
        return "Smart search needs Immich's machine learning: is that container running?"
    if status >= 500:
        return "The server has a problem of its own; look at its log, and try again."
    return "The server does not take this request."


def _retry(status: int, headers: Mapping[str, str]) -> Retry:
    """Whether to send a request again after a status: 429, 502 to 504 are a restart or a busy proxy; 500 once."""
    if status in {429, 502, 503, 504}:
        wait = _retry_after(headers)
        return "yes" if wait is None else wait
    return "once" if status == 500 else None


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds of `Retry-After`, which is a number, or a date to compare with the answer's. None without either."""
    wait = headers.get("retry-after", "")
    try:
        return max(float(wait), 0.0)
    except ValueError:
        pass
    try:
        until, now = (parsedate_to_datetime(text) for text in (wait, headers.get("date", "")))
        return max((until - now).total_seconds(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _redirected(request: str, location: str) -> NotImmich:
    base, _, is_api = location.partition("/api/")
    hint = _LOGIN
    if is_api and base.startswith(("http://", "https://")):
        hint = f"Set the server to its final address, probably {base}."
    return NotImmich(f"{request} was redirected to {_cut(location)}", hint=hint)


def _no_json(request: str, body: bytes, status: int = 200, wanted: str = "JSON") -> NotImmich:
    if _WANTS_TLS.search(body[:4096]):
        message = f"{request} was answered {status}: this port speaks https"
        return NotImmich(message, hint="Write https:// in place of http:// in the server's address.")
    hint = f"Check the server's address. {_LOGIN}"
    what = _title(body)
    return NotImmich(
        f"{request} was answered {status} with a page instead of {wanted}{f': {what!r}' if what else ''}", hint=hint
    )


_WANTS_TLS = re.compile(rb"HTTP request (?:was sent )?to (?:an )?HTTPS (?:port|server)", re.IGNORECASE)
"""How nginx, and servers written in Go, answer http on a port for https."""


def _title(body: bytes) -> str:
    text = body[:4096].decode(errors="replace")
    match = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    return " ".join((match.group(1) if match else text).split())[:100]


def _cut(text: str) -> str:
    """A text of the server, shortened."""
    return text if len(text) <= _MOST_SAID else f"{text[:_MOST_SAID]}…"


def decode(body: bytes, type_: type[T], request: str) -> T:
    """Returns an answer decoded as a type. Raises Untrustworthy if it does not fit."""
    try:
        return msgspec.json.decode(body, type=type_)
    except UNREADABLE as error:
        raise unexpected(request, error) from None


def unexpected(request: str, error: Exception) -> Untrustworthy:
    """Returns the error for an answer that is no JSON, or not the JSON that Immich sends."""
    hint = "Something on the way changed the answer, or this Immich version is newer than this tool knows."
    return Untrustworthy(f"{request}: the answer cannot be read: {_cut(str(error))}", hint=hint)
