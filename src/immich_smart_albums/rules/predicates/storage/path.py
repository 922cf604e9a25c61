"""Predicate `path`: where an asset's file lies on the server."""

from __future__ import annotations

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import field
from immich_smart_albums.rules.values.text import TextField, text_match

_PATH = TextField("path", field("originalPath"), "originalPath", "originalPath", glob_start=r"(?:\A|/)")


_OPTIONS = {
    "regex": "a regular expression, searched anywhere in the path; the meaning of a plain text",
    "glob": "a pattern for the whole path: `*` and `?` stay within a folder, `**` crosses folders, `[a-c]`, `[!a]`",
    "contains": "a text that is somewhere in the path",
}

PREDICATE = Predicate(
    "path",
    "Where the file lies on the server, folders and name.",
    value=text_match(
        _PATH,
        _OPTIONS,
    ),
    picker=Picker.TEXT,
    phrase="lies at {}",
    examples=(
        ("path: ^/photos/work_projects/", "everything below this folder"),
        ("path: {glob: /photos/2012/**/*.jpg}", "the JPEGs of that year, in whatever folder"),
        ('path: {glob: "trip/"}', "everything in folders called trip"),
        ("path: {contains: [holiday, mökki]}", "one of these words is in the path"),
    ),
    notes=(
        "Case does not matter, nor how letters with accents are encoded. A plain text with characters such as `[` or "
        "`+` that are hardly meant as an expression is noted. A glob that does not begin with `/` may begin at any "
        "folder; one that ends with `/` means everything below. Uploads lie where Immich put them, under names that it "
        "made up: `filename` is the name that a photo came with. Expressions have the syntax of Python's `re`."
    ),
)
