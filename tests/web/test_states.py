"""What pages say where there is nothing, or where it is not known whether there is something."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import needs_browser, tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from .conftest import Opened

pytestmark = [needs_browser, pytest.mark.untraced]


def test_what_could_not_be_asked_is_not_none(chromium: Browser, studio: Opened) -> None:
    """Smart search is off on this server; then it is on, and a rule that matches nothing says so."""
    studio.sandbox.settings.smart_search = False
    with tab(chromium, studio.url) as window:
        page = window.page
        window.goto("album?name=Dogs")
        page.wait_for_selector(".grid .nothing")
        assert "That is not known" in page.inner_text(".grid")
        assert page.inner_text("[data-count=added]") == ""
        assert "Switch it on" in page.inner_text("[data-about]")
        # The list of albums gives the reason as well, for everybody to read.
        window.goto("")
        page.wait_for_selector(".reason")
        assert "Smart search is not enabled" in page.inner_text(".album-card:has-text('Dogs')")
        studio.sandbox.settings.smart_search = True
        studio.studio.session.refresh()
        studio.file.write_text("albums: [{name: None, match: {rating: 5, place: {country: Brazil}}}]", encoding="utf-8")
        window.goto("album?name=None")
        page.wait_for_selector(".grid .nothing")
        assert "No photo matches this rule" in page.inner_text(".grid")
        assert page.inner_text("[data-count=added]") == "0"
        # What comes closest is grouped by what it misses; both are in the address.
        window.until("document.querySelector('[data-count=near]').textContent")
        page.click("[data-tab=near]")
        page.click(".chip >> nth=0")
        page.wait_for_selector(".cell img")
        assert "tab=near&group=0" in page.url
        page.reload()
        page.wait_for_selector(".chip[aria-pressed=true]")
