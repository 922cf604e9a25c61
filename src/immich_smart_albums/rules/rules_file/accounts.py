"""Reads `accounts`: `{alice: {key_env: ALICE_KEY}}`.

Problems are noted without the line, since a key may stand on it.
"""

from __future__ import annotations

import re
import shlex
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.model.span import problem_at
from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.album import Account
from immich_smart_albums.rules.rules_file.headers import read_headers
from immich_smart_albums.rules.rules_file.keywords import ACCOUNT, KEY
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

_KEY = re.compile(r"(?=.*\d)[A-Za-z0-9]{32,}", re.ASCII)
"""A key as Immich makes it: 32 random bytes in base 64, letters and digits only."""

_HINT = f"Write one of {', '.join(KEY)}. The key itself has no place in a rules file."


def read_accounts(value: ValueNode, reader: Reader) -> tuple[Account, ...]:
    """Returns the accounts in their order; those with problems, which are noted, are left out."""
    if not isinstance(value, MappingNode) or not value.entries:
        _problem(
            value,
            "accounts by name are expected here, a mapping",
            "Write alice: {key_env: ALICE_KEY}, for each account.",
            reader,
        )
        return ()
    names = [nfc(name.text) for name, _ in value.entries]
    for place, (name, _) in enumerate(value.entries):
        if names.index(names[place]) < place:
            message = f"there is an account {name.text!r} already, only encoded in another way"
            _problem(name, message, "Keep one of them.", reader)
    accounts = [_read(name, entry, reader) for name, entry in value.entries]
    return tuple(account for account in accounts if account)


def _read(name: ScalarNode, value: ValueNode, reader: Reader) -> Account | None:
    if not name.text.strip():
        _problem(name, "an account needs a name", "Write it such as alice: {key_env: ALICE_KEY}.", reader)
        return None
    if not isinstance(value, MappingNode):
        _problem(value, f"where the key of {name.text} comes from is expected here, a mapping", _HINT, reader)
        return None
    unknown = [key for key, _ in value.entries if key.text not in ACCOUNT]
    for key in unknown:
        meant = did_you_mean(key.text, ACCOUNT, written=str) if key.text != "key" else ""
        hint = f"{meant} {_HINT}".strip()
        _problem(key, f"unknown word {key.text!r} in an account", hint, reader)
    sources = [(key, entry) for key, entry in value.entries if key.text in KEY]
    headers = value.get("headers")
    if len(sources) != 1:
        if not unknown or sources:
            count = "nothing says" if not sources else "more than one word says"
            _problem(value, f"{count} where the key of {name.text} comes from", _HINT, reader)
        return None
    account = _with_key(name, *sources[0], reader)
    if account is None or headers is None:
        return account
    return replace(account, headers=read_headers(headers, reader))


def _with_key(name: ScalarNode, key: ScalarNode, value: ValueNode, reader: Reader) -> Account | None:
    if isinstance(value, ScalarNode) and _KEY.fullmatch(value.text.strip()):
        _problem(value, "this looks like the key itself", _HINT, reader)
        return None
    if key.text == "key_command":
        command = _command(value, reader)
        return Account(nfc(name.text), key_command=command, span=name.span) if command else None
    if not isinstance(value, ScalarNode) or not value.text.strip():
        meant = "the name of a variable" if key.text == "key_env" else "the name of a file"
        _problem(value, f"{meant} is expected here", f"Such as {key.text}: {ACCOUNT[key.text].example}.", reader)
        return None
    text = value.text.strip()
    if key.text == "key_file":
        return Account(nfc(name.text), key_file=text, span=name.span)
    if not text.isascii() or not text.replace("_", "a").isalnum():
        hint = "The name of the variable stands here, not what is in it: key_env: ALICE_KEY."
        _problem(value, "this is not the name of a variable", hint, reader)
        return None
    return Account(nfc(name.text), key_env=text, span=name.span)


def _command(value: ValueNode, reader: Reader) -> tuple[str, ...] | None:
    words: list[str] = []
    if isinstance(value, ScalarNode):
        with suppress(ValueError):  # a quote that is not closed
            words = shlex.split(value.text)
    elif isinstance(value, SequenceNode) and all(isinstance(item, ScalarNode) for item in value.items):
        words = [item.text for item in value.items if isinstance(item, ScalarNode)]
    if words and words[0]:
        return tuple(words)
    _problem(
        value, "a program and its arguments are expected here", "Such as key_command: pass show immich/alice.", reader
    )
    return None


def _problem(node: ValueNode, message: str, hint: str, reader: Reader) -> None:
    reader.diagnostics.problems.append(problem_at(node.span, message, hint))
