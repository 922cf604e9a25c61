"""Every view, for everybody: axe finds nothing serious, and nothing is wider than the screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.cli.exits import Exit
from tests.cli.test_rules_runs import Terminal, terminal
from tests.support.examples import crossed

from .browser import findings, needs_browser, overflows, tab
from .conftest import RULES, opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser

    from immich_sandbox import Sandbox

    from .conftest import Opened

__all__ = ["terminal"]

pytestmark = [needs_browser, pytest.mark.untraced]

LARGEST_REPORT = 5_000_000


@pytest.fixture
def studio(sandbox: Sandbox, tmp_path: Path) -> Iterator[Opened]:
    """One with a run in its history."""
    with opened(sandbox, tmp_path, rules="albums: [{name: Stars, match: {rating: 5}}]") as running:
        running.applied(running.get("plan-body").text.partition('data-apply="')[2].partition('"')[0])
        running.file.write_text(RULES, encoding="utf-8")
        yield running


FORMS = ("person", "place", "near", "taken", "smart", "favorite")


@pytest.mark.parametrize(("width", "scheme"), crossed([360, 1280, 2560], ["light", "dark"]))
def test_every_view_is_for_everybody(chromium: Browser, studio: Opened, scheme: str, width: int) -> None:
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}, "bypass_csp": True}
    views = ("", "new", "plan", "history", "run?id=1", "undo?run=1", "check", f"file?path={studio.file}", "nothing")
    with tab(chromium, studio.url, **options) as at:
        at.ignored = "404"  # the view that is not there
        for view in views:
            at.goto(view)
            assert findings(at.page) == [], view
            assert not overflows(at.page), view
        at.goto("album?name=Kids in Finland")
        for word in FORMS:
            at.page.select_option("[data-add-word]", word)
            at.page.wait_for_selector(f".row-form[data-word={word}]")
            assert findings(at.page) == [], word
            assert not overflows(at.page), word
            at.page.click("[data-row-cancel]")
        at.page.click(".cell >> nth=1")
        at.page.wait_for_selector(".panel .why")
        assert findings(at.page) == []
        assert not overflows(at.page)
        # A rule that is broken, on each page.
        studio.file.write_text(RULES.replace("person", "persn"), encoding="utf-8")
        for view in ("", "plan", f"file?path={studio.file}", "album?name=Dogs"):
            at.goto(view)
            assert "persn" in at.page.inner_text("main") or "album" in view
            assert findings(at.page) == [], view
            assert not overflows(at.page), view


@pytest.mark.parametrize(("width", "scheme"), crossed([360, 1280], ["light", "dark"]))
def test_reports_are_for_everybody(chromium: Browser, terminal: Terminal, scheme: str, width: int) -> None:
    rules = "albums:\n" + "".join(
        f"  - {{name: 'Album {number} <b>of</b> {'many ' * number}', match: {{place: {{country: Finland}}}}}}\n"
        for number in range(20)
    )
    assert terminal.run("preview", "--format", "ids", rules=rules) is Exit.DONE
    photo = terminal.printed.split()[0]
    assert terminal.run("plan", "--html", "plan.html") is Exit.DONE
    assert terminal.run("preview", "--html", "preview.html", "--photos", "3") is Exit.DONE
    assert terminal.run("explain", "smart-albums.yaml", "Album 0 <b>of</b>", photo, "--html", "why.html") is Exit.DONE
    options = {"color_scheme": scheme, "viewport": {"width": width, "height": 800}, "bypass_csp": True}
    for name in ("plan", "preview", "why"):
        file = terminal.folder / f"{name}.html"
        assert file.stat().st_size < LARGEST_REPORT
        assert file.stat().st_mode & 0o777 == 0o600
        with tab(chromium, file.as_uri(), **options) as at:
            at.goto("")
            assert at.page.evaluate("[...document.images].every((image) => image.naturalWidth || !image.complete)")
            assert findings(at.page) == [], name
            assert not overflows(at.page), name
            assert at.hosts <= {"file:///", file.as_uri()}
            at.hosts.clear()  # what is inlined, and the file itself
