"""The memory of drafts: plans that follow each other while somebody works on a rule, and are never written.

A plan that may be written starts with an empty memory, and asks the server for everything.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from immich_smart_albums.operations.indexing.indexing import Indexing

if TYPE_CHECKING:
    from immich_smart_albums.operations.accounts import ConnectedAccounts
    from immich_smart_albums.operations.albums.looks import AlbumLooks
    from immich_smart_albums.operations.select import SelectOptions

FIRST = 240
"""Photos for which a draft asks whether Immich has looked at them: as many as a page shows at first."""


@dataclass(slots=True)
class Drafts:
    """Answers of the server that one draft passes on to the next, by account."""

    indexing: dict[str, Indexing] = field(default_factory=dict)
    albums: dict[str, AlbumLooks] = field(default_factory=dict)

    def prepare(self, accounts: ConnectedAccounts, options: SelectOptions) -> None:
        """Use these accounts, which may be connected anew. Answers older than a minute are asked for again."""
        for name, account in accounts.present.items():
            indexing = self.indexing.get(name)
            if indexing is None:
                self.indexing[name] = Indexing(account.server, options.clock, options.store, most=FIRST)
            elif indexing.server is not account.server:
                self.indexing[name] = replace(indexing, server=account.server)
            self.indexing[name].look_anew()

    @property
    def leaves_open(self) -> bool:
        """Whether there are photos that no draft has asked about."""
        return any(indexing.open for indexing in self.indexing.values())

    def clear(self) -> None:
        """Forget everything."""
        self.indexing.clear()
        self.albums.clear()
