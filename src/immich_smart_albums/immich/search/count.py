"""Counts the results of a search without reading them (`POST /search/statistics`, since 1.135)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec

from immich_smart_albums.errors import MissingPermission
from immich_smart_albums.immich.http.responses import decode
from immich_smart_albums.immich.search.bodies import count_body
from immich_smart_albums.immich.search.verify import WITHOUT_EFFECT
from immich_smart_albums.model.condition import Condition, Kind
from immich_smart_albums.model.search_field import Widens
from immich_smart_albums.model.search_fields import ROWS

if TYPE_CHECKING:
    from immich_smart_albums.immich.http.client import Http
    from immich_smart_albums.immich.search.controls.controls import Controls
    from immich_smart_albums.immich.versions import Capabilities
    from immich_smart_albums.model.query import Query, Visibility

_PATH = "/search/statistics"

_NOT_COUNTED = frozenset(row.name for row in ROWS if not row.counted)
"""Flat fields that statistics do not have, and would ignore."""

_OWN_ONLY = frozenset(row.name for row in ROWS if row.widens is Widens.OTHERS)
"""Filters under which statistics count own assets only, while a metadata search since 3.0 finds everybody's."""

_NOT_TRASHED = Condition("trashedAt", "eq", None)
"""The condition of every search by `filter` that has no other condition on the trash."""


class _Total(msgspec.Struct):
    total: int


class Counter:
    """Counts the results of searches, where version, key and filters allow it."""

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
        is_own_only = any(
            condition.field in _OWN_ONLY and condition.operator != "none" for condition in query.conditions
        )
        return None if is_own_only else self._estimate(query)

    def estimate_own(self, query: Query) -> int | None:
        """See `SearchApi.estimate_own`."""
        # By `filter`, photos of other members may be counted as well.
        return self._estimate(query) if query.is_flat and not self._capabilities.takes_filter(query) else None

    def _estimate(self, query: Query) -> int | None:
        if not self._is_allowed or not self._is_countable(query):
            return None
        try:
            return sum(self._count(query, visibility) for visibility in query.visibility)
        except MissingPermission:
            self._is_allowed = False  # without asset.statistics, there is no use in asking again
            return None

    def _count(self, query: Query, visibility: Visibility) -> int:
        body = count_body(query, visibility, self._capabilities)
        return decode(self._http.estimate(_PATH, body), _Total, f"POST {_PATH}").total

    def _test(self, query: Query, visibility: Visibility) -> None:
        """Run the controls for every property of a count, since a count shows no records to verify."""
        if not self._capabilities.takes_filter(query):
            for name, value in (*query.flat_fields.items(), ("visibility", visibility.value)):
                if (name, value) not in WITHOUT_EFFECT:
                    self._controls.count_filter(visibility, name, value)
            return
        self._controls.count_places(visibility)
        for condition in (*query.conditions, _NOT_TRASHED):
            self._controls.count_condition(visibility, condition)
        if query.any_of:
            self._controls.count_choice(visibility)

    def _is_countable(self, query: Query) -> bool:
        if query.kind is not Kind.METADATA or query.limit is not None:
            return False
        return self._capabilities.takes_filter(query) or not query.flat_fields.keys() & _NOT_COUNTED
