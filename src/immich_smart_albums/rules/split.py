"""Splitting: one rule feeds an album for each year, country, person … of the photos that match it.

A photo without a value for a key is in none of these albums, and one with several people is in several.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.model.text.forms import nfc
from immich_smart_albums.rules.record import exif
from immich_smart_albums.rules.syntax.document import ScalarNode
from immich_smart_albums.rules.tree import SplitKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from immich_smart_albums.rules.syntax.document import ValueNode
    from immich_smart_albums.rules.syntax.reader import Reader
    from immich_smart_albums.rules.tree import Record

_LOCAL_DATE = re.compile(r"(\d{4})-(\d\d)-\d\dT")
_PLACEHOLDER = re.compile(r"\{([A-Za-z][\w-]*)\}", re.ASCII)

_MAKE, _MODEL = exif("make"), exif("model")


def _text(value: object) -> tuple[str, ...]:
    """Returns a text that is not blank, as the one value; none for anything else."""
    text = nfc(value).strip() if isinstance(value, str) else ""
    return (text,) if text else ()


def _of_date(record: Record, group: int) -> tuple[str, ...]:
    # Wall-clock time where the photo was taken: a photo of New Year's Eve in Tokyo belongs to the old year.
    match = _LOCAL_DATE.match(str(record.get("localDateTime", "")))
    return (match[group],) if match else ()


def _people(record: Record) -> tuple[str, ...]:
    people = record.get("people")
    shown = [person for person in people if not person.get("isHidden")] if isinstance(people, list) else []
    return tuple(dict.fromkeys(name for person in shown for name in _text(person.get("name"))))


def _camera(record: Record) -> tuple[str, ...]:
    make, model = _text(_MAKE(record)), _text(_MODEL(record))
    if not (make and model):
        return model or make
    # NIKON CORPORATION names its models NIKON D750, Apple leaves its name out.
    has_make = model[0].split()[0].casefold() == make[0].split()[0].casefold()
    return model if has_make else (f"{make[0]} {model[0]}",)


SPLIT_KEYS: dict[str, SplitKey] = {
    key.name: key
    for key in (
        SplitKey("year", frozenset({"localDateTime"}), lambda record: _of_date(record, 1)),
        SplitKey("month", frozenset({"localDateTime"}), lambda record: _of_date(record, 2)),
        SplitKey("country", frozenset({"exifInfo.country"}), lambda record: _text(exif("country")(record))),
        SplitKey("city", frozenset({"exifInfo.city"}), lambda record: _text(exif("city")(record))),
        SplitKey("person", frozenset({"people"}), _people),
        SplitKey("camera", frozenset({"exifInfo.make", "exifInfo.model"}), _camera),
    )
}
"""The keys by which a rule can be split."""

MEANINGS: dict[str, str] = {
    "year": "local time of the photo, `2024`",
    "month": "two digits, `05`; beside `year` unless all Mays belong together",
    "country": "as Immich names it",
    "city": "as Immich names it",
    "person": "everybody on the photo who has a name and is not hidden; people who share a name share the album",
    "camera": "make and model, `Apple iPhone 14`",
}
"""The values of each key, in words."""


def album_name(name: str, keys: Sequence[SplitKey], values: Sequence[str]) -> str:
    """Returns the name of one album: `Nice {year}` with year 2024 becomes `Nice 2024`."""
    by_key = {key.name: value for key, value in zip(keys, values, strict=True)}
    return _PLACEHOLDER.sub(lambda match: by_key.get(match[1], match[0]), name)


def pattern(name: str, keys: Sequence[SplitKey]) -> re.Pattern[str]:
    """Returns a pattern for the names of all albums of a split rule: `Nice .+` for `Nice {year}`."""
    marks = [f"\0{number}\0" for number, _ in enumerate(keys)]
    text = re.escape(album_name(name, keys, marks))
    for mark in marks:
        text = text.replace(re.escape(mark), "(?s:.+)")
    return re.compile(text)


def placeholders(name: str) -> frozenset[str]:
    """Returns the words in braces in a name: `year` of `Nice {year}`."""
    return frozenset(_PLACEHOLDER.findall(name))


def read_split(entries: Mapping[str, ValueNode], reader: Reader) -> tuple[SplitKey, ...] | None:
    """Returns the split keys of an album's entry, each of which must stand in its name. None with problems noted."""
    before = len(reader.diagnostics.problems)
    keys: dict[str, SplitKey] = {}
    if "split" in entries:
        for item in reader.elements(entries["split"], f"one or several of {', '.join(SPLIT_KEYS)}") or ():
            word = reader.choice(item, SPLIT_KEYS)
            if word in keys:
                reader.problem(item, f"{word} is named twice")
            elif word is not None:
                keys[word] = SPLIT_KEYS[word]
    name = entries.get("name")
    if isinstance(name, ScalarNode) and len(reader.diagnostics.problems) == before:
        _check_name(name, tuple(keys), reader)
    return tuple(keys.values()) if len(reader.diagnostics.problems) == before else None


def _check_name(value: ScalarNode, keys: tuple[str, ...], reader: Reader) -> None:
    named = dict.fromkeys(_PLACEHOLDER.findall(value.text))
    for word in named:
        if word in keys:
            continue
        if word in SPLIT_KEYS:
            hint = f"Add split: [{', '.join((*keys, word))}]."
            reader.problem(value, f"the name has {{{word}}}, and the album is not split by {word}", hint=hint)
        elif keys:
            hint = f"It may have {', '.join(f'{{{key}}}' for key in keys)}."
            reader.problem(value, f"the name has {{{word}}}, which nothing can be split by", hint=hint)
    for key in keys:
        if key not in named:
            hint = f'Put {{{key}}} into the name, in quotes: "{{{key}}} …".'
            reader.problem(value, f"the album is split by {key}, and its name has no {{{key}}}", hint=hint)
