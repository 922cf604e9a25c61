"""The examples that open the passes of the compiler are true."""

from __future__ import annotations

import doctest
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.immich.versions import Capabilities
from immich_smart_albums.model.version import Version
from immich_smart_albums.rules.tree import All, Any, Not, Rule
from immich_smart_albums.selection import compile as passes
from immich_smart_albums.selection.compile.notation import equal, search, write, write_plan
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.compile.simplify import simplify

if TYPE_CHECKING:
    from collections.abc import Iterator

NAMES = [module.name for module in iter_modules(passes.__path__)]


@pytest.mark.parametrize("name", NAMES)
def test_each_pass_opens_with_a_rule_before_and_after(name: str) -> None:
    module = import_module(f"{passes.__name__}.{name}")
    assert ">>>" in str(module.__doc__)
    results = doctest.testmod(module)
    assert results.attempted > 0
    assert results.failed == 0


FAMILY = All(
    (
        Any((search(personIds=("emma",)), search(personIds=("noah",)))),
        equal("country", "Finland"),
        Not(Any((search(personIds=("john",)), Not(Not(search(albumIds=("private",))))))),
    )
)


def walk() -> Iterator[str]:
    """The family rule of the docs before and after each pass."""
    yield write(FAMILY)
    plain = simplify(FAMILY, [])
    yield write(plain)
    assert isinstance(plain, All)
    either, *rest = plain.children
    assert isinstance(either, Any)
    conjuncts = (*rest, either.children[0])
    yield write(All(conjuncts))
    for version in (Version(3, 1), Version(3, 2)):
        server = Capabilities(version)
        yield from write_plan(compile_rules([Rule(FAMILY)], server)).splitlines()


def test_the_docs_walk_a_rule_through_the_passes() -> None:
    page = (Path(__file__).parents[3] / "docs/what-a-run-costs.md").read_text("utf-8")
    for line in walk():
        assert line in page.replace("\n      ", " "), line


def test_what_matches_everything_or_nothing_is_written_so() -> None:
    assert [write(node) for node in (True, False)] == ["everything", "nothing"]


@pytest.mark.parametrize(
    ("exif", "passes"), [({"rating": 5}, True), ({"rating": 4}, False), ({}, False), (None, False)]
)
def test_the_filter_of_the_examples_is_one(exif: object, passes: bool) -> None:
    assert equal("rating", 5).holds({"exifInfo": exif}) is passes
