"""Stages: what Immich finds out about a photo step by step, and what of it the parts of a rule rest on.

A photo that was only just uploaded is on no ranking, shows nobody and has no place. So what a search does not find is
no answer before Immich has come to the photo, and `not` of it is none either. Each leaf of a rule says here which steps
its answers need: an answer that needs a step which a photo is still to take is not known yet.
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

_FIELDS: dict[str, Stage] = {
    row.name: row.stage for row in ROWS if row.stage is not None and row.stage is not Stage.DATES
}
"""Fields of searches that are filled by a step."""

_TAKEN = frozenset(row.name for row in ROWS if row.stage is Stage.DATES)

_RANKED = frozenset(row.name for row in ROWS if row.kinds == ONLY_SMART)

_NEGATIVE = frozenset({"ne", "notIn", "notLike", "none"})
"""Operators that hold for what was not found out yet."""

_SHOWN: dict[str, Stage] = {
    **dict.fromkeys(("exifInfo", "tags", "width", "height", "duration", "livePhotoVideoId"), Stage.METADATA),
    **dict.fromkeys(("people", "unassignedFaces"), Stage.FACES),
    **dict.fromkeys(("fileCreatedAt", "localDateTime"), Stage.DATES),
    "duplicateId": Stage.EMBEDDING,
}
"""Top-level fields of records that are filled by a step."""

_CONTENT = (
    *("dateTimeOriginal", "modifyDate", "exifImageWidth", "exifImageHeight", "orientation", "timeZone"),
    *("make", "model", "latitude", "longitude"),
)
"""Of a photo that was only just uploaded Immich knows the size of the file, and what a person wrote or rated."""


def shows_metadata(record: Record) -> bool:
    """Returns whether a record with EXIF shows that Immich has read the file."""
    shown = record.get("exifInfo")
    return isinstance(shown, dict) and any(shown.get(name) is not None for name in _CONTENT)


METADATA_FIELDS = frozenset(f"exifInfo.{name}" for name in _CONTENT)
"""What `shows_metadata` looks at."""

KnownConditions = frozenset["Condition"]
"""Conditions that are known to hold."""

NOTHING_ELSE: KnownConditions = frozenset()


@lru_cache(maxsize=4096)
def when_matched(query: Query) -> Stages:
    """Returns the steps after which it is known that a search finds a photo, where it does."""
    lacks = {_FIELDS[condition.field] for condition in query.conditions if _is_lack(condition)}
    return frozenset(lacks | _taken(query.conditions))


@lru_cache(maxsize=4096)
def when_missing(query: Query, holding: KnownConditions = NOTHING_ELSE) -> Stages:
    """Returns the steps after which it is known that a search does not find a photo, where it does not.

    Conditions that are `holding` for the photo are not the reason, so their steps are left out.
    """
    conditions = [condition for condition in query.conditions if condition not in holding]
    stages = {
        _FIELDS[condition.field] for condition in conditions if condition.field in _FIELDS and not _is_lack(condition)
    }
    # What another search with the same text ranks has been looked at.
    if query.kind is Kind.SMART and not any(
        condition.field in _RANKED for condition in holding.intersection(query.where)
    ):
        stages.add(Stage.EMBEDDING)
    return frozenset(stages | _taken(conditions))


def when_passed(check: Filter) -> Stages:
    """Returns the steps after which it is known that a photo passes a filter, where it does."""
    # Where EXIF was looked at, it shows whether the file was read: "no camera" holds for one that was not as well.
    in_exif = check.roots is None or "exifInfo" in check.roots
    return of_fields(check.roots) | ({Stage.METADATA} if in_exif else NONE)


def when_failed(check: Filter) -> Stages:
    """Returns the steps after which it is known that a photo does not pass a filter, where it does not."""
    if check.roots is None:
        return frozenset({Stage.METADATA, Stage.FACES, Stage.EMBEDDING})
    return frozenset(_SHOWN[root] for root in check.roots if root in _SHOWN)


def of_fields(names: Collection[str] | None) -> Stages:
    """Returns the steps after which it is known what some top-level fields of a record show.

    It is about fields that show something; None stands for the whole record.
    """
    if names is None:
        return frozenset({Stage.DATES, Stage.FACES})
    stages = (_SHOWN[name] for name in names if name in _SHOWN)
    return frozenset(Stage.DATES if stage is Stage.METADATA else stage for stage in stages)


def conditions_of(query: Query) -> KnownConditions:
    """Returns what is known to hold for what a search finds."""
    return frozenset(query.where)


def _is_lack(condition: Condition) -> bool:
    """Whether a condition holds for what was not found out yet."""
    if condition.field not in _FIELDS:
        return False
    return condition.operator in _NEGATIVE or (condition.operator == "eq" and condition.value in (None, False))


def _taken(conditions: Iterable[Condition]) -> set[Stage]:
    return {Stage.DATES for condition in conditions if condition.field in _TAKEN}
