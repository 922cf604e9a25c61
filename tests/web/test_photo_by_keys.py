"""All that one can do with a photo, by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .browser import needs_browser, tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from .browser import Tab
    from .conftest import Opened

pytestmark = [needs_browser, pytest.mark.untraced]


def open_photo(at: Tab, place: int) -> str:
    """Go to a photo by its place, and open it; its id."""
    at.page.wait_for_selector(f".cell[data-at='{place}'] img")
    at.focus_by_tab(".cell")
    at.page.keyboard.press("Home")
    for _ in range(place):
        at.page.keyboard.press("ArrowRight")
    at.page.keyboard.press("Enter")
    at.page.wait_for_selector(".panel .why")
    photo = at.page.get_attribute(".panel [data-photo]", "data-photo")
    assert photo is not None
    return photo


def do(at: Tab, what: str) -> str:
    """Press a button of the photo; the rule after that."""
    before = at.page.input_value("[data-entry]")
    at.press(f"[data-do={what}]")
    at.until(lambda: at.page.input_value("[data-entry]") != before)
    at.settled()
    at.page.wait_for_selector(".panel .why")
    return at.page.input_value("[data-entry]")


def test_a_photo_corrects_the_rule(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as at:
        at.goto("album?name=Dogs")
        photo = open_photo(at, 4)
        # It and all that ranks lower is out; then it is in whatever the rest says; then it is out again.
        assert "until" in do(at, "first-bad")
        at.until(lambda: at.count("added") == 4)
        assert photo in do(at, "always")
        at.until(lambda: at.count("added") == 5)
        assert "not" in do(at, "never")
        at.until(lambda: at.count("added") == 4)
        liked = photo
        assert f"like: {liked}" in do(at, "like")
        at.until(lambda: at.count("added") > 4)
        at.page.keyboard.press("Escape")
        at.page.wait_for_selector(".panel", state="hidden")
        # Back closes a photo as well, and forward opens it; what else is in the address stays.
        photo = open_photo(at, 1)
        assert f"photo={photo}" in at.page.url
        at.page.go_back()
        at.page.wait_for_selector(".panel", state="hidden")
        at.until("!location.search.includes('photo=')")
        at.page.go_forward()
        at.page.wait_for_selector(f".panel [data-photo='{photo}']")
        at.page.keyboard.press("Escape")
        at.until("!location.search.includes('photo=')")
        at.press("[data-save]")
        at.until(lambda: f"like: {liked}" in studio.file.read_text(encoding="utf-8"))
        # What comes next is at hand.
        at.until("document.activeElement.matches('[data-plan]')")


def test_a_rule_begins_with_what_is_ticked_of_a_photo(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as at:
        keys = at.page.keyboard
        at.goto("album?name=Kids in Finland")
        open_photo(at, 1)
        at.press(".from-photo summary")
        assert [tick.get_attribute("value") for tick in at.page.query_selector_all("[name=tick]")] == [
            "people",
            "place",
            "day",
            "camera",
            "folder",
        ]
        assert "this place Helsinki, Finland" in at.page.inner_text(".from-photo")
        at.press("[name=tick][value=people]", "Space")
        at.focus_by_tab(".from-photo [name=name]")
        keys.type("There")
        keys.press("ArrowLeft")  # moves in the text, and to no other photo
        keys.press("Enter")
        at.page.wait_for_selector("[data-panel-problem] .notice")
        assert "nothing of this photo was ticked" in at.page.inner_text("[data-panel-problem]")
        keys.press("Shift+Tab")  # the last of the ticks: its folder
        keys.press("Shift+Tab")
        keys.press("Space")
        at.press(".from-photo button")
        at.page.wait_for_url("**/album?name=There")
        at.until(lambda: at.count("added") + at.count("waiting") > 0)
        text = studio.file.read_text(encoding="utf-8")
        assert "name: There" in text
        assert "camera:" in text.partition("name: There")[2]
