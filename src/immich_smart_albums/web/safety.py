"""The guard before every request: who may ask, from where, and what a browser may do with the answer."""

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
READING = frozenset({"GET", "HEAD"})
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True)
class Policy:
    """The rules by which requests to the page are let in."""

    hosts: frozenset[str] = LOOPBACK
    """Names under which browsers may come: another site that points its own name here gets nothing."""
    any_address: bool = False
    """Whether every bare IP address is fine as a host too: only names can be pointed somewhere else."""
    token: str | None = field(default=None, repr=False)
    """What a browser has to bring once; None: nothing, since only this machine can come."""
    read_only: bool = False
    frame: str | None = None
    """The one origin that may show the page in a frame."""

    @property
    def cookie_name(self) -> str:
        """Of its own for each token: browsers send cookies to all ports of a host, where other studios may be."""
        return f"{COOKIE}-{sha256(f'name {self.token}'.encode()).hexdigest()[:8]}"

    @property
    def cookie(self) -> str:
        """What a browser that brought the token keeps: nothing that could be used as the token elsewhere."""
        return sha256(f"immich-smart-albums studio {self.token}".encode()).hexdigest()

    def content_security(self) -> str:
        """Returns the policy for pages: everything from here, nothing inline, nothing from anywhere else."""
        here = ("script-src", "style-src", "img-src", "connect-src", "form-action")
        none = "'none'"
        frame = f"frame-ancestors {self.frame or none}"
        return "; ".join(
            ["default-src 'none'", *(f"{directive} 'self'" for directive in here), "base-uri 'none'", frame]
        )


class Safety:
    """Refuses what is not allowed, and puts the headers on every answer."""

    def __init__(self, app: ASGIApp, policy: Policy) -> None:
        self._app = app
        self._policy = policy

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._guard(MutableHeaders(raw=message.setdefault("headers", [])))
            await send(message)

        refusal = self._refusal(scope)
        await (refusal or self._app)(scope, receive, send_safely)

    def _guard(self, headers: MutableHeaders) -> None:
        headers.setdefault("content-security-policy", self._policy.content_security())
        headers["x-content-type-options"] = "nosniff"
        headers["referrer-policy"] = "same-origin"
        headers["cross-origin-resource-policy"] = "same-origin"
        headers["cross-origin-opener-policy"] = "same-origin"
        if self._policy.frame is None:
            headers["x-frame-options"] = "DENY"
        headers.setdefault("cache-control", "no-store")

    def _refusal(self, scope: Scope) -> Response | None:
        """Why a request is not served; None: it is."""
        headers, method = Headers(scope=scope), str(scope["method"])
        if not self._is_known(headers.getlist("host")):
            return _refused(421, "This page does not go by that name. Use --allow-host if it should.")
        if self._policy.token is not None and (answer := self._let_in(scope, headers)):
            return answer
        if method in READING:
            return _refused(403, "Other pages get nothing from here.") if _is_for_another_page(headers) else None
        if method != "POST":
            return _refused(405, "There is nothing here that could be done in that way.")
        if self._policy.read_only:
            return _refused(403, "This studio only shows: it was started with --read-only.")
        if not _comes_from_here(headers):
            return _refused(403, "This came from another page, so nothing was done.")
        return None

    def _is_known(self, hosts: list[str]) -> bool:
        if len(hosts) != 1:
            return False
        name = _host_name(hosts[0])
        return name in self._policy.hosts or (self._policy.any_address and _is_address(name))

    def _let_in(self, scope: Scope, headers: Headers) -> Response | None:
        """What to answer a browser that has not shown the token yet, or shows it now; None: it may come in."""
        parameters = QueryParams(scope["query_string"])
        token = parameters.get("token")
        if token is not None and scope["method"] in READING:
            if not _is_same(token, self._policy.token or ""):
                return _refused(401, "That is not the token of this studio.")
            rest = [(name, value) for name, value in parameters.multi_items() if name != "token"]
            page = str(scope["path"]).rsplit("/", 1)[-1]
            answer = RedirectResponse(f"./{page}" + (f"?{urlencode(rest)}" if rest else ""), 303)
            answer.set_cookie(self._policy.cookie_name, self._policy.cookie, path="", httponly=True, samesite="strict")
            return answer
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
    """Compared in a time that tells nothing."""
    return hmac.compare_digest(text.encode(errors="surrogatepass"), other.encode())


_HOST = re.compile(r"(?P<name>[a-z0-9._-]+|\[[0-9a-f:.]+\])(:[0-9]{1,5})?", re.IGNORECASE)


def _host_name(host: str) -> str:
    """The name in a Host header, without its port; empty for what is none."""
    match = _HOST.fullmatch(host)
    return match["name"].lower().strip("[]").rstrip(".") if match else ""


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _is_for_another_page(headers: Headers) -> bool:
    """Whether a page of somebody else wants this as a part of it, which only costs: links and frames go somewhere."""
    return headers.get("sec-fetch-site") in {"cross-site", "same-site"} and headers.get("sec-fetch-mode") != "navigate"


def _comes_from_here(headers: Headers) -> bool:
    """Whether a page of ours sent this: the browser says so itself, or at least from where it comes."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    origin = urlsplit(headers.get("origin", ""))
    return origin.scheme in {"http", "https"} and origin.netloc == headers.get("host")
