"""Makes one photo of the generated library: its file, its EXIF, what it shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_sandbox.generator.concepts import CONCEPTS
from immich_sandbox.library import times
from immich_sandbox.library.records import Asset, Exif
from immich_sandbox.seeded import uuid4

if TYPE_CHECKING:
    from random import Random

    from immich_sandbox.generator.scenes import Camera, Scene
    from immich_sandbox.library.records import User

_UPLOADS_BEGIN = times.parse("2023-02-01T00:00:00Z")
_ISO = (50, 100, 200, 400, 800, 1600, 3200, 6400)
_EXPOSURES = ("1/1000", "1/500", "1/250", "1/125", "1/60", "1/30", "1/8", "2")
_EXTRA = CONCEPTS.index("tree"), CONCEPTS.index("sky"), CONCEPTS.index("portrait"), CONCEPTS.index("building")


def make_photo(scene: Scene, instant: int, owner: User, number: int, rng: Random) -> Asset:
    """Return a photo of a scene at an instant; `number` counts the owner's photos."""
    camera = scene.camera
    local = instant + scene.place.offset * times.MINUTE
    created = max(instant, _UPLOADS_BEGIN) + number * 1_000_003 % times.DAY
    upright = rng.random() < 0.3
    name = _file_name(camera, number, local)
    month = times.day_text(local // times.DAY)[:7]
    asset = Asset(
        id=uuid4(rng),
        owner_id=owner.id,
        original_path=f"/data/library/{owner.name.lower()}/{month}/{name}",
        original_file_name=name,
        file_created_at=instant,
        local_date_time=local,
        created_at=created,
        updated_at=created + 30 * times.SECOND,
        width=camera.height if upright else camera.width,
        height=camera.width if upright else camera.height,
        concepts=(*scene.occasion.concepts, (_EXTRA[number % 4], rng.random() * 0.4 + 0.01)),
    )
    asset.exif = _exif(scene, instant, rng)
    return asset


def _exif(scene: Scene, instant: int, rng: Random) -> Exif:
    camera, place = scene.camera, scene.place
    exif = Exif(file_size=rng.randint(300_000, 9_000_000), date_time_original=instant, modify_date=instant)
    if not camera.make:
        return exif
    exif.make, exif.model, exif.lens_model = camera.make, camera.model, camera.lens
    exif.f_number, exif.focal_length, exif.orientation = camera.f_number, camera.focal_length, "1"
    exif.iso, exif.exposure_time = rng.choice(_ISO), rng.choice(_EXPOSURES)
    exif.time_zone = place.zone
    luck = rng.random()
    if luck < 0.1 and scene.occasion.descriptions:
        exif.description = scene.occasion.descriptions[0]
    if camera.make in ("Apple", "samsung") or luck < 0.5:
        exif.latitude = round(place.latitude + rng.uniform(-0.02, 0.02), 6)
        exif.longitude = round(place.longitude + rng.uniform(-0.04, 0.04), 6)
        exif.city, exif.state, exif.country = place.city, place.state, place.country
    return exif


def _file_name(camera: Camera, number: int, local: int) -> str:
    seconds = local % times.DAY // times.SECOND
    return camera.file_name.format(
        n=f"{number % 10000:04d}",
        day=times.day_text(local // times.DAY).replace("-", ""),
        time=f"{seconds // 3600:02d}{seconds // 60 % 60:02d}{seconds % 60:02d}",
    )
