"""One photo as text and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.instants import from_milliseconds
from immich_smart_albums.report.words import one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.model.asset import Asset


def asset_url(base: str, asset_id: str) -> str:
    """Returns the address of a photo's page in Immich: `http://photos:2283/photos/ID`."""
    return f"{base}/photos/{asset_id}"


def asset_line(asset: Asset, base: str) -> str:
    """Returns a photo in a line: local time, file name and address."""
    local_time = asset.local_time.replace("T", " ")
    return f"{local_time:19}  {one_line(asset.file_name):32}  {asset_url(base, asset.id)}"


def _row(asset: Asset, base: str) -> str:
    url = asset_url(base, asset.id)
    return f"{asset.local_time:19}  {asset.type:5}  {one_line(asset.file_name):32}  {url}"


LINE_FORMATS: Mapping[str, Callable[[Asset, str], str]] = {
    "urls": lambda asset, base: asset_url(base, asset.id),
    "ids": lambda asset, _: asset.id,
    "table": _row,
}
"""The formats of a line of a preview. Those of a table are local time, type, file name and address."""

FORMATS = (*LINE_FORMATS, "json")
"""The formats of a preview; the first is the default."""


def asset_json(asset: Asset, base: str) -> dict[str, str]:
    """Returns a photo as JSON."""
    return {
        "id": asset.id,
        "url": asset_url(base, asset.id),
        "type": asset.type,
        "fileName": asset.file_name,
        "takenAt": from_milliseconds(asset.taken),
        "localDateTime": asset.local_time,
    }
