"""Writes assets as the JSON of a level, and pages of them from cached bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec

from immich_sandbox.answers.json_shapes import person_json, tag_json, user_json
from immich_sandbox.library import times

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_sandbox.answers.json_shapes import Stamp
    from immich_sandbox.levels import Level
    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Asset

_encode = msgspec.json.encode


class AssetWriter:
    """Turns assets into JSON at one level. The parts of each asset are encoded once and kept until it changes."""

    def __init__(self, library: Library, level: Level) -> None:
        """Write the assets of this library as this level does."""
        self._library = library
        self._level = level
        self._rows: dict[str, tuple[int, bytes]] = {}
        self._exif: dict[str, tuple[int, bytes]] = {}

    def items(self, assets: Iterable[Asset], viewer_id: str, *, exif: bool = False, people: bool = False) -> bytes:
        """Return the inside of a JSON list, as search results are: no tags, no stack, people only if asked for."""
        known_people: dict[str, bytes] = {}
        written: list[bytes] = []
        ending = b'],"unassignedFaces":[]}' if people and self._level.faces else b"]}"
        for asset in assets:
            row = self._row(asset)
            if asset.is_favorite and asset.owner_id != viewer_id:
                row = row.replace(b'"isFavorite":true', b'"isFavorite":false')
            if exif and asset.exif is not None:
                row += b',"exifInfo":' + self._exif_of(asset)
            shown = self._people(asset, known_people) if people else b""
            written.append(row + b',"people":[' + shown + ending)
        return b",".join(written)

    def whole(self, asset: Asset, viewer_id: str) -> dict[str, Any]:
        """Return everything about one asset, as `GET /assets/{id}` does."""
        library = self._library
        stack = library.stacks.get(asset.stack_id or "")
        return {
            **self._base(asset, times.zulu),
            "isFavorite": asset.is_favorite and asset.owner_id == viewer_id,
            "owner": user_json(library.users[asset.owner_id], times.offset),
            **({"exifInfo": exif_json(asset)} if asset.exif else {}),
            "tags": [tag_json(library.tags[tag_id], times.offset) for tag_id in asset.tag_ids],
            # Of somebody else's asset nobody is shown here, while searches show everybody.
            "people": [self._person(asset, person_id) for person_id in asset.person_ids if asset.owner_id == viewer_id],
            **({"unassignedFaces": []} if self._level.faces else {}),
            "stack": stack
            and {"id": stack.id, "primaryAssetId": stack.primary_asset_id, "assetCount": len(stack.asset_ids)},
        }

    def updated(self, asset: Asset) -> dict[str, Any]:
        """Return an asset as the answer to a change of it: with EXIF, without owner, tags and stack."""
        exif = {"exifInfo": exif_json(asset)} if asset.exif else {}
        return {**self._base(asset, times.zulu), **exif, "people": []}

    def nested(self, asset: Asset) -> dict[str, Any]:
        """Return an asset as part of an album or a stack: with EXIF, and instants in the database's form."""
        exif = {"exifInfo": exif_json(asset)} if asset.exif else {}
        return {**self._base(asset, times.offset), **exif, "people": []}

    def _row(self, asset: Asset) -> bytes:
        row = self._rows.get(asset.id)
        if row is None or row[0] != asset.revision:
            row = self._rows[asset.id] = (asset.revision, _encode(self._base(asset, times.zulu))[:-1])
        return row[1]

    def _exif_of(self, asset: Asset) -> bytes:
        exif = self._exif.get(asset.id)
        if exif is None or exif[0] != asset.revision:
            exif = self._exif[asset.id] = (asset.revision, _encode(exif_json(asset)))
        return exif[1]

    def _people(self, asset: Asset, faces: dict[str, bytes]) -> bytes:
        if self._level.faces:
            return b",".join(_encode(self._person(asset, person_id)) for person_id in asset.person_ids)
        for person_id in asset.person_ids:
            if person_id not in faces:
                faces[person_id] = _encode(self._person(asset, person_id))
        return b",".join(faces[person_id] for person_id in asset.person_ids)

    def _person(self, asset: Asset, person_id: str) -> dict[str, Any]:
        person = person_json(self._library.people[person_id], times.offset)
        if self._level.faces:
            person["faces"] = [_face(asset, person_id)]
        return person

    def _base(self, asset: Asset, stamp: Stamp) -> dict[str, Any]:
        level = self._level
        body: dict[str, Any] = {"id": asset.id}
        if level.asset_created_at:
            body["createdAt"] = stamp(asset.created_at)
        if level.device_fields:
            body |= {"deviceAssetId": asset.original_file_name, "deviceId": asset.device_id}
        body |= {
            "ownerId": asset.owner_id,
            "libraryId": asset.library_id,
            "type": asset.type,
            "originalPath": asset.original_path,
            "originalFileName": asset.original_file_name,
            "originalMimeType": asset.mime_type,
            "thumbhash": asset.thumbhash,
            "fileCreatedAt": stamp(asset.file_created_at),
            "fileModifiedAt": stamp(asset.file_modified_at or asset.file_created_at),
            "localDateTime": stamp(asset.local_date_time),
            "updatedAt": stamp(asset.updated_at),
            "isFavorite": asset.is_favorite,
            "isArchived": asset.visibility == "archive",
            "isTrashed": asset.deleted_at is not None,
        }
        if level.visibility:
            body["visibility"] = asset.visibility
        body |= {
            "duration": duration_text(asset.duration_ms) if level.duration_text else asset.duration_ms,
            "livePhotoVideoId": asset.live_photo_video_id,
            "checksum": asset.checksum,
            "isOffline": asset.is_offline,
            "hasMetadata": True,
            "duplicateId": asset.duplicate_id,
            "resized": True,
        }
        if level.asset_dimensions:
            body |= {"width": asset.width, "height": asset.height, "isEdited": False}
        return body


