"""Explains paths that never yield anything from an asset, such as `$.exifInfo.mak`.

Such a path is refused: an include with it would select nothing, and an exclude would let everything through.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.local_filters.asset_shape import ASSET
from immich_smart_albums.rules.local_filters.jsonpath import Name, ShapeNode
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.rules.local_filters.jsonpath import Path

_ROOT = ShapeNode("$", ASSET)


def explain_mismatch(path: Path) -> tuple[str, str] | None:
    """Returns why a path never yields anything, and a hint. None if it may."""
    mismatch = path.mismatch(_ROOT)
    if mismatch is None:
        return None
    places = mismatch.places
    subject = places[0].address[2:] if len(places) == 1 else "what this path reaches"
    if not any(list(place.children()) for place in places):
        hint = f"End the path there: {places[0].address}." if len(places) == 1 else "End the path there."
        return f"{subject} has nothing below it", hint
    if isinstance(mismatch.selector, Name):
        name = mismatch.selector.name
        message = f"{subject} has no field {name!r}" if subject else f"assets have no field {name!r}"
        return message, _meant(name, places)
    hint = f"Name a field, such as {next(places[0].children()).address}."
    if not subject:
        return "an asset is an object, so this path yields nothing", "Start with a field, such as $.exifInfo.make."
    return f"{subject} is an object and no list, so this path yields nothing", hint


def _meant(name: str, places: Iterable[ShapeNode]) -> str:
    """Returns a hint with the field most like a name: of those here, or in the elements of a list here, else of all."""
    here = [child for place in places for child in (*place.children(), *_in_elements(place))]
    for candidates in (here, list(_ROOT.descendants())):
        # Reversed, so that the first of several places with the same name stays.
        addresses = {place.address.rpartition(".")[2]: place.address for place in reversed(candidates)}
        question = did_you_mean(name, addresses, written=addresses.__getitem__)
        if question:
            return question
    return "See docs/filters.md for the list of fields."


def _in_elements(place: ShapeNode) -> Iterable[ShapeNode]:
    return (inner for child in place.children() if child.address.endswith("[*]") for inner in child.children())
