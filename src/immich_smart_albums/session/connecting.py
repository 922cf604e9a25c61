"""Connecting the accounts of a session: those that feed albums, each once."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.bootstrap import ConnectionOptions, connect
from immich_smart_albums.operations.accounts import connect_accounts
from immich_smart_albums.session.events import AssetsRead, Detail, Exchanged, Listener

if TYPE_CHECKING:
    from immich_smart_albums.config.load import RunConfig
    from immich_smart_albums.model.stopping import Stop
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.rules.album import RuleSet


def connected(
    config: RunConfig, rules: RuleSet, connection: ConnectionOptions, on_event: Listener, stop: Stop
) -> ConnectedAccounts:
    """Returns the accounts that feed the albums of the rules. Raises ServerError if none can be asked."""
    feeding = feeding_accounts(rules)
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
            if name in feeding
        },
        {name: problem for name, problem in config.absent.items() if name in feeding},
    )
    for name, account in accounts.present.items():
        text = f"{account.server.base}: Immich {account.server.version}, {name} is {account.user.name}"
        on_event(Detail(text))
    return accounts


def connection_key(config: RunConfig, rules: RuleSet) -> tuple[object, ...]:
    """Returns a value that is equal if the same accounts are connected in the same way."""
    settings_of = {
        name: (
            settings.server,
            settings.key.reveal(),
            {header: value.reveal() for header, value in settings.headers.items()},
            settings.client_cert,
            settings.client_key,
        )
        for name, settings in config.settings.items()
    }
    return settings_of, config.absent, feeding_accounts(rules)


def feeding_accounts(rules: RuleSet) -> set[str]:
    """Returns the names of the accounts that feed albums."""
    return {name for album in rules.albums for name in album.accounts}


def is_known(name: str, accounts: ConnectedAccounts) -> bool:
    """Returns whether the session knows an account, connected or not."""
    return name in accounts.present or name in accounts.absent
