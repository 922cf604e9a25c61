"""One request to the server: key, time-outs, retries of what is safe to repeat, errors in our own words."""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlencode

import msgspec
import stamina
import urllib3

from immich_smart_albums.errors import ServerError, Stopped, Unauthorized
from immich_smart_albums.immich.http.body import LARGEST, read_body
from immich_smart_albums.immich.http.connection import make_pool, translate_error
from immich_smart_albums.immich.http.exchange import Exchange, HttpRequest
from immich_smart_albums.immich.http.helpers import Helpers, LateError
from immich_smart_albums.immich.http.patience import Patience, TimeOuts, Tries
from immich_smart_albums.immich.http.responses import ANY_KEY, check_picture
from immich_smart_albums.model.stopping import never

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.immich.http.connection import Address
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.model.text.secret import Secret

T = TypeVar("T")

_SHORTEST_SECRET = 4
"""Characters; what is shorter, as a header with the value 1, would be found in every number."""

USER_AGENT = "immich-smart-albums"

_NO_TIME = 1e-6
"""Seconds; none at all would be as many as it takes."""


class Http:
    """Sends requests of one API key. Thread-safe; at most `concurrency` are under way at once."""

    def __init__(  # noqa: PLR0913 - what a connection needs, each with a name
        self,
        address: Address,
        key: Secret,
        *,
        headers: Mapping[str, Secret] | None = None,
        concurrency: int = 4,
        time_outs: TimeOuts | None = None,
        on_exchange: Callable[[Exchange], None] = lambda _: None,
        stop: Stop = never,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.address = address
        self._time_outs = time_outs or TimeOuts()
        self._pool, self._api = make_pool(address, concurrency, self._time_outs.connect, self._time_outs.read)
        self._helpers = Helpers()
        self._headers = {name: value.reveal() for name, value in (headers or {}).items()} | {
            "x-api-key": key.reveal(),
            "accept": "application/json",
            "accept-encoding": "identity" if address.is_loopback else "gzip",
        }
        if not any(name.lower() == "user-agent" for name in self._headers):
            self._headers["user-agent"] = USER_AGENT
        self._key = key
        self._secrets = (key, *(headers or {}).values())
        self._slots = threading.BoundedSemaphore(concurrency)
        self._on_exchange = on_exchange
        self._stop = stop
        self._clock = clock
        self._has_answered = False

    def get(self, path: str, parameters: Mapping[str, str] | None = None, *, largest: int = LARGEST) -> bytes:
        """Returns the JSON text of a GET; repeated when it fails on the way."""
        return self.send("GET", _with_query(path, parameters), None, repeat=True, largest=largest)

    def hint(self, path: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """Returns the JSON text of a GET that is good to have and no more: asked for once, and not for long."""
        return self._send("GET", _with_query(path, parameters), None, repeat=None)[1]

    def estimate(self, path: str, body: Mapping[str, object]) -> bytes:
        """Returns the JSON text of a POST that only counts: as a hint."""
        return self._send("POST", path, body, repeat=None)[1]

    def date(self, path: str) -> str:
        """Returns when the server answered a GET, as its `Date` says. Empty if it does not say. Asked as a hint."""
        return self._send("GET", path, None, repeat=None)[0].get("date", "")

    def picture(self, path: str, *, etag: str | None, largest: int) -> tuple[Mapping[str, str], bytes]:
        """Returns headers and data of a picture; no data where it still is the one with this `etag`.

        Pages that show pictures go on when `stop` ends a run.
        """
        headers = {"accept": "image/*", **({} if etag is None else {"if-none-match": etag})}
        request = HttpRequest(
            "GET", path, None, largest, self._time_outs.answer, headers, check_picture, stoppable=False
        )
        return self.patiently(lambda: self._try(request))

    def post(self, path: str, body: Mapping[str, object], *, largest: int = LARGEST) -> bytes:
        """Returns the JSON text of a POST that only reads; repeated when it fails on the way."""
        return self.send("POST", path, body, repeat=True, largest=largest)

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        *,
        repeat: bool,
        largest: int = LARGEST,
    ) -> bytes:
        """Send one request and return the JSON text of the answer, which has up to `largest` bytes.

        With `repeat` it is sent again after a broken connection, a time-out, 502, 503, 504, and once after 500, with
        growing pauses or as long as the server's `Retry-After` says. Raises a ServerError that names the request.
        """
        return self._send(method, path, body, repeat=repeat, largest=largest)[1]

    def send_secret(self, method: str, path: str, body: Mapping[str, object]) -> bytes:
        """Send a request once, with a body that no log shows. Returns and raises what `send` does."""
        text = msgspec.json.encode(body)
        request = HttpRequest(method, path, text, LARGEST, self._time_outs.answer, is_private=True)
        return self.patiently(lambda: self._try(request), repeat=False)[1]

    def _send(
        self,
        method: str,
        path: str,
        body: Mapping[str, object] | None,
        *,
        repeat: bool | None,
        largest: int = LARGEST,
    ) -> tuple[Mapping[str, str], bytes]:
        """Headers and JSON text of a good answer; of a hint where `repeat` is None."""
        seconds = self._time_outs.hurry if repeat is None else self._time_outs.answer
        text = None if body is None else msgspec.json.encode(body)
        request = HttpRequest(method, path, text, largest, seconds)
        return self.patiently(lambda: self._try(request), repeat=bool(repeat))

    def patiently(self, attempt: Callable[[], T], *, repeat: bool = True) -> T:
        """Returns what an attempt returns. One whose failure may pass is made again, with pauses as for every request.

        Raises the failure of the last attempt.
        """
        tries = Tries(repeat=repeat, refused_too=self._has_answered)
        started = self._clock()
        failure: ServerError | None
        try:
            return attempt()
        except ServerError as error:
            failure = error
        # Nearly all are answered at once; so only now comes what repeats, and takes this failure for that of its first.
        left = max(self._time_outs.tries - (self._clock() - started), _NO_TIME)
        for retry in stamina.retry_context(
            on=tries.pause, attempts=4, timeout=left, wait_initial=0.5, wait_max=10.0, wait_jitter=0.5
        ):
            with retry:
                if failure is not None:
                    first, failure = failure, None
                    raise first
                return attempt()
        raise AssertionError  # pragma: no cover - the last attempt returns or raises

    def _try(self, request: HttpRequest) -> tuple[Mapping[str, str], bytes]:
        if request.stoppable and self._stop():
            raise Stopped
        method, path = request.method, request.path
        started = self._clock()
        status, received, trouble = None, 0, None
        try:
            with self._slots:
                started = self._clock()
                status, headers, answer = self._in_time(request, Patience(started, request.seconds))
            received = len(answer)
            self._has_answered = True
            return headers, request.check(method, path, status, headers, answer)
        except urllib3.exceptions.HTTPError as error:
            failure = translate_error(error, f"{method} {path}", self.address)
            trouble = failure.message
            raise failure from error
        except ServerError as error:
            # Whatever the server says back must not show the key, nor a token.
            error.message = self._without_secrets(error.message)
            error.hint = error.hint and self._without_secrets(error.hint)
            if isinstance(error, Unauthorized) and error.hint and self._key.origin:
                error.hint = error.hint.replace(ANY_KEY, self._key.origin)
            error.args = (error.message,)
            trouble = error.message
            raise
        finally:
            seconds = self._clock() - started
            shown = None if request.is_private else request.body
            self._on_exchange(Exchange(method, path, status, seconds, received, shown, trouble))

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            if len(secret.reveal()) >= _SHORTEST_SECRET:
                text = text.replace(secret.reveal(), str(secret))
        return text

    def _in_time(self, request: HttpRequest, patience: Patience) -> tuple[int, Mapping[str, str], bytes]:
        """One exchange, given up when it takes too long as a whole.

        In another thread: no time-out of a socket ends a server that sends its headers byte by byte.
        """
        # Longer than the body's own check, so that this is only for what that does not see.
        seconds = min(self._time_outs.connect, patience.seconds) + patience.seconds
        try:
            return self._helpers.run(lambda: self._exchange(request, patience), seconds)
        except LateError:
            raise patience.too_slow(f"{request.method} {request.path}") from None

    def _exchange(self, request: HttpRequest, patience: Patience) -> tuple[int, Mapping[str, str], bytes]:
        headers = {**self._headers, **request.headers}
        if request.body is not None:
            headers["content-type"] = "application/json"
        name = f"{request.method} {request.path}"
        response = self._pool.urlopen(
            request.method,
            f"{self._api}{request.path}",
            body=request.body,
            headers=headers,
            redirect=False,  # a redirected POST arrives as a GET or leaks the key to another host
            retries=False,
            preload_content=False,
        )
        try:
            answer = read_body(response, name, request.largest, lambda: patience.check(name, self._clock()))
        except BaseException:
            response.close()
            raise
        finally:
            response.release_conn()  # also a broken one, or its place in the pool would be lost
        return response.status, response.headers, answer


def _with_query(path: str, parameters: Mapping[str, str] | None) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path
