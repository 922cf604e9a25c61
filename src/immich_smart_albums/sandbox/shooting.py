"""Takes the photos of one user of the generated library: occasions, bursts, live photos, screenshots, odd cases."""

from __future__ import annotations

import calendar
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from immich_smart_albums.sandbox import times
from immich_smart_albums.sandbox.chance import uuid4
from immich_smart_albums.sandbox.concepts import CONCEPTS
from immich_smart_albums.sandbox.records import Asset, Exif
from immich_smart_albums.sandbox.scenes import (
    CABIN, CAMERAS, FIREWORKS, HOME, OCCASIONS, PLACES, RECEIPT, SCREENSHOT, WORK, Camera, Occasion, Place,
)  # fmt: skip

if TYPE_CHECKING:
    from random import Random

    from immich_smart_albums.sandbox.cast import Cast

_UPLOADS_BEGIN = times.parse("2023-02-01T00:00:00Z")
_PAPERS_BEGIN = times.parse("2025-01-10T12:30:00Z")
_LAST = times.parse("2026-10-20T00:00:00Z")
_YEARS = range(2010, 2027)
_YEAR_WEIGHTS = [1, 1, 2, 1, 3, 1, 1, 2, 3, 4, 3, 5, 6, 8, 9, 9, 8]
_EXTERNAL_FOLDERS = (
    "/photos/work_projects/apollo",
    "/photos/work_projects/zephyr",
    "/photos/2012/06 Kesä mökillä",
)
_ISO = (50, 100, 200, 400, 800, 1600, 3200, 6400)
_EXPOSURES = ("1/1000", "1/500", "1/250", "1/125", "1/60", "1/30", "1/8", "2")
_NO_CAMERA = Camera("", "", None, 0, 0, "Screenshot_{day}-{time}.png", 1170, 2532, 2012, 0)
_EXTRA = CONCEPTS.index("tree"), CONCEPTS.index("sky"), CONCEPTS.index("portrait"), CONCEPTS.index("building")


