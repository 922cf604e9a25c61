"""What the generated library is made of: places, cameras, occasions, names. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_sandbox.generator.concepts import CONCEPTS

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Town:
    """A town with its coordinates; `offset` is its distance from UTC in minutes (no summer time, to keep it simple)."""

    city: str
    state: str
    country: str
    latitude: float
    longitude: float
    offset: int

    @property
    def zone(self) -> str:
        """The zone as EXIF tells it, `UTC+5:30`."""
        hours, minutes = divmod(abs(self.offset), 60)
        sign = "+" if self.offset >= 0 else "-"
        return f"UTC{sign}{hours}" + (f":{minutes:02d}" if minutes else "")


@dataclass(frozen=True, slots=True)
class Camera:
    """A camera with the names of its files; `{n}` is a number, `{day}` and `{time}` are digits."""

    make: str
    model: str
    lens: str | None
    f_number: float
    focal_length: float
    file_name: str
    width: int
    height: int
    since: int
    weight: int


@dataclass(frozen=True, slots=True)
class Occasion:
    """What a series of photos shows: concepts by how sure they are, and the months in which it happens."""

    name: str
    concepts: tuple[tuple[int, float], ...]
    months: tuple[int, ...] = tuple(range(1, 13))
    descriptions: tuple[str, ...] = ()
    people: int = 2


@dataclass(frozen=True, slots=True)
class Scene:
    """What is photographed, where, with which camera."""

    occasion: Occasion
    place: Town
    camera: Camera


HOME = Town("Helsinki", "Uusimaa", "Finland", 60.1699, 24.9384, 120)
CABIN = Town("Kuhmoinen", "Central Finland", "Finland", 61.5642, 25.1814, 120)

PLACES: tuple[Town, ...] = (
    Town("Tampere", "Pirkanmaa", "Finland", 61.4978, 23.7610, 120),
    Town("Rovaniemi", "Lapland", "Finland", 66.5039, 25.7294, 120),
    Town("Stockholm", "Stockholm", "Sweden", 59.3293, 18.0686, 60),
    Town("Bergen", "Vestland", "Norway", 60.3913, 5.3221, 60),
    Town("Reykjavík", "Capital Region", "Iceland", 64.1466, -21.9426, 0),
    Town("Paris", "Île-de-France", "France", 48.8566, 2.3522, 60),
    Town("Nice", "Provence-Alpes-Côte d'Azur", "France", 43.7102, 7.2620, 60),
    Town("Berlin", "Berlin", "Germany", 52.5200, 13.4050, 60),
    Town("Rome", "Lazio", "Italy", 41.9028, 12.4964, 60),
    Town("Barcelona", "Catalonia", "Spain", 41.3874, 2.1686, 60),
    Town("London", "England", "United Kingdom", 51.5072, -0.1276, 0),
    Town("New York City", "New York", "United States of America", 40.7128, -74.0060, -300),
    Town("Honolulu", "Hawaii", "United States of America", 21.3099, -157.8581, -600),
    Town("Kyoto", "Kyoto", "Japan", 35.0116, 135.7681, 540),
    Town("Mumbai", "Maharashtra", "India", 19.0760, 72.8777, 330),
    Town("Auckland", "Auckland", "New Zealand", -36.8509, 174.7645, 720),
)

CAMERAS: tuple[Camera, ...] = (
    Camera("Canon", "Canon EOS 450D", "EF-S18-55mm f/3.5-5.6 IS", 4.0, 35.0, "IMG_{n}.JPG", 4272, 2848, 2010, 3),
    Camera("Canon", "Canon EOS R6", "RF24-105mm F4 L IS USM", 4.0, 50.0, "_MG_{n}.JPEG", 5472, 3648, 2020, 5),
    Camera("SONY", "ILCE-7M3", "FE 85mm F1.8", 1.8, 85.0, "DSC{n}.JPG", 6000, 4000, 2018, 3),
    Camera("SONY", "ILCE-7M3", "FE 24-70mm F2.8 GM", 2.8, 35.0, "DSC{n}.DNG", 6000, 4000, 2018, 1),
    Camera(
        "samsung", "SM-G991B", "Samsung Galaxy S21 Rear Wide Camera", 1.8, 5.4, "{day}_{time}.jpg",
        4000, 3000, 2021, 4,
    ),
    Camera("Apple", "iPhone 8", "iPhone 8 back camera 3.99mm f/1.8", 1.8, 3.99, "IMG_{n}.JPG", 4032, 3024, 2017, 4),
    Camera(
        "Apple", "iPhone 15 Pro", "iPhone 15 Pro back triple camera 6.765mm f/1.78", 1.8, 6.765, "IMG_{n}.HEIC",
        4032, 3024, 2023, 9,
    ),
    Camera("NIKON", "COOLPIX S3000", None, 3.2, 4.9, "DSCN{n}.jpg", 4000, 3000, 2010, 2),
)  # fmt: skip


def _of(**weights: float) -> tuple[tuple[int, float], ...]:
    return tuple((CONCEPTS.index(name), weight) for name, weight in weights.items())


OCCASIONS: tuple[Occasion, ...] = (
    Occasion("Dog on the beach", _of(dog=1.0, beach=0.8, sea=0.5, summer=0.4, playing=0.3), (5, 6, 7, 8, 9)),
    Occasion("Walk with the dog", _of(dog=0.9, forest=0.6, hiking=0.3, autumn=0.3)),
    Occasion("Cat at home", _of(cat=1.0, kitchen=0.2, portrait=0.1), people=0),
    Occasion("Day at the sea", _of(beach=0.9, sea=0.8, swimming=0.5, summer=0.5), (6, 7, 8), ("Warm water", "")),
    Occasion("Cabin", _of(cabin=1.0, lake=0.7, sauna=0.5, summer=0.4, campfire=0.3), (6, 7, 8), ("Kesä mökillä",)),
    Occasion("Mountains", _of(mountain=1.0, hiking=0.6, sky=0.4, snow=0.2), descriptions=("On the top at last",)),
    Occasion("Skiing", _of(skiing=1.0, snow=0.9, winter=0.6, mountain=0.4), (1, 2, 3, 12)),
    Occasion("City trip", _of(city=0.9, street=0.6, building=0.6, museum=0.3), descriptions=("City break", "")),
    Occasion("Museum", _of(museum=0.9, painting=0.7, statue=0.5), people=1),
    Occasion("Dinner", _of(food=1.0, wine=0.5, group=0.4, night=0.2), descriptions=("Crème brûlée", ""), people=3),
    Occasion(
        "Birthday",
        _of(birthday=1.0, cake=0.8, child=0.5, party=0.5, group=0.3),
        descriptions=("Hooray!",),
        people=4,
    ),
    Occasion("Wedding", _of(wedding=1.0, group=0.6, flower=0.4, party=0.3), (5, 6, 7, 8, 9), ("The big day",), 5),
    Occasion(
        "Christmas",
        _of(christmas=1.0, tree=0.6, food=0.4, child=0.3, winter=0.3),
        (12,),
        ("Christmas Eve",),
        4,
    ),
    Occasion("Sunset", _of(sunset=1.0, sky=0.7, sea=0.3), people=0),
    Occasion("Garden", _of(garden=1.0, flower=0.8, tree=0.4, summer=0.3), (5, 6, 7, 8), people=1),
    Occasion(
        "Playground",
        _of(child=1.0, playing=0.8, baby=0.3),
        descriptions=("Emma and Noah playing", ""),
        people=3,
    ),
    Occasion("Concert", _of(concert=1.0, night=0.6, group=0.3), people=1),
    Occasion("On the road", _of(car=0.9, street=0.5, sky=0.3, bridge=0.2), people=1),
    Occasion("Red car in snow", _of(car=1.0, snow=0.8, winter=0.4), (1, 2, 12), people=0),
    Occasion("Sailing", _of(boat=1.0, sea=0.8, sky=0.4, summer=0.3), (6, 7, 8)),
)

WORK = Occasion("Apollo", _of(office=0.8, whiteboard=0.7, document=0.4, group=0.2), people=1)
SCREENSHOT = Occasion("Screenshot", _of(screenshot=1.0, document=0.4), people=0)
RECEIPT = Occasion("Receipt", _of(receipt=1.0, document=0.8), people=0)
FIREWORKS = Occasion("New Year", _of(fireworks=1.0, night=0.9, winter=0.3, party=0.2), (12,), ("Happy New Year!",))

PEOPLE: Mapping[str, int] = {
    "Jane Doe": 30, "John Smith": 26, "Emma": 24, "Noah": 22, "Mary Poppins": 10, "Peter Pan": 9, "Wendy Darling": 8,
    "Alice Liddell": 7, "Sofía Núñez": 5, "Zoë Müller": 4, "Grandma": 6, "Grandpa": 5,
}  # fmt: skip
"""How often each is in a photo, against the others."""

TAGS: tuple[str, ...] = (
    "Family", "Pets", "Trips", "Trips/Finland", "Trips/Finland/Lakes", "Trips/Finland/Lapland", "Trips/France",
    "Trips/France/Paris", "Work", "Work/Receipts", "print",
)  # fmt: skip
