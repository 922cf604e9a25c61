"""Renamed, or a new album? The pages ask, and write the answer beside the rule."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.support.browser import needs_browser, tab

from .conftest import opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from immich_sandbox import Sandbox

    from .conftest import Opened

RULES = "albums:\n  - name: Stars  # ours\n    match: {rating: 5}\n"
RENAMED = RULES.replace("Stars", "Best")


def rename(page: Opened) -> list[str]:
    """Apply the rule, and give it another name in the file; the albums of either name."""
    page.applied(page.get("plan-body").text.partition('data-apply="')[2].partition('"')[0])
    page.file.write_text(RENAMED, encoding="utf-8")
    return names(page.sandbox)


def names(sandbox: Sandbox) -> list[str]:
    return sorted(album.name for album in sandbox.library.albums.values() if album.name in {"Stars", "Best"})


@pytest.mark.parametrize(("was", "after"), [("Stars", ["Best"]), ("none", ["Best", "Stars"])])
def test_the_plan_asks_and_goes_on_with_the_answer(
    sandbox: Sandbox, tmp_path: Path, was: str, after: list[str]
) -> None:
    with opened(sandbox, tmp_path, rules=RULES) as page:
        assert "data-was" not in page.get("plan-body").text
        assert rename(page) == ["Stars"]
        for text in (page.get("plan-body").text, page.get("preview", name="Best").json["about"]):
            assert text.index('data-was="Stars" data-rule="Best"') < text.index('data-was="none" data-rule="Best"')
        edited = page.post("edit", name="Best", entry=RENAMED.partition("\n")[2], action="was", value=was).json
        assert page.post("was", rule="Best", was=was).json == {"name": "Best"}
        text = page.file.read_text(encoding="utf-8")
        assert text == f"{RENAMED}    was: {was}\n"
        assert f"was: {was}" in edited["entry"]
        plan = page.get("plan-body").text
        assert "data-was" not in plan
        page.applied(plan.partition('data-apply="')[2].partition('"')[0])
        assert names(sandbox) == after
        assert "problem" in page.post("was", rule="Best", was="Nobody: ever").json


@needs_browser
@pytest.mark.untraced
def test_the_answer_is_given_by_keyboard(chromium: Browser, sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, rules=RULES) as studio, tab(chromium, studio.url) as window:
        rename(studio)
        # With the rule it is a change like any other one, which can be taken back.
        window.goto("album?name=Best")
        window.press("[data-was=Stars]")
        window.until("document.querySelector('[data-entry]').value.includes('was: Stars')")
        window.settled()
        window.press("[data-revert]")
        window.settled()
        # In the plan it is written, and the plan is made again.
        window.goto("plan")
        with window.page.expect_navigation():
            window.press("[data-was=Stars]")
        assert studio.file.read_text(encoding="utf-8") == f"{RENAMED}    was: Stars\n"
        window.page.wait_for_selector("[data-apply]:not([disabled])")
