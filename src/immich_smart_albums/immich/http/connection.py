"""The server's address, connections to it, and our errors for failures on the way there."""

from __future__ import annotations

import ipaddress
import os
import ssl
from dataclasses import dataclass
from http.client import IncompleteRead as HttpIncompleteRead
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

import urllib3
from urllib3.exceptions import (
    ConnectTimeoutError,
    HTTPError,
    IncompleteRead,
    LocationParseError,
    NameResolutionError,
    NewConnectionError,
    ProtocolError,
    ProxyError,
    ProxySchemeUnknown,
    ReadTimeoutError,
    SSLError,
)
from urllib3.util import parse_url

from immich_smart_albums.errors import ConfigurationError, Problem, ServerError, Unreachable

if TYPE_CHECKING:
    from pathlib import Path

_CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


@dataclass(frozen=True, slots=True)
class Address:
    """A server: `base` is what people open in a browser, without a trailing slash or `/api`."""

    base: str
    ca_file: Path | None = None
    """PEM file of an own certificate authority."""
    client_cert: Path | None = None
    """PEM file of the client certificate."""
    client_key: Path | None = None
    """PEM file of its key, if that is not in the same file."""

    @classmethod
    def parse(cls, text: str, ca_file: Path | None = None) -> Address:
        """Returns the address that people mean. Raises ValueError with what is wrong."""
        base = text.strip().rstrip("/").removesuffix("/api").rstrip("/")
        parts = urlsplit(base)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            # The text may contain a password, so it is not repeated.
            message = "that is no server address; write it as http://immich.local:2283 or https://photos.example.org"
            raise ValueError(message)
        if parts.username or parts.password or parts.query or parts.fragment:
            message = "a server address has no user, password, query or fragment"
            raise ValueError(message)
        parts.port  # noqa: B018 - raises ValueError for a port that is none
        return cls(base, ca_file)

    @property
    def api(self) -> str:
        """The address of the API."""
        return f"{self.base}/api"

    @property
    def is_loopback(self) -> bool:
        """Whether the server is on this machine; compression then costs more than it saves."""
        host = urlsplit(self.base).hostname or ""
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def make_pool(
    address: Address, concurrency: int, connect: float, read: float
) -> tuple[urllib3.HTTPConnectionPool | urllib3.ProxyManager, str]:
    """Returns connections to one server, and the prefix for paths of its API.

    Variables of the environment for proxies and certificate authorities count, as for other tools. Raises
    ConfigurationError for a proxy or certificates that cannot be used.
    """
    parts = urlsplit(address.base)
    timeout = urllib3.Timeout(connect=connect, read=read)
    proxy = getproxies().get(parts.scheme)
    if proxy and proxy_bypass(parts.netloc):
        proxy = None
    # Reading the certificate authorities takes longer than a request to a server nearby, so it is done only if needed.
    if address.client_cert is not None and parts.scheme != "https":
        hint = "Give the server's address with https://, or leave the certificate out."
        message = "a certificate is shown over https only"
        raise ConfigurationError((Problem("--client-cert", message, hint),))
    context = _trusted(address) if "https" in {parts.scheme, urlsplit(proxy or "").scheme} else None
    if proxy:
        try:
            manager = urllib3.ProxyManager(
                proxy,
                maxsize=concurrency,
                block=True,
                timeout=timeout,
                ssl_context=context,
                proxy_headers=_proxy_headers(proxy),
            )
        except (ProxySchemeUnknown, LocationParseError):
            hint = "Proxies are written as http://host:port or https://host:port; NO_PROXY names hosts without one."
            where = f"{parts.scheme.upper()}_PROXY"
            raise ConfigurationError((Problem(where, "this proxy cannot be used", hint),)) from None
        return manager, address.api
    connections = urllib3.PoolManager(maxsize=concurrency, block=True, timeout=timeout, ssl_context=context)
    # A manager would look up the server for each request.
    return connections.connection_from_url(address.base), parse_url(address.api).path or ""


def _proxy_headers(proxy: str) -> dict[str, str] | None:
    """The headers for a proxy with a login, `http://user:password@host:port`. None without one."""
    parts = urlsplit(proxy)
    if not parts.username:
        return None
    return urllib3.make_headers(proxy_basic_auth=f"{unquote(parts.username)}:{unquote(parts.password or '')}")


