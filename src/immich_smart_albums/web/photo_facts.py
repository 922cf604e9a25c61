"""What a photo is about, in words, from what the server tells of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.web.rendering import moment

if TYPE_CHECKING:
    from collections.abc import Mapping


def facts(record: Mapping[str, object]) -> list[tuple[str, str]]:
    """Pairs of a word and what it is; what is not known is left out."""
    exif = record.get("exifInfo")
    shown: Mapping[str, object] = exif if isinstance(exif, dict) else {}
    told = [
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
    return [(word, text) for word, text in told if text]


def _joined(record: Mapping[str, object], *names: str, between: str = ", ") -> str:
    return between.join(str(record[name]) for name in names if record.get(name))


def _names(value: object, name: str) -> list[str]:
    entries = value if isinstance(value, list) else []
    return [str(entry[name]) for entry in entries if isinstance(entry, dict) and entry.get(name)]
