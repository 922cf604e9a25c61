"""Reads names that a rules file defines: groups of people, and places."""

from __future__ import annotations

from graphlib import CycleError, TopologicalSorter
from typing import TYPE_CHECKING

from immich_smart_albums.model.text.forms import folded, nfc
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, name_of
from immich_smart_albums.rules.syntax.reader import Circle
from immich_smart_albums.rules.values.geo import read_circle

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader

_NOTHING = ("none", "null", "~")
"""As a value these mean "has none", so they cannot be names."""


def read_places(value: ValueNode, reader: Reader) -> dict[str, Circle]:
    """Returns places by name, also those with problems, which are noted, so that rules can name them."""
    places: dict[str, Circle] = {}
    for name, entry in _named(value, "places by name", reader):
        if nfc(name.text) in places:
            reader.problem(name, f"there is a place {name.text!r} already, only encoded in another way")
        places[nfc(name.text)] = read_circle(entry, reader) or Circle(0, 0, 0)
    return places


def read_groups(value: ValueNode, reader: Reader) -> dict[str, tuple[str, ...]]:
    """Returns groups by name, each with all of its people.

    A member that is a group's name stands for its members.
    """
    members: dict[str, list[ScalarNode]] = {}
    names: dict[str, ScalarNode] = {}
    for name, entry in _named(value, "groups of people by name", reader):
        key = folded(name.text)
        if key in names:
            reader.problem(name, f"there is a group {names[key].text!r} already, in line {names[key].span.line}")
            continue
        names[key] = name
        texts = reader.elements(entry, "a person's name") or ()
        members[key] = [
            text for text in texts if reader.text(text, "a person's name") is not None and isinstance(text, ScalarNode)
        ]
    return {
        names[key].text.strip(): members_of_group for key, members_of_group in _flat(names, members, reader).items()
    }


def _flat(
    names: dict[str, ScalarNode], members: dict[str, list[ScalarNode]], reader: Reader
) -> dict[str, tuple[str, ...]]:
    """Returns groups by folded name, with people in place of groups in them. Empty with a problem noted."""
    graph = {name: members.keys() & {folded(text.text) for text in texts} for name, texts in members.items()}
    try:
        order = list(TopologicalSorter(graph).static_order())
    except CycleError as error:
        circle = [names[name] for name in reversed(error.args[1])]
        way = " → ".join(name.text for name in circle)
        hint = "Give the group a name that nobody in it has, or name the person by id."
        reader.problem(circle[0], f"this group is a part of itself: {way}", hint=hint)
        return {}
    flat: dict[str, tuple[str, ...]] = {}
    for name in order:
        everybody = (who for text in members[name] for who in flat.get(folded(text.text), (text.text.strip(),)))
        flat[name] = tuple(dict.fromkeys(everybody))
    return {name: flat[name] for name in members}


def _named(value: ValueNode, meant: str, reader: Reader) -> Iterator[tuple[ScalarNode, ValueNode]]:
    """Yields the entries of a mapping whose keys are names."""
    if not isinstance(value, MappingNode) or not value.entries:
        what = "an empty one" if isinstance(value, MappingNode) else name_of(value)
        reader.problem(value, f"{meant} are expected here, a mapping, not {what}")
        return
    for name, entry in value.entries:
        if reader.text(name, "a name") is None:
            continue
        if name.text.strip().casefold() in _NOTHING:
            reader.problem(name, f"{name.text!r} says that there is none, and cannot be a name")
            continue
        yield name, entry
