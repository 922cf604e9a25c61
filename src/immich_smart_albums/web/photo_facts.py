"""Facts of a photo in words, from its record on the server."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.albums import PhotoFacts
from immich_smart_albums.web.rendering import day, moment

if TYPE_CHECKING:
    from collections.abc import Mapping


def photo_facts(record: Mapping[str, object]) -> list[tuple[str, str]]:
    """Returns pairs of a label and a text; unknown facts are left out."""
    exif = record.get("exifInfo")
    shown: Mapping[str, object] = exif if isinstance(exif, dict) else {}
    labelled = [
        ("Taken", moment(str(record.get("localDateTime", ""))[:19])),
        ("Place", _joined(shown, "city", "state", "country")),
        ("Camera", _joined(shown, "make", "model", between=" ")),
        ("Lens", _joined(shown, "lensModel")),
        ("People", ", ".join(_names(record.get("people"), "name"))),
        ("Tags", ", ".join(_names(record.get("tags"), "value"))),
        ("Rating", "★" * rating if isinstance(rating := shown.get("rating"), int) and rating > 0 else ""),
        ("Favourite", "yes" if record.get("isFavorite") is True else ""),
        ("Description", _joined(shown, "description")),
        ("Path", str(record.get("originalPath", ""))),
    ]
    return [(label, text) for label, text in labelled if text]


CONDITION_LABELS = {
    "people": "these people",
    "place": "this place",
    "day": "this day",
    "camera": "this camera",
    "folder": "this folder",
}
"""Labels of the conditions that can be taken from a photo for a new rule."""


def rule_facts(record: Mapping[str, object]) -> PhotoFacts:
    """Returns the facts that a new rule can be made of."""
    exif = record.get("exifInfo")
    shown: Mapping[str, object] = exif if isinstance(exif, dict) else {}
    path = str(record.get("originalPath") or "")
    return PhotoFacts(
        people=tuple(_names(record.get("people"), "name")),
        city=_text(shown, "city"),
        country=_text(shown, "country"),
        day=_day(str(record.get("localDateTime", ""))),
        make=_text(shown, "make"),
        model=_text(shown, "model"),
        folder=path.rpartition("/")[0] or None,
    )


def condition_choices(record: Mapping[str, object]) -> list[tuple[str, str, str]]:
    """Returns the conditions that a new rule can be made of: key, label and value."""
    facts = rule_facts(record)
    values = {
        "people": ", ".join(facts.people),
        "place": ", ".join(name for name in (facts.city, facts.country) if name),
        "day": day(facts.day.isoformat()) if facts.day else "",
        "camera": facts.model or facts.make or "",
        "folder": facts.folder or "",
    }
    return [(key, CONDITION_LABELS[key], values[key]) for key in facts.conditions()]


def _text(record: Mapping[str, object], name: str) -> str | None:
    value = record.get(name)
    return value if isinstance(value, str) and value else None


def _day(local: str) -> date | None:
    try:
        return date.fromisoformat(local[:10])
    except ValueError:
        return None


def _joined(record: Mapping[str, object], *names: str, between: str = ", ") -> str:
    return between.join(str(record[name]) for name in names if record.get(name))


def _names(value: object, name: str) -> list[str]:
    entries = value if isinstance(value, list) else []
    return [str(entry[name]) for entry in entries if isinstance(entry, dict) and entry.get(name)]
