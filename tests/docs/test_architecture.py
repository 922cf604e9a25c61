"""What the page on the code says of it is so: rooms and files that it names exist, and names mean one thing."""

from __future__ import annotations

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.support.docs.pages import CHECKOUT

SRC = CHECKOUT / "src"
TOOL = SRC / "immich_smart_albums"
PAGE = (CHECKOUT / "docs" / "architecture.md").read_text(encoding="utf-8")

FOLDERS = (TOOL, SRC / "immich_sandbox", TOOL / "rules" / "predicates", CHECKOUT)
EXAMPLES = {"time_and_place/weekend.py", "screenshots/"}
"""What the pages add or make."""

IMMICHS_THINGS = {"Album", "Asset", "Person", "Tag", "User", "Workflow"}
ADAPTERS = {"Capabilities", "Directory", "Embeddings", "ServerInfo", "Workflows"}


def test_every_room_has_its_row_and_every_row_its_room() -> None:
    rows = re.findall(r"^\| ((?:`\w+`(?:, )?)+) \|", PAGE, re.MULTILINE)
    named = {name for row in rows for name in re.findall(r"\w+", row)}
    rooms = {path.stem for path in TOOL.iterdir() if path.is_dir() or path.suffix == ".py"}
    assert named == rooms - {"__init__", "__main__", "__pycache__"}


def test_no_room_is_too_full_to_be_read_at_a_glance() -> None:
    modules = Counter(path.parent for path in SRC.rglob("*.py") if path.name != "__init__.py")
    assert {str(room.relative_to(SRC)): count for room, count in modules.items() if count > 16} == {}


def test_tests_stand_in_the_room_of_what_they_test() -> None:
    tests = CHECKOUT / "tests"
    folders = {path.parent.relative_to(tests) for path in tests.rglob("test_*.py")}
    beside = {Path(), Path("cases"), Path("deploy"), Path("docs"), Path("immich_sandbox")}
    assert {str(folder) for folder in folders - beside if not (TOOL / folder).is_dir()} == set()


@pytest.mark.parametrize("page", ["docs/architecture.md", "docs/extending.md", "CONTRIBUTING.md"])
def test_every_file_that_is_named_exists(page: str) -> None:
    text = (CHECKOUT / page).read_text(encoding="utf-8")
    named = {*re.findall(r"`((?:\w+/)+(?:\w+\.py)?)`", text), *re.findall(r"`[^`]* (tests/[^` ]+)", text)}
    assert named
    for path in named - EXAMPLES:
        assert any((folder / path).exists() for folder in FOLDERS), path


def test_a_class_name_means_one_thing() -> None:
    places: defaultdict[str, set[str]] = defaultdict(set)
    for path in SRC.rglob("*.py"):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                places[node.name].add(str(path.relative_to(SRC)))
    shared = {name: paths for name, paths in places.items() if len(paths) > 1}
    assert shared.keys() == IMMICHS_THINGS | ADAPTERS, shared
    for name in IMMICHS_THINGS:
        assert {path.split("/")[0] for path in shared[name]} == {"immich_sandbox", "immich_smart_albums"}, name
    for name in ADAPTERS:
        assert any("ports" in path for path in shared[name]), name
        assert any("/immich/" in path for path in shared[name]), name
