"""What may stand as the value of a predicate: each kind is read, described to editors and documented in one place.

A kind of value says what it takes and what editors may take for it, and reads it. `means` gives what was read a
meaning: the node that it stands for. Such kinds are put together: `OneOf` several, `OneOrMany` in a list of which any
holds, `Every` in one of which all hold, `Options` side by side in a mapping.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, TypeVar

from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode
from immich_smart_albums.rules.syntax.reader import all_of, any_of, is_none, with_origin
from immich_smart_albums.rules.tree import Node, Not
from immich_smart_albums.rules.values.dates import BOUNDS, MOMENT, DateRange, read_bounds, read_period
from immich_smart_albums.rules.values.numbers import Range, Unit, read_range
from immich_smart_albums.rules.values.schema import (
    NONE,
    RANGE,
    SCALAR,
    TEXT,
    TRUTH,
    Schema,
    mapping,
    one_or_list,
    words,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

T = TypeVar("T")


class Value(ABC, Generic[T]):
    """A kind of value."""

    meant: str
    """What is expected, in messages."""

    @abstractmethod
    def read(self, value: ValueNode, reader: Reader) -> T | None:
        """Returns what stands there. None where a problem was noted."""

    @property
    @abstractmethod
    def schemas(self) -> tuple[Schema, ...]:
        """What editors may take for it: one of these."""

    @property
    def options(self) -> Mapping[str, str]:
        """The words in it, each with its meaning, for the reference."""
        return {}

    @property
    def is_open(self) -> bool:
        """Whether it reads everything that no other kind beside it takes, and says what is wrong with it."""
        return True

    def takes(self, value: ValueNode) -> bool:  # noqa: ARG002 - others look at it
        """Whether it is for this kind to read, whatever stands beside it."""
        return False

    @property
    def json_schema(self) -> Schema:
        """What editors may take for it."""
        schemas = self.schemas
        return schemas[0] if len(schemas) == 1 else {"anyOf": list(schemas)}

    def means(self, meaning: Callable[[T], Node]) -> Value[Node]:
        """What is read by this kind stands for a node."""
        return _Meaning(self, lambda found, _reader: meaning(found))

    def means_here(self, meaning: Callable[[T, Reader], Node]) -> Value[Node]:
        """What is read by this kind stands for a node, which depends on day, zone or names of the file."""
        return _Meaning(self, meaning)


@dataclass(frozen=True)
class _Meaning(Value[Node], Generic[T]):
    of: Value[T]
    meaning: Callable[[T, Reader], Node]

    @property
    def meant(self) -> str:  # type: ignore[override]
        return self.of.meant

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        found = self.of.read(value, reader)
        return None if found is None else self.meaning(found, reader)

    @property
    def schemas(self) -> tuple[Schema, ...]:
        return self.of.schemas

    @property
    def options(self) -> Mapping[str, str]:
        return self.of.options

    @property
    def is_open(self) -> bool:
        return self.of.is_open

    def takes(self, value: ValueNode) -> bool:
        return self.of.takes(value)


# -- single values -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice(Value[str]):
    """One of some words, each with its meaning."""

    words: Mapping[str, str]

    @property
    def meant(self) -> str:  # type: ignore[override]
        """What is expected."""
        return f"one of {', '.join(self.words)}"

    def read(self, value: ValueNode, reader: Reader) -> str | None:
        """See `Value`."""
        return reader.choice(value, tuple(self.words))

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return (words(*self.words),)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Value`."""
        return self.words


@dataclass(frozen=True)
class Truth(Value[bool]):
    """True or false."""

    meant: str = "true or false"

    def read(self, value: ValueNode, reader: Reader) -> bool | None:
        """See `Value`."""
        return reader.truth(value)

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return (TRUTH,)


def whether(node: Node) -> Value[Node]:
    """True: the node holds. False: it does not."""
    return Truth().means(lambda wanted: node if wanted else Not(node))


