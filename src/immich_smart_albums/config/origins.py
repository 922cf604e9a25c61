"""Where the server and the keys come from, in words. No key is read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.config.settings import KEY_FILE_NAME, KEY_NAME, SERVER_NAMES, Variables
from immich_smart_albums.rules.album import DEFAULT_ACCOUNT

if TYPE_CHECKING:
    from immich_smart_albums.config.load import Surroundings
    from immich_smart_albums.rules.album import Account, RuleBook


def server_origin(book: RuleBook, surroundings: Surroundings, given: str | None) -> tuple[str, str] | None:
    """The server's address and where it comes from; None where nothing says it."""
    found = Variables.read(surroundings.environment, surroundings.folder).find(*SERVER_NAMES)
    if given and given.strip():
        return given.strip(), "--server"
    if book.server:
        return book.server, str(book.written["server"][0].span)
    return (found.text, found.origin) if found else None


def key_origins(book: RuleBook, surroundings: Surroundings) -> dict[str, str]:
    """Where the key of each account comes from."""
    variables = Variables.read(surroundings.environment, surroundings.folder)
    if book.accounts:
        return {account.name: _origin(account, variables) for account in book.accounts}
    found = variables.find(KEY_NAME, KEY_FILE_NAME)
    return {DEFAULT_ACCOUNT: f"the key is {found.origin}" if found else f"without a key; set {KEY_NAME}"}


def _origin(account: Account, variables: Variables) -> str:
    if account.key_env is None:
        return str(account.span)
    found = variables.find(account.key_env)
    return f"{account.span}; {found.origin}" if found else f"{account.span}; {account.key_env} is not set"
