"""Draws a photo as SVG from what it shows: simple, flat, the same every time."""

from __future__ import annotations

import html
import zlib
from typing import TYPE_CHECKING

from immich_sandbox.generator.concepts import CONCEPTS
from immich_sandbox.library import times

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_sandbox.library.records import Asset, Person

_SKIES: Mapping[str, tuple[str, str]] = {
    "sunset": ("#ff9a5a", "#7a3b8f"),
    "night": ("#0d1b3e", "#2c3e70"),
    "fireworks": ("#0d1b3e", "#2c3e70"),
    "concert": ("#2a1045", "#7a1f5c"),
    "snow": ("#dfe9f5", "#b7cbe4"),
    "rain": ("#8a99a8", "#b5bfc9"),
}
_GROUNDS: Mapping[str, str] = {
    "beach": "#f1d9a0",
    "snow": "#f7fbff",
    "sea": "#2f7fb5",
    "lake": "#3f8fb0",
    "forest": "#3d6b3a",
    "garden": "#6aa84f",
    "street": "#7d7f86",
    "city": "#8a8d96",
    "kitchen": "#c9a67a",
}
_INDOORS = ("document", "receipt", "screenshot", "whiteboard")
_SHAPES: Mapping[str, str] = {
    "dog": '<g fill="#8a5a34"><ellipse cx="200" cy="205" rx="52" ry="28"/><circle cx="250" cy="178" r="22"/>'
    '<path d="M158 215v40M185 225v32M215 225v32M242 218v38" stroke="#8a5a34" stroke-width="12"/>'
    '<path d="M150 198q-25-18-18-42" stroke="#8a5a34" stroke-width="9" fill="none"/>'
    '<path d="M240 160l-14 34 16-4z" fill="#5e3b20"/><circle cx="256" cy="174" r="3" fill="#111"/></g>',
    "cat": '<g fill="#4c4c55"><ellipse cx="200" cy="215" rx="40" ry="42"/><circle cx="200" cy="160" r="27"/>'
    '<path d="M177 150l2-30 18 16zM223 150l-2-30-18 16z"/><circle cx="190" cy="158" r="4" fill="#cfe06b"/>'
    '<circle cx="210" cy="158" r="4" fill="#cfe06b"/></g>',
    "car": '<g><rect x="120" y="190" width="160" height="40" rx="12" fill="#c8372d"/>'
    '<path d="M150 190l20-32h62l24 32z" fill="#e06a5f"/><circle cx="158" cy="232" r="17" fill="#222"/>'
    '<circle cx="246" cy="232" r="17" fill="#222"/></g>',
    "boat": '<g><path d="M130 205h140l-24 32h-92z" fill="#7a4a26"/><path d="M198 100v100h-56z" fill="#fff"/>'
    '<path d="M206 84v116h62z" fill="#f4d9c6"/></g>',
    "mountain": '<g><path d="M20 240L150 70l110 170z" fill="#6d7c8c"/><path d="M150 70l32 50-24-6-16 18-26-14z"'
    ' fill="#fff"/><path d="M190 240l90-120 100 120z" fill="#56657a"/></g>',
    "tree": '<g><rect x="312" y="170" width="14" height="70" fill="#6b4a2b"/>'
    '<circle cx="319" cy="150" r="42" fill="#4d8b45"/></g>',
    "cabin": '<g><rect x="130" y="160" width="140" height="80" fill="#a23b2b"/>'
    '<path d="M115 165l85-62 85 62z" fill="#5b4636"/><rect x="185" y="190" width="30" height="50" fill="#fff"/></g>',
    "building": '<g fill="#5d6475"><rect x="60" y="110" width="60" height="130"/>'
    '<rect x="130" y="70" width="70" height="170" fill="#6f778a"/><rect x="210" y="130" width="80" height="110"/></g>',
    "food": '<g><circle cx="200" cy="180" r="72" fill="#fff"/><circle cx="200" cy="180" r="54" fill="#eee"/>'
    '<circle cx="184" cy="172" r="24" fill="#d9653b"/><circle cx="222" cy="190" r="18" fill="#7fae4b"/></g>',
    "cake": '<g><rect x="140" y="170" width="120" height="60" rx="8" fill="#f3b6c4"/>'
    '<path d="M170 170v-30M200 170v-30M230 170v-30" stroke="#fff" stroke-width="6"/>'
    '<g fill="#ffb000"><circle cx="170" cy="134" r="6"/><circle cx="200" cy="134" r="6"/>'
    '<circle cx="230" cy="134" r="6"/></g></g>',
    "flower": '<g fill="#e05c8a"><circle cx="90" cy="200" r="10"/><circle cx="110" cy="190" r="10"/>'
    '<circle cx="104" cy="212" r="10"/><circle cx="101" cy="201" r="7" fill="#ffd23e"/></g>',
    "fireworks": '<g stroke-width="3" fill="none"><path d="M130 100v-40M130 100l30-26M130 100l-30-26M130 100h42'
    'M130 100h-42" stroke="#ffd23e"/><path d="M270 130v-46M270 130l34-30M270 130l-34-30M270 130h46" '
    'stroke="#ff6b8a"/></g>',
}
_FRAME = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 300" width="400" height="300" role="img">'
    "<title>{title}</title>{body}</svg>"
)


