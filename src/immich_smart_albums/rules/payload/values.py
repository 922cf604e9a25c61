"""The values of search fields: checked by type, ids de-duplicated, dates completed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.search_field import Type
from immich_smart_albums.model.search_fields import ASSET_TYPES
from immich_smart_albums.rules.payload.json_text import name_of_type
from immich_smart_albums.rules.syntax.ids import is_id, why_no_id
from immich_smart_albums.rules.values.dates import complete

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import tzinfo

    from immich_smart_albums.model.query import Value
    from immich_smart_albums.model.search_field import SearchField
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.syntax.source import Origin


class _WrongValueError(ValueError):
    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def read_value(  # noqa: PLR0913 - a value with everything that messages about it need
    filters: dict[str, Value],
    name: str,
    field: SearchField,
    raw: object,
    source: Origin,
    diagnostics: Diagnostics,
    *,
    zone: tzinfo | None,
) -> None:
    """Add the value of one field to `filters`, or note a problem with it."""
    try:
        if raw is None and field.nullable:
            filters[name] = None
        elif field.type is Type.DATE:
            filters[name] = _date(name, raw, zone)
        else:
            filters[name] = _READERS[field.type](name, raw)
    except _WrongValueError as error:
        diagnostics.problems.append(source.problem(str(error), hint=error.hint, key=name))


def _expected(name: str, type_: Type, raw: object) -> _WrongValueError:
    return _WrongValueError(f"{name} takes {type_.value}, not {name_of_type(raw)}: {shortened(raw)}")


def shortened(raw: object) -> str:
    """Returns a value as messages show it, cut after 57 characters if it is long."""
    text = repr(raw)
    return text if len(text) <= 60 else f"{text[:57]}…"


def _text(name: str, raw: object) -> str:
    if not isinstance(raw, str):
        raise _expected(name, Type.TEXT, raw)
    if not raw.strip():
        message = f"{name} is blank"
        raise _WrongValueError(message, 'Write null for "has none" where the field allows it, or remove the key.')
    return raw


def _truth(name: str, raw: object) -> bool:
    if not isinstance(raw, bool):
        raise _expected(name, Type.TRUTH, raw)
    return raw


def _rating(name: str, raw: object) -> int:
    if not isinstance(raw, int) or isinstance(raw, bool) or not 1 <= raw <= 5:
        raise _expected(name, Type.RATING, raw)
    return raw


def _id(name: str, raw: object) -> str:
    if not isinstance(raw, str):
        raise _expected(name, Type.ID, raw)
    if is_id(raw):
        return raw.lower()
    refused = why_no_id(raw)
    if refused is not None:
        message = f"{name}: {refused}"
        raise _WrongValueError(message, "Copy the id again from the address bar of Immich.")
    hint = "Copy the id from the address bar of Immich."
    if name == "personIds":
        hint += " For names, use person, or a flag such as --include-person-names-union."
    message = f"{name}: {shortened(raw)} is not an id"
    raise _WrongValueError(message, hint)


def _ids(name: str, raw: object) -> tuple[str, ...]:
    if not isinstance(raw, list):
        raise _expected(name, Type.IDS, raw)
    if not raw:
        message = f"{name} is an empty list, which Immich takes as no filter at all"
        raise _WrongValueError(message, "Name at least one id, or remove the key.")
    # Sorted and without repeats: a repeated person id matches nothing up to 3.1.0.
    return tuple(sorted({_id(name, id_) for id_ in raw}))


def _asset_type(name: str, raw: object) -> str:
    if raw not in ASSET_TYPES:
        raise _expected(name, Type.ASSET_TYPE, raw)
    return str(raw)


def _order(name: str, raw: object) -> str:
    if raw not in ("asc", "desc"):
        raise _expected(name, Type.ORDER, raw)
    return str(raw)


def _date(name: str, raw: object, zone: tzinfo | None) -> str:
    if not isinstance(raw, str):
        raise _expected(name, Type.DATE, raw)
    try:
        return complete(raw, zone, end_of_day=name.endswith("Before"))
    except ValueError:
        message = f"{name} takes {Type.DATE.value}, not {shortened(raw)}"
        raise _WrongValueError(message, "Write year-month-day; time and zone may follow.") from None


_READERS: dict[Type, Callable[[str, object], Value]] = {
    Type.TEXT: _text,
    Type.TRUTH: _truth,
    Type.RATING: _rating,
    Type.ID: _id,
    Type.IDS: _ids,
    Type.ASSET_TYPE: _asset_type,
    Type.ORDER: _order,
}
