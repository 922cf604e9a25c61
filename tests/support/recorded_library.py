"""A real server's library, turned into the sandbox's own records."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from immich_sandbox.library import times
from immich_sandbox.library.library import Library
from immich_sandbox.library.records import Album, Asset, Exif, Person, Stack, Tag, User

IMMICH = Path(__file__).parents[2] / ".." / "shared" / "immich"
_USERS = ("alice", "bob")


@cache
def load(name: str) -> Any:
    """One of the JSON files of the real library, read once: nobody changes it."""
    return json.loads((IMMICH / "library" / name).read_text(encoding="utf-8"))


def real_library() -> Library:
    """Alice and Bob of the real server, with the rankings that its smart search gave."""
    parts = [load(f"library-{name}.json") for name in _USERS]
    library = Library(clock=times.parse("2026-11-22T09:00:00Z"))
    for part in parts:
        _add_user(library, part)
    library.add_assets(_asset(asset) for part in parts for asset in part["assets"])
    for part in parts:
        for album in part["albums"]:
            _add_album(library, album, part["album_assets"][album["id"]])
    _add_stacks(library, parts)
    for query in load("oracle-smart.json"):
        if query["body"].keys() == {"query", "visibility"}:
            library.rankings[query["body"]["query"]] = tuple(query["ids"])
    return library


def _add_user(library: Library, part: dict[str, Any]) -> None:
    user = part["user"]
    library.users[user["id"]] = User(
        user["id"], user["name"], user["email"], times.exact(user["createdAt"]), user["avatarColor"], user["isAdmin"]
    )
    for person in part["people"]["people"]:
        library.people[person["id"]] = Person(
            person["id"],
            user["id"],
            person["name"],
            times.exact(person["updatedAt"]),
            person["birthDate"],
            person["isHidden"],
            person["isFavorite"],
        )
    for tag in part["tags"]:
        made, changed = times.exact(tag["createdAt"]), times.exact(tag["updatedAt"])
        library.tags[tag["id"]] = Tag(tag["id"], user["id"], tag["value"], made, changed, tag.get("parentId"))


def _asset(asset: dict[str, Any]) -> Asset:
    stack = asset["stack"]
    return Asset(
        id=asset["id"],
        owner_id=asset["ownerId"],
        original_path=asset["originalPath"],
        original_file_name=asset["originalFileName"],
        file_created_at=times.exact(asset["fileCreatedAt"]),
        local_date_time=times.exact(asset["localDateTime"]),
        created_at=times.exact(asset["createdAt"]),
        updated_at=times.exact(asset["updatedAt"]),
        type=asset["type"],
        file_modified_at=times.exact(asset["fileModifiedAt"]),
        deleted_at=times.exact(asset["updatedAt"]) if asset["isTrashed"] else None,
        visibility=asset["visibility"],
        is_favorite=asset["isFavorite"],
        is_offline=asset["isOffline"],
        duration_ms=asset["duration"],
        live_photo_video_id=asset["livePhotoVideoId"],
        library_id=asset["libraryId"],
        device_id="Library Import" if asset["libraryId"] else "test",
        duplicate_id=asset["duplicateId"],
        stack_id=stack and stack["id"],
        width=asset["width"],
        height=asset["height"],
        exif=_exif(asset["exifInfo"]),
        person_ids=tuple(person["id"] for person in asset["people"]),
        tag_ids=tuple(tag["id"] for tag in asset["tags"]),
        concepts=((len(asset["id"]) % 7, 1.0),) if asset["visibility"] != "hidden" else (),
        known_checksum=asset["checksum"],
        known_thumbhash=asset["thumbhash"],
    )


def _exif(exif: dict[str, Any]) -> Exif:
    return Exif(
        make=exif["make"],
        model=exif["model"],
        lens_model=exif["lensModel"],
        f_number=exif["fNumber"],
        focal_length=exif["focalLength"],
        iso=exif["iso"],
        exposure_time=exif["exposureTime"],
        file_size=exif["fileSizeInByte"],
        orientation=exif["orientation"],
        time_zone=exif["timeZone"],
        date_time_original=times.exact(exif["dateTimeOriginal"]),
        modify_date=times.exact(exif["modifyDate"]),
        latitude=exif["latitude"],
        longitude=exif["longitude"],
        city=exif["city"],
        state=exif["state"],
        country=exif["country"],
        description=exif["description"],
        projection_type=exif["projectionType"],
        rating=exif["rating"],
    )


def _add_album(library: Library, album: dict[str, Any], asset_ids: list[str]) -> None:
    if album["id"] in library.albums:
        return
    library.albums[album["id"]] = Album(
        id=album["id"],
        name=album["albumName"],
        created_at=times.exact(album["createdAt"]),
        updated_at=times.exact(album["updatedAt"]),
        roles={entry["user"]["id"]: entry["role"] for entry in album["albumUsers"]},
        description=album["description"],
        thumbnail_asset_id=album["albumThumbnailAssetId"],
        is_activity_enabled=album["isActivityEnabled"],
        order=album["order"],
    )
    library.add_to_album(album["id"], [asset_id for asset_id in asset_ids if asset_id in library.assets])
    library.albums[album["id"]].updated_at = times.exact(album["updatedAt"])


def _add_stacks(library: Library, parts: list[dict[str, Any]]) -> None:
    for part in parts:
        for asset in part["assets"]:
            if asset["stack"] is None:
                continue
            stack = library.stacks.setdefault(
                asset["stack"]["id"],
                Stack(asset["stack"]["id"], asset["ownerId"], asset["stack"]["primaryAssetId"], []),
            )
            stack.asset_ids.append(asset["id"])
