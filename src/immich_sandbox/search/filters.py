"""The flat search filters as tests on an asset: what each property of a request means."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeAlias

from immich_sandbox.api_error import ApiError
from immich_sandbox.library.records import TRUTHS
from immich_sandbox.library.text_match import like, resembles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from immich_sandbox.levels import Level
    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Asset

    Test: TypeAlias = Callable[[Asset], bool]

EXIF_TEXTS = {
    "city": "city",
    "state": "state",
    "country": "country",
    "make": "make",
    "model": "model",
    "lensModel": "lens_model",
}
"""Property of a request to field of `Exif`, for those that compare exactly."""

_INSTANTS = {"created": "created_at", "updated": "updated_at", "trashed": "deleted_at"}


def elevated_only(wanted: Mapping[str, Any]) -> None:
    """Refuse what a key can never see.

    Raises:
        ApiError: 401, although the key is fine (1.135 and later).
    """
    if wanted.get("visibility") == "locked":
        raise ApiError(401, "Elevated permission is required")


def tests_for(wanted: Mapping[str, Any], library: Library, level: Level) -> list[Test]:
    """Return one test for each filter of a checked request, those that decide fastest first.

    Not included: whose assets are searched, and `takenAfter`/`takenBefore`, which cut the sorted list.
    """
    return [
        visibility_test(wanted, level),
        *_row_tests(wanted, level),
        *_exif_tests(wanted, level),
        *_text_tests(wanted),
        *_relation_tests(wanted, library),
    ]


def visibility_test(wanted: Mapping[str, Any], level: Level) -> Test:
    """Return the test on visibility, whose default is the biggest difference between versions."""
    if level.visibility:
        visibility = wanted.get("visibility")
        allowed = frozenset({visibility}) if visibility else level.default_visibilities
    else:
        archived = wanted.get("isArchived", False)
        allowed = frozenset({"archive"}) if archived else frozenset({"timeline", "hidden"})
        if wanted.get("withArchived"):
            allowed = frozenset({"timeline", "archive", "hidden"})
        if "isVisible" in wanted:
            allowed &= {"timeline", "archive"} if wanted["isVisible"] else {"hidden"}
    if len(allowed) == 1:
        (only,) = allowed
        return lambda asset: asset.visibility == only
    return lambda asset: asset.visibility in allowed


def _row_tests(wanted: Mapping[str, Any], level: Level) -> Iterator[Test]:
    reaches_trash = wanted.get("withDeleted") or any(
        name in wanted for name in ("trashedAfter", "trashedBefore", "isOffline")
    )
    if not reaches_trash or wanted.get("isOffline") is False:
        yield lambda asset: asset.deleted_at is None
    for name in ("id", "type"):
        if name in wanted:
            yield _equals(name, wanted[name])
    if wanted.get("libraryId") is not None:
        yield _equals("library_id", wanted["libraryId"])
    for name, is_so in TRUTHS.items():
        if name in wanted:
            yield _is(is_so, wanted[name])
    for prefix, field in _INSTANTS.items():
        yield from _between(field, wanted.get(f"{prefix}After"), wanted.get(f"{prefix}Before"))
    if wanted.get("withStacked") is False and level.stacked_false_filters:
        yield lambda asset: asset.stack_id is None


def _exif_tests(wanted: Mapping[str, Any], level: Level) -> Iterator[Test]:
    """A filter on EXIF needs an EXIF row, also to find a missing value."""
    if wanted.get("withExif"):
        yield lambda asset: asset.exif is not None
    for name, field in EXIF_TEXTS.items():
        if name in wanted:
            value = wanted[name]
            yield _exif_equals(field, None if value == "" and not level.zod else value)
    if "rating" in wanted:
        yield _exif_equals("rating", wanted["rating"])
    if "minFileSize" in wanted:
        low = wanted["minFileSize"]
        yield lambda asset: asset.exif is not None and (asset.exif.file_size or 0) >= low


def _text_tests(wanted: Mapping[str, Any]) -> Iterator[Test]:
    if "originalFileName" in wanted:
        named = like(wanted["originalFileName"])
        yield lambda asset: named(asset.original_file_name)
    if "originalPath" in wanted:
        lies = like(wanted["originalPath"])
        yield lambda asset: lies(asset.original_path)
    if "description" in wanted:
        described = like(wanted["description"])
        yield lambda asset: asset.exif is not None and described(asset.exif.description)
    if "ocr" in wanted:
        reads = resembles(wanted["ocr"])
        yield lambda asset: bool(asset.text) and reads(asset.text)
    for name, field in (("checksum", "checksum"), ("deviceId", "device_id"), ("deviceAssetId", "original_file_name")):
        if name in wanted:
            yield _equals(field, wanted[name])
    if "encodedVideoPath" in wanted:
        yield _nothing  # the sandbox encodes no videos


def _relation_tests(wanted: Mapping[str, Any], library: Library) -> Iterator[Test]:
    """Ids combine with AND, an empty list is no filter, and an id given twice matches nothing (3.1.0, recorded)."""
    if people := wanted.get("personIds"):
        yield _nothing if _repeats(people) else lambda asset: all(person in asset.person_ids for person in people)
    if tags := wanted.get("tagIds"):
        families = [library.tag_family(tag_id) for tag_id in tags]
        yield (
            _nothing
            if _repeats(tags)
            else lambda asset: all(not family.isdisjoint(asset.tag_ids) for family in families)
        )
    elif "tagIds" in wanted and wanted["tagIds"] is None:
        yield lambda asset: not asset.tag_ids
    if albums := wanted.get("albumIds"):
        members = [library.albums[album].asset_ids if album in library.albums else {} for album in albums]
        yield _nothing if _repeats(albums) else lambda asset: all(asset.id in member for member in members)
    elif wanted.get("isNotInAlbum"):
        yield lambda asset: not library.albums_of_asset(asset.id)


def _repeats(ids: list[str]) -> bool:
    return len(set(ids)) != len(ids)


def _nothing(_asset: Asset) -> bool:
    return False


def _equals(field: str, value: object) -> Test:
    return lambda asset: getattr(asset, field) == value


def _is(is_so: Test, value: object) -> Test:
    return lambda asset: is_so(asset) == value


def _exif_equals(field: str, value: object) -> Test:
    return lambda asset: asset.exif is not None and getattr(asset.exif, field) == value


def _between(field: str, after: int | None, before: int | None) -> Iterator[Test]:
    """Both ends belong to it."""
    if after is not None:
        yield lambda asset: (instant := getattr(asset, field)) is not None and instant >= after
    if before is not None:
        yield lambda asset: (instant := getattr(asset, field)) is not None and instant <= before
