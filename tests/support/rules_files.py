"""Rules files in tests: text → book."""

from __future__ import annotations

from datetime import date
from textwrap import dedent
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.rules.rules_file.rules_file import read_rules
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.reader import Reader

if TYPE_CHECKING:
    from immich_smart_albums.rules.album import AlbumRule, RuleSet


def read(*files: str) -> tuple[RuleSet | None, Diagnostics]:
    """What some files say together, and what it turned up."""
    diagnostics = Diagnostics()
    values = [
        value
        for number, text in enumerate(files, 1)
        if (value := read_yaml(f"{number}.yaml", dedent(text).encode(), diagnostics)) is not None
    ]
    return read_rules(values, Reader(diagnostics, date(2026, 8, 15))), diagnostics


def book(*files: str) -> RuleSet:
    """The book of files without a problem."""
    result, findings = read(*files)
    assert findings.problems == []
    assert result is not None
    return result


def album(settings: str = "", *, name: str = "Kids", top: str = "") -> AlbumRule:
    """The one album of a file, with some settings of its own, a flow mapping without its braces."""
    (result,) = book(f'{top}\nalbums: [{{name: "{name}", match: {{favorite: true}}, {settings}}}]').albums
    return result


def problems(*files: str) -> list[tuple[str, str]]:
    """Where and what is wrong with some files."""
    result, findings = read(*files)
    assert result is None
    return [(problem.where, problem.message) for problem in findings.problems]
