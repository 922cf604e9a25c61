"""Reading payloads in tests: a query, or the one problem that it has."""

from __future__ import annotations

import json
from datetime import UTC
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.payload.payload import read_search
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm

if TYPE_CHECKING:
    from datetime import tzinfo

    from immich_smart_albums.errors import Problem

ANNA = "8fbe472e-7463-4d97-ae2d-3efb3270e153"
BEN = "1fbe472e-7463-4d97-ae2d-3efb3270e154"
NOT_V4 = "11111111-1111-1111-1111-111111111111"


def source(payload: object, form: SourceForm = SourceForm.INLINE, label: str = "--flag") -> Source:
    """A flag's value: a text as it is, anything else as JSON."""
    return Source(label, payload if isinstance(payload, str) else json.dumps(payload), form)


def read(
    payload: object,
    kind: Kind = Kind.METADATA,
    *,
    zone: tzinfo | None = UTC,
    smart_limit: int = 200,
    form: SourceForm = SourceForm.INLINE,
) -> tuple[Query | None, Diagnostics]:
    """What reading a payload gives, and what it turned up."""
    diagnostics = Diagnostics()
    payload_source = source(payload, form, "filters/x.json" if form is SourceForm.FILE else "--flag")
    search = read_search(payload_source, kind, diagnostics, smart_limit=smart_limit, zone=zone)
    return (None if search is None else search.query), diagnostics


def query(payload: object, kind: Kind = Kind.METADATA, *, zone: tzinfo | None = UTC) -> Query:
    """The query in a payload that has no problem."""
    result, findings = read(payload, kind, zone=zone)
    assert findings.problems == []
    assert result is not None
    return result


def problem(payload: object, kind: Kind = Kind.METADATA, form: SourceForm = SourceForm.INLINE) -> Problem:
    """The one problem of a payload."""
    result, findings = read(payload, kind, form=form)
    assert result is None
    (only,) = findings.problems
    return only
