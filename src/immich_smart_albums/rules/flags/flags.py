"""Reads the command line's sixteen selection flags to one rule.

    --include-metadata-union A B --include-smart-union C --exclude-person-names-intersection D E
    (A or B) & C & not (D & E)

A union flag adds a choice of its values, an intersection flag all of them; all flags must hold together, and what any
exclude matches is out. Each occurrence of an exclude-intersection flag is an exclude of its own; several occurrences of
another flag are the same as one.

People, and excludes that set no scope, look where the include searches do: in the archive and the trash if these do.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, assert_never

from immich_smart_albums.errors import Problem
from immich_smart_albums.model.query import DEFAULT_SMART_LIMIT, WHOLE_LIBRARY, Kind
from immich_smart_albums.model.scope import Scope
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.rules.flags.names import FLAGS, Flag
from immich_smart_albums.rules.local_filters.local_filter import read_local_filters
from immich_smart_albums.rules.payload.payload import read_search
from immich_smart_albums.rules.payload.smart_text import looks_like_file, read_words
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.scope import with_scope
from immich_smart_albums.rules.syntax.ids import id_in_url
from immich_smart_albums.rules.syntax.source import SourceForm
from immich_smart_albums.rules.tree import All, Any, Node, Not, Rule, Search, leaves

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import tzinfo

    from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
    from immich_smart_albums.rules.syntax.source import Source


def read_rule(
    sources: Mapping[Flag, Sequence[Sequence[Source]]],
    diagnostics: Diagnostics,
    *,
    max_assets: int | None = None,
    smart_limit: int = DEFAULT_SMART_LIMIT,
    zone: tzinfo | None = None,
) -> Rule | None:
    """Returns the rule of some flags, given the values of each of their occurrences.

    None if no part of it can be read. If problems were noted in `diagnostics`, the rule is only for finding more of
    them, of names and versions, and never run.
    """
    includes = [flag for flag in sources if flag.action == "include"]
    if not includes:
        hint = "Add an include, or --include-metadata-union '{}' for the whole library."
        diagnostics.problems.append(Problem("command line", "only excludes, and nothing to exclude from", hint))
    searching = [flag for flag in FLAGS if flag in includes and flag.type in {"metadata", "smart"}]
    reader = _Reader(diagnostics, smart_limit, zone)
    parts = tuple(chain.from_iterable(reader.read(flag, sources[flag]) for flag in searching))
    scope = Scope.of(leaf.query for part in parts for leaf in leaves(part) if isinstance(leaf, Search))
    rest = (reader.read(flag, sources[flag]) for flag in FLAGS if flag in sources and flag not in searching)
    parts = (*parts, *(with_scope(part, scope) for part in chain.from_iterable(rest)))
    if diagnostics.problems and not parts:
        return None
    if includes and all(flag.type == "local-filter" for flag in includes):
        diagnostics.warn("only local filters include: the whole library is read")
        parts = (Search(WHOLE_LIBRARY, FlagOrigin("the whole library")), *parts)
    return Rule(All(parts), max_assets)


@dataclass(frozen=True, slots=True)
class _Reader:
    diagnostics: Diagnostics
    smart_limit: int
    zone: tzinfo | None

    def read(self, flag: Flag, occurrences: Sequence[Sequence[Source]]) -> list[Node]:
        """Returns the conjuncts that one flag adds to the rule."""
        groups = [tuple(chain.from_iterable(self._nodes(flag, source) for source in group)) for group in occurrences]
        if flag.mode == "union" or flag.action == "include":
            groups = [tuple(chain.from_iterable(groups))]
        combine = Any if flag.mode == "union" else All
        if flag.action == "include":
            return [combine(group, FlagOrigin(flag.name)) for group in groups if group]
        return [Not(combine(group), FlagOrigin(flag.name)) for group in groups if group]

    def _nodes(self, flag: Flag, source: Source) -> tuple[Node, ...]:
        match flag.type:
            case "metadata":
                return self._metadata(source)
            case "smart":
                return self._smart(source)
            case "person-names":
                return self._person(source)
            case "local-filter":
                return read_local_filters(source, self.diagnostics)
            case _:
                assert_never(flag.type)

    def _metadata(self, source: Source) -> tuple[Node, ...]:
        if source.form is SourceForm.BARE:
            message = "no such file" if looks_like_file(source.text) else "neither a file nor JSON"
            hint = 'Check the path, or write the search itself, such as {"city": "Helsinki"}.'
            self.diagnostics.problems.append(source.problem(message, hint=hint))
            return ()
        return self._search(source, Kind.METADATA)

    def _smart(self, source: Source) -> tuple[Node, ...]:
        if source.form is SourceForm.BARE and not source.text.strip():
            hint = "Write what should be on the photos, such as 'a dog on a beach'."
            self.diagnostics.problems.append(source.problem("a blank search", hint=hint))
            return ()
        if source.form is SourceForm.BARE:
            query = read_words(source, self.diagnostics, smart_limit=self.smart_limit)
            return () if query is None else (Search(query, source.place),)
        return self._search(source, Kind.SMART)

    def _search(self, source: Source, kind: Kind) -> tuple[Node, ...]:
        search = read_search(source, kind, self.diagnostics, smart_limit=self.smart_limit, zone=self.zone)
        return () if search is None else (search,)

    def _person(self, source: Source) -> tuple[Node, ...]:
        who = id_in_url(source.text, "people") or source.text.strip()
        if not who:
            hint = "Write a name or a person id."
            self.diagnostics.problems.append(source.problem("a blank name", hint=hint))
            return ()
        return (person_named(who, source.place),)
