"""Edits that build on each other, with what the file means after each of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.data import Edit, Insert, Put, Remove, edited, is_list, load, value_at
from immich_smart_albums.errors import ConfigurationError, EditRefused
from immich_smart_albums.rules.syntax.ids import id_in_url

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Path


class FileDraft:
    """A rules file as plain data, and the edits that were made."""

    def __init__(self, rules: Plain) -> None:
        self.rules = rules
        self.edits: list[Edit] = []

    def make(self, edit: Edit) -> None:
        """Add an edit."""
        self.rules = edited(self.rules, edit)
        self.edits.append(edit)

    def get(self, path: Path) -> Plain:
        """Returns the value at a path. None if there is none."""
        try:
            return value_at(self.rules, path)
        except KeyError:
            return None

    def mapping(self, path: Path) -> Mapping[str, Plain]:
        """Returns the match at a path. Raises EditRefused if there is none."""
        value = self.get(path)
        if isinstance(value, Mapping):
            return value
        raise EditRefused("there is no match where one was", hint="Load the file again.")

    def items(self, path: Path) -> list[Plain]:
        """Returns the values of a list, or a single value. Empty if there is none."""
        value = self.get(path)
        if isinstance(value, Sequence) and not isinstance(value, str):
            return list(value)
        return [] if value is None else [value]

    def append(self, path: Path, value: Plain) -> None:
        """Add a value to the one, or those, at a path."""
        if is_list(self.get(path)):
            self.make(Insert((*path, len(self.items(path))), value))
        else:
            self.make(Put(path, [*self.items(path), value]))

    def drop(self, path: Path, is_unwanted: Callable[[Plain], bool]) -> None:
        """Remove values from those at a path, and whatever is empty then."""
        values = self.items(path)
        unwanted = [place for place, value in enumerate(values) if is_unwanted(value)]
        if unwanted and len(unwanted) == len(values):
            self.remove(path)
        else:
            for place in reversed(unwanted):
                self.make(Remove((*path, place)))

    def remove(self, path: Path) -> None:
        """Remove the value at a path, and whatever is empty then. Raises EditRefused for a whole match."""
        while len(path) > 3 and len(self._around(path)) == 1:
            path = path[:-1]
        if path[-1] == "match":
            raise EditRefused(
                "nothing would say what belongs in this album any more",
                hint="Add another condition first; search: {} is the whole timeline.",
            )
        self.make(Remove(path))

    def _around(self, path: Path) -> Mapping[str, Plain] | Sequence[Plain]:
        value = self.get(path[:-1])
        return value if isinstance(value, Mapping) else self.items(path[:-1])


def photo_id(written: Plain) -> str:
    """Returns the id of a photo that is written as an id or an address."""
    text = str(written)
    return (id_in_url(text, "photos") or text.strip()).lower()


def read_value(text: str) -> Plain:
    """Returns the value of YAML that somebody typed. Raises EditRefused."""
    try:
        value = load(f"value: {text}" if "\n" not in text.strip() else "value:\n" + _indented(text))
    except ConfigurationError as error:
        problem = error.problems[0]
        raise EditRefused(problem.message, hint=problem.hint) from None
    if isinstance(value, Mapping) and value.keys() == {"value"}:
        return value["value"]
    raise EditRefused("this is more than one value", hint="Put a text with a colon or a line break into quotes.")


def _indented(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.split("\n"))
