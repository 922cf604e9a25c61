"""Values and filters that fit no photo, so that a search that obeys them finds nothing."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING

from immich_smart_albums.immich.search.properties import NEGATIONS
from immich_smart_albums.model.search_field import Proof, Type
from immich_smart_albums.model.search_fields import BY_NAME

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from immich_smart_albums.immich.search.controls.probes import Body
    from immich_smart_albums.model.query import Condition

_NEVER = {"After": "9999-01-01T00:00:00.000Z", "Before": "0001-01-01T00:00:00.000Z"}


class ImpossibleValues:
    """Makes values that no photo has. Ids are new ones."""

    def __init__(self, new_id: Callable[[], UUID]) -> None:
        self._new_id = new_id

    def id(self) -> str:
        """Returns an id that nothing has."""
        return str(self._new_id())

    def nothing(self, name: str) -> object:
        """Returns a value of a flat filter that no photo has."""
        for end, moment in _NEVER.items():
            if name.endswith(end):
                return moment
        row = BY_NAME.get(name)
        if row is not None and row.type is Type.IDS:
            return [self.id()]
        if row is not None and row.proof is Proof.CHECKSUM:
            return b64encode(self._new_id().bytes + self._new_id().bytes[:4]).decode()
        return self.id()

    def filter_of(self, condition: Condition) -> Body:
        """Returns a filter with the operator of a condition that fits no photo."""
        name, operator = condition.field, condition.operator
        row = BY_NAME[name]
        if operator in NEGATIONS:
            value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
            return {name: {operator: value, NEGATIONS[operator]: value}}
        nothing: object
        if row.type in {Type.RATING, Type.NUMBER}:
            nothing = -1000 if operator in {"lt", "lte"} else 1000 if row.type is Type.RATING else 2**52
        elif row.type is Type.DATE:
            nothing = _NEVER["Before" if operator in {"lt", "lte"} else "After"]
        elif row.type is Type.ASSET_TYPE:
            # There are only four types, so the value is combined with its opposite.
            value = list(condition.value) if isinstance(condition.value, tuple) else condition.value
            return {name: {operator: value, "ne" if operator == "eq" else "notIn": value}}
        else:
            nothing = self.nothing(name if row.proof is Proof.CHECKSUM else "")
        return {name: {operator: [nothing] if operator in {"in", "any", "all"} else nothing}}
