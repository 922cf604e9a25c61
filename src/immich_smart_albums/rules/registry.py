"""The words of rules files: an explicit table of all predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates import rating

if TYPE_CHECKING:
    from immich_smart_albums.rules.predicate import Predicate

PREDICATES: tuple[Predicate, ...] = (rating.PREDICATE,)
"""In the order of the reference."""

PREDICATES_BY_WORD: dict[str, Predicate] = {
    word: predicate for predicate in PREDICATES for word in (predicate.name, *predicate.also)
}
"""Every spelling of every predicate."""
