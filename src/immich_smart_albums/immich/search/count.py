"""How many assets a search finds, without reading them (`POST /search/statistics`, since 1.135)."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import MissingPermission
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.immich.search.bodies import filter_body
from immich_smart_albums.immich.search.verify import WITHOUT_EFFECT
from immich_smart_albums.model.query import Condition, Kind
from immich_smart_albums.model.search_field import Widens
from immich_smart_albums.model.search_fields import ROWS

if TYPE_CHECKING:
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.controls.controls import Controls
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.query import Query, Visibility

_PATH = "/search/statistics"

_NOT_COUNTED = frozenset(row.name for row in ROWS if not row.counted)
"""Filters that statistics do not have, and would ignore."""

_OWN_ONLY = frozenset(row.name for row in ROWS if row.widens is Widens.OTHERS)
"""Filters under which statistics count own assets only, while a metadata search since 3.0 finds everybody's."""

_NOT_TRASHED = Condition("trashedAt", "eq", None)
"""What every structured search says, unless it says something else of the trash."""


class _Total(msgspec.Struct):
    total: int


class Counter:
    """Counts what searches find, where version, key and filters allow it."""

    def __init__(self, http: Http, capabilities: Capabilities, controls: Controls) -> None:
        self._http = http
        self._controls = controls
        self._capabilities = capabilities
        self._is_allowed = capabilities.has_statistics

    def count(self, query: Query) -> int | None:
        """See `SearchApi.count`."""
        number = self.estimate(query)
        if number is not None:
            for visibility in query.visibility:
                self._test(query, visibility)
        return number

    def estimate(self, query: Query) -> int | None:
        """See `SearchApi.estimate`."""
        if not self._is_allowed or not _is_countable(query):
            return None
        try:
            return sum(self._count(query, visibility) for visibility in query.visibility)
        except MissingPermission:
            self._is_allowed = False  # it needs asset.statistics, and is not asked for again
            return None

    def _count(self, query: Query, visibility: Visibility) -> int:
        if query.is_structured:
            body: dict[str, object] = {"filter": filter_body(query, visibility)}
        else:
            filters = {name: list(value) if isinstance(value, tuple) else value for name, value in query.filters}
            body = filters | self._capabilities.visibility_filter(visibility)
        return decode(self._http.estimate(_PATH, body), _Total, f"POST {_PATH}").total

    def _test(self, query: Query, visibility: Visibility) -> None:
        """A count shows no photos, so the server is put to the test for everything that is asked."""
        if not query.is_structured:
            for name, value in (*query.filters, ("visibility", visibility.value)):
                if (name, value) not in WITHOUT_EFFECT:
                    self._controls.count_filter(visibility, name, value)
            return
        self._controls.count_places(visibility)
        for condition in (*query.conditions, *chain.from_iterable(query.either), _NOT_TRASHED):
            self._controls.count_condition(visibility, condition)
        if query.either:
            self._controls.count_choice(visibility)


def _is_countable(query: Query) -> bool:
    if query.kind is not Kind.METADATA or query.limit is not None:
        return False
    conditions = [*query.conditions, *(condition for branch in query.either for condition in branch)]
    if any(condition.field in _OWN_ONLY and condition.operator != "none" for condition in conditions):
        return False
    return not {name for name, _ in query.filters} & (_NOT_COUNTED | _OWN_ONLY)