def exif_json(asset: Asset) -> dict[str, Any] | None:
    """Return what was read from the file, in the names of the API; nothing where there is no EXIF row."""
    exif = asset.exif
    if exif is None:
        return None
    return {
        "make": exif.make,
        "model": exif.model,
        "exifImageWidth": asset.width,
        "exifImageHeight": asset.height,
        "fileSizeInByte": exif.file_size,
        "orientation": exif.orientation,
        "dateTimeOriginal": None if exif.date_time_original is None else times.offset(exif.date_time_original),
        "modifyDate": None if exif.modify_date is None else times.offset(exif.modify_date),
        "timeZone": exif.time_zone,
        "lensModel": exif.lens_model,
        "fNumber": exif.f_number,
        "focalLength": exif.focal_length,
        "iso": exif.iso,
        "exposureTime": exif.exposure_time,
        "latitude": exif.latitude,
        "longitude": exif.longitude,
        "city": exif.city,
        "state": exif.state,
        "country": exif.country,
        "description": exif.description,
        "projectionType": exif.projection_type,
        "rating": exif.rating,
    }


def duration_text(milliseconds: int | None) -> str:
    """Return a duration as servers before 3.0 write it; a photo has one, too: all zeros."""
    if milliseconds is None:
        return "0:00:00.00000"
    minutes, rest = divmod(milliseconds, 60_000)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest // 1000:02d}.{rest % 1000 * 100:05d}"


def _face(asset: Asset, person_id: str) -> dict[str, Any]:
    """One recognised face, the same in every answer."""
    left = 40 + 90 * asset.person_ids.index(person_id)
    return {
        "id": asset.id[:8] + person_id[8:],
        "boundingBoxX1": left,
        "boundingBoxY1": 120,
        "boundingBoxX2": left + 80,
        "boundingBoxY2": 220,
        "imageWidth": 640,
        "imageHeight": 480,
        "sourceType": "machine-learning",
    }
