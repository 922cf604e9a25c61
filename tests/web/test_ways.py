"""Ways through the studio that people take, in a real browser."""

from __future__ import annotations

import re
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from tests.support.browser import needs_browser, tab
from tests.support.examples import IS_DEEP

from .conftest import RULES, opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from tests.support.browser import Tab

    from .conftest import Opened

pytestmark = [needs_browser, pytest.mark.untraced]


def in_album(sandbox: Sandbox, name: str) -> set[str]:
    """What is in the albums of a name."""
    return {id_ for album in sandbox.library.albums.values() if album.name == name for id_ in album.asset_ids}


def test_the_way_of_a_newcomer_by_keyboard_alone(  # noqa: PLR0915 - it is one way
    chromium: Browser, sandbox: Sandbox, tmp_path: Path
) -> None:
    """From an empty folder to an album that is written. Long, for it is a whole way."""
    with opened(sandbox, tmp_path, rules=None) as studio, tab(chromium, studio.url) as window:
        page, keys = window.page, window.page.keyboard
        window.goto("")
        window.press("a[href=new]")
        page.wait_for_selector("[name=starter]")
        window.focus_by_tab("[name=starter]")
        while page.input_value("[name=starter]:checked") != "found":
            keys.press("ArrowDown")
        window.focus_by_tab("[name=name]")
        keys.type("Dogs")
        keys.press("Enter")
        page.wait_for_url("**/album?name=Dogs")
        window.until(lambda: window.count("added") > 10)
        before = window.count("added")

        # The fourth photo: why? And never this one.
        page.wait_for_selector(".cell[data-index='3'] img")
        window.focus_by_tab(".cell")
        for _ in range(3):
            keys.press("ArrowRight")
        keys.press("Enter")
        page.wait_for_selector(".panel .why")
        photo = page.get_attribute(".panel [data-photo]", "data-photo")
        window.press("[data-do=never]")
        window.until(lambda: window.count("added") == before - 1)
        window.until("document.querySelector('.panel .verdict')?.classList.contains('failed')")
        keys.press("Escape")
        page.wait_for_selector(".panel", state="hidden")

        # The fifth that is left is the last good one.
        page.wait_for_selector(".cell[data-index='4'] img")
        window.focus_by_tab(".cell")
        for _ in range(4):
            keys.press("ArrowRight")
        keys.press("Enter")
        page.wait_for_selector(".panel [data-do=last-good]")
        window.press("[data-do=last-good]")
        window.until(lambda: window.count("added") == 5)
        window.until("document.querySelector('.panel .why')")
        keys.press("Escape")

        # One more condition, chosen by its first letters.
        window.focus_by_tab("[data-add-word]")
        keys.type("med")
        keys.press("Enter")
        page.wait_for_selector(".row-form[data-word=media]")
        window.focus_by_tab("[name=choice][value=photo]")
        keys.press("Space")
        keys.press("Enter")
        window.until(lambda: "media: photo" in page.input_value("[data-entry]"))
        window.settled()

        window.press("[data-save]")
        window.until(lambda: "media: photo" in studio.file.read_text(encoding="utf-8"))
        window.settled()
        wanted = window.count("added")
        window.press("a[href=plan]")
        page.wait_for_selector("[data-apply]")
        window.press("[data-apply]")
        page.wait_for_selector("[data-ended] .notice.good")
        assert len(in_album(sandbox, "Dogs")) == wanted > 0
        assert photo not in in_album(sandbox, "Dogs")
        window.press("a[href^='undo']")
        page.wait_for_selector("[data-apply]")
        window.press("[data-apply]")
        page.wait_for_selector("[data-ended] .notice.good")
        assert not in_album(sandbox, "Dogs")


