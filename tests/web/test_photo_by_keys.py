"""All that one can do with a photo, by keyboard alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import needs_browser, tab

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Route

    from tests.support.browser import Tab

    from .conftest import Opened

pytestmark = [needs_browser, pytest.mark.untraced]


def open_photo(window: Tab, place: int) -> str:
    """Go to a photo by its place, and open it; its id."""
    window.page.wait_for_selector(f".cell[data-index='{place}'] img")
    window.focus_by_tab(".cell")
    window.page.keyboard.press("Home")
    for _ in range(place):
        window.page.keyboard.press("ArrowRight")
    window.page.keyboard.press("Enter")
    window.page.wait_for_selector(".panel .why")
    photo = window.page.get_attribute(".panel [data-photo]", "data-photo")
    assert photo is not None
    return photo


def do(window: Tab, what: str) -> str:
    """Press a button of the photo; the rule after that."""
    before = window.page.input_value("[data-entry]")
    window.press(f"[data-do={what}]")
    window.until(lambda: window.page.input_value("[data-entry]") != before)
    window.settled()
    window.page.wait_for_selector(".panel .why")
    return window.page.input_value("[data-entry]")


def test_a_photo_corrects_the_rule(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        window.goto("album?name=Dogs")
        photo = open_photo(window, 4)
        # It and all that ranks lower is out; then it is in whatever the rest says; then it is out again.
        assert "until" in do(window, "first-bad")
        window.until(lambda: window.count("added") == 4)
        assert photo in do(window, "always")
        window.until(lambda: window.count("added") == 5)
        assert "not" in do(window, "never")
        window.until(lambda: window.count("added") == 4)
        liked = photo
        assert f"like: {liked}" in do(window, "like")
        window.until(lambda: window.count("added") > 4)
        window.page.keyboard.press("Escape")
        window.page.wait_for_selector(".panel", state="hidden")
        # Back closes a photo as well, and forward opens it; what else is in the address stays.
        photo = open_photo(window, 1)
        assert f"photo={photo}" in window.page.url
        window.page.go_back()
        window.page.wait_for_selector(".panel", state="hidden")
        window.until("!location.search.includes('photo=')")
        window.page.go_forward()
        window.page.wait_for_selector(f".panel [data-photo='{photo}']")
        window.page.keyboard.press("Escape")
        window.until("!location.search.includes('photo=')")
        window.press("[data-save]")
        window.until(lambda: f"like: {liked}" in studio.file.read_text(encoding="utf-8"))
        # What comes next is at hand.
        window.until("document.activeElement.matches('[data-plan]')")


def test_a_rule_begins_with_what_is_ticked_of_a_photo(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        keys = window.page.keyboard
        window.goto("album?name=Kids in Finland")
        open_photo(window, 1)
        window.press(".from-photo summary")
        assert [tick.get_attribute("value") for tick in window.page.query_selector_all("[name=tick]")] == [
            "people",
            "place",
            "day",
            "camera",
            "folder",
        ]
        assert "this place Helsinki, Finland" in window.page.inner_text(".from-photo")
        window.press("[name=tick][value=people]", "Space")
        window.focus_by_tab(".from-photo [name=name]")
        keys.type("There")
        keys.press("ArrowLeft")  # moves in the text, and to no other photo
        keys.press("Enter")
        window.page.wait_for_selector("[data-panel-problem] .notice")
        assert "nothing of this photo was ticked" in window.page.inner_text("[data-panel-problem]")
        keys.press("Shift+Tab")  # the last of the ticks: its folder
        keys.press("Shift+Tab")
        keys.press("Space")
        window.press(".from-photo button")
        window.page.wait_for_url("**/album?name=There")
        window.until(lambda: window.count("added") + window.count("waiting") > 0)
        text = studio.file.read_text(encoding="utf-8")
        assert "name: There" in text
        assert "camera:" in text.partition("name: There")[2]


def test_what_is_pressed_beside_a_photo_does_not_move_when_its_picture_comes(chromium: Browser, studio: Opened) -> None:
    def top() -> float:
        box = window.page.locator("[data-do=never]").bounding_box()
        assert box is not None
        return box["y"]

    with tab(chromium, studio.url) as window:
        held: list[Route] = []
        window.page.route("**/picture/*size=preview", lambda route: held.append(route))  # noqa: PLW0108 - Playwright marks what it calls
        window.goto("album?name=Dogs")
        open_photo(window, 1)
        before = top()
        window.until(lambda: held)
        held[0].continue_()
        window.until("document.querySelector('.panel .large').naturalWidth")
        assert top() == before
