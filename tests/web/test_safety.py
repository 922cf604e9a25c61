"""Who may ask the studio, from where, and what a browser may do with its answers."""

from __future__ import annotations

import re
import socket
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.web.application import routes
from immich_smart_albums.web.safety import Policy

from .conftest import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Opened

pytestmark = pytest.mark.untraced

PHOTO = "11111111-1111-4111-8111-111111111111"
TOKEN = "a-token-that-nobody-guesses"


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opened]:
    """One for all tests: what is refused changes nothing."""
    with Sandbox(generate(600)) as sandbox, opened(sandbox, tmp_path_factory.mktemp("studio")) as running:
        yield running


PATHS = ("/", "/albums", "/album?name=Dogs", "/plan", "/static/studio.css", "/nothing", "/picture/no-id")


def test_every_answer_lets_a_browser_do_nothing_but_what_is_needed(page: Opened) -> None:
    for path in PATHS:
        headers = page.request("GET", path).headers
        assert headers["x-content-type-options"] == "nosniff", path
        assert headers["referrer-policy"] == "same-origin"
        assert (
            "frame-ancestors 'none'" in headers["content-security-policy"]
            or "sandbox" in headers["content-security-policy"]
        )
        assert "default-src 'none'" in headers["content-security-policy"]
        assert "unsafe-inline" not in headers["content-security-policy"]
        assert "server" not in headers


def test_pages_hold_no_inline_script_or_style_and_name_no_other_host(page: Opened) -> None:
    for path in (
        "/",
        "/albums",
        "/album?name=Dogs",
        "/plan",
        "/plan-body",
        "/history",
        "/check",
        "/check-body",
        "/new",
    ):
        text = page.request("GET", path).text
        assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\bstyle=|\bon\w+=", text), path
        for address in re.findall(r'(?:src|href)="([^"]+)"', text):
            is_immich = address.startswith(page.sandbox.url) and "src=" not in address
            assert is_immich or not re.match(r"[a-z]+:|/", address), f"{path}: {address}"


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "localhost.evil.example",
        "192.168.1.5",
        "",
        "[::1",
        "[::1]]",
        "127.0.0.1@evil.example",
        "evil.example@localhost",
        "localhost/evil",
        "localhost#evil",
        "localhost:abc",
        "localhost:80:80",
        "localhost,evil.example",
        "127.1",
        "2130706433",
        "[::ffff:127.0.0.1]",
    ],
)
def test_another_name_gets_nothing(page: Opened, host: str) -> None:
    answer = page.request("GET", "/albums", headers={"host": host})
    assert answer.status in {400, 421}
    assert b"Dogs" not in answer.body


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "localhost.", "127.0.0.1", "[::1]:8765"])
def test_this_machine_has_several_names(page: Opened, host: str) -> None:
    assert page.request("GET", "/", headers={"host": host}).status == 200


def test_what_a_proxy_says_of_itself_and_an_address_in_the_request_line_count_for_nothing(page: Opened) -> None:
    headers = {"x-forwarded-host": "evil.example", "x-forwarded-proto": "https", "x-forwarded-prefix": "//evil.example"}
    answer = page.request("GET", "/albums", headers=headers)
    assert answer.status == 200
    assert "evil.example" not in answer.text
    assert page.request("GET", "http://localhost/albums", headers={"host": "evil.example"}).status == 421
    assert page.request("GET", "http://evil.example/albums").status == 404


@pytest.mark.parametrize("path", ["/static", "/albums/", "/album/", "//evil.example/albums/", "/%2f%2fevil.example/"])
def test_no_address_leads_anywhere_else(page: Opened, path: str) -> None:
    answer = page.request("GET", path)
    assert answer.status == 404
    assert "location" not in answer.headers


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_another_page_has_no_part_of_ours_in_it_but_may_lead_to_it(page: Opened, site: str) -> None:
    page.get("albums")
    page.sandbox.clear_requests()
    for path in ("/plan-body", "/static/studio.js", "/albums"):
        for mode in ("no-cors", "cors", "websocket"):
            headers = {"sec-fetch-site": site, "sec-fetch-mode": mode}
            assert page.request("GET", path, headers=headers).status == 403
    assert page.sandbox.requests == []
    assert page.request("GET", "/", headers={"sec-fetch-site": site, "sec-fetch-mode": "navigate"}).status == 200


