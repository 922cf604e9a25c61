"""Explains for one account why a rule selects a photo or not."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from itertools import product
from typing import TYPE_CHECKING

from immich_smart_albums.errors import ConfigurationError, Problem, ServerError
from immich_smart_albums.model.asset import Asset
from immich_smart_albums.model.query import Condition, Kind, Query, Visibility
from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.operations.indexing.indexing import Indexing
from immich_smart_albums.operations.indexing.scopes import ranking_scope
from immich_smart_albums.operations.indexing.waiting import done_stages, waiting_reasons
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.operations.select import resolve_and_compile, select
from immich_smart_albums.rules.scope import scope_of
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.ids import id_in_url, is_id
from immich_smart_albums.rules.syntax.reader import SETTLE
from immich_smart_albums.rules.tree import EntityKind, Filter, Search
from immich_smart_albums.selection.explain.explain import Explanation, LeafEvidence, explain
from immich_smart_albums.selection.explain.record_values import record_values
from immich_smart_albums.selection.run.evaluate import Selection
from immich_smart_albums.selection.stages import shows_metadata

if TYPE_CHECKING:
    from immich_smart_albums.operations.accounts import ConnectedAccount
    from immich_smart_albums.operations.names.names import NameResolver
    from immich_smart_albums.operations.select import SelectOptions
    from immich_smart_albums.rules.tree import Record, Rule
    from immich_smart_albums.selection.ports import SearchApi
    from immich_smart_albums.selection.run.split import Combination


FURTHER = 10
"""How many times farther than its cut-off a ranking is read, for an asset that is beyond it."""

MOST = 10_000
"""The most places of a ranking that are read for an asset beyond the cut-off."""


@dataclass(frozen=True, slots=True)
class AssetProbe:
    """Evaluates the leaves of a rule for one asset, from its details."""

    searches: SearchApi
    record: Record

    def __call__(self, leaf: Search | Filter) -> LeafEvidence:
        """Whether a leaf holds, with the value that decided. Raises ServerError; FilterError if a filter fails."""
        if isinstance(leaf, Filter):
            return LeafEvidence(leaf.holds(self.record), leaf.evidence(self.record))
        query = leaf.query
        if query.kind is Kind.METADATA and query.limit is None:
            return LeafEvidence(self.finds(query), record_values(query, self.record))
        return self._ranked(query)

    def finds(self, query: Query) -> bool:
        """Returns whether a metadata search finds the asset."""
        narrowed = self._narrowed(query)
        if narrowed is None:
            return False
        with closing(self.searches.find(narrowed, frozenset())) as batches:
            return any(record["id"] == self.record["id"] for batch in batches for record in batch)

    def _narrowed(self, query: Query) -> Query | None:
        """The same search for this asset alone. None if the query itself excludes it."""
        asset_id = str(self.record["id"])
        here = self._places(query)
        if not here:
            return None
        if query.get("id") not in {None, asset_id}:
            return None
        return replace(query.narrowed(Condition("id", "eq", asset_id)), visibility=here)

    def _places(self, query: Query) -> frozenset[Visibility]:
        """Those visibilities of the query in which the asset may be; before 1.133 its record does not show it."""
        visibility_of_record = self.record.get("visibility")
        return (
            query.visibility
            if visibility_of_record is None
            else frozenset(visibility for visibility in query.visibility if visibility.value == visibility_of_record)
        )

    def _ranked(self, query: Query) -> LeafEvidence:
        """The asset's place in a ranking, or among the first of a search, even beyond the cut-off."""
        seen = record_values(query, self.record)
        if query.kind is Kind.SMART:
            # Each visibility has a ranking and a cut-off of its own.
            query = replace(query, visibility=self._places(query))
        elif not self.finds(replace(query, limit=None)):
            return LeafEvidence(holds=False, value=seen)
        place, read = self._place(query)
        if place is not None or not query.visibility:
            return LeafEvidence(place is not None, seen, rank=place, read=read)
        further = min(read * FURTHER, MOST)
        if further > read:
            place, read = self._place(replace(query, limit=further, until=()))
        return LeafEvidence(holds=False, value=seen, rank=place, read=read)

    def _place(self, query: Query) -> tuple[int | None, int]:
        """The asset's place, from 1, and how many places were read."""
        read = 0
        place = None
        with closing(self.searches.find(query, frozenset())) as batches:
            for batch in batches:
                for record in batch:
                    read += 1
                    if place is None and record["id"] == self.record["id"]:
                        place = read
        return place, read


_PLACES = {"timeline": "on the timeline", "archive": "in the archive", "hidden": "hidden, such as a live photo's video"}


@dataclass(frozen=True, slots=True)
class RuleExplanation:
    """Why a rule selects an asset in one account or not."""

    account: str
    asset: Asset | None = None
    """None if the account does not see it, or could not be asked."""
    explanation: Explanation | None = None
    """The evaluation of each part of the rule. None if the account does not see the asset."""
    outside: str | None = None
    """Why the asset is outside of the rule's scope. None if it is inside."""
    cut: str | None = None
    """Why the asset is left out although it matched: the rule's limit, or a change meanwhile. Else None."""
    combinations: tuple[Combination, ...] | None = None
    """For a split rule, the values of the albums in which the asset belongs. None if the rule is not split."""
    problems: tuple[Problem, ...] = ()
    """Why the account could not be asked."""
    waits: str | None = None
    """What Immich has not found out yet, if the match is not certain. Else None."""

    @property
    def passed(self) -> bool:
        """Whether the rule selects the asset."""
        matches = self.explanation is not None and self.explanation.passed
        return matches and not (self.outside or self.cut or self.waits or self.problems or self.combinations == ())


