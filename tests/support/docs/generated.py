"""What the pages say of the code, made from the code: settings, commands, fields, permissions, exit codes."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

from immich_smart_albums.cli.arguments import selection_parser
from immich_smart_albums.cli.exits import MEANINGS
from immich_smart_albums.cli.parser import PROGRAM
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.config.variables import VARIABLES
from immich_smart_albums.immich import versions
from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.search_fields import FIELDS
from immich_smart_albums.operations.permissions import NEEDS, RULES_NEED
from immich_smart_albums.operations.workflows import WORKFLOWS_NEED
from immich_smart_albums.rules.album import RUN_GUARD, Guard
from immich_smart_albums.rules.local_filters.asset_shape import ASSET, FROM_DETAILS
from immich_smart_albums.rules.rules_file.guard import guard_words
from immich_smart_albums.rules.rules_file.keywords import ACCOUNT, ALBUM, FILE, NOTIFY
from immich_smart_albums.rules.split import MEANINGS as KEY_MEANINGS
from immich_smart_albums.rules.split import SPLIT_KEYS
from tests.support.docs.reference import predicates_reference
from tests.support.docs.terminal import ADDRESS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from immich_smart_albums.rules.rules_file.keywords import Setting


def _table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    first = f"| {' | '.join(head)} |\n|{'---|' * len(head)}\n"
    return first + "".join(f"| {' | '.join(row)} |\n" for row in rows)


def permissions() -> str:
    """What an API key needs."""
    return _table(
        ("permission", "for"),
        ((f"`{name}`", purpose) for name, purpose in (NEEDS | RULES_NEED | WORKFLOWS_NEED).items()),
    )


def exits() -> str:
    """How a run can end."""
    return _table(("code", "meaning"), ((str(code.value), meaning) for code, meaning in MEANINGS.items()))


def variables() -> str:
    """What may stand in the environment."""
    rows = ((", ".join(f"`{name}`" for name in variable.names), variable.meaning) for variable in VARIABLES)
    return _table(("variable", "meaning"), rows)


# -- rules files -------------------------------------------------------------------------------------------------------


def file_settings() -> str:
    """The words at the top of a rules file."""
    return _settings(FILE)


def account_settings() -> str:
    """Where an account's key comes from."""
    return _without_defaults(ACCOUNT)


def notify_settings() -> str:
    """What a target for messages says."""
    return _without_defaults(NOTIFY)


def _without_defaults(settings: Mapping[str, Setting]) -> str:
    return _table(
        ("word", "meaning", "such as"),
        ((f"`{word}`", setting.summary, f"`{word}: {setting.example}`") for word, setting in settings.items()),
    )


def album_settings() -> str:
    """The words of an album."""
    return _settings(ALBUM)


def _settings(settings: Mapping[str, Setting]) -> str:
    rows = (
        (f"`{word}`", setting.summary, setting.default or "must be there", f"`{word}: {setting.example}`")
        for word, setting in settings.items()
    )
    return _table(("word", "meaning", "without it", "such as"), rows)


def split_keys() -> str:
    """What an album is split by."""
    return _table(("key", "values"), ((f"`{key}`", KEY_MEANINGS[key]) for key in SPLIT_KEYS))


def split_words() -> str:
    """The same in a sentence."""
    return f"{', '.join(f'`{key}`' for key in SPLIT_KEYS)}.\n"


def guards() -> str:
    """What guards allow when nobody says otherwise."""
    return _table(
        ("guard", "if the rules say nothing"),
        (
            ("of an album", f"`guard: {guard_words(Guard(), ('remove', 'add', 'empty'))}`"),
            ("of all albums together", f"`guard: {guard_words(RUN_GUARD, ('remove', 'add'))}`"),
        ),
    )


# -- commands ----------------------------------------------------------------------------------------------------------


def verbs_index() -> str:
    """Links to the chapters of all verbs."""
    links = " · ".join(f"[`{name}`](#{name})" for name in VERBS)
    return textwrap.fill(links, 118, initial_indent="- ", subsequent_indent="  ", break_on_hyphens=False) + "\n"


def commands() -> str:
    """A chapter for each verb."""
    return "\n".join(_verb(name, verb.parser(name), verb.purpose) for name, verb in VERBS.items())


def flags_for_the_server() -> str:
    """What all verbs that ask the server have in common."""
    return _arguments(_server(selection_parser()))


def flags_for_albums() -> str:
    """The flags of the command without a verb that are about albums and output."""
    parser = selection_parser()
    groups = [group for group in parser._action_groups if group.title in {"album", "output"}]
    return _arguments(action for group in groups for action in group._group_actions)


def _verb(name: str, parser: argparse.ArgumentParser, purpose: str) -> str:
    inner = next((action for action in parser._actions if isinstance(action, argparse._SubParsersAction)), None)
    chapter = f"## {name}\n\n{purpose[0].upper()}{purpose[1:]}.\n"
    if inner is None:
        return f"{chapter}\n{_usage(name, parser)}"
    helps = {choices_action.dest: choices_action.help for choices_action in inner._choices_actions}
    return chapter + "".join(
        f"\n{_usage(f'{name} {word}', command, helps[word] or '')}" for word, command in inner.choices.items()
    )


