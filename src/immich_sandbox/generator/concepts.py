"""The stand-in for machine learning: a fixed list of concepts, and vectors over them for queries and pictures."""

from __future__ import annotations

import math
import re
from functools import lru_cache
from typing import TYPE_CHECKING

from immich_sandbox.library.text_match import unaccent
from immich_sandbox.seeded import seeded

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

CONCEPTS: tuple[str, ...] = (
    "dog", "cat", "bird", "horse", "beach", "sea", "lake", "mountain", "forest", "snow", "sunset", "night",
    "city", "street", "building", "car", "bicycle", "boat", "train", "plane", "food", "coffee", "wine", "cake",
    "birthday", "wedding", "christmas", "fireworks", "concert", "party", "child", "baby", "portrait", "group",
    "swimming", "hiking", "skiing", "garden", "flower", "tree", "document", "receipt", "screenshot", "whiteboard",
    "kitchen", "office", "sauna", "cabin", "summer", "winter", "autumn", "bridge", "museum", "painting", "statue",
    "market", "campfire", "rain", "sky", "playing",
)  # fmt: skip

_INDEX: Mapping[str, int] = {word: index for index, word in enumerate(CONCEPTS)}

_SYNONYMS: Mapping[str, str] = {
    "puppy": "dog", "hound": "dog", "koira": "dog", "kitten": "cat", "kissa": "cat", "pony": "horse",
    "coast": "beach", "shore": "beach", "sand": "beach", "ocean": "sea", "water": "sea", "hill": "mountain",
    "alp": "mountain", "peak": "mountain", "landscape": "mountain", "wood": "forest", "ice": "snow",
    "sunrise": "sunset", "dusk": "sunset", "evening": "night", "town": "city", "road": "street", "house": "building",
    "automobile": "car", "porsche": "car", "bike": "bicycle", "ship": "boat", "sailing": "boat",
    "airplane": "plane", "meal": "food", "dinner": "food", "lunch": "food", "breakfast": "food", "espresso": "coffee",
    "marriage": "wedding", "bride": "wedding", "xmas": "christmas", "kid": "child", "children": "child",
    "boy": "child", "girl": "child", "person": "portrait", "face": "portrait", "people": "group", "crowd": "group",
    "friend": "group", "family": "group", "swim": "swimming", "hike": "hiking", "walk": "hiking", "ski": "skiing",
    "blossom": "flower", "paper": "document", "page": "document", "invoice": "receipt", "bill": "receipt",
    "desk": "office", "cottage": "cabin", "mokki": "cabin", "sunny": "summer", "fall": "autumn", "art": "painting",
    "gallery": "museum", "sculpture": "statue", "fire": "campfire", "cloud": "sky", "play": "playing",
    "game": "playing",
}  # fmt: skip

_STOP_WORDS = frozenset(
    [
        "a",
        "an",
        "and",
        "at",
        "by",
        "for",
        "from",
        "in",
        "is",
        "my",
        "of",
        "on",
        "or",
        "our",
        "photo",
        "picture",
        "the",
        "to",
        "with",
    ]
)


def concept(word: str) -> int | None:
    """Return the index of the concept that a word stands for, by simple stemming and synonyms."""
    for form in (word, word.removesuffix("s"), word.removesuffix("es"), word.removesuffix("ing")):
        word = _SYNONYMS.get(form, form)
        if word in _INDEX:
            return _INDEX[word]
    return None


@lru_cache(maxsize=512)
def query_vector(text: str) -> tuple[float, ...]:
    """Return the direction that a query asks for; an unknown word gives a fixed direction of its own."""
    vector = [0.0] * len(CONCEPTS)
    words = [word for word in re.findall(r"\w+", unaccent(text)) if word not in _STOP_WORDS] or ["nothing"]
    for word in words:
        concept_of_word = concept(word)
        if concept_of_word is not None:
            vector[concept_of_word] += 1.0
        else:
            rng = seeded(f"word {word}")
            vector = [value + rng.gauss(0.0, 0.1) for value in vector]
    return _normal(vector)


def picture_vector(weights: Sequence[tuple[int, float]]) -> tuple[float, ...]:
    """Return the direction of a picture."""
    vector = [0.0] * len(CONCEPTS)
    for index, weight in weights:
        vector[index] += weight
    return _normal(vector)


def _normal(vector: Sequence[float]) -> tuple[float, ...]:
    length = math.sqrt(sum(value * value for value in vector))
    return tuple(value / length for value in vector)
