"""Explains why one photo matches a rule or not: the rule as a tree, with a verdict on each part.

    all                       failed
      city Nice               passed
      person Emma             failed       a near miss: with Emma on it the photo would match
      any                     passed
        rating from 4         passed
        smart search dog      not asked

Each leaf may cost a request, so the cheap ones are asked first. One is left out if its answer could change neither the
verdict nor the near misses.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING

from immich_smart_albums.model.query import Kind
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Reference, Search, leaves
from immich_smart_albums.selection.words import NameOf, query_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.model.span import Place

_KINDS: dict[type, str] = {All: "all", Any: "any", Not: "not", Search: "search", Filter: "check", Reference: "named"}
"""What JSON calls the parts of a rule."""


class Verdict(Enum):
    """Whether a part of a rule holds for a photo."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_ASKED = "not asked"
    """It makes no difference, or it is not known."""


@dataclass(frozen=True, slots=True)
class LeafEvidence:
    """Whether a leaf holds for a photo, and what that rests on."""

    holds: bool
    value: object = None
    """The value that decided, as Immich has it: a text, a number, a list of names. None if there is none."""
    rank: int | None = None
    """The photo's place in a ranking or a capped search, from 1. None if it was not found there."""
    read: int | None = None
    """How many places of the ranking were read. None if there is no ranking."""


@dataclass(frozen=True, slots=True)
class Reason:
    """One part of a rule and its verdict."""

    kind: str
    """all, any, not, search or check."""
    words: str
    """The part in the user's words. Empty for a combination."""
    verdict: Verdict
    answer: LeafEvidence | None = None
    """None if it was not asked, or is no leaf."""
    parts: tuple[Reason, ...] = ()
    origin: Place | None = None
    leaf: Search | Filter | None = field(default=None, compare=False, repr=False)
    """The leaf with ids in place of names. None for a combination."""

    @property
    def where(self) -> str:
        """Where the part stands: a place in a file, or a flag. Empty if that is not known."""
        return str(self.origin or "")


@dataclass(frozen=True, slots=True)
class Explanation:
    """Why a tree holds for one photo or not."""

    tree: Reason
    near_misses: tuple[Reason, ...]
    """The leaves of which each alone, with the other answer, would turn the verdict."""

    @property
    def passed(self) -> bool:
        """Whether the tree holds for the photo."""
        return self.tree.verdict is Verdict.PASSED


def explain(
    match: Node, ask: Callable[[Search | Filter], LeafEvidence], *, written: Node | None = None, name_of: NameOf
) -> Explanation:
    """Returns why a tree holds for one photo or not. Each leaf is asked at most once, and only if it matters.

    `written` is the tree before its names were looked up, for the user's own words; `name_of` names ids.
    """
    judgement = _Explainer(ask, name_of, {}).judge(match, match if written is None else written)
    first: dict[Search | Filter, Reason] = {}
    for leaf, reason in judgement.leaves:
        first.setdefault(leaf, reason)  # the same leaf may stand in two places
    return Explanation(judgement.reason, tuple(reason for leaf, reason in first.items() if leaf in judgement.turns))


@dataclass(frozen=True, slots=True)
class _Judgement:
    """The reason of a part, and the leaves that would turn it."""

    reason: Reason
    turns: frozenset[Search | Filter]
    """Leaves of which each alone would turn the part's verdict."""
    leaves: tuple[tuple[Search | Filter, Reason], ...]
    """The leaves that were asked, in the rule's order."""

    @property
    def passed(self) -> bool:
        return self.reason.verdict is Verdict.PASSED


