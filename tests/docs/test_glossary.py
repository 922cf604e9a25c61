"""The words of the glossary are those of the code and of rules files."""

from __future__ import annotations

import importlib
import re

import pytest

from immich_smart_albums.rules.predicates.registry import PREDICATES_BY_WORD
from immich_smart_albums.rules.rules_file.keywords import ALBUM, FILE
from immich_smart_albums.rules.rules_file.match import COMBINATIONS
from tests.support.docs.pages import CHECKOUT

_ROWS = [
    [cell.strip() for cell in line.strip("|").split("|")]
    for line in (CHECKOUT / "docs" / "glossary.md").read_text(encoding="utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| word")
]
_NAMES = [name for row in _ROWS for name in re.findall(r"`([\w.]+)`", row[-1])]


@pytest.mark.parametrize("name", _NAMES)
def test_a_name_of_the_code_in_the_glossary_exists(name: str) -> None:
    module, _, attribute = f"immich_smart_albums.{name}".rpartition(".")
    assert hasattr(importlib.import_module(module), attribute)


def test_every_row_says_what_stands_for_it_in_the_code() -> None:
    assert len(_ROWS) > 40
    for row in _ROWS:
        assert re.search(r"`[\w.]+`", row[-1]), row


def test_a_word_of_rules_files_in_the_glossary_exists() -> None:
    words = [word for row in _ROWS if len(row) == 4 for word in re.findall(r"`(\w+)`", row[2])]
    assert words
    for word in words:
        assert word in {*ALBUM, *FILE, *PREDICATES_BY_WORD, *COMBINATIONS}, word


def test_the_glossary_has_no_word_twice() -> None:
    words = [row[0] for row in _ROWS]
    assert len(words) == len(set(words))
