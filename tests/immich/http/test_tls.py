"""Encrypted connections are checked, and an own certificate authority can be given."""

from __future__ import annotations

import ssl
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import ConfigurationError, NotImmich, Unreachable
from immich_smart_albums.immich.http.client import Http
from immich_smart_albums.immich.http.connection import Address
from immich_smart_albums.model.text.secret import Secret
from tests.support.bare_server import BareServer, json
from tests.support.certificates import self_signed

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox import Sandbox

GOOD = json(b'{"major":3,"minor":1,"patch":0}')


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def http_with(url: str, ca_file: Path | None = None) -> Http:
    return Http(Address.parse(url, ca_file), Secret("the-key"))


def test_a_certificate_that_nobody_has_signed_is_refused_and_the_key_is_not_sent(tls: ssl.SSLContext) -> None:
    with BareServer(GOOD, tls=tls) as bare, pytest.raises(Unreachable) as caught:
        http_with(bare.url).get("/server/version")
    assert bare.requests == []
    assert bare.connections == 1  # it will not be signed a moment later
    message = caught.value.message
    assert message.startswith(f"GET /server/version: the secure connection to {bare.url} failed: ")
    assert "certificate verify failed" in message
    assert caught.value.hint
    assert "--ca FILE" in caught.value.hint


def test_a_certificate_is_trusted_when_its_file_is_given(tls: ssl.SSLContext, certificate: Path) -> None:
    with BareServer(GOOD, tls=tls) as bare:
        assert http_with(bare.url, certificate).get("/server/version")


@pytest.mark.parametrize("variable", ["REQUESTS_CA_BUNDLE", "SSL_CERT_FILE"])
def test_a_certificate_is_trusted_when_the_environment_names_its_file(
    tls: ssl.SSLContext, certificate: Path, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, str(certificate))
    with BareServer(GOOD, tls=tls) as bare:
        assert http_with(bare.url).get("/server/version")


def test_a_certificate_for_another_name_is_refused(tls: ssl.SSLContext, certificate: Path) -> None:
    with BareServer(GOOD, tls=tls) as bare, pytest.raises(Unreachable, match="certificate verify failed"):
        http_with(bare.url.replace("127.0.0.1", "localhost"), certificate).get("/server/version")
    assert bare.requests == []


def test_https_where_plain_http_is_spoken_is_told(newest: Sandbox) -> None:
    with pytest.raises(Unreachable, match=r"what listens at https://.* does not speak https"):
        http_with(newest.url.replace("http://", "https://")).get("/server/version")


def test_a_file_that_holds_no_certificates_is_told_with_its_name(tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("not a certificate", encoding="utf-8")
    for ca_file in (wrong, tmp_path / "missing.pem"):
        with pytest.raises(ConfigurationError) as caught:
            http_with("https://photos.example.org", ca_file)
        (problem,) = caught.value.problems
        assert problem.where == "--ca"
        assert problem.message.startswith(f"{ca_file} is no file of certificate authorities: ")
        assert problem.hint


def test_a_wrong_file_in_the_environment_is_told_with_its_variable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing.pem"))
    with pytest.raises(ConfigurationError) as caught:
        http_with("https://photos.example.org")
    assert caught.value.problems[0].where == "SSL_CERT_FILE"
    http_with("http://photos.example.org")  # which needs no certificates


def test_http_where_https_is_spoken_is_told(tls: ssl.SSLContext, certificate: Path) -> None:
    with BareServer(GOOD, tls=tls) as bare:
        http = http_with(bare.url.replace("https://", "http://"))
        with pytest.raises(Unreachable) as caught:
            http.send("GET", "/server/version", None, repeat=False)
    assert caught.value.hint is not None
    assert "write https://" in caught.value.hint


@pytest.mark.parametrize(
    "words", ["The plain HTTP request was sent to HTTPS port", "Client sent an HTTP request to an HTTPS server."]
)
def test_a_port_that_says_that_it_speaks_https_is_understood(words: str, newest: Sandbox) -> None:
    newest.faults.answer(400, words.encode(), "text/html", path="/api/server/version")
    with pytest.raises(NotImmich, match="this port speaks https"):
        http_with(newest.url).get("/server/version")
