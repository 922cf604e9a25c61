"""The commands that a run tells people to paste: with the arguments of that run, and never with a key."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.cli.parser import PROGRAM

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Iterator, Sequence

CARRIED = ("server", "ca", "header", "client_cert", "client_key", "timeout", "concurrency")
"""How the server is reached; the key, and whatever else is secret, has no place in a text."""

WITH_RULES = ("preview", "plan", "sync", "status", "explain", "adopt")
"""Rules files come before what else the verb names; `apply` has them after the plan, `undo` as a flag."""

WITH_SERVER = (*WITH_RULES, "apply", "undo", "check")
WITH_LEDGER = (*WITH_RULES, "apply", "undo", "history", "ledger")

_WITH_VALUE = ("--id", "--out", "--allow", "--album")
_WITHOUT_VALUE = ("--binding", "--take-over", "--dry-run")

_VERBS = "|".join(sorted({*WITH_SERVER, *WITH_LEDGER}))
_COMMAND = re.compile(rf"""`((?:{_VERBS})(?:[ ](?:[^`'"\\]|'[^']*'|"[^"]*")+)?)`""")


@dataclass(frozen=True, slots=True)
class _RunArguments:
    """The arguments of the run that goes on to other commands."""

    rules: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    ledger: tuple[str, ...] = ()


_this = _RunArguments()


def carry(verb: str, arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Give commands that are printed the arguments of this run, from now on."""
    global _this  # noqa: PLW0603 - a process has one command line
    values = {name: value for name, value in vars(arguments).items() if value and value != parser.get_default(name)}
    rules = values.get("rules", ())
    if verb in {"explain", "adopt"}:
        rules = [Path(word) for word in arguments.words[: -2 if verb == "explain" else -1]]
    _this = _RunArguments(
        tuple(_text(rule) for rule in rules),
        tuple(word for name in CARRIED if name in values for word in _option(name, values[name])),
        ("--ledger", _text(values["ledger"])) if "ledger" in values else (),
    )


def remember_rules_files(paths: Iterable[Path]) -> None:
    """Remember the rules files of this run, if they are not among its arguments."""
    global _this  # noqa: PLW0603
    _this = _RunArguments(tuple(_text(path) for path in paths), _this.server, _this.ledger)


def forget_rules_files() -> None:
    """Forget the rules files: the run is over."""
    global _this  # noqa: PLW0603
    _this = _RunArguments()


def pasteable(text: str) -> str:
    """Returns a text for people in which each command in backticks is whole.

    At the end of a line, after a colon, it stands alone: there nothing has to be told from it, and in a shell backticks
    mean something else.
    """

    def whole(match: re.Match[str]) -> str:
        line = f"{PROGRAM} {shlex.join(_words(shlex.split(match[1])))}"
        is_alone = match.string[: match.start()].endswith(": ") and match.end() == len(match.string)
        return line if is_alone else f"`{line}`"

    return _COMMAND.sub(whole, text) if "`" in text else text


def _words(words: Sequence[str]) -> list[str]:
    """A verb with its words, and with what it can take of the arguments of this run."""
    verb, rest = words[0], list(words[1:])
    action = [rest.pop(0)] if verb == "ledger" and rest else []
    names: list[str] = []
    options: list[str] = []
    while rest:
        word = rest.pop(0)
        if word in _WITH_VALUE and rest:
            value = rest.pop(0)
            options += [f"{word}={value}"] if value.startswith("-") else [word, value]
        elif word in _WITHOUT_VALUE:
            options.append(word)
        else:
            names.append(word)
    if verb in WITH_RULES:
        names = [*_this.rules, *names]
    elif verb == "apply":
        names += _this.rules
    elif verb == "undo" and _this.rules:
        options += ["--rules", *_this.rules]
    if verb in WITH_LEDGER:
        options += _this.ledger
    if verb in WITH_SERVER:
        options += _this.server
    if any(name.startswith("-") for name in names):
        return [verb, *action, *options, "--", *names]
    return [verb, *action, *names, *options]


def _option(name: str, value: object) -> Iterator[str]:
    """A flag with its values. A header says where its value stands; one with the value itself is left out."""
    flag = f"--{name.replace('_', '-')}"
    for item in value if isinstance(value, list) else [value]:
        text = _text(item)
        if name == "header":
            header, _, source = text.partition("=")
            if source.startswith("@"):
                text = f"{header}=@{Path(source[1:]).absolute()}"
            elif not source.startswith("env:"):
                continue
        yield from (flag, text)


def _text(value: object) -> str:
    """A path counts from wherever it is pasted."""
    return str(value.absolute()) if isinstance(value, Path) else str(value)
