"""The value of a row, split into the options that a form has inputs for and the others."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.data import is_list
from immich_smart_albums.config.yaml.emit import Unquoted, flow

if TYPE_CHECKING:
    from collections.abc import Collection

    from immich_smart_albums.config.yaml.emit import Plain

Scalar = str | int | float
"""The value of one choice, or of one input."""


@dataclass(frozen=True, slots=True)
class RowValue:
    """A value, split for a form."""

    shown: Mapping[str, tuple[Scalar, ...]]
    """Values by option; a value without options is under the one that a plain value means."""
    rest: str
    """Options that the form has no input for, as YAML: `count: 2, none: Emma`; empty if there are none."""

    def text(self, option: str) -> str:
        """Returns the value of an input. Empty if there is none."""
        return next((str(value) for value in self.shown.get(option, ())), "")


def row_value(value: Plain, options: Collection[str], plain: str) -> RowValue:
    """Splits a value for a form with inputs for some options; `plain` is the one that a plain value means."""
    entries: Mapping[str, Plain] = value if isinstance(value, Mapping) else {} if value is None else {plain: value}
    shown: dict[str, tuple[Scalar, ...]] = {}
    rest = []
    for option, part in entries.items():
        scalars = _scalars(part)
        if option in options and scalars is not None:
            shown[option] = scalars
        elif isinstance(value, Mapping):
            rest.append(f"{option}: {flow(part)}")
    return RowValue(shown, ", ".join(rest))


def _scalars(value: Plain) -> tuple[Scalar, ...] | None:
    """The values of a list, or a single one. None if some are lists or mappings."""
    values = list(value) if is_list(value) else [value]  # type: ignore[arg-type]
    scalars = tuple(
        Unquoted(str(item).lower()) if isinstance(item, bool) else item
        for item in values
        if isinstance(item, str | int | float)
    )
    return scalars if len(scalars) == len(values) else None