def test_what_is_no_request_is_refused_as_safely(page: Opened, capfd: pytest.CaptureFixture[str]) -> None:
    for data in (b"\x16\x03\x01\r\n\r\n", b"GET / HTTP/1.1\r\n\r\n", b"GET / HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n"):
        with socket.create_connection(("127.0.0.1", page.port), timeout=60) as connection:
            connection.sendall(data)
            answer = connection.makefile("rb").read()
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert b"default-src 'none'" in answer
        assert b"nosniff" in answer
    assert page.request("GET", "/", headers={"connection": "upgrade", "upgrade": "websocket"}).status == 200
    assert capfd.readouterr().err == ""


def test_nobody_holds_connections_for_nothing(page: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("immich_smart_albums.web.connection.IDLE_TIMEOUT", 0.05)
    address = "127.0.0.1", page.port
    with socket.create_connection(address, timeout=60) as silent, socket.create_connection(address, timeout=60) as slow:
        slow.sendall(b"GET / HTTP/1.1\r\nx: ")
        assert silent.recv(1) == b""
        assert slow.recv(1) == b""
    with socket.create_connection(address, timeout=60) as connection:
        connection.sendall(b"GET /job HTTP/1.1\r\nhost: localhost\r\n\r\nGET /")
        assert connection.makefile("rb").read().endswith(b"}")
    monkeypatch.setattr("immich_smart_albums.web.connection.MOST_CONNECTIONS", 0)
    with socket.create_connection(address, timeout=60) as connection:
        assert connection.makefile("rb").read().startswith(b"HTTP/1.1 503 ")


def test_what_a_page_sends_has_to_come_in_time(page: Opened, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("immich_smart_albums.web.routes.parameters.FORM_TIMEOUT", 0.05)
    head = "POST /stop HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\nsec-fetch-site: same-origin\r\n"
    with socket.create_connection(("127.0.0.1", page.port), timeout=60) as connection:
        connection.sendall(f"{head}content-type: application/json\r\ncontent-length: 10\r\n\r\n{{".encode())
        answer = connection.makefile("rb").read()
    assert answer.startswith(b"HTTP/1.1 400 ")
    assert b"too slowly" in answer


def test_a_bug_shows_no_more_than_that_it_is_one(
    page: Opened, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("what nobody is to see")

    monkeypatch.setattr(page.studio.rules, "open", fail)
    for path in ("/new", "/album?name=Dogs", "/albums", "/status", "/progress"):
        answer = page.request("GET", path)
        assert answer.status == (200 if path == "/progress" else 500), path
        assert "nobody is to see" not in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]
    stderr = capfd.readouterr().err
    assert "this is a bug in immich-smart-albums: RuntimeError" in stderr
    assert "Traceback" not in stderr
    assert "nobody is to see" not in stderr


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"sec-fetch-site": "none"},
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"origin": "http://127.0.0.1:1"},
        {"sec-fetch-site": "cross-site", "origin": "OWN"},
    ],
)
@pytest.mark.parametrize("path", ["/save", "/create", "/apply", "/stop", "/preview"])
def test_nothing_is_written_for_another_page(page: Opened, path: str, headers: dict[str, str]) -> None:
    own = page.url.rstrip("/")
    headers = {name: own if value == "OWN" else value for name, value in headers.items()}
    before = page.file.read_bytes()
    answer = page.request("POST", path, {"name": "Dogs"}, {"content-type": "application/json", **headers})
    assert answer.status == 403
    assert page.file.read_bytes() == before


def test_a_browser_that_tells_only_its_origin_may_write(page: Opened) -> None:
    headers = {"content-type": "application/json", "origin": page.url.rstrip("/")}
    assert page.request("POST", "/stop", {}, headers).status == 200


def test_what_is_no_form_of_ours_is_refused(page: Opened) -> None:
    site = {"sec-fetch-site": "same-origin"}
    assert page.request("POST", "/stop", b"name=x", {**site, "content-type": "text/plain"}).status == 400
    for body in (b"[", b"[1]", b'{"name": 1}', b"\xff", b'{"name": "' + b"x" * 6_000_000 + b'"}'):
        answer = page.request("POST", "/save", body, {**site, "content-type": "application/json"})
        assert answer.status == 400
        assert ("too long" in answer.text) == (len(body) > 1000)


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_do_nothing(page: Opened, method: str) -> None:
    assert page.request(method, "/save", headers={"sec-fetch-site": "same-origin"}).status == 405