@dataclass(frozen=True, slots=True)
class _Explainer:
    ask: Callable[[Search | Filter], LeafEvidence]
    name_of: NameOf
    answers: dict[Search | Filter, LeafEvidence]

    def judge(self, node: Node, written: Node) -> _Judgement:
        """Returns the judgement on a part; `written` is the same part as the user wrote it."""
        match node:
            case Search() | Filter():
                answer = self.answers[node] if node in self.answers else self.answers.setdefault(node, self.ask(node))
                reason = self._reason(node, written, _verdict(holds=answer.holds), answer=answer)
                return _Judgement(reason, frozenset({node}), ((node, reason),))
            case Not():
                child = self.judge(node.child, written.child if isinstance(written, Not) else node.child)
                reason = self._reason(node, written, _verdict(holds=not child.passed), (child.reason,))
                return _Judgement(reason, child.turns, child.leaves)
            case All() | Any():
                return self._combination(node, written)
            case _:
                message = f"{node.key} was not looked up"
                raise TypeError(message)

    def _combination(self, node: All | Any, written: Node) -> _Judgement:
        """Returns the judgement on a combination; parts are judged as long as they can change it.

        A part *decides* if it settles the verdict by itself: one that fails under All, one that passes under Any. Then
        a leaf turns the whole if it turns every part that decides, and none of the others.
        """
        is_all = isinstance(node, All)
        originals = _written_parts(node, written)
        parts: dict[int, _Judgement] = {}
        deciding: frozenset[Search | Filter] | None = None
        for place in sorted(range(len(node.children)), key=lambda number: _cost(node.children[number])):
            part = parts[place] = self.judge(node.children[place], originals[place])
            if part.passed is not is_all:
                deciding = part.turns if deciding is None else deciding & part.turns
                if not deciding:
                    break
        others = frozenset().union(*(part.turns for part in parts.values() if part.passed is is_all))
        reasons = tuple(
            parts[place].reason if place in parts else self._not_asked(child, originals[place])
            for place, child in enumerate(node.children)
        )
        verdict = _verdict(holds=is_all if deciding is None else not is_all)
        return _Judgement(
            self._reason(node, written, verdict, reasons),
            others if deciding is None else deciding - others,
            tuple(pair for place in sorted(parts) for pair in parts[place].leaves),
        )

    def _not_asked(self, node: Node, written: Node) -> Reason:
        match node:
            case All() | Any():
                parts = tuple(map(self._not_asked, node.children, _written_parts(node, written)))
            case Not():
                parts = (self._not_asked(node.child, written.child if isinstance(written, Not) else node.child),)
            case _:
                parts = ()
        return self._reason(node, written, Verdict.NOT_ASKED, parts)

    def _reason(
        self,
        node: Node,
        written: Node,
        verdict: Verdict,
        parts: tuple[Reason, ...] = (),
        answer: LeafEvidence | None = None,
    ) -> Reason:
        # A reference may have become a whole tree, which keeps the words of the reference.
        named = written if isinstance(written, Reference | Filter) else node
        words = "" if isinstance(named, All | Any | Not) else query_text(named, self.name_of)
        leaf = node if isinstance(node, Search | Filter) else None
        return Reason(_KINDS[type(node)], words, verdict, answer, parts, named.origin, leaf)


def _written_parts(node: All | Any, written: Node) -> tuple[Node, ...]:
    """Returns the parts as the user wrote them. Those that a reference became stand for themselves."""
    return written.children if isinstance(written, All | Any) else node.children


def _verdict(*, holds: bool) -> Verdict:
    return Verdict.PASSED if holds else Verdict.FAILED


def _cost(node: Node) -> int:
    """Returns 0 for a part that needs no request, 1 for one with searches, 2 for one with rankings."""
    return max(map(_cost_of_leaf, leaves(node)))


def _cost_of_leaf(leaf: Search | Filter | Reference) -> int:
    if not isinstance(leaf, Search):
        return 0
    return 2 if leaf.query.kind is Kind.SMART or leaf.query.limit is not None else 1


_MOST_CHARACTERS = 200
"""Of a value that is shown."""


def summary(explanation: Explanation) -> str:
    """Returns the leaves that a verdict rests on, each with its evidence: `person 'Emma' (people: Noah)`."""
    return "; ".join(dict.fromkeys(leaf_text(reason) for reason in deciding_leaves(explanation.tree)))


def deciding_leaves(reason: Reason) -> Iterable[Reason]:
    """Returns the leaves that a verdict rests on.

    Of "all" these are the ones that fail, or all of them if it passes; of "any" the other way round.
    """
    match reason.kind:
        case "not":
            yield from deciding_leaves(reason.parts[0])
        case "all" | "any":
            # All passes, and any fails, because of every part.
            deciding = Verdict.FAILED if reason.kind == "all" else Verdict.PASSED
            for part in reason.parts:
                if part.verdict is deciding or reason.verdict is not deciding:
                    yield from deciding_leaves(part)
        case _:
            yield reason


def leaf_text(reason: Reason) -> str:
    """Returns a leaf with its evidence: `city Nice (city: Kyoto)`."""
    seen = answer_text(reason.answer) if reason.answer else ""
    return f"{reason.words} ({seen})" if seen else reason.words


def answer_text(answer: LeafEvidence) -> str:
    """Returns the value or the rank that decided an answer. Empty if there is nothing to show."""
    if answer.read is None:
        return value_text(answer.value)
    if answer.rank is not None:
        return f"rank {answer.rank:,}"
    return f"not among the first {answer.read:,}" if answer.read else "not in this ranking"


def value_text(value: object) -> str:
    """Returns a value as people read it, on one line: `Emma, Noah` for a list, `nothing` for None."""
    match value:
        case None:
            return "nothing"
        case bool():
            return str(value).lower()
        case str():
            text = value if value.isprintable() and value.strip() else repr(value)
        case float():
            text = f"{value:g}"
        case Mapping():
            text = "; ".join(f"{name.rpartition('.')[2]}: {value_text(part)}" for name, part in value.items())
        case Iterable():
            text = ", ".join(map(value_text, value)) or "nothing"
        case _:
            text = str(value)
    return text if len(text) <= _MOST_CHARACTERS else f"{text[:_MOST_CHARACTERS]}…"
