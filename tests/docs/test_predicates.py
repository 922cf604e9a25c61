"""The page of predicates: its blocks mean what the table of predicates says."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.rules.predicates.registry import PREDICATES
from immich_smart_albums.rules.rules_file.rules_file import read_rules
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode
from tests.cli.conftest import CHECKOUT
from tests.support.yaml_values import reading

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode


def page_blocks() -> list[str]:
    """The blocks of YAML on the page as it is now: `UPDATE_DOCS=1` may just have written it anew."""
    page = (CHECKOUT / "docs" / "predicates.md").read_text(encoding="utf-8")
    return re.findall(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)


def test_an_example_is_the_same_beside_its_comment() -> None:
    lists = [block for block in page_blocks() if block.startswith(("-", "#"))]
    assert len(lists) == len(PREDICATES), "UPDATE_DOCS=1 pytest tests/docs writes the page anew"
    for block, predicate in zip(lists, PREDICATES, strict=True):
        listed = value(block)
        assert isinstance(listed, SequenceNode)
        assert list(map(plain, listed.items)) == [plain(value(example)) for example, _ in predicate.examples]


def test_the_rules_file_at_the_top_is_read() -> None:
    read = reading()
    (rules,) = [value(block) for block in page_blocks() if block.startswith("albums:")]
    assert read_rules([rules], read) is not None
    assert read.diagnostics.problems == []


def value(text: str) -> ValueNode:
    """The value in a block of YAML."""
    read = reading()
    result = read_yaml("page.yaml", text.encode(), read.diagnostics)
    assert read.diagnostics.problems == []
    assert result is not None
    return result


def plain(written: ValueNode) -> object:
    """A value without its places."""
    match written:
        case MappingNode():
            return {key.text: plain(entry) for key, entry in written.entries}
        case SequenceNode():
            return [plain(item) for item in written.items]
        case ScalarNode():
            return written.text, written.quoted