def test_read_only_refuses_whatever_is_no_get_and_no_get_changes_anything(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, Policy(read_only=True)) as page:
        paths = [route.path for route in routes(page.studio)]
        assert len(paths) > 30
        for path in paths:
            for method in ("POST", "PUT", "DELETE", "PATCH"):
                headers = {"content-type": "application/json", "sec-fetch-site": "same-origin"}
                answer = page.request(method, path.replace("{id}", PHOTO), {"name": "Dogs"}, headers)
                assert answer.status == (403 if method == "POST" else 405), path
        preview = page.get("preview", name="Dogs").json["preview"]
        photo = next(asset.id for asset in sandbox.library.timeline)
        parameters = {"name": "Dogs", "preview": preview, "tab": "added", "id": photo, "word": "person", "run": "1"}
        before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        sandbox.clear_requests()
        for path in paths:
            page.get(path.strip("/").replace("{id}", photo), path=str(page.file), **parameters)
        page.studio.reader.wait()
        after = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
        # What searches found is remembered; that is all.
        assert {path.name for path in after if after[path] != before.get(path)} <= {"searches.db"}
        assert before.keys() <= after.keys()
        assert sandbox.requests
        assert all(
            request.method == "GET" or request.path.startswith(("/api/search", "/api/timeline"))
            for request in sandbox.requests
        )
        text = page.get("album", name="Dogs").text
        assert "data-save" not in text
        assert "readonly" in text
        assert "data-apply" not in page.get("plan-body").text
        assert "new" not in re.findall(r'href="([^"]+)"', page.get("").text)


@pytest.fixture
def guarded(sandbox: Sandbox, tmp_path: Path) -> Iterator[Opened]:
    with opened(sandbox, tmp_path, Policy(any_address=True, token=TOKEN)) as running:
        yield running


def test_without_the_token_nothing_is_shown(guarded: Opened) -> None:
    for path in (*PATHS, "/?token=", "/?token=wrong", f"/?token={TOKEN}x", f"/?token={TOKEN[:-1]}", "/?token=%ff"):
        assert guarded.request("GET", path).status == 401, path
    assert guarded.post("stop").status == 401
    name = Policy(token=TOKEN).cookie_name
    other = Policy(token="a-token-of-another-studio")
    cookies = (
        f"{name}=",
        f"{name}={TOKEN}",
        f"{name}=x",
        f"{name}={other.cookie}",
        f"{other.cookie_name}=x",
        "other=1",
    )
    assert name != other.cookie_name  # so that neither takes the place of the other one
    assert all(guarded.request("GET", "/", headers={"cookie": cookie}).status == 401 for cookie in cookies)


def test_the_token_leaves_the_address_for_a_cookie(guarded: Opened) -> None:
    answer = guarded.request("GET", f"/album?name=Dogs&token={TOKEN}")
    assert answer.status == 303
    assert answer.headers["location"] == "./album?name=Dogs"
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "samesite=strict" in cookie.lower()
    assert TOKEN not in cookie
    held = {"cookie": cookie.partition(";")[0]}
    assert guarded.request("GET", "/album?name=Dogs", headers=held).status == 200
    # What can be pointed elsewhere is a name; an address cannot.
    assert guarded.request("GET", "/", headers={**held, "host": "192.168.1.5:80"}).status == 200
    assert guarded.request("GET", "/", headers={**held, "host": "evil.example"}).status == 421


def test_a_page_that_is_named_may_frame_it(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, Policy(frame="https://home.example.org")) as page:
        headers = page.get("").headers
        assert "frame-ancestors https://home.example.org" in headers["content-security-policy"]
        assert "x-frame-options" not in headers


@pytest.mark.parametrize(
    "path",
    [
        "/picture/..%2f..%2fapi%2fusers%2fme",
        "/picture/x",
        "/picture/",
        "/picture/11111111-1111-1111-8111-111111111111",
        "/face/%2e%2e%2fserver%2fversion",
        "/cover/a%3fb",
        "/picture/11111111-1111-4111-8111-111111111111%2f..%2f..",
        "/static/..%2f..%2fserver.py",
        "/static/../studio.py",
    ],
)
def test_only_pictures_are_passed_on_and_only_by_id(page: Opened, path: str) -> None:
    page.get("albums")
    page.sandbox.clear_requests()
    assert page.request("GET", path).status in {403, 404}
    assert page.sandbox.requests == []


def test_pictures_come_with_the_word_of_the_server_on_keeping_them(page: Opened) -> None:
    photo = next(asset.id for asset in page.sandbox.library.timeline if asset.deleted_at is None)
    answer = page.get(f"picture/{photo}")
    assert answer.status == 200
    assert answer.headers["content-type"].startswith("image/")
    assert "max-age=86400" in answer.headers["cache-control"]
    assert "sandbox" in answer.headers["content-security-policy"]
    again = page.request("GET", f"/picture/{photo}", headers={"if-none-match": answer.headers["etag"]})
    assert again.status == 304
    assert again.body == b""
    assert page.get("picture/11111111-1111-4111-8111-111111111111").status == 404
