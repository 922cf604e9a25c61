"""Pages are given what they show, and nothing else; what scripts have is used."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from jinja2 import Environment, meta

import immich_smart_albums.web

WEB = Path(immich_smart_albums.web.__file__).parent
FOLDERS = (WEB.parent / "report" / "html" / "templates", WEB / "templates")
TEMPLATES = {path.name: path.read_text(encoding="utf-8") for folder in FOLDERS for path in folder.glob("*.html")}
SCRIPTS = "\n".join(path.read_text(encoding="utf-8") for path in (WEB / "static").glob("*.js"))
"""Those of reports, and over them our own."""
GLOBALS = {"address"}


def needed(template: str) -> set[str]:
    """The variables of a template and of those that it is made of."""
    environment = Environment(autoescape=True)
    environment.filters = dict.fromkeys(re.findall(r"\|\s*(\w+)", "".join(TEMPLATES.values())), str)
    tree = environment.parse(TEMPLATES[template])
    parts = {name for name in meta.find_referenced_templates(tree) if name}
    return set(meta.find_undeclared_variables(tree)).union(*map(needed, parts)) - GLOBALS


def test_a_page_is_given_nothing_that_it_does_not_show() -> None:
    calls = 0
    for path in WEB.rglob("*.py"):
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            match call:
                case ast.Call(func=ast.Name("page" | "rendered"), args=[ast.Constant(str(template)), *_]):
                    values = {keyword.arg for keyword in call.keywords}
                    assert values <= needed(template), (path.name, call.lineno, template)
                    calls += 1
    assert calls > 20


def test_every_function_and_method_of_a_script_is_called() -> None:
    functions = re.findall(r"function (\w+)\(", SCRIPTS)
    methods = re.findall(r"^  (?:async )?(?!constructor|if|for|while|switch)(\w+)\([^()]*\) \{$", SCRIPTS, re.MULTILINE)
    assert len(functions) > 30
    assert len(methods) > 10
    names = [name for name in (*functions, *methods) if len(re.findall(rf"\b{name}\b", SCRIPTS)) < 2]
    assert names == []
