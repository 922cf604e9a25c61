"""The words of rules files: an explicit table of all predicates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.capture import (
    camera,
    dimensions,
    duration,
    exif,
    media,
    orientation,
    screenshot,
)
from immich_smart_albums.rules.predicates.content import person, smart, text
from immich_smart_albums.rules.predicates.curation import album, archived, description, favorite, rating, stack, tag
from immich_smart_albums.rules.predicates.raw import json_filter, photo, search
from immich_smart_albums.rules.predicates.storage import filename, library, offline, owner, path, size
from immich_smart_albums.rules.predicates.time_and_place import added, near, place, taken

if TYPE_CHECKING:
    from immich_smart_albums.rules.predicates.predicate import Predicate

PREDICATES: tuple[Predicate, ...] = (
    person.PREDICATE,
    smart.PREDICATE,
    taken.PREDICATE,
    added.PREDICATE,
    place.PREDICATE,
    near.PREDICATE,
    camera.PREDICATE,
    exif.PREDICATE,
    media.PREDICATE,
    screenshot.PREDICATE,
    size.PREDICATE,
    dimensions.PREDICATE,
    orientation.PREDICATE,
    duration.PREDICATE,
    rating.PREDICATE,
    favorite.PREDICATE,
    tag.PREDICATE,
    album.PREDICATE,
    path.PREDICATE,
    filename.PREDICATE,
    description.PREDICATE,
    text.PREDICATE,
    owner.PREDICATE,
    library.PREDICATE,
    archived.PREDICATE,
    offline.PREDICATE,
    stack.PREDICATE,
    photo.PREDICATE,
    json_filter.PREDICATE,
    search.PREDICATE,
)
"""In the order of the reference."""

PREDICATES_BY_WORD: dict[str, Predicate] = {
    word: predicate for predicate in PREDICATES for word in (predicate.name, *predicate.also)
}
"""Every spelling of every predicate."""
