"""One server and one key, as the operations need them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.immich.albums.albums import ImmichAlbums
from immich_smart_albums.immich.directory import Directory, read_version
from immich_smart_albums.immich.hints import ServerInfo
from immich_smart_albums.immich.pictures import ImmichPictures
from immich_smart_albums.immich.search.embeddings import Embeddings
from immich_smart_albums.immich.search.searches import ImmichSearches
from immich_smart_albums.immich.workflows import Workflows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.model.version import Version


class ImmichServer:
    """Fits `operations.ports.server.PhotoServer`. Its constructor asks for the server's version."""

    def __init__(self, http: Http, *, concurrency: int, on_read: Callable[[int], None]) -> None:
        self._http = http
        self._capabilities = read_version(http)
        self.directory = Directory(http, self._capabilities)
        self.embeddings = Embeddings(http, self._capabilities, concurrency=concurrency)
        self.pictures = ImmichPictures(http)
        self.hints = ServerInfo(http, self._capabilities)
        self.searches = ImmichSearches(
            http, self._capabilities, self.directory, concurrency=concurrency, on_read=on_read
        )
        self.workflows = Workflows(http, self._capabilities)
        self.albums = ImmichAlbums(http, self._capabilities, self.directory, self.searches)

    @property
    def base(self) -> str:
        """The address that people open in a browser."""
        return self._http.address.base

    @property
    def version(self) -> Version:
        """The server's version."""
        return self._capabilities.version

    def asks_for(self, query: Query, fields: frozenset[str]) -> frozenset[str]:
        """Returns which of `exifInfo` and `people` a search for these fields asks Immich for."""
        return self.searches.asks_for(query, fields)

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        """Returns the fields of a query that this version would silently ignore, each with an explanation."""
        return self._capabilities.unsupported(query)

    def leaves_out_unread(self, query: Query) -> bool:
        """See `Capabilities.leaves_out_unread`."""
        return self._capabilities.leaves_out_unread(query)

    def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
        """Returns an explanation for each of these fields of assets that this version does not return."""
        return self._capabilities.unsupported_asset_fields(names)
