"""A rule as a tree of All, Any and Not over three kinds of leaves, and two ways to walk it.

    All((Search(metadata(city="Nice")), Not(Filter("rating from 4", …))))

A `Search` is answered by the server, a `Filter` by the record of a photo, and a `Reference` is a name that is not
looked up yet. `transform` returns a tree with other parts, `fold` one value for the whole tree. Walks by hand pass
something down, or visit the parts in an order of their own.
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

Getter = Callable[[Record], object]
"""Reads a value from a record."""


@cached_hash
@dataclass(frozen=True, slots=True)
class Search:
    """Holds for the photos that a query finds. Searches with equal queries are equal, wherever they stand."""

    query: Query
    origin: Place | None = field(default=None, compare=False)
    """Where it stands, for messages."""
    sets_scope: bool = field(default=False, compare=False)
    """Whether the user set the visibility; else the search looks where its rule does."""
    may_be_missing: bool = field(default=False, compare=False)
    """Whether it is no mistake if nothing is found, such as for a city that nobody has been to yet."""
    cached: int = field(init=False, repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class ListedValue:
    """A value that the user looks for in a field whose values the server lists, such as a city."""

    field: str
    """The search field, such as city."""
    text: str
    """As the user wrote it."""
    fields: tuple[str, ...]
    """The fields that the user's word covers: `place` looks for a city, state or country. One must have the value."""
    matches: Callable[[str], bool] | None = None
    """Whether a value of the field is meant. None: if it is the same name, whatever case, accents and form."""
    may_be_missing: bool = False
    """Whether it is fine that no photo has the value."""


@cached_hash
@dataclass(frozen=True, slots=True)
class Filter:
    """Holds for the photos whose record passes a test. Filters with the same key are equal."""

    key: str
    """The whole meaning in words, such as `rating from 4`."""
    holds: Callable[[Record], bool] = field(compare=False, repr=False)
    """Whether a record passes. Raises FilterError if it cannot be evaluated."""
    reads: frozenset[str] | None = field(compare=False)
    """The fields of a record that it reads, dotted below exifInfo (`exifInfo.make`, `people`). None: any field."""
    evidence: Getter = field(compare=False, repr=False)
    """The value that decides, for explanations."""
    superset: Query | None = field(default=None, compare=False)
    """A search that surely finds every photo which passes, where the rule looks. None if there is none."""
    superset_is_exact: bool = field(default=False, compare=False)
    """Whether `superset` finds nothing else."""
    required_fields: frozenset[str] = field(default=frozenset(), compare=False)
    """More fields that the server's version must return for the filter to make sense."""
    text: str = field(default="", compare=False)
    """The filter in messages, if not by its key."""
    origin: Place | None = field(default=None, compare=False)
    sets_scope: bool = field(default=False, compare=False)
    """Whether only photos pass that are where `superset` looks, such as in the archive."""
    listed_value: ListedValue | None = field(default=None, compare=False)
    """The value that it looks for, if the server lists the values of the field."""
    yearly: tuple[str, str] | None = field(default=None, compare=False)
    """The first and the last day, such as `12-24`, between which a photo must be taken to pass, in any year."""
    sought: str | None = field(default=None, compare=False)
    """A text in small ASCII letters that a record must have to pass. None if there is none.

    A record does not pass if its `evidence` is None, or a text in ASCII without this one, whatever case.
    """
    cached: int = field(init=False, repr=False, compare=False)

    @property
    def roots(self) -> frozenset[str] | None:
        """The top-level fields that it reads. None: any field."""
        return None if self.reads is None else roots(self.reads)


class EntityKind(Enum):
    """A kind of thing that a name can stand for."""

    PERSON = "person"
    TAG = "tag"
    ALBUM = "album"
    USER = "user"
    ME = "account"
    """The account itself, whatever its name is."""
    PHOTO = "photo"
    """An asset, by its id; it may be gone."""


