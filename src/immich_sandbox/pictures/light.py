"""The light of a picture: the sky and what it does to colours, by time of day, season, and what is shown."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet
    from random import Random


@dataclass(frozen=True, slots=True)
class Light:
    """Colours of one hour of one season."""

    sky: tuple[str, str, str]
    """From the top to the horizon."""
    veil: tuple[str, float]
    """A colour over everything, and how much of it."""
    sun: str
    """The colour of sun or moon."""
    height: float
    """Of the sun, 0 at the horizon, 1 at the top."""
    is_night: bool = False


_NIGHT = Light(("#0a1230", "#1b2a5a", "#3b4a7c"), ("#0a1438", 0.42), "#f4f1de", 0.75, is_night=True)
_DAWN = Light(("#8fb8de", "#f4cfc2", "#ffe6c9"), ("#ffb08a", 0.10), "#fff1cf", 0.25)
_DUSK = Light(("#4b5fa3", "#e98a6d", "#ffd08a"), ("#d0603a", 0.16), "#ffe2a0", 0.12)
_SUNSET = Light(("#3b2f6b", "#d9557a", "#ffb35c"), ("#c8486a", 0.20), "#ffd77a", 0.05)
_DAYS = {
    "winter": Light(("#9fc0e0", "#cfe0ef", "#eef4f8"), ("#b9d2ea", 0.10), "#fff9e8", 0.35),
    "spring": Light(("#6fb2ea", "#b5daf3", "#e8f5f7"), ("#fff7d6", 0.05), "#fff6c8", 0.65),
    "summer": Light(("#3f97e0", "#8ac7f2", "#d5eefa"), ("#ffe9a8", 0.08), "#fff3b0", 0.80),
    "autumn": Light(("#7fa9cf", "#c9d6de", "#f1e6d2"), ("#f0b060", 0.10), "#ffedc0", 0.45),
}
_GREY = Light(("#8d9aa8", "#aeb9c3", "#cdd5da"), ("#7a8794", 0.14), "#e8ecef", 0.6)


def season_of(month: int, latitude: float) -> str:
    """Return the season, which is the other one south of the equator."""
    month = month if latitude >= 0 else (month + 5) % 12 + 1
    return ("winter", "spring", "summer", "autumn")[month % 12 // 3]


def light_of(hour: int, season: str, shown: AbstractSet[str], rng: Random) -> Light:
    """Return the light at an hour of the day, where some concepts are shown."""
    if shown & {"night", "fireworks", "concert"}:
        return _NIGHT
    if "sunset" in shown:
        return _SUNSET
    if "rain" in shown:
        return _GREY
    dusk = {"winter": 16, "spring": 20, "summer": 21, "autumn": 18}[season]
    dawn = {"winter": 9, "spring": 6, "summer": 5, "autumn": 7}[season]
    if hour < dawn - 1 or hour > dusk + 1:
        return _NIGHT
    if hour <= dawn:
        return _DAWN
    if hour >= dusk:
        return _DUSK
    return _GREY if rng.random() < (0.25 if season in {"autumn", "winter"} else 0.08) else _DAYS[season]


def draw_sky(light: Light, rng: Random) -> str:
    """Return the sky, with sun or moon, and clouds or stars."""
    top, middle, bottom = light.sky
    x, y = rng.randrange(50, 350), 190 - 150 * light.height
    parts = [
        (
            f'<linearGradient id="sky" x2="0" y2="1"><stop stop-color="{top}"/><stop offset=".55" stop-color="{middle}"/>'
            f'<stop offset=".8" stop-color="{bottom}"/></linearGradient>'
            f'<radialGradient id="glow"><stop stop-color="{light.sun}" stop-opacity=".8"/>'
            f'<stop offset="1" stop-color="{light.sun}" stop-opacity="0"/></radialGradient>'
            '<rect width="400" height="300" fill="url(#sky)"/>'
        )
    ]
    if light.is_night:
        stars = "".join(f"M{rng.randrange(400)} {rng.randrange(150)}h{rng.choice((1, 1, 2))}" for _ in range(34))
        parts.append(f'<path d="{stars}" stroke="#fff" stroke-width="1.4" opacity=".8"/>')
        parts.append(f'<circle cx="{x}" cy="{y:.0f}" r="46" fill="url(#glow)" opacity=".35"/>')
        parts.append(f'<circle cx="{x}" cy="{y:.0f}" r="13" fill="{light.sun}"/>')
        return "".join(parts)
    if light is not _GREY:
        parts.append(f'<circle cx="{x}" cy="{y:.0f}" r="95" fill="url(#glow)"/>')
        parts.append(f'<circle cx="{x}" cy="{y:.0f}" r="19" fill="{light.sun}"/>')
    for _ in range(rng.randrange(5) + 2 * (light is _GREY)):
        parts.append(_cloud(rng.randrange(-30, 380), rng.randrange(18, 110), 0.5 + rng.random()))  # noqa: PERF401
    return "".join(parts)


def _cloud(x: int, y: int, size: float) -> str:
    return (
        f'<g transform="translate({x} {y}) scale({size:.2f})" fill="#fff" opacity=".62"><ellipse cx="30" cy="14" rx="30"'
        ' ry="9"/><ellipse cx="22" cy="8" rx="15" ry="10"/><ellipse cx="40" cy="6" rx="17" ry="12"/></g>'
    )
