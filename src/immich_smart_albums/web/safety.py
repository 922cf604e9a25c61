"""Middleware before every request: who may send it, from where, and what a browser may do with the response."""

from __future__ import annotations

import hmac
import ipaddress
import re
from dataclasses import dataclass, field
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import urlencode, urlsplit

from starlette.datastructures import Headers, MutableHeaders, QueryParams
from starlette.requests import cookie_parser
from starlette.responses import PlainTextResponse, RedirectResponse, Response

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "immich-smart-albums"
SAFE_METHODS = frozenset({"GET", "HEAD"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Policy:
    """Which requests are let in, and what their responses allow."""

    hosts: frozenset[str] = LOOPBACK
    """Host names that requests may have. Another site that points its own name here gets nothing (DNS rebinding)."""
    any_address: bool = False
    """Whether every IP address is allowed as a host, too: only names can be pointed somewhere else."""
    token: str | None = field(default=None, repr=False)
    """The secret that a browser has to show once. None: no secret, since only this machine can connect."""
    read_only: bool = False
    frame: str | None = None
    """The one origin that may show a page in a frame. None: no origin may."""

    @property
    def cookie_name(self) -> str:
        """The cookie's name, one for each token: browsers send cookies to other ports of a host, too."""
        return f"{COOKIE}-{sha256(f'name {self.token}'.encode()).hexdigest()[:8]}"

    @property
    def cookie(self) -> str:
        """The cookie of a browser that has shown the token. The token cannot be computed from it."""
        return sha256(f"immich-smart-albums studio {self.token}".encode()).hexdigest()

    def content_security(self) -> str:
        """Returns the Content-Security-Policy of pages: all from here, nothing inline, nothing from elsewhere."""
        here = ("script-src", "style-src", "img-src", "connect-src", "form-action")
        none = "'none'"
        frame = f"frame-ancestors {self.frame or none}"
        return "; ".join(
            ["default-src 'none'", *(f"{directive} 'self'" for directive in here), "base-uri 'none'", frame]
        )


class SafetyMiddleware:
    """Refuses requests that the policy does not allow, and sets the security headers of every response."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._set_headers(MutableHeaders(raw=message.setdefault("headers", [])))
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send_with_headers)

    def _set_headers(self, headers: MutableHeaders) -> None:
        headers.setdefault("content-security-policy", self._policy.content_security())
        headers["x-content-type-options"] = "nosniff"
        headers["referrer-policy"] = "same-origin"
        headers["cross-origin-resource-policy"] = "same-origin"
        headers["cross-origin-opener-policy"] = "same-origin"
        if self._policy.frame is None:
            headers["x-frame-options"] = "DENY"
        headers.setdefault("cache-control", "no-store")

    def _refusal(self, scope: Scope) -> Response | None:
        """Returns the response that refuses a request. None if it is allowed."""
        headers, method = Headers(scope=scope), str(scope["method"])
        if not self._is_allowed_host(headers.getlist("host")):
            return _refused(421, "This page does not go by that name. Use --allow-host if it should.")
        if self._policy.token is not None and (response := self._check_token(scope, headers)):
            return response
        if method in SAFE_METHODS:
            return _refused(403, "Other pages get nothing from here.") if _is_embedded_elsewhere(headers) else None
        if method != "POST":
            return _refused(405, "There is nothing here that could be done in that way.")
        if self._policy.read_only:
            return _refused(403, "This studio only shows: it was started with --read-only.")
        if not _is_same_origin(headers):
            return _refused(403, "This came from another page, so nothing was done.")
        return None

    def _is_allowed_host(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        name = _host_name(hosts[0])
        return name in self._policy.hosts or (self._policy.any_address and _is_address(name))

    def _check_token(self, scope: Scope, headers: Headers) -> Response | None:
        """Returns the response to a browser that has not shown the token, or shows it now. None if it may pass."""
        parameters = QueryParams(scope["query_string"])
        token = parameters.get("token")
        if token is not None and scope["method"] in SAFE_METHODS:
            if not _is_same(token, self._policy.token or ""):
                return _refused(401, "That is not the token of this studio.")
            rest = [(name, value) for name, value in parameters.multi_items() if name != "token"]
            page = str(scope["path"]).rsplit("/", 1)[-1]
            response = RedirectResponse(f"./{page}" + (f"?{urlencode(rest)}" if rest else ""), 303)
            response.set_cookie(
                self._policy.cookie_name, self._policy.cookie, path="", httponly=True, samesite="strict"
            )
            return response
        cookies = cookie_parser(headers.get("cookie", ""))
        if _is_same(cookies.get(self._policy.cookie_name, ""), self._policy.cookie):
            return None
        return _refused(
            401,
            "This studio wants its token. Open the link that it printed when it started;\n"
            "or write ?token= and what its token file holds behind this address.",
        )


def _refused(status: int, text: str) -> Response:
    return PlainTextResponse(f"{text}\n", status)


def _is_same(text: str, other: str) -> bool:
    """Returns whether two texts are equal, in a time that does not depend on them."""
    return hmac.compare_digest(text.encode(errors="surrogatepass"), other.encode())


_HOST = re.compile(r"(?P<name>[a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)


def _host_name(host: str) -> str:
    """Returns the name in a Host header, without its port. Empty if the header is malformed."""
    match = _HOST.fullmatch(host)
    return match["name"].lower().strip("[]").rstrip(".") if match else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_embedded_elsewhere(headers: Headers) -> bool:
    """Returns whether another site wants to embed this. Links and frames navigate, so they are allowed."""
    return headers.get("sec-fetch-site") in {"cross-site", "same-site"} and headers.get("sec-fetch-mode") != "navigate"


def _is_same_origin(headers: Headers) -> bool:
    """Returns whether one of our pages sent this, by the Sec-Fetch-Site header, else by Origin and Host."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", ""))
    return origin.scheme in {"http", "https"} and origin.netloc == headers.get("host")