@cached_hash
@dataclass(frozen=True, slots=True)
class Reference:
    """A name or an id that is looked up before anything is searched (`operations.names.resolve`)."""

    kind: EntityKind
    names: tuple[str, ...]
    key: str
    """The whole meaning in words, such as `person 'Emma'`."""
    resolve: Callable[[tuple[tuple[str, ...], ...]], Node] = field(compare=False, repr=False)
    """Returns the tree that it stands for, given the ids of each name: one or more, since names are not unique."""
    scope: Scope | None = None
    """Where the searches of that tree look. None leaves them as they are."""
    origin: Place | None = field(default=None, compare=False)
    cached: int = field(init=False, repr=False, compare=False)


Leaf = Search | Filter | Reference


@cached_hash
@dataclass(frozen=True, slots=True)
class Combination:
    """Several parts of a rule, in the order in which they are written."""

    children: tuple[Node, ...]
    origin: Place | None = None
    cached: int = field(init=False, repr=False, compare=False)
    own_leaves: tuple[Leaf, ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        # "All of nothing" is the whole library, and "any of nothing" no photo: nobody means either.
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
    """Which photos a limit keeps."""

    BEST = "best"
    """Those that a smart search ranks first; without one the newest."""
    NEWEST = "newest"
    OLDEST = "oldest"


@dataclass(frozen=True, slots=True)
class SplitKey:
    """A key that a rule is split by. Each photo has one value of it, several, or none."""

    name: str
    """The word between braces in the album's name: year, month, country, …"""
    fields: frozenset[str]
    """The fields of a record that the values are read from, dotted below exifInfo."""
    values: Callable[[Record], tuple[str, ...]] = field(compare=False, repr=False)


@dataclass(frozen=True, slots=True)
class Rule:
    """A match with limit, order and split: which photos belong in an album."""

    match: Node
    limit: int | None = None
    """The most photos to keep; if the rule is split, in each album."""
    sort: Sort = Sort.BEST
    split: tuple[SplitKey, ...] = ()
    """Keys, for each combination of whose values there is an album."""


def leaves(node: Node) -> tuple[Leaf, ...]:
    """Returns all leaves of a tree, from left to right."""
    match node:
        case All() | Any():
            # Cached by each node, not for all equal ones: their leaves may have different origins.
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
    """Yields all leaves of a tree, each with whether it excludes: it stands under an odd number of `not`."""
    match node:
        case All() | Any():
            for child in node.children:
                yield from signed_leaves(child, excludes=excludes)
        case Not():
            yield from signed_leaves(node.child, excludes=not excludes)
        case _:
            yield node, excludes


def leaves_outside_not(node: Node) -> tuple[Leaf, ...]:
    """Returns the leaves that stand under no `not`."""
    return fold(node, lambda leaf: (leaf,), all_of=_joined, any_of=_joined, negate=lambda _: ())


def transform(node: Node, change: Callable[[Node, bool], Node], *, excludes: bool = False) -> Node:
    """Returns the tree with each of its parts replaced, children before their parents.

    `change(part, excludes)` returns the new part; `excludes` is True under an odd number of `not`. A change of
    searches to filters turns `all(search, not(search))` into `all(filter, not(filter))`.
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
    """Returns one value for the whole tree, combined from those of its leaves.

    `fold(node, is_true, all_of=all, any_of=any, negate=not_)` returns whether the rule holds.
    """
    # Not cached: equal nodes may have different origins, and their filters different supersets.
    match node:
        case All() | Any():
            combine = all_of if isinstance(node, All) else any_of
            return combine([fold(child, leaf, all_of=all_of, any_of=any_of, negate=negate) for child in node.children])
        case Not():
            return negate(fold(node.child, leaf, all_of=all_of, any_of=any_of, negate=negate))
        case _:
            return leaf(node)


def verdict(node: Node, leaf: Callable[[Leaf], bool | None]) -> bool | None:
    """Returns whether a tree holds if some of its leaves are unknown, by Kleene's logic.

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
