"""Reads Immich's search payloads: `{"city": "Nice", "resultLimit": 10}` → `Search`.

Immich ignores keys that it does not know, and then returns the whole library. So every key is checked here, and those
that depend on the server's version in `immich.versions`, before anything is sent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model import search_fields
from immich_smart_albums.model.dialects import conditions_of
from immich_smart_albums.model.query import LARGEST_LIMIT, Kind, Query, Value
from immich_smart_albums.rules.payload.json_text import name_of_type, read_json
from immich_smart_albums.rules.payload.values import read_value, shortened
from immich_smart_albums.rules.payload.visibility import read_visibility, says_visibility
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.tree import Search

if TYPE_CHECKING:
    from datetime import tzinfo

    from immich_smart_albums.model.search_field import SearchField
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.syntax.source import Origin, Source


def read_search(
    source: Source, kind: Kind, diagnostics: Diagnostics, *, smart_limit: int, zone: tzinfo | None
) -> Search | None:
    """Returns the search in a JSON payload. None with problems noted.

    A payload with `query` or `queryAssetId` is a smart search, also under a metadata flag. Smart searches rank
    everything, so one without `resultLimit` gets `smart_limit`. Dates without a zone are in `zone`.
    """
    value = read_json(source, diagnostics)
    if value is None:
        return None
    if not isinstance(value, dict):
        hint = "One flag value holds one search. Give each search as a value of its own."
        diagnostics.problems.append(
            source.problem(f"a search is an object {{…}}, not {name_of_type(value)}", hint=hint)
        )
        return None
    return read_object(value, source, kind, diagnostics, smart_limit=smart_limit, zone=zone)


def read_object(  # noqa: PLR0913 - the parts of one reading; a class would hide them
    payload: dict[str, object],
    source: Origin,
    kind: Kind,
    diagnostics: Diagnostics,
    *,
    smart_limit: int,
    zone: tzinfo | None,
) -> Search | None:
    """Returns the search in a decoded payload. None with problems noted."""
    before = len(diagnostics.problems)
    payload = _without_datetime(payload, source, diagnostics)
    if kind is Kind.METADATA and ("query" in payload or "queryAssetId" in payload):
        diagnostics.warn(f"{source.place}: has 'query', so it is run as a smart search")
        kind = Kind.SMART
    limit = _read_limit(payload, source, diagnostics)
    may_be_missing = _read_may_be_missing(payload, source, diagnostics)
    if kind is Kind.SMART:
        _require_question(payload, source, diagnostics)
        if limit is None and "resultLimit" not in payload:
            limit = smart_limit
    visibility = read_visibility(payload, source, diagnostics)
    filters: dict[str, Value] = {}
    for name, raw in payload.items():
        if name in search_fields.VISIBILITY_WORDS or name in search_fields.OUR_WORDS:
            continue
        if name in search_fields.READING_OPTIONS:
            diagnostics.warn(f"{source.place}: {name!r} is left out, this tool reads every page as it needs")
            continue
        field = _known_field(name, kind, source, diagnostics)
        if field is not None:
            read_value(filters, name, field, raw, source, diagnostics, zone=zone)
    _check_combinations(filters, source, diagnostics)
    if len(diagnostics.problems) > before:
        return None
    if limit is None:
        filters.pop("order", None)  # the order decides only what a limit keeps
    query = Query(kind, conditions_of(filters), visibility, limit)
    return Search(query, source.place, sets_scope=says_visibility(payload), may_be_missing=may_be_missing)


def _without_datetime(payload: dict[str, object], source: Origin, diagnostics: Diagnostics) -> dict[str, object]:
    """Returns a payload with takenAfter and takenBefore in place of `datetime: {from, to}`, which Immich never knew."""
    if "datetime" not in payload:
        return payload
    result = {name: value for name, value in payload.items() if name != "datetime"}
    span = payload["datetime"]
    if not isinstance(span, dict) or not span or not span.keys() <= {"from", "to"}:
        hint = 'Write {"datetime": {"from": "2023-06-01", "to": "2023-09-01"}}; one of the two may be missing.'
        diagnostics.problems.append(
            source.problem("datetime takes an object with from and to", hint=hint, key="datetime")
        )
        return result
    for word, name in (("from", "takenAfter"), ("to", "takenBefore")):
        if word not in span:
            continue
        if name in payload:
            message = f"datetime.{word} and {name} say the same thing twice"
            diagnostics.problems.append(source.problem(message, hint="Keep one of them.", key="datetime"))
        result[name] = span[word]
    return result


def _read_limit(payload: dict[str, object], source: Origin, diagnostics: Diagnostics) -> int | None:
    if "resultLimit" not in payload:
        return None
    limit = payload["resultLimit"]
    if isinstance(limit, int) and not isinstance(limit, bool) and 1 <= limit <= LARGEST_LIMIT:
        return limit
    diagnostics.problems.append(
        source.problem(
            f"resultLimit takes a whole number from 1 to {LARGEST_LIMIT}, not {shortened(limit)}",
            hint="Leave it out to keep everything that a metadata search finds.",
            key="resultLimit",
        )
    )
    return None


def _read_may_be_missing(payload: dict[str, object], source: Origin, diagnostics: Diagnostics) -> bool:
    value = payload.get("mayBeMissing", False)
    if isinstance(value, bool):
        return value
    message = f"mayBeMissing takes true or false, not {shortened(value)}"
    diagnostics.problems.append(source.problem(message, key="mayBeMissing"))
    return False


def _require_question(payload: dict[str, object], source: Origin, diagnostics: Diagnostics) -> None:
    if "query" not in payload and "queryAssetId" not in payload:
        hint = 'Add {"query": "a dog on a beach"}, or use a metadata flag for searches without one.'
        diagnostics.problems.append(source.problem("a smart search needs 'query' or 'queryAssetId'", hint=hint))
    elif "query" in payload and "queryAssetId" in payload:
        hint = "Immich would silently ignore queryAssetId. Keep one of them."
        diagnostics.problems.append(source.problem("'query' and 'queryAssetId' stand together", hint=hint))


def _known_field(name: str, kind: Kind, source: Origin, diagnostics: Diagnostics) -> SearchField | None:
    field = search_fields.FIELDS.get(name)
    if field is not None and kind in field.kinds:
        return field
    if field is not None:
        hint = "Put it into a search of its own, without query, beside this one: both must hold."
        message = f"Immich's smart search does not have {name!r} and would ignore it"
    elif name in search_fields.IGNORED_BY_IMMICH:
        hint = "Remove it."
        message = f"Immich accepts {name!r} and ignores it, so the whole library would match"
    elif name in search_fields.STRUCTURED_WORDS:
        hint = "Write the flat fields, and several flag values for any/all/none."
        message = f"{name!r} (the structured search of Immich 3.2) cannot be given here"
    else:
        hint = did_you_mean(name, search_fields.ALL_WORDS, "See docs/filters.md for the list of fields.")
        message = f"Immich has no search field {name!r} and would return the whole library"
    diagnostics.problems.append(source.problem(message, hint=hint, key=name))
    return None


def _check_combinations(filters: dict[str, Value], source: Origin, diagnostics: Diagnostics) -> None:
    """Note combinations of filters that every version of Immich answers as something else, or that cannot match."""
    if filters.get("isNotInAlbum") is False:
        hint = "Remove it, or exclude with a search that has true."
        message = "Immich ignores isNotInAlbum: false, so the whole library would match"
        diagnostics.problems.append(source.problem(message, hint=hint, key="isNotInAlbum"))
    elif "isNotInAlbum" in filters and "albumIds" in filters:
        hint = "Remove one of them: a photo cannot be in an album and in none."
        message = "Immich ignores isNotInAlbum beside albumIds"
        diagnostics.problems.append(source.problem(message, hint=hint, key="isNotInAlbum"))
    for moment in ("taken", "created", "updated", "trashed"):
        after, before = filters.get(f"{moment}After"), filters.get(f"{moment}Before")
        if isinstance(after, str) and isinstance(before, str) and after > before:
            message = f"{moment}After ({after}) is later than {moment}Before ({before}): nothing can match"
            diagnostics.problems.append(source.problem(message, hint="Swap the two dates."))
