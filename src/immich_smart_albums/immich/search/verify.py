"""Holding returned assets against the query, so that a filter that was ignored on the way is noticed.

Only what a record tells for certain is checked. Text filters are compared where both sides are plain ASCII: the server
ignores accents in ways that cannot be repeated exactly.
"""

from __future__ import annotations

import operator
import re
from base64 import b64encode
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.model.instants import to_milliseconds
from immich_smart_albums.model.query import Kind, Visibility

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from immich_smart_albums.immich.search.page import Record
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.query import Branch, Condition, Query, Value


_PLAIN = {name: name for name in ("id", "libraryId", "type", "isOffline", "originalFileName", "originalPath")}
_IN_EXIF = {
    **{name: name for name in ("city", "state", "country", "make", "model", "lensModel", "rating", "description")},
    "fileSizeInBytes": "fileSizeInByte",
}
_MOMENTS = {"takenAt": "fileCreatedAt", "createdAt": "createdAt", "updatedAt": "updatedAt"}


@dataclass(frozen=True, slots=True)
class Held:
    """What can be said of one condition."""

    fields: frozenset[str]
    """What a record must have for it, dotted below exifInfo."""
    may_hold: Callable[[Record], bool]


def held(condition: Condition, own_id: str | None) -> Held | None:
    """How a condition is held against a record; None where records tell nothing of it."""
    name, value = condition.field, condition.value
    if name in _PLAIN:
        return _value(condition, _PLAIN[name], lambda record: record.get(_PLAIN[name], MISSING))
    if name in _IN_EXIF:
        return _value(condition, f"exifInfo.{_IN_EXIF[name]}", lambda record: exif(record, _IN_EXIF[name], None))
    if name in _MOMENTS:
        return _moment(condition, _MOMENTS[name])
    if name == "trashedAt":
        is_trashed = (condition.operator, value) != ("eq", None)
        return Held(frozenset({"isTrashed"}), lambda record: record.get("isTrashed") is is_trashed)
    if name == "isFavorite":
        return Held(frozenset({"isFavorite", "ownerId"}), partial(is_favorite, value, own_id))
    if name == "isMotion":
        return Held(
            frozenset({"livePhotoVideoId"}),
            lambda record: (record.get("livePhotoVideoId", MISSING) is not None) is value,
        )
    if (name, value) == ("hasPeople", True) or (name == "personIds" and condition.operator != "none"):
        # Only whether somebody is on it: 3.2 and later may show other ids than they search for.
        return Held(frozenset({"people"}), lambda record: bool(record.get("people")))
    if name == "checksum" and condition.operator in {"eq", "in"}:
        shown = [shown_checksum(str(each)) for each in (value if isinstance(value, tuple) else (value,))]
        return Held(frozenset({"checksum"}), lambda record: None in shown or record.get("checksum") in shown)
    return None


def _value(condition: Condition, field: str, get: Callable[[Record], object]) -> Held:
    """A condition on a value of the record; as in SQL, a value that is missing only equals null."""
    compare, wanted = _COMPARISONS[condition.operator], condition.value

    def may_hold(record: Record) -> bool:
        value = get(record)
        if wanted is None:
            return value is not MISSING and (value is None) is (condition.operator == "eq")
        return value is not None and value is not MISSING and compare(value, wanted)

    return Held(frozenset({field}), may_hold)


def _moment(condition: Condition, field: str) -> Held | None:
    """A condition on an instant. Records show milliseconds, the server compares microseconds."""
    compare = _ORDERS.get(condition.operator)
    if compare is None:
        return None
    bound = to_milliseconds(str(condition.value))

    def may_hold(record: Record) -> bool:
        instant = moment(record, field)
        return instant is not None and compare(instant, bound)

    return Held(frozenset({field}), may_hold)


_ORDERS: Mapping[str, Callable[[int, int], bool]] = {
    "eq": operator.eq,
    "gt": operator.ge,  # the microseconds may make the difference
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}

