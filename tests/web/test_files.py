"""A rules file as a whole: nothing that is wrong with it keeps the studio from opening, and no text is lost."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.web.safety import Policy

from .conftest import RULES, opened

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox import Sandbox

    from .conftest import Opened

BROKEN = RULES.replace("person:", "persn:")
NO_YAML = RULES.replace("match:", "match: [", 1)


def text_in(page: str) -> str:
    """What the page's text field says."""
    shown = re.search(r"<textarea[^>]*>\n(.*)</textarea>", page, re.DOTALL)
    assert shown
    return html.unescape(shown[1])


def basis(page: Opened) -> str:
    shown = re.search(r'data-basis="(\w+)"', page.get("file", path=str(page.file)).text)
    assert shown
    return shown[1]


@pytest.mark.parametrize(("rules", "place"), [(BROKEN, "line 6, column 7"), (NO_YAML, "line 5")])
def test_rules_that_are_broken_at_the_start_are_shown_and_mended(
    sandbox: Sandbox, tmp_path: Path, rules: str, place: str
) -> None:
    with opened(sandbox, tmp_path, rules=rules) as page:
        assert page.get("").status == 200
        for path in ("albums", "plan-body", "check-body"):
            text = page.get(path).text
            assert "Open the file here" in text, path
            assert re.search(r"smart-albums\.yaml:\d+:\d+", text), path
        assert "Open the file here" in page.get("album", name="Dogs").text
        shown = page.get("file", path=str(page.file)).text
        assert place in shown
        assert text_in(shown) == rules
        # What cannot be read is not saved.
        worse = page.post("save-file", path=str(page.file), text=rules + "  more: [", basis=basis(page)).json
        assert worse["reads"] is False
        assert page.file.read_text(encoding="utf-8") == rules
        assert page.post("check-file", path=str(page.file), text=RULES).json["reads"] is True
        saved = page.post("save-file", path=str(page.file), text=RULES, basis=basis(page)).json
        assert saved["reads"] is True
        assert page.file.read_text(encoding="utf-8") == RULES
        assert page.file.with_name("smart-albums.yaml.bak").read_text(encoding="utf-8") == rules
        assert "Kids in Finland" in page.get("albums").text
        assert page.get("preview", name="Dogs", page="1", number="1").json["counts"]["added"] == 30


def test_what_is_wrong_in_another_file_does_not_keep_one_from_being_mended(sandbox: Sandbox, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text("albums: [{name: Other, match: {rting: 3}}]\n", encoding="utf-8")
    with opened(sandbox, tmp_path, rules=BROKEN, paths=(tmp_path / "smart-albums.yaml", other)) as page:
        assert page.post("check-file", path=str(page.file), text=RULES).json["reads"] is True
        assert page.post("check-file", path=str(other), text="albums: [").json["reads"] is False


def test_a_file_that_was_changed_meanwhile_is_not_overwritten(page: Opened) -> None:
    before = basis(page)
    page.file.write_text(RULES + "# theirs\n", encoding="utf-8")
    answer = page.post("save-file", path=str(page.file), text=RULES + "# mine\n", basis=before).json
    assert "theirs" in answer["problem"]
    assert answer["theirs"] == RULES + "# theirs\n"
    assert page.file.read_text(encoding="utf-8") == RULES + "# theirs\n"
    page.post("save-file", path=str(page.file), text=RULES + "# mine\n", basis=answer["basis"])
    assert page.file.read_text(encoding="utf-8") == RULES + "# mine\n"


def test_line_ends_and_the_first_empty_line_stay(page: Opened) -> None:
    text = "\n" + RULES
    page.file.write_bytes(text.replace("\n", "\r\n").encode())
    shown = text_in(page.get("file", path=str(page.file)).text).replace("\r\n", "\n")
    assert shown == text
    page.post("save-file", path=str(page.file), text=shown + "# more\n", basis=basis(page))
    assert page.file.read_bytes() == (text + "# more\n").replace("\n", "\r\n").encode()


def test_only_rules_files_are_shown_and_saved(page: Opened) -> None:
    (page.folder / "secret.yaml").write_text("secret", encoding="utf-8")
    for path in (str(page.folder / "secret.yaml"), "/etc/passwd", "", "../smart-albums.yaml", f"{page.file}/../x"):
        answer = page.get("file", path=path)
        assert answer.status == 404
        assert "<textarea" not in answer.text
        assert "problem" in page.post("save-file", path=path, text=RULES, basis="").json
        assert "problem" in page.post("check-file", path=path, text=RULES).json


def test_read_only_shows_the_file_and_saves_nothing(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, Policy(read_only=True), rules=BROKEN) as page:
        text = page.get("file", path=str(page.file)).text
        assert "readonly" in text
        assert "data-save" not in text
        assert page.post("save-file", path=str(page.file), text=RULES, basis=basis(page)).status == 403


def test_files_that_come_and_go_in_a_folder_are_noticed(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, paths=[tmp_path]) as page:
        assert "Stars" not in page.get("albums").text
        other = tmp_path / "other.yaml"
        other.write_text("albums: [{name: Stars, match: {rating: 5}}]\n", encoding="utf-8")
        assert "Stars" in page.get("albums").text
        assert page.get("preview", name="Stars").json["counts"]["added"] > 0
        other.unlink()
        text = page.get("albums").text
        assert "Dogs" in text
        assert "Stars" not in text
        assert page.get("album", name="Stars").status == 404
        page.file.unlink()
        assert "there is no rules file in this folder" in page.get("albums").text


def test_rules_that_stay_as_they_are_are_not_read_again(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for paths in ((), (tmp_path,), (tmp_path / "smart-albums.yaml",)):
        with opened(sandbox, tmp_path, paths=paths) as page, monkeypatch.context() as patch:
            page.get("album", name="Dogs")
            patch.setattr(page.studio.session, "reload", lambda *_: pytest.fail("the rules were read again"))
            assert page.get("album", name="Dogs").status == 200


def test_a_first_file_that_cannot_be_read_is_said_to_be_wrong_and_not_to_be_missing(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with opened(sandbox, tmp_path, rules=None) as page:
        assert "No rule yet" in page.get("albums").text
        for text in (NO_YAML, BROKEN):
            page.file.write_text(text, encoding="utf-8")
            shown = page.get("albums").text
            assert "Open the file here" in shown
            assert "No rule yet" not in shown
            assert "New album" not in shown  # what stands in where there is none
        page.file.write_text("", encoding="utf-8")
        assert "No rule yet" in page.get("albums").text
        page.file.write_text(RULES, encoding="utf-8")
        assert "Kids in Finland" in page.get("albums").text
        page.file.unlink()
        assert "No rule yet" in page.get("albums").text