@dataclass(frozen=True)
class NumberRange(Value[Range]):
    """A number or a range of numbers."""

    unit: Unit
    low: str = ""
    """What `min` means, for the reference."""
    high: str = ""

    @property
    def meant(self) -> str:  # type: ignore[override]
        """What is expected."""
        return self.unit.meant

    def read(self, value: ValueNode, reader: Reader) -> Range | None:
        """See `Value`."""
        return read_range(value, reader, self.unit)

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return (RANGE,)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Value`."""
        return {"min": self.low, "max": self.high} if self.low else {}


PERIOD_SCHEMAS: Mapping[str, Schema] = {
    "after": SCALAR,
    "before": SCALAR,
    "between": {"anyOf": [SCALAR, {"type": "array", "items": SCALAR, "minItems": 2, "maxItems": 2}]},
    "last": SCALAR,
}
"""What editors may take for the words that say a period."""

PERIOD_OPTIONS = {
    "after": "from this date on: a year, month, day, or a day with a time",
    "before": "up to and with this date",
    "between": "two dates, `2023-06-01..2023-08-31` or `[2023-06-01, 2023-08-31]`",
    "last": "so many days, weeks, months or years up to today, in whole days",
}


class Period(Value[DateRange]):
    """A stretch of time: as one text, or by its bounds."""

    meant = MOMENT

    def read(self, value: ValueNode, reader: Reader) -> DateRange | None:
        """See `Value`."""
        if not isinstance(value, MappingNode):
            return read_period(value, reader)
        entries = reader.entries(value, BOUNDS, "a time")
        if entries is None:
            return None
        if not entries:
            reader.problem(value, "a time is expected here", hint=f"It takes {', '.join(BOUNDS)}.")
            return None
        return read_bounds(entries, value, reader)

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return SCALAR, mapping(**PERIOD_SCHEMAS)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Value`."""
        return PERIOD_OPTIONS


@dataclass(frozen=True)
class Text(Value[str]):
    """A text that is not blank."""

    meant: str
    schema: Schema = field(default_factory=lambda: TEXT)

    def read(self, value: ValueNode, reader: Reader) -> str | None:
        """See `Value`."""
        return reader.text(value, self.meant)

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return (self.schema,)


@dataclass(frozen=True)
class Word(Value[Node]):
    """A certain word, and what it stands for."""

    word: str
    node: Node
    also: tuple[str, ...] = ()
    """Other spellings, which editors are not told of."""

    @property
    def meant(self) -> str:  # type: ignore[override]
        """What is expected."""
        return self.word

    @property
    def is_open(self) -> bool:
        """See `Value`."""
        return False

    def takes(self, value: ValueNode) -> bool:
        """See `Value`."""
        return isinstance(value, ScalarNode) and value.text in (self.word, *self.also)

    def read(self, value: ValueNode, reader: Reader) -> Node | None:  # noqa: ARG002 - it stands there
        """See `Value`."""
        return self.node

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return (words(self.word),)


@dataclass(frozen=True)
class NoneIs(Value[Node]):
    """The word none, without quotes, and what it stands for."""

    node: Node
    meant: str = "none"

    @property
    def is_open(self) -> bool:
        """See `Value`."""
        return False

    def takes(self, value: ValueNode) -> bool:
        """See `Value`."""
        return is_none(value)

    def read(self, value: ValueNode, reader: Reader) -> Node | None:  # noqa: ARG002 - it stands there
        """See `Value`."""
        return self.node

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return (NONE,)


class ByHand(Value[Node]):
    """What is read by a function of its own, because problems with it are of a kind of their own."""

    def __init__(
        self,
        reads: Callable[[ValueNode, Reader], Node | None],
        *schemas: Schema,
        meant: str = "",
        documented: Mapping[str, str] | None = None,
    ) -> None:
        self._reads = reads
        self._schemas = schemas
        self.meant = meant
        self._documented = documented or {}

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """See `Value`."""
        return self._reads(value, reader)

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return self._schemas

    @property
    def options(self) -> Mapping[str, str]:
        """See `Value`."""
        return self._documented


class MappingByHand(Value[Node]):
    """A mapping that is read by a function of its own, because its entries say something together."""

    def __init__(
        self,
        reads: Callable[[MappingNode, Reader], Node | None],
        schema: Schema,
        documented: Mapping[str, str],
        meant: str = "",
    ) -> None:
        self._reads = reads
        self._schema = schema
        self._documented = documented
        self.meant = meant

    @property
    def is_open(self) -> bool:
        """See `Value`."""
        return False

    def takes(self, value: ValueNode) -> bool:
        """See `Value`."""
        return isinstance(value, MappingNode)

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """See `Value`."""
        return self._reads(value, reader) if isinstance(value, MappingNode) else None

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return (self._schema,)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Value`."""
        return self._documented


