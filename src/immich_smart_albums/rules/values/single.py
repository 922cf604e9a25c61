"""Kinds of single values: a word of several, true or false, a range of numbers, a period, a text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode
from immich_smart_albums.rules.syntax.reader import is_none
from immich_smart_albums.rules.tree import Node, Not
from immich_smart_albums.rules.values.dates import BOUNDS, MOMENT, DateRange, read_bounds, read_period
from immich_smart_albums.rules.values.kinds import Value
from immich_smart_albums.rules.values.numbers import Range, Unit, read_range
from immich_smart_albums.rules.values.schema import NONE, RANGE, SCALAR, TEXT, TRUTH, Schema, mapping, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

PERIOD_SCHEMAS: Mapping[str, Schema] = {
    "after": SCALAR,
    "before": SCALAR,
    "between": {"anyOf": [SCALAR, {"type": "array", "items": SCALAR, "minItems": 2, "maxItems": 2}]},
    "last": SCALAR,
}
"""By word of a period, the schema of its value."""

PERIOD_OPTIONS = {
    "after": "from this date on: a year, month, day, or a day with a time",
    "before": "up to and with this date",
    "between": "two dates, `2023-06-01..2023-08-31` or `[2023-06-01, 2023-08-31]`",
    "last": "so many days, weeks, months or years up to today, in whole days",
}


class Choice(Value[str]):
    """One of some words, each with its meaning."""

    def __init__(self, meanings: Mapping[str, str]) -> None:
        super().__init__(f"one of {', '.join(meanings)}", words(*meanings), options=meanings)

    def read(self, value: ValueNode, reader: Reader) -> str | None:
        """See `Value`."""
        return reader.choice(value, tuple(self.options))


class Truth(Value[bool]):
    """True or false."""

    def __init__(self) -> None:
        super().__init__("true or false", TRUTH)

    def read(self, value: ValueNode, reader: Reader) -> bool | None:
        """See `Value`."""
        return reader.truth(value)


def whether(node: Node) -> Value[Node]:
    """Returns the kind of value of which true means that a node holds, and false that it does not."""
    return Truth().means(lambda wanted: node if wanted else Not(node))


class NumberRange(Value[Range]):
    """A number or a range of numbers; `low` and `high` are the meanings of `min` and `max` in the reference."""

    def __init__(self, unit: Unit, *, low: str = "", high: str = "") -> None:
        super().__init__(unit.meant, RANGE, options={"min": low, "max": high} if low else {})
        self._unit = unit

    def read(self, value: ValueNode, reader: Reader) -> Range | None:
        """See `Value`."""
        return read_range(value, reader, self._unit)


class Period(Value[DateRange]):
    """A period, as one text or by its bounds."""

    def __init__(self) -> None:
        super().__init__(MOMENT, SCALAR, mapping(**PERIOD_SCHEMAS), options=PERIOD_OPTIONS)

    def read(self, value: ValueNode, reader: Reader) -> DateRange | None:
        """See `Value`."""
        if not isinstance(value, MappingNode):
            return read_period(value, reader)
        entries = reader.some_entries(value, BOUNDS, "a time")
        return None if entries is None else read_bounds(entries, value, reader)


class Text(Value[str]):
    """A text that is not blank."""

    def __init__(self, meant: str, schema: Schema = TEXT) -> None:
        super().__init__(meant, schema)

    def read(self, value: ValueNode, reader: Reader) -> str | None:
        """See `Value`."""
        return reader.text(value, self.meant)


class Word(Value[Node]):
    """One word that stands for a node; its other spellings are not in the JSON Schema."""

    def __init__(self, word: str, node: Node, also: tuple[str, ...] = ()) -> None:
        super().__init__(word, words(word), is_open=False)
        self._spellings = (word, *also)
        self._node = node

    def takes(self, value: ValueNode) -> bool:
        """See `Value`."""
        return isinstance(value, ScalarNode) and value.text in self._spellings

    def read(self, _value: ValueNode, _reader: Reader) -> Node | None:
        """See `Value`."""
        return self._node


class NoneIs(Value[Node]):
    """The word none, without quotes, that stands for a node."""

    def __init__(self, node: Node) -> None:
        super().__init__("none", NONE, is_open=False)
        self._node = node

    def takes(self, value: ValueNode) -> bool:
        """See `Value`."""
        return is_none(value)

    def read(self, _value: ValueNode, _reader: Reader) -> Node | None:
        """See `Value`."""
        return self._node
