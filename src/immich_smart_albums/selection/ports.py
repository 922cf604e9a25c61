"""What a selection needs from a photo server."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

    from immich_smart_albums.model.query import Query


class Searches(Protocol):
    """The server's searches, read to their end or failed."""

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
        """The records of a search, in batches as they arrive, each asset at least once.

        Records hold what `Asset.of` reads and the named fields, dotted below exifInfo. Ranked and capped searches come
        in the server's order. Raises ServerError for anything but a complete answer.
        """
        ...

    def count(self, query: Query) -> int | None:
        """How many assets the server says that a search finds; None where it cannot tell, or the key may not ask.

        Assets without EXIF count, though a search that reads or filters by EXIF may leave them out. Raises ServerError.
        """
        ...

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        """Whole assets with people, tags, stack and owner, in any order; deleted ones are left out."""
        ...
