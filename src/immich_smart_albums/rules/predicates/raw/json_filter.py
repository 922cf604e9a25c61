"""Predicate `json`: a local filter, by JSONPath and a regular expression on the record of an asset."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.local_filters.local_filter import make_filter, path_and_regex
from immich_smart_albums.rules.predicates.exif_text import MAY_BE_MISSING, MAY_BE_MISSING_MEANS
from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.syntax.document import ScalarNode
from immich_smart_albums.rules.syntax.source import InRules
from immich_smart_albums.rules.values.kinds import ByHand, OneOrMany
from immich_smart_albums.rules.values.schema import TEXT, TRUTH, mapping

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Filter

_MEANT = "a filter"


def _filter(value: ValueNode, reader: Reader) -> Filter | None:
    if isinstance(value, ScalarNode) and value.text.startswith("$"):
        return make_filter(*path_and_regex(value.text), value.text, InRules(value, {}), reader.diagnostics)
    entries = reader.entries(value, ("path", "regex", "description", MAY_BE_MISSING), _MEANT)
    if entries is None:
        return None
    may_be_missing_entry = entries.pop(MAY_BE_MISSING, None)
    may_be_missing = False if may_be_missing_entry is None else reader.truth(may_be_missing_entry)
    if "path" not in entries:
        reader.problem(value, "there is no path", hint="Add one, such as path: $.exifInfo.make.")
        return None
    texts = {word: reader.text(entry, f"a text for {word}") for word, entry in entries.items()}
    path, regex = texts["path"], texts.get("regex")
    if path is None or may_be_missing is None or None in texts.values():
        return None
    description = texts.get("description") or f"{path}:{regex or ''}"
    return make_filter(
        path, regex, description, InRules(value, entries), reader.diagnostics, may_be_missing=may_be_missing
    )


_OPTIONS = {
    "path": "a JSONPath, such as `$.exifInfo.make` or `$.people[*].name`",
    "regex": "a regular expression, searched in each value that the path yields; without it any value will do",
    "description": "what messages call the filter",
    MAY_BE_MISSING: MAY_BE_MISSING_MEANS,
}

PREDICATE = Predicate(
    "json",
    "A path into what Immich tells of the photo, and a regular expression for what stands there.",
    value=OneOrMany(
        ByHand(
            _filter,
            TEXT,
            mapping(path=TEXT, regex=TEXT, description=TEXT, may_be_missing=TRUTH),
            meant=_MEANT,
            options=_OPTIONS,
        )
    ),
    picker=Picker.TEXT,
    phrase="has {} in what Immich tells",
    examples=(
        ("json: $.exifInfo.lensModel:85mm", "a lens with 85mm in its name"),
        ("json: {path: $.exifInfo.timeZone, regex: '^UTC[+]9$'}", "taken where clocks show Japanese time"),
        ("json: [{path: $.duplicateId}, {path: $.livePhotoVideoId}]", "one of these fields has a value"),
    ),
    notes=(
        "These are the local filters of the command line, with the same meaning; [filters](filters.md) lists all "
        "fields. Case does not matter. As a plain text, path and expression are joined by a colon."
    ),
)
