"""Holding returned assets against the query, so that a filter that was ignored on the way is noticed.

Only what a record tells for certain is checked. Text filters are compared where both sides are plain ASCII: the server
ignores accents in ways that cannot be repeated exactly.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich.conditions import held
from immich_smart_albums.immich.told import MISSING, exif, is_favorite, may_contain, moment, shown_checksum
from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.query import Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.immich.wire import Record
    from immich_smart_albums.model.query import Branch, Query, Value

_EQUAL = ("type", "libraryId", "id", "isOffline", "deviceId", "deviceAssetId")
_EQUAL_IN_EXIF = ("city", "state", "country", "make", "model", "lensModel", "rating")
_CONTAINED = ("originalFileName", "originalPath")
_BOUNDS = {
    f"{word}{end}": (field, end == "After")
    for word, field in (("taken", "fileCreatedAt"), ("created", "createdAt"), ("updated", "updatedAt"))
    for end in ("After", "Before")
}
"""For each bound in time the field of a record that it is about, and whether it is the lower one."""


class Recheck:
    """The checks of one query in one visibility."""

    def __init__(self, query: Query, visibility: Visibility, own_id: str | None, capabilities: Capabilities) -> None:
        self._query = query
        self._capabilities = capabilities
        self.fields: set[str] = {"visibility", "isArchived", "isTrashed"}
        """What a record must have for the checks."""
        self._checks: list[tuple[str, Callable[[Record], bool]]] = [
            ("visibility", partial(_is_shown_in, visibility, is_told=capabilities.has_visibility))
        ]
        names = {name for name, _ in query.filters}
        if names & {"trashedAfter", "trashedBefore"}:
            self._checks.append(("being in the trash", lambda record: record.get("isTrashed") is True))
        elif not names & {"withDeleted", "isOffline"} and all(each.field != "trashedAt" for each in query.conditions):
            self._checks.append(("not being in the trash", lambda record: record.get("isTrashed") is False))
        for name, value in query.filters:
            self._add(name, value, own_id)
        for condition in query.conditions:
            self._add_branches(f"{condition.field} {condition.operator}", ((condition,),), own_id)
        if query.either:
            self._add_branches("any of its branches", query.either, own_id)

    def __call__(self, records: Iterable[Record]) -> None:
        """Raise Untrustworthy for the first record that the query cannot have meant."""
        for record in records:
            for name, holds in self._checks:
                if not holds(record):
                    asked = self._query.describe()
                    message = f"the server returned asset {record['id']} for {asked}, but {name} does not hold"
                    hint = (
                        "It seems to ignore that filter, so nothing of its answer is used. Please report its version."
                    )
                    raise Untrustworthy(message, hint=hint)

    def _add(self, name: str, value: Value, own_id: str | None) -> None:
        if name in _EQUAL:
            self._check(name, name, lambda record: record.get(name, MISSING) == value)
        elif name in _EQUAL_IN_EXIF:
            missing = MISSING if self._capabilities.joins_exif else None
            self._check(name, f"exifInfo.{name}", lambda record: exif(record, name, missing) == value)
        elif name in _CONTAINED and isinstance(value, str):
            self._check(name, name, lambda record: may_contain(record.get(name), value))
        elif name == "description" and isinstance(value, str):
            self._check(name, "exifInfo.description", lambda record: may_contain(exif(record, name, None), value))
        elif name == "isMotion":
            self._check(
                name, "livePhotoVideoId", lambda record: (record.get("livePhotoVideoId", MISSING) is not None) == value
            )
        elif name == "personIds" and self._query.kind is Kind.METADATA and self._capabilities.shows_whom_it_finds:
            # Only whether somebody is on it: 3.2 and later may show other ids than they search for.
            self._check(name, "people", lambda record: bool(record.get("people")))
        elif name == "isFavorite":
            self.fields.add("ownerId")
            self._check(name, name, partial(is_favorite, value, own_id))
        elif name == "checksum" and isinstance(value, str):
            shown = shown_checksum(value)
            self._check(name, name, lambda record: shown is None or record.get(name) == shown)
        elif isinstance(value, str) and name in _BOUNDS:
            self._add_bound(name, *_BOUNDS[name], to_milliseconds(value))

    def _add_branches(self, name: str, branches: tuple[Branch, ...], own_id: str | None) -> None:
        """At least one branch must hold, as far as records tell."""
        choices = [[each for each in (held(one, own_id) for one in branch) if each] for branch in branches]
        if all(choices):  # a branch of which nothing can be told may always hold
            self.fields.update(*(each.fields for choice in choices for each in choice))
            self._checks.append(
                (name, lambda record: any(all(each.may_hold(record) for each in choice) for choice in choices))
            )

    def _check(self, name: str, field: str, holds: Callable[[Record], bool]) -> None:
        self.fields.add(field)
        self._checks.append((name, holds))

    def _add_bound(self, name: str, field: str, is_lower: bool, bound: int) -> None:
        def holds(record: Record) -> bool:
            if field not in record:
                return field == "createdAt" and not self._capabilities.tells_created
            taken = moment(record, field)
            return taken is not None and (taken >= bound if is_lower else taken <= bound)

        self._check(name, field, holds)


def _is_shown_in(visibility: Visibility, record: Record, *, is_told: bool) -> bool:
    if is_told:
        return bool(record.get("visibility") == visibility.value)
    # Before 1.133 a record tells only whether it is archived.
    return visibility is Visibility.HIDDEN or record.get("isArchived") is (visibility is Visibility.ARCHIVE)
