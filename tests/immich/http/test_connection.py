"""Where the server is: addresses as people write them, and proxies that the environment names."""

from __future__ import annotations

import socket
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import ConfigurationError, Refused, Unreachable
from immich_smart_albums.immich.http.connection import Address
from tests.support.bare_server import BareServer, answer, json, page
from tests.support.immich_clients import http_to, server_at

if TYPE_CHECKING:
    from immich_sandbox import Sandbox

GOOD = json(b'{"major":3,"minor":1,"patch":0}')


@pytest.mark.parametrize(
    ("text", "base"),
    [
        ("http://immich.local:2283", "http://immich.local:2283"),
        (" https://photos.example.org/ ", "https://photos.example.org"),
        ("http://immich.local:2283/api", "http://immich.local:2283"),
        ("http://immich.local:2283/api/", "http://immich.local:2283"),
        ("https://example.org/photos//", "https://example.org/photos"),
        ("http://[::1]:2283", "http://[::1]:2283"),
    ],
)
def test_an_address_is_read_as_people_write_it(text: str, base: str) -> None:
    assert Address.parse(text) == Address(base)
    assert Address.parse(text).api == f"{base}/api"


@pytest.mark.parametrize("text", ["", "immich.local:2283", "ftp://immich.local", "http://", "photos", "/api"])
def test_what_is_no_address_is_told_with_an_example(text: str) -> None:
    with pytest.raises(ValueError, match=r"is no server address; write it as http://immich\.local:2283"):
        Address.parse(text)


@pytest.mark.parametrize(
    "text", ["http://me@immich.local", "http://me:secret@immich.local", "http://x/?a=1", "http://x/#top"]
)
def test_an_address_has_no_user_password_query_or_fragment_and_the_message_shows_none(text: str) -> None:
    with pytest.raises(ValueError, match="no user, password, query or fragment") as caught:
        Address.parse(text)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("text", ["http://immich.local:99999", "http://immich.local:port", "http://[::1"])
def test_a_wrong_port_or_bracket_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"[Pp]ort|IPv6"):
        Address.parse(text)


def test_a_certificate_file_is_part_of_an_address() -> None:
    assert Address.parse("https://x", Path("ca.pem")).ca_file == Path("ca.pem")


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("[::1]", True),
        ("localhost", True),
        ("immich", False),
        ("10.0.0.1", False),
    ],
)
def test_this_machine_is_known_as_such(host: str, expected: bool) -> None:
    assert Address.parse(f"http://{host}:2283").is_loopback is expected


def test_a_trailing_slash_or_api_makes_no_difference(newest: Sandbox) -> None:
    for ending in ("", "/", "/api", "/api/"):
        assert server_at(newest.url + ending, newest.keys["alice"]).directory.me().name == "Alice"


@pytest.mark.parametrize("variable", ["http_proxy", "HTTP_PROXY"])
def test_a_proxy_of_the_environment_is_used(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with BareServer(GOOD) as proxy:
        monkeypatch.setenv(variable, proxy.url)
        assert str(server_at("http://photos.example.org:2283").version) == "3.1.0"
    assert proxy.requests[0].startswith("GET http://photos.example.org:2283/api/server/version HTTP/1.1\r\n")


@pytest.mark.parametrize("exception", ["127.0.0.1", "*", "localhost,127.0.0.1"])
def test_a_server_that_needs_no_proxy_is_reached_without(
    newest: Sandbox, exception: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with BareServer(page("502 Bad Gateway", "Not my job")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        monkeypatch.setenv("no_proxy", exception)
        assert server_at(newest).directory.me().name == "Alice"
    assert proxy.connections == 0


def test_a_proxy_that_is_not_there_is_told_apart_from_a_server_that_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")
    with pytest.raises(Unreachable) as caught:
        server_at("http://photos.example.org")
    message = caught.value.message
    assert message.startswith("GET /server/version: the proxy on the way to http://photos.example.org failed: ")
    assert "refused" in message
    assert "0x" not in message
    assert caught.value.hint == "Check HTTP_PROXY, HTTPS_PROXY and NO_PROXY."


def test_a_proxy_that_refuses_a_secure_connection_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with BareServer(answer("403 Forbidden")) as proxy:
        monkeypatch.setenv("https_proxy", proxy.url)
        with pytest.raises(Unreachable, match=r"the proxy on the way to https://photos\.example\.org failed: .*403"):
            server_at("https://photos.example.org", "the-key")
    assert proxy.requests[0].startswith("CONNECT photos.example.org:443 HTTP/1.")
    assert "the-key" not in "".join(proxy.requests)


def test_a_proxys_own_error_page_is_told_as_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    with BareServer(page("504 Gateway Timeout", "Squid")) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        with pytest.raises(Refused, match="was answered 504: Squid"):
            server_at("http://photos.example.org")


@pytest.mark.parametrize("proxy", ["socks5://127.0.0.1:1080", "http://127.0.0.1:port"])
def test_a_proxy_that_cannot_be_used_is_told_with_its_variable_and_without_its_password(
    proxy: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", proxy.replace("//", "//me:secret@"))
    with pytest.raises(ConfigurationError) as caught:
        http_to("http://photos.example.org")
    (problem,) = caught.value.problems
    assert problem.where == "HTTP_PROXY"
    assert problem.message == "this proxy cannot be used"
    assert problem.hint
    assert "http://host:port" in problem.hint
    assert "secret" not in str(problem) + problem.hint


@pytest.mark.parametrize(("who", "sent"), [("me:p%40ss", "bWU6cEBzcw=="), ("me", "bWU6")])
def test_a_proxy_that_asks_who_we_are_is_told(who: str, sent: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with BareServer(GOOD) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url.replace("//", f"//{who}@"))
        server_at("http://photos.example.org")
    assert f"proxy-authorization: Basic {sent}" in proxy.requests[0]