def _trusted(address: Address) -> ssl.SSLContext:
    """The certificate authorities to trust: those of the file, else of the environment, else of this machine."""
    variable = next((name for name in _CA_VARIABLES if os.environ.get(name)), None)
    ca_file = address.ca_file or (os.environ[variable] if variable else None)
    try:
        context = ssl.create_default_context(cafile=str(ca_file) if ca_file else None)
    except OSError as error:
        where = "--ca" if address.ca_file else variable or "certificate authorities"
        message = f"{ca_file} is no file of certificate authorities: {error.strerror or error}"
        hint = "It holds certificates as text, each between BEGIN CERTIFICATE and END CERTIFICATE."
        raise ConfigurationError((Problem(where, message, hint),)) from None
    if address.client_cert is not None:
        _show_certificate(context, address.client_cert, address.client_key)
    return context


def _show_certificate(context: ssl.SSLContext, certificate: Path, key: Path | None) -> None:
    try:
        # Without a password, OpenSSL would ask for one. With an empty one, it refuses a key that has one.
        context.load_cert_chain(certificate, key, password="")
    except (OSError, ValueError) as error:
        reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
        message = f"{certificate} and its key {key or 'in the same file'} cannot be used: {reason}"
        hint = "Both are PEM files, and the key has no passphrase; --client-key names the key's file."
        raise ConfigurationError((Problem("--client-cert", message, hint),)) from None


def translate_error(error: HTTPError, request: str, address: Address) -> ServerError:
    """Returns our error for a failure on the way to the server or back, with a hint."""
    failure = _translate(error, request, address)
    if not isinstance(error, SSLError | NameResolutionError | NewConnectionError):
        failure.retry = "yes"
    elif not isinstance(error, SSLError):
        failure.retry = "if known"
    failure.may_be_running = isinstance(error, ReadTimeoutError)
    return failure


def _translate(error: HTTPError, request: str, address: Address) -> ServerError:
    base = address.base
    match error:
        case SSLError():
            return _insecure(error, request, base)
        case NameResolutionError():
            hint = "Check --server (or IMMICH_SERVER_URL) for a typo."
            return Unreachable(f"{request}: no such host: {base}", hint=hint)
        case NewConnectionError():  # in urllib3 a subclass of ConnectTimeoutError
            hint = "Is Immich running, and is the port right? Immich's own port is 2283."
            return Unreachable(f"{request}: nothing listens at {base}: {_reason(error)}", hint=hint)
        case ConnectTimeoutError():
            hint = "Is the server switched on, and reachable from this machine?"
            return Unreachable(f"{request}: {base} does not answer", hint=hint)
        case ProxyError():
            hint = "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY."
            return Unreachable(f"{request}: the proxy on the way to {base} failed: {_reason(error)}", hint=hint)
        case ReadTimeoutError():
            hint = "The server is busy or stuck; try again later, or allow more with --timeout."
            return Unreachable(f"{request}: {base} stopped answering", hint=hint)
        case IncompleteRead() | ProtocolError(args=(*_, HttpIncompleteRead())):
            hint = "Nothing of a half answer is used. Try again; if it stays, look at the server's log."
            return Unreachable(f"{request}: the answer of {base} was cut short", hint=hint)
        case ProtocolError():
            hint = "The server may have restarted. Try again; if it stays, look at the server's log."
            hint += " If that port speaks https, write https:// in the server's address." * base.startswith("http://")
            return Unreachable(f"{request}: the connection to {base} broke: {_reason(error)}", hint=hint)
        case _:
            return Unreachable(f"{request}: talking to {base} failed: {_reason(error)}")


def _insecure(error: SSLError, request: str, base: str) -> Unreachable:
    words = str(error).lower()
    if any(phrase in words for phrase in ("wrong version number", "wrong_version_number", "record layer")):
        hint = "Write http:// in place of https:// in the server's address, or give the port for https."
        return Unreachable(f"{request}: what listens at {base} does not speak https", hint=hint)
    hint = "Give your own certificate authority with --ca FILE, or check the address and the server's date."
    return Unreachable(f"{request}: the secure connection to {base} failed: {_reason(error)}", hint=hint)


def _reason(error: BaseException) -> str:
    """The innermost reason in words, without the objects that urllib3 puts in front."""
    inner = error.args[-1] if error.args and isinstance(error.args[-1], BaseException) else None
    if inner is not None:
        return _reason(inner)
    cause = error.__cause__
    if cause is not None and isinstance(cause, OSError):
        return cause.strerror or str(cause)
    if isinstance(error, OSError):
        return error.strerror or str(error)
    text = str(error)
    return text.rsplit(": ", 1)[-1] if " object at 0x" in text else text
