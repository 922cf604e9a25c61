"""The docs can fail: every JSON block is read, every name exists, every generated part is what the code says.

`UPDATE_DOCS=1 pytest tests/docs` writes the generated parts anew; a person reads the diff.
"""

from __future__ import annotations

import argparse
import json
import os
import re

import pytest

from immich_smart_albums import errors
from immich_smart_albums.changes.memory import MembershipState
from immich_smart_albums.cli.arguments import selection_parser
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.config.rules_files import VARIABLE
from immich_smart_albums.config.settings import KEY_FILE_NAME, KEY_NAME, SERVER_NAMES
from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.local_filters.local_filter import read_local_filters
from immich_smart_albums.rules.payload.payload import read_search
from immich_smart_albums.rules.predicates.registry import PREDICATES, PREDICATES_BY_WORD
from immich_smart_albums.rules.rules_file.keywords import ACCOUNT, ALBUM, FILE, NOTIFY
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm
from tests.support.docs.generated import PARTS
from tests.support.docs.pages import CHECKOUT, PAGES, all_text, blocks

REFERENCE = (CHECKOUT / "docs" / "reference.md").read_text(encoding="utf-8")


@pytest.mark.parametrize(("page", "name"), PARTS, ids=[" ".join(part) for part in PARTS])
def test_a_generated_part_of_the_docs_is_what_the_code_says(page: str, name: str) -> None:
    path = CHECKOUT / page
    text = path.read_text(encoding="utf-8")
    result = re.search(rf"^<!-- {name} -->\n(.*?)^<!-- /{name} -->$", text, re.DOTALL | re.MULTILINE)
    assert result is not None
    wanted = PARTS[page, name]()
    if os.environ.get("UPDATE_DOCS"):
        path.write_text(text[: result.start(1)] + wanted + text[result.end(1) :], encoding="utf-8")
    else:
        assert result[1] == wanted, "UPDATE_DOCS=1 pytest tests/docs writes it anew"


def test_a_json_block_in_the_docs_is_a_filter() -> None:
    result = [block for page in PAGES for block in blocks(page) if block.language == "json"]
    assert result
    for block in result:
        source, findings = Source(block.place, block.text, SourceForm.INLINE), Diagnostics()
        if isinstance(json.loads(block.text), list):
            read_local_filters(source, findings)
        else:
            read_search(source, Kind.METADATA, findings, smart_limit=200, zone=None)
        findings.raise_problems()


def flags_of(parser: argparse.ArgumentParser) -> set[str]:
    """All flags of a verb, those of its own verbs too."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    flags = {
        flag
        for sub_parsers_action in inner
        for parser in sub_parsers_action.choices.values()
        for flag in flags_of(parser)
    }
    return flags | set(parser._option_string_actions)


def test_every_flag_and_verb_in_the_docs_exists() -> None:
    known = set(selection_parser()._option_string_actions)
    known |= {flag for name, verb in VERBS.items() for flag in flags_of(verb.parser(name))}
    known |= {"--now"}  # of systemctl
    for flag in re.findall(r"(?<![\w-])--[a-z][a-z-]+", all_text()):
        assert flag in known, f"{flag} is not a flag"
    for verb in re.findall(r"immich-smart-albums ([a-z]+)\b", all_text()):
        assert verb in VERBS, f"{verb} is not a verb"


def test_every_word_of_rules_files_in_the_docs_exists() -> None:
    known = {*FILE, *ALBUM, *ACCOUNT, *NOTIFY, *PREDICATES_BY_WORD, "all", "any", "not", "match", "user", "role"}
    known |= {option for predicate in PREDICATES for option in predicate.options}
    known |= {"remove", "add", "empty"}  # of guards
    for word, value in re.findall(r"`([a-z][a-z_-]*): ([^`]*)`", all_text()):
        assert word in known, f"{word}: {value} is nothing that a rules file says"


def test_every_verb_has_a_chapter() -> None:
    text = (CHECKOUT / "docs" / "commands.md").read_text(encoding="utf-8")
    for verb in VERBS:
        assert f"\n## {verb}\n" in text, "UPDATE_DOCS=1 pytest tests/docs writes it"


def test_every_error_has_its_exit_code_and_its_remedy() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (\d) \| .+ \|$", REFERENCE, re.MULTILINE))
    abstract = {errors.SmartAlbumsError, errors.ServerError}
    types = [value for value in vars(errors).values() if isinstance(value, type)]
    classes = [error for error in types if issubclass(error, errors.SmartAlbumsError)]
    exits = {errors.ConfigurationError: Exit.WRONG_USAGE, errors.UnsafePlan: Exit.REFUSED}
    assert rows == {
        error.__name__: str(exits.get(error, Exit.FAILED).value) for error in classes if error not in abstract
    }


def test_every_standing_of_the_ledger_is_explained() -> None:
    chapter = REFERENCE.partition("## The ledger")[2].partition("\n## ")[0]
    assert re.findall(r"^\| `([\w -]+)` \|", chapter, re.MULTILINE) == [
        membership_state.value for membership_state in MembershipState
    ]


def test_every_variable_is_in_the_reference() -> None:
    chapter = REFERENCE.partition("## Variables")[2].partition("\n## ")[0]
    documented = set(re.findall(r"`([A-Z_]{6,})`", chapter))
    assert documented >= {
        *SERVER_NAMES,
        KEY_NAME,
        KEY_FILE_NAME,
        VARIABLE,
        "XDG_STATE_HOME",
        "XDG_CONFIG_HOME",
        "NO_COLOR",
    }
    code = "".join(file.read_text(encoding="utf-8") for file in (CHECKOUT / "src").rglob("*.py"))
    for variable in documented - {"TZ"}:  # the system reads that one
        assert code.count(variable) > 1, f"nothing reads {variable}"


def anchor_of(heading: str) -> str:
    """What GitHub makes of a heading."""
    return re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")


def test_links_between_pages_lead_somewhere() -> None:
    for page in PAGES:
        for target, anchor in re.findall(r"\]\((?!http)([^)#]*)(?:#([^)]+))?\)", page.read_text(encoding="utf-8")):
            leads_to = (page.parent / target).resolve() if target else page
            assert leads_to.exists(), f"{page.name}: {target}"
            if anchor:
                headings = re.findall(r"^#+ (.+)$", leads_to.read_text(encoding="utf-8"), re.MULTILINE)
                assert anchor in map(anchor_of, headings), f"{page.name}: {target}#{anchor}"


def test_every_page_is_linked_from_the_readme() -> None:
    readme = (CHECKOUT / "README.md").read_text(encoding="utf-8")
    for page in PAGES[1:]:
        assert f"(docs/{page.name})" in readme, page.name
