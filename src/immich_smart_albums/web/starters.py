"""Rules to begin with, so that nobody begins with an empty page."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Starter:
    """One rule, ready to be changed."""

    title: str
    purpose: str
    match: str
    """The lines below `match:`."""

    def entry(self, name: str) -> str:
        """The lines of an album."""
        lines = "".join(f"    {line}\n" for line in self.match.split("\n"))
        return f"- name: {json.dumps(name, ensure_ascii=False)}\n  match:\n{lines}"


STARTERS = {
    "favourites": Starter("Favourites", "Everything that you gave a heart to.", "favorite: true\nmedia: photo"),
    "recent": Starter("The last 30 days", "What is new.", "taken: {last: 30 days}"),
    "on-this-day": Starter("On this day", "Today in all the years before.", "taken: {on-this-day: true}"),
    "stars": Starter("Five stars", "What you rated best.", "rating: 5"),
    "videos": Starter("Videos", "Everything that moves.", "media: video"),
    "found": Starter(
        "Dogs on the beach", "What a search for words finds.", "smart: {query: a dog on a beach, top: 200}"
    ),
    "year": Starter("Last 12 months", "A year of photos.", "taken: {last: 12 months}"),
}
