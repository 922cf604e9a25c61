"""The pages of the documentation, and the blocks of code on them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

CHECKOUT = Path(__file__).parents[3]
PAGES = [CHECKOUT / "README.md", *sorted((CHECKOUT / "docs").glob("*.md"))]

_BLOCK = re.compile(r"^(?P<wrong><!-- wrong -->\n)?```(?P<language>\w+)\n(?P<text>.*?)^```$", re.MULTILINE | re.DOTALL)
_GENERATED = re.compile(r"^<!-- (\w+) -->\n.*?^<!-- /\1 -->$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True, slots=True)
class Block:
    """A block of code on a page."""

    place: str
    """`tutorial.md:12`, its first line."""
    language: str
    text: str
    start: int
    """Where its text begins on the page."""
    is_wrong: bool
    """Whether it shows a mistake, as `<!-- wrong -->` in the line before says."""


def blocks(page: Path, text: str | None = None) -> list[Block]:
    """The blocks of a page that are not generated."""
    text = page.read_text(encoding="utf-8") if text is None else text
    generated = [item.span() for item in _GENERATED.finditer(text)]
    return [
        Block(
            f"{page.name}:{text.count(chr(10), 0, item.start('text')) + 1}",
            item["language"],
            item["text"],
            item.start("text"),
            bool(item["wrong"]),
        )
        for item in _BLOCK.finditer(text)
        if not any(start < item.start() < end for start, end in generated)
    ]


def all_text() -> str:
    """Everything that stands on all pages."""
    return "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