class Photographer:
    """Collects one user's assets in `assets`, oldest request first."""

    def __init__(self, cast: Cast, chance: Random) -> None:
        """Take pictures of `cast`, by `chance`."""
        self.assets: list[Asset] = []
        self._cast = cast
        self._odds = cast.odds
        self._chance = chance
        self._library_id = uuid4(chance)
        self._camera_weights = [camera.weight for camera in CAMERAS]

    # -- series -----------------------------------------------------------------------------------------------------

    def shoot_occasions(self, count: int) -> None:
        """Fill up with occasions of a day each, 2 to 24 photos long, with everything that happens among photos."""
        chance = self._chance
        end = len(self.assets) + count
        while len(self.assets) < end:
            if chance.random() < 0.1:
                self._take_screenshot(chance.randrange(-60, 14))
                continue
            occasion = chance.choice(OCCASIONS)
            instant = self._day_for(occasion) + chance.randrange(6, 20) * times.HOUR
            place = self._place_for(occasion)
            camera = self._camera_for(instant)
            people = self._people(occasion.people)
            tags = self._tags_for(occasion, place)
            for _ in range(chance.randint(2, 24)):
                if len(self.assets) >= end:
                    break
                instant += int(chance.expovariate(1 / 240) * times.SECOND) // 1000 * 1000 + 1000
                self._shot(occasion, instant, place, camera, people, tags, end)

    def shoot_at_once(self, instant: int, count: int) -> None:
        """Take many photos that share one instant, as imports with a date only have."""
        for _ in range(count):
            self._take(OCCASIONS[0], instant, HOME, CAMERAS[0])

    def shoot_specials(self, count: int) -> None:
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
        asset = self._take(OCCASIONS[4] if old else WORK, instant, CABIN if old else HOME, CAMERAS[0])
        asset.original_file_name = f"Kesä {step}.jpg" if old else f"scan_{step:02d}.jpg"
        asset.original_path = f"{folder}/{asset.original_file_name}"
        asset.library_id = self._library_id
        if step == 3:  # a file that is gone: the server puts offline assets into the trash
            asset.is_offline, asset.deleted_at = True, _LAST

    def _take_trip(self, step: int) -> None:
        asset = self._take(
            OCCASIONS[7], times.parse(f"2014-11-{18 + step % 2}T12:00:00Z") + step, PLACES[0], CAMERAS[0]
        )
        asset.original_path = f"/trip/2014-11-{18 + step % 2}/{asset.original_file_name}"
        asset.library_id = self._library_id

    def _take_new_year(self, step: int) -> None:
        """Half an hour around midnight, far from UTC: the local year and the UTC year differ."""
        place = (PLACES[15], PLACES[12], PLACES[13], PLACES[11])[step % 4]
        local = times.parse("2023-12-31T23:45:00Z") + step % 2 * 30 * times.MINUTE
        asset = self._take(FIREWORKS, local - place.offset * times.MINUTE, place, CAMERAS[6])
        asset.original_file_name = f"IMG_NYE_{place.city.replace(' ', '_')}.HEIC"

    def _take_without_exif(self, step: int) -> None:
        asset = self._take(
            OCCASIONS[13], times.parse("2021-08-01T00:00:00Z") + step * times.DAY, HOME, CAMERAS[0]
        )
        asset.exif = None

    def _take_receipt(self, step: int) -> None:
        asset = self._take(RECEIPT, _PAPERS_BEGIN + step * 45 * times.DAY, HOME, CAMERAS[6])
        asset.text = "Receipt total 12,90 EUR thank you"
        if self._cast.tag_ids:
            asset.tag_ids = (self._cast.tag_ids["Work/Receipts"],)

    def _take_screenshot(self, step: int) -> None:
        """Its instant is the file's, with microseconds that no answer shows but every filter compares."""
        instant = _PAPERS_BEGIN + step * 45 * times.DAY + times.HOUR + 123_456
        self._take(SCREENSHOT, instant, HOME, _NO_CAMERA).text = "Boarding pass gate B12 seat 14A"

    # -- one shot of a series ---------------------------------------------------------------------------------------

    def _shot(
        self,
        occasion: Occasion,
        instant: int,
        place: Place,
        camera: Camera,
        people: tuple[str, ...],
        tags: tuple[str, ...],
        end: int,
    ) -> None:
        chance = self._chance
        asset = self._take(occasion, instant, place, camera)
        if people and chance.random() < 0.6:
            asset.person_ids = people if chance.random() < 0.5 else people[: chance.randint(1, len(people))]
        if chance.random() < 0.5:
            asset.tag_ids = tags
        luck = chance.random()
        if luck < 0.03:
            self._make_video(asset)
        elif luck < 0.05 and len(self.assets) < end and camera.make == "Apple":
            self._add_motion_part(asset)
        elif luck < 0.06 and len(self.assets) + 2 <= end:
            self._add_burst(asset, occasion, instant, place, camera)
        self._decide_state(asset)

    def _decide_state(self, asset: Asset) -> None:
        luck = self._chance.random()
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
        asset.duration_ms = self._chance.randint(1, 90) * 1000
        self._rename(asset, "mp4")

    def _add_motion_part(self, asset: Asset) -> None:
        part = self._take(OCCASIONS[0], asset.file_created_at, HOME, CAMERAS[6])
        part.type, part.visibility, part.duration_ms, part.concepts = "VIDEO", "hidden", 2000, ()
        part.local_date_time = asset.local_date_time
        part.original_file_name, part.original_path = asset.original_file_name, asset.original_path
        self._rename(part, "MOV")
        asset.live_photo_video_id = part.id

    def _add_burst(
        self, asset: Asset, occasion: Occasion, instant: int, place: Place, camera: Camera
    ) -> None:
        asset.stack_id = uuid4(self._chance)
        for _ in range(2):
            self._take(occasion, instant, place, camera).stack_id = asset.stack_id

    @staticmethod
    def _rename(asset: Asset, ending: str) -> None:
        asset.original_file_name = asset.original_file_name.rpartition(".")[0] + "." + ending
        asset.original_path = asset.original_path.rpartition(".")[0] + "." + ending

    # -- the picture itself -----------------------------------------------------------------------------------------

    def _take(self, occasion: Occasion, instant: int, place: Place, camera: Camera) -> Asset:
        chance = self._chance
        number = len(self.assets) + 1000
        local = instant + place.offset * times.MINUTE
        created = max(instant, _UPLOADS_BEGIN) + number * 1_000_003 % times.DAY
        upright = chance.random() < 0.3
        name = _file_name(camera, number, local)
        asset = Asset(
            id=uuid4(chance),
            owner_id=self._cast.user.id,
            original_path=f"/data/library/{self._cast.user.name.lower()}/{times.day_text(local // times.DAY)[:7]}/{name}",
            original_file_name=name,
            file_created_at=instant,
            local_date_time=local,
            created_at=created,
            updated_at=created + 30 * times.SECOND,
            width=camera.height if upright else camera.width,
            height=camera.width if upright else camera.height,
            concepts=(*occasion.concepts, (_EXTRA[number % 4], chance.random() * 0.4 + 0.01)),
        )
        asset.exif = self._exif(asset, occasion, place, camera)
        self.assets.append(asset)
        return asset

    def _exif(self, asset: Asset, occasion: Occasion, place: Place, camera: Camera) -> Exif:
        chance = self._chance
        exif = Exif(
            file_size=chance.randint(300_000, 9_000_000),
            date_time_original=asset.file_created_at,
            modify_date=asset.file_created_at,
        )
        if not camera.make:
            return exif
        exif.make, exif.model, exif.lens_model = camera.make, camera.model, camera.lens
        exif.f_number, exif.focal_length, exif.orientation = camera.f_number, camera.focal_length, "1"
        exif.iso, exif.exposure_time = chance.choice(_ISO), chance.choice(_EXPOSURES)
        exif.time_zone = place.zone
        luck = chance.random()
        if luck < 0.1 and occasion.descriptions:
            exif.description = occasion.descriptions[0]
        if camera.make in ("Apple", "samsung") or luck < 0.5:
            exif.latitude = round(place.latitude + chance.uniform(-0.02, 0.02), 6)
            exif.longitude = round(place.longitude + chance.uniform(-0.04, 0.04), 6)
            exif.city, exif.state, exif.country = place.city, place.state, place.country
        return exif

    # -- choices ----------------------------------------------------------------------------------------------------

    def _day_for(self, occasion: Occasion) -> int:
        chance = self._chance
        year = chance.choices(_YEARS, _YEAR_WEIGHTS)[0]
        month = chance.choice(occasion.months)
        day = 24 if occasion.name == "Christmas" else chance.randint(1, calendar.monthrange(year, month)[1])
        instant = int(datetime(year, month, day, tzinfo=UTC).timestamp()) * times.SECOND
        return instant if instant < _LAST else instant - 366 * times.DAY

    def _place_for(self, occasion: Occasion) -> Place:
        if occasion.name == "Cabin":
            return CABIN
        return HOME if self._chance.random() < 0.45 else self._chance.choice(PLACES)

    def _camera_for(self, instant: int) -> Camera:
        year = 1970 + instant // (365 * times.DAY + times.DAY // 4)
        while (camera := self._chance.choices(CAMERAS, self._camera_weights)[0]).since > year:
            pass
        return camera

    def _people(self, count: int) -> tuple[str, ...]:
        drawn = self._chance.choices(self._cast.person_ids, cum_weights=self._odds, k=count)
        return tuple(dict.fromkeys(drawn))

    def _tags_for(self, occasion: Occasion, place: Place) -> tuple[str, ...]:
        if not self._cast.tag_ids:
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
        return tuple(self._cast.tag_ids[name] for name, applies in wanted.items() if applies)


def _file_name(camera: Camera, number: int, local: int) -> str:
    seconds = local % times.DAY // times.SECOND
    return camera.file_name.format(
        n=f"{number % 10000:04d}",
        day=times.day_text(local // times.DAY).replace("-", ""),
        time=f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}",
    )
