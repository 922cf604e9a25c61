"""Docstrings have one form, `Returns X. None if Y. Raises Z.` or a verb for what is done; and names are no dialect."""

from __future__ import annotations

import ast
import inspect
import re
from functools import cache
from typing import TYPE_CHECKING

from immich_smart_albums import errors
from tests.support.docs.pages import CHECKOUT

if TYPE_CHECKING:
    from collections.abc import Iterator

TOOL = CHECKOUT / "src" / "immich_smart_albums"

NO_VERBS = frozenset(
    (
        *("A", "An", "The", "This", "That", "Those", "It", "Its", "All", "Any", "Another", "Each", "Every", "One"),
        *("Some", "Something", "Somebody", "Everything", "What", "Whether", "Which", "Who", "How", "Where", "When"),
        *("Why", "While", "With", "As", "At", "For", "From", "Of", "True", "False", "None"),
    )
)
ERRORS = {name for name, _ in inspect.getmembers(errors, inspect.isclass)}


def _public(body: list[ast.stmt], where: str) -> Iterator[tuple[str, ast.FunctionDef]]:
    for node in body:
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            yield from _public(node.body, f"{where}:{node.name}")
        elif isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
            yield f"{where}:{node.name}", node


@cache
def _trees() -> dict[str, ast.Module]:
    return {str(path.relative_to(TOOL)): ast.parse(path.read_text("utf-8")) for path in sorted(TOOL.rglob("*.py"))}


@cache
def _docstrings() -> list[tuple[str, ast.FunctionDef, str]]:
    """All but those that say where else the same is said."""
    docstrings = []
    for path, tree in _trees().items():
        for where, function in _public(tree.body, path):
            text = ast.get_docstring(function)
            if text and not text.startswith("See "):
                docstrings.append((where, function, text))
    return docstrings


def _is_property(function: ast.FunctionDef) -> bool:
    return any("property" in ast.unparse(decorator) for decorator in function.decorator_list)


def _may_be_none(function: ast.FunctionDef) -> bool:
    union = function.returns
    return isinstance(union, ast.BinOp) and isinstance(union.right, ast.Constant) and union.right.value is None


def _raised(function: ast.FunctionDef) -> set[str]:
    """Our errors that stand in a `raise` of its own."""
    raised = (node.exc for node in ast.walk(function) if isinstance(node, ast.Raise))
    calls = (error.func if isinstance(error, ast.Call) else error for error in raised)
    return {error.id for error in calls if isinstance(error, ast.Name)} & ERRORS


def test_a_function_says_what_it_returns_or_does() -> None:
    others = [
        f"{where}: {text.splitlines()[0]}"
        for where, function, text in _docstrings()
        if not _is_property(function) and text.split()[0] in NO_VERBS
    ]
    assert not others, "\n".join(others)


def test_it_says_when_it_returns_none() -> None:
    silent = [where for where, function, text in _docstrings() if _may_be_none(function) and "None" not in text]
    assert not silent, "\n".join(silent)


def test_it_says_which_of_our_errors_it_raises() -> None:
    silent = [
        where for where, function, text in _docstrings() if _raised(function) and not re.search(r"\bRaises?\b", text)
    ]
    assert not silent, "\n".join(silent)


DIALECT = frozenset({"asked", "at", "each", "found", "given", "kept", "known", "told"})
"""No names for things: a variable is called after what it holds."""

STORED = {
    "changes/change.py:asked",
    "changes/memory.py:asked",
    "changes/sharing.py:asked",
    "daemon/state.py:told",
}
"""Fields of files that earlier releases wrote."""


def _names(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        match node:
            case ast.Name(id=name, ctx=ast.Store()) | ast.arg(arg=name) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield name
            case ast.FunctionDef(name=name):
                yield name
            case _:
                pass


def test_things_have_names_of_their_own() -> None:
    used = {f"{path}:{name}" for path, tree in _trees().items() for name in DIALECT.intersection(_names(tree))}
    assert used == STORED
