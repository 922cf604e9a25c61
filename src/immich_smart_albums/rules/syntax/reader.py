"""Reads plain values. Each method returns the value, or notes a problem at its place and returns None."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode, ValueNode, name_of
from immich_smart_albums.rules.tree import All, Any, Node, transform

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping
    from datetime import date, tzinfo

    from immich_smart_albums.model.span import Place, Span
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics


SETTLE = 60 * 60
"""Seconds after the upload of a photo until Immich counts as done with it, if the rules file has no `settle`."""


@dataclass(frozen=True, slots=True)
class Circle:
    """A named place: a point in degrees and a radius in metres."""

    latitude: float
    longitude: float
    radius: float


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads values of a rules file, given the day, the zone and the names that the file defines."""

    diagnostics: Diagnostics
    today: date
    """The day on which "the last 30 days" end."""
    zone: tzinfo | None = None
    """For times without a zone. None: the machine's."""
    people: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """By the name of a group, the names or ids of the people in it."""
    places: Mapping[str, Circle] = field(default_factory=dict)
    """Named places."""
    settle: int = SETTLE
    """See `SETTLE`; for albums without a `settle` of their own."""

    def problem(self, place: ValueNode | Span, message: str, *, hint: str | None = None) -> None:
        """Note a problem at a value."""
        span = place.span if isinstance(place, ScalarNode | SequenceNode | MappingNode) else place
        self.diagnostics.problems.append(span.problem(message, hint=hint))

    def text(self, value: ValueNode, meant: str) -> str | None:
        """Returns a text that is not blank. None, with a problem noted, for anything else.

        `meant` is what messages expect, such as "a name".
        """
        if isinstance(value, ScalarNode) and value.text.strip():
            return value.text
        what = "a blank text" if isinstance(value, ScalarNode) and value.quoted else name_of(value)
        self.problem(value, f"{meant} is expected here, not {what}")
        return None

    def truth(self, value: ValueNode) -> bool | None:
        """Returns true or false, in any case. None, with a problem noted, for anything else."""
        if isinstance(value, ScalarNode) and not value.quoted and value.text.lower() in {"true", "false"}:
            return value.text.lower() == "true"
        hint = "Write it without quotes." if isinstance(value, ScalarNode) and value.quoted else None
        self.problem(value, f"true or false is expected here, not {name_of(value)}", hint=hint)
        return None

    def whole_number(self, value: ValueNode, meant: str, *, least: int = 0, most: int = 999_999_999) -> int | None:
        """Returns a whole number in a range. None, with a problem noted, for anything else."""
        if isinstance(value, ScalarNode) and not value.quoted and value.text.lstrip("-").isdecimal():
            number = int(value.text) if len(value.text) < 20 else most + 1
            if least <= number <= most:
                return number
        self.problem(value, f"{meant} is expected here, a whole number from {least} to {most}, not {name_of(value)}")
        return None

    def choice(self, value: ValueNode, words: Collection[str]) -> str | None:
        """Returns one of some words. None, with a problem noted, for anything else."""
        if isinstance(value, ScalarNode) and value.text in words:
            return value.text
        hint = did_you_mean(value.text, words, written=str) or None if isinstance(value, ScalarNode) else None
        self.problem(value, f"one of {', '.join(words)} is expected here, not {name_of(value)}", hint=hint)
        return None

    def elements(self, value: ValueNode, meant: str) -> tuple[ValueNode, ...] | None:
        """Returns the values of a list, or the one value that stands alone.

        None, with a problem noted, for an empty list.
        """
        if not isinstance(value, SequenceNode):
            return (value,)
        if value.items:
            return value.items
        self.problem(value, f"{meant} is expected here, and the list is empty", hint="Leave the line out, or fill it.")
        return None

    def entries(self, value: ValueNode, words: Iterable[str], meant: str) -> dict[str, ValueNode] | None:
        """Returns the entries of a mapping whose keys are all known. None, with a problem noted, for anything else."""
        if not isinstance(value, MappingNode):
            self.problem(value, f"{meant} is expected here, a mapping, not {name_of(value)}")
            return None
        entries = self.known_entries(value, words, meant)
        return entries if len(entries) == len(value.entries) else None

    def some_entries(self, value: MappingNode, words: Collection[str], meant: str) -> dict[str, ValueNode] | None:
        """Returns the same of a mapping with at least one entry. None with a problem noted."""
        entries = self.entries(value, words, meant)
        if entries == {}:
            self.problem(value, f"{meant} is expected here", hint=f"It takes {', '.join(words)}.")
        return entries or None

    def known_entries(self, value: MappingNode, words: Iterable[str], meant: str) -> dict[str, ValueNode]:
        """Returns the entries whose keys are known; of others a problem is noted, with the known word most like it."""
        known_words = tuple(words)
        entries: dict[str, ValueNode] = {}
        for key, entry in value.entries:
            if key.text in known_words:
                entries[key.text] = entry
                continue
            hint = did_you_mean(key.text, known_words, f"Known are {', '.join(known_words)}.")
            self.problem(key, f"unknown word {key.text!r} in {meant}", hint=hint)
        return entries


def all_of(nodes: Iterable[Node | None]) -> Node | None:
    """Returns the conjunction of some nodes. None if one of them could not be read."""
    read = all_or_none(nodes)
    return None if read is None else read[0] if len(read) == 1 else All(read)


def any_of(nodes: Iterable[Node | None]) -> Node | None:
    """Returns the disjunction of some nodes. None if one of them could not be read."""
    read = all_or_none(nodes)
    return None if read is None else read[0] if len(read) == 1 else Any(read)


def all_or_none(nodes: Iterable[Node | None]) -> tuple[Node, ...] | None:
    """Returns the nodes. None if one of them could not be read."""
    all_nodes = tuple(nodes)
    read = tuple(node for node in all_nodes if node is not None)
    return read if len(read) == len(all_nodes) else None


def with_origin(node: Node | None, origin: Place | None) -> Node | None:
    """Returns a tree with this origin in all parts that have none. None for None."""
    if node is None:
        return None
    return transform(node, lambda part, _: part if part.origin else replace(part, origin=origin))


def is_none(value: ValueNode) -> bool:
    """Returns whether a value means "has none": none, null or ~, without quotes."""
    return (
        isinstance(value, ScalarNode)
        and not value.quoted
        and value.text in {"none", "None", "null", "Null", "NULL", "~"}
    )
