"""Edits for albums: new ones, also from a photo, and their settings."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.draft import FileDraft
from immich_smart_albums.config.yaml.data import Insert, Put, is_list
from immich_smart_albums.config.yaml.emit import Unquoted
from immich_smart_albums.errors import EditRefused
from immich_smart_albums.rules.rules_file.keywords import ALBUM

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import date

    from immich_smart_albums.config.yaml.data import Edit
    from immich_smart_albums.config.yaml.emit import Plain
    from immich_smart_albums.config.yaml.nodes import Path

_SPECIAL = re.compile(r"([\\.^$*+?{}\[\]|()])")


@dataclass(frozen=True, slots=True)
class PhotoFacts:
    """The facts of a photo that a rule can begin with."""

    people: tuple[str, ...] = ()
    """Names, or ids of those without one."""
    city: str | None = None
    country: str | None = None
    day: date | None = None
    """The local date."""
    make: str | None = None
    model: str | None = None
    folder: str | None = None
    """The folder of its path on the server."""

    def conditions(self) -> dict[str, tuple[str, Plain]]:
        """Returns the facts by the word of their tick, each as a predicate and its value."""
        conditions: dict[str, tuple[str, Plain]] = {}
        if self.people:
            several: tuple[str, Plain] = ("people", {"all": list(self.people)})
            conditions["people"] = several if len(self.people) > 1 else ("person", self.people[0])
        places: dict[str, Plain] = {
            word: name for word, name in (("city", self.city), ("country", self.country)) if name is not None
        }
        if places:
            conditions["place"] = ("place", places)
        if self.day is not None:
            conditions["day"] = ("taken", Unquoted(self.day.isoformat()))
        if self.model or self.make:
            conditions["camera"] = ("camera", self.model or self.make)
        if self.folder:
            below = self.folder.rstrip("/") + "/"
            conditions["folder"] = ("path", "^" + _SPECIAL.sub(r"\\\1", below))
        return conditions


def match_from_photo(facts: PhotoFacts, ticked: Collection[str]) -> dict[str, Plain]:
    """Returns the match of photos that share all ticked facts with a photo. Raises EditRefused if none is ticked."""
    conditions = facts.conditions()
    match = {word: value for tick, (word, value) in conditions.items() if tick in ticked}
    if not match:
        raise EditRefused("nothing of this photo was ticked", hint=f"Tick {', '.join(conditions) or 'another photo'}.")
    return match


def album_entry(name: str, match: Plain, *, album_id: str | None = None) -> dict[str, Plain]:
    """Returns an entry of `albums`. With an id, it is for an album that exists."""
    entry: dict[str, Plain] = {"name": name}
    if album_id is not None:
        entry["id"] = album_id
    return {**entry, "match": match}


def add_album(rules: Plain, entry: Mapping[str, Plain]) -> list[Edit]:
    """Returns the edits that add an album at the end of a file, or as its first. Raises EditRefused."""
    draft = FileDraft(rules)
    albums = draft.get(("albums",))
    if is_list(albums):
        draft.make(Insert(("albums", len(draft.items(("albums",)))), entry))
    elif albums is None or albums == "":
        draft.make(Put(("albums",), [entry]))
    else:
        raise EditRefused("albums is no list in this file", hint="Each album begins with a dash.")
    return draft.edits


def set_word(rules: Plain, album: Path, word: str, value: Plain) -> list[Edit]:
    """Returns the edits that set a keyword of an album, such as `share`. None removes it. Raises EditRefused."""
    draft = FileDraft(rules)
    if word not in ALBUM:
        raise EditRefused(f"an album has no word {word!r}", hint=f"Known are {', '.join(ALBUM)}.")
    if value is not None:
        draft.make(Put((*album, word), value))
    elif word in {"name", "match"}:
        raise EditRefused(f"an album needs its {word}", hint="Take out the album as a whole.")
    elif word in draft.mapping(album):
        draft.remove((*album, word))
    return draft.edits
