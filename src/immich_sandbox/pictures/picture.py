"""A photo as SVG: light, background, things and people, framed as people frame photos."""

from __future__ import annotations

import html
from typing import TYPE_CHECKING

from immich_sandbox.generator.concepts import CONCEPTS
from immich_sandbox.library import times
from immich_sandbox.pictures.landscape import draw_background, draw_room, room_of
from immich_sandbox.pictures.light import draw_sky, light_of, season_of
from immich_sandbox.pictures.people import draw_group, draw_portrait
from immich_sandbox.pictures.things import draw_fireworks, draw_snowfall, draw_things
from immich_sandbox.seeded import seeded

if TYPE_CHECKING:
    from random import Random

    from immich_sandbox.library.records import Asset, Person

_PAPERS = ("document", "receipt", "screenshot")
_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="{view}" width="{width}" height="{height}" role="img"'
    ' preserveAspectRatio="xMidYMid slice"><title>{title}</title>{body}</svg>'
)


def draw_asset(asset: Asset) -> str:
    """Return the picture of an asset, with its file name as title."""
    names = [CONCEPTS[index] for index, _ in sorted(asset.concepts, key=lambda pair: -pair[1])]
    rng = seeded(f"picture {asset.id}")
    body = _paper(asset, rng) if names and names[0] in _PAPERS else _scene(asset, names, rng)
    view, width, height = _framing(asset, rng)
    title = html.escape(asset.original_file_name)
    return _FRAME.format(view=view, width=width, height=height, title=title, body=body)


def draw_person(person: Person) -> str:
    """Return the face of a person."""
    return _FRAME.format(
        view="90 20 220 220",
        width=250,
        height=250,
        title=html.escape(person.name),
        body=draw_portrait(person.id, person.name),
    )


def _scene(asset: Asset, names: list[str], rng: Random) -> str:
    shown = set(names)
    month, hour = _month_and_hour(asset)
    latitude = asset.exif.latitude if asset.exif and asset.exif.latitude is not None else 60.0
    city = (asset.exif.city if asset.exif else None) or ""
    season = season_of(month, latitude)
    light = light_of(hour, season, shown, rng)
    room = room_of(names[:1])
    if room is not None:
        parts = [draw_room(room, light, rng)]
    else:
        parts = [draw_sky(light, rng), draw_background(shown, city, season, light, rng)]
        if "fireworks" in shown:
            parts.append(draw_fireworks(rng))
    parts.append(draw_things(names, rng, is_near=False))
    is_close = bool(asset.person_ids) and len(asset.person_ids) <= 3 and rng.random() < 0.45
    parts.append(draw_group(asset.person_ids, is_close=is_close, rng=rng))
    if not is_close:
        parts.append(draw_things(names, rng, is_near=True))
    if "snow" in shown and rng.random() < 0.5:
        parts.append(draw_snowfall(rng))
    colour, strength = light.veil
    if room is None:
        parts.append(f'<rect width="400" height="300" fill="{colour}" opacity="{strength}"/>')
    return "".join(parts)


def _month_and_hour(asset: Asset) -> tuple[int, int]:
    day = times.day_text(asset.local_date_time // times.DAY)
    return int(day[5:7]), asset.local_date_time % times.DAY // times.HOUR


def _framing(asset: Asset, rng: Random) -> tuple[str, int, int]:
    """What part of the scene the photo shows, and its size: upright where the photo is."""
    zoom = rng.choice((1.0, 1.0, 0.9, 0.8))
    width, height = 400 * zoom, 300 * zoom
    if (asset.height or 0) > (asset.width or 0):
        width = height * 0.75
    x, y = (400 - width) * rng.uniform(0.3, 0.7), (300 - height) * rng.uniform(0.6, 1.0)
    size = (300, 400) if width < height else (400, 300)
    return f"{x:.0f} {y:.0f} {width:.0f} {height:.0f}", *size


def _paper(asset: Asset, rng: Random) -> str:
    words = html.escape(asset.text or asset.original_file_name)
    lines = "".join(
        f'<rect x="130" y="{y}" width="{rng.randrange(70, 140)}" height="6" rx="3"/>' for y in range(104, 246, 17)
    )
    return (
        f'<rect width="400" height="300" fill="hsl({rng.randrange(200, 260)} 14% 36%)"/>'
        f'<g transform="rotate({rng.randrange(-7, 8)} 200 150)"><rect x="103" y="26" width="194" height="250" rx="3" fill="#fffef9"/>'
        f'<g fill="#c9ced8">{lines}</g><text x="200" y="72" text-anchor="middle" font-family="sans-serif" font-size="12"'
        f' fill="#333">{words}</text></g>'
    )
