"""Values that photos have, as the server lists them: spellings of a name, and suggestions for names that none has."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ServerError
from immich_smart_albums.model.dialects import conditions_of
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.model.search_fields import BY_NAME, SUGGESTED
from immich_smart_albums.model.text.forms import bare, spellings
from immich_smart_albums.rules.syntax.diagnostics import nearest
from immich_smart_albums.rules.tree import Filter, ListedValue, Search

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.tree import Leaf


class Values:
    """The values of an account's photos. Each list is asked for once, and only if a rule uses it.

    The lists are those of the timeline, without archive and trash. Every method but `has_seen` raises ServerError.
    """

    def __init__(self, server: PhotoServer) -> None:
        self._server = server
        self.witnesses: tuple[Values, ...] = ()
        """The values of the other accounts of the run: a value that one of them has is no typo."""
        self._listed: dict[str, tuple[str, ...] | None] = {}
        self._by_name: dict[str, dict[str, tuple[str, ...]]] = {}
        self._is_there: dict[tuple[str, str], bool] = {}

    def listed(self, field: str) -> tuple[str, ...] | None:
        """Returns all values of a field. None if this version of the server lists none."""
        if field not in self._listed:
            values = self._server.hints.values(field)
            self._listed[field] = None if values is None else tuple(values)
        return self._listed[field]

    def spelled(self, field: str, text: str) -> tuple[str, ...]:
        """Returns the values of a field that equal this name, ignoring case, accents and form."""
        if field not in self._by_name:
            by_name: dict[str, tuple[str, ...]] = {}
            for value in self.listed(field) or ():
                by_name[bare(value)] = (*by_name.get(bare(value), ()), value)
            self._by_name[field] = by_name
        return self._by_name[field].get(bare(text), ())

    def nowhere(self, value: ListedValue) -> str | None:
        """Returns a message that no photo has a value. None if a photo has it, or if that cannot be known.

        A value that the lists lack is searched for in archive and trash as well.
        """
        if self._knows(value) or any(witness.has_seen(value) for witness in self.witnesses):
            return None
        return f"no photo has {_described(value)}"

    def not_on_timeline(self, value: ListedValue) -> str | None:
        """Returns a message that no photo on the timeline has a value. None if one has it, or if there is no list."""
        lists = [self.listed(field) for field in value.fields]
        if None in lists or any(self._has(value, field) for field in value.fields):
            return None
        return f"no photo on the timeline has {_described(value)}"

    def has_seen(self, value: ListedValue) -> bool:
        """Returns whether a photo has a value. False also if the server cannot be asked."""
        try:
            return self._knows(value)
        except ServerError:
            return False

    def _knows(self, sought: ListedValue) -> bool:
        if any(self._has(sought, field) for field in sought.fields):
            return True
        if sought.matches is not None and self.listed(sought.field) is None:
            return True  # records decide, whatever the spelling
        # Without a list only exact values can be asked for: these are the likely ones.
        likely = (sought.text, sought.text.title(), sought.text.upper(), sought.text.lower())
        texts = dict.fromkeys(text for likely_text in likely for text in spellings(likely_text))
        return any(self._is_anywhere(field, text) for field in sought.fields for text in texts)

    def near(self, listed_value: ListedValue) -> list[str]:
        """Returns the listed values nearest to one that no photo has."""
        candidates = (value for field in listed_value.fields for value in self.listed(field) or ())
        return nearest(listed_value.text, candidates, count=3)

    def _has(self, value: ListedValue, field: str) -> bool:
        if value.matches is None:
            return bool(self.spelled(field, value.text))
        return any(map(value.matches, self.listed(field) or ()))

    def _is_anywhere(self, field: str, text: str) -> bool:
        """Whether a photo in timeline, archive or trash has exactly this value."""
        if (field, text) not in self._is_there:
            everywhere = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})
            query = Query(Kind.METADATA, conditions_of({field: text, "withDeleted": True}), everywhere, limit=1)
            with closing(self._server.searches.find(query, frozenset())) as batches:
                self._is_there[field, text] = any(map(list, batches))
        return self._is_there[field, text]


def _described(value: ListedValue) -> str:
    return f"{' or '.join(BY_NAME[name].label for name in value.fields)} {value.text!r}"


def listed_values_in(leaf: Leaf) -> Iterator[ListedValue]:
    """Yields the values that a leaf looks for among those that the server lists."""
    match leaf:
        case Filter() if leaf.listed_value is not None:
            yield leaf.listed_value
        case Search():
            for name, _, value in leaf.query.where:
                if name in SUGGESTED and isinstance(value, str) and value:
                    yield ListedValue(name, value, (name,), may_be_missing=leaf.may_be_missing)
        case _:
            pass
