"""Resolve people by name: the account's own, and under `not` everybody of that name whom a photo shows."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.span import problem_at
from immich_smart_albums.rules.predicates.storage.owner import owned_by
from immich_smart_albums.rules.scope import TIMELINE_ONLY
from immich_smart_albums.rules.syntax.ids import is_id
from immich_smart_albums.rules.tree import Any, EntityKind

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.scope import Scope
    from immich_smart_albums.model.span import Place
    from immich_smart_albums.operations.names.names import NameResolver
    from immich_smart_albums.operations.names.shown_people import ShownPeople
    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.tree import Node, Reference
    from immich_smart_albums.selection.ports import SearchApi


@dataclass(frozen=True, slots=True)
class PersonResolver:
    """Resolves people for one rule, by name or id."""

    searches: SearchApi
    names: NameResolver
    diagnostics: Diagnostics
    scope: Scope
    """Where the rule looks."""

    def problem_with(self, name: str, where: Place | None, *, excludes: bool) -> Problem | None:
        """Returns the problem with a name or an id that nobody has. None if somebody has it. Raises ServerError."""
        problem = self.names.problem_with(EntityKind.PERSON, name, where)
        if problem is None or not self._sees_others:
            return problem
        others = self._others.ids(name)
        if name.strip().lower() in self._others.names or (excludes and others):
            return None
        if not others:
            return problem
        hint = f"Outside a not, names are those of your own people. Give a partner's by id: {', '.join(sorted(others))}"
        return problem_at(where, f"nobody of yours is named {name!r}, only somebody on a partner's photos", hint)

    def exists(self, person_id: str) -> bool:
        """Returns whether a person exists: the account's own, or one on a partner's photos. Raises ServerError."""
        return self.names.has_person(person_id) or (self._sees_others and person_id in self._others.names)

    def resolve(self, leaf: Reference, *, excludes: bool) -> Node:
        """Returns the searches and filters that a reference to people stands for. Raises ServerError."""
        everywhere = self.scope != TIMELINE_ONLY
        own = [frozenset(self.names.ids(EntityKind.PERSON, name, everywhere=everywhere)) for name in leaf.names]
        if not excludes or not self._sees_others or all(map(is_id, leaf.names)):
            return leaf.resolve(tuple(map(_sorted, own)))
        if self.names.partners is None:
            self.diagnostics.warn(
                f"{leaf.origin}: the key lacks the permission partner.read, so all photos are looked at for partners' "
                f"people named as in {leaf.key}"
            )
        others = [self._others.ids(name) for name in leaf.names]
        for person_id in sorted(frozenset().union(*others).difference(*own)):
            self._require_searchable(person_id, leaf)
        built = leaf.resolve(tuple(_sorted(mine | others_ids) for mine, others_ids in zip(own, others, strict=True)))
        silent = self._others.owners - self._others.telling - {self.names.own_id}
        if not silent:
            return built
        self.diagnostics.warn(
            f"{leaf.origin}: Immich shows nobody on the photos of some partner, so whether {leaf.key} holds for them "
            "cannot be told: they are left out"
        )
        return Any((built, owned_by(silent, "a partner's of whom nobody is shown")))

    @property
    def _others(self) -> ShownPeople:
        return self.names.shown(self.searches, self.scope)

    @property
    def _sees_others(self) -> bool:
        """Whether the rule may find photos of other users."""
        return self.names.partners is None or bool(self.names.partners)

    def _require_searchable(self, person_id: str, leaf: Reference) -> None:
        """Raise Untrustworthy if a search by an id that the server shows finds no photo: the exclude would not work."""
        if (person_id, self.scope) in self.names.confirmed_people:
            return
        query = self.scope.narrow(Query(Kind.METADATA, where(personIds=(person_id,)), limit=1))
        with closing(self.searches.find(query, frozenset())) as batches:
            if any(map(list, batches)):
                self.names.confirmed_people.add((person_id, self.scope))
                return
        message = f"{leaf.origin}: the server shows {leaf.key} on a partner's photo and finds no photo of that person"
        hint = "Nothing is decided without it. Exclude the partner's photos (owner: partner), or try again."
        raise Untrustworthy(message, hint=hint)


def _sorted(ids: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted(ids))
