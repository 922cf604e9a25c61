"""The configuration of a run with rules files: the rules, the server, and each account's key."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from immich_smart_albums.config.accounts import read_account_key
from immich_smart_albums.config.headers import headers_of_rules, merged
from immich_smart_albums.config.rules_files import find_rules, read_files, read_texts
from immich_smart_albums.config.settings import (
    KEY_FILE_NAME,
    KEY_NAME,
    Settings,
    Variables,
    key_note,
    read_key,
    read_server,
)
from immich_smart_albums.config.slips import which_counts
from immich_smart_albums.errors import ConfigurationError, Problem
from immich_smart_albums.model.span import in_order
from immich_smart_albums.rules.album import DEFAULT_ACCOUNT
from immich_smart_albums.rules.rules_file.rules_file import read_rules
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.reader import Reader

if TYPE_CHECKING:
    from datetime import date

    from immich_smart_albums.config.headers import Headers
    from immich_smart_albums.model.text.secret import Secret
    from immich_smart_albums.rules.album import RuleSet

Source = Sequence[Path] | Mapping[str, bytes]
"""Rules files and folders, or nothing for the default ones; or texts by the names of files that they may become."""


@dataclass(frozen=True, slots=True)
class Environment:
    """What a run gets from its process: variables, folder, date."""

    environment: Mapping[str, str] = field(repr=False)
    folder: Path
    """The working folder."""
    today: date
    """The date in the user's time zone."""


@dataclass(frozen=True, slots=True)
class RunConfig:
    """Rules, with server and keys."""

    rules: RuleSet
    files: tuple[Path, ...]
    settings: Mapping[str, Settings]
    """The server and the key of each account that feeds an album, in the order of the rules files."""
    absent: Mapping[str, Problem] = field(default_factory=dict)
    """Accounts whose key could not be read, and why. Only their albums are stopped."""
    digest: str = ""
    """The digest of the files as they were read, to notice later edits."""


def load(
    source: Source,
    surroundings: Environment,
    diagnostics: Diagnostics,
    *,
    server: str | None = None,
    key: str | None = None,
) -> RunConfig:
    """Returns the rules of files or texts, with server and keys. `server` and `key` are those of the command line.

    Raises ConfigurationError with all problems, those in `diagnostics` before included. An account without a key is no
    error while another has one. Adds notes to `diagnostics`.
    """
    rules, files, digest = _read(source, surroundings, diagnostics)
    variables = Variables.read(surroundings.environment, surroundings.folder)
    in_rules = (rules.server, rules.source["server"][0].span) if rules and rules.server else None
    address = read_server(variables, diagnostics, flag=server, in_rules=in_rules)
    keys, absent = ({}, {}) if rules is None else _keys(rules, variables, diagnostics, key)
    headers = {} if rules is None else _headers(rules, keys, absent, variables, diagnostics)
    client = (None, None) if rules is None else (_beside(rules, "client_cert"), _beside(rules, "client_key"))
    if address is None:
        diagnostics.problems += variables.problems
    if rules is None or address is None or diagnostics.problems or not keys:
        raise ConfigurationError(in_order((*diagnostics.problems, *absent.values())))
    note_on_keys = _accounts_note(rules, variables) if rules.accounts else key_note(variables, flag=key)
    notes = tuple(note for note in (address.note, note_on_keys) if note)
    settings = {
        name: Settings(address.text, secret, str(address.origin), notes, headers[name], *client)
        for name, secret in keys.items()
    }
    return RunConfig(rules, files, settings, absent, digest)


def load_rules(source: Source, surroundings: Environment, diagnostics: Diagnostics) -> RuleSet:
    """Returns the rules of files or texts. No key is read. Raises ConfigurationError."""
    rules, _, _ = _read(source, surroundings, diagnostics)
    if rules is None or diagnostics.problems:
        raise ConfigurationError(in_order(diagnostics.problems))
    return rules


def _read(
    source: Source, surroundings: Environment, diagnostics: Diagnostics
) -> tuple[RuleSet | None, tuple[Path, ...], str]:
    before = len(diagnostics.problems)
    if isinstance(source, Mapping):
        files = tuple(map(Path, source))
        values, digest = read_texts(source, diagnostics)
    else:
        files = find_rules(source, surroundings.environment, surroundings.folder, diagnostics)
        values, digest = read_files(files, diagnostics)
    rules = read_rules(values, Reader(diagnostics, surroundings.today)) if values else None
    return (rules if len(diagnostics.problems) == before else None), files, digest


def _keys(
    rules: RuleSet, variables: Variables, diagnostics: Diagnostics, key_of_flag: str | None
) -> tuple[dict[str, Secret], dict[str, Problem]]:
    """Returns the keys of accounts that feed an album, and why others have none."""
    keys: dict[str, Secret] = {}
    absent: dict[str, Problem] = {}
    if not rules.accounts:
        before = len(diagnostics.problems)
        key = read_key(variables, diagnostics, flag=key_of_flag)
        if key is not None:
            keys[DEFAULT_ACCOUNT] = key
        if len(diagnostics.problems) > before:
            diagnostics.problems += variables.problems
    elif key_of_flag:
        hint = "Leave it out, or give the account another key_env."
        diagnostics.problems.append(Problem("--key", "the rules files say where the keys of accounts come from", hint))
    used = {name for album in rules.albums for name in album.accounts}
    for account in rules.accounts:
        if account.name in used:
            key = read_account_key(account, variables, of_account := Diagnostics())
            diagnostics.warnings.extend(of_account.warnings)
            if key is None:
                absent[account.name] = of_account.problems[0]
            else:
                keys[account.name] = key
    return keys, absent


def _headers(
    rules: RuleSet, keys: dict[str, Secret], absent: dict[str, Problem], variables: Variables, diagnostics: Diagnostics
) -> dict[str, Headers]:
    """Returns the headers of each account. An account whose headers cannot be read is absent, as one without a key."""
    common = headers_of_rules(rules.headers, variables, diagnostics)
    by_account: dict[str, Headers] = dict.fromkeys(keys, common)
    for account in rules.accounts:
        if account.name in keys and account.headers:
            own = headers_of_rules(account.headers, variables, of_account := Diagnostics())
            by_account[account.name] = merged(common, own)
            if of_account.problems:
                absent[account.name] = of_account.problems[0]
                del keys[account.name]
    return by_account


def _beside(rules: RuleSet, word: str) -> Path | None:
    """Returns the path of a file that a rules file names, relative to that file."""
    name: str | None = getattr(rules, word)
    if name is None:
        return None
    with suppress(RuntimeError):  # "~somebody" who has no home
        name = str(Path(name).expanduser())
    return Path(rules.source[word][0].span.document.name).parent / name


def _accounts_note(rules: RuleSet, variables: Variables) -> str | None:
    """Returns a note if there is a key that belongs to no account. None if there is none."""
    used = {account.key_env for account in rules.accounts}
    idle = [variable.origin for variable in variables.all(*({KEY_NAME, KEY_FILE_NAME} - used))]
    return which_counts(f"what the accounts at {rules.source['accounts'][0].span} say", idle)
