"""Why a photo is in an album or not: the page says it as it says the rule, row by row."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

from .conftest import opened

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox import Sandbox

    from .conftest import Opened

RULES = """\
people: {Kids: [Emma, Noah]}
albums:
  - name: both
    match: &both
      place: {country: Finland}
      any: [{person: Emma}, {person: Noah}]
  - {name: one, match: {person: Emma}}
  - {name: any, match: {person: [Emma, Noah], place: {country: Finland}}}
  - {name: group, match: {person: Kids}}
  - {name: id, match: {person: EMMA}}
  - {name: options, match: {person: {all: [Emma, Noah], none: [Grandpa, Grandma], count: {max: 9}}}}
  - {name: only, match: {person: {only: [Emma]}}}
  - name: groups
    match:
      any:
        - {person: Noah, media: video}
        - favorite: false
        - not: [{person: Noah}, {favorite: true, media: photo}]
      not: {rating: 5}
  - {name: photo, match: {photo: PHOTO}}
  - {name: search, match: {smart: {like: PHOTO, top: 5}, favorite: true}}
  - {name: excluded, match: {place: {country: Finland}, not: {any: [{person: Noah}, {favorite: false}]}}}
  - {name: again, match: {all: [*both, {media: photo}]}}
"""


@dataclass
class Lines(HTMLParser):
    """The lines of the explanation in a page, with signs, pictures and what was seen."""

    lines: list[str] = field(default_factory=list)
    misses: list[str] = field(default_factory=list)
    _depth: int = 0
    _in_misses: bool = False

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        own = dict(attributes)
        words = str(own.get("class"))
        self._in_misses |= words == "notice"
        if tag == "ul":
            self._depth += 1
        if tag == "li" and self._depth:
            (self.misses if self._in_misses else self.lines).append("  " * (self._depth - 1))
        if tag == "img" and self._depth:
            self._add(f"<{str(own['src']).partition('/')[0]}>")
        if words == "value":
            self._add(" = ")

    def handle_endtag(self, tag: str) -> None:
        self._depth -= tag == "ul"
        self._in_misses &= tag != "div"

    def handle_data(self, data: str) -> None:
        if self._depth and data.strip() and data.strip() not in {"passed:", "failed:", "not asked:"}:
            self._add(" ".join(data.split()) + (" " if data.strip() in "✓✗·" else ""))

    def _add(self, text: str) -> None:
        lines = self.misses if self._in_misses else self.lines
        lines[-1] += text


def said(page: Opened, name: str, photo: str) -> Lines:
    read = Lines()
    read.feed(page.get("photo", name=name, id=photo).text)
    return read


SAID = {
    "one": ["✓ <face>shows Emma = Emma"],
    "any": [
        "✓ shows Emma or Noah = Emma",
        "  ✓ <face>Emma",
        "  ✗ <face>Noah",
        "✓ was taken in country Finland = Finland",
    ],
    "group": ["✓ shows Kids = Emma", "  ✓ <face>Emma", "  ✗ <face>Noah"],
    "id": ["✓ <face>shows Emma = Emma"],
    "options": [
        "✗ shows Emma and Noah, not Grandpa or Grandma, count up to 9",
        "  ✗ Emma and Noah = Emma",
        "    ✓ <face>Emma",
        "    ✗ <face>Noah",
        "  ✓ not Grandpa or Grandma = Emma",
        "    ✗ <face>Grandpa",
        "    ✗ <face>Grandma",
        "  ✓ count up to 9 = 1",
    ],
    "only": ["✓ shows nobody but Emma = Emma", "  ✓ <face>Emma", "  ✓ nobody but Emma"],
    "groups": [
        "✓ at least one of these",
        "  ✗ all of these together",
        "    ✗ <face>shows Noah = Emma",
        "    ✗ is video = IMAGE",
        "  ✓ not: is a favourite = no",
        "  ✓ none of these",
        "    ✗ <face>shows Noah = Emma",
        "    ✗ all of these together",
        "      ✗ is a favourite = no",
        "      ✓ is photo = IMAGE",
        "✓ none of these",
        "  ✗ is rated 5 = nothing",
    ],
    "photo": ["✓ is the photo<picture>"],
    "search": ["✓ looks like the photo<picture>, the best 5 = rank 1", "✗ is a favourite = no"],
    "excluded": [
        "✓ was taken in country Finland = Finland",
        "✗ none of these",
        "  ✓ at least one of these",
        "    ✗ <face>shows Noah = Emma",
        "    ✓ not: is a favourite = no",
    ],
    "again": [
        "✓ all of these",
        "  ✓ all of these together",
        "    ✓ was taken in country Finland = Finland",
        "    ✓ at least one of these",
        "      ✓ <face>shows Emma = Emma",
        "      ✗ <face>shows Noah = Emma",
        "  ✓ is photo = IMAGE",
    ],
}
"""For a photo in Finland of Emma alone, each line with what was seen behind it."""


def test_why_is_said_row_by_row(library: Sandbox, tmp_path: Path) -> None:
    emma = next(id_ for id_, person in library.library.people.items() if person.name == "Emma")
    with library, opened(library, tmp_path, rules="albums: [{name: A, match: {person: {only: Emma}}}]") as page:
        photo = page.studio.session.select()["A"].assets[0].id
        page.file.write_text(RULES.replace("PHOTO", photo).replace("EMMA", emma), encoding="utf-8")
        assert {name: said(page, name, photo).lines for name in SAID} == SAID
        assert said(page, "search", photo).misses == ["is a favourite = no"]
        assert said(page, "options", photo).misses == [
            "shows Emma and Noah, not Grandpa or Grandma, count up to 9:<face>Noah = Emma"
        ]
