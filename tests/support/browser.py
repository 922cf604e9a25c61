"""A real browser for the tests: Chromium of the system, found or skipped loudly."""

from __future__ import annotations

import functools
import re
import shutil
import time
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from playwright.sync_api import Browser, BrowserContext, Page

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")

needs_browser = pytest.mark.skipif(
    CHROMIUM is None, reason="NO BROWSER: these pages were not looked at; install the package chromium"
)

PATIENCE = 180.0
"""Seconds until something that has to come is missed."""

_PAUSE = 0.03
"""Seconds until it is looked for again."""


_ARGUMENTS = ("--no-sandbox", "--disable-gpu", "--in-process-gpu", "--renderer-process-limit=1")
"""As root; and few processes: each one costs, and what they send to each other."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium without a window."""
    from playwright.sync_api import sync_playwright  # noqa: PLC0415 - only where there is a browser

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=_ARGUMENTS, timeout=PATIENCE * 1000)
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
    ignored: str = "nothing is"
    """What is no trouble on the console: that a resource is not there is one to the browser."""

    def complain(self, text: str) -> None:
        """Note a trouble."""
        if self.ignored not in text:
            self.troubles.append(text)

    def goto(self, address: str) -> None:
        self.page.goto(self.base + address)
        self.settled()

    def settled(self) -> None:
        """Wait until everything that the page asked for is there."""
        self.until("!document.querySelector('[aria-busy], [data-busy]:not([hidden])')")

    def until(self, condition: str | Callable[[], Any]) -> None:
        """Wait for an expression in the page, or for a function here, to be true."""
        if isinstance(condition, str):
            self.page.wait_for_function(f"() => {condition}", polling=_PAUSE * 1000)
            return
        end = time.monotonic() + PATIENCE
        while not condition():
            assert time.monotonic() < end, f"{condition} did not come: {self.page.inner_text('main')[:500]}"
            time.sleep(_PAUSE)

    def focus_by_tab(self, selector: str, *, most: int = 120) -> None:
        """Press the Tab key until something has the focus, unless it has it already."""
        for _ in range(most):
            if self.page.evaluate("selector => document.activeElement?.matches(selector)", selector):
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"no way by keyboard to {selector}")

    def press(self, selector: str, key: str = "Enter") -> None:
        """Go somewhere by the Tab key, and press another one there."""
        self.focus_by_tab(selector)
        self.page.keyboard.press(key)

    def count(self, tab: str) -> int:
        """The number beside the word of a tab."""
        text = self.page.inner_text(f"[data-count={tab}]").replace(",", "")
        return int(text or 0)


_TELL_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) => console.error("CSP", event.violatedDirective, event.blockedURI));
"""


_HURRY = """{
const wait = setTimeout;
window.setTimeout = (act, pause = 0, ...values) => wait(act, pause < 100 ? pause : pause / 5, ...values);
}"""
"""The pauses that the pages make for people are short where a test waits for what comes after them."""


@functools.cache
def _context(running: Browser, *, bypass_csp: bool) -> BrowserContext:
    context = running.new_context(bypass_csp=bypass_csp, reduced_motion="reduce")
    context.add_init_script(_TELL_VIOLATIONS + _HURRY + (_axe() if bypass_csp else ""))
    context.new_page()  # stays, and the window with it: opening one costs as much as ten tabs
    return context


@contextmanager
def page_of(running: Browser, *, bypass_csp: bool = False) -> Iterator[Page]:
    """A new page in the one window of its kind, without the cookies of those before."""
    context = _context(running, bypass_csp=bypass_csp)
    page = context.new_page()
    page.set_default_timeout(PATIENCE * 1000)
    try:
        yield page
    finally:
        page.close()
        context.clear_cookies()


@contextmanager
def tab(running: Browser, base: str, *, with_axe: bool = False) -> Iterator[Tab]:
    """A tab that knows nothing of those before. At the end it must have had no trouble, and asked no other host."""
    with page_of(running, bypass_csp=with_axe) as page:
        opened = Tab(page, base)
        page.on("console", lambda message: opened.complain(message.text) if message.type == "error" else None)
        page.on("pageerror", lambda error: opened.complain(str(error)))
        # What a page asks of another host breaks its policy, and is a trouble; only where it has none, all is looked
        # at: five messages for each of a hundred pictures cost as much as the test.
        if with_axe:
            page.on("request", lambda request: opened.hosts.add(_host(request.url)))
        page.on("framenavigated", lambda frame: opened.hosts.add(_host(frame.url)))
        yield opened
    assert opened.troubles == [], opened.troubles
    assert opened.hosts <= {base, _host(base)}


def _host(address: str) -> str:
    """Whom a request goes to."""
    return re.sub(r"^(\w+://[^/]+).*", r"\1/", address)


def findings(page: Page, rules: Sequence[str] = ()) -> list[tuple[str, list[str]]]:
    """What axe finds that is serious in a tab that has it, of all rules or of some: which are broken, and where."""
    # Without what nobody reads: the way to an element; and the style sheets once more, for rules of sound and screens
    # that turn.
    options = {"resultTypes": ["violations"], "selectors": False, "preload": False}
    options |= {"runOnly": list(rules)} if rules else {}
    violations = page.evaluate("async (options) => (await axe.run(document, options)).violations", options)
    return [
        (violation["id"], [node["html"] for node in violation["nodes"]][:3])
        for violation in violations
        if violation["impact"] in {"serious", "critical"}
    ]


@functools.cache
def _axe() -> str:
    from axe_playwright_python.base import AXE_SCRIPT  # type: ignore[import-untyped]  # noqa: PLC0415 - as above

    script: str = AXE_SCRIPT
    return script


def overflows(page: Page) -> bool:
    """Whether something stays wider than the screen; a page takes a moment to follow another size."""
    from playwright.sync_api import TimeoutError as PageTimeoutError  # noqa: PLC0415 - as above

    try:
        # As a function: what is an expression only is compiled again at each look, which the page's policy forbids.
        page.wait_for_function("() => document.documentElement.scrollWidth <= innerWidth", polling=50, timeout=5000)
    except PageTimeoutError:
        return True
    return False
