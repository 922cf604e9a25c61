"""A search as the server can be asked for it, independent of the server's version."""

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
"""How many photos a smart search without a limit of its own keeps."""

LARGEST_LIMIT = 999_999_999
"""Of one search: beyond any library, and a number that can be counted with."""


class Visibility(Enum):
    """A place where Immich shows an asset. `locked` is missing: no API key may see it (1.135 and later answer 401)."""

    TIMELINE = "timeline"
    ARCHIVE = "archive"
    HIDDEN = "hidden"


@cached_hash
@dataclass(frozen=True, slots=True)
class Query:
    """One search. Equal queries are the same search and are sent once.

    It says what is meant, not how it is sent: a server is asked by flat fields, or by `filter` where it takes that.
    """

    kind: Kind
    where: Branch = ()
    """What must hold; dates complete in UTC."""
    visibility: frozenset[Visibility] = field(default=frozenset({Visibility.TIMELINE}))
    limit: int | None = None
    """Keep this many, in the server's order; ours, never sent. Per visibility where several are asked for."""
    until: tuple[str, ...] = ()
    """Of a ranking, keep everything down to the last of these assets; ours, never sent."""
    any_of: tuple[Branch, ...] = ()
    """Branches of which at least one must hold as well."""
    cached: int = field(init=False, repr=False, compare=False)

    @property
    def conditions(self) -> Branch:
        """All conditions, those in branches as well."""
        return (*self.where, *chain.from_iterable(self.any_of)) if self.any_of else self.where

    @property
    def flat_fields(self) -> dict[str, Value]:
        """The flat fields, by name, that say what must hold. What flat fields cannot say is left out."""
        return dict(flat for flat in map(as_flat, self.where) if flat is not None)

    @property
    def is_flat(self) -> bool:
        """Whether flat fields say the whole query."""
        return not self.any_of and len(self.flat_fields) == len(self.where)

    @property
    def is_filter(self) -> bool:
        """Whether `filter` (3.2 and later) surely says the whole query."""
        return self.kind is Kind.METADATA and all(map(is_in_filter, self.conditions))

    def get(self, name: str, operator: str = "eq") -> Value:
        """Returns the value of a condition that must hold. None if there is no such condition, or its value is null."""
        place = (name, operator)
        return next((test.value for test in self.where if (test.field, test.operator) == place), None)

    def narrowed(self, *conditions: Condition) -> Query:
        """Returns the same search with more conditions; each replaces the one of the same field and operator."""
        places = {(condition.field, condition.operator) for condition in conditions}
        others = (condition for condition in self.where if (condition.field, condition.operator) not in places)
        return replace(self, where=ordered((*others, *conditions)))

    def describe(self, name_of: Callable[[str], str] = str) -> str:
        """Returns the query in one line, for messages: `metadata search (city='Nice', personIds=[Emma])`.

        `name_of` returns the name of what an id stands for, or the text as it is.
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
"""Everything that the timeline shows, partners in the timeline included."""
