"""Counts how many photos have each person, place and camera, for pages on which a value is picked."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from immich_smart_albums.operations.library.photo_map import PhotoMap

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

PERSON = "person"
LIBRARY = "library"
_EXIF = ("country", "state", "city", "make", "model", "lensModel")


class LibraryValues:
    """Counts of values in the records of a library. Records are not kept; photos that two accounts see count twice."""

    def __init__(self) -> None:
        """Start with no photos."""
        self._counts: dict[str, Counter[str]] = {field: Counter() for field in (PERSON, LIBRARY, *_EXIF)}
        self._folders: dict[str, str] = {}
        self._samples: dict[str, str] = {}
        self.map = PhotoMap()

    def add(self, records: Iterable[Mapping[str, object]]) -> None:
        """Count more photos."""
        for record in records:
            people, exif, library = record.get("people"), record.get("exifInfo"), record.get("libraryId")
            if isinstance(people, list):
                self._counts[PERSON].update({person["name"] for person in people if person.get("name")})
            if isinstance(library, str):
                self._counts[LIBRARY][library] += 1
                path = str(record.get("originalPath") or "")
                self._samples.setdefault(library, path)
                self._folders[library] = _common(self._folders.get(library, path), path)
            if isinstance(exif, dict):
                self._add_exif(exif)

    def _add_exif(self, exif: Mapping[str, object]) -> None:
        for field in _EXIF:
            if isinstance(value := exif.get(field), str) and value:
                self._counts[field][value] += 1
        latitude, longitude, city = exif.get("latitude"), exif.get("longitude"), exif.get("city")
        if isinstance(latitude, int | float) and isinstance(longitude, int | float):
            self.map.add(latitude, longitude, city if isinstance(city, str) else "")

    def counts(self, field: str) -> Mapping[str, int]:
        """Returns how many photos have each value of a field: PERSON, LIBRARY, or a field of EXIF."""
        return self._counts[field]

    def folder(self, library: str) -> str:
        """Returns the folder that the photos of an external library share, else that of one photo. Empty if unknown."""
        shared = self._folders.get(library, "").rpartition("/")[0]
        return shared or self._samples.get(library, "").rpartition("/")[0]


def _common(prefix: str, path: str) -> str:
    """The longest common beginning of two paths."""
    while not path.startswith(prefix):
        prefix = prefix[: len(prefix) // 2] if len(prefix) > len(path) * 2 else prefix[:-1]
    return prefix
