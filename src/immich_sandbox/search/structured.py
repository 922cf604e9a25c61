"""The structured search of 3.2 and later: `filter` as tests on an asset, `orderBy`, and the cursor."""

from __future__ import annotations

import base64
import operator
from typing import TYPE_CHECKING, Any

import msgspec

from immich_sandbox.api_error import ApiError
from immich_sandbox.library.access import readable_album
from immich_sandbox.library.records import TRUTHS
from immich_sandbox.library.text_match import like, resembles
from immich_sandbox.search.filters import EXIF_TEXTS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from immich_sandbox.library.library import Library
    from immich_sandbox.library.records import Asset
    from immich_sandbox.search.filters import Test

    Getter = Callable[[Asset], Any]

STRUCTURED = frozenset({"filter", "orderBy", "cursor"})
_ALLOWED_BESIDES = STRUCTURED | {
    *("size", "withExif", "withPeople", "withStacked", "query", "queryAssetId", "language"),
}


def is_structured(wanted: Mapping[str, Any]) -> bool:
    """Whether a checked request is of the new shape.

    Raises:
        ApiError: 400, where it mixes both shapes.
    """
    if STRUCTURED.isdisjoint(wanted):
        return False
    flat = [name for name in wanted if name not in _ALLOWED_BESIDES]
    if flat:
        words = "/".join(name for name in ("filter", "orderBy", "cursor") if name in wanted)
        texts = [f"Deprecated field {name} cannot be combined with {words}" for name in flat]
        issues = [{"code": "custom", "path": [name], "message": text} for name, text in zip(flat, texts, strict=True)]
        raise ApiError(400, "Validation failed", issues=issues)
    return True


def structured_test(condition: Mapping[str, Any], library: Library, user_id: str, owners: frozenset[str]) -> Test:
    """Return the test of a whole `filter`, also on the owner.

    Trashed, archived and hidden assets pass unless the filter says otherwise; locked ones never do.

    Raises:
        ApiError: 401 for locked assets, 400 for albums that the user cannot open, 500 for fractions of whole numbers.
    """
    top = {name: value for name, value in condition.items() if name != "or"}
    branches = condition.get("or") or [{}]
    _check_visibility(top if "visibility" in top or not condition.get("or") else {}, branches)
    for part in (top, *branches):
        _check_access(part, library, user_id)
        _check_numbers(part)
    shared = list(_tests(top, library))
    choices = [(_opens_albums(top) or _opens_albums(branch), list(_tests(branch, library))) for branch in branches]

    def test(asset: Asset) -> bool:
        if asset.visibility == "locked" or not all(condition(asset) for condition in shared):
            return False
        own = asset.owner_id in owners
        return any((own or opened) and all(test(asset) for test in tests) for opened, tests in choices)

    return test


def ordered(assets: list[Asset], order: Mapping[str, Any] | None) -> list[Asset]:
    """Return the assets, given by time and id, in the order asked for: nulls last, then by id."""
    wanted = {"field": "fileCreatedAt", **(order or {})}
    descending = wanted.get("direction", "desc") == "desc"
    if wanted["field"] == "fileCreatedAt":
        return assets[::-1] if descending else list(assets)
    get = _GETTERS[wanted["field"]]
    with_value = [asset for asset in assets if get(asset) is not None]
    unknown = [asset for asset in assets if get(asset) is None]
    with_value.sort(key=lambda asset: (get(asset), asset.id), reverse=descending)
    unknown.sort(key=lambda asset: asset.id, reverse=descending)
    return with_value + unknown


def cursor_offset(cursor: str | None) -> int:
    """Return how many rows a cursor skips: it is no more than an offset.

    Raises:
        ApiError: 400 for a cursor that the server did not make.
    """
    if cursor is None:
        return 0
    try:
        offset = msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))["offset"]
    except (ValueError, KeyError, TypeError):
        offset = None
    if not isinstance(offset, int) or offset < 0:
        raise ApiError(400, "Invalid cursor")
    return offset


def cursor_for(offset: int) -> str:
    """Return the cursor that continues after so many rows."""
    return base64.urlsafe_b64encode(msgspec.json.encode({"offset": offset})).decode().rstrip("=")


def _opens_albums(part: Mapping[str, Any]) -> bool:
    return bool(part.get("albumIds", {}).keys() & {"any", "all"})


def _check_visibility(top: Mapping[str, Any], branches: Sequence[Mapping[str, Any]]) -> None:
    """Refuse what may reach the locked folder; branches do not where the whole does not."""
    values = (
        [top["visibility"]]
        if "visibility" in top
        else [branch["visibility"] for branch in branches if "visibility" in branch]
    )
    if any(_may_be_locked(visibility) for visibility in values):
        raise ApiError(401, "Elevated permission is required")


def _may_be_locked(visibility: Mapping[str, Any]) -> bool:
    return (
        visibility.get("eq", "locked") == "locked"
        and visibility.get("ne") != "locked"
        and "locked" in visibility.get("in", ("locked",))
        and "locked" not in visibility.get("notIn", ())
    )


