"""Reports as pages: one private file that asks nobody for anything."""

from __future__ import annotations

import json
import re
import webbrowser
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.cli import html_report
from immich_smart_albums.cli.exits import Exit

from .test_rules_runs import Terminal, terminal

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["terminal"]

HOSTILE = """\
albums:
  - name: "<script>alert(1)</script>"
    match: {person: Emma}
"""


class Page(HTMLParser):
    """What a page would run or ask for."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.words = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        said = dict(attrs)
        assert not [name for name in said if name.startswith("on") or name == "style"]
        self.addresses += [said[name] or "" for name in ("src", "srcset", "data", "action") if name in said]
        if tag == "link":
            self.addresses.append(said.get("href") or "")

    def handle_data(self, data: str) -> None:
        self.words += data


def read(path: Path) -> tuple[str, Page]:
    text = path.read_text(encoding="utf-8")
    return text, Page(text)


def test_a_plan_is_a_page_with_its_photos_in_it(terminal: Terminal) -> None:
    assert terminal.run("plan", "--html", "plan.html", "--photos", "5", rules=HOSTILE) is Exit.DONE
    assert "the plan as a page: plan.html" in terminal.said
    text, page = read(terminal.folder / "plan.html")
    assert (terminal.folder / "plan.html").stat().st_mode & 0o777 == 0o600
    assert page.tags.count("img") == 5
    assert all(address.startswith("data:image/") for address in page.addresses)
    assert "script" not in page.tags
    assert "<script>alert(1)</script>" in page.words
    assert re.search(r"and [\d,]+ more", page.words)
    assert terminal.sandbox.keys["alice"] not in text
    assert "default-src 'none'; img-src data:; style-src 'sha256-" in text.replace("&#39;", "'")


def test_a_page_for_a_bug_report_has_no_pictures(terminal: Terminal) -> None:
    before = len(terminal.sandbox.requests)
    terminal.run("plan", "--html", "plan.html", "--no-photos")
    _, page = read(terminal.folder / "plan.html")
    assert "img" not in page.tags
    assert not [request for request in terminal.sandbox.requests[before:] if "thumbnail" in request.path]


def test_what_the_server_has_no_picture_of_is_shown_by_name(terminal: Terminal) -> None:
    terminal.run("plan", "--format", "json")
    (album,) = json.loads(terminal.printed)["albums"]
    photo = next(change["assets"][0]["id"] for change in album["changes"] if change["change"] == "add")
    terminal.sandbox.faults.status(404, path=f"/api/assets/{photo}/thumbnail", times=None)
    assert terminal.run("plan", "--html", "plan.html", "--photos", "3") is Exit.DONE
    _, page = read(terminal.folder / "plan.html")
    assert page.tags.count("img") == 2
    assert "1 photo shown by name: the server sent no picture" in terminal.said


def test_a_preview_is_a_page(terminal: Terminal) -> None:
    rules = HOSTILE + "  - {name: Nobody, match: {tag: nothing}}\n  - {name: None yet, match: {taken: 1999}}\n"
    assert terminal.run("preview", "--html", "preview.html", "--photos", "4", rules=rules) is Exit.FAILED
    _, page = read(terminal.folder / "preview.html")
    assert page.tags.count("img") == 4
    assert "<script>alert(1)</script>" in page.words
    assert "there is no tag 'nothing'" in page.words
    assert "no photo matches" in page.words
    assert re.search(r"photos \d+", page.words)


def test_an_explanation_is_a_page_with_the_photo(terminal: Terminal) -> None:
    terminal.run("preview", "--format", "ids")
    photo = terminal.printed.split()[0]
    name = "Emma in Finland"
    assert terminal.run("explain", "smart-albums.yaml", name, photo, "--html", "why.html") is Exit.DONE
    _, page = read(terminal.folder / "why.html")
    assert page.tags.count("img") == 1
    assert "It belongs in this album" in page.words
    parts = re.findall(r"^ *✓ (.*?)(?:  \((.*)\))?$", terminal.printed, re.MULTILINE)
    assert len(parts) > 2
    assert all(words in page.words and answer in page.words for words, answer in parts)
    terminal.run("explain", "smart-albums.yaml", name, photo, "--html", "why.html", "--no-photos")
    assert "img" not in read(terminal.folder / "why.html")[1].tags


@pytest.mark.parametrize("verb", ["plan", "preview", "explain"])
def test_a_page_opens_in_a_browser(terminal: Terminal, monkeypatch: pytest.MonkeyPatch, verb: str) -> None:
    terminal.run("preview", "--format", "ids")
    words = ("smart-albums.yaml", "Emma in Finland", terminal.printed.split()[0]) if verb == "explain" else ()
    opened: list[str] = []

    def show(address: str) -> bool:
        opened.append(address)
        return len(opened) == 1

    monkeypatch.setattr(webbrowser, "open", show)
    assert terminal.run(verb, *words, "--html", "a page.html", "--open", "--no-photos") is Exit.DONE
    page = terminal.folder / "a page.html"
    assert opened == [page.as_uri()]
    assert page.stat().st_mode & 0o777 == 0o600
    assert "no browser" not in terminal.said
    terminal.run(verb, *words, "--html", "a page.html", "--open", "--no-photos")
    assert "no browser could be opened here" in terminal.said
    assert terminal.run(verb, *words, "--open") is Exit.WRONG_USAGE
    assert "--html" in terminal.said
    assert len(opened) == 2


def test_a_page_stays_small(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(html_report, "BUDGET", 10_000)
    terminal.run("plan", "--html", "plan.html")
    text, page = read(terminal.folder / "plan.html")
    assert page.tags.count("img") > 0
    assert len("".join(page.addresses)) <= 10_000 < len(text)
    assert "to keep the page small" in terminal.said
