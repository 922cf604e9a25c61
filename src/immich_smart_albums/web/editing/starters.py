"""Starters: rules that a new album can begin with, so that nobody begins with an empty page."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.config.yaml.data import load
from immich_smart_albums.config.yaml.emit import flow

if TYPE_CHECKING:
    from immich_smart_albums.config.yaml.emit import Plain


@dataclass(frozen=True, slots=True)
class Starter:
    """A rule to begin with."""

    title: str
    purpose: str
    text: str
    """The rule's `match`, as YAML."""

    @property
    def match(self) -> Plain:
        """The rule's `match`, as data."""
        return load(self.text)


def starter_of(key: str) -> Starter:
    """Returns a starter by its key: one of STARTERS, `person:Emma`, or `country:Finland`."""
    word, _, value = key.partition(":")
    if word == "person" and value:
        return Starter(value, "", flow({"person": value}))
    if word == "country" and value:
        return Starter(value, "", flow({"place": {"country": value}}))
    return STARTERS.get(key, STARTERS["favourites"])


STARTERS = {
    "favourites": Starter("Favourites", "Everything that you gave a heart to.", "favorite: true\nmedia: photo"),
    "recent": Starter("The last 30 days", "What is new.", "taken: {last: 30 days}"),
    "on-this-day": Starter("On this day", "Today in all the years before.", "taken: on-this-day"),
    "stars": Starter("Five stars", "What you rated best.", "rating: 5"),
    "videos": Starter("Videos", "Everything that moves.", "media: video"),
    "found": Starter(
        "Dogs on the beach", "What a search for words finds.", "smart: {query: a dog on a beach, top: 200}"
    ),
    "year": Starter("Last 12 months", "A year of photos.", "taken: {last: 12 months}"),
}
