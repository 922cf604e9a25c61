"""Predicate `exif`: how a photo was exposed, by the numbers that the camera wrote."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.predicate import Picker, Predicate
from immich_smart_albums.rules.record import exif, is_missing, number, number_in
from immich_smart_albums.rules.values.kinds import OneOf, OneOrMany, Options, Value
from immich_smart_albums.rules.values.numbers import Unit, plain_number, written
from immich_smart_albums.rules.values.single import NoneIs, NumberRange

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Node, Record

_FRACTION = re.compile(r"(\d{1,6}(?:\.\d{1,6})?)(?:/(\d{1,6}(?:\.\d{1,6})?))?\s*s?", re.ASCII)


def _f_number(text: str) -> float | None:
    return plain_number(re.sub(r"^f/?", "", text, flags=re.IGNORECASE))


def _millimetres(text: str) -> float | None:
    return plain_number(text.removesuffix("mm").rstrip())


def _seconds(text: str) -> float | None:
    match = _FRACTION.fullmatch(text)
    divisor = float(match[2] or 1) if match else 0
    return float(match[1]) / divisor if match and divisor else None


def _as_exposure(seconds: float) -> str:
    below = round(1 / seconds) if seconds else 0
    return f"1/{below} s" if below > 1 and 1 / below == seconds else f"{written(seconds)} s"


def _number(word: str, unit: Unit, name: str) -> Value[Node]:
    getter, field = exif(name), f"exifInfo.{name}"

    def read_number(record: Record) -> float | None:
        value = getter(record)
        return unit.number(value) if isinstance(value, str) else number(value)

    return OneOrMany(
        OneOf(
            NoneIs(is_missing(word, getter, field)),
            NumberRange(unit).means(lambda wanted: number_in(word, wanted, unit, read_number, field)),
        )
    )


PREDICATE = Predicate(
    "exif",
    "ISO, f-number, focal length and exposure, as the camera wrote them.",
    value=Options(
        "a mapping of EXIF numbers",
        {
            "iso": ("sensitivity", _number("iso", Unit("an ISO number", plain_number, written, "100..800"), "iso")),
            "f-number": (
                "aperture: `2.8` or `f/2.8`",
                _number("f-number", Unit("an f-number", _f_number, written, "1.4..2.8"), "fNumber"),
            ),
            "focal-length": (
                "millimetres, not converted to 35 mm film",
                _number("focal-length", Unit("a focal length in mm", _millimetres, written, "24..70"), "focalLength"),
            ),
            "exposure": (
                "seconds, also as a fraction: `1/125`, `0.5`, `30`",
                _number(
                    "exposure", Unit("an exposure in seconds", _seconds, _as_exposure, "1/500..1/60"), "exposureTime"
                ),
            ),
        },
    ),
    picker=Picker.NUMBER,
    phrase="was exposed with {}",
    examples=(
        ("exif: {iso: 3200..}", "ISO 3200 or more"),
        ('exif: {f-number: "<= 2"}', "a wide open lens"),
        ("exif: {focal-length: {min: 70, max: 200}, exposure: ..1/500}", "telephoto, and 1/500 s or shorter"),
        ("exif: {exposure: [1/60, 1/125]}", "one of these"),
        ("exif: {iso: none}", "the camera wrote no ISO number"),
    ),
    notes=(
        'Each is a number, a range (`100..800`, `100..`, `">= 400"`, `{min: 100, max: 800}`), `none` for not known, '
        "or a list of these. Ends of a range belong to it. Options side by side must all hold."
    ),
)
