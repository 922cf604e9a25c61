"""Rewrites names of places and cameras to the server's spelling, and other texts to each of their spellings.

The server compares these names exactly, and texts in its own way. So a search asks for every spelling that photos have
and that is the same name to people. The server lists the spellings of the timeline only; a rule that looks further
compares names on records.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.scope import Scope
from immich_smart_albums.model.search_fields import BY_NAME, SUGGESTED
from immich_smart_albums.model.text.forms import bare, nfc, spellings
from immich_smart_albums.rules.record import exif
from immich_smart_albums.rules.scope import TIMELINE_ONLY
from immich_smart_albums.rules.tree import All, Any, Filter, Search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from immich_smart_albums.model.condition import Value
    from immich_smart_albums.model.span import Place
    from immich_smart_albums.operations.names.suggestions import Values
    from immich_smart_albums.rules.tree import ListedValue, Node, Record


@dataclass(frozen=True, slots=True)
class Spelling:
    """Rewrites leaves for one account."""

    values: Values
    notice: Callable[[str], None]

    def of_check(self, check: Filter, listed_value: ListedValue) -> Node:
        """Returns a filter for a name as filters for the spellings that photos have."""
        if check.superset is None or self._is_compared_here(listed_value.field, check.superset):
            return replace(_here(listed_value.field, listed_value.text, check.origin), sets_scope=check.sets_scope)
        spelled = self.values.spelled(listed_value.field, listed_value.text) or (listed_value.text,)
        checks = tuple(_exactly(check, check.superset, listed_value, spelled_value) for spelled_value in spelled)
        return checks[0] if len(checks) == 1 else Any(checks, check.origin)

    def of_search(self, search: Search) -> Node:
        """Returns a search as one search for each spelling of the texts in it."""
        query = search.query
        is_whole = query.kind is Kind.METADATA and query.limit is None and not query.until
        here = [
            condition
            for condition in query.where
            if is_whole and self._is_listed(condition) and self._is_compared_here(condition.field, query)
        ]
        rest = [condition for condition in query.where if condition not in here]
        choices = product(*map(self._spellings, rest))
        queries = [replace(query, where=conditions) for conditions in choices]
        if len(queries) > 1 and not is_whole:
            self.notice(f"{search.origin}: there are {len(queries)} spellings, and the limit counts for each")
        searches = tuple(replace(search, query=query) for query in queries)
        node = searches[0] if len(searches) == 1 else Any(searches, search.origin)
        checks = (_here(condition.field, str(condition.value), search.origin) for condition in here)
        return All((node, *checks), search.origin) if here else node

    def _is_listed(self, condition: Condition) -> bool:
        """Whether a condition is about a name of the kind that the server lists."""
        return condition.field in SUGGESTED and isinstance(condition.value, str) and bool(condition.value)

    def _spellings(self, condition: Condition) -> Iterator[Condition]:
        name, _, value = condition
        if not isinstance(value, str) or not value:
            texts: Iterable[Value] = (value,)
        elif name in SUGGESTED:
            texts = self.values.spelled(name, value) or spellings(value)
        elif name == "query":
            texts = (nfc(value),)  # as most keyboards write it, and as models have learned it
        else:
            texts = spellings(value) if BY_NAME[name].is_respelled else (value,)
        return (condition._replace(value=text) for text in texts)

    def _is_compared_here(self, field: str, query: Query) -> bool:
        """Whether photos may have spellings that the server does not list."""
        return self.values.listed(field) is None or Scope.of((query,)) != TIMELINE_ONLY


def _exactly(check: Filter, within: Query, listed_value: ListedValue, spelled: str) -> Filter:
    if spelled == listed_value.text:
        return check
    fact = exif(listed_value.field)
    return replace(
        check,
        key=check.key.replace(repr(listed_value.text), repr(spelled)),
        holds=lambda record: fact(record) == spelled,
        superset=within.narrowed(Condition(listed_value.field, "eq", spelled)),
    )


def _here(field: str, text: str, origin: Place | None) -> Filter:
    """A filter that compares a name on records."""
    fact, wanted = exif(field), bare(text)

    def holds(record: Record) -> bool:
        value = fact(record)
        return isinstance(value, str) and bare(value) == wanted

    return Filter(f"{field} is called {text!r}", holds, frozenset({f"exifInfo.{field}"}), fact, origin=origin)
