"""Photos that stay although the rule does not select them: Immich no longer shows what the rule asks for.

While Immich indexes a library anew, embeddings and faces are thrown away first. No photo is taken out of an album for
that: it leaves only if the rule surely does not match, whatever Immich may still find out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.operations.indexing.scopes import ranking_scope
from immich_smart_albums.operations.indexing.shown_stages import shown_stages
from immich_smart_albums.operations.select import resolve_and_compile, select
from immich_smart_albums.rules.tree import Filter, Rule, Search, leaves
from immich_smart_albums.selection.compile.relax import upper_bound
from immich_smart_albums.selection.run.evaluate import Selection
from immich_smart_albums.selection.stages import when_failed, when_missing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from immich_smart_albums.model.asset import Asset
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.operations.indexing.indexing import Indexing
    from immich_smart_albums.operations.select import SelectOptions
    from immich_smart_albums.rules.tree import Node
    from immich_smart_albums.selection.stages import Stages

_WORDS = {
    Stage.DATES: "they were only just uploaded",
    Stage.METADATA: "Immich does not show what is in their files (any more)",
    Stage.EMBEDDING: "Immich has not looked at them for smart search (any more)",
    Stage.FACES: "Immich shows nobody on them (any more), or is looking for faces",
    Stage.TEXT: "Immich is perhaps reading the text in them anew",
}


def staying(  # noqa: PLR0913 - whose photos, and how they are asked about
    rule: Rule,
    lost: Mapping[str, Asset],
    account: ConnectedAccount,
    indexing: Indexing,
    options: SelectOptions,
    settle: int,
) -> dict[str, str]:
    """Returns which of some photos that one account does not select may match all the same, each with the reason.

    `rule` has its names looked up. Photos for which a search failed stay as well. Photos that no search of this account
    finds do not match here, whatever Immich finds out. Raises ServerError and FilterError.
    """
    stages = stages_of_rule(rule.match)
    if not stages or not lost:
        return {}
    queries = [leaf.query for leaf in leaves(rule.match) if isinstance(leaf, Search)]
    scope = ranking_scope(queries or [WHOLE_LIBRARY])
    of_anybody = any(map(_looks_into_albums, queries))
    groups: dict[Stages, set[str]] = {}
    for id_, shown in shown_stages(indexing, lost.values(), stages, settle, scope, of_anybody=of_anybody).items():
        if stages - shown:
            groups.setdefault(stages - shown, set()).add(id_)
    reasons: dict[str, str] = {}
    for undone, ids in groups.items():
        match = upper_bound(rule.match, undone)
        reason = _WORDS[next(stage for stage in Stage if stage in undone)]
        if not isinstance(match, bool):  # True: every photo may match
            compiled = resolve_and_compile({"": Rule(match)}, account)
            result = select(compiled, account, options)[""]
            if isinstance(result, Selection):
                ids = ids & {asset.id for asset in result.assets}  # noqa: PLW2901 - fewer of the same
        reasons |= dict.fromkeys(ids, reason)
    return reasons


def _looks_into_albums(query: Query) -> bool:
    """Whether a search finds photos that others put into an album."""
    return any(condition.field == "albumIds" for condition in query.conditions)


def stages_of_rule(node: Node) -> Stages:
    """Returns the stages after which a photo may match that does not match now."""
    of_searches = (when_missing(leaf.query) for leaf in leaves(node) if isinstance(leaf, Search))
    of_filters = (when_failed(leaf) for leaf in leaves(node) if isinstance(leaf, Filter))
    return frozenset[Stage]().union(*of_searches, *of_filters)
