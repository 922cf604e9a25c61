"""The form for the value of a row: lists to choose from, inputs, and what of the value they leave as it is."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker
from immich_smart_albums.web.rows.choices import Suggestions, suggestions
from immich_smart_albums.web.rows.value import row_value

if TYPE_CHECKING:
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.rules.predicates.predicate import Predicate
    from immich_smart_albums.session.session import Session
    from immich_smart_albums.web.rows.value import RowValue

_PLAIN = {
    Picker.PEOPLE: "any",
    Picker.TAG: "any",
    Picker.ALBUM: "in",
    Picker.PLACE: "name",
    Picker.CAMERA: "name",
    Picker.SMART: "query",
}
"""The option that a plain value means."""

_LABELS = {
    (Picker.PEOPLE, "any"): "People",
    (Picker.TAG, "any"): "Tags",
    (Picker.ALBUM, "in"): "Albums",
    (Picker.PLACE, "name"): "City, state or country",
    (Picker.CAMERA, "name"): "Make or model",
    (Picker.LIBRARY, ""): "Libraries",
    (Picker.NEAR, ""): "Places of the rules file",
}


@dataclass(frozen=True, slots=True)
class RowInput:
    """One value that is written, rather than chosen."""

    option: str
    label: str
    kind: str = "text"
    """Of the input: text, date, number."""
    is_text: bool = False
    """Whether it goes into quotes, whatever it says."""
    example: str = ""


_INPUTS = {
    Picker.DATE: (
        RowInput("after", "After", "date"),
        RowInput("before", "Before", "date"),
        RowInput("last", "In the last", example="12 months"),
    ),
    Picker.SMART: (
        RowInput("query", "Words for what is in the picture", is_text=True),
        RowInput("top", "How many, the best first", "number", example="200"),
    ),
    Picker.NUMBER: (RowInput("min", "From"), RowInput("max", "Up to")),
    Picker.NEAR: (
        RowInput("lat", "Latitude", example="60.17"),
        RowInput("lon", "Longitude", example="24.94"),
        RowInput("radius", "Within", example="2km"),
    ),
}


@dataclass(frozen=True, slots=True)
class RowForm:
    """A value as a form shows it."""

    predicate: Predicate
    lists: Mapping[str, Suggestions]
    """By option."""
    inputs: tuple[tuple[RowInput, str], ...]
    """Each with what it says now."""
    plain: str
    """The option that a value without one means."""
    rest: str
    """What no input shows, as YAML."""
    is_together: bool = False
    """Of people and tags: whether all of them are meant."""

    def label(self, option: str) -> str:
        """Returns what a list is called."""
        return _LABELS.get((self.predicate.picker, option), (option or self.predicate.name).capitalize())

    @property
    def can_be_together(self) -> bool:
        """Whether what is chosen may be meant together."""
        return self.predicate.picker in {Picker.PEOPLE, Picker.TAG}

    @property
    def examples(self) -> list[tuple[str, str]]:
        """A few values, each with what it means."""
        return [(example.partition(": ")[2], meaning) for example, meaning in self.predicate.examples[:3]]

    @property
    def is_long(self) -> bool:
        """Whether some list is worth looking through."""
        return any(listed.more or len(listed.first) > 8 for listed in self.lists.values())


def row_form(session: Session, predicate: Predicate, value: Plain, find: str = "") -> RowForm:
    """Returns the form for a value of a predicate. None: it is new."""
    plain = _PLAIN.get(predicate.picker, "")
    inputs = _INPUTS.get(predicate.picker, ())
    options = {plain, *_OPTIONS.get(predicate.picker, ()), *(row_input.option for row_input in inputs)}
    is_together = plain == "any" and isinstance(value, Mapping) and "all" in value and "any" not in value
    if is_together and isinstance(value, Mapping):
        value = {"any" if word == "all" else word: part for word, part in value.items()}
    apart = row_value(value, options, plain)
    return RowForm(
        predicate,
        suggestions(session, predicate, find, apart.shown),
        tuple((_fitting(row_input, apart), apart.text(row_input.option)) for row_input in inputs),
        plain,
        apart.rest,
        is_together,
    )


_OPTIONS = {Picker.PLACE: ("country", "state", "city"), Picker.CAMERA: ("make", "model", "lens")}


def _fitting(row_input: RowInput, value: RowValue) -> RowInput:
    """An input in which what is written can stand: that of a date takes whole dates only."""
    text = value.text(row_input.option)
    try:
        is_date = not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_date = False
    return row_input if row_input.kind != "date" or is_date else RowInput(row_input.option, row_input.label)
