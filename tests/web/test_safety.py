"""Who may ask the studio, from where, and what a browser may do with its answers."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.web.safety import COOKIE, Policy

from .conftest import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .conftest import Opened

pytestmark = pytest.mark.untraced

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
    "host", ["evil.example", "localhost.evil.example", "192.168.1.5", "", "[::1", "127.0.0.1@evil.example"]
)
def test_another_name_gets_nothing(page: Opened, host: str) -> None:
    answer = page.request("GET", "/albums", headers={"host": host})
    assert answer.status in {400, 421}
    assert b"Dogs" not in answer.body


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:8765"])
def test_this_machine_has_several_names(page: Opened, host: str) -> None:
    assert page.request("GET", "/", headers={"host": host}).status == 200


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
        assert page.request("POST", "/save", body, {**site, "content-type": "application/json"}).status == 400


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
def test_other_methods_do_nothing(page: Opened, method: str) -> None:
    assert page.request(method, "/save", headers={"sec-fetch-site": "same-origin"}).status == 405


def test_read_only_refuses_whatever_is_no_get(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, Policy(read_only=True)) as page:
        for path in ("save", "create", "apply", "stop", "preview"):
            assert page.post(path, name="Dogs").status == 403
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
    cookies = (f"{COOKIE}=", f"{COOKIE}={TOKEN}", f"{COOKIE}=x", "other=1")
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
