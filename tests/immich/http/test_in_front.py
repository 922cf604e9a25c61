"""What is shown to a login in front of Immich, and to nobody else."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import ConfigurationError, NotImmich, Refused, Unreachable
from immich_smart_albums.immich.http.client import Http
from immich_smart_albums.immich.http.connection import Address
from immich_smart_albums.model.text.secret import Secret
from tests.immich.http.test_tls import certificate  # noqa: F401 - a fixture
from tests.support.bare_server import BareServer, answer, json

if TYPE_CHECKING:
    from pathlib import Path

    from immich_smart_albums.immich.http.exchange import Exchange

GOOD = json(b"[]")
TOKEN = "very-secret-token"
HEADERS = {"CF-Access-Client-Secret": Secret(TOKEN), "X-Flag": Secret("1")}


def http(url: str, **options: object) -> Http:
    return Http(Address.parse(url), Secret("the-key"), headers=HEADERS, **options)  # type: ignore[arg-type]


def test_headers_go_with_every_request_beside_our_own() -> None:
    with BareServer(GOOD) as bare:
        http(bare.url).get("/tags")
        http(bare.url).post("/search/metadata", {})
    for request in bare.requests:
        assert f"CF-Access-Client-Secret: {TOKEN}\r\n" in request
        assert "x-api-key: the-key\r\n" in request
        assert "user-agent: immich-smart-albums\r\n" in request


def test_the_programs_name_may_be_another() -> None:
    with BareServer(GOOD) as bare:
        address = Address.parse(bare.url)
        Http(address, Secret("the-key"), headers={"User-Agent": Secret("Known to the proxy")}).get("/tags")
    assert "User-Agent: Known to the proxy" in bare.requests[0]
    assert "immich-smart-albums" not in bare.requests[0]


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_gets_no_token(status: str) -> None:
    with BareServer(GOOD) as other:
        elsewhere = answer(status, location=f"{other.url}/api/tags?{TOKEN}")
        with BareServer(elsewhere) as bare, pytest.raises(NotImmich) as caught:
            http(bare.url).get("/tags")
        assert other.connections == 0
    assert TOKEN not in f"{caught.value.message} {caught.value.hint}"


def test_no_token_is_told_and_short_values_change_no_message() -> None:
    exchanges: list[Exchange] = []
    echo = answer("400 Bad", b'{"message": "1 header: %s"}' % TOKEN.encode(), content_type="application/json")
    with BareServer(echo) as bare, pytest.raises(Refused, match=r"1 header: \*\*\*") as caught:
        http(bare.url, on_exchange=exchanges.append).get("/tags")
    assert TOKEN not in repr(exchanges) + str(caught.value)


@pytest.fixture
def picky(certificate: Path) -> ssl.SSLContext:  # noqa: F811
    """A proxy that talks only to those who show a certificate that it knows."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    context.load_verify_locations(certificate)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


def test_a_certificate_is_shown_where_it_is_asked_for(picky: ssl.SSLContext, certificate: Path) -> None:  # noqa: F811
    with BareServer(GOOD, tls=picky) as bare:
        address = Address(bare.url, certificate, certificate)
        assert Http(address, Secret("the-key")).get("/tags") == b"[]"
        key = certificate.with_name("key.pem")
        address = Address(bare.url, certificate, certificate.with_name("certificate.pem"), key)
        assert Http(address, Secret("the-key")).get("/tags") == b"[]"
    with BareServer(GOOD, tls=picky) as bare, pytest.raises(Unreachable):
        Http(Address(bare.url, certificate), Secret("the-key")).get("/tags")


def test_a_certificate_that_cannot_be_used_is_told(certificate: Path, tmp_path: Path) -> None:  # noqa: F811
    (tmp_path / "text.pem").write_text("no certificate")
    for file, key in (("gone.pem", None), ("text.pem", None), ("text.pem", "gone.key")):
        address = Address("https://127.0.0.1", certificate, tmp_path / file, tmp_path / key if key else None)
        with pytest.raises(ConfigurationError, match=f"--client-cert: .*{file}.*cannot be used") as caught:
            Http(address, Secret("the-key"))
        assert caught.value.problems[0].hint
    only = certificate.with_name("certificate.pem")
    with pytest.raises(ConfigurationError, match="in the same file cannot be used"):
        Http(Address("https://127.0.0.1", certificate, only), Secret("the-key"))
    with pytest.raises(ConfigurationError, match="over https only"):
        Http(Address("http://127.0.0.1", None, certificate), Secret("the-key"))