def draw_asset(asset: Asset) -> str:
    """Return the picture of an asset, with its file name as title; a video carries a play mark."""
    weights = sorted(asset.concepts, key=lambda pair: -pair[1])
    names = [CONCEPTS[index] for index, _ in weights]
    seed = zlib.crc32(asset.id.encode())
    body = _paper(asset) if set(names) & set(_INDOORS) else _outdoors(names, seed, len(asset.person_ids))
    if asset.type == "VIDEO":
        body += '<circle cx="200" cy="150" r="34" fill="#0008"/><path d="M190 132l30 18-30 18z" fill="#fff"/>'
    day = times.day_text(asset.local_date_time // times.DAY)
    body += f'<text x="390" y="290" text-anchor="end" font-family="sans-serif" font-size="13" fill="#fffc">{day}</text>'
    return _FRAME.format(title=html.escape(asset.original_file_name), body=body)


def draw_person(person: Person) -> str:
    """Return the face of a person: a disc with initials."""
    hue = zlib.crc32(person.id.encode()) % 360
    letters = html.escape("".join(word[0] for word in person.name.split())[:2] or "?")
    body = (
        f'<rect width="400" height="300" fill="hsl({hue} 40% 82%)"/><circle cx="200" cy="150" r="110" '
        f'fill="hsl({hue} 45% 45%)"/><text x="200" y="180" text-anchor="middle" font-family="sans-serif" '
        f'font-size="84" fill="#fff">{letters}</text>'
    )
    return _FRAME.format(title=html.escape(person.name), body=body)


def _outdoors(names: list[str], seed: int, people: int) -> str:
    top, bottom = next((_SKIES[name] for name in names if name in _SKIES), ("#7db8e8", "#cfe6f5"))
    ground = next((_GROUNDS[name] for name in names if name in _GROUNDS), "#7f9a63")
    sun = 60 + seed % 280, 50 + seed // 300 % 40
    stops = f'<stop stop-color="{top}"/><stop offset="1" stop-color="{bottom}"/>'
    parts = [
        f'<defs><linearGradient id="s" x2="0" y2="1">{stops}</linearGradient></defs>',
        '<rect width="400" height="300" fill="url(#s)"/>',
        f'<circle cx="{sun[0]}" cy="{sun[1]}" r="24" fill="#fff3c4" opacity=".9"/>',
        f'<rect y="232" width="400" height="68" fill="{ground}"/>',
    ]
    if "beach" in names:
        parts.append('<rect y="205" width="400" height="34" fill="#3d8fc4"/>')
    parts += [_SHAPES[name] for name in reversed(names) if name in _SHAPES]
    parts += [_figure(330 - 42 * at, (seed >> 3 * at) % 360) for at in range(min(people, 4))]
    return "".join(parts)


def _figure(x: int, hue: int) -> str:
    return (
        f'<circle cx="{x}" cy="196" r="14" fill="#e9bf9a"/>'
        f'<path d="M{x - 18} 262q0-50 18-50t18 50z" fill="hsl({hue} 50% 45%)"/>'
    )


def _paper(asset: Asset) -> str:
    words = html.escape(asset.text or asset.original_file_name)
    lines = "".join(f'<rect x="130" y="{y}" width="{140 - y % 60}" height="6"/>' for y in range(110, 240, 18))
    return (
        '<rect width="400" height="300" fill="#4a5568"/><rect x="105" y="30" width="190" height="240" fill="#fff"/>'
        f'<g fill="#c3cad6">{lines}</g><text x="200" y="72" text-anchor="middle" font-family="sans-serif" '
        f'font-size="11" fill="#333">{words}</text>'
    )
