"""Takes the photos of one user of the generated library: occasions, bursts, live photos, screenshots, odd cases."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from immich_sandbox.generator.photo import make_photo
from immich_sandbox.generator.scenes import (
    CABIN,
    CAMERAS,
    FIREWORKS,
    HOME,
    OCCASIONS,
    PLACES,
    RECEIPT,
    SCREENSHOT,
    WORK,
    Camera,
    Occasion,
    Scene,
    Town,
)
from immich_sandbox.library import times
from immich_sandbox.seeded import uuid4

if TYPE_CHECKING:
    from random import Random

    from immich_sandbox.generator.people import PeopleAndTags
    from immich_sandbox.library.records import Asset

_PAPERS_BEGIN = times.parse("2025-01-10T12:30:00Z")
_LAST = times.parse("2026-10-20T00:00:00Z")
_YEARS = range(2010, 2027)
_YEAR_WEIGHTS = [1, 1, 2, 1, 3, 1, 1, 2, 3, 4, 3, 5, 6, 8, 9, 9, 8]
_EXTERNAL_FOLDERS = (
    "/photos/work_projects/apollo",
    "/photos/work_projects/zephyr",
    "/photos/2012/06 Kesä mökillä",
)
_NO_CAMERA = Camera("", "", None, 0, 0, "Screenshot_{day}-{time}.png", 1170, 2532, 2012, 0)


@dataclass(frozen=True, slots=True)
class _Series:
    """What the photos of one occasion have in common."""

    scene: Scene
    people: tuple[str, ...]
    tags: tuple[str, ...]
    end: int
    """How many assets there may be when it is over."""


class Photographer:
    """Collects one user's assets in `assets`, oldest request first."""

    def __init__(self, people: PeopleAndTags, rng: Random) -> None:
        """Photograph these people; every choice is drawn from `rng`."""
        self.assets: list[Asset] = []
        self._people_and_tags = people
        self._odds = people.odds
        self._rng = rng
        self._library_id = uuid4(rng)
        self._camera_weights = [camera.weight for camera in CAMERAS]

    # -- series -----------------------------------------------------------------------------------------------------

    def add_occasions(self, count: int) -> None:
        """Add occasions of one day and 2 to 24 photos each, with videos, bursts and live photos among them."""
        rng = self._rng
        end = len(self.assets) + count
        while len(self.assets) < end:
            if rng.random() < 0.1:
                self._take_screenshot(rng.randrange(-60, 14))
                continue
            occasion = rng.choice(OCCASIONS)
            instant = self._day_for(occasion) + rng.randrange(6, 20) * times.HOUR
            place = self._place_for(occasion)
            people, tags = self._people(occasion.people), self._tags_for(occasion, place)
            series = _Series(Scene(occasion, place, self._camera_for(instant)), people, tags, end)
            for _ in range(rng.randint(2, 24)):
                if len(self.assets) >= end:
                    break
                instant += int(rng.expovariate(1 / 240) * times.SECOND) // 1000 * 1000 + 1000
                self._take_of_series(series, instant)

    def add_simultaneous(self, instant: int, count: int) -> None:
        """Add photos that share one instant, as imports have whose files give a date only."""
        for _ in range(count):
            self._take(Scene(OCCASIONS[0], HOME, CAMERAS[0]), instant)

    def add_odd_cases(self, count: int) -> None:
        """Add the odd cases that rules and tests ask for, as many of them as `count` allows."""
        kinds = (
            self._take_external,
            self._take_trip,
            self._take_new_year,
            self._take_without_exif,
            self._take_receipt,
            self._take_screenshot,
        )
        for number in range(min(count // 2, 72)):
            kinds[number % len(kinds)](number // len(kinds))

    # -- odd cases --------------------------------------------------------------------------------------------------

    def _take_external(self, step: int) -> None:
        folder = _EXTERNAL_FOLDERS[step % 3]
        old = folder.endswith("mökillä")
        instant = times.parse("2012-06-22T10:00:00Z" if old else "2024-03-04T09:00:00Z") + step * times.HOUR
        asset = self._take(Scene(OCCASIONS[4] if old else WORK, CABIN if old else HOME, CAMERAS[0]), instant)
        asset.original_file_name = f"Kesä {step}.jpg" if old else f"scan_{step:02d}.jpg"
        asset.original_path = f"{folder}/{asset.original_file_name}"
        asset.library_id = self._library_id
        if step == 3:  # a file that is gone: the server puts offline assets into the trash
            asset.is_offline, asset.deleted_at = True, _LAST

    def _take_trip(self, step: int) -> None:
        day = f"2014-11-{18 + step % 2}"
        asset = self._take(Scene(OCCASIONS[7], PLACES[0], CAMERAS[0]), times.parse(f"{day}T12:00:00Z") + step * 1000)
        asset.original_path = f"/trip/{day}/{asset.original_file_name}"
        asset.library_id = self._library_id

    def _take_new_year(self, step: int) -> None:
        """A quarter before midnight west of UTC or after it in the east: the local year and the UTC year differ."""
        place = (PLACES[12], PLACES[15], PLACES[11], PLACES[13])[step % 4]
        local = times.parse("2023-12-31T23:45:00Z") + step % 2 * 30 * times.MINUTE
        asset = self._take(Scene(FIREWORKS, place, CAMERAS[6]), local - place.offset * times.MINUTE)
        asset.original_file_name = f"IMG_NYE_{place.city.replace(' ', '_')}.HEIC"

    def _take_without_exif(self, step: int) -> None:
        asset = self._take(
            Scene(OCCASIONS[13], HOME, CAMERAS[0]), times.parse("2021-08-01T00:00:00Z") + step * times.DAY
        )
        asset.exif = None

    def _take_receipt(self, step: int) -> None:
        asset = self._take(Scene(RECEIPT, HOME, CAMERAS[6]), _PAPERS_BEGIN + step * 45 * times.DAY)
        asset.text = "Receipt total 12,90 EUR thank you"
        if self._people_and_tags.tag_ids:
            asset.tag_ids = (self._people_and_tags.tag_ids["Work/Receipts"],)

    def _take_screenshot(self, step: int) -> None:
        """Its instant is the file's, with microseconds that no answer shows but every filter compares."""
        instant = _PAPERS_BEGIN + step * 45 * times.DAY + times.HOUR + 123_456
        self._take(Scene(SCREENSHOT, HOME, _NO_CAMERA), instant).text = "Boarding pass gate B12 seat 14A"

    # -- one photo of a series --------------------------------------------------------------------------------------

    def _take_of_series(self, series: _Series, instant: int) -> None:
        rng = self._rng
        people, room = series.people, series.end - len(self.assets) - 1
        asset = self._take(series.scene, instant)
        if people and rng.random() < 0.6:
            asset.person_ids = people if rng.random() < 0.5 else people[: rng.randint(1, len(people))]
        if rng.random() < 0.5:
            asset.tag_ids = series.tags
        luck = rng.random()
        if luck < 0.03:
            self._make_video(asset)
        elif luck < 0.05 and room >= 1 and series.scene.camera.make == "Apple":
            self._add_motion_part(asset)
        elif luck < 0.06 and room >= 2:
            self._add_burst(asset, series)
        self._decide_state(asset)

    def _decide_state(self, asset: Asset) -> None:
        luck = self._rng.random()
        if luck < 0.08:
            asset.is_favorite = True
        elif luck < 0.12 and asset.stack_id is None and asset.live_photo_video_id is None:
            asset.visibility = "archive"
        elif luck < 0.14 and asset.stack_id is None:
            asset.deleted_at = min(asset.created_at + 30 * times.DAY, _LAST)
            asset.updated_at = asset.deleted_at
        if asset.exif and 0.4 < luck < 0.5:
            asset.exif.rating = 1 + int((luck - 0.4) * 50)

    def _make_video(self, asset: Asset) -> None:
        asset.type = "VIDEO"
        asset.duration_ms = self._rng.randint(1, 90) * 1000
        self._rename(asset, "mp4")

    def _add_motion_part(self, asset: Asset) -> None:
        part = self._take(Scene(OCCASIONS[0], HOME, CAMERAS[6]), asset.file_created_at)
        part.type, part.visibility, part.duration_ms, part.concepts = "VIDEO", "hidden", 2000, ()
        part.local_date_time = asset.local_date_time
        part.original_file_name, part.original_path = asset.original_file_name, asset.original_path
        self._rename(part, "MOV")
        asset.live_photo_video_id = part.id

    def _add_burst(self, asset: Asset, series: _Series) -> None:
        asset.stack_id = uuid4(self._rng)
        for _ in range(2):
            more = self._take(series.scene, asset.file_created_at)
            more.stack_id = asset.stack_id

    @staticmethod
    def _rename(asset: Asset, ending: str) -> None:
        asset.original_file_name = asset.original_file_name.rpartition(".")[0] + "." + ending
        asset.original_path = asset.original_path.rpartition(".")[0] + "." + ending

    def _take(self, scene: Scene, instant: int) -> Asset:
        asset = make_photo(scene, instant, self._people_and_tags.user, len(self.assets) + 1000, self._rng)
        self.assets.append(asset)
        return asset

    # -- choices ----------------------------------------------------------------------------------------------------

    def _day_for(self, occasion: Occasion) -> int:
        rng = self._rng
        year = rng.choices(_YEARS, _YEAR_WEIGHTS)[0]
        month = rng.choice(occasion.months)
        day = 24 if occasion.name == "Christmas" else rng.randint(1, calendar.monthrange(year, month)[1])
        instant = int(datetime(year, month, day, tzinfo=UTC).timestamp()) * times.SECOND
        return instant if instant < _LAST else instant - 366 * times.DAY

    def _place_for(self, occasion: Occasion) -> Town:
        if occasion.name == "Cabin":
            return CABIN
        return HOME if self._rng.random() < 0.45 else self._rng.choice(PLACES)

    def _camera_for(self, instant: int) -> Camera:
        year = 1970 + instant // (365 * times.DAY + times.DAY // 4)
        while (camera := self._rng.choices(CAMERAS, self._camera_weights)[0]).since > year:
            pass
        return camera

    def _people(self, count: int) -> tuple[str, ...]:
        drawn = self._rng.choices(self._people_and_tags.person_ids, cum_weights=self._odds, k=count)
        return tuple(dict.fromkeys(drawn))

    def _tags_for(self, occasion: Occasion, place: Town) -> tuple[str, ...]:
        if not self._people_and_tags.tag_ids:
            return ()
        wanted = {
            "Pets": occasion.name in ("Walk with the dog", "Cat at home", "Dog on the beach"),
            "Trips/Finland/Lakes": occasion.name == "Cabin",
            "Trips/Finland/Lapland": place.state == "Lapland",
            "Trips/Finland": place.country == "Finland" and occasion.name == "City trip",
            "Trips/France/Paris": place.city == "Paris",
            "Trips/France": place.city == "Nice",
            "Family": occasion.name in ("Birthday", "Christmas"),
            "print": occasion.name == "Wedding",
        }
        return tuple(self._people_and_tags.tag_ids[name] for name, applies in wanted.items() if applies)
