"""The ranking of a rule's smart search, read well beyond its cut-off, so that a photo can become the new one."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.rows import row_id
from immich_smart_albums.errors import EditRefused
from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.tree import Reference, Rule, Search, leaves
from immich_smart_albums.web.rows.counts import row_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from immich_smart_albums.config.yaml.nodes import Path
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.tree import Node
    from immich_smart_albums.session.selecting import ExplainedAlbum
    from immich_smart_albums.session.session import Session
    from immich_smart_albums.web.studio import Studio

FACTOR = 5
"""How many times as far as its cut-off a ranking is read."""

FEWEST = 500
MOST = 10_000
"""Places of a ranking that are read at least and at most."""


def is_ranked(match: Node) -> bool:
    """Returns whether a rule has a smart search, which ranks."""
    return any(isinstance(leaf, Search) and leaf.query.kind is Kind.SMART for leaf in leaves(match))


def ranking(studio: Studio, name: str, entry: str, photo: str) -> tuple[Path, Sequence[str]]:
    """Returns the path of the smart search that ranks a photo, and the ids that it ranks, the best first.

    Raises EditRefused if no search does.
    """
    typed = studio.typed(name, entry)
    nodes = row_nodes(typed.text, typed.rows, typed.rule.rule.match)
    for row in typed.rows:
        node = nodes.get(row_id(row.path))
        if row.word != "smart" or node is None:
            continue
        ranked = _ranked_ids(studio.session, typed.rule, _extended(node))
        if photo in ranked:
            return row.path, ranked
    hint = "It has a place only where the rule searches for words: add a row for what is in the picture."
    raise EditRefused("no smart search of this rule ranks the photo", hint=hint)


def _ranked_ids(session: Session, rule: AlbumRule, node: Node) -> list[str]:
    album = replace(rule, name="ranking", rule=Rule(node))
    ranks = _best_ranks(session.explain_selection([album])["ranking"])
    return sorted(ranks, key=lambda id_: (ranks[id_], id_))


def _best_ranks(explained: ExplainedAlbum) -> dict[str, int]:
    """Returns the best place that each selected photo has in any ranking. Photos that none ranks are left out."""
    ranks: dict[str, int] = {}
    for selection in explained.accounts.values():
        for photo in selection.selected:
            places = [place for place in photo.ranks if place is not None]
            if places:
                ranks[photo.asset.id] = min([*places, ranks.get(photo.asset.id, places[0])])
    return ranks


def _extended(node: Node) -> Node:
    """Returns the same search with a limit far beyond its own."""
    nodes: Iterable[object] = leaves(node)
    for leaf in nodes:
        if isinstance(leaf, Search) and leaf.query.kind is Kind.SMART:
            limit = min(max(FACTOR * (leaf.query.limit or 0), FEWEST), MOST)
            return replace(leaf, query=replace(leaf.query, limit=limit, until=()))
        if isinstance(leaf, Reference):
            break
    return node
