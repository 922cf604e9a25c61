"""The docs can fail: every command runs, every JSON block is read, every table is what the code says.

`UPDATE_DOCS=1 pytest tests/docs` writes the tables and the demo's output anew; a person reads the diff.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.cli.arguments import selection_parser
from immich_smart_albums.cli.exits import MEANINGS
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.immich import versions
from immich_smart_albums.model.query import Kind
from immich_smart_albums.operations.permissions import NEEDS
from immich_smart_albums.rules.asset_fields import ASSET, FROM_DETAILS
from immich_smart_albums.rules.fields import FIELDS
from immich_smart_albums.rules.findings import Findings
from immich_smart_albums.rules.local_filters import read_local_filters
from immich_smart_albums.rules.payload import read_search
from immich_smart_albums.rules.source import Form, Source
from tests.cli.conftest import CHECKOUT, Shell, sandbox, shell

from .reference import predicates_reference

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["sandbox", "shell"]  # fixtures

PAGES = sorted([CHECKOUT / "README.md", *(CHECKOUT / "docs").glob("*.md")])


def blocks(language: str) -> list[str]:
    """All code blocks of a language, on all pages."""
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


def commands() -> list[str]:
    """The tool's command lines in shell blocks, continued lines joined."""
    lines = "".join(blocks("sh")).replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("immich-smart-albums ")]


@pytest.mark.parametrize("command", commands())
def test_a_command_in_the_docs_runs(command: str, shell: Shell) -> None:
    result = subprocess.run(
        ["bash", "-c", command],
        cwd=shell.folder,
        env=shell.environment,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize("block", blocks("json"))
def test_a_json_block_in_the_docs_is_a_filter(block: str) -> None:
    source, findings = Source("docs", block, Form.INLINE), Findings()
    if isinstance(json.loads(block), list):
        read_local_filters(source, findings)
    else:
        read_search(source, Kind.METADATA, findings, smart_limit=200, zone=None)
    findings.raise_problems()


def flags_of(parser: argparse.ArgumentParser) -> set[str]:
    """All flags of a verb, those of its own verbs too."""
    inner = [each for each in parser._actions if isinstance(each, argparse._SubParsersAction)]
    flags = {flag for each in inner for parser in each.choices.values() for flag in flags_of(parser)}
    return flags | set(parser._option_string_actions)


def test_every_flag_and_verb_in_the_docs_exists() -> None:
    known = set(selection_parser()._option_string_actions)
    known |= {flag for name, verb in VERBS.items() for flag in flags_of(verb.parser(name))}
    text = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text):
        assert flag in known, f"{flag} is not a flag"
    for verb in re.findall(r"immich-smart-albums ([a-z]+)\b", text):
        assert verb in VERBS, f"{verb} is not a verb"


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target in re.findall(r"\]\((?!http)([^)#]+)", page.read_text(encoding="utf-8")):
            assert (page.parent / target).exists(), f"{page.name}: {target}"


def permissions_table() -> str:
    rows = "\n".join(f"| `{name}` | {purpose} |" for name, purpose in NEEDS.items())
    return f"| permission | for |\n|---|---|\n{rows}\n"


def exits_table() -> str:
    rows = "\n".join(f"| {code.value} | {meaning} |" for code, meaning in MEANINGS.items())
    return f"| code | meaning |\n|---|---|\n{rows}\n"


def fields_table() -> str:
    rows = []
    for name, field in FIELDS.items():
        kinds = "both" if len(field.kinds) == 2 else "content" if Kind.SMART in field.kinds else "metadata"
        value = field.type.value + (
            ", or null for “has none”" if field.nullable and "null" not in field.type.value else ""
        )
        rows.append(f"| `{name}` | {value} | {kinds} | {_span(name)} |")
    return "| field | value | searches | Immich |\n|---|---|---|---|\n" + "\n".join(rows) + "\n"


def _span(name: str) -> str:
    span = versions.FIELDS.get(name)
    words = [] if span is None else [str(span).removeprefix("Immich has it ")]
    for (field, value), narrower in versions.VALUES.items():
        if field == name:
            words.append(f"{json.dumps(value)} {str(narrower).removeprefix('Immich has it ')}")
    return "; ".join(words)


def asset_fields_list() -> str:
    """The fields of an asset and what is below them, one group a line."""
    single, groups = [], []
    for name, shape in sorted(ASSET.fields.items()):
        shown = f"`{name}`{'*' if name in FROM_DETAILS else ''}"
        below = shape.elements.fields if shape.elements else shape.fields
        if below:
            inner = ", ".join(f"`{each}`" for each in sorted(below))
            groups.append(f"- {shown}{' (a list)' if shape.elements else ''}: {inner}")
        else:
            single.append(shown)
    return f"- {', '.join(single)}\n" + "\n".join(groups) + "\n"


def demo_output() -> str:
    result = subprocess.run(
        [sys.executable, "-m", "immich_smart_albums", "demo"],
        env={**os.environ, "TZ": "UTC"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=True,
    )
    shown = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:40000", result.stdout)
    return f"```console\n{shown}```\n"


@pytest.mark.parametrize(
    ("page", "name", "render"),
    [
        ("README.md", "permissions", permissions_table),
        ("README.md", "exits", exits_table),
        ("README.md", "demo", demo_output),
        ("docs/filters.md", "fields", fields_table),
        ("docs/filters.md", "assetfields", asset_fields_list),
        ("docs/predicates.md", "predicates", predicates_reference),
    ],
)
def test_a_generated_part_of_the_docs_is_what_the_code_says(page: str, name: str, render: object) -> None:
    path: Path = CHECKOUT / page
    text = path.read_text(encoding="utf-8")
    found = re.search(rf"<!-- {name} -->\n(.*?)<!-- /{name} -->", text, re.DOTALL)
    assert found is not None
    assert callable(render)
    wanted = render()
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(text[: found.start(1)] + wanted + text[found.end(1) :], encoding="utf-8")
    else:
        assert found.group(1) == wanted
