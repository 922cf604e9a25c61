"""Repeatable randomness: the same seed gives the same numbers on every machine and day."""

from __future__ import annotations

import random


def seeded(seed: int | str) -> random.Random:
    """Return a generator that depends on nothing but the seed."""
    return random.Random(seed)  # noqa: S311 - invents photos and shuffles ties, guards nothing


def uuid4(rng: random.Random) -> str:
    """Return a random UUID of version 4, the only version that Immich takes as an id."""
    digits = f"{rng.getrandbits(128):032x}"
    variant = "89ab"[int(digits[16], 16) & 3]
    return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:]}"