# -- values of values ---------------------------------------------------------------------------------------------


class OneOf(Value[Node]):
    """A value of one of some kinds: that which takes it, or the open one."""

    def __init__(self, *kinds: Value[Node]) -> None:
        self._kinds = kinds
        self._open = next((kind for kind in kinds if kind.is_open), kinds[0])
        self.meant = self._open.meant

    @property
    def is_open(self) -> bool:
        """See `Value`."""
        return self._open.is_open

    def takes(self, value: ValueNode) -> bool:
        """See `Value`."""
        return any(kind.takes(value) for kind in self._kinds)

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """See `Value`."""
        return next((kind for kind in self._kinds if kind.takes(value)), self._open).read(value, reader)

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return tuple(schema for kind in self._kinds for schema in kind.schemas)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Value`."""
        return {word: meaning for kind in self._kinds for word, meaning in kind.options.items()}


class OneOrMany(Value[Node]):
    """A value, or a list of such values of which any holds.

    Every entry is read, so that every problem is noted, and an entry is read as it is where it stands alone: where
    "has none" is a value, it is one in lists as well.
    """

    def __init__(self, one: Value[Node], *, meant: str = "") -> None:
        self._one = one
        self.meant = meant or one.meant

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """See `Value`."""
        values = reader.elements(value, self.meant)
        if values is None:
            return None
        return self._together([with_origin(self._one.read(entry, reader), entry.span) for entry in values])

    def _together(self, nodes: list[Node | None]) -> Node | None:
        return any_of(nodes)

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return (one_or_list(*self._one.schemas),)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Value`."""
        return self._one.options


class Every(OneOrMany):
    """A value, or a list of such values of which all hold."""

    def _together(self, nodes: list[Node | None]) -> Node | None:
        return all_of(nodes)


class Options(Value[Node]):
    """A mapping of words, each with its meaning and its kind of value. What is said must hold together."""

    def __init__(self, meant: str, kinds: Mapping[str, tuple[str, Value[Node]]]) -> None:
        self.meant = meant
        self._kinds = kinds

    @property
    def is_open(self) -> bool:
        """See `Value`."""
        return False

    def takes(self, value: ValueNode) -> bool:
        """See `Value`."""
        return isinstance(value, MappingNode)

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """See `Value`."""
        entries = reader.entries(value, self._kinds, self.meant)
        if entries is None:
            return None
        if not entries:
            reader.problem(value, f"{self.meant} is empty", hint=f"It takes {', '.join(self._kinds)}.")
            return None
        return all_of(
            [with_origin(self._kinds[word][1].read(entry, reader), entry.span) for word, entry in entries.items()]
        )

    @property
    def schemas(self) -> tuple[Schema, ...]:
        """See `Value`."""
        return (mapping(**{word: kind.json_schema for word, (_, kind) in self._kinds.items()}),)

    @property
    def options(self) -> Mapping[str, str]:
        """See `Value`."""
        return {word: meaning for word, (meaning, _) in self._kinds.items()}
