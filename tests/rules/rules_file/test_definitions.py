"""Groups of people and places that have names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.syntax.reader import Circle
from immich_smart_albums.rules.tree import leaves
from tests.support.rules_files import book

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Reference


def named(text: str) -> list[str]:
    (result,) = book(text).albums
    names: list[Reference] = [leaf for leaf in leaves(result.rule.match) if hasattr(leaf, "names")]  # type: ignore[misc]
    return [name for reference in names for name in reference.names]


def test_groups_of_people_stand_for_everybody_in_them() -> None:
    groups = "people: {family: [Jane, KIDS , kids, john], kids: [Emma, Noah, Emma], one: Bob}"
    result = book(f"{groups}\nalbums: [{{name: Kids, match: {{person: family}}}}]")
    assert result.people == {"family": ("Jane", "Emma", "Noah", "john"), "kids": ("Emma", "Noah"), "one": ("Bob",)}
    assert named(f"{groups}\nalbums: [{{name: Kids, match: {{person: [Family, one]}}}}]") == [
        *("Jane", "Emma", "Noah", "john"),
        "Bob",
    ]


def test_groups_may_stand_in_a_long_row() -> None:
    rows = ", ".join(f"g{number}: [g{number + 1}]" for number in range(3000))
    result = book(f"people: {{{rows}}}\nalbums: [{{name: Kids, match: {{person: g0}}}}]")
    assert result.people["g0"] == ("g3000",)


def test_places_have_names() -> None:
    text = "places: {cabin: {lat: 61.2, lon: 24.1, radius: 2km}}\nalbums: [{name: Kids, match: {near: cabin}}]"
    assert book(text).places == {"cabin": Circle(61.2, 24.1, 2000.0)}
