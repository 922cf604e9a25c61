"""How the properties of requests are described: names, types, limits."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

Path: TypeAlias = tuple[str | int, ...]
"""Where in a body a value stands."""
Kind = Literal["boolean", "integer", "number", "text", "choice", "date", "uuid", "uuids", "object", "map", "list"]

ASSET_TYPES = ("IMAGE", "VIDEO", "AUDIO", "OTHER")
VISIBILITIES = ("archive", "timeline", "hidden", "locked")
ORDERS = ("asc", "desc")


@dataclass(frozen=True, slots=True)
class Field:
    """One property of a body: its type and limits; `low` is the least length of a text or list."""

    name: str
    kind: Kind
    low: int | None = None
    high: int | None = None
    choices: tuple[str, ...] = ()
    null: bool = False
    required: bool = False
    fields: tuple[Field, ...] = ()
    """The properties of an `object`; the one type of the members of a `list`."""
    strict: bool = False
    """Whether an `object` refuses properties that it does not know, instead of dropping them."""
    needs: str = ""
    """What is said about an `object` without any property that it knows. Empty if that is fine."""
