"""The origins of the server's address and of the keys, as text. No key is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.config.settings import KEY_FILE_NAME, KEY_NAME, Variables, key_note, read_server
from immich_smart_albums.rules.album import DEFAULT_ACCOUNT
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics

if TYPE_CHECKING:
    from immich_smart_albums.config.load import Environment
    from immich_smart_albums.rules.album import Account, RuleSet


def server_origin(rules: RuleSet, surroundings: Environment, server_of_flag: str | None) -> tuple[str, str] | None:
    """Returns the server's address and its origin. None if there is none."""
    variables = Variables.read(surroundings.environment, surroundings.folder)
    in_rules = (rules.server, rules.source["server"][0].span) if rules.server else None
    address = read_server(variables, Diagnostics(), flag=server_of_flag, in_rules=in_rules)
    return (address.text, address.note or str(address.origin)) if address else None


def key_origins(rules: RuleSet, surroundings: Environment) -> dict[str, str]:
    """Returns the origin of each account's key."""
    variables = Variables.read(surroundings.environment, surroundings.folder)
    if rules.accounts:
        return {account.name: _origin(account, variables) for account in rules.accounts}
    variable = variables.find(KEY_NAME, KEY_FILE_NAME)
    note = key_note(variables, flag=None)
    words = f"the key is {variable.origin}" if variable else f"without a key; set {KEY_NAME}"
    return {DEFAULT_ACCOUNT: note or words}


def _origin(account: Account, variables: Variables) -> str:
    if account.key_env is None:
        return str(account.span)
    variable = variables.find(account.key_env)
    return f"{account.span}; {variable.origin}" if variable else f"{account.span}; {account.key_env} is not set"
