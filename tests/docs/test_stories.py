"""Every page is a story: its rules files are planned and its commands run, in order, and print what stands there.

`UPDATE_DOCS=1 pytest tests/docs` writes anew what commands print; a person reads the diff.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_sandbox.library.records import Tag, User
from immich_smart_albums.cli.exits import Exit
from tests.support.docs.pages import PAGES, Block, blocks
from tests.support.docs.terminal import TOOL, Terminal, command_lines

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_sandbox.library.library import Library


@pytest.fixture
def terminal(tmp_path: Path) -> Iterator[Terminal]:
    """A sandbox of its own: that of `immich-smart-albums sandbox`, and what else the pages talk of."""
    library = generate(2000)
    _move_in(library)
    with Sandbox(library) as sandbox:
        yield Terminal(sandbox, tmp_path)


def _move_in(library: Library) -> None:
    """Grandma, and a tag for photos that are not for everybody. No id is taken that albums would have."""
    alice = library.user_named("alice")
    grandma = User("6f1de3a0-7c44-4c5b-9d43-0c6e3c1f4b7e", "Grandma", "grandma@example.org", alice.created_at)
    library.users[grandma.id] = grandma
    tag = Tag("0c1b7d0e-5c2e-4a55-8f7d-3f6f0a9b1c2d", alice.id, "private", alice.created_at, alice.created_at)
    library.tags[tag.id] = tag
    for album in library.albums.values():
        if album.name == "Best of":
            for asset_id in list(album.asset_ids)[:3]:
                library.assets[asset_id].tag_ids += (tag.id,)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_page_is_true_from_top_to_bottom(page: Path, terminal: Terminal) -> None:
    text = page.read_text(encoding="utf-8")
    printed = [(block, _output(block, terminal)) for block in blocks(page, text)]
    if os.environ.get("UPDATE_DOCS"):
        for block, shown in reversed(printed):
            text = text[: block.start] + shown + text[block.start + len(block.text) :]
        page.write_text(text, encoding="utf-8")
        return
    for block, shown in printed:
        assert shown == block.text, f"{block.place}: UPDATE_DOCS=1 pytest tests/docs writes it anew"


def _output(block: Block, terminal: Terminal) -> str:
    """A block as it would stand there, had it been written just now."""
    match block.language:
        case "console":
            return _with_output(block.text, terminal)
        case "sh":
            for line in command_lines(block.text):
                code, shown = terminal.run(line)
                assert code == 0, f"{block.place}: {line}\n{shown}"
        case "yaml" if re.search(r"^albums:", block.text, re.MULTILINE):
            _plan(block, terminal)
        case _:
            pass  # JSON, other YAML and text have tests of their own
    return block.text


def _plan(block: Block, terminal: Terminal) -> None:
    """Save a rules file under the name in its first line, or the usual one, and plan it."""
    named = re.match(r"# (\S+\.yaml)\n", block.text)
    name = named[1] if named else "smart-albums.yaml"
    terminal.write(name, block.text)
    code, shown = terminal.run(f"{TOOL} plan {name}")
    # A plan that a guard refuses is one, too.
    assert code in ({Exit.WRONG_USAGE} if block.is_wrong else {Exit.DONE, Exit.REFUSED}), f"{block.place}\n{shown}"


def _with_output(text: str, terminal: Terminal) -> str:
    """Command lines behind a `$`, each with what it prints."""
    commands = re.findall(r"^\$ ((?:.*\\\n)*.*)$", text, re.MULTILINE)
    shown = []
    for command in commands:
        joined = " ".join(command_lines(command))
        shown.append(f"$ {command}\n{terminal.run(joined)[1]}")
    return "\n".join(shown)
