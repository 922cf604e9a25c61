"""What regular expressions cost: CPU of ten local filters, and of three expressions on paths that never repeat."""

from __future__ import annotations

import random
import time

from immich_smart_albums.rules.values.regex import SECONDS_PER_MATCH, compile_pattern

TEN = (
    ("path", r"^/usr/.*(2012|2013)/"),
    ("path", r"\.jpe?g$"),
    ("path", "/alice/2012/"),
    ("path", "IMG_"),
    ("make", "apple|canon"),
    ("make", "^son"),
    ("make", "nik.n"),
    ("city", r"city 1\d"),
    ("city", "^City 2"),
    ("city", "0$"),
)
ON_PATHS = (r"\.jpe?g$", r"^/usr/.*(2012|2013)/", r"(?:IMG|DSC)_\d{6}")


def values(assets: int) -> dict[str, list[str]]:
    """Paths, of which each is another, and makes and cities, which repeat."""
    chance = random.Random(1)  # noqa: S311 - nothing depends on it
    return {
        "path": [
            f"/usr/src/app/upload/library/{chance.choice(('alice', 'bob', 'carol'))}/{chance.randint(2005, 2024)}/"
            f"{chance.choice(('IMG', 'DSC', 'PXL'))}_{number:06}.{chance.choice(('jpg', 'JPG', 'heic', 'mp4'))}"
            for number in range(assets)
        ],
        "make": [chance.choice(("Apple", "Canon", "NIKON", "SONY", "")) for _ in range(assets)],
        "city": [f"City {chance.randint(0, 400)}" for _ in range(assets)],
    }


def seconds(text: str, among: list[str]) -> float:
    """CPU time of one expression on all of some values."""
    pattern = compile_pattern(text, timeout=SECONDS_PER_MATCH)
    started = time.process_time()
    for value in among:
        pattern.matches(value)
    return time.process_time() - started


def expressions(assets: int, runs: int) -> None:
    """Measure and print; the best of some runs, which the rest of the machine disturbed least."""
    known = values(assets)
    print(f"\n{assets:,} photos: regular expressions, seconds of CPU; best of {runs}\n")
    print("| expressions | CPU s |\n|---|---:|")
    ten = min(sum(seconds(text, known[name]) for name, text in TEN) for _ in range(runs))
    print(f"| ten local filters, four of them on paths | {ten:.2f} |")
    for text in ON_PATHS:
        shown = text.replace("|", r"\|")
        print(
            f"| `{shown}` on paths that never repeat | {min(seconds(text, known['path']) for _ in range(runs)):.2f} |"
        )