_COMPARISONS: Mapping[str, Callable[[object, object], bool]] = {
    "eq": operator.eq,
    "ne": operator.ne,
    "in": lambda value, wanted: isinstance(wanted, tuple) and value in wanted,
    "notIn": lambda value, wanted: isinstance(wanted, tuple) and value not in wanted,
    "like": lambda value, wanted: may_contain(value, str(wanted)),
    "notLike": lambda value, wanted: may_lack(value, str(wanted)),
    "startsWith": lambda value, wanted: may_start(value, str(wanted)),
    "endsWith": lambda value, wanted: may_end(value, str(wanted)),
    "lt": lambda value, wanted: _compared(operator.lt, value, wanted),
    "lte": lambda value, wanted: _compared(operator.le, value, wanted),
    "gt": lambda value, wanted: _compared(operator.gt, value, wanted),
    "gte": lambda value, wanted: _compared(operator.ge, value, wanted),
}


def _compared(compare: Callable[[float, float], bool], value: object, wanted: object) -> bool:
    return isinstance(value, int | float) and isinstance(wanted, int | float) and compare(value, wanted)


MISSING = object()
"""Equal to nothing: a field that this version always returns must be there."""

_HEX = re.compile("[0-9a-fA-F]{40}")
_UNSURE = re.compile(r"[%_]|[^\x00-\x7f]")
"""Wildcards, and letters that the server may compare in ways that cannot be repeated exactly."""


def exif(record: Record, name: str, missing: object) -> object:
    """A field of `exifInfo`; `missing` for a record without EXIF."""
    found = record.get("exifInfo")
    return found.get(name, MISSING) if isinstance(found, dict) else missing


def moment(record: Record, field: str) -> int | None:
    """An instant of a record in ms since 1970; None where it has none that can be read."""
    try:
        return to_milliseconds(record[field])
    except (KeyError, TypeError, ValueError):
        return None


def is_favorite(value: object, own_id: str | None, record: Record) -> bool:
    """The search looks at the row; the answer shows false for a partner's photo, whatever the row says."""
    is_others = own_id is None or record.get("ownerId") != own_id
    return record.get("isFavorite") == value or (value is True and is_others)


def shown_checksum(asked: str) -> str | None:
    """How records show a SHA-1 that may be asked for in base64 or in hex; None where it is neither."""
    if _HEX.fullmatch(asked):
        return b64encode(bytes.fromhex(asked)).decode()
    return asked if len(asked) == 28 else None


def may_contain(value: object, pattern: str) -> bool:
    """Whether the server's "contains, ignoring case and accents" may hold; % and _ are wildcards there.

    True wherever that cannot be told for certain.
    """
    if not isinstance(value, str) or not value.isascii():
        return isinstance(value, str)
    return all(piece in value.lower() for piece in _pieces(pattern))


def may_lack(value: object, pattern: str) -> bool:
    """Whether the opposite of `may_contain` may hold; like the server, no for a value that is missing."""
    if not isinstance(value, str) or not value.isascii() or _UNSURE.search(pattern) or "\\" in pattern:
        return isinstance(value, str)
    return pattern.lower() not in value.lower()


def may_start(value: object, pattern: str) -> bool:
    """Whether the server's "starts with, ignoring case and accents" may hold."""
    if not isinstance(value, str) or not value.isascii():
        return isinstance(value, str)
    return value.lower().startswith(_UNSURE.split(pattern.lower().replace("\\", "%"))[0])


def may_end(value: object, pattern: str) -> bool:
    """Whether the server's "ends with, ignoring case and accents" may hold."""
    if not isinstance(value, str) or not value.isascii():
        return isinstance(value, str)
    return value.lower().endswith(_UNSURE.split(pattern.lower().replace("\\", "%"))[-1])


def _pieces(pattern: str) -> list[str]:
    return [piece for piece in _UNSURE.split(pattern.lower().replace("\\", "%")) if piece]


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
