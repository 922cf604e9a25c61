"""Every view of the studio, one after another in one tab: for tests of all of them, and for who looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from .conftest import RULES

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from .browser import Tab
    from .conftest import Opened

Scheme = Literal["light", "dark"]
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

HEIGHTS = {360: 740, 1280: 800, 2560: 1300}
"""Of a screen, by its width."""

FORMS = ("person", "near", "taken")
"""Predicates whose rows are changed in forms that have nothing in common."""

FIRST_RULES = "albums: [{name: Dogs, match: {smart: {query: a dog on a beach, top: 12}}}]"


def write_history(studio: Opened) -> None:
    """One run in the history, and after it other rules."""
    studio.file.write_text(FIRST_RULES, encoding="utf-8")
    studio.applied(studio.get("plan-body").text.partition('data-apply="')[2].partition('"')[0])
    studio.file.write_text(RULES, encoding="utf-8")


def views(window: Tab, studio: Opened) -> Iterator[str]:
    """Go through all of them; the name of each, once it is there. In the end the rules are broken."""
    addresses = {"albums": "", "new": "new", "plan": "plan", "history": "history", "run": "run?id=1"}
    file = f"file?{urlencode({'path': str(studio.file)})}"
    more = {"undo": "undo?run=1", "check": "check", "file": file, "not-found": "nothing", "delete": "delete?name=Dogs"}
    for name, address in {**addresses, **more}.items():
        window.goto(address)
        yield name
    window.goto("album?name=Kids in Finland")
    yield "album"
    window.page.click("[data-view=yaml]")
    yield "album-yaml"
    window.page.click("[data-view=rows]")
    for word in FORMS:
        window.page.select_option("[data-add-word]", word)
        window.page.wait_for_selector(f".row-form[data-word={word}]")
        yield f"form-{word}"
        window.page.click("[data-row-cancel]")
    window.page.click(".cell >> nth=1")
    window.page.wait_for_selector(".panel .why")
    yield "photo"
    window.page.keyboard.press("Escape")
    window.until("document.querySelector('[data-count=near]').textContent")
    window.page.click("[data-tab=near]")
    yield "near-misses"
    studio.file.write_text(RULES.replace("person", "persn"), encoding="utf-8")
    for name, address in {"albums": "", "file": file, "album": "album?name=Dogs"}.items():
        window.goto(address)
        yield f"broken-{name}"


@dataclass
class Screen:
    """What is in front of somebody: a tab that can be made narrow and wide, light and dark."""

    window: Tab
    folder: Path

    def show(self, width: int, scheme: Scheme) -> None:
        """Look at it so, once the pictures in view are there."""
        self.window.page.emulate_media(color_scheme=scheme)
        self.window.page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        self.window.page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")
        self.window.until(_PICTURES_ARE_THERE)

    def keep(self, name: str, width: int, scheme: Scheme) -> None:
        """Keep a picture of it."""
        path = self.folder / f"{name}-{width}-{scheme}.jpg"
        self.window.page.screenshot(path=path, type="jpeg", quality=75)


_PICTURES_ARE_THERE = """
![...document.images].some((image) => !image.complete && image.getBoundingClientRect().top < innerHeight)
"""
