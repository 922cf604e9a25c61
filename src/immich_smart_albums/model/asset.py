"""An asset: one photo or video on the server, with the few facts that a selection keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.model.instants import to_milliseconds

if TYPE_CHECKING:
    from collections.abc import Mapping

ASSET_FIELDS = frozenset({"id", "fileCreatedAt", "localDateTime", "originalFileName", "type"})
"""The fields that `Asset.of` reads."""


class Asset(msgspec.Struct, frozen=True, gc=False):
    """The facts of an asset that a selection keeps; others are read from its record while it streams by."""

    id: str
    taken: int
    """The instant at which it was taken, in ms since 1970 (Immich's `fileCreatedAt`)."""
    local_time: str
    """The local time at which it was taken, in ISO 8601 without zone (Immich's `localDateTime`)."""
    file_name: str
    type: str
    """IMAGE, VIDEO, AUDIO or OTHER."""

    @classmethod
    def of(cls, record: Mapping[str, object]) -> Asset:
        """Returns the asset of a record. Raises KeyError or ValueError for a record that is no asset."""
        return cls(
            id=str(record["id"]),
            taken=to_milliseconds(str(record["fileCreatedAt"])),
            local_time=str(record.get("localDateTime", ""))[:19],
            file_name=str(record.get("originalFileName", "")),
            type=str(record.get("type", "")),
        )

    def newest_first(self) -> tuple[int, str]:
        """Returns the key that sorts the newest first, ties by id: `sorted(assets, key=Asset.newest_first)`."""
        return -self.taken, self.id
