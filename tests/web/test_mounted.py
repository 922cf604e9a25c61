"""The studio behind a proxy that takes a path away, as Home Assistant does, and in a frame of another page."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

import pytest

from immich_smart_albums.web.safety import Policy
from tests.support.browser import needs_browser, page_of, tab
from tests.support.reverse_proxy import Front

from .conftest import opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from immich_sandbox import Sandbox

pytestmark = [needs_browser, pytest.mark.untraced]

PREFIX = "/api/hassio_ingress/a-token/studio"


def test_everything_works_below_a_path(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    """Long, for it goes to every page and does on it what is done there."""
    with (
        opened(sandbox, tmp_path) as studio,
        Front(studio, PREFIX) as front,
        tab(chromium, f"{front.url}/") as window,
    ):
        page = window.page
        requested: list[str] = []
        page.on("request", lambda request: requested.append(request.url))
        window.goto("")
        page.wait_for_selector("text=Look at the plan")
        for view in ("plan", "history", "check"):
            page.click(f"nav a[href={view}]")
            window.settled()
            assert page.url == f"{window.base}{view}"
        page.click("nav a[href='./']")
        page.click("text=Kids in Finland")
        window.until(lambda: window.count("added") > 10)
        window.until("[...document.querySelectorAll('.cell img')].some((image) => image.naturalWidth)")
        page.click(".cell >> nth=1")
        page.wait_for_selector(".panel .why")
        window.until("document.querySelector('.panel .large').naturalWidth")
        page.click("[data-do=never]")
        window.until("!document.querySelector('[data-save]').disabled")
        page.select_option("[data-add-word]", "person")
        window.until("document.querySelector('.row-form .choice img')?.naturalWidth")
        page.click("[data-row-cancel]")
        page.click("[data-close]")
        page.click("[data-save]")
        window.until(lambda: "photo:" in studio.file.read_text(encoding="utf-8"))
        window.settled()
        wanted = window.count("added")
        page.click("text=Plan and apply")
        page.click("[data-apply]")
        page.wait_for_selector("[data-ended] .notice.good")
        album = next(album for album in sandbox.library.albums.values() if album.name == "Kids in Finland")
        assert len(album.asset_ids) == wanted
        page.click("text=What was done")
        window.until("[...document.querySelectorAll('.strip img')].some((image) => image.naturalWidth)")
        page.click("text=Undo…")
        page.wait_for_selector("[data-apply]")
        assert [address for address in requested if not address.startswith(window.base)] == []


def test_a_token_is_kept_below_a_path(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    policy = Policy(any_address=True, token="a-token-that-nobody-guesses")
    with (
        opened(sandbox, tmp_path, policy) as studio,
        Front(studio, PREFIX) as front,
        tab(chromium, f"{front.url}/") as window,
    ):
        window.goto("album?name=Dogs&token=a-token-that-nobody-guesses")
        assert window.page.url == f"{window.base}album?name=Dogs"
        window.until(lambda: window.count("added") > 10)
        window.goto("plan")
        window.page.wait_for_selector("[data-apply]")


class Dashboard:
    """A page of somebody else, which shows an address in a frame."""

    def __init__(self) -> None:
        board = self

        class Page(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(200)
                self.send_header("Content-Type", "text/html")
                self.end_headers()
                self.wfile.write(board.text.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as http.server has it
                """Nothing is printed."""

        self.text = ""
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Page)
        self.origin = f"http://127.0.0.1:{self._server.server_address[1]}"

    def show(self, address: str) -> None:
        """From now on show this address."""
        frame = f'<iframe src="{address}" width=900 height=600></iframe>'
        self.text = f'<!doctype html><link rel="icon" href="data:,">{frame}'

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def test_the_page_that_is_named_may_frame_it_and_it_works_there(
    chromium: Browser, sandbox: Sandbox, tmp_path: Path
) -> None:
    with (
        Dashboard() as board,
        opened(sandbox, tmp_path, Policy(frame=board.origin)) as studio,
        page_of(chromium) as page,
    ):
        board.show(f"{studio.url}album?name=Dogs")
        page.goto(board.origin)
        frame = page.frame_locator("iframe")
        frame.locator(".cell img").first.wait_for()
        frame.locator(".cell").first.click()
        frame.locator("[data-do=never]").click()
        # Where nothing moves any more: a button that moves under the mouse is not clicked.
        frame.locator("[data-save]:not([disabled])").wait_for()
        frame.locator("[data-busy]").wait_for(state="hidden")
        with page.expect_response("**/save"):
            frame.locator("[data-save]").click()
        assert "photo:" in studio.file.read_text(encoding="utf-8")


def test_no_other_page_may_frame_it(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    with Dashboard() as board, opened(sandbox, tmp_path) as studio, page_of(chromium) as page:
        board.show(studio.url)
        with page.expect_console_message(lambda message: "frame-ancestors" in message.text):
            page.goto(board.origin)
        assert "Smart Albums" not in page.frames[-1].content()
