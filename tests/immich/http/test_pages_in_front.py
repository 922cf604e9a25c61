"""Something else than Immich answers: a login, a proxy, a redirect. It is told from a failure of Immich itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import NotImmich, Refused, ServerError, Unreachable
from immich_smart_albums.immich.http.retries import LONGEST_RETRY_AFTER, RetryPolicy
from tests.support.bare_server import BareServer, answer, json, page
from tests.support.immich_clients import http_to, ids_found_by, metadata, server_at

if TYPE_CHECKING:
    from tests.immich.conftest import Start

GOOD = json(b'{"major":3,"minor":1,"patch":0}')


def test_a_login_page_is_not_taken_for_an_empty_answer(start: Start) -> None:
    sandbox = start()
    sandbox.faults.login_page(path="/api/search/*")
    with pytest.raises(NotImmich) as caught:
        ids_found_by(server_at(sandbox), metadata())
    assert caught.value.message == "POST /search/metadata was answered 200 with a page instead of JSON: 'Log in'"
    assert caught.value.hint
    assert "must let requests to /api through" in caught.value.hint


def test_immichs_own_web_page_is_told_by_its_type(start: Start) -> None:
    sandbox = start()
    with pytest.raises(NotImmich, match="200 with a page instead of JSON"):
        http_to(sandbox.url + "/photos", sandbox.keys["alice"]).get("/server/version")


def test_a_page_without_a_title_shows_its_beginning() -> None:
    greeting = answer("200 OK", b"Welcome\nhome", content_type="text/plain")
    with BareServer(greeting) as bare, pytest.raises(NotImmich, match=r"instead of JSON: 'Welcome home'$"):
        http_to(bare.url).get("/tags")


def test_a_page_without_any_text_is_told_without_it() -> None:
    blank = answer("404 Not Found", b"", content_type="text/html")
    with BareServer(blank) as bare, pytest.raises(NotImmich, match=r"answered 404 with a page instead of JSON$"):
        http_to(bare.url).get("/tags")


@pytest.mark.parametrize("status", ["401 Unauthorized", "403 Forbidden", "404 Not Found", "413 Payload Too Large"])
def test_a_proxy_that_refuses_in_html_is_not_taken_for_immich(status: str) -> None:
    with BareServer(page(status, "Blocked")) as bare, pytest.raises(NotImmich) as caught:
        http_to(bare.url).get("/tags")
    assert caught.value.message == f"GET /tags was answered {status[:3]} with a page instead of JSON: 'Blocked'"
    assert bare.connections == 1


@pytest.mark.parametrize(
    "status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout", "429 Too Many Requests"]
)
def test_a_proxy_whose_server_is_away_is_asked_again(status: str) -> None:
    away = page(status, "nginx", retry_after="7")
    with BareServer(away, away, away, GOOD) as bare:
        assert http_to(bare.url).get("/server/version") == b'{"major":3,"minor":1,"patch":0}'
    assert bare.connections == 4


@pytest.mark.parametrize("status", ["502 Bad Gateway", "503 Service Unavailable", "504 Gateway Timeout"])
def test_a_proxy_whose_server_stays_away_is_told_with_its_words(status: str) -> None:
    with BareServer(page(status, "Come back later")) as bare, pytest.raises(Refused) as caught:
        http_to(bare.url).post("/search/metadata", {})
    assert caught.value.status == int(status[:3])
    assert caught.value.message == f"POST /search/metadata was answered {status[:3]}: Come back later"
    assert caught.value.hint == "The server has a problem of its own; look at its log, and try again."
    assert bare.connections == 4


def paused(*errors: ServerError, has_answered: bool = False) -> list[bool | float]:
    """How long one request pauses after each of these failures in turn; False is giving up."""
    policy = RetryPolicy(has_answered=has_answered)
    return [policy.pause(error) for error in errors]


def failure(status: str, **headers: str) -> ServerError:
    with BareServer(page(status, "x", **headers)) as bare, pytest.raises(ServerError) as caught:
        http_to(bare.url).send("GET", "/tags", None, repeat=False)
    assert bare.connections == 1
    return caught.value


def test_the_pause_that_a_server_asks_for_is_made_up_to_a_limit() -> None:
    assert paused(failure("503 Away", retry_after="7")) == [7.0]
    assert paused(failure("429 Slow", retry_after="0")) == [0.0]
    assert paused(failure("503 Away", retry_after="60")) == [LONGEST_RETRY_AFTER]
    assert paused(failure("503 Away", retry_after="61")) == [False]


def test_the_pause_may_be_a_moment_beside_the_answers_own() -> None:
    moment, now = "Sun, 22 Nov 2026 16:00:07 GMT", "Sun, 22 Nov 2026 16:00:00 GMT"
    assert paused(failure("503 Away", retry_after=moment, date=now)) == [7.0]
    assert paused(failure("503 Away", retry_after=now, date=moment)) == [0.0]


def test_a_pause_that_is_no_number_is_the_usual_one() -> None:
    assert paused(failure("503 Away", retry_after="Sun, 22 Nov 2026 16:00:00 GMT")) == [True]
    assert paused(failure("502 Away")) == [True]


def test_a_server_that_asks_for_too_long_a_pause_is_not_waited_for() -> None:
    away = page("503 Away", "Down until tomorrow", retry_after="86400")
    with BareServer(away, GOOD) as bare, pytest.raises(Refused, match="Down until tomorrow"):
        http_to(bare.url).get("/server/version")
    assert bare.connections == 1


def test_internal_errors_are_tried_once_more_in_all() -> None:
    internal, away = failure("500 Oops"), failure("503 Away")
    assert paused(internal, away, internal) == [True, True, False]


def test_nothing_is_repeated_that_may_not_be_and_no_other_error_ever() -> None:
    with BareServer(page("503 Away", "x")) as bare:
        with pytest.raises(ServerError):
            http_to(bare.url).send("GET", "/tags", None, repeat=False)
        assert len(bare.requests) == 1
    assert RetryPolicy(has_answered=True).pause(ValueError("a bug")) is False


def test_a_refused_connection_is_repeated_only_where_the_server_answered_before() -> None:
    error = Unreachable("nothing listens")
    error.retry = "if known"
    assert paused(error) == [False]
    assert paused(error, has_answered=True) == [True]


def test_one_internal_error_is_survived_and_two_are_not(start: Start) -> None:
    sandbox = start()
    sandbox.faults.status(500, message="Internal server error", path="/api/tags")
    http = http_to(sandbox)
    assert http.get("/tags")
    sandbox.faults.status(500, message="Internal server error", path="/api/tags", times=2)
    with pytest.raises(Refused, match="was answered 500: Internal server error"):
        http.get("/tags")
    assert len(sandbox.requests) == 4


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "307 Temporary Redirect", "308 Permanent Redirect"])
def test_a_redirect_is_told_and_not_followed_so_that_the_key_stays_here(method: str, status: str) -> None:
    with BareServer(GOOD) as other:
        target = f"{other.url}/api/search/metadata"
        with BareServer(answer(status, location=target)) as bare, pytest.raises(NotImmich) as caught:
            http_to(bare.url).send(method, "/search/metadata", {} if method == "POST" else None, repeat=True)
        assert other.connections == 0
    assert bare.connections == 1
    assert caught.value.message == f"{method} /search/metadata was redirected to {target}"
    assert caught.value.hint
    assert f"final address, probably {other.url}." in caught.value.hint


def test_a_redirect_to_nowhere_is_told_too() -> None:
    with BareServer(answer("302 Found")) as bare, pytest.raises(NotImmich, match="redirected to somewhere else"):
        http_to(bare.url).get("/tags")


@pytest.mark.parametrize("location", ["/api/login", "https://login.example.org/?next=x", "https://x/API/"])
def test_a_redirect_that_shows_no_address_gives_none(location: str) -> None:
    with BareServer(answer("302 Found", location=location)) as bare, pytest.raises(NotImmich) as caught:
        http_to(bare.url).get("/tags")
    assert caught.value.hint
    assert caught.value.hint.startswith("A login in front of Immich (Cloudflare Access, Pangolin, Authelia, …) must")
    assert "--header" in caught.value.hint
    assert "--client-cert" in caught.value.hint
