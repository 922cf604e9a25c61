"""Kinds of values of predicates: each reads a value, and has its JSON Schema and its documentation.

    OneOrMany(Choice({"landscape": "wider than high", …}).means(lambda word: Filter(…)))

reads `landscape` or `[landscape, square]`. `means` makes a node of what was read. Kinds of nodes are combined: `OneOf`
several, `OneOrMany` for a list of which any holds, `Every` for one of which all hold, `Options` for a mapping. Single
values are in `single`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Generic, TypeVar

from immich_smart_albums.rules.syntax.document import MappingNode
from immich_smart_albums.rules.syntax.reader import all_of, any_of, with_origin
from immich_smart_albums.rules.tree import Node
from immich_smart_albums.rules.values.schema import mapping, one_or_list

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.values.schema import Schema

T = TypeVar("T")


class Value(ABC, Generic[T]):
    """A kind of value. T is the type of what is read."""

    def __init__(
        self, meant: str, *schemas: Schema, options: Mapping[str, str] | None = None, is_open: bool = True
    ) -> None:
        self.meant = meant
        """What messages expect."""
        self.schemas = schemas
        """JSON Schemas of which a value fits one."""
        self.options: Mapping[str, str] = options or {}
        """The words in a value, each with its meaning, for the reference."""
        self.is_open = is_open
        """Whether, in `OneOf`, it reads the values that no other kind takes, and notes problems with them."""

    @abstractmethod
    def read(self, value: ValueNode, reader: Reader) -> T | None:
        """Returns what a value means. None with a problem noted."""

    def takes(self, _value: ValueNode) -> bool:
        """Returns whether, in `OneOf`, a value is for this kind to read."""
        return False

    @property
    def json_schema(self) -> Schema:
        """JSON Schema of a value."""
        return self.schemas[0] if len(self.schemas) == 1 else {"anyOf": list(self.schemas)}

    def means(self, meaning: Callable[[T], Node]) -> Value[Node]:
        """Returns the kind that reads the same values as nodes."""
        return _Meaning(self, lambda read, _reader: meaning(read))

    def means_here(self, meaning: Callable[[T, Reader], Node]) -> Value[Node]:
        """Returns the same for a meaning that depends on day, zone or names of the file."""
        return _Meaning(self, meaning)


class _Meaning(Value[Node], Generic[T]):
    def __init__(self, kind: Value[T], meaning: Callable[[T, Reader], Node]) -> None:
        super().__init__(kind.meant, *kind.schemas, options=kind.options, is_open=kind.is_open)
        self._kind = kind
        self._meaning = meaning

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        read = self._kind.read(value, reader)
        return None if read is None else self._meaning(read, reader)

    def takes(self, value: ValueNode) -> bool:
        return self._kind.takes(value)


class ByHand(Value[Node]):
    """A value that a function reads."""

    def __init__(
        self,
        reads: Callable[[ValueNode, Reader], Node | None],
        *schemas: Schema,
        meant: str = "",
        options: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(meant, *schemas, options=options)
        self._reads = reads

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """See `Value`."""
        return self._reads(value, reader)


class MappingByHand(Value[Node]):
    """A mapping that a function reads, because its entries mean something together."""

    def __init__(
        self, reads: Callable[[MappingNode, Reader], Node | None], schema: Schema, options: Mapping[str, str]
    ) -> None:
        super().__init__("a mapping", schema, options=options, is_open=False)
        self._reads = reads

    def takes(self, value: ValueNode) -> bool:
        """See `Value`."""
        return isinstance(value, MappingNode)

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """See `Value`."""
        return self._reads(value, reader) if isinstance(value, MappingNode) else None


class OneOf(Value[Node]):
    """A value of one of some kinds: the one that takes it, or else the open one."""

    def __init__(self, *kinds: Value[Node]) -> None:
        self._kinds = kinds
        self._open = next(kind for kind in kinds if kind.is_open)
        options = {word: meaning for kind in kinds for word, meaning in kind.options.items()}
        super().__init__(self._open.meant, *(schema for kind in kinds for schema in kind.schemas), options=options)

    def takes(self, value: ValueNode) -> bool:
        """See `Value`."""
        return any(kind.takes(value) for kind in self._kinds)

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """See `Value`."""
        return next((kind for kind in self._kinds if kind.takes(value)), self._open).read(value, reader)


class OneOrMany(Value[Node]):
    """A value, or a list of values of which any must hold. Each entry is read as if it stood alone."""

    def __init__(self, kind: Value[Node], *, meant: str = "") -> None:
        super().__init__(meant or kind.meant, one_or_list(*kind.schemas), options=kind.options)
        self._kind = kind

    def read(self, value: ValueNode, reader: Reader) -> Node | None:
        """See `Value`."""
        values = reader.elements(value, self.meant)
        if values is None:
            return None
        return self._combine([with_origin(self._kind.read(entry, reader), entry.span) for entry in values])

    def _combine(self, nodes: list[Node | None]) -> Node | None:
        return any_of(nodes)


class Every(OneOrMany):
    """A value, or a list of values of which all must hold."""

    def _combine(self, nodes: list[Node | None]) -> Node | None:
        return all_of(nodes)


class Options(Value[Node]):
    """A mapping with some words, each with its meaning and its kind of value. All entries must hold."""

    def __init__(self, meant: str, kinds: Mapping[str, tuple[str, Value[Node]]]) -> None:
        schema = mapping(**{word: kind.json_schema for word, (_, kind) in kinds.items()})
        options = {word: meaning for word, (meaning, _) in kinds.items()}
        super().__init__(meant, schema, options=options, is_open=False)
        self._kinds = kinds

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
