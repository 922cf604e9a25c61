"""The studio in a real browser, as somebody uses it who has never seen a rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.web.safety import Policy
from tests.support.browser import needs_browser, tab

from .conftest import RULES, opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from immich_sandbox import Sandbox

    from .conftest import Opened

pytestmark = [needs_browser, pytest.mark.untraced]


def in_album(sandbox: Sandbox, name: str) -> set[str] | None:
    """What is in the album of a name; None where there is none."""
    albums = [album for album in sandbox.library.albums.values() if album.name == name]
    return set(albums[0].asset_ids) if albums else None


def test_the_way_of_a_newcomer(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    """Empty folder, template, live counts, why, never, the last good one, apply, undo: by mouse.

    Long, for it is a whole way.
    """
    with opened(sandbox, tmp_path, rules=None) as studio, tab(chromium, studio.url) as window:
        page = window.page
        window.goto("")
        assert "No rule yet" in page.inner_text("main")
        page.click("text=Make the first album")
        page.click("text=Dogs on the beach")
        page.fill("[name=name]", "Dogs")
        page.click("text=Make the rule and show the photos")
        page.wait_for_url("**/album?name=Dogs")
        window.settled()
        assert "Dogs" in studio.file.read_text(encoding="utf-8")
        window.until(lambda: window.count("added") > 10)
        before = window.count("added")
        page.wait_for_selector(".cell img")

        # Why? And never this one.
        page.click(".cell >> nth=3")
        page.wait_for_selector(".panel .why")
        assert "belongs in this album" in page.inner_text(".panel .verdict")
        photo = page.get_attribute(".panel [data-photo]", "data-photo")
        page.click("text=Never in this album")
        window.until(lambda: window.count("added") == before - 1)
        window.until("document.querySelector('.panel .verdict')?.classList.contains('failed')")
        assert photo is not None
        assert photo in page.input_value("[data-entry]")

        # The fifth that is left is the last good one: four photos are above it.
        page.click("[data-close]")
        window.until(lambda: page.locator(".cell").count() >= 5)
        page.click(".cell[data-index='4']")
        page.wait_for_selector(".panel [data-do=last-good]")
        page.click("[data-do=last-good]")
        window.until(lambda: window.count("added") == 5)
        assert "until" in page.input_value("[data-entry]")

        page.keyboard.press("Escape")
        page.click("[data-save]")
        window.until(lambda: "until" in studio.file.read_text(encoding="utf-8"))
        window.settled()
        page.click("text=Plan and apply")
        page.wait_for_selector("[data-apply]")
        assert "5 photos to add" in page.inner_text("main")
        assert in_album(sandbox, "Dogs") is None
        page.click("[data-apply]")
        page.wait_for_selector("[data-ended] .notice.good")
        album = in_album(sandbox, "Dogs")
        assert album is not None
        assert len(album) == 5
        assert photo not in album

        page.click("text=Undo…")
        page.wait_for_selector("[data-apply]")
        page.click("[data-apply]")
        page.wait_for_selector("[data-ended] .notice.good")
        assert not in_album(sandbox, "Dogs")


def test_what_is_typed_shows_at_once_and_comments_stay(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        window.goto("album?name=Kids in Finland")
        page = window.page
        all_of_them = window.count("added")
        window.until(lambda: page.inner_text("[data-row-count$=person]") != "")
        page.click("[data-view=yaml]")
        text = page.input_value("[data-entry]")
        page.fill("[data-entry]", text.replace("[Emma, Noah]", "Emma"))
        window.until(lambda: 0 < window.count("added") < all_of_them)
        assert "shows Emma" in page.inner_text("[data-rows]")
        assert studio.file.read_text(encoding="utf-8") == RULES
        page.click("[data-save]")
        window.until(lambda: studio.file.read_text(encoding="utf-8") != RULES)
        assert studio.file.read_text(encoding="utf-8") == RULES.replace("[Emma, Noah]", "Emma")
        assert studio.file.with_name("smart-albums.yaml.bak").read_text(encoding="utf-8") == RULES
        # What is wrong is told with its place, and the photos stay.
        page.fill("[data-entry]", text.replace("person", "persn"))
        window.until("document.querySelector('[data-problem] .notice')")
        assert "person" in page.inner_text("[data-problem]")


def test_rows_change_the_rule_and_the_text_is_always_the_same(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        window.goto("album?name=Kids in Finland")
        page = window.page
        before = window.count("added")
        page.click("text=shows Emma or Noah")
        page.wait_for_selector(".row-form")
        page.uncheck(".choice:has-text('Noah') input")
        page.click(".row-form button.primary")
        window.until(lambda: "Noah" not in page.input_value("[data-entry]"))
        window.until(lambda: window.count("added") < before)
        assert "# both of them" in page.input_value("[data-entry]")
        page.select_option("[data-add-word]", "favorite")
        page.wait_for_selector(".row-form")
        page.check(".row-form [value=true]")
        page.click(".row-form button.primary")
        window.until(lambda: "favorite: true" in page.input_value("[data-entry]"))
        page.click("[data-row-remove$=favorite]")
        window.until(lambda: "favorite" not in page.input_value("[data-entry]"))
        page.select_option("[data-add-word]", "person")
        page.wait_for_selector(".row-form")
        page.check(".choice:has-text('Grandma') input")
        page.check("text=leave these photos out")
        page.click(".row-form button.primary")
        window.until(lambda: page.locator("[data-row-negate*=not][data-row-negate$=person]").count() == 1)
        assert "Grandma" in page.input_value("[data-entry]")
        page.click("[data-row-negate$=place]")
        window.until(lambda: page.locator("[data-row-negate*=not][data-row-negate$=place]").count() == 1)
        page.click("[data-revert]")
        window.settled()
        window.until(lambda: window.count("added") == before)


def test_a_file_that_somebody_else_changed_is_told_and_not_overwritten(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        window.goto("album?name=Dogs")
        page = window.page
        page.click("[data-view=yaml]")
        page.fill("[data-entry]", page.input_value("[data-entry]").replace("top: 30", "top: 20"))
        window.settled()
        theirs = RULES.replace("top: 30", "top: 25") + "# theirs\n"
        studio.file.write_text(theirs, encoding="utf-8")
        page.click("[data-save]")
        page.wait_for_selector("[data-take-theirs]")
        assert studio.file.read_text(encoding="utf-8") == theirs
        assert "top: 25" in page.inner_text("[data-conflict]")
        page.click("[data-keep-mine]")
        window.until(lambda: "top: 20" in studio.file.read_text(encoding="utf-8"))
        assert "# theirs" in studio.file.read_text(encoding="utf-8")


def test_a_tab_that_was_left_for_a_day_shows_what_is_now(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        page = window.page
        page.clock.install()
        window.goto("album?name=Dogs")
        window.until(lambda: window.count("added") == 30)
        shows = """hidden => {
            Object.defineProperty(document, "hidden", { value: hidden, configurable: true });
            document.dispatchEvent(new Event("visibilitychange"));
        }"""
        page.evaluate(shows, True)
        studio.file.write_text(RULES.replace("top: 30", "top: 20"), encoding="utf-8")
        page.clock.fast_forward("24:00:00")
        page.evaluate(shows, False)
        window.until(lambda: window.count("added") == 20)
        assert "top: 20" in page.input_value("[data-entry]")
        assert not page.is_visible("[data-save]")
        # What is changed now is changed in what stands there now.
        page.click("[data-view=yaml]")
        page.fill("[data-entry]", page.input_value("[data-entry]").replace("top: 20", "top: 10"))
        page.clock.run_for(1000)
        page.click("[data-save]")
        window.until(lambda: "top: 10" in studio.file.read_text(encoding="utf-8"))


def test_by_keyboard_alone(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        window.goto("album?name=Dogs")
        page = window.page
        page.wait_for_selector(".cell img")
        page.keyboard.press("?")
        page.wait_for_selector("#keys[open]")
        page.keyboard.press("Escape")
        page.focus(".cell[data-index='0']")
        page.keyboard.press("ArrowRight")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.dataset.index") == "2"
        page.keyboard.press("Enter")
        page.wait_for_selector(".panel .why")
        page.keyboard.press("Escape")
        page.wait_for_selector(".panel", state="hidden")
        assert page.evaluate("document.activeElement.dataset.index") == "2"
        page.keyboard.press("/")
        assert page.evaluate("document.activeElement.matches('[data-entry]')")
        # Rows and text are two tabs; which of them is shown stands in the address, and so does what else is chosen.
        page.keyboard.press("Escape")
        page.focus("[data-view=yaml]")
        page.keyboard.press("ArrowLeft")
        assert page.is_visible("[data-rows]")
        assert page.is_hidden("[data-entry]")
        page.keyboard.press("ArrowRight")
        assert page.evaluate("document.activeElement.dataset.view") == "yaml"
        page.focus("[data-tab=added]")
        page.keyboard.press("End")
        assert "tab=near" in page.url
        assert "view=yaml" in page.url
        page.reload()
        window.settled()
        assert page.is_visible("[data-entry]")
        assert page.get_attribute("[data-tab=near]", "aria-selected") == "true"


def test_names_that_are_code_stay_names(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)> \u202eevil " + "x" * 400
    sandbox.library.albums[next(iter(sandbox.library.albums))].name = evil
    rules = "albums:\n- name: '<b onclick=alert(3)>\"bold\"</b>'\n  match: {favorite: true}\n"
    with opened(sandbox, tmp_path, rules=rules) as studio, tab(chromium, studio.url) as window:
        window.page.on("dialog", lambda dialog: window.troubles.append("a dialog"))
        window.goto("")
        assert "<script>alert(1)</script>" in window.page.inner_text("main")
        assert "\u202e" not in window.page.inner_text("main")
        window.goto('album?name=<b onclick=alert(3)>"bold"</b>')
        assert window.page.inner_text("h1") == '<b onclick=alert(3)>"bold"</b>'
        window.goto("plan")
        assert window.page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_read_only_shows_and_changes_nothing(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, Policy(read_only=True)) as studio, tab(chromium, studio.url) as window:
        window.goto("album?name=Dogs")
        window.until(lambda: window.count("added") > 0)
        window.page.wait_for_selector(".cell img")
        window.page.click(".cell >> nth=0")
        window.page.wait_for_selector(".panel .why")
        assert window.page.locator("[data-do], [data-save], [data-row-edit]").count() == 0
