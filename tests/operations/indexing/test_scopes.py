"""Where embeddings are looked for: within what the searches of a rule found, as far as a ranking can say it."""

from __future__ import annotations

import doctest
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Visibility
from immich_smart_albums.operations.indexing import scopes
from immich_smart_albums.operations.indexing.scopes import narrow_scope, ranking_scope

if TYPE_CHECKING:
    from immich_smart_albums.model.condition import Branch

EMMA, NOAH = where(personIds=("emma",)), where(personIds=("noah",))
NICE = Condition("city", "eq", "Nice")
ANY = Condition("personIds", "any", ("emma", "noah"))
NO_BEN = Condition("personIds", "none", ("ben",))


def query(*conditions: Condition, any_of: tuple[Branch, ...] = (), kind: Kind = Kind.METADATA) -> Query:
    return Query(kind, conditions, any_of=any_of)


def test_the_examples_are_true() -> None:
    results = doctest.testmod(scopes)
    assert results.attempted > 0
    assert results.failed == 0


@pytest.mark.parametrize(
    ("drivers", "branches"),
    [
        ([query(*EMMA), query(*NOAH)], (EMMA, NOAH)),
        ([query(*EMMA, NO_BEN)], (EMMA,)),  # a ranking of more shows no less
        ([query(ANY, NO_BEN)], (EMMA, NOAH)),
        ([query(NICE, ANY)], ((NICE, *EMMA), (NICE, *NOAH))),
        ([query(NICE, any_of=(EMMA, NOAH))], ((NICE, *EMMA), (NICE, *NOAH))),
        ([query(NICE), query(*where(query="dog"), kind=Kind.SMART)], ((NICE,),)),
        ([query(Condition("albumIds", "any", ("a", "b")), NICE)], ((NICE,),)),
        # what covers everything, or too many
        ([query(*EMMA), WHOLE_LIBRARY], ()),
        ([query(NO_BEN)], ()),
        ([query(*where(albumIds=("best",)))], ()),
        ([query(*where(query="dog"), kind=Kind.SMART)], ()),
        ([query(*where(personIds=(str(number),))) for number in range(6)], ()),
    ],
)
def test_a_scope_is_as_narrow_as_rankings_can_say_it(drivers: list[Query], branches: tuple[Branch, ...]) -> None:
    assert narrow_scope(drivers).any_of == branches


def test_a_narrow_scope_looks_where_a_wide_one_does() -> None:
    everywhere = Query(Kind.METADATA, (*EMMA, *where(withDeleted=True)), frozenset(Visibility))
    wide, narrow = ranking_scope([everywhere]), narrow_scope([everywhere])
    assert (
        (narrow.where, narrow.visibility)
        == (wide.where, wide.visibility)
        == (where(withDeleted=True), frozenset(Visibility))
    )
    assert narrow.any_of == (EMMA,)
