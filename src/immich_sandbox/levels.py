"""Every difference between the server versions that the sandbox can be, in one table."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_NOT_LOCKED = frozenset({"timeline", "archive", "hidden"})

# The fields of the flat searches, by endpoint. A field that a level does not list is dropped, not refused.
_COMMON = frozenset(
    [
        "libraryId",
        "type",
        "isEncoded",
        "isFavorite",
        "isMotion",
        "isOffline",
        "isNotInAlbum",
        "createdBefore",
        "createdAfter",
        "updatedBefore",
        "updatedAfter",
        "trashedBefore",
        "trashedAfter",
        "takenBefore",
        "takenAfter",
        "city",
        "state",
        "country",
        "make",
        "model",
        "lensModel",
        "personIds",
        "tagIds",
        "rating",
    ]
)
_METADATA = frozenset(
    [
        "id",
        "description",
        "checksum",
        "originalFileName",
        "originalPath",
        "previewPath",
        "thumbnailPath",
        "encodedVideoPath",
        "order",
        "page",
        "size",
        "withDeleted",
        "withExif",
        "withPeople",
        "withStacked",
    ]
)
_SMART = frozenset({"query", "language", "page", "size", "withDeleted", "withExif"})
_RANDOM = frozenset({"size", "withDeleted", "withExif", "withPeople", "withStacked"})
_LARGE = frozenset({"size", "minFileSize", "withDeleted", "withExif"})


def _fields(extra: set[str], metadata: set[str], smart: set[str], structured: set[str]) -> Mapping[str, frozenset[str]]:
    shared = _COMMON | extra
    return {
        "metadata": shared | _METADATA | metadata | (structured | {"orderBy", "cursor"} if structured else set()),
        "smart": shared | _SMART | smart | structured,
        "random": shared | _RANDOM | structured,
        "statistics": shared | {"description"} | structured,
        "large-assets": shared | _LARGE,
    }


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Level:
    """What one version of the API does; the comment after each field names the version that changed it."""

    name: str
    version: tuple[int, int, int]
    search_fields: Mapping[str, frozenset[str]]
    """The fields of the flat searches, by endpoint; any other is dropped without a word."""
    zod: bool = True
    """Bodies are checked strictly and errors carry no status (3.0.0); before: class-validator, wide conversions."""
    lowest_rating: int = 1  # -1 before 3.0.0
    rating_null: bool = True  # 2.6.0
    tags_null: bool = True  # 1.136.0
    visibility: bool = True
    """Assets have one visibility (1.133.0); before: isArchived, withArchived, isVisible."""
    default_visibilities: frozenset[str] = _NOT_LOCKED  # timeline only before 3.0.0
    people_when_filtered: bool = False  # 1.125 to 2.4: personIds fills people, too
    stacked_false_filters: bool = True  # 2.6.0
    album_search_all_owners: bool = True  # 3.0.0: the album is checked for access, its assets may be anybody's
    id_breaks_ties: bool = True  # 3.1.0
    structured: bool = False  # 3.2.0: filter, orderBy, cursor
    gzip: bool = True  # 1.133.0
    maintenance: bool = True  # 2.3.0
    correlation_header: str = "x-correlation-id"  # x-immich-cid before 3.0.0
    columnar_buckets: bool = True
    """Timeline buckets are months in columns (1.133.0); before: `size` is required and assets are whole."""
    bucket_extras: bool = True  # createdAt and status columns, 3.0.0
    album_owner_apart: bool = False
    """Albums have owner, ownerId and assets, and albumUsers leaves the owner out (before 3.0.0)."""
    album_list_shared_too: bool = True  # 3.0.0: no parameters mean owned and shared with me
    album_count_visible_only: bool = True  # 1.135.0
    album_contributors: bool = True  # 2.2.0
    album_editors_update: bool = True  # 2.6.2
    album_readd_user_refused: bool = False  # before 3.0.0
    album_unknown_user: str = "Invalid user"  # "User not found" before 3.0.0
    album_asset_access: tuple[str, str] = ("albumAsset.create", "albumAsset.delete")  # 1.137.0
    no_content: int = 204  # 200 before 1.138.0
    min_faces_in_config: bool = True  # 3.0.0
    device_fields: bool = False  # until 2.7
    duration_text: bool = False  # until 2.7
    faces: bool = False  # until 2.7: people with faces, unassignedFaces
    asset_created_at: bool = True  # 1.140.0
    asset_dimensions: bool = True  # 2.5.0
    suggestions_lens: bool = True  # 2.2.0
    ocr: bool = True  # 2.2.0
    missing_routes: frozenset[str] = frozenset()
    any_key_routes: frozenset[str] = frozenset()
    """Routes that declared no permission yet, so that any key may call them (before 1.136.0)."""


_WORKFLOWS = frozenset(
    {
        "GET /plugins/methods",
        "GET /workflows/triggers",
        "GET /workflows",
        "POST /workflows",
        *(f"{method} /workflows/{{id}}" for method in ("GET", "PUT", "PATCH", "DELETE")),
    }
)
"""3.0.0; before, there was another design at some of these, which is not served here."""

_V3_1 = Level(
    name="3.1",
    version=(3, 1, 0),
    search_fields=_fields({"visibility", "albumIds", "ocr"}, set(), {"queryAssetId"}, set()),
)

_V3_2 = replace(
    _V3_1,
    name="3.2",
    version=(3, 2, 4),
    search_fields=_fields({"visibility", "albumIds", "ocr"}, set(), {"queryAssetId"}, {"filter"}),
    structured=True,
)

_V2_7 = replace(
    _V3_1,
    name="2.7",
    version=(2, 7, 5),
    search_fields=_fields({"visibility", "albumIds", "ocr", "deviceId"}, {"deviceAssetId"}, {"queryAssetId"}, set()),
    zod=False,
    lowest_rating=-1,
    default_visibilities=frozenset({"timeline"}),
    album_search_all_owners=False,
    id_breaks_ties=False,
    correlation_header="x-immich-cid",
    bucket_extras=False,
    album_owner_apart=True,
    album_list_shared_too=False,
    album_readd_user_refused=True,
    album_unknown_user="User not found",
    min_faces_in_config=False,
    device_fields=True,
    duration_text=True,
    faces=True,
    missing_routes=frozenset({"GET /albums/{id}/map-markers", *_WORKFLOWS} - {"GET /workflows"}),
)

_V1_132 = replace(
    _V2_7,
    name="1.132",
    version=(1, 132, 3),
    search_fields=_fields({"isArchived", "withArchived", "isVisible", "deviceId"}, {"deviceAssetId"}, set(), set()),
    rating_null=False,
    tags_null=False,
    visibility=False,
    people_when_filtered=True,
    stacked_false_filters=False,
    gzip=False,
    maintenance=False,
    columnar_buckets=False,
    album_count_visible_only=False,
    album_contributors=False,
    album_editors_update=False,
    album_asset_access=("album.addAsset", "album.removeAsset"),
    no_content=200,
    asset_created_at=False,
    asset_dimensions=False,
    suggestions_lens=False,
    ocr=False,
    missing_routes=frozenset(
        {
            *_WORKFLOWS,
            "GET /albums/{id}/map-markers",
            "POST /search/statistics",
            "POST /search/large-assets",
            "GET /api-keys/me",
            "PUT /albums/assets",
            "GET /queues",
        }
    ),
    any_key_routes=frozenset(
        {
            "POST /search/metadata",
            "POST /search/smart",
            "POST /search/random",
            "GET /search/suggestions",
            "GET /assets/statistics",
            "GET /assets/{id}",
            "PUT /assets/{id}",
            "GET /assets/{id}/thumbnail",
            "PUT /albums/{id}/assets",
            "DELETE /albums/{id}/assets",
            "PUT /albums/{id}/users",
            "PUT /albums/{id}/user/{userId}",
            "DELETE /albums/{id}/user/{userId}",
            "GET /activities",
            "GET /map/markers",
            "POST /download/info",
            "GET /users",
            "GET /users/me",
            "GET /jobs",
            "GET /server/about",
        }
    ),
)

LEVELS: Mapping[str, Level] = {level.name: level for level in (_V1_132, _V2_7, _V3_1, _V3_2)}