def test_an_album_begins_with_a_photo_by_mouse(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        page = window.page
        window.goto("album?name=Kids in Finland")
        page.click(".cell >> nth=0")
        page.click("text=Start a rule from this photo")
        for tick in page.query_selector_all(".from-photo [name=tick]"):
            tick.set_checked(tick.get_attribute("value") == "place")
        page.fill(".from-photo [name=name]", "There")
        page.click("text=Make the rule")
        page.wait_for_url("**/album?name=There")
        window.until(lambda: window.count("added") + window.count("waiting") > 0)
        assert studio.file.read_text(encoding="utf-8").startswith(RULES.rstrip("\n"))


def test_an_album_begins_with_somebody_by_mouse(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, rules=None) as studio, tab(chromium, studio.url) as window:
        window.goto("new")
        window.page.click(".starter:has-text('Emma')")
        assert window.page.get_attribute("[name=name]", "placeholder") == "Emma"
        window.page.click("text=Make the rule and show the photos")
        window.page.wait_for_url("**/album?name=Emma")
        window.until(lambda: window.count("added") > 0)
        assert "person: Emma" in studio.file.read_text(encoding="utf-8")


def test_a_place_is_picked_on_the_map(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    rules = "places: {cabin: {lat: 60.17, lon: 24.94, radius: 3km}}\n" + RULES
    with opened(sandbox, tmp_path, rules=rules) as studio, tab(chromium, studio.url) as window:
        page = window.page
        window.goto("album?name=Kids in Finland")
        page.select_option("[data-add-word]", "near")
        page.wait_for_selector("[data-map] canvas")
        window.until("/Click/.test(document.querySelector('[data-map] [role=status]').textContent)")
        page.click("[data-map] canvas", position={"x": 150, "y": 100})
        window.until("/photos? within/.test(document.querySelector('[data-map] [role=status]').textContent)")
        assert re.fullmatch(
            r"\{lat: -?[\d.]+, lon: -?[\d.]+, radius: \d+(\.\d+)?k?m\}", page.input_value("[data-value]")
        )
        # The same by keys: fields for the centre, a slider for the radius.
        page.fill("[data-option=lat]", "60.17")
        page.fill("[data-option=lon]", "24.94")
        page.focus("[type=range]")
        page.keyboard.press("Home")
        for key in ("PageUp",) * 5 + ("ArrowRight",) * 10:
            page.keyboard.press(key)
        window.until("/^[1-9].* within/.test(document.querySelector('[data-map] [role=status]').textContent)")
        page.focus("[data-map] canvas")
        for key in ("ArrowLeft", "ArrowUp", "+", "-"):
            page.keyboard.press(key)
        page.click(".row-form button.primary")
        window.until(lambda: "near: {lat: 60.17" in page.input_value("[data-entry]"))
        window.settled()
        assert "was taken near" in page.inner_text("[data-rows]")
        # It opens again where it was, and is the same.
        page.click("button.sentence:has-text('was taken near')")
        page.wait_for_selector("[data-map] canvas")
        assert page.input_value("[data-option=lat]") == "60.17"
        # A place that the file names is drawn as well, and counted; it stands for a point of its own.
        page.check(".choice:has-text('cabin') input")
        assert page.input_value("[data-value]") == '"cabin"'
        assert page.input_value("[data-option=lat]") == ""
        window.until("/^[1-9].* within 3km/.test(document.querySelector('[data-map] [role=status]').textContent)")
        page.click("[data-map] canvas", position={"x": 150, "y": 100})
        assert not page.is_checked(".choice:has-text('cabin') input")
        assert page.input_value("[data-value]").startswith("{lat:")


def test_values_are_picked_with_their_counts_and_the_rest_stays(
    chromium: Browser, sandbox: Sandbox, tmp_path: Path
) -> None:
    rules = RULES.replace("person: [Emma, Noah]   # both of them", "people: {any: [Emma, Noah], count: {max: 9}}")
    with opened(sandbox, tmp_path, rules=rules) as studio, tab(chromium, studio.url) as window:
        page = window.page
        window.goto("album?name=Kids in Finland")
        page.click("button.sentence >> nth=0")
        page.wait_for_selector(".row-form .choice img")
        window.until("document.querySelector('.row-form .choice .number')")  # once the library was read
        assert page.is_checked(".choice:has-text('Emma') input")
        page.fill("[data-choice-find]", "grandm")
        window.until("document.querySelectorAll('.row-form .choice-list .choice').length === 3")
        page.check(".choice:has-text('Grandma') input")
        page.click(".row-form button.primary")
        window.until(lambda: "Grandma" in page.input_value("[data-entry]"))
        assert "count: {max: 9}" in page.input_value("[data-entry]")


def test_two_tabs_do_not_write_over_each_other(chromium: Browser, studio: Opened) -> None:
    """Long, for of two tabs one is always behind the other, where a browser takes its time."""
    with tab(chromium, studio.url) as one, tab(chromium, studio.url) as other:
        for window in (one, other):
            window.goto("album?name=Dogs")
            window.page.bring_to_front()  # a tab behind another one is drawn once a second
            window.page.click("[data-view=yaml]")
        typed(other, "top: 25")
        one.page.bring_to_front()
        typed(one, "top: 20")
        one.page.click("[data-save]")
        one.until(lambda: "top: 20" in studio.file.read_text(encoding="utf-8"))
        other.page.bring_to_front()
        other.page.click("[data-save]")
        other.page.wait_for_selector("[data-take-theirs]")
        assert "top: 20" in other.page.inner_text("[data-conflict]")
        assert "top: 20" in studio.file.read_text(encoding="utf-8")
        other.page.click("[data-take-theirs]")
        other.until(lambda: other.count("added") == 20)
        typed(other, "top: 25")
        other.page.click("[data-save]")
        other.until(lambda: "top: 25" in studio.file.read_text(encoding="utf-8"))
        # What one of them has applied, the other does not apply again.
        one.goto("plan")
        other.goto("plan")
        for window in (one, other):
            window.page.bring_to_front()
            window.page.click("[data-apply]")
            window.page.wait_for_selector("[data-ended] .notice")
        assert "Done" in one.page.inner_text("[data-ended]")
        assert "Done" not in other.page.inner_text("[data-ended]")


def typed(window: Tab, top: str) -> None:
    """Another cut-off in the text of the rule; then what it means is shown."""
    text = window.page.input_value("[data-entry]")
    window.page.fill("[data-entry]", re.sub(r"top: \d+", top, text))
    window.until(lambda: window.count("added") == int(top.rsplit(maxsplit=1)[-1]))


def test_rules_that_are_broken_are_mended_in_the_page(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    with (
        opened(sandbox, tmp_path, rules=RULES.replace("person:", "persn:")) as studio,
        tab(chromium, studio.url) as window,
    ):
        page = window.page
        window.goto("")
        page.click("text=Open the file here")
        page.wait_for_load_state("networkidle")
        page.click("[data-line]")
        place = page.evaluate("document.querySelector('[data-text]').selectionStart")
        assert page.input_value("[data-text]")[place:].startswith("persn")
        assert page.is_disabled("[data-save]")
        page.fill("[data-text]", RULES.replace("match:", "match: [", 1))
        window.until(lambda: "line" in page.inner_text("[data-state]"))
        assert page.is_disabled("[data-save]")
        page.fill("[data-text]", RULES)
        page.wait_for_selector("[data-save]:not([disabled])")
        page.keyboard.press("Control+s")
        window.until(lambda: studio.file.read_text(encoding="utf-8") == RULES)
        page.click("text=To the albums")
        page.wait_for_selector("text=Kids in Finland")
        window.settled()


def test_immich_goes_away_and_comes_back(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        page = window.page
        window.ignored = "Failed to load resource"  # pictures, while Immich is away
        window.goto("album?name=Dogs")
        window.until(lambda: window.count("added") == 30)
        studio.sandbox.faults.status(503, path="/api/*", times=None)
        studio.studio.session.refresh()
        page.click("[data-view=yaml]")
        page.fill("[data-entry]", page.input_value("[data-entry]").replace("top: 30", "top: 12"))
        page.wait_for_selector("[data-problem] [data-again]")
        assert page.locator(".cell").count()  # the photos that were there still are
        assert "top: 12" in page.input_value("[data-entry]")
        studio.sandbox.faults.clear()
        page.click("[data-problem] [data-again] button")
        window.until(lambda: window.count("added") == 12)
        assert page.inner_text("[data-problem]") == ""
        # The list of albums, too.
        page.click("[data-save]")
        window.until(lambda: "top: 12" in studio.file.read_text(encoding="utf-8"))
        studio.sandbox.faults.status(503, path="/api/*", times=None)
        window.goto("")
        page.wait_for_selector("main [data-again] button")
        studio.sandbox.faults.clear()
        page.click("main [data-again] button")
        page.wait_for_selector("text=Kids in Finland")
        window.settled()


def test_the_studio_is_ended_and_started_again(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    first = ExitStack()
    studio = first.enter_context(opened(sandbox, tmp_path))
    with tab(chromium, studio.url) as window:
        page = window.page
        window.ignored = "Failed to load resource"  # pictures that were under way, and all while nobody is there
        window.goto("album?name=Dogs")
        window.until(lambda: window.count("added") == 30)
        first.close()
        page.click("[data-view=yaml]")
        page.fill("[data-entry]", page.input_value("[data-entry]").replace("top: 30", "top: 12"))
        page.wait_for_selector("text=The studio does not answer")
        assert "top: 12" in page.input_value("[data-entry]")
        with opened(sandbox, tmp_path, port=studio.port):
            page.click("[data-problem] [data-again] button")
            window.until(lambda: window.count("added") == 12)
            page.click("[data-save]")
            window.until(lambda: "top: 12" in studio.file.read_text(encoding="utf-8"))
            window.settled()


def test_a_wrong_key_is_told_on_every_page(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, key="no-such-key-no-such-key") as studio, tab(chromium, studio.url) as window:
        for view in ("", "album?name=Dogs", "plan", "check"):
            window.goto(view)
            window.page.wait_for_selector(".notice.bad")
            assert "key" in window.page.inner_text(".notice.bad"), view


LARGE = 100_000 if IS_DEEP else 3_000


def test_a_large_library(chromium: Browser, tmp_path: Path) -> None:
    """Rules, photos far down, near misses, and the map, all on a large library; how fast it is, the bench says."""
    rules = "albums:\n- name: All of Finland\n  match:\n    place: {country: Finland}\n    media: photo\n"
    with (
        Sandbox(generate(LARGE)) as sandbox,
        opened(sandbox, tmp_path, rules=rules) as studio,
        tab(chromium, studio.url) as window,
    ):
        page = window.page
        window.goto("album?name=All of Finland")
        window.until(lambda: window.count("added") > LARGE // 10)
        total = window.count("added")
        page.wait_for_selector(".cell img")
        page.focus(".cell[data-index='0']")
        page.keyboard.press("End")
        page.wait_for_selector(f".cell[data-index='{total - 1}'] img")
        assert page.locator(".cell").count() < 200
        window.until("document.querySelector('[data-library]').hidden")
        window.until("document.querySelector('[data-count=near]').textContent")
        page.click("[data-view=yaml]")
        page.fill("[data-entry]", page.input_value("[data-entry]").replace("Finland}", "France}"))
        window.until(lambda: 0 < window.count("added") < total)
        page.click("[data-view=rows]")
        page.select_option("[data-add-word]", "near")
        window.until("/Click/.test(document.querySelector('[data-map] [role=status]')?.textContent)")
        assert len(page.content()) < 200_000
        page.click("[data-row-cancel]")
        page.click("[data-revert]")
        window.until(lambda: window.count("added") == total)
        window.settled()
