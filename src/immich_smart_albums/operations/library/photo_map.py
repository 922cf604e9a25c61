"""The map of a library: photos grouped into as many areas as a page can show."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from dataclasses import dataclass

from immich_smart_albums.rules.values.geo import distance


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the map, in degrees."""

    south: float
    west: float
    north: float
    east: float


@dataclass(frozen=True, slots=True)
class Area:
    """Photos that were taken close to each other."""

    latitude: float
    longitude: float
    count: int
    name: str
    """The city that most of them have; empty if Immich knows none."""


class PhotoMap:
    """The points of all photos that have coordinates."""

    def __init__(self) -> None:
        """Start with no photos."""
        self._latitudes = array("d")
        self._longitudes = array("d")
        self._names: list[str] = []

    def __len__(self) -> int:
        return len(self._names)

    def add(self, latitude: float, longitude: float, name: str) -> None:
        """Add a photo."""
        self._latitudes.append(latitude)
        self._longitudes.append(longitude)
        self._names.append(name)

    @property
    def bounds(self) -> Box | None:
        """The smallest rectangle with all photos. None if there are none."""
        if not self._names:
            return None
        return Box(min(self._latitudes), min(self._longitudes), max(self._latitudes), max(self._longitudes))

    def areas(self, box: Box, columns: int) -> list[Area]:
        """Returns the photos in a rectangle, grouped on a grid of `columns` by `columns` areas, fullest areas first."""
        width = max(box.east - box.west, 1e-9) / columns
        height = max(box.north - box.south, 1e-9) / columns
        cells: dict[tuple[int, int], list[int]] = defaultdict(list)
        for place, (latitude, longitude) in enumerate(zip(self._latitudes, self._longitudes, strict=True)):
            if box.south <= latitude <= box.north and box.west <= longitude <= box.east:
                cells[int((latitude - box.south) / height), int((longitude - box.west) / width)].append(place)
        return sorted(map(self._area, cells.values()), key=lambda area: -area.count)

    def _area(self, places: list[int]) -> Area:
        count = len(places)
        latitude = sum(self._latitudes[place] for place in places) / count
        longitude = sum(self._longitudes[place] for place in places) / count
        ((name, _),) = Counter(self._names[place] for place in places).most_common(1)
        return Area(latitude, longitude, count, name)

    def count_near(self, latitude: float, longitude: float, radius: float) -> int:
        """Returns how many photos were taken within so many metres of a point."""
        middle = (latitude, longitude)
        points = zip(self._latitudes, self._longitudes, strict=True)
        return sum(distance(middle, point) <= radius for point in points)
