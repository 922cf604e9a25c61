"""What the photos of a library have, counted, and where they were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.operations.library.photo_map import Area, Box, PhotoMap
from immich_smart_albums.operations.library.values import LIBRARY, PERSON, LibraryValues

if TYPE_CHECKING:
    from collections.abc import Iterable

HELSINKI, PARIS = (60.17, 24.94), (48.86, 2.35)


def mapped(*points: tuple[float, float, str]) -> PhotoMap:
    photo_map = PhotoMap()
    for latitude, longitude, name in points:
        photo_map.add(latitude, longitude, name)
    return photo_map


def test_a_map_shows_all_photos_that_have_a_place() -> None:
    assert mapped().bounds is None
    photo_map = mapped((*HELSINKI, "Helsinki"), (*PARIS, "Paris"))
    assert len(photo_map) == 2
    assert photo_map.bounds == Box(48.86, 2.35, 60.17, 24.94)
    assert mapped((*PARIS, "Paris")).bounds == Box(*PARIS, *PARIS)


def test_photos_that_were_taken_close_to_each_other_are_one_area() -> None:
    photo_map = mapped((*HELSINKI, "Helsinki"), (*PARIS, "Paris"), (48.87, 2.36, "Paris"), (48.85, 2.34, "Ivry"))
    paris, helsinki = photo_map.areas(Box(40, 0, 65, 30), 10)
    assert (paris.count, paris.name) == (3, "Paris")
    assert (paris.latitude, paris.longitude) == pytest.approx(PARIS)
    assert helsinki == Area(*HELSINKI, 1, "Helsinki")
    assert [area.name for area in photo_map.areas(Box(55, 20, 65, 30), 10)] == ["Helsinki"]
    assert len(photo_map.areas(Box(48.8, 2.3, 48.9, 2.4), 100)) == 3
    assert [area.count for area in mapped((*PARIS, "")).areas(Box(*PARIS, *PARIS), 10)] == [1]


def test_photos_near_a_point_are_counted() -> None:
    photo_map = mapped((*PARIS, "Paris"), (48.87, 2.36, "Paris"), (*HELSINKI, "Helsinki"))
    assert [photo_map.count_near(*PARIS, radius) for radius in (10, 5_000, 3_000_000)] == [1, 2, 3]


def values(*records: dict[str, object]) -> LibraryValues:
    result = LibraryValues()
    result.add(records)
    return result


def people(*names: str) -> dict[str, object]:
    return {"people": [{"name": name} for name in names]}


def exif(**fields: object) -> dict[str, object]:
    return {"exifInfo": fields}


def paths(of: Iterable[str], library: str = "l1") -> list[dict[str, object]]:
    return [{"libraryId": library, "originalPath": path} for path in of]


def test_photos_are_counted_for_each_value_that_they_have() -> None:
    counted = values(
        people("Emma", "Noah", ""),
        people("Emma", "Emma"),
        exif(city="Paris", country="France", make=None, model=""),
        exif(city="Paris", make="Canon"),
        {"people": None, "exifInfo": None},
    )
    assert counted.counts(PERSON) == {"Emma": 2, "Noah": 1}
    assert counted.counts("city") == {"Paris": 2}
    assert counted.counts("make") == {"Canon": 1}
    assert counted.counts("model") == {}


def test_only_photos_with_coordinates_are_on_the_map() -> None:
    counted = values(
        exif(latitude=48, longitude=2.5, city="Paris"),
        exif(latitude=60.0, longitude=24.0, city=None),
        exif(latitude=60.0, longitude=None, city="Helsinki"),
        exif(latitude=None, longitude=24.0),
    )
    assert len(counted.map) == 2
    assert [area.name for area in counted.map.areas(Box(0, 0, 90, 90), 100)] == ["Paris", ""]


@pytest.mark.parametrize(
    ("of", "folder"),
    [
        (["/a/trip/1.jpg", "/a/trip/2.jpg"], "/a/trip"),
        (["/a/trip/1.jpg", "/a/home/2.jpg"], "/a"),
        (["/a/a-very-long-name-of-a-folder/with-more-below/1.jpg", "/a/2.jpg"], "/a"),
        (["/a/1.jpg", "/b/1.jpg"], "/a"),
        (["C:/x/1.jpg", "/b/1.jpg"], "C:/x"),
        ([""], ""),
    ],
)
def test_the_folder_of_an_external_library_is_the_one_that_holds_all_of_it(of: list[str], folder: str) -> None:
    counted = values(*paths(of), *paths(["/other/1.jpg"], "l2"), {"libraryId": None, "originalPath": "/mine/1.jpg"})
    assert counted.folder("l1") == folder
    assert counted.counts(LIBRARY) == {"l1": len(of), "l2": 1}
    assert counted.folder("nothing") == ""