def _check_access(part: Mapping[str, Any], library: Library, user_id: str) -> None:
    albums = part.get("albumIds", {})
    for operation in ("any", "all", "none"):
        for album_id in albums.get(operation, ()):
            readable_album(library, album_id, user_id)


def _check_numbers(part: Mapping[str, Any]) -> None:
    """Refuse fractions of whole numbers, as the database does."""
    for name in ("rating", "fileSizeInBytes"):
        for operand in part.get(name, {}).values():
            for number in operand if isinstance(operand, list) else [operand]:
                if isinstance(number, float) and not number.is_integer():
                    raise ApiError(500, "Failed to search assets")


# -- conditions ---------------------------------------------------------------------------------------------


def _tests(part: Mapping[str, Any], library: Library) -> Iterator[Test]:
    for name, condition in part.items():
        for operation, operand in condition.items():
            if name in ("personIds", "tagIds", "albumIds"):
                yield _relation(name, operation, operand, library)
            elif name == "hasAlbums":
                yield _equal(lambda asset: bool(library.albums_of_asset(asset.id)), operand)
            else:
                yield _OPERATIONS[operation](_GETTERS[name], operand)


def _relation(name: str, operation: str, ids: list[str], library: Library) -> Test:
    families = [library.tag_family(id_) if name == "tagIds" else frozenset({id_}) for id_ in ids]

    def related(asset: Asset) -> frozenset[str]:
        if name == "albumIds":
            return frozenset(library.albums_of_asset(asset.id))
        return frozenset(asset.person_ids if name == "personIds" else asset.tag_ids)

    if operation == "all":
        return lambda asset: all(not family.isdisjoint(related(asset)) for family in families)
    wanted = operation == "any"
    return lambda asset: any(not family.isdisjoint(related(asset)) for family in families) == wanted


def _exif(field: str) -> Getter:
    return lambda asset: asset.exif and getattr(asset.exif, field)


_GETTERS: Mapping[str, Getter] = {
    "id": operator.attrgetter("id"),
    "libraryId": operator.attrgetter("library_id"),
    "type": operator.attrgetter("type"),
    "visibility": operator.attrgetter("visibility"),
    **TRUTHS,
    "hasPeople": lambda asset: bool(asset.person_ids),
    "hasTags": lambda asset: bool(asset.tag_ids),
    **{name: _exif(field) for name, field in EXIF_TEXTS.items()},
    "description": _exif("description"),
    "rating": _exif("rating"),
    "fileSizeInBytes": _exif("file_size"),
    "originalFileName": operator.attrgetter("original_file_name"),
    "originalPath": operator.attrgetter("original_path"),
    "ocr": lambda asset: asset.text or None,
    "checksum": operator.attrgetter("checksum"),
    "encodedVideoPath": lambda _asset: None,
    "takenAt": operator.attrgetter("file_created_at"),
    "localDateTime": operator.attrgetter("local_date_time"),
    "createdAt": operator.attrgetter("created_at"),
    "updatedAt": operator.attrgetter("updated_at"),
    "trashedAt": operator.attrgetter("deleted_at"),
}


def _equal(get: Getter, operand: object) -> Test:
    return lambda asset: bool(get(asset) == operand)


def _unequal(get: Getter, operand: object) -> Test:
    """Test for inequality as SQL does: a missing value passes no test, and unequal to `null` are all others."""
    return lambda asset: get(asset) is not None and get(asset) != operand


def _among(get: Getter, operand: list[object]) -> Test:
    return lambda asset: get(asset) in operand


def _not_among(get: Getter, operand: list[object]) -> Test:
    return lambda asset: get(asset) is not None and get(asset) not in operand


def _compared(compare: Callable[[Any, Any], bool]) -> Callable[[Getter, Any], Test]:
    return lambda get, operand: lambda asset: get(asset) is not None and compare(get(asset), operand)


def _pattern(before: str, after: str, *, wanted: bool = True) -> Callable[[Getter, Any], Test]:
    def make(get: Getter, operand: str) -> Test:
        matches = like(operand, before=before, after=after)
        return lambda asset: get(asset) is not None and matches(get(asset)) == wanted

    return make


def _resembling(get: Getter, operand: str) -> Test:
    reads = resembles(operand)
    return lambda asset: get(asset) is not None and reads(get(asset))


_OPERATIONS: Mapping[str, Callable[[Getter, Any], Test]] = {
    "eq": _equal,
    "ne": _unequal,
    "in": _among,
    "notIn": _not_among,
    "lt": _compared(operator.lt),
    "lte": _compared(operator.le),
    "gt": _compared(operator.gt),
    "gte": _compared(operator.ge),
    "like": _pattern("%", "%"),
    "notLike": _pattern("%", "%", wanted=False),
    "startsWith": _pattern("", "%"),
    "endsWith": _pattern("%", ""),
    "matches": _resembling,
}
