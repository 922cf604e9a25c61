"""Resolves the names and ids of a rule on the server, before anything is searched.

A search for a person, tag or album that does not exist finds nothing (or everything, under an exclude), without an
error. So every name and id is looked up first, and all problems are reported together.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.model.search_fields import BY_NAME
from immich_smart_albums.model.span import problem_at
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.names.people import PersonResolver
from immich_smart_albums.operations.names.spelling import Spelling
from immich_smart_albums.operations.names.suggestions import listed_values_in
from immich_smart_albums.rules.predicates.storage.owner import owned_by
from immich_smart_albums.rules.scope import scope_of, with_scope
from immich_smart_albums.rules.syntax.diagnostics import question_after
from immich_smart_albums.rules.syntax.reader import with_origin
from immich_smart_albums.rules.tree import (
    All,
    Any,
    EntityKind,
    Filter,
    Leaf,
    Node,
    Reference,
    Rule,
    Search,
    leaves,
    signed_leaves,
    transform,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_smart_albums.model.condition import Condition
    from immich_smart_albums.model.query import Value
    from immich_smart_albums.model.scope import Scope
    from immich_smart_albums.model.span import Place
    from immich_smart_albums.operations.names.suggestions import Values
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics


_MAY_BE_MISSING_HINT = (
    'If it is fine that there is none yet, say so with may-be-missing: true (in JSON, "mayBeMissing": true).'
)


def resolve(rule: Rule, server: PhotoServer, diagnostics: Diagnostics, names: NameResolver | None = None) -> Rule:
    """Returns the rule with searches by id for its names. Notes problems in `diagnostics`. Raises ServerError.

    All rules of an account may share `names`, so that each list is asked for once.
    """
    resolver = _Resolver(server, names or NameResolver(server.directory), diagnostics, scope_of(rule.match))
    before = len(diagnostics.problems)
    # A name that stands twice in one place is one problem.
    parts = {(leaf, leaf.origin, excludes): leaf for leaf, excludes in signed_leaves(rule.match)}
    for (_, _, excludes), leaf in parts.items():
        resolver.check_names(leaf, excludes=excludes)
    written = tuple({(leaf, leaf.origin): leaf for leaf in parts.values()}.values())
    resolver.check_values(rule.match)
    resolver.check_version(written)
    if len(diagnostics.problems) > before:
        return rule
    resolved = replace(rule, match=transform(rule.match, resolver.resolved))
    # Searches that names were replaced by may be new to this version as well.
    resolver.check_version(frozenset(leaves(resolved.match)).difference(written))
    return resolved


@dataclass(frozen=True, slots=True)
class _Resolver:
    server: PhotoServer
    names: NameResolver
    diagnostics: Diagnostics
    scope: Scope
    """Where the rule looks."""

    @property
    def values(self) -> Values:
        """The values that the account's photos have."""
        return self.names.values(self.server)

    @property
    def spelling(self) -> Spelling:
        """Replaces names by the server's spelling."""
        return Spelling(self.values, self.diagnostics.warn)

    def check_names(self, leaf: Leaf, *, excludes: bool) -> None:
        """Note names and ids in a leaf, as written, that do not exist."""
        match leaf:
            case Reference(kind=EntityKind.PERSON):
                self.diagnostics.problems += filter(
                    None, (self.people.problem_with(name, leaf.origin, excludes=excludes) for name in leaf.names)
                )
            case Reference(kind=EntityKind.PHOTO):
                # An excluded photo need not exist, so it is not asked for.
                gone = () if excludes else tuple(name for name in leaf.names if not self.names.has_asset(name))
                if gone:
                    self.diagnostics.warn(f"{leaf.origin}: not there, or not for this account: photo {', '.join(gone)}")
            case Reference():
                self.names.check(leaf, self.diagnostics)
            case Search():
                for condition in leaf.query.where:
                    self._check_ids(leaf, condition)
                self._check_cut_off(leaf)
            case _:
                self._check_library(leaf)

    @property
    def people(self) -> PersonResolver:
        """Resolves names of people in this rule's scope."""
        return PersonResolver(self.server.searches, self.names, self.diagnostics, self.scope)

    def check_values(self, match: Node) -> None:
        """Note names of places, cameras and lenses that no photo has: a warning, or a problem in an exclude."""
        occurrences = {
            # A word that covers several fields is checked once.
            (leaf.origin, listed_value.fields, listed_value.text, excluded): listed_value
            for leaf, excluded in signed_leaves(match)
            for listed_value in listed_values_in(leaf)
            if not listed_value.may_be_missing
        }
        for (origin, _, _, excluded), listed_value in occurrences.items():
            message = self.values.nowhere(listed_value) if excluded else self.values.not_on_timeline(listed_value)
            if message is None:
                continue
            near = self.values.near(listed_value)
            if excluded:
                hint = f"{question_after(map(repr, near))} {_MAY_BE_MISSING_HINT}".strip()
                problem = problem_at(origin, f"{message}, so nothing would be left out", hint)
                self.diagnostics.problems.append(problem)
            else:
                meant = f"; did you mean {near[0]!r}?" if near else ""
                self.diagnostics.warn(f"{origin}: {message}{meant}")

    def _check_ids(self, leaf: Search, condition: Condition) -> None:
        row = BY_NAME[condition.field]
        checks: dict[str, Callable[[str], bool]] = {
            "person": self.people.exists,
            "tag": self.names.has_tag,
            "asset": self.names.has_asset,
            "album": self.names.has_album,
        }
        exists = checks.get(row.refers_to or "")
        ids = condition.value
        if exists is None or ids is None:
            return
        for id_ in map(str, ids if isinstance(ids, tuple) else (ids,)):
            if not exists(id_):
                message = f"{row.name}: there is no {row.refers_to} {id_} for this key"
                hint = "It was deleted, merged, or belongs to another account; copy the id again from Immich."
                self.diagnostics.problems.append(problem_at(leaf.origin, message, hint))

    def _check_cut_off(self, leaf: Search) -> None:
        until = leaf.query.until
        gone = [asset_id for asset_id in until if not self.names.has_asset(asset_id)]
        if until and len(gone) == len(until):
            message = f"of the photos under until none is there any more: {', '.join(gone)}"
            hint = "Pick another one: the last photo in the search's order that is still a good one."
            self.diagnostics.problems.append(problem_at(leaf.origin, message, hint))
        elif gone:
            self.diagnostics.warn(f"{leaf.origin}: not there any more, so others decide under until: {', '.join(gone)}")

    def _check_library(self, leaf: Filter) -> None:
        library = None if leaf.superset is None else leaf.superset.get("libraryId")
        if library is None:
            return
        everywhere = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})
        query = Query(Kind.METADATA, where(libraryId=str(library), withDeleted=True), everywhere, limit=1)
        with closing(self.server.searches.find(query, frozenset())) as batches:
            if any(map(list, batches)):
                return
        hint = "Copy its id again from its page under Administration → External Libraries."
        message = f"the account sees no photo of an external library {library}"
        self.diagnostics.problems.append(problem_at(leaf.origin, message, hint))

    def check_version(self, leaves_to_check: Iterable[Leaf]) -> None:
        """Note the parts of leaves that this version of the server would ignore."""
        for leaf in leaves_to_check:
            if isinstance(leaf, Search):
                for _, message in self.server.unsupported(leaf.query):
                    hint = "Remove it from this search; otherwise the whole library would match."
                    self.diagnostics.problems.append(problem_at(leaf.origin, message, hint))
            elif isinstance(leaf, Filter) and self._search_for(leaf) is None:
                for message in self.server.unsupported_asset_fields(leaf.required_fields):
                    hint = f"Leave {leaf.text or leaf.key} out: it could never match here."
                    self.diagnostics.problems.append(problem_at(leaf.origin, message, hint))

    def resolved(self, node: Node, excludes: bool) -> Node:
        """Returns a node with names, and filters on fields that records lack here, replaced by searches.

        Photos under `until` that no longer exist are left out.
        """
        match node:
            case Reference():
                return self._resolve_reference(node, excludes=excludes)
            case Search():
                until = tuple(asset_id for asset_id in node.query.until if self.names.has_asset(asset_id))
                spelled = self.spelling.of_search(replace(node, query=replace(node.query, until=until)))
                return self._within_own_timeline(spelled, node.query.get("albumIds", "all"), node.origin)
            case Filter() if node.listed_value is not None and node.listed_value.matches is None:
                return self.spelling.of_check(node, node.listed_value)
            case Filter():
                return self._search_for(node) or node
            case _:
                return node

    def _resolve_reference(self, leaf: Reference, *, excludes: bool) -> Node:
        if leaf.kind is EntityKind.PERSON:
            built = self.people.resolve(leaf, excludes=excludes)
        elif leaf.kind is EntityKind.PHOTO:
            # Included photos are searched by id, one by one; excluded ones are compared with a record, all at once.
            groups = (leaf.names,) if excludes else tuple((name,) for name in leaf.names)
            checks = tuple(leaf.resolve((group,)) for group in groups)
            built = checks[0] if len(checks) == 1 else Any(checks, leaf.origin)
        else:
            ids = tuple(self.names.ids(leaf.kind, name) for name in leaf.names)
            built = leaf.resolve(ids)
            if leaf.kind is EntityKind.ALBUM:
                built = self._within_own_timeline(built, tuple(chain.from_iterable(ids)), leaf.origin)
        built = with_origin(built, leaf.origin) or built
        return built if leaf.scope is None else with_scope(built, leaf.scope)

    def _within_own_timeline(self, built: Node, album_ids: Value, origin: Place | None) -> Node:
        """The search of a shared album, within the own timeline: since 3.0 it finds all members' photos."""
        if not isinstance(album_ids, tuple) or not self.names.is_any_shared(map(str, album_ids)):
            return built
        if self.names.partners is not None and self.names.own_id is not None:
            return All((built, owned_by({self.names.own_id, *self.names.partners}, "yours or a partner's")), origin)
        self.diagnostics.warn(
            f"{origin}: the key lacks the permission partner.read or user.read, so the whole timeline is read to tell "
            "which photos of a shared album can be added"
        )
        return All((built, Search(self.scope.narrow(WHOLE_LIBRARY), origin)), origin)

    def _search_for(self, check: Filter) -> Search | None:
        """The equivalent search for a filter on fields that records of this version lack. None if there is none."""
        if check.superset is None or not check.superset_is_exact or self.server.unsupported(check.superset):
            return None
        is_shown = not self.server.unsupported_asset_fields(check.required_fields)
        return None if is_shown else Search(check.superset, check.origin)
