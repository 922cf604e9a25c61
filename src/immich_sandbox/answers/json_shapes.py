"""The JSON of users, people, tags, stacks and albums."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from immich_sandbox.library import times

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_sandbox.levels import Level
    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Album, Asset, Person, Tag, User

    Stamp = Callable[[int], str]


def id_result(id_: str, error: str | None = None) -> dict[str, Any]:
    """Return what a request about many ids answers for one of them."""
    return {"id": id_, "success": True} if error is None else {"id": id_, "success": False, "error": error}


def user_json(user: User, stamp: Stamp = times.zulu) -> dict[str, Any]:
    """Return a user as others see it."""
    return {
        "id": user.id,
        "email": user.email,
        "name": user.name,
        "profileImagePath": "",
        "avatarColor": user.avatar_color,
        "profileChangedAt": stamp(user.created_at),
    }


def own_user_json(user: User, usage: int) -> dict[str, Any]:
    """Return a user as in `GET /users/me`; `usage` is in bytes."""
    return {
        **user_json(user),
        "storageLabel": "admin" if user.is_admin else None,
        "shouldChangePassword": False,
        "isAdmin": user.is_admin,
        "createdAt": times.zulu(user.created_at),
        "deletedAt": None,
        "updatedAt": times.zulu(user.created_at),
        "oauthId": "",
        "quotaSizeInBytes": None,
        "quotaUsageInBytes": usage,
        "status": "active",
        "license": None,
    }


def person_json(person: Person, stamp: Stamp = times.zulu) -> dict[str, Any]:
    """Return a person; nested in an asset its `updatedAt` has the database's form."""
    folder = f"{person.owner_id}/{person.id[:2]}/{person.id[2:4]}"
    return {
        "id": person.id,
        "name": person.name,
        "birthDate": person.birth_date,
        "thumbnailPath": f"/data/thumbs/{folder}/{person.id}.jpeg",
        "isHidden": person.is_hidden,
        "isFavorite": person.is_favorite,
        "updatedAt": stamp(person.updated_at),
    }


def tag_json(tag: Tag, stamp: Stamp = times.zulu) -> dict[str, Any]:
    """Return a tag; `parentId` is left out where there is none."""
    return {
        "id": tag.id,
        **({"parentId": tag.parent_id} if tag.parent_id else {}),
        "name": tag.name,
        "value": tag.value,
        "createdAt": stamp(tag.created_at),
        "updatedAt": stamp(tag.updated_at),
    }


def counted_members(album: Album, library: Library, level: Level) -> list[Asset]:
    """Return the members that `assetCount` counts: not trashed, and since 1.135 not hidden or locked."""
    members = (library.assets[asset_id] for asset_id in album.asset_ids)
    return [
        asset
        for asset in members
        if asset.deleted_at is None
        and (not level.album_count_visible_only or asset.visibility in ("timeline", "archive"))
    ]


def album_json(album: Album, library: Library, level: Level, *, exact_dates: bool = False) -> dict[str, Any]:
    """Return an album without its assets; dates are cut to days except in the answers to writes (3.1.0, recorded)."""
    members = counted_members(album, library, level)
    body: dict[str, Any] = {
        "albumName": album.name,
        "description": album.description,
        "albumThumbnailAssetId": album.thumbnail_asset_id,
        "createdAt": times.zulu(album.created_at),
        "updatedAt": times.zulu(album.updated_at),
        "id": album.id,
        **_users_of(album, library, level),
        "shared": album.shared,
        "hasSharedLink": album.has_shared_link,
    }
    if members:
        local = [asset.local_date_time for asset in members]
        first, last = min(local), max(local)
        if not exact_dates:
            first, last = first // times.DAY * times.DAY, last // times.DAY * times.DAY
        body |= {"startDate": times.zulu(first), "endDate": times.zulu(last)}
    body |= {
        "assetCount": len(members),
        "isActivityEnabled": album.is_activity_enabled,
        "order": album.order,
    }
    if members:
        body["lastModifiedAssetTimestamp"] = times.zulu(max(asset.updated_at for asset in members))
    if level.album_owner_apart:
        body["assets"] = []
    return body


def contributors_json(album: Album, library: Library, level: Level) -> list[dict[str, Any]]:
    """Return how many assets each user has put into a shared album."""
    counts = Counter(asset.owner_id for asset in counted_members(album, library, level))
    return [{"userId": user_id, "assetCount": count} for user_id, count in counts.most_common()]


def _users_of(album: Album, library: Library, level: Level) -> dict[str, Any]:
    users = [
        {"user": user_json(library.users[user_id], times.offset), "role": role}
        for user_id, role in sorted(album.roles.items(), key=lambda item: item[1] != "owner")
    ]
    if level.album_owner_apart:
        owner = library.users[album.owner_id]
        return {"ownerId": owner.id, "owner": user_json(owner, times.offset), "albumUsers": users[1:]}
    return {"albumUsers": users}
