"""In which order a rule's smart search ranks photos, far beyond its cut-off, for a new cut-off."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.config.editing.rows import row_id
from immich_smart_albums.errors import EditRefused
from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.tree import Reference, Rule, Search, leaves
from immich_smart_albums.web.ranking import best_ranks
from immich_smart_albums.web.rows.counts import row_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from immich_smart_albums.config.yaml.nodes import Path
    from immich_smart_albums.rules.album import AlbumRule
    from immich_smart_albums.rules.tree import Node
    from immich_smart_albums.session.session import Session
    from immich_smart_albums.web.studio import Studio

FURTHER = 5
FEWEST = 500
MOST = 10_000
"""Places of a ranking that are looked at for a new cut-off."""


def ranking(studio: Studio, name: str, entry: str, photo: str) -> tuple[Path, Sequence[str]]:
    """Returns the row of the smart search that ranks a photo, and the ids that it ranks, the best first.

    Raises EditRefused if no search does.
    """
    draft = studio.rules.draft(name)
    _, rule = studio.rules.typed(name, entry)
    text = draft.text.replaced(entry)
    rows = draft.rows(entry)
    nodes = row_nodes(text, rows, rule.rule.match)
    for row in rows:
        node = nodes.get(row_id(row.path))
        if row.word != "smart" or node is None:
            continue
        ranked = ranked_ids(studio.session, rule, _far(node))
        if photo in ranked:
            return row.path, ranked
    hint = "It has a place only where the rule searches for words: add a row for what is in the picture."
    raise EditRefused("no smart search of this rule ranks the photo", hint=hint)


def ranked_ids(session: Session, rule: AlbumRule, node: Node) -> list[str]:
    """Returns the ids that a search ranks, the best first."""
    album = replace(rule, name="ranking", rule=Rule(node))
    ranks = best_ranks(session.explain_selection([album])["ranking"])
    return sorted(ranks, key=lambda id_: (ranks[id_], id_))


def _far(node: Node) -> Node:
    """The same search, looking much further."""
    nodes: Iterable[object] = leaves(node)
    for leaf in nodes:
        if isinstance(leaf, Search) and leaf.query.kind is Kind.SMART:
            limit = min(max(FURTHER * (leaf.query.limit or 0), FEWEST), MOST)
            return replace(leaf, query=replace(leaf.query, limit=limit, until=()))
        if isinstance(leaf, Reference):
            break
    return node
