"""Things and animals that are photographed, each drawn around the middle of its own ground line."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from random import Random

_THINGS: Mapping[str, str] = {
    "dog": '<g fill="#9a6a3f"><path d="M-44-34q4-18 30-16h28q16-2 22-18 4-14 20-12l14 8 10 4q2 8-8 10l-12 2q-2 22-12 28l-2 28h-10l-3-24'
    'h-38l-5 24h-10l-2-26q-16 2-22-8-8-18-16-14 2-14 16 14z"/><path d="M46-76l-8-14q-8 8-4 22z" fill="#6d4526"/>'
    '<circle cx="58" cy="-70" r="2.4" fill="#1a120c"/><circle cx="80" cy="-66" r="3.4" fill="#1a120c"/></g>',
    "cat": '<g fill="#565a66"><path d="M-22 0q-6-40 14-52l-2-26 12 10h14l12-10-2 26q14 16 6 52z"/>'
    '<path d="M26-4q22-6 16-34" stroke="#565a66" stroke-width="8" fill="none" stroke-linecap="round"/>'
    '<circle cx="4" cy="-58" r="3" fill="#d7e36a"/><circle cx="16" cy="-58" r="3" fill="#d7e36a"/></g>',
    "car": '<g><path d="M-78-14q0-24 22-26l20-4 18-24h46l24 26q26 2 26 28z" fill="#c9362b"/>'
    '<path d="M-26-44l14-18h16v20zM10-62h16l18 20H10z" fill="#cfe6f2"/><circle cx="-44" cy="-10" r="15" fill="#22252b"/>'
    '<circle cx="46" cy="-10" r="15" fill="#22252b"/><circle cx="-44" cy="-10" r="6" fill="#aab0b8"/>'
    '<circle cx="46" cy="-10" r="6" fill="#aab0b8"/></g>',
    "boat": '<g><path d="M-70-30h140l-22 30h-92z" fill="#7a4a28"/><path d="M-6-142v104h-58z" fill="#fdfdf8"/>'
    '<path d="M4-156v118h62z" fill="#f3d3bd"/><path d="M0-160v130" stroke="#4f3320" stroke-width="4"/></g>',
    "cabin": '<g><path d="M-66 0v-62H66V0z" fill="#a33d2c"/><path d="M-82-58L0-112l82 54-8 8L0-96l-74 46z" fill="#53402f"/>'
    '<path d="M-14 0v-40h28V0z" fill="#f5efe2"/><path d="M-50-44h22v20h-22zM28-44h22v20H28z" fill="#ffe6a3" stroke="#fff"'
    ' stroke-width="4"/><path d="M38-92v-26h14v36z" fill="#7d6a5c"/></g>',
    "campfire": '<g><path d="M-26-4h52M-20-12l40 10M20-12L-20-2" stroke="#5a3b22" stroke-width="8" stroke-linecap="round"/>'
    '<path d="M0-64q26 26 16 46-16 14-32 0-8-20 16-46z" fill="#ff9a3c"/><path d="M0-40q12 14 6 24-6 6-12 0-4-10 6-24z" fill="#ffe27a"/></g>',
    "food": '<g><ellipse rx="74" ry="26" cy="-26" fill="#fbfaf6"/><ellipse rx="54" ry="17" cy="-28" fill="#ece8de"/>'
    '<ellipse cx="-14" cy="-34" rx="24" ry="12" fill="#cf5f38"/><ellipse cx="20" cy="-30" rx="18" ry="9" fill="#7fae4b"/>'
    '<circle cx="2" cy="-40" r="7" fill="#e9b44c"/></g>',
    "wine": '<g transform="translate(96 -6)"><path d="M-12-70h24q2 28-12 32-14-4-12-32z" fill="#7b1f3a" opacity=".85"/>'
    '<path d="M0-38v32M-12-4h24" stroke="#f2f2f2" stroke-width="4"/></g>',
    "cake": '<g><path d="M-58-8v-42q58-22 116 0v42q-58 20-116 0z" fill="#f4b7c5"/><path d="M-58-50q58 20 116 0 0 14-14 8-8 12-18 2-10 12-22 2'
    '-12 12-24 0-12 10-22-2-12 4-16-10z" fill="#fff5f2"/><path d="M-28-56v-26M0-60v-26M28-56v-26" stroke="#9fd3e6" stroke-width="6"/>'
    '<g fill="#ffb638"><circle cx="-28" cy="-88" r="6"/><circle cy="-92" r="6"/><circle cx="28" cy="-88" r="6"/></g></g>',
    "skiing": '<g><path d="M-60 0l90-12M-50 10l90-12" stroke="#d9443a" stroke-width="6" stroke-linecap="round"/></g>',
    "statue": '<g fill="#cfcac0"><path d="M-30 0v-20h60V0zM-14-20q-8-50 4-62 10-6 20 0 12 12 4 62z"/><circle cy="-94" r="13"/></g>',
    "playing": '<g><path d="M-40 0l26-92h8L-4 0z" fill="#e2574c"/><path d="M-6-90q46 10 66 90h-14Q34-66-8-80z" fill="#f2c14e"/>'
    '<path d="M-36-14h26M-32-32h20M-27-50h14M-22-68h10" stroke="#f7efe6" stroke-width="4"/></g>',
    "whiteboard": '<g><path d="M-100-150h200v104h-200z" fill="#fff" stroke="#9aa3ad" stroke-width="6"/>'
    '<path d="M-80-122q30-20 60 0t60-4M-76-92h70M-76-74h50" stroke="#3b6fb0" stroke-width="4" fill="none"/>'
    '<circle cx="52" cy="-84" r="20" fill="none" stroke="#c9483b" stroke-width="4"/></g>',
    "wedding": '<g fill="none" stroke="#fff" stroke-width="5"><path d="M-80 0v-120q80-60 160 0V0"/></g><g fill="#f3a6b8">'
    '<circle cx="-80" cy="-110" r="9"/><circle cx="-50" cy="-140" r="10"/><circle cy="-150" r="11"/><circle cx="50" cy="-140" r="10"/>'
    '<circle cx="80" cy="-110" r="9"/><circle cx="-80" cy="-70" r="7"/><circle cx="80" cy="-70" r="7"/></g>',
}
_NEAR = frozenset({"dog", "cat", "food", "cake", "wine", "campfire"})
"""What is small and stands in front."""


def draw_things(names: Sequence[str], rng: Random, *, is_near: bool) -> str:
    """Return the things of a picture, those in front of people or those behind them."""
    parts = []
    for name in names:
        if name not in _THINGS or (name in _NEAR) is not is_near:
            continue
        if name == "playing" and "child" not in names:
            continue  # a slide is for children
        x, y = rng.randrange(110, 290), rng.randrange(276, 292) if is_near else rng.randrange(238, 252)
        size = rng.uniform(0.9, 1.35) * (1 if is_near else 0.95)
        turn = rng.choice((1, -1))
        parts.append(f'<g transform="translate({x} {y}) scale({size * turn:.2f} {size:.2f})">{_THINGS[name]}</g>')
    return "".join(parts)


def draw_fireworks(rng: Random) -> str:
    """Return a few rockets at their height."""
    parts = []
    for _ in range(4):
        x, y, hue = rng.randrange(50, 350), rng.randrange(30, 130), rng.randrange(360)
        rays = "".join(f"M{x} {y}l{dx} {dy}" for dx, dy in _RAYS)
        parts.append(f'<path d="{rays}" stroke="hsl({hue} 95% 68%)" stroke-width="2.5" stroke-dasharray="4 5 12 40"/>')
    return "".join(parts)


_RAYS = (
    (0, -46),
    (23, -40),
    (40, -23),
    (46, 0),
    (40, 23),
    (23, 40),
    (0, 46),
    (-23, 40),
    (-40, 23),
    (-46, 0),
    (-40, -23),
    (-23, -40),
)


def draw_snowfall(rng: Random) -> str:
    """Return falling snow."""
    flakes = "".join(f"M{rng.randrange(400)} {rng.randrange(300)}h.1" for _ in range(60))
    return f'<path d="{flakes}" stroke="#fff" stroke-width="4" stroke-linecap="round" opacity=".75"/>'
