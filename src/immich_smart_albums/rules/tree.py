"""A rule as a tree: combinations of leaves, and the two ways to walk it.

A leaf is what a search finds, what a record shows, or a name that is still to be looked up. `transform` gives a tree
with other parts, `fold` one value for the whole of it. A walk by hand says why: because it passes
something down, or asks the parts in an order of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from immich_smart_albums.model.cached_hash import cached_hash

if TYPE_CHECKING:
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.model.scope import Scope
    from immich_smart_albums.model.span import Place


T = TypeVar("T")

Record = Mapping[str, object]
"""An asset as Immich returns it, decoded from JSON."""


@cached_hash
@dataclass(frozen=True, slots=True)
class Search:
    """The asset is in the result of `query`. Two searches with equal queries are equal, wherever they stand."""

    query: Query
    origin: Place | None = field(default=None, compare=False)
    """Where it stands, for messages."""
    sets_scope: bool = field(default=False, compare=False)
    """Whether the user said in which visibility to look; else it looks as far as its rule does."""
    may_be_missing: bool = field(default=False, compare=False)
    """Whether it is fine that no photo has what it looks for, such as a city that nobody has been to yet."""
    cached: int = field(init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ListedValue:
    """A text that photos may have in one of the fields whose values the server lists, as the user wrote it."""

    field: str
    """The search field, such as city."""
    text: str
    fields: tuple[str, ...]
    """The fields that the user's word covers, in which it makes sense: it is unknown where none of them has it."""
    matches: Callable[[str], bool] | None = None
    """Whether a value of the field passes; None: where it is the same name, whatever case, accents and form."""
    may_be_missing: bool = False
    """Whether it is fine that no photo has it."""


@cached_hash
@dataclass(frozen=True, slots=True)
class Filter:
    """We look at the asset's record ourselves. Two filters with the same key are equal."""

    key: str
    """Its whole meaning in words, such as `rating from 4`: it tells filters apart."""
    holds: Callable[[Record], bool] = field(compare=False, repr=False)
    """Whether the record passes. Raises FilterError when that cannot be told."""
    reads: frozenset[str] | None = field(compare=False)
    """The fields of a record that it reads, dotted below exifInfo (`exifInfo.make`, `people`); None: any."""
    evidence: Callable[[Record], object] = field(compare=False, repr=False)
    """What decided, for explanations."""
    superset: Query | None = field(default=None, compare=False)
    """A search that surely finds every asset that passes, where the rule looks. None if there is none."""
    superset_is_exact: bool = field(default=False, compare=False)
    """Whether `superset` finds nothing else."""
    required_fields: frozenset[str] = field(default=frozenset(), compare=False)
    """More fields that this version of the server must have for the filter to mean anything."""
    text: str = field(default="", compare=False)
    """What messages call it; empty: its key."""
    origin: Place | None = field(default=None, compare=False)
    sets_scope: bool = field(default=False, compare=False)
    """Whether it says itself in which visibility assets pass: where `superset` looks."""
    listed_value: ListedValue | None = field(default=None, compare=False)
    """What it looks for among values that the server lists; None: nothing of that kind."""
    yearly: tuple[str, str] | None = field(default=None, compare=False)
    """The first and the last day of any year, such as `12-24`, outside of which no photo passes, by its local time."""
    sought: str | None = field(default=None, compare=False)
    """A text in ASCII and small letters: where `evidence` is nothing, or a text in ASCII without this one, whatever
    case, the record surely does not pass. None if nothing of that kind is known."""
    cached: int = field(init=False, repr=False, compare=False)

    @property
    def roots(self) -> frozenset[str] | None:
        """The top-level fields that it reads; None: any."""
        return None if self.reads is None else roots(self.reads)


class EntityKind(Enum):
    """A kind of thing that a name can stand for."""

    PERSON = "person"
    TAG = "tag"
    ALBUM = "album"
    USER = "user"
    ME = "account"
    """The account itself; its name is not looked at."""
    PHOTO = "photo"
    """An asset, by its id; it may be gone."""


@cached_hash
@dataclass(frozen=True, slots=True)
class Reference:
    """A name or an id that has to be looked up before anything is searched (`operations.names.resolve`)."""

    kind: EntityKind
    names: tuple[str, ...]
    key: str
    """Its whole meaning in words, such as `person 'Emma'`."""
    resolve: Callable[[tuple[tuple[str, ...], ...]], Node] = field(compare=False, repr=False)
    """The node, given for each name the ids that it stands for: one or more, since names are not unique."""
    scope: Scope | None = None
    """How far the searches of the built node look; None: as they are built."""
    origin: Place | None = field(default=None, compare=False)
    cached: int = field(init=False, repr=False, compare=False)


Leaf = Search | Filter | Reference


