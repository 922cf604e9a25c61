"""Groups of conditions, and what of an album no row shows: without a look at the text, and by keyboard."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import needs_browser, tab

from .conftest import opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from immich_sandbox import Sandbox
    from tests.support.browser import Tab

pytestmark = [needs_browser, pytest.mark.untraced]

RULES = """\
albums:
  - name: Kids
    match:
      person: [Emma, Noah]   # both
    # For grandma.
    share:
      - user: bob@example.org   # grandpa
        role: viewer
"""


def choose(window: Tab, word: str) -> None:
    """Choose what to add: with keys one goes through the list, and Enter takes it."""
    window.page.keyboard.press("ArrowDown")
    window.page.select_option("[data-add-word]", word)
    window.page.keyboard.press("Enter")


def add(window: Tab, word: str, value: str) -> None:
    """Add a condition."""
    choose(window, word)
    window.page.wait_for_selector(f".row-form[data-word={word}]")
    window.focus_by_tab("[data-value]")
    window.page.keyboard.type(value)
    window.page.keyboard.press("Enter")
    window.page.wait_for_selector(".row-form", state="detached")
    window.settled()


def test_a_group_is_made_filled_and_turned_round(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, rules=RULES) as studio, tab(chromium, studio.url) as window:
        page = window.page
        window.goto("album?name=Kids")
        everybody = window.count("added")
        # What no row says of the album is there as it is written, and leads to its place.
        assert "share:\n  - user: bob@example.org   # grandpa\n    role: viewer" in page.inner_text("[data-settings]")
        window.press("[data-settings] button")
        window.until("document.activeElement.matches('[data-entry]')")
        assert page.evaluate("document.activeElement.value.slice(document.activeElement.selectionStart)").startswith(
            "share:"
        )
        page.click("[data-view=rows]")
        # A group begins with its first condition.
        window.focus_by_tab("[data-add-word]")
        choose(window, "any")
        assert "at least one of these" in page.inner_text("[data-add-word] option >> nth=0")
        add(window, "media", "video")
        window.until(lambda: "any:" in page.input_value("[data-entry]"))
        videos = window.count("added")
        assert 0 < videos < everybody
        window.press("[data-row-add]")
        add(window, "rating", "5")
        assert window.count("added") >= videos
        assert "at least one of these" in page.inner_text("[data-rows] option:checked")
        # None instead of one of them.
        page.focus("[data-row-group]")
        page.select_option("[data-row-group]", "not")
        window.until(lambda: "not:" in page.input_value("[data-entry]"))
        window.settled()
        assert window.count("added") == everybody - window.count("kept") - len(_of_either(window, videos))
        text = page.input_value("[data-entry]")
        assert "# both" in text
        assert "# For grandma." in text


def _of_either(window: Tab, fewest: int) -> range:
    """As many as there are photos that the group now leaves out: near misses of that group."""
    window.until("document.querySelector('[data-count=near]').textContent")
    window.page.click("[data-tab=near]")
    number = window.page.inner_text(".chip:has-text('none of these') .count").replace(",", "")
    assert int(number) >= fewest
    return range(int(number))
