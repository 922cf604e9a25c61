"""Every view, for everybody: axe finds nothing serious, nothing is wider than the screen. A picture is kept of it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.cli.exits import Exit
from tests.cli.test_rules_runs import Terminal, terminal
from tests.support.browser import findings, needs_browser, overflows, tab

from .conftest import opened
from .views import FIRST_RULES, PARTS, Screen, write_history

if TYPE_CHECKING:
    from playwright.sync_api import Browser

    from immich_sandbox import Sandbox

    from .views import Part, Scheme

__all__ = ["terminal"]

pytestmark = [needs_browser, pytest.mark.untraced]

LARGEST_REPORT = 5_000_000

SCREENSHOTS = Path(__file__).parents[2] / "screenshots"
"""Not in the repository: for who wants to see what the tests saw."""

CONTRAST = ("color-contrast",)
"""All that is another question in the dark."""


LOOKS: tuple[tuple[int, Scheme], ...] = ((360, "dark"), (360, "light"), (2560, "light"), (1280, "light"))
"""How a view is looked at: from one to the next little changes. What is next begins where the one before ended."""


def is_for_everybody(screen: Screen, name: str) -> None:
    """Look at what is there, narrow and wide, light and dark. It is loaded once."""
    page = screen.window.page
    for width, scheme in LOOKS if screen.scheme != "light" else LOOKS[::-1]:
        screen.show(width, scheme)
        assert not overflows(page), (name, width)
        if (width, scheme) == LOOKS[0]:
            assert findings(page, CONTRAST) == [], name
            screen.keep(name, width, scheme)
        if (width, scheme) == LOOKS[-1]:
            assert findings(page) == [], name
            screen.keep(name, width, scheme)


@pytest.mark.parametrize(("part", "size"), PARTS.items(), ids=lambda value: getattr(value, "__name__", None))
def test_every_view_is_for_everybody(
    chromium: Browser, sandbox: Sandbox, tmp_path: Path, part: Part, size: int
) -> None:
    """Long, for there are twenty views, each in three widths, light and dark."""
    with opened(sandbox, tmp_path, rules=FIRST_RULES) as studio, tab(chromium, studio.url, with_axe=True) as window:
        window.ignored = "404"  # the view that is not there
        write_history(studio)
        screen = Screen(window, SCREENSHOTS)
        names = []
        for name in part(window, studio):
            is_for_everybody(screen, name)
            names.append(name)
        assert len(set(names)) == size


def test_reports_are_for_everybody(chromium: Browser, terminal: Terminal) -> None:
    """Long, for each of three reports is looked at in all sizes, and on paper."""
    rules = "albums:\n" + "".join(
        f"  - {{name: 'Album {number} <b>of</b> {'many ' * number}', match: {{place: {{country: Finland}}}}}}\n"
        for number in range(0, 20, 4)
    )
    assert terminal.run("preview", "--format", "ids", rules=rules) is Exit.DONE
    photo = terminal.printed.split()[0]
    assert terminal.run("plan", "--html", "plan.html") is Exit.DONE
    assert terminal.run("preview", "--html", "preview.html", "--photos", "3") is Exit.DONE
    assert terminal.run("explain", "smart-albums.yaml", "Album 0 <b>of</b>", photo, "--html", "why.html") is Exit.DONE
    for name in ("plan", "preview", "why"):
        file = terminal.folder / f"{name}.html"
        assert file.stat().st_size < LARGEST_REPORT
        assert file.stat().st_mode & 0o777 == 0o600
        with tab(chromium, file.as_uri(), with_axe=True) as window:
            window.goto("")
            assert window.page.evaluate("[...document.images].every((image) => image.naturalWidth || !image.complete)")
            is_for_everybody(Screen(window, SCREENSHOTS), f"report-{name}")
            window.page.emulate_media(media="print", color_scheme="dark")
            assert window.page.evaluate("getComputedStyle(document.body).color") == "rgb(0, 0, 0)"  # on paper
            assert window.hosts <= {"file:///", file.as_uri()}
            window.hosts.clear()  # what is inlined, and the file itself
