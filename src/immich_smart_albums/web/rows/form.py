"""The form for the value of a row: lists to choose from, inputs, and options that have neither."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker
from immich_smart_albums.web.rows.choices import SERVER_FIELDS, Suggestions, suggestions
from immich_smart_albums.web.rows.value import row_value

if TYPE_CHECKING:
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.rules.predicates.predicate import Predicate
    from immich_smart_albums.session.session import Session
    from immich_smart_albums.web.rows.value import RowValue

_PLAIN_OPTIONS = {
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
    """An input for one option of a value."""

    option: str
    label: str
    kind: str = "text"
    """The type of the input: text, date or number."""
    is_text: bool = False
    """Whether the value is always quoted in YAML."""
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
    """The form for one value of a predicate."""

    predicate: Predicate
    lists: Mapping[str, Suggestions]
    """Suggestions by option."""
    inputs: tuple[tuple[RowInput, str], ...]
    """The inputs with their present texts."""
    plain: str
    """The option that a value without options means."""
    rest: str
    """Options that no input shows, as YAML."""
    needs_all: bool = False
    """Whether a photo needs all of the people or tags."""

    def label(self, option: str) -> str:
        """Returns the label of the list for an option."""
        return _LABELS.get((self.predicate.picker, option), (option or self.predicate.name).capitalize())

    @property
    def can_need_all(self) -> bool:
        """Whether a photo may need all of what is chosen."""
        return self.predicate.picker in {Picker.PEOPLE, Picker.TAG}

    @property
    def examples(self) -> list[tuple[str, str]]:
        """Up to three example values, each with its meaning."""
        return [(example.partition(": ")[2], meaning) for example, meaning in self.predicate.examples[:3]]

    @property
    def is_long(self) -> bool:
        """Whether some list is so long that it needs a search field."""
        return any(listed.more or len(listed.first) > 8 for listed in self.lists.values())


def row_form(session: Session, predicate: Predicate, value: Plain, find: str = "") -> RowForm:
    """Returns the form for a value of a predicate. The value is None for a new row."""
    plain = _PLAIN_OPTIONS.get(predicate.picker, "")
    inputs = _INPUTS.get(predicate.picker, ())
    options = {plain, *SERVER_FIELDS.get(predicate.picker, ()), *(row_input.option for row_input in inputs)}
    needs_all = plain == "any" and isinstance(value, Mapping) and "all" in value and "any" not in value
    if needs_all and isinstance(value, Mapping):
        value = {"any" if word == "all" else word: part for word, part in value.items()}
    split = row_value(value, options, plain)
    return RowForm(
        predicate,
        suggestions(session, predicate, find, split.shown),
        tuple((_input_for(row_input, split), split.text(row_input.option)) for row_input in inputs),
        plain,
        split.rest,
        needs_all,
    )


def _input_for(row_input: RowInput, value: RowValue) -> RowInput:
    """The input for a value: a text input for a date that is not a whole one."""
    text = value.text(row_input.option)
    try:
        is_date = not text or date.fromisoformat(text).isoformat() == text
    except ValueError:
        is_date = False
    return row_input if row_input.kind != "date" or is_date else RowInput(row_input.option, row_input.label)
