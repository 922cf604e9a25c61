"""Names and ids of a rule, checked against the server before anything is searched.

A person, tag or album that does not exist is a search that finds nothing (or everything, under an exclude), and the
server says nothing about it. So every id is looked up, and all that is wrong is reported together.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.ids import is_id, looks_like_id
from immich_smart_albums.rules.nodes import All, Any, Node, Not, Rule, leaves
from immich_smart_albums.rules.predicates.local_filter import LocalFilter
from immich_smart_albums.rules.predicates.person import PersonNamed
from immich_smart_albums.rules.predicates.search import Search
from immich_smart_albums.rules.source import nearest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_smart_albums.model.album import Person
    from immich_smart_albums.operations.ports import Directory, PhotoServer
    from immich_smart_albums.rules.findings import Findings
    from immich_smart_albums.rules.reach import Reach


def resolve(rule: Rule, server: PhotoServer, findings: Findings) -> Rule:
    """The rule with people as searches by id. What is wrong is noted in `findings`; raises ServerError."""
    all_leaves = list(leaves(rule.match))
    _check_version(all_leaves, server, findings)
    people = _People.of(all_leaves, server.directory)
    for leaf in all_leaves:
        if isinstance(leaf, PersonNamed):
            people.check(leaf, findings)
    searches = list(dict.fromkeys(leaf for leaf in all_leaves if isinstance(leaf, Search)))
    _check_ids("personIds", "person", searches, people.has, findings)
    if any("tagIds" in dict(leaf.query.filters) for leaf in searches):
        _check_ids("tagIds", "tag", searches, server.directory.tag_ids().__contains__, findings)
    _check_ids("id", "asset", searches, server.directory.has_asset, findings)
    _check_ids("queryAssetId", "asset", searches, server.directory.has_asset, findings)
    if any("albumIds" in dict(leaf.query.filters) for leaf in searches):
        albums = {album.id for album in server.directory.albums()}
        _check_ids("albumIds", "album", searches, albums.__contains__, findings)
    if findings.problems:
        return rule
    return replace(rule, match=_resolved(rule.match, people))


def _check_version(all_leaves: Iterable[object], server: PhotoServer, findings: Findings) -> None:
    for leaf in all_leaves:
        if isinstance(leaf, Search):
            for _, message in server.lacks(leaf.query):
                hint = "Remove it from this search; otherwise the whole library would match."
                findings.problems.append(Problem(leaf.label, message, hint))
        elif isinstance(leaf, LocalFilter):
            for message in server.lacks_asset_fields(leaf.path.names):
                hint = f"The filter {leaf.description!r} could never match here."
                findings.problems.append(Problem(leaf.label, message, hint))


def _check_ids(
    field: str, noun: str, searches: Iterable[Search], exists: Callable[[str], bool], findings: Findings
) -> None:
    for leaf in searches:
        ids = leaf.query.get(field)
        for each in (ids,) if isinstance(ids, str) else ids if isinstance(ids, tuple) else ():
            if not exists(each):
                message = f"{field}: there is no {noun} {each} for this key"
                hint = "It was deleted, merged, or belongs to another account; copy the id again from Immich."
                findings.problems.append(Problem(leaf.label, message, hint))


@dataclass(frozen=True, slots=True)
class _People:
    listed: list[Person]
    directory: Directory

    @classmethod
    def of(cls, all_leaves: Iterable[object], directory: Directory) -> _People:
        """The server's people, asked for only where a rule names any."""
        named = any(
            isinstance(leaf, PersonNamed)
            or (isinstance(leaf, Search) and isinstance(leaf.query.get("personIds"), tuple))
            for leaf in all_leaves
        )
        return cls(directory.people() if named else [], directory)

    def has(self, person_id: str) -> bool:
        """Whether there is a person with this id, listed or not."""
        return any(person.id == person_id for person in self.listed) or self.directory.has_person(person_id)

    def ids(self, who: str) -> tuple[str, ...]:
        """The ids that a name or an id stands for."""
        if is_id(who):
            return (who.lower(),)
        return tuple(sorted(person.id for person in self.listed if _folded(person.name) == _folded(who)))

    def check(self, leaf: PersonNamed, findings: Findings) -> None:
        """Note a name that nobody has, or an id that does not exist."""
        if is_id(leaf.who):
            if not self.has(leaf.who.lower()):
                hint = "Copy the id again from the person's page in Immich."
                findings.problems.append(Problem(leaf.label, f"there is no person {leaf.who}", hint))
        elif looks_like_id(leaf.who):
            message = f"{leaf.who} is a UUID, but not of version 4, and Immich refuses it"
            hint = "Copy the id again from the person's page in Immich."
            findings.problems.append(Problem(leaf.label, message, hint))
        elif not self.ids(leaf.who):
            near = nearest(leaf.who, (person.name for person in self.listed if person.name), count=3)
            hint = f"Did you mean {', '.join(map(repr, near))}?" if near else _NOT_LISTED
            findings.problems.append(Problem(leaf.label, f"nobody is named {leaf.who!r}", hint))


_NOT_LISTED = (
    "Immich lists people with enough faces on the timeline; give others by id. Run without flags for all names."
)


def _folded(name: str) -> str:
    return " ".join(unicodedata.normalize("NFC", name).casefold().split())


def _resolved(node: Node, people: _People) -> Node:
    match node:
        case PersonNamed():
            return _anyone(people.ids(node.who), node)
        case All():
            return All(tuple(_together(node.children, people)), node.label)
        case Any():
            return Any(tuple(_resolved(child, people) for child in node.children), node.label)
        case Not():
            return Not(_resolved(node.child, people), node.label)
        case _:
            return node


def _together(children: tuple[Node, ...], people: _People) -> list[Node]:
    """The parts of an "all". People with one record each become one search: Immich's personIds means all of them."""
    single: dict[Reach, tuple[set[str], PersonNamed]] = {}
    rest: list[Node] = []
    for child in children:
        ids = people.ids(child.who) if isinstance(child, PersonNamed) else ()
        if isinstance(child, PersonNamed) and len(ids) == 1:
            together, _ = single.setdefault(child.reach, (set(), child))
            together |= set(ids)
        else:
            rest.append(_resolved(child, people))
    return [*(_search(tuple(sorted(ids)), first) for ids, first in single.values()), *rest]


def _anyone(ids: tuple[str, ...], leaf: PersonNamed) -> Node:
    searches = tuple(_search((each,), leaf) for each in ids)
    return searches[0] if len(searches) == 1 else Any(searches, leaf.label)


def _search(ids: tuple[str, ...], leaf: PersonNamed) -> Search:
    return Search(leaf.reach.over(Query(Kind.METADATA, (("personIds", ids),))), leaf.label)
