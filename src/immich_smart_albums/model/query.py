"""A search as the server can be asked for it, independent of the server's version."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

from immich_smart_albums.model.cached_hash import cached_hash

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

    def describe(self) -> str:
        """The query in one line, for people."""
        words = [f"{name}={_show(value)}" for name, value in self.filters]
        words += [_show_condition(condition) for condition in self.conditions]
        if self.either:
            words.append(" or ".join(f"({' and '.join(map(_show_condition, branch))})" for branch in self.either))
        if self.visibility != {Visibility.TIMELINE}:
            words.append("visibility=" + "+".join(sorted(visibility.value for visibility in self.visibility)))
        if self.limit is not None:
            words.append(f"top {self.limit}")
        if self.until:
            words.append(f"until {' or '.join(self.until)}")
        return f"{self.kind.value} search ({', '.join(words) or 'the whole timeline'})"


def _show_condition(condition: Condition) -> str:
    return f"{condition.field} {condition.operator} {_show(condition.value)}"


def _show(value: Value | float | tuple[int, ...]) -> str:
    match value:
        case tuple():
            return f"[{', '.join(map(str, value))}]"
        case str():
            return repr(value)
        case None:
            return "null"
        case bool():
            return str(value).lower()
        case _:
            return str(value)


WHOLE_LIBRARY = Query(Kind.METADATA)
"""Everything that the timeline shows, partners in the timeline included."""
