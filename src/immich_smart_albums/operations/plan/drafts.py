"""What drafts remember: plans that follow each other quickly while somebody works on a rule, and that nobody writes.

A plan that is written remembers nothing of the kind: it begins with an empty one, and asks everything.
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
"""Photos about which a draft asks whether Immich has looked at them: as many as are shown at first."""


@dataclass(slots=True)
class Drafts:
    """Of each account, by its name."""

    indexing: dict[str, Indexing] = field(default_factory=dict)
    albums: dict[str, AlbumLooks] = field(default_factory=dict)

    def prepare(self, accounts: ConnectedAccounts, options: SelectOptions) -> None:
        """Go on with these accounts, which may be connected anew; what is older than a minute is asked again."""
        for name, account in accounts.present.items():
            known = self.indexing.get(name)
            if known is None:
                self.indexing[name] = Indexing(account.server, options.clock, options.store, most=FIRST)
            elif known.server is not account.server:
                self.indexing[name] = replace(known, server=account.server)
            self.indexing[name].look_anew()

    @property
    def leaves_open(self) -> bool:
        """Whether there is something that they did not ask about."""
        return any(indexing.open for indexing in self.indexing.values())

    def clear(self) -> None:
        """Forget everything."""
        self.indexing.clear()
        self.albums.clear()
