"""What stands behind people and things: shores, hills, woods, towns, rooms."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping
    from collections.abc import Set as AbstractSet
    from random import Random

    from immich_sandbox.pictures.light import Light

LEAVES: Mapping[str, tuple[str, ...]] = {
    "winter": ("#6d7f7a", "#55695f", "#8b9a96"),
    "spring": ("#8fbf5a", "#6fa84a", "#a9cf6f"),
    "summer": ("#3f7f3f", "#2f6b38", "#5a9648"),
    "autumn": ("#c9762f", "#a8522a", "#d9a441"),
}
_GRASS = {"winter": "#d8dfdc", "spring": "#9ac66a", "summer": "#7fae4f", "autumn": "#b3a35a"}
_INDOORS = {
    "kitchen": ("#f2e6d0", "#c8a67c"),
    "food": ("#e9d8c4", "#8f5f3d"),
    "birthday": ("#f7dfe2", "#c99a72"),
    "christmas": ("#7e2f32", "#8a5a3c"),
    "museum": ("#e9e6e0", "#a88a66"),
    "office": ("#e4e9ee", "#8f99a3"),
    "concert": ("#1a0b2e", "#0d0618"),
    "cat": ("#e6e2d4", "#b08a63"),
    "party": ("#dfe3f4", "#a98d78"),
}
_LANDMARKS: Mapping[str, str] = {
    "Paris": '<path d="M192 200q14-60 18-150 4 90 18 150h-9q-9-26-18 0z"/><path d="M197 150h26M202 115h16" stroke-width="5"/>',
    "Rome": '<path d="M120 200v-52q80-34 160 0v52zm18-8h14v-20q-7-9-14 0zm32 0h14v-22q-7-9-14 0zm32 0h14v-22q-7-9-14'
    ' 0zm32 0h14v-20q-7-9-14 0z" fill-rule="evenodd"/>',
    "London": '<path d="M196 200V92l10-26 10 26v108z"/><circle cx="206" cy="108" r="7" fill="#f6edc8"/>',
    "New York City": '<path d="M186 200v-96l10-8V74l8-8V40l2-12 2 12v26l8 8v22l10 8v96z"/>',
    "Kyoto": '<g fill="#c8452f"><path d="M138 96q62-16 124 0l-4 10H142z"/><path d="M152 120h96v8h-96z"/>'
    '<path d="M160 104h9v96h-9zM231 104h9v96h-9z"/></g>',
    "Helsinki": '<path d="M150 200v-44h24v-20h14q0-28 18-34 18 6 18 34h14v20h24v44z"/><path d="M206 84v18" stroke-width="3"/>',
    "Stockholm": '<path d="M176 200v-92h20l10-34 10 34h20v92z"/>',
    "Reykjavík": '<path d="M150 200q40-20 50-130l6-16 6 16q10 110 50 130z"/>',
    "Berlin": '<path d="M203 200l2-150 1-24 1 24 2 150z"/><circle cx="206" cy="72" r="11"/>',
    "Barcelona": '<path d="M168 200q0-70 8-108 8 38 8 108zM196 200q0-100 9-138 9 38 9 138zM226 200q0-70 8-108 8 38 8 108z"/>',
    "Mumbai": '<path d="M146 200v-74h120v74h-40v-30q-20-26-40 0v30zM160 126v-18h12v18zM240 126v-18h12v18z"/>',
    "Auckland": '<path d="M203 200l1-110h-8l10-12V40l1 38 9 12h-8l2 110z"/>',
}


def draw_background(shown: AbstractSet[str], city: str, season: str, light: Light, rng: Random) -> str:
    """Return everything from the horizon down to the ground that people stand on."""
    grass = _GRASS[season] if "snow" not in shown else "#f4f8fb"
    if shown & {"mountain", "skiing"}:
        back = _ridges(rng, snow=season == "winter" or "snow" in shown)
        return back + _ground("#f1f6fa" if shown & {"snow", "skiing"} else grass, rng) + _pines(rng, 9)
    if shown & {"beach", "sea", "boat", "swimming"}:
        return _shore(light, rng, sand="beach" in shown or "swimming" in shown)
    if shown & {"lake", "cabin", "sauna"}:
        return _lake(season, light, rng, grass)
    if shown & {"forest", "hiking", "campfire"}:
        return _wood(season, rng, 7, 150) + _ground(grass, rng) + _wood(season, rng, 4, 205)
    if shown & {"city", "street", "building", "bridge", "car"}:
        return _town(city, light, rng) + (_ground("#f1f5f8", rng) if "snow" in shown else _road(rng))
    return _wood(season, rng, 5, 165) + _ground(grass, rng) + (_flowers(rng) if "flower" in shown else "")


def room_of(names: list[str]) -> str | None:
    """Return the kind of room that a picture shows. None if it is taken outside."""
    return next((name for name in names if name in _INDOORS), None)


def draw_room(kind: str, light: Light, rng: Random) -> str:
    """Return a room: a wall with a window or what hangs there, and the floor."""
    wall, floor = _INDOORS[kind]
    parts = [f'<rect width="400" height="300" fill="{wall}"/><path d="M0 226h400v74H0z" fill="{floor}"/>']
    if kind == "concert":
        hues = [rng.randrange(360) for _ in range(5)]
        parts += [
            f'<path d="M{40 + 80 * number} 0l-60 240h120z" fill="hsl({hue} 90% 65%)" opacity=".28"/>'
            for number, hue in enumerate(hues)
        ]
        heads = "".join(f"M{x} 300a15 17 0 0 1 30 0" for x in range(-10, 400, 26))
        return "".join(parts) + f'<path d="M60 190h280v40H60z" fill="#2c1547"/><path d="{heads}" fill="#05020a"/>'
    if kind == "museum":
        parts += [_painting(x, rng) for x in (40, 160, 280)]
        return "".join(parts)
    x = rng.choice((40, 230))
    top, middle, _ = light.sky
    parts.append(
        f'<linearGradient id="pane" x2="0" y2="1"><stop stop-color="{top}"/><stop offset="1" stop-color="{middle}"/>'
        f'</linearGradient><rect x="{x}" y="36" width="120" height="110" fill="url(#pane)" stroke="#fff" stroke-width="7"/>'
        f'<path d="M{x + 60} 36v110M{x} 91h120" stroke="#fff" stroke-width="4"/>'
    )
    if kind == "christmas":
        parts.append(_christmas_tree(90 if x > 100 else 310, rng))
    if kind in {"birthday", "party"}:
        flags = "".join(
            f'<path d="M{number * 36} {26 + 14 * math.sin(number * 0.6):.0f}l14 26 14-26z" fill="hsl({number * 53 % 360} 70% 66%)"/>'
            for number in range(12)
        )
        parts.append(flags)
    if kind in {"food", "birthday", "christmas", "kitchen"}:
        parts.append(
            '<path d="M0 236q200-26 400 0v64H0z" fill="#6f4a30"/><path d="M0 236q200-26 400 0v10q-200-26-400 0z" fill="#8b6242"/>'
        )
    return "".join(parts)


def _ground(colour: str, rng: Random) -> str:
    left, right = rng.randrange(200, 226), rng.randrange(200, 226)
    return (
        f'<path d="M0 {left}Q200 {rng.randrange(196, 230)} 400 {right}V300H0z" fill="{colour}"/>'
        f'<path d="M0 {left + 40}Q220 {left + 16} 400 {right + 52}V300H0z" fill="#000" opacity=".07"/>'
    )


def _ridges(rng: Random, *, snow: bool) -> str:
    parts = []
    for colour, base, height in (("#9fb2c8", 190, 120), ("#7c90a8", 205, 90), ("#5d7288", 222, 60)):
        points, caps = [f"M-40 {base + 20}"], []
        for x in range(-20, 440, 76):
            peak, y = x + rng.randrange(24, 46), base - rng.randrange(height // 2, height)
            points.append(f"L{peak} {y}L{x + 76} {base - rng.randrange(12)}")
            caps.append(f"M{peak} {y}l-13 20 8-3 6 8 7-9 8 3z")
        parts.append(f'<path d="{"".join(points)}V260H-40z" fill="{colour}"/>')
        if snow or base == 190:
            parts.append(f'<path d="{"".join(caps)}" fill="#fff" opacity=".9"/>')
    return "".join(parts)


def _shore(light: Light, rng: Random, *, sand: bool) -> str:
    deep, near = ("#16335c", "#2b4f7e") if light.is_night else ("#1f6fa8", "#4fa9cf")
    horizon = rng.randrange(140, 172)
    waves = "".join(f"M{rng.randrange(400)} {rng.randrange(horizon + 8, 226)}q8-4 16 0t16 0" for _ in range(14))
    island = rng.randrange(40, 320)
    parts = [
        f'<path d="M{island} {horizon}q30-26 60-12t54 12z" fill="#5f7d8c"/>' if rng.random() < 0.6 else "",
        (
            f'<linearGradient id="sea" x2="0" y2="1"><stop stop-color="{deep}"/><stop offset="1" stop-color="{near}"/>'
            f'</linearGradient><path d="M0 {horizon}h400v160H0z" fill="url(#sea)"/>'
            f'<path d="{waves}" stroke="#fff" stroke-width="1.6" fill="none" opacity=".5"/>'
        ),
    ]
    if sand:
        edge = rng.randrange(214, 240)
        parts.append(
            f'<path d="M0 {edge}q100-16 200-2t200-6V300H0z" fill="#fff" opacity=".7"/>'
            f'<path d="M0 {edge + 7}q100-16 200-2t200-6V300H0z" fill="#efd7a2"/>'
        )
    return "".join(parts)


def _lake(season: str, light: Light, rng: Random, grass: str) -> str:
    far = _wood(season, rng, 8, 132)
    return (
        far
        + f'<path d="M0 168h400v70H0z" fill="{light.sky[1]}"/><path d="M0 168h400v26H0z" fill="#24433f" opacity=".38"/>'
        + '<path d="M20 190h70M140 204h110M300 186h60" stroke="#fff" stroke-width="2" opacity=".45"/>'
        + _ground(grass, rng)
    )


def _wood(season: str, rng: Random, count: int, base: int) -> str:
    parts = []
    for number in range(count):
        x = int(400 / count * number + rng.randrange(-14, 30))
        size = rng.uniform(0.7, 1.25)
        colour = rng.choice(LEAVES[season])
        if rng.random() < 0.45:
            parts.append(_pine(x, base + 40, size * 1.2, "#2f5a45" if season != "winter" else "#6f8a82"))
        else:
            parts.append(
                f'<g transform="translate({x} {base + 44}) scale({size:.2f})"><path d="M-4 0v-44h8V0z" fill="#6a4c34"/>'
                f'<circle cy="-58" r="30" fill="{colour}"/><circle cx="-18" cy="-44" r="20" fill="{colour}"/>'
                f'<circle cx="18" cy="-46" r="22" fill="{colour}"/></g>'
            )
    return "".join(parts)


def _pines(rng: Random, count: int) -> str:
    trees = sorted((rng.randrange(200, 236), rng.randrange(-10, 410)) for _ in range(count))
    return "".join(_pine(x, y, 0.5 + (y - 196) / 50, "#2d5747") for y, x in trees)


def _pine(x: int, y: int, size: float, colour: str) -> str:
    return (
        f'<path transform="translate({x} {y}) scale({size:.2f})" d="M0-78l16 28h-8l15 25h-10l15 25h-56l15-25h-10l15-25h-8z"'
        f' fill="{colour}"/>'
    )


def _town(city: str, light: Light, rng: Random) -> str:
    lit = "#ffd98a" if light.is_night else "#ffffff"
    parts = []
    for colour, low, high in (("#8b97ab", 60, 120), ("#6d7890", 30, 90)):
        x = rng.randrange(-30, 0)
        while x < 400:
            width, height = rng.randrange(34, 66), rng.randrange(low, high)
            parts.append(f'<path d="M{x} 220v-{height}h{width}v{height}z" fill="{colour}"/>')
            windows = "".join(
                f"M{x + 8 + 13 * column} {220 - height + 10 + 17 * row}h6"
                for column in range((width - 10) // 13)
                for row in range(height // 17)
                if rng.random() < 0.6
            )
            parts.append(f'<path d="{windows}" stroke="{lit}" stroke-width="7" opacity=".55"/>')
            x += width + rng.randrange(0, 10)
    landmark = _LANDMARKS.get(city)
    if landmark:
        shift = rng.randrange(-90, 90)
        ink = "#2b3350" if light.is_night else "#4a5470"
        parts.append(
            f'<g transform="translate({shift} 10) scale(1 1.02)" fill="{ink}" stroke="{ink}" stroke-width="0">{landmark}</g>'
        )
    return "".join(parts)


def _road(rng: Random) -> str:
    middle = rng.randrange(150, 250)
    return (
        '<path d="M0 218h400v82H0z" fill="#9a9c9f"/>'
        f'<path d="M{middle - 20} 218h40l150 82H{middle - 170}z" fill="#63666d"/>'
        f'<path d="M{middle} 224v74" stroke="#f3efe2" stroke-width="4" stroke-dasharray="14 12"/>'
    )


def _flowers(rng: Random) -> str:
    parts = []
    for _ in range(26):
        x, y, hue = rng.randrange(400), rng.randrange(222, 296), rng.choice((335, 350, 45, 280, 20))
        parts.append(
            f'<circle cx="{x}" cy="{y}" r="{3 + (y - 222) // 18}" fill="hsl({hue} 80% 66%)"/>'
            f'<circle cx="{x}" cy="{y}" r="2" fill="#fff3a8"/>'
        )
    return "".join(parts)


def _painting(x: int, rng: Random) -> str:
    hue = rng.randrange(360)
    return (
        f'<rect x="{x}" y="{52 + rng.randrange(18)}" width="84" height="{rng.randrange(74, 112)}"'
        f' fill="hsl({hue} 45% 55%)" stroke="#b98d3e" stroke-width="7"/>'
        f'<circle cx="{x + 42}" cy="102" r="20" fill="hsl({(hue + 140) % 360} 55% 70%)"/>'
    )


def _christmas_tree(x: int, rng: Random) -> str:
    balls = "".join(
        f'<circle cx="{x + rng.randrange(-34, 34)}" cy="{rng.randrange(130, 226)}" r="5"'
        f' fill="hsl({rng.choice((0, 45, 200))} 85% 60%)"/>'
        for _ in range(12)
    )
    return f'{_pine(x, 250, 2.1, "#1f5a3c")}{balls}<circle cx="{x}" cy="86" r="8" fill="#ffd54a"/>'
