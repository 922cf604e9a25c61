"""Sends requests to the server: with key, time-outs, retries where they are safe, and our own errors."""

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
from immich_smart_albums.immich.http.responses import ANY_KEY, check_picture
from immich_smart_albums.immich.http.retries import Deadline, RetryPolicy, TimeOuts
from immich_smart_albums.immich.http.worker_threads import TooLateError, WorkerThreads
from immich_smart_albums.model.stopping import never

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.immich.http.connection import Address
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.model.text.secret import Secret

T = TypeVar("T")

_SHORTEST_SECRET = 4
"""Characters. A shorter value, such as a header of 1, would be replaced in every number."""

USER_AGENT = "immich-smart-albums"

_NO_TIME = 1e-6
"""Seconds; zero would mean no limit."""


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
        self._workers = WorkerThreads()
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
        """Returns the JSON text of a GET, which is retried."""
        return self.send("GET", _with_query(path, parameters), None, repeat=True, largest=largest)

    def hint(self, path: str, parameters: Mapping[str, str] | None = None) -> bytes:
        """Returns the JSON text of a GET on which nothing depends: sent once, with a short time-out."""
        return self._send_once("GET", _with_query(path, parameters), None)[1]

    def estimate(self, path: str, body: Mapping[str, object]) -> bytes:
        """Returns the JSON text of a POST that only counts. It is sent as `hint` does."""
        return self._send_once("POST", path, body)[1]

    def date(self, path: str) -> str:
        """Returns the header `Date` of the answer to a GET. Empty without one. It is sent as `hint` does."""
        return self._send_once("GET", path, None)[0].get("date", "")

    def picture(self, path: str, *, etag: str | None, largest: int) -> tuple[Mapping[str, str], bytes]:
        """Returns headers and data of a picture. The data is empty if the picture still has this `etag`.

        `stop` does not end it, since pages go on showing pictures.
        """
        headers = {"accept": "image/*", **({} if etag is None else {"if-none-match": etag})}
        request = HttpRequest(
            "GET", path, None, largest, self._time_outs.answer, headers, check_picture, stoppable=False
        )
        return self.with_retries(lambda: self._try(request))

    def post(self, path: str, body: Mapping[str, object], *, largest: int = LARGEST) -> bytes:
        """Returns the JSON text of a POST that only reads, and is retried."""
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
        """Send one request. Returns the JSON text of the answer, which has up to `largest` bytes.

        With `repeat` it is sent again after a broken connection, a time-out, 429, 502, 503, 504, and once after 500,
        with growing pauses or that of `Retry-After`. Raises a ServerError that names the request.
        """
        request = HttpRequest(method, path, _json(body), largest, self._time_outs.answer)
        return (self.with_retries(lambda: self._try(request)) if repeat else self._try(request))[1]

    def send_secret(self, method: str, path: str, body: Mapping[str, object]) -> bytes:
        """Send a request once, with a body that no log shows. Returns and raises what `send` does."""
        request = HttpRequest(method, path, _json(body), LARGEST, self._time_outs.answer, is_private=True)
        return self._try(request)[1]

    def _send_once(self, method: str, path: str, body: Mapping[str, object] | None) -> tuple[Mapping[str, str], bytes]:
        """Headers and JSON text of the answer to a request that is sent once, with a short time-out."""
        request = HttpRequest(method, path, _json(body), LARGEST, self._time_outs.hint)
        return self._try(request)

    def with_retries(self, attempt: Callable[[], T]) -> T:
        """Returns what `attempt` returns. After a failure that may pass it is called again, after a pause.

        Raises the error of the last attempt.
        """
        policy = RetryPolicy(has_answered=self._has_answered)
        started = self._clock()
        failure: ServerError | None
        try:
            return attempt()
        except ServerError as error:
            failure = error
        # Most requests succeed at once. Only now the machinery of retries is set up, with this failure as its first.
        left = max(self._time_outs.tries - (self._clock() - started), _NO_TIME)
        for retry in stamina.retry_context(
            on=policy.pause, attempts=4, timeout=left, wait_initial=0.5, wait_max=10.0, wait_jitter=0.5
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
        status, received, failure = None, 0, None
        try:
            with self._slots:
                started = self._clock()
                status, headers, answer = self._in_time(request, Deadline(started, request.seconds))
            received = len(answer)
            self._has_answered = True
            return headers, request.check(method, path, status, headers, answer)
        except urllib3.exceptions.HTTPError as error:
            translated = translate_error(error, f"{method} {path}", self.address)
            failure = translated.message
            raise translated from error
        except ServerError as error:
            # An answer may repeat the key, or a token: neither must be shown.
            error.message = self._without_secrets(error.message)
            error.hint = error.hint and self._without_secrets(error.hint)
            if isinstance(error, Unauthorized) and error.hint and self._key.origin:
                error.hint = error.hint.replace(ANY_KEY, self._key.origin)
            error.args = (error.message,)
            failure = error.message
            raise
        finally:
            seconds = self._clock() - started
            shown = None if request.is_private else request.body
            self._on_exchange(Exchange(method, path, status, seconds, received, shown, failure))

    def _without_secrets(self, text: str) -> str:
        for secret in self._secrets:
            if len(secret.reveal()) >= _SHORTEST_SECRET:
                text = text.replace(secret.reveal(), str(secret))
        return text

    def _in_time(self, request: HttpRequest, deadline: Deadline) -> tuple[int, Mapping[str, str], bytes]:
        """One exchange, in another thread, ended when it takes too long as a whole.

        No time-out of a socket helps against a server that sends its headers byte by byte.
        """
        # Longer than the deadline that is checked while the body is read, which has the better message.
        seconds = min(self._time_outs.connect, deadline.seconds) + deadline.seconds
        try:
            return self._workers.run(lambda: self._exchange(request, deadline), seconds)
        except TooLateError:
            raise deadline.too_slow(f"{request.method} {request.path}") from None

    def _exchange(self, request: HttpRequest, deadline: Deadline) -> tuple[int, Mapping[str, str], bytes]:
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
            answer = read_body(response, name, request.largest, lambda: deadline.check(name, self._clock()))
        except BaseException:
            response.close()
            raise
        finally:
            response.release_conn()  # even of a broken one, or its place in the pool would be lost
        return response.status, response.headers, answer


def _json(body: Mapping[str, object] | None) -> bytes | None:
    return None if body is None else msgspec.json.encode(body)


def _with_query(path: str, parameters: Mapping[str, str] | None) -> str:
    return f"{path}?{urlencode(parameters)}" if parameters else path
