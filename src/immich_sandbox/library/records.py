"""The things that a photo server keeps, as plain records; instants are microseconds since 1970, UTC."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from operator import attrgetter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

MIME_TYPES: Mapping[str, str] = {
    "jpg": "image/jpeg",
    "jpeg": "image/jpeg",
    "png": "image/png",
    "heic": "image/heic",
    "dng": "image/dng",
    "mp4": "video/mp4",
    "mov": "video/quicktime",
}


@dataclass(slots=True)
class User:
    """An account on the server."""

    id: str
    name: str
    email: str
    created_at: int
    avatar_color: str = "primary"
    is_admin: bool = False


@dataclass(slots=True)
class Person:
    """A recognised person; belongs to one user, and names are not unique."""

    id: str
    owner_id: str
    name: str
    updated_at: int
    birth_date: str | None = None
    is_hidden: bool = False
    is_favorite: bool = False


@dataclass(slots=True)
class Tag:
    """A tag; `value` is its whole path, as in `Trips/Finland`."""

    id: str
    owner_id: str
    value: str
    created_at: int
    updated_at: int
    parent_id: str | None = None

    @property
    def name(self) -> str:
        """The last step of the path."""
        return self.value.rpartition("/")[2]


@dataclass(slots=True)
class Stack:
    """Photos shown as one."""

    id: str
    owner_id: str
    primary_asset_id: str
    asset_ids: list[str]


@dataclass(slots=True)
class Partner:
    """One user shares all photos with another."""

    shared_by_id: str
    shared_with_id: str
    in_timeline: bool = False


@dataclass(slots=True)
class Exif:
    """What was read from the file; searches `withExif` leave out assets without it."""

    make: str | None = None
    model: str | None = None
    lens_model: str | None = None
    f_number: float | None = None
    focal_length: float | None = None
    iso: int | None = None
    exposure_time: str | None = None
    file_size: int | None = None
    orientation: str | None = None
    time_zone: str | None = None
    date_time_original: int | None = None
    modify_date: int | None = None
    latitude: float | None = None
    longitude: float | None = None
    city: str | None = None
    state: str | None = None
    country: str | None = None
    description: str = ""
    projection_type: str | None = None
    rating: int | None = None


@dataclass(slots=True, eq=False)
class Asset:
    """One photo or video. Change it through `Library.update`, which keeps the indexes right."""

    id: str
    owner_id: str
    original_path: str
    original_file_name: str
    file_created_at: int
    local_date_time: int
    created_at: int
    updated_at: int
    type: str = "IMAGE"
    file_modified_at: int | None = None
    deleted_at: int | None = None
    visibility: str = "timeline"
    is_favorite: bool = False
    is_offline: bool = False
    duration_ms: int | None = None
    live_photo_video_id: str | None = None
    library_id: str | None = None
    device_id: str = "sandbox"
    """The device that uploaded it; part of responses until 2.7."""
    duplicate_id: str | None = None
    stack_id: str | None = None
    width: int | None = None
    height: int | None = None
    exif: Exif | None = None
    person_ids: tuple[str, ...] = ()
    tag_ids: tuple[str, ...] = ()
    concepts: tuple[tuple[int, float], ...] = ()
    """(index in `concepts.CONCEPTS`, weight); empty: the asset has no embedding and no smart search finds it."""
    text: str = ""
    """The words in the picture, for the `ocr` filter."""
    known_checksum: str = ""
    known_thumbhash: str | None = ""
    revision: int = 0
    """Grows with every change, so that what was made from the asset can be kept until then."""

    @property
    def checksum(self) -> str:
        """SHA-1 in base64, of the id where the asset has no file."""
        if not self.known_checksum:
            self.known_checksum = base64.b64encode(
                hashlib.sha1(self.id.encode(), usedforsecurity=False).digest()
            ).decode()
        return self.known_checksum

    @property
    def thumbhash(self) -> str | None:
        """The blurred preview in base64."""
        return self.checksum[:28] if self.known_thumbhash == "" else self.known_thumbhash

    @property
    def mime_type(self) -> str:
        """The MIME type by the ending of the file name."""
        ending = self.original_file_name.rpartition(".")[2].lower()
        return MIME_TYPES.get(ending, "application/octet-stream")


TRUTHS: Mapping[str, Callable[[Asset], bool]] = {
    "isFavorite": attrgetter("is_favorite"),
    "isMotion": lambda asset: asset.live_photo_video_id is not None,
    "isOffline": attrgetter("is_offline"),
    "isEncoded": lambda asset: asset.type == "VIDEO",
}
"""What is so of an asset or not, by the name under which it is searched."""


@dataclass(slots=True)
class Remark:
    """A comment on an album or on one of its photos; without a text a like."""

    id: str
    user_id: str
    created_at: int
    comment: str | None = None
    asset_id: str | None = None


@dataclass(slots=True)
class Album:
    """An album; `roles` holds the owner first, `asset_ids` keeps the order of adding."""

    id: str
    name: str
    created_at: int
    updated_at: int
    roles: dict[str, str]
    description: str = ""
    thumbnail_asset_id: str | None = None
    asset_ids: dict[str, None] = field(default_factory=dict)
    is_activity_enabled: bool = True
    order: str = "desc"
    has_shared_link: bool = False
    remarks: list[Remark] = field(default_factory=list)
    """Comments and likes, in the order of their coming."""

    @property
    def owner_id(self) -> str:
        """The user with the role `owner`."""
        return next(user_id for user_id, role in self.roles.items() if role == "owner")

    @property
    def shared(self) -> bool:
        """Whether anyone but the owner can open it."""
        return len(self.roles) > 1 or self.has_shared_link


@dataclass(slots=True, eq=False)
class Workflow:
    """What the server does for each new photo of a user."""

    id: str
    owner_id: str
    trigger: str
    created_at: int
    updated_at: int
    name: str | None = None
    description: str | None = None
    enabled: bool = True
    steps: list[dict[str, Any]] = field(default_factory=list)
