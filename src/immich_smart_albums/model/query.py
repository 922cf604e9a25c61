"""A search as the server can be asked for it, independent of the server's version."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from immich_smart_albums.model.cached_hash import cached_hash

if TYPE_CHECKING:
    from collections.abc import Callable

DEFAULT_SMART_LIMIT = 200
"""How many photos a smart search without a limit of its own keeps."""

LARGEST_LIMIT = 999_999_999
"""Of one search: beyond any library, and a number that can be counted with."""


Value = str | int | bool | None | tuple[str, ...]
"""A filter's value: text, number, truth, null ("has none"), or a list of ids."""


class Kind(Enum):
    """Which of Immich's search endpoints answers."""

    METADATA = "metadata"
    SMART = "smart"


class Visibility(Enum):
    """Where an asset is shown. `locked` is missing: no API key may see it (1.135 and later answer 401)."""

    TIMELINE = "timeline"
    ARCHIVE = "archive"
    HIDDEN = "hidden"


@dataclass(frozen=True, slots=True, order=True)
class Condition:
    """One test of a structured search (3.2 and later), such as rating gte 4."""

    field: str
    operator: str
    """eq, ne, in, notIn, lt, lte, gt, gte, like, notLike, startsWith, endsWith, any, all, none, matches."""
    value: Value | float | tuple[int, ...]


Branch = tuple[Condition, ...]
"""Conditions that hold together, sorted by field and operator."""


@cached_hash
@dataclass(frozen=True, slots=True)
class Query:
    """One search. Equal queries are the same search and are sent once."""

    kind: Kind
    filters: tuple[tuple[str, Value], ...] = ()
    """Immich's own field names with their values, sorted by name; dates complete in UTC."""
    visibility: frozenset[Visibility] = field(default=frozenset({Visibility.TIMELINE}))
    limit: int | None = None
    """Keep this many, in the server's order; ours, never sent. Per visibility where several are asked for."""
    until: tuple[str, ...] = ()
    """Of a ranking, keep everything down to the last of these assets; ours, never sent."""
    conditions: Branch = ()
    """A structured search: what must hold, instead of `filters`. Only servers from 3.2 on take it."""
    either: tuple[Branch, ...] = ()
    """Of a structured search: branches of which at least one must hold as well."""
    cached: int = field(init=False, repr=False, compare=False)

    @property
    def is_structured(self) -> bool:
        """Whether it needs a server that takes conditions (3.2 and later)."""
        return bool(self.conditions or self.either)

    def get(self, name: str) -> Value:
        """The value of a filter; None also where the query does not have it."""
        return dict(self.filters).get(name)

    def describe(self, name_of: Callable[[str], str] = str) -> str:
        """The query in one line, for messages: `metadata search (city='Nice', personIds=[Emma])`.

        `name_of` gives the name of what an id stands for, or the text as it is.
        """
        words = [f"{name}={_show(value, name_of)}" for name, value in self.filters]
        words += [_show_condition(condition, name_of) for condition in self.conditions]
        if self.either:
            branches = (
                " and ".join(_show_condition(condition, name_of) for condition in branch) for branch in self.either
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
    return f"{condition.field} {condition.operator} {_show(condition.value, name_of)}"


def _show(value: Value | float | tuple[int, ...], name_of: Callable[[str], str]) -> str:
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


WHOLE_LIBRARY = Query(Kind.METADATA)
"""Everything that the timeline shows, partners in the timeline included."""
