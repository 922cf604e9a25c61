"""Rules that are deleted on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.web.safety import Policy
from tests.support.browser import needs_browser, overflows, tab

from .conftest import RULES, opened

if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Browser

    from immich_sandbox import Sandbox

    from .conftest import Opened

WITHOUT_DOGS = RULES.partition("\n  # A search")[0]


def basis(page: Opened, name: str) -> str:
    """What the page of a deletion knows the file by."""
    return page.get("delete", name=name).text.partition('data-basis="')[2].partition('"')[0]


def test_a_rule_goes_with_its_lines_and_its_album_stays(page: Opened) -> None:
    assert 'href="delete?name=Dogs"' in page.get("album", name="Dogs").text
    assert "has not been applied yet" in page.get("delete", name="Dogs").text
    plan = page.get("plan-body").text.partition('data-apply="')[2].partition('"')[0]
    page.applied(plan)
    albums = {album.id: list(album.asset_ids) for album in page.sandbox.library.albums.values()}
    text = page.get("delete", name="Dogs").text
    assert "no photo is taken out" in text
    assert "ledger forget Dogs --binding" in text
    assert "smart-albums.yaml.bak" in text
    assert "# A search" in text
    assert "# The kids" not in text
    answer = page.post("delete-rule", name="Dogs", basis=basis(page, "Dogs")).json
    assert answer["before"] == RULES
    assert page.file.read_text(encoding="utf-8") == WITHOUT_DOGS
    assert page.file.with_name("smart-albums.yaml.bak").read_text(encoding="utf-8") == RULES
    assert {album.id: list(album.asset_ids) for album in page.sandbox.library.albums.values()} == albums
    assert page.get("delete", name="Dogs").status == 422
    assert "data-apply" in page.get("undo-body", run="1").text
    # Put back it goes on with its album.
    put_back = {"path": str(page.file), "text": answer["before"], "basis": answer["basis"]}
    assert page.post("save-file", **put_back).json["reads"]
    assert "Nothing to do" in page.get("plan-body").text


def test_what_was_changed_meanwhile_is_not_deleted(page: Opened) -> None:
    seen = basis(page, "Dogs")
    changed = RULES.replace("top: 30", "top: 3")
    page.file.write_text(changed, encoding="utf-8")
    assert "nothing was deleted" in page.post("delete-rule", name="Dogs", basis=seen).json["problem"]
    assert page.file.read_text(encoding="utf-8") == changed
    shared = RULES.replace("place: {", "place: &there {").replace("top: 30}", "top: 30}\n      place: *there")
    page.file.write_text(shared, encoding="utf-8")
    assert "used by *there in line" in page.get("delete", name="Kids in Finland").text


def test_without_its_last_rule_a_file_keeps_the_rest_and_the_next_one_goes_into_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    rules = "# Ours.\npeople: {kids: [Emma, Noah]}\nalbums:\n- name: Kids\n  match: {person: kids}\n"
    with opened(sandbox, tmp_path, rules=rules) as page:
        assert "problem" not in page.post("delete-rule", name="Kids", basis=basis(page, "Kids")).json
        assert page.file.read_text(encoding="utf-8") == "# Ours.\npeople: {kids: [Emma, Noah]}\n"
        for path in ("albums", "plan-body", "check-body"):
            text = page.get(path).text
            assert "There is no rule yet" in text or "No rule yet" in text, path
            assert "notice bad" not in text, path
        assert "It goes into" in page.get("new").text
        assert page.post("create", starter="stars", name="Best").json == {"name": "Best"}
        text = page.file.read_text(encoding="utf-8")
        assert text.startswith("# Ours.\npeople: {kids: [Emma, Noah]}\nalbums:\n")
        assert "looking…" in page.get("albums").text
        # And so it is for a studio that begins without any.
        page.file.write_text("# Later.\nalbums: []\n", encoding="utf-8")
        assert "No rule yet" in page.get("albums").text
    with opened(sandbox, tmp_path, Policy(read_only=True), rules="albums: []\n") as page:
        assert "No rule yet" in page.get("albums").text
        page.file.write_text(rules, encoding="utf-8")
        text = page.get("delete", name="Kids").text
        assert "These lines" in text
        assert "data-delete" not in text.replace("data-deletion", "")
        assert "delete?" not in page.get("album", name="Kids").text


def test_of_several_files_each_can_lose_its_rules_and_get_others(sandbox: Sandbox, tmp_path: Path) -> None:
    folder = tmp_path / "rules"
    folder.mkdir()
    (folder / "a.yaml").write_text("# Mine.\nalbums:\n- name: A\n  match: {person: kids}\n", encoding="utf-8")
    (folder / "b.yaml").write_text(
        "people: {kids: [Emma]}\nalbums:\n- {name: B, match: {rating: 4}}\n", encoding="utf-8"
    )
    with opened(sandbox, tmp_path, rules=None, paths=[folder]) as page:
        for name, text in {"A": "delete?name=B", "B": "No rule yet"}.items():
            assert "problem" not in page.post("delete-rule", name=name, basis=basis(page, name)).json
            shown = page.get("album", name="B").text if name == "A" else page.get("albums").text
            assert text in shown
        assert (folder / "b.yaml").read_text(encoding="utf-8") == "people: {kids: [Emma]}\n"
        # What the other file names is there for the next rule.
        page.post("create", starter="person:kids", name="Again", file=str(folder / "a.yaml"))
        assert (folder / "a.yaml").read_text(encoding="utf-8").startswith("# Mine.\nalbums:\n")
        assert "notice bad" not in page.get("albums").text


@needs_browser
@pytest.mark.untraced
def test_a_rule_is_deleted_and_put_back_by_keyboard(chromium: Browser, studio: Opened) -> None:
    with tab(chromium, studio.url) as window:
        page, keys = window.page, window.page.keyboard
        window.goto("album?name=Dogs")
        window.press("a[href^=delete]")
        page.wait_for_selector("[data-delete]")
        page.set_viewport_size({"width": 360, "height": 740})
        assert not overflows(page)
        studio.file.write_text(RULES + "# more\n", encoding="utf-8")
        window.press("[data-delete]")
        page.wait_for_selector("[data-reload]:focus")
        assert studio.file.read_text(encoding="utf-8") == RULES + "# more\n"
        with page.expect_navigation():
            keys.press("Enter")
        window.press("[data-delete]")
        page.wait_for_selector(".notice.good a:focus")
        assert studio.file.read_text(encoding="utf-8") == WITHOUT_DOGS + "\n# more\n"
        window.press("[data-put-back]")
        page.wait_for_url("**/album?name=Dogs")
        assert studio.file.read_text(encoding="utf-8") == RULES + "# more\n"