def asset_id_in(text: str) -> str:
    """Returns the asset's id from an id or a photo's address. Raises ConfigurationError for anything else."""
    asset_id = id_in_url(text, "photos") or text.strip()
    if is_id(asset_id):
        return asset_id.lower()
    hint = "Open the photo in Immich and copy its address; it has /photos/ and an id in it."
    raise ConfigurationError((Problem("ASSET", f"{text!r} is neither a photo's id nor its address", hint),))


def explain_rule(  # noqa: PLR0913 - what is asked, and of whom
    name: str, rule: Rule, asset_id: str, account: ConnectedAccount, options: SelectOptions, *, settle: int = SETTLE
) -> RuleExplanation:
    """Explain one asset by a rule of a rules file. Returns the explanation, which agrees with the account's selection.

    Raises ServerError, and FilterError if a filter fails on the asset.
    """
    diagnostics = Diagnostics()
    resolved = resolve(rule, account.server, diagnostics, account.names)
    if diagnostics.problems:
        return RuleExplanation(account.name, problems=tuple(dict.fromkeys(diagnostics.problems)))
    explanation, record = explain_resolved(rule, resolved, asset_id, account)
    if record is None or not explanation.passed:
        return explanation
    indexing = Indexing(account.server, options.clock, options.store)
    if rule.limit is not None or _is_in_doubt(record, indexing, resolved, settle):
        (selection,) = select(resolve_and_compile({name: rule}, account), account, options).values()
        explanation = _with_selection(explanation, rule, selection)
        if explanation.passed and explanation.asset and isinstance(selection, Selection):
            reasons = waiting_reasons(indexing, selection.certainty, [explanation.asset], settle)
            explanation = replace(explanation, waits=reasons.get(explanation.asset.id))
        return explanation
    if rule.split:
        return replace(explanation, combinations=tuple(product(*(key.values(record) for key in rule.split))))
    return explanation


def _is_in_doubt(record: Record, indexing: Indexing, rule: Rule, settle: int) -> bool:
    """Whether a stage is not done for a photo, so that only the whole selection shows whether the match is certain."""
    asset = Asset.of(record)
    scope = ranking_scope([scope_of(rule.match).narrow(Query(Kind.METADATA))])
    return bool(frozenset(Stage) - done_stages(indexing, asset, settle, scope, is_read=shows_metadata(record)))


def explain_resolved(
    written: Rule, resolved: Rule, asset_id: str, account: ConnectedAccount
) -> tuple[RuleExplanation, Record | None]:
    """Returns the explanation of one asset by a resolved rule, without its limit, and the asset's details.

    The details are None if the account does not see the asset.
    """
    record = next(iter(account.server.searches.details([asset_id])), None)
    if record is None:
        return RuleExplanation(
            account.name, outside="this account does not see it: deleted, locked, or somebody else's"
        ), None
    probe = AssetProbe(account.server.searches, record)
    explanation = explain(resolved.match, probe, written=written.match, name_of=Namer(account.names))
    return RuleExplanation(account.name, Asset.of(record), explanation, _outside(resolved, probe, account)), record


def _outside(rule: Rule, probe: AssetProbe, account: ConnectedAccount) -> str | None:
    """Why an asset is outside of a rule's scope. None if it is inside."""
    scope = scope_of(rule.match)
    if probe.finds(scope.narrow(Query(Kind.METADATA))):
        return None
    record = probe.record
    if record.get("isTrashed") and not scope.trash:
        return "it is in the trash"
    if record.get("ownerId") != account.user.id:
        return "it belongs to somebody whose photos are not on this account's timeline"
    # Before 1.133 a record shows only whether it is archived.
    place = record.get("visibility", "archive" if record.get("isArchived") else "timeline")
    if any(visibility.value == place for visibility in scope.visibility):
        return "no search finds it: it is hidden, such as a live photo's video, or was only just uploaded"
    looked = " or ".join(sorted(_PLACES[visibility.value] for visibility in scope.visibility))
    return f"it is {_PLACES.get(str(place), place)}, and the rule looks at what is {looked}"


def _with_selection(
    explanation: RuleExplanation, rule: Rule, selection: Selection | tuple[Problem, ...]
) -> RuleExplanation:
    """The explanation of a match, completed from the whole selection: limit, split, problems."""
    if not isinstance(selection, Selection):
        return replace(explanation, problems=selection)
    asset_id = explanation.asset.id if explanation.asset else ""
    if rule.split:
        explanation = replace(explanation, combinations=selection.groups.get(asset_id, ()))
    if any(asset.id == asset_id for asset in selection.assets):
        return explanation
    if rule.limit is None:
        return replace(explanation, cut="it matched a moment ago, and does not any more: it was changed meanwhile")
    cut = f"{selection.matched:,} photos match, and the rule keeps the {rule.sort.value} {rule.limit:,}"
    return replace(explanation, cut=cut)


@dataclass(frozen=True, slots=True)
class Namer:
    """Returns names for the ids in searches."""

    names: NameResolver

    def __call__(self, field_: str, id_: str) -> str:
        """The name for an id in a search field; the id if it has none."""
        try:
            return self.names.names_by_id(EntityKind(BY_NAME[field_].refers_to)).get(id_, id_)
        except ServerError:
            return id_  # an explanation without a name is better than none
