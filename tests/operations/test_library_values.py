"""What is in a library as a whole: values with their counts, and the map."""

from __future__ import annotations

import pytest

from immich_smart_albums.operations.library.photo_map import Area, Box, PhotoMap
from immich_smart_albums.operations.library.values import LIBRARY, PERSON, LibraryValues

WORLD = Box(-90, -180, 90, 180)


def record(**values: object) -> dict[str, object]:
    """A photo in one external library, unless the values say otherwise."""
    return {"id": "1", "people": [], "exifInfo": None, "libraryId": None, "originalPath": "/photos/1.jpg", **values}


def test_each_photo_counts_once_for_each_value() -> None:
    values = LibraryValues()
    emma, noah, nobody = {"name": "Emma"}, {"name": "Noah"}, {"name": ""}
    finland = {"country": "Finland", "city": "Helsinki", "make": "Apple", "latitude": 60.17, "longitude": 24.94}
    values.add(
        [
            record(people=[emma, emma, noah, nobody], exifInfo=finland),
            record(people=[emma], exifInfo={"country": "Finland", "city": None, "latitude": 61, "longitude": 25}),
            record(exifInfo={"country": "", "latitude": None, "longitude": 3.0}, people=None),
        ]
    )
    assert values.counts(PERSON) == {"Emma": 2, "Noah": 1}
    assert values.counts("country") == {"Finland": 2}
    assert values.counts("city") == {"Helsinki": 1}
    assert values.counts("make") == {"Apple": 1}
    assert values.counts("lensModel") == {}
    assert len(values.map) == 2


@pytest.mark.parametrize(
    ("paths", "folder"),
    [
        (("/mnt/family/2020/a.jpg", "/mnt/family/2021/b.jpg"), "/mnt/family"),
        (("/mnt/family/a.jpg",), "/mnt/family"),
        (("/a.jpg", "/mnt/a/very/long/path/of/a/photo/that/goes/on/a.jpg"), ""),
        (("/photos/a.jpg", "/mnt/b.jpg"), "/photos"),
        (("/mnt/a/very/long/path/of/a/photo/that/goes/on/a.jpg", "/mnt/b.jpg"), "/mnt"),
        (("C:a.jpg", "/b.jpg"), ""),
    ],
)
def test_a_library_is_known_by_the_folder_that_its_photos_share(paths: tuple[str, ...], folder: str) -> None:
    values = LibraryValues()
    values.add(record(libraryId="L", originalPath=path) for path in paths)
    assert values.counts(LIBRARY) == {"L": len(paths)}
    assert values.folder("L") == folder
    assert values.folder("another") == ""


def test_a_map_gathers_photos_in_areas_and_counts_those_around_a_point() -> None:
    photos = PhotoMap()
    assert photos.bounds is None
    for latitude, longitude, name in (
        (60.17, 24.94, "Helsinki"),
        (60.18, 24.95, ""),
        (60.18, 24.95, ""),
        (48.9, 2, "Paris"),
    ):
        photos.add(latitude, longitude, name)
    assert photos.bounds == Box(48.9, 2, 60.18, 24.95)
    finland, france = photos.areas(WORLD, 10)
    assert (finland.count, finland.name, france) == (3, "", Area(48.9, 2, 1, "Paris"))
    assert 60.17 < finland.latitude < 60.18
    assert [area.count for area in photos.areas(Box(60.17, 24.94, 60.18, 24.95), 10)] == [2, 1]
    assert photos.areas(Box(0, 0, 0, 0), 10) == []
    assert photos.count_near(60.17, 24.94, 100) == 1
    assert photos.count_near(60.17, 24.94, 5000) == 3
    assert photos.count_near(0, 0, 30_000_000) == 4
