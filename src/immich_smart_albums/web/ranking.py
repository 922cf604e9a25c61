"""The places that smart searches give to what a rule selects."""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.tree import Search, leaves

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Node
    from immich_smart_albums.session.selecting import ExplainedAlbum


def best_ranks(explained: ExplainedAlbum) -> dict[str, int]:
    """Returns the best place that each selected photo has in any ranking; photos that none ranks are left out."""
    ranks: dict[str, int] = {}
    for selection in explained.accounts.values():
        for photo in selection.selected:
            places = [place for place in photo.ranks if place is not None]
            if places:
                ranks[photo.asset.id] = min([*places, ranks.get(photo.asset.id, places[0])])
    return ranks


def is_ranked(match: Node) -> bool:
    """Returns whether a rule has a smart search, which ranks."""
    return any(isinstance(leaf, Search) and leaf.query.kind is Kind.SMART for leaf in leaves(match))
