"""Two readings have one signature only if they find and keep the same; it is the same in every process."""

from __future__ import annotations

from dataclasses import replace

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Condition, Kind, Query, Visibility
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.rules.tree import All, Any, Filter, Not, Search, SplitKey
from immich_smart_albums.selection.cache.key import cache_key
from immich_smart_albums.selection.query_plan import Scan

CITY = Query(Kind.METADATA, where(city="Nice"))
BASE = Scan(CITY, frozenset({"a", "b"}), (), (), (None,), keeps_ids=False)


def check(words: str) -> Filter:
    return Filter(words, lambda _: True, frozenset(), lambda _: None)


def key(name: str, *fields: str) -> SplitKey:
    return SplitKey(name, frozenset(fields), lambda _: ())


OTHERS = [
    replace(BASE, query=replace(CITY, where=where(city="Kyoto"))),
    replace(BASE, query=replace(CITY, where=where(city=None))),
    replace(BASE, query=replace(CITY, visibility=frozenset({Visibility.ARCHIVE}))),
    replace(BASE, query=replace(CITY, kind=Kind.SMART)),
    replace(BASE, query=replace(CITY, limit=5)),
    replace(BASE, query=replace(CITY, until=("x",))),
    replace(BASE, query=Query(Kind.METADATA, where=(Condition("city", "ne", "Nice"),))),
    replace(BASE, query=Query(Kind.METADATA, any_of=((Condition("city", "eq", "Nice"),),))),
    replace(BASE, fields=frozenset({"a"})),
    replace(BASE, filters=(check("x"),)),
    replace(BASE, filters=(check("y"),)),
    replace(BASE, filters=(check("x"), check("y"))),
    replace(BASE, filters=(check("y"), check("x"))),
    replace(BASE, keys=(key("year", "a"),)),
    replace(BASE, keys=(key("year", "b"),)),
    replace(BASE, keys=(key("month", "a"),)),
    replace(BASE, keeps_ids=True),
    replace(BASE, trees=()),
    *(
        replace(BASE, trees=(tree,))
        for tree in (
            check("x"),
            Not(check("x")),
            Any((check("x"), check("y"))),
            All((check("x"), check("y"))),
            Search(CITY),
            Search(replace(CITY, limit=1)),
        )
    ),
]


def test_every_difference_makes_a_difference() -> None:
    signatures = [cache_key(scan) for scan in (BASE, *OTHERS)]
    signatures += [cache_key(BASE, "1"), cache_key(BASE, "1", "2"), cache_key(BASE, "12")]
    assert len(set(signatures)) == len(signatures)


def test_what_only_messages_show_makes_none() -> None:
    shown = (Search(CITY, origin=FlagOrigin("elsewhere")), Not(check("x"), FlagOrigin("label")))
    assert cache_key(replace(BASE, trees=shown)) == cache_key(replace(BASE, trees=(Search(CITY), Not(check("x")))))


def test_a_signature_is_the_same_in_every_process() -> None:
    """If this changes, everything is read in full once by those who update: `recall.FORMAT` need not change then."""
    wide = replace(BASE, query=replace(CITY, visibility=frozenset(Visibility)))
    assert cache_key(wide) == "e48792f16fbb7f167bbfb0438d4895225b7b2682b036756b565a8bcb570ab6fc"
