"""Stages of Immich's work on a new photo, and which of them must be done for a leaf's answer to count.

A photo that was only just uploaded is in no ranking, shows nobody and has no place. That a search for Ben does not find
it is no answer before Immich has looked for faces:

    >>> from immich_smart_albums.selection.compile.notation import search
    >>> when_missing(search(personIds=("ben",)).query)
    frozenset({<Stage.FACES: 'faces'>})

That the search finds it is one, whatever is still to come:

    >>> when_matched(search(personIds=("ben",)).query)
    frozenset()
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.model.search_field import ONLY_SMART, Stage
from immich_smart_albums.model.search_fields import ROWS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from immich_smart_albums.model.query import Condition, Query
    from immich_smart_albums.rules.tree import Filter, Record


Stages = frozenset[Stage]

NONE: Stages = frozenset()

_STAGE_OF_FIELD: dict[str, Stage] = {
    row.name: row.stage for row in ROWS if row.stage is not None and row.stage is not Stage.DATES
}
"""Search fields that a stage fills."""

_TAKEN = frozenset(row.name for row in ROWS if row.stage is Stage.DATES)

_RANKED = frozenset(row.name for row in ROWS if row.kinds == ONLY_SMART)

_NEGATIVE = frozenset({"ne", "notIn", "notLike", "none"})
"""Operators that a photo passes while a field is not filled."""

_STAGE_OF_ROOT: dict[str, Stage] = {
    **dict.fromkeys(("exifInfo", "tags", "width", "height", "duration", "livePhotoVideoId"), Stage.METADATA),
    **dict.fromkeys(("people", "unassignedFaces"), Stage.FACES),
    **dict.fromkeys(("fileCreatedAt", "localDateTime"), Stage.DATES),
    "duplicateId": Stage.EMBEDDING,
}
"""Top-level fields of records that a stage fills."""

_FROM_FILE = (
    *("dateTimeOriginal", "modifyDate", "exifImageWidth", "exifImageHeight", "orientation", "timeZone"),
    *("make", "model", "latitude", "longitude"),
)
"""Fields of EXIF that only the file fills: others have values before it is read, such as the size, or a rating."""


def shows_metadata(record: Record) -> bool:
    """Returns whether a record with EXIF shows that Immich has read the file."""
    shown = record.get("exifInfo")
    return isinstance(shown, dict) and any(shown.get(name) is not None for name in _FROM_FILE)


METADATA_FIELDS = frozenset(f"exifInfo.{name}" for name in _FROM_FILE)
"""The fields that `shows_metadata` reads."""

KnownConditions = frozenset["Condition"]
"""Conditions that a photo is known to pass."""

NOTHING_ELSE: KnownConditions = frozenset()


@lru_cache(maxsize=4096)
def when_matched(query: Query) -> Stages:
    """Returns the stages after which it is certain that a search finds a photo, if it does."""
    lacks = {_STAGE_OF_FIELD[condition.field] for condition in query.conditions if _is_lack(condition)}
    return frozenset(lacks | _taken(query.conditions))


@lru_cache(maxsize=4096)
def when_missing(query: Query, holding: KnownConditions = NOTHING_ELSE) -> Stages:
    """Returns the stages after which it is certain that a search does not find a photo, if it does not.

    Conditions that are `holding` for the photo are not the reason, so their stages do not count.
    """
    conditions = [condition for condition in query.conditions if condition not in holding]
    stages = {
        _STAGE_OF_FIELD[condition.field]
        for condition in conditions
        if condition.field in _STAGE_OF_FIELD and not _is_lack(condition)
    }
    # A photo that another search ranks by the same text has its embedding.
    if query.kind is Kind.SMART and not any(
        condition.field in _RANKED for condition in holding.intersection(query.where)
    ):
        stages.add(Stage.EMBEDDING)
    return frozenset(stages | _taken(conditions))


def when_passed(filter_: Filter) -> Stages:
    """Returns the stages after which it is certain that a photo passes a filter, if it does."""
    # "No camera" passes before the file is read, so EXIF alone is no proof.
    in_exif = filter_.roots is None or "exifInfo" in filter_.roots
    return of_fields(filter_.roots) | ({Stage.METADATA} if in_exif else NONE)


def when_failed(filter_: Filter) -> Stages:
    """Returns the stages after which it is certain that a photo does not pass a filter, if it does not."""
    if filter_.roots is None:
        return frozenset({Stage.METADATA, Stage.FACES, Stage.EMBEDDING})
    return frozenset(_STAGE_OF_ROOT[root] for root in filter_.roots if root in _STAGE_OF_ROOT)


def of_fields(names: Collection[str] | None) -> Stages:
    """Returns the stages after which values in some top-level fields of a record are final. None: in any field."""
    if names is None:
        return frozenset({Stage.DATES, Stage.FACES})
    stages = (_STAGE_OF_ROOT[name] for name in names if name in _STAGE_OF_ROOT)
    return frozenset(Stage.DATES if stage is Stage.METADATA else stage for stage in stages)


def conditions_of(query: Query) -> KnownConditions:
    """Returns the conditions that everything passes which a search finds."""
    return frozenset(query.where)


def _is_lack(condition: Condition) -> bool:
    """Returns whether a photo passes a condition before the stage that fills its field."""
    if condition.field not in _STAGE_OF_FIELD:
        return False
    return condition.operator in _NEGATIVE or (condition.operator == "eq" and condition.value in (None, False))


def _taken(conditions: Iterable[Condition]) -> set[Stage]:
    return {Stage.DATES for condition in conditions if condition.field in _TAKEN}
