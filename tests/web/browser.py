"""A real browser for the tests: Chromium of the system, found or skipped loudly."""

from __future__ import annotations

import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from playwright.sync_api import Browser, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="NO BROWSER: these pages were not looked at; install the package chromium"
)

PATIENCE = 180.0
"""Seconds until something that has to come is missed."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"], timeout=PATIENCE * 1000)
        try:
            yield running
        finally:
            running.close()


@dataclass
class Tab:
    """A page, and all that went wrong on it."""

    page: Page
    base: str
    troubles: list[str] = field(default_factory=list)
    hosts: set[str] = field(default_factory=set)
    bodies: list[bytes] = field(default_factory=list)

    def goto(self, address: str) -> None:
        self.page.goto(self.base + address)
        self.settled()

    def settled(self) -> None:
        """Wait until everything that the page asked for is there."""
        self.until("!document.querySelector('[aria-busy], [data-busy]:not([hidden])')")

    def until(self, condition: str | Callable[[], Any]) -> None:
        """Wait for an expression in the page, or for a function here, to be true."""
        end = time.monotonic() + PATIENCE
        while not (self.page.evaluate(condition) if isinstance(condition, str) else condition()):
            assert time.monotonic() < end, f"{condition} did not come: {self.page.inner_text('main')[:500]}"
            time.sleep(0.02)

    def count(self, tab: str) -> int:
        """The number beside the word of a tab."""
        text = self.page.inner_text(f"[data-count={tab}]").replace(",", "")
        return int(text or 0)


@contextmanager
def tab(running: Browser, base: str, **options: Any) -> Iterator[Tab]:
    """A page in a context of its own. At the end it must have had no trouble, and asked no other host."""
    context = running.new_context(**options)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    opened = Tab(page, base)
    page.on("console", lambda message: opened.troubles.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: opened.troubles.append(str(error)))
    page.on("request", lambda request: opened.hosts.add(re.sub(r"^(\w+://[^/]+).*", r"\1/", request.url)))
    try:
        yield opened
    finally:
        context.close()
    assert opened.troubles == []
    assert opened.hosts <= {base, re.sub(r"^(\w+://[^/]+).*", r"\1/", base)}
