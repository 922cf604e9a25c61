"""Queries: searches of Immich in one form for all of its versions.

    >>> metadata(city="Nice", personIds=("emma",)).describe()
    "metadata search (city='Nice', personIds=[emma])"

A query is made of conditions (`condition`), and sent in one of two dialects (`dialects`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.cached_hash import cached_hash
from immich_smart_albums.model.condition import Branch, Condition, Kind, Value, ordered
from immich_smart_albums.model.dialects import as_flat, is_in_filter, shown_name, where

if TYPE_CHECKING:
    from collections.abc import Callable

__all__ = ["Branch", "Condition", "Kind", "Query", "Value", "Visibility"]

DEFAULT_SMART_LIMIT = 200
"""The limit of a smart search that has none of its own."""

LARGEST_LIMIT = 999_999_999
"""The largest limit of a search, beyond any library."""


class Visibility(Enum):
    """A view in which Immich shows an asset. `locked` is missing, since no API key may see it (401 since 1.135)."""

    TIMELINE = "timeline"
    ARCHIVE = "archive"
    HIDDEN = "hidden"


@cached_hash
@dataclass(frozen=True, slots=True)
class Query:
    """One search. Equal queries are the same search, and are sent once.

    It has the meaning of a search, and not its form: it is sent by flat fields, or by `filter` (3.2 and later).
    """

    kind: Kind
    where: Branch = ()
    """Conditions that must hold. Dates are complete and in UTC."""
    visibility: frozenset[Visibility] = field(default=frozenset({Visibility.TIMELINE}))
    limit: int | None = None
    """How many photos to keep of each visibility, in the server's order. It is not sent."""
    until: tuple[str, ...] = ()
    """Of a ranking, the assets down to the last of which everything is kept. They are not sent."""
    any_of: tuple[Branch, ...] = ()
    """Branches of which at least one must hold, too."""
    cached: int = field(init=False, repr=False, compare=False)

    @property
    def conditions(self) -> Branch:
        """All conditions, also those in branches."""
        return (*self.where, *chain.from_iterable(self.any_of)) if self.any_of else self.where

    @property
    def flat_fields(self) -> dict[str, Value]:
        """The conditions that must hold, as flat fields by name; without those that flat fields cannot ask for."""
        return dict(flat for flat in map(as_flat, self.where) if flat is not None)

    @property
    def is_flat(self) -> bool:
        """Whether flat fields can ask for the whole query."""
        return not self.any_of and len(self.flat_fields) == len(self.where)

    @property
    def is_filter(self) -> bool:
        """Whether `filter` (3.2 and later) can surely ask for the whole query."""
        return self.kind is Kind.METADATA and all(map(is_in_filter, self.conditions))

    def get(self, name: str, operator: str = "eq") -> Value:
        """Returns the value of a condition that must hold. None if there is none, or its value is null."""
        place = (name, operator)
        return next((test.value for test in self.where if (test.field, test.operator) == place), None)

    def narrowed(self, *conditions: Condition) -> Query:
        """Returns the same search with more conditions; each replaces the one of the same field and operator."""
        replaced = {(condition.field, condition.operator) for condition in conditions}
        others = (condition for condition in self.where if (condition.field, condition.operator) not in replaced)
        return replace(self, where=ordered((*others, *conditions)))

    def describe(self, name_of: Callable[[str], str] = str) -> str:
        """Returns the query in one line, for messages: `metadata search (city='Nice', personIds=[Emma])`.

        `name_of` returns the name that an id stands for, or another text as it is.
        """
        words = [_show_condition(condition, name_of) for condition in sorted(self.where, key=shown_name)]
        if self.any_of:
            branches = (
                " and ".join(_show_condition(condition, name_of) for condition in branch) for branch in self.any_of
            )
            words.append(" or ".join(f"({branch})" for branch in branches))
        if self.visibility != {Visibility.TIMELINE}:
            words.append("visibility=" + "+".join(sorted(visibility.value for visibility in self.visibility)))
        if self.limit is not None:
            words.append(f"top {self.limit}")
        if self.until:
            words.append(f"until {' or '.join(self.until)}")
        return f"{self.kind.value} search ({', '.join(words) or 'the whole timeline'})"


def _show_condition(condition: Condition, name_of: Callable[[str], str]) -> str:
    flat = as_flat(condition)
    if flat is not None:
        return f"{flat[0]}={_show(flat[1], name_of)}"
    return f"{condition.field} {condition.operator} {_show(condition.value, name_of)}"


def _show(value: Value, name_of: Callable[[str], str]) -> str:
    match value:
        case tuple():
            return f"[{', '.join(name_of(str(item)) for item in value)}]"
        case str():
            return repr(name_of(value))
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


def metadata(**fields: Value) -> Query:
    """Returns the search of the timeline by flat fields in Immich's own words: `metadata(city="Nice")`."""
    return Query(Kind.METADATA, where(**fields))


WHOLE_LIBRARY = Query(Kind.METADATA)
"""The search for everything on the timeline, also of partners who are shown there."""
