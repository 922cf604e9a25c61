"""Reads a match into a tree: `{rating: 5, not: {person: Ben}}` → `All((Filter, Not(Reference)))`.

Keys side by side in a mapping all hold. Under `all`, `any` and `not` stands a list of matches, or a mapping of which
each entry is one; `not` excludes each of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from immich_smart_albums.rules.predicates.registry import PREDICATES_BY_WORD
from immich_smart_albums.rules.scope import scope_rule
from immich_smart_albums.rules.syntax.diagnostics import did_you_mean
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode, ValueNode, name_of
from immich_smart_albums.rules.syntax.reader import all_or_none, with_origin
from immich_smart_albums.rules.tree import All, Any, Node, Not, fold

if TYPE_CHECKING:
    from immich_smart_albums.rules.syntax.reader import Reader

MOST_NESTED = 50
"""The most levels of all, any and not inside each other."""

COMBINATIONS = ("all", "any", "not")


def parse_match(value: ValueNode, reader: Reader) -> Node | None:
    """Returns the tree of a match. None with problems noted.

    Every part gets its origin and the scope of the whole rule. A match that only excludes does so from the
    whole timeline, with a notice.
    """
    node = _Parser(reader).match(value, 0)
    if node is None:
        return None
    if _only_excludes(node):
        reader.diagnostics.warn(f"{value.span}: only excludes, so it means everything else on the timeline")
    return scope_rule(node)


class _Parser:
    def __init__(self, reader: Reader) -> None:
        self._reader = reader

    def match(self, value: ValueNode, depth: int) -> Node | None:
        """Returns the conjunction of a mapping's entries. None with problems noted."""
        if isinstance(value, MappingNode):
            return self._all(self._entries(value, depth), value)
        self._reader.problem(
            value, f"a match such as {{person: Emma}} is expected here, not {name_of(value)}", hint=_advice(value)
        )
        return None

    def _all(self, nodes: list[Node | None] | None, value: ValueNode) -> Node | None:
        read = all_or_none(nodes) if nodes is not None else None
        if read is None:
            return None
        return read[0] if len(read) == 1 else All(read, value.span)

    def _entries(self, value: MappingNode, depth: int) -> list[Node | None] | None:
        if value.entries:
            return [self._entry(key, entry, depth) for key, entry in value.entries]
        hint = "Say what belongs in the album; search: {} is the whole timeline."
        self._reader.problem(value, "a match without any predicate", hint=hint)
        return None

    def _entry(self, key: ScalarNode, value: ValueNode, depth: int) -> Node | None:
        if key.text in COMBINATIONS:
            return self._combination(key, value, depth + 1)
        predicate = PREDICATES_BY_WORD.get(key.text)
        if predicate is not None:
            return with_origin(predicate.read(value, self._reader), key.span)
        words = (*PREDICATES_BY_WORD, *COMBINATIONS)
        hint = did_you_mean(key.text, words, f"Known are {', '.join(sorted(words))}.")
        self._reader.problem(key, f"there is no predicate {key.text!r}", hint=hint)
        return None

    def _combination(self, key: ScalarNode, value: ValueNode, depth: int) -> Node | None:
        if depth > MOST_NESTED:
            self._reader.problem(key, f"more than {MOST_NESTED} levels of all, any and not", hint="Write it flatter.")
            return None
        nodes = self._members(key, value, depth)
        members = all_or_none(nodes) if nodes is not None else None
        if members is None:
            return None
        origin = key.span
        match key.text:
            case "all":
                return All(members, origin)
            case "any":
                return Any(members, origin)
            case _:
                excluded = tuple(Not(member, origin) for member in members)
                return excluded[0] if len(excluded) == 1 else All(excluded, origin)

    def _members(self, key: ScalarNode, value: ValueNode, depth: int) -> list[Node | None] | None:
        match value:
            case MappingNode():
                return self._entries(value, depth)
            case SequenceNode() if value.items:
                return [self.match(item, depth) for item in value.items]
            case SequenceNode():
                self._reader.problem(value, f"{key.text} has an empty list", hint="Leave it out, or fill it.")
            case _:
                message = f"{key.text} takes a list of matches, not {name_of(value)}"
                self._reader.problem(value, message, hint=_advice(value))
        return None


def _advice(value: ValueNode) -> str | None:
    if isinstance(value, SequenceNode):
        return 'Write "any:" or "all:" before the list.'
    if isinstance(value, ScalarNode) and value.text in PREDICATES_BY_WORD:
        return f'Write a colon and a value, such as "{PREDICATES_BY_WORD[value.text].examples[0][0]}".'
    return None


def _only_excludes(node: Node) -> bool:
    return fold(node, lambda _: False, all_of=all, any_of=any, negate=lambda _: True)
