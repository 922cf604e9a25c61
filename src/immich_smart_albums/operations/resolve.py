"""Names and ids of a rule, checked against the server before anything is searched.

A person, tag or album that does not exist is a search that finds nothing (or everything, under an exclude), and the
server says nothing about it. So every id is looked up, and all that is wrong is reported together.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from immich_smart_albums.errors import Problem
from immich_smart_albums.operations.names import Names
from immich_smart_albums.rules.leaves import Check, Named, Search
from immich_smart_albums.rules.nodes import All, Any, Node, Not, Rule, leaves
from immich_smart_albums.rules.reach import looking

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.rules.findings import Findings


def resolve(rule: Rule, server: PhotoServer, findings: Findings, names: Names | None = None) -> Rule:
    """The rule with names as searches by id. What is wrong is noted in `findings`; raises ServerError.

    `names` may be shared by all rules of a run, so that each list of names is asked for once.
    """
    names = names or Names(server.directory)
    before = len(findings.problems)
    all_leaves = list(leaves(rule.match))
    for leaf in all_leaves:
        if isinstance(leaf, Named):
            names.check(leaf, findings)
    _check_leaves(all_leaves, server, names, findings)
    if len(findings.problems) > before:
        return rule
    resolved = replace(rule, match=_resolved(rule.match, names))
    # What names stand for may be new to this version as well.
    built = [leaf for leaf in leaves(resolved.match) if leaf not in set(all_leaves)]
    _check_version(built, server, findings)
    return resolved


def _check_leaves(
    all_leaves: list[Search | Check | Named], server: PhotoServer, names: Names, findings: Findings
) -> None:
    _check_version(all_leaves, server, findings)
    searches = list(dict.fromkeys(leaf for leaf in all_leaves if isinstance(leaf, Search)))
    _check_ids("personIds", "person", searches, names.has_person, findings)
    _check_ids("tagIds", "tag", searches, names.has_tag, findings)
    _check_ids("id", "asset", searches, server.directory.has_asset, findings)
    _check_ids("queryAssetId", "asset", searches, server.directory.has_asset, findings)
    _check_ids("albumIds", "album", searches, names.has_album, findings)


def _check_version(all_leaves: Iterable[object], server: PhotoServer, findings: Findings) -> None:
    for leaf in all_leaves:
        if isinstance(leaf, Search):
            for _, message in server.lacks(leaf.query):
                hint = "Remove it from this search; otherwise the whole library would match."
                findings.problems.append(Problem(leaf.label, message, hint))
        elif isinstance(leaf, Check):
            for message in server.lacks_asset_fields(leaf.names):
                hint = f"Leave {leaf.title or leaf.words} out: it could never match here."
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


def _resolved(node: Node, names: Names) -> Node:
    match node:
        case Named():
            built = node.build(tuple(names.ids(node.thing, each) for each in node.names))
            return built if node.reach is None else looking(built, node.reach)
        case All():
            return All(tuple(_resolved(child, names) for child in node.children), node.label)
        case Any():
            return Any(tuple(_resolved(child, names) for child in node.children), node.label)
        case Not():
            return Not(_resolved(node.child, names), node.label)
        case _:
            return node