@cached_hash
@dataclass(frozen=True, slots=True)
class Combination:
    """Several parts of a rule, in the order in which they were written."""

    children: tuple[Node, ...]
    origin: Place | None = None
    cached: int = field(init=False, repr=False, compare=False)
    own_leaves: tuple[Leaf, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # "All of nothing" would be the whole library, "any of nothing" no photo: neither is what anybody meant.
        if not self.children:
            message = "a combination needs at least one predicate"
            raise ValueError(message)


class All(Combination):
    """Every child holds."""

    __slots__ = ()


class Any(Combination):
    """At least one child holds."""

    __slots__ = ()


@cached_hash
@dataclass(frozen=True, slots=True)
class Not:
    """The child does not hold."""

    child: Node
    origin: Place | None = None
    cached: int = field(init=False, repr=False, compare=False)


Node = All | Any | Not | Leaf


class Sort(Enum):
    """Order in which a limit keeps assets."""

    BEST = "best"
    """By rank where a smart search ranks them, else the newest."""
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class SplitKey:
    """Splits a selection: each asset has one value, several, or none."""

    name: str
    """year, month, country, …: the word between braces in the album's name."""
    fields: frozenset[str]
    """The fields of a record that it reads, dotted below exifInfo."""
    values: Callable[[Record], tuple[str, ...]] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A match with limit, order and split: which photos belong in an album."""

    match: Node
    limit: int | None = None
    """Keep at most this many; of each album, where the rule is split."""
    sort: Sort = Sort.BEST
    split: tuple[SplitKey, ...] = ()
    """Feed one album for each combination of values."""


def leaves(node: Node) -> tuple[Leaf, ...]:
    """Returns all leaves of a tree, from left to right."""
    match node:
        case All() | Any():
            # Kept by the tree itself: equal ones may differ in where they stand and in where their filters look.
            try:
                return node.own_leaves
            except AttributeError:
                own = tuple(leaf for child in node.children for leaf in leaves(child))
                object.__setattr__(node, "own_leaves", own)
                return own
        case Not():
            return leaves(node.child)
        case _:
            return (node,)


def signed_leaves(node: Node, *, excludes: bool = False) -> Iterator[tuple[Leaf, bool]]:
    """Returns all leaves of a tree, each with whether it excludes: then finding nothing lets photos in."""
    match node:
        case All() | Any():
            for child in node.children:
                yield from signed_leaves(child, excludes=excludes)
        case Not():
            yield from signed_leaves(node.child, excludes=not excludes)
        case _:
            yield node, excludes


def leaves_outside_not(node: Node) -> tuple[Leaf, ...]:
    """Returns the leaves that stand under no `not` at all."""
    return fold(node, lambda leaf: (leaf,), all_of=_joined, any_of=_joined, negate=lambda _: ())


def transform(node: Node, change: Callable[[Node, bool], Node], *, excludes: bool = False) -> Node:
    """Returns the tree with each of its parts replaced, children before their parents.

    `change(part, excludes)` gives the new part; `excludes` says whether it stands under an odd number of negations.
    With `search → filter`: `all(search, not(search))` → `all(filter, not(filter))`.
    """
    match node:
        case All() | Any():
            children = tuple(transform(child, change, excludes=excludes) for child in node.children)
            return change(replace(node, children=children), excludes)
        case Not():
            child = transform(node.child, change, excludes=not excludes)
            return change(replace(node, child=child), excludes)
        case _:
            return change(node, excludes)


def fold(
    node: Node,
    leaf: Callable[[Leaf], T],
    *,
    all_of: Callable[[list[T]], T],
    any_of: Callable[[list[T]], T],
    negate: Callable[[T], T],
) -> T:
    """Returns one value for the whole tree, from those of its leaves.

    With truths for leaves, `fold(node, truth, all_of=all, any_of=any, negate=not_)` is whether the rule holds.
    """
    # Nothing is remembered by node: equal trees may differ in where they stand and in where their filters look.
    match node:
        case All() | Any():
            combine = all_of if isinstance(node, All) else any_of
            return combine([fold(child, leaf, all_of=all_of, any_of=any_of, negate=negate) for child in node.children])
        case Not():
            return negate(fold(node.child, leaf, all_of=all_of, any_of=any_of, negate=negate))
        case _:
            return leaf(node)


def verdict(node: Node, leaf: Callable[[Leaf], bool | None]) -> bool | None:
    """Returns whether a tree holds if only some of its leaves are known, by Kleene's logic.

    None if it could turn out either way: `all(yes, unknown)` is unknown, `all(no, unknown)` is no.
    """
    return fold(node, leaf, all_of=_all_hold, any_of=_any_holds, negate=_negated)


def _all_hold(verdicts: list[bool | None]) -> bool | None:
    return False if False in verdicts else None if None in verdicts else True


def _any_holds(verdicts: list[bool | None]) -> bool | None:
    return True if True in verdicts else None if None in verdicts else False


def _negated(of_child: bool | None) -> bool | None:
    return None if of_child is None else not of_child


def _joined(parts: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(item for part in parts for item in part)


@lru_cache(maxsize=1 << 12)
def roots(fields: frozenset[str]) -> frozenset[str]:
    """Returns the top-level fields of dotted ones: `exifInfo` of `exifInfo.make`."""
    return frozenset(field.partition(".")[0] for field in fields)


Getter = Callable[[Record], object]
