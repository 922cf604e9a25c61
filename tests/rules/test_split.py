"""Splitting by what a photo's record says, and filling the names of albums."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.rules_file.keywords import ALBUM
from immich_smart_albums.rules.split import MEANINGS, SPLIT_KEYS, album_name
from tests.support.rules_files import album

RECORD = {
    "localDateTime": "2023-12-31T23:30:00.000Z",
    "fileCreatedAt": "2023-12-31T14:30:00.000Z",
    "exifInfo": {"country": "Japan", "city": " Tokyo ", "make": "Apple", "model": "iPhone 14"},
    "people": [
        {"id": "1", "name": "Emma", "isHidden": False},
        {"id": "2", "name": "", "isHidden": False},
        {"id": "3", "name": "Waiter", "isHidden": True},
        {"id": "4", "name": "Noah"},
        {"id": "5", "name": "Emma"},
    ],
}


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("year", ("2023",)),
        ("month", ("12",)),
        ("country", ("Japan",)),
        ("city", ("Tokyo",)),
        ("person", ("Emma", "Noah")),
        ("camera", ("Apple iPhone 14",)),
    ],
)
def test_the_values_of_a_photo(name: str, values: tuple[str, ...]) -> None:
    assert SPLIT_KEYS[name].values(RECORD) == values


@pytest.mark.parametrize("name", SPLIT_KEYS)
@pytest.mark.parametrize(
    "record", [{}, {"exifInfo": None, "people": None, "localDateTime": None}, {"exifInfo": {}, "people": []}]
)
def test_a_photo_without_a_value_has_none(name: str, record: dict[str, object]) -> None:
    assert SPLIT_KEYS[name].values(record) == ()


@pytest.mark.parametrize(
    ("make", "model", "value"),
    [
        ("Canon", "Canon EOS R6", ("Canon EOS R6",)),
        ("NIKON CORPORATION", "NIKON D750", ("NIKON D750",)),
        ("samsung", "SAMSUNG SM-1", ("SAMSUNG SM-1",)),
        ("", "X100", ("X100",)),
        (None, "X100", ("X100",)),
        ("Fujifilm", None, ("Fujifilm",)),
        (" ", "", ()),
    ],
)
def test_cameras_are_named_once(make: str | None, model: str | None, value: tuple[str, ...]) -> None:
    assert SPLIT_KEYS["camera"].values({"exifInfo": {"make": make, "model": model}}) == value


def test_every_key_says_what_it_reads_and_means() -> None:
    assert {name: sorted(key.fields) for name, key in SPLIT_KEYS.items()} == {
        "year": ["localDateTime"],
        "month": ["localDateTime"],
        "country": ["exifInfo.country"],
        "city": ["exifInfo.city"],
        "person": ["people"],
        "camera": ["exifInfo.make", "exifInfo.model"],
    }
    assert MEANINGS.keys() == SPLIT_KEYS.keys()


def test_names_are_filled_in_one_go() -> None:
    keys = (SPLIT_KEYS["city"], SPLIT_KEYS["year"])
    assert (
        album_name("{year}: {city}, {city} {month} {}", keys, ("{year}", "2023")) == "2023: {year}, {year} {month} {}"
    )


def test_an_album_is_split_by_one_key_or_several() -> None:
    assert album("split: [year, country]", name="{year} in {country}").rule.split == (
        SPLIT_KEYS["year"],
        SPLIT_KEYS["country"],
    )
    assert album("split: person", name="{person} {2}").rule.split == (SPLIT_KEYS["person"],)


def test_braces_mean_nothing_without_a_split() -> None:
    assert album(name="{planet} {}").name == "{planet} {}"


def test_what_settings_may_be_split_by_is_what_can_be() -> None:
    assert str(list(SPLIT_KEYS)) in str(ALBUM["split"].schema)
