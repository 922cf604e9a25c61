"""Commands in messages, completed with the arguments of this run, so that people can paste them. Never with a key."""

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

REMEMBERED = ("server", "ca", "header", "client_cert", "client_key", "timeout", "concurrency")
"""The arguments that say how to reach the server. The key, as every secret, is not shown."""

WITH_RULES = ("preview", "plan", "sync", "status", "explain", "adopt")
"""Verbs with rules files before their other arguments. `apply` has them after the plan, `undo` as a flag."""

WITH_SERVER = (*WITH_RULES, "apply", "undo", "check")
WITH_LEDGER = (*WITH_RULES, "apply", "undo", "history", "ledger")

_WITH_VALUE = ("--id", "--out", "--allow", "--album")
_WITHOUT_VALUE = ("--binding", "--take-over", "--dry-run")

_VERBS = "|".join(sorted({*WITH_SERVER, *WITH_LEDGER}))
_COMMAND = re.compile(rf"""`((?:{_VERBS})(?:[ ](?:[^`'"\\]|'[^']*'|"[^"]*")+)?)`""")


@dataclass(frozen=True, slots=True)
class _RunArguments:
    """The arguments of this run that other commands need, too."""

    rules: tuple[str, ...] = ()
    server: tuple[str, ...] = ()
    ledger: tuple[str, ...] = ()


_run = _RunArguments()


def remember_arguments(verb: str, arguments: argparse.Namespace, parser: argparse.ArgumentParser) -> None:
    """Complete commands in messages with the arguments of this run from now on."""
    global _run  # noqa: PLW0603 - a process has one command line
    values = {name: value for name, value in vars(arguments).items() if value and value != parser.get_default(name)}
    rules = values.get("rules", ())
    if verb in {"explain", "adopt"}:
        rules = [Path(word) for word in arguments.words[: -2 if verb == "explain" else -1]]
    _run = _RunArguments(
        tuple(_text(rule) for rule in rules),
        tuple(word for name in REMEMBERED if name in values for word in _option(name, values[name])),
        ("--ledger", _text(values["ledger"])) if "ledger" in values else (),
    )


def remember_rules_files(paths: Iterable[Path]) -> None:
    """Remember rules files of this run that are not among its arguments."""
    global _run  # noqa: PLW0603
    _run = _RunArguments(tuple(_text(path) for path in paths), _run.server, _run.ledger)


def forget_arguments() -> None:
    """Forget the arguments: the run is over."""
    global _run  # noqa: PLW0603
    _run = _RunArguments()


def pasteable(text: str) -> str:
    """Returns a text in which each command in backticks is completed.

    At the end of a line, after a colon, the backticks go: nothing follows, and to a shell they mean something else.
    """

    def completed(match: re.Match[str]) -> str:
        line = f"{PROGRAM} {shlex.join(_words(shlex.split(match[1])))}"
        is_alone = match.string[: match.start()].endswith(": ") and match.end() == len(match.string)
        return line if is_alone else f"`{line}`"

    return _COMMAND.sub(completed, text) if "`" in text else text


def _words(words: Sequence[str]) -> list[str]:
    """Returns a verb with its arguments, and with those of this run that it takes."""
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
        names = [*_run.rules, *names]
    elif verb == "apply":
        names += _run.rules
    elif verb == "undo" and _run.rules:
        options += ["--rules", *_run.rules]
    if verb in WITH_LEDGER:
        options += _run.ledger
    if verb in WITH_SERVER:
        options += _run.server
    if any(name.startswith("-") for name in names):
        return [verb, *action, *options, "--", *names]
    return [verb, *action, *names, *options]


def _option(name: str, value: object) -> Iterator[str]:
    """Yields a flag with its values. Headers name the source of their value; those that hold it are left out."""
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
    """Returns a value as text. Paths are absolute, so that they hold wherever they are pasted."""
    return str(value.absolute()) if isinstance(value, Path) else str(value)
