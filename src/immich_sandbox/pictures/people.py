"""People that can be told apart: each has hair, skin and clothes of their own, in every picture."""

from __future__ import annotations

import html
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

_SKINS = ("#f5d0b0", "#eabf98", "#d9a273", "#b9794a", "#8d5a36", "#f8dcc4")
_HAIRS = ("#2b1d16", "#5a3a22", "#8f5b2e", "#d9b25f", "#b8b4ae", "#7a2f1c", "#17181c")
_CLOTHES = (4, 24, 46, 96, 150, 190, 214, 258, 300, 336)


@dataclass(frozen=True, slots=True)
class Look:
    """What one person looks like."""

    skin: str
    hair: str
    style: int
    """Short, long, curls, bald with a hat, or a bun."""
    hue: int
    """Of the clothes."""
    size: float


def look_of(person_id: str) -> Look:
    """Return the look of a person, always the same."""
    seed = zlib.crc32(person_id.encode())
    return Look(
        _SKINS[seed % len(_SKINS)],
        _HAIRS[seed // 7 % len(_HAIRS)],
        seed // 53 % 5,
        _CLOTHES[seed // 311 % len(_CLOTHES)],
        (0.78, 1.0, 1.06, 0.94)[seed // 4001 % 4],
    )


def draw_group(person_ids: tuple[str, ...], *, is_close: bool, rng: Random) -> str:
    """Return people side by side, close enough for their faces or as whole figures."""
    people = list(person_ids[:5])
    rng.shuffle(people)
    step = min(110 if is_close else 58, 330 // max(1, len(people)))
    start = rng.randrange(120, 280) - step * (len(people) - 1) // 2
    scale, ground = (2.1, 372) if is_close else (1.0, 286)
    return "".join(
        _figure(look_of(person), start + step * number, ground + rng.randrange(-6, 6), scale)
        for number, person in enumerate(people)
    )


def draw_portrait(person_id: str, name: str) -> str:
    """Return the face of a person on a plain ground, with a name as title."""
    look = look_of(person_id)
    return (
        f'<rect width="400" height="300" fill="hsl({(look.hue + 180) % 360} 30% 84%)"/>'
        f"{_figure(look, 200, 470, 3.4 / look.size)}<desc>{html.escape(name)}</desc>"
    )


def _figure(look: Look, x: int, y: int, scale: float) -> str:
    size = scale * look.size
    shirt, dark = f"hsl({look.hue} 52% 52%)", f"hsl({look.hue} 45% 36%)"
    return (
        f'<g transform="translate({x} {y}) scale({size:.2f})">'
        f'<path d="M-13 0l3-42h20l3 42h-9l-4-30-4 30z" fill="{dark}"/>'
        f'<path d="M-18-44q0-34 18-34t18 34l-4 6h-28z" fill="{shirt}"/>'
        f'<path d="M-17-66q-9 14-8 30M17-66q9 14 8 30" stroke="{shirt}" stroke-width="7" stroke-linecap="round" fill="none"/>'
        f'<path d="M-4-84h8v10h-8z" fill="{look.skin}"/>{_hair_behind(look)}'
        f'<ellipse cy="-96" rx="12" ry="14" fill="{look.skin}"/>{_hair(look)}'
        '<circle cx="-4.5" cy="-96" r="1.5" fill="#2a211c"/><circle cx="4.5" cy="-96" r="1.5" fill="#2a211c"/>'
        '<path d="M-4-89q4 4 8 0" stroke="#8d3f35" stroke-width="1.5" fill="none" stroke-linecap="round"/></g>'
    )


def _hair_behind(look: Look) -> str:
    return f'<path d="M-14-98q-4 34 4 36h20q8-2 4-36z" fill="{look.hair}"/>' if look.style == 1 else ""


def _hair(look: Look) -> str:
    cap = f'<path d="M-12.5-96q-2-18 12.5-18t12.5 18q-4-10-12.5-10t-12.5 10z" fill="{look.hair}"/>'
    match look.style:
        case 2:
            curls = ((-11, -104), (-5, -111), (3, -112), (10, -106), (-13, -97), (13, -98))
            return "".join(f'<circle cx="{x}" cy="{y}" r="6" fill="{look.hair}"/>' for x, y in curls)
        case 3:
            return (
                f'<path d="M-13-103q13-7 26 0l-1-8q-12-12-24 0z" fill="hsl({(look.hue + 60) % 360} 40% 40%)"/>'
                f'<path d="M-17-102h34" stroke="hsl({(look.hue + 60) % 360} 40% 32%)" stroke-width="3"/>'
            )
        case 4:
            return f'{cap}<circle cy="-115" r="6" fill="{look.hair}"/>'
        case _:
            return cap
