"""Every view of the studio, one after another in one tab: for tests of all of them, and for who looks at them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlencode

from .conftest import RULES

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.support.browser import Tab

    from .conftest import Opened

    Part = Callable[[Tab, Opened], Iterator[str]]

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


def pages(window: Tab, studio: Opened) -> Iterator[str]:
    """Go through all that is no album, and in the end through what is shown of broken rules; the name of each."""
    addresses = {"albums": "", "new": "new", "plan": "plan", "history": "history", "run": "run?id=1"}
    file = f"file?{urlencode({'path': str(studio.file)})}"
    more = {"undo": "undo?run=1", "check": "check", "file": file, "not-found": "nothing", "delete": "delete?name=Dogs"}
    for name, address in {**addresses, **more}.items():
        window.goto(address)
        yield name
    studio.file.write_text(RULES.replace("person", "persn"), encoding="utf-8")
    for name, address in {"albums": "", "file": file, "album": "album?name=Dogs"}.items():
        window.goto(address)
        yield f"broken-{name}"
    studio.file.write_text(RULES, encoding="utf-8")


def one_album(window: Tab, _: Opened) -> Iterator[str]:
    """Go through all that the page of an album can show; the name of each, once it is there."""
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


PARTS: dict[Part, int] = {pages: 13, one_album: 7}
"""All views, in parts that stand for themselves, and how many there are in each."""


def views(window: Tab, studio: Opened) -> Iterator[str]:
    """Go through all of them."""
    for part in PARTS:
        yield from part(window, studio)


@dataclass
class Screen:
    """What is in front of somebody: a tab that can be made narrow and wide, light and dark."""

    window: Tab
    folder: Path
    width: int = 0
    scheme: Scheme | None = None

    def show(self, width: int, scheme: Scheme) -> None:
        """Look at it so, once the pictures in view are there."""
        page = self.window.page
        if scheme != self.scheme:
            page.emulate_media(color_scheme=scheme)
        if width != self.width:
            page.set_viewport_size({"width": width, "height": HEIGHTS[width]})
        self.width, self.scheme = width, scheme
        if not page.evaluate(_IN_THE_FRAME_AFTER_NEXT):
            self.window.until(_PICTURES_ARE_THERE)

    def keep(self, name: str, width: int, scheme: Scheme) -> None:
        """Keep a picture of it."""
        path = self.folder / f"{name}-{width}-{scheme}.jpg"
        self.window.page.screenshot(path=path, type="jpeg", quality=75)


_PICTURES_ARE_THERE = """
![...document.images].some((image) => !image.complete && image.getBoundingClientRect().top < innerHeight)
"""

_IN_THE_FRAME_AFTER_NEXT = f"""
new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done({_PICTURES_ARE_THERE}))))
"""
