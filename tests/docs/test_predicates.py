"""The page of predicates: its blocks mean what the table of predicates says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.rules.predicates.registry import PREDICATES
from immich_smart_albums.rules.rules_file.rules_file import read_book
from immich_smart_albums.rules.syntax.document import Entries, Items, Text
from tests.cli.conftest import CHECKOUT
from tests.rules.values import reading

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import Value

PAGE = (CHECKOUT / "docs" / "predicates.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```yaml\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_an_example_is_the_same_beside_its_comment() -> None:
    lists = [block for block in BLOCKS if block.startswith(("-", "#"))]
    assert len(lists) == len(PREDICATES)
    for block, predicate in zip(lists, PREDICATES, strict=True):
        listed = value(block)
        assert isinstance(listed, Items)
        assert list(map(plain, listed.items)) == [plain(value(example)) for example, _ in predicate.examples]


def test_the_rules_file_at_the_top_is_read() -> None:
    read = reading()
    (rules,) = [value(block) for block in BLOCKS if block.startswith("albums:")]
    assert read_book([rules], read) is not None
    assert read.findings.problems == []


def value(text: str) -> Value:
    """The value in a block of YAML."""
    read = reading()
    found = read_yaml("page.yaml", text.encode(), read.findings)
    assert read.findings.problems == []
    assert found is not None
    return found


def plain(written: Value) -> object:
    """A value without its places."""
    match written:
        case Entries():
            return {key.text: plain(entry) for key, entry in written.entries}
        case Items():
            return [plain(each) for each in written.items]
        case Text():
            return written.text, written.quoted
