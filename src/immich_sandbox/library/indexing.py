"""Photos that wait for the server's jobs: metadata, faces, text and embedding that are added later.

The order is that of a real server: metadata first, then the picture (embedding, faces and text, in any order). A photo
that was only just uploaded bears the date of its upload, and of its file the size is known; one of an external library
has no EXIF row at all.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from immich_sandbox.library.records import Exif

if TYPE_CHECKING:
    from collections.abc import Collection

    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Asset

STEPS = ("metadata", "embedding", "faces", "text")

_DATED = ("dates",)

_FIELDS: dict[str, tuple[str, ...]] = {
    "metadata": ("exif", "width", "height", "duration_ms", "tag_ids"),
    "dates": ("file_created_at", "local_date_time"),
    "embedding": ("concepts",),
    "faces": ("person_ids",),
    "text": ("text",),
}
"""The fields of an asset that each step fills."""


class IndexingBacklog:
    """Keeps back what the jobs find out about photos, until they are finished."""

    def __init__(self, library: Library) -> None:
        """Start without waiting photos."""
        self._library = library
        self._whole: dict[str, Asset] = {}
        """The complete photos by id."""

    def hold(self, asset_id: str, *done: str, uploaded: int | None = None, dated: bool = False) -> Asset:
        """Reduce a photo to what is known after these steps alone; `uploaded` is its time of upload, now if not given.

        `dated`: the upload says when it was taken, as phones do.

        Raises:
            KeyError: There is no such asset, or no such step.
        """
        library = self._library
        with library.lock:
            asset = library.assets[asset_id]
            self._whole.setdefault(asset_id, replace(asset))
            came = library.now() if uploaded is None else uploaded
            return self._show(asset_id, (*done, *(_DATED if dated else ())), came)

    def finish(self, *asset_ids: str) -> None:
        """Find out everything about some photos, of all that are held if none is named."""
        with self._library.lock:
            for asset_id in asset_ids or tuple(self._whole):
                self._show(asset_id, STEPS, self._library.assets[asset_id].created_at)
                del self._whole[asset_id]

    def whole(self, asset_id: str) -> Asset:
        """Return what a photo is once everything is found out about it."""
        return self._whole.get(asset_id) or self._library.assets[asset_id]

    def _show(self, asset_id: str, done: Collection[str], came: int) -> Asset:
        whole, shown = self._whole[asset_id], dict[str, Any]()
        for step in {*done} - {*STEPS, *_DATED}:
            raise KeyError(step)
        if "metadata" in done:
            done = {*done, *_DATED}
        unread = self._unread(whole, came)
        for step, fields in _FIELDS.items():
            shown |= {name: getattr(whole, name) if step in done else unread[name] for name in fields}
        now = self._library.assets[asset_id]
        changes = {name: value for name, value in (shown | {"created_at": came}).items() if getattr(now, name) != value}
        return self._library.update(asset_id, **changes)

    def _unread(self, whole: Asset, came: int) -> dict[str, Any]:
        size = whole.exif.file_size if whole.exif else None
        row = None if whole.exif is None or whole.library_id is not None else Exif(file_size=size)
        return {
            "exif": row,
            "file_created_at": came,
            "local_date_time": came,
            "width": None,
            "height": None,
            "duration_ms": None,
            "tag_ids": (),
            "concepts": (),
            "person_ids": (),
            "text": "",
        }
