"""Connects the accounts of a session: those that feed albums, each once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.bootstrap import ConnectionOptions, connect
from immich_smart_albums.operations.accounts import connect_accounts
from immich_smart_albums.session.events import (
    AssetsRead,
    Detail,
    Exchanged,
    Listener,
)

if TYPE_CHECKING:
    from immich_smart_albums.config.load import RunConfig
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.rules.album import RuleSet


def connected(
    config: RunConfig, rules: RuleSet, connection: ConnectionOptions, on_event: Listener, stop: Stop
) -> ConnectedAccounts:
    """Returns the accounts that feed the albums of the rules. Raises ServerError if none can be asked."""
    busy_accounts = busy(rules)
    accounts = connect_accounts(
        {
            name: partial(
                connect,
                settings,
                connection,
                on_exchange=lambda exchange: on_event(Exchanged(exchange)),
                on_read=lambda count: on_event(AssetsRead(count)),
                stop=stop,
            )
            for name, settings in config.settings.items()
            if name in busy_accounts
        },
        {name: problem for name, problem in config.absent.items() if name in busy_accounts},
    )
    for name, account in accounts.present.items():
        text = f"{account.server.base}: Immich {account.server.version}, {name} is {account.user.name}"
        on_event(Detail(text))
    return accounts


def who(config: RunConfig, rules: RuleSet) -> tuple[object, ...]:
    """Returns whom a session connects, and how: two that are the same are connected once."""
    ways = {
        name: (
            settings.server,
            settings.key.reveal(),
            {header: value.reveal() for header, value in settings.headers.items()},
            settings.client_cert,
            settings.client_key,
        )
        for name, settings in config.settings.items()
    }
    return ways, config.absent, busy(rules)


def busy(rules: RuleSet) -> set[str]:
    """Returns the accounts that feed albums."""
    return {name for album in rules.albums for name in album.accounts}


def is_known(name: str, accounts: ConnectedAccounts) -> bool:
    """Returns whether an account takes part, or would if it could be asked."""
    return name in accounts.present or name in accounts.absent