def _usage(name: str, parser: argparse.ArgumentParser, purpose: str = "") -> str:
    asks = _server(parser)
    own = [action for action in parser._actions if action not in asks and action.dest != "help"]
    words = [_placed(action) for action in own if not action.option_strings]
    flags = ["[flags]"] if asks or any(action.option_strings for action in own) else []
    parts = [f"`{' '.join((PROGRAM, name, *flags, *words))}`{f': {purpose}' if purpose else ''}\n"]
    if own:
        parts.append(_arguments(own))
    if asks:
        parts.append("Also the [flags for the server](#flags-for-the-server).\n")
    return "\n".join(parts)


def _server(parser: argparse.ArgumentParser) -> list[argparse.Action]:
    return [action for group in parser._action_groups if group.title == "server" for action in group._group_actions]


def _arguments(actions: Iterable[argparse.Action]) -> str:
    rows = []
    for action in actions:
        name = " ".join((action.option_strings[-1], _placed(action)) if action.option_strings else (_placed(action),))
        choices = [str(choice) for choice in action.choices or ()]
        listed = f": {', '.join(f'`{choice}`' for choice in choices)}" if choices else ""
        rows.append((f"`{name.strip()}`", f"{action.help}{listed}"))
    return _table(("argument", "meaning"), rows)


def _placed(action: argparse.Action) -> str:
    """How a value is written: `N`, `[RUN]`, `RULES …`."""
    if action.nargs == 0:
        return ""
    name = action.metavar if isinstance(action.metavar, str) else action.dest.upper()
    match action.nargs:
        case "?":
            return f"[{name}]"
        case "*":
            return f"[{name} …]"
        case "+" if action.option_strings:
            return f"{name} …"
        case _:
            return name


# -- filters of the flags ----------------------------------------------------------------------------------------------


def fields() -> str:
    """Immich's search fields."""
    return _table(("field", "value", "searches", "Immich"), _field_rows())


def _field_rows() -> Iterator[tuple[str, ...]]:
    for name, field in FIELDS.items():
        kinds = "both" if len(field.kinds) == 2 else "content" if Kind.SMART in field.kinds else "metadata"
        says_null = field.nullable and "null" not in field.type.value
        yield f"`{name}`", field.type.value + (", or null for “has none”" if says_null else ""), kinds, _span(name)


def _span(name: str) -> str:
    span = versions.FIELDS.get(name)
    words = [] if span is None else [str(span).removeprefix("Immich has it ")]
    for (field, value), narrower in versions.VALUES.items():
        if field == name:
            words.append(f"{json.dumps(value)} {str(narrower).removeprefix('Immich has it ')}")
    return "; ".join(words)


def asset_fields() -> str:
    """The fields of an asset and what is below them, one group a line."""
    single, groups = [], []
    for name, shape in sorted(ASSET.fields.items()):
        shown = f"`{name}`{'*' if name in FROM_DETAILS else ''}"
        below = shape.elements.fields if shape.elements else shape.fields
        if below:
            inner = ", ".join(f"`{permission}`" for permission in sorted(below))
            groups.append(f"- {shown}{' (a list)' if shape.elements else ''}: {inner}")
        else:
            single.append(shown)
    return f"- {', '.join(single)}\n" + "\n".join(groups) + "\n"


def demo() -> str:
    """How the demo begins, as a process: its first step."""
    result = subprocess.run(
        [sys.executable, "-m", "immich_smart_albums", "demo"],
        env={**os.environ, "TZ": "UTC"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        timeout=60,
        check=True,
    )
    shown = re.sub(r"http://127\.0\.0\.1:\d+", ADDRESS, result.stdout)
    return f"```console\n{shown.partition(f'{chr(10)}2. ')[0]}```\n"


PARTS: dict[tuple[str, str], Callable[[], str]] = {
    ("README.md", "demo"): demo,
    ("README.md", "exits"): exits,
    ("docs/commands.md", "albums"): flags_for_albums,
    ("docs/commands.md", "index"): verbs_index,
    ("docs/commands.md", "server"): flags_for_the_server,
    ("docs/commands.md", "verbs"): commands,
    ("docs/filters.md", "assetfields"): asset_fields,
    ("docs/filters.md", "fields"): fields,
    ("docs/how-to.md", "splits"): split_words,
    ("docs/predicates.md", "predicates"): predicates_reference,
    ("docs/reference.md", "account"): account_settings,
    ("docs/reference.md", "album"): album_settings,
    ("docs/reference.md", "file"): file_settings,
    ("docs/reference.md", "guards"): guards,
    ("docs/reference.md", "notify"): notify_settings,
    ("docs/reference.md", "permissions"): permissions,
    ("docs/reference.md", "splits"): split_keys,
    ("docs/reference.md", "variables"): variables,
}
"""The generated parts by page and name; they stand between `<!-- name -->` and `<!-- /name -->`."""
