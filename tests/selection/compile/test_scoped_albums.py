"""Memberships that are looked up inside of an album, and when they are not."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.errors import ServerError
from immich_smart_albums.model.condition import Condition
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.rules.tree import All, Not, Rule, Search
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.compile.scoped_searches import scoped_album
from immich_smart_albums.selection.explain.explain import LeafEvidence
from immich_smart_albums.selection.explain.leaf_evidence import EvidenceLookup
from immich_smart_albums.selection.run.evaluate import Selection
from tests.selection.compile.test_requests import FEW, World, library
from tests.support.in_memory_searches import FLAT, Answers, Flat, city, person, record, select

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Node

ALBUM, BEN = Search(Query(Kind.METADATA, where(albumIds=("best",)))), person("ben")
BEN_INSIDE = Query(Kind.METADATA, where(albumIds=("best",), personIds=("ben",)))
WITHOUT_BEN, WITH_BEN = All((ALBUM, Not(BEN))), All((ALBUM, BEN))


@dataclass
class Counted(Answers):
    """Searches that also count what is the account's own."""

    own: int | ServerError | None = None
    counted: list[Query] = field(default_factory=list)

    def estimate_own(self, query: Query) -> int | None:
        self.counted.append(query)
        if isinstance(self.own, ServerError):
            raise self.own
        return self.own

    @property
    def sent(self) -> list[Query]:
        return [query for query, _ in self.requests]


def answers(*inside: str, own: int | ServerError | None) -> Counted:
    """Of the photos 1 to 4 of an album, some show Ben; the search for him alone finds the first of these only."""
    return Counted(
        {
            ALBUM.query: [[record(asset_id) for asset_id in ("1", "2", "3", "4")]],
            BEN_INSIDE: [[record(asset_id) for asset_id in inside]],
            BEN.query: [[record(asset_id) for asset_id in ("elsewhere", *inside[:1])]],
        },
        own=own,
    )


def selected_ids(rule: Node, searches: Counted) -> set[str]:
    return {asset.id for asset in select(rule, searches).assets}


def test_of_an_album_it_is_looked_up_inside_who_is_on_it() -> None:
    for rule, selected in ((WITHOUT_BEN, {"1", "3"}), (WITH_BEN, {"2", "4"})):
        searches = answers("2", "4", own=2)
        assert selected_ids(rule, searches) == selected
        assert searches.sent == [ALBUM.query, BEN_INSIDE]
        assert searches.counted == [BEN_INSIDE]


def test_where_nobody_is_found_nothing_is_left_to_prove() -> None:
    searches = answers(own=None)
    assert selected_ids(WITHOUT_BEN, searches) == {"1", "2", "3", "4"}
    assert (searches.sent, searches.counted) == ([ALBUM.query, BEN_INSIDE], [])


@pytest.mark.parametrize("own", [1, None, ServerError("no statistics")])
def test_where_it_may_have_found_photos_of_others_the_whole_search_is_read(own: int | ServerError | None) -> None:
    for rule, selected in ((WITHOUT_BEN, {"1", "3", "4"}), (WITH_BEN, {"2"})):
        searches = answers("2", "4", own=own)
        assert selected_ids(rule, searches) == selected
        assert searches.sent == [ALBUM.query, BEN_INSIDE, BEN.query]


def test_what_is_small_or_read_already_is_not_looked_up_inside() -> None:
    small = compile_rules([Rule(WITHOUT_BEN)], FLAT, {BEN.query: 10})
    read = compile_rules([Rule(WITHOUT_BEN)], FLAT, shared={BEN.query: frozenset()})
    for plan in (small, read):
        assert [scan.query for scan in plan.scans] == [ALBUM.query, BEN.query]


def test_explanations_know_who_is_on_a_photo_of_an_album() -> None:
    selection = select(WITHOUT_BEN, answers("2", "4", own=2))
    assert selection.evidence is not None
    facts = EvidenceLookup(selection.evidence)
    assert facts.of(BEN, "1") == LeafEvidence(holds=False)
    assert facts.of(BEN, "2") == LeafEvidence(holds=True)
    in_nice = Search(BEN.query.narrowed(*where(city="Nice")))
    assert facts.of(in_nice, "1") == LeafEvidence(holds=False)
    assert facts.of(in_nice, "2") is None
    assert facts.of(person("noah"), "1") is None


class Old(Flat):
    """A server that ignores people."""

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        return [("personIds", "ignored")] if query.get("personIds", "all") else []


def test_only_what_a_count_can_prove_is_looked_up_inside() -> None:
    assert scoped_album(ALBUM.query, BEN.query, FLAT) == BEN_INSIDE
    whole = {
        "no album": (city("Nice").query, BEN.query),
        "by EXIF": (ALBUM.query, city("Nice").query),
        "elsewhere": (ALBUM.query, replace(BEN.query, visibility=frozenset({Visibility.ARCHIVE}))),
        "not counted": (ALBUM.query, Query(Kind.METADATA, where(originalFileName="x"))),
        "said by filter": (ALBUM.query, Query(Kind.METADATA, (Condition("personIds", "none", ("ben",)),))),
    }
    for name, (driver, query) in whole.items():
        assert scoped_album(driver, query, FLAT) is None, name
    assert scoped_album(ALBUM.query, BEN.query, Old()) is None


@pytest.mark.parametrize("level", ["2.7", "3.1", "3.2"])
def test_whom_a_face_on_a_photo_of_another_member_shows_does_not_count(level: str) -> None:
    made = library(FEW)
    (p00,) = (person.id for person in made.people.values() if person.name == "P00")
    (best,) = (album for album in made.albums.values() if album.name == "Best")
    photo = made.add_asset(owner="bob", taken="2020-05-01T12:00:00Z", name="bob.jpg", person_ids=(p00,))
    mine = {asset.id for asset in made.timeline if p00 in asset.person_ids and asset.id != photo.id}
    made.add_to_album(best.id, [photo.id, *sorted(mine)[:3]])
    with Sandbox(made, level) as sandbox:
        world = World(sandbox)
        with_p00, without_p00 = (
            _selected(world, f"{{album: Best, {who}}}") for who in ("person: P00", "not: {person: P00}")
        )
    assert with_p00 == mine & best.asset_ids.keys()
    assert without_p00 == best.asset_ids.keys() - mine - {photo.id}  # by the name, which it shows


def _selected(world: World, match: str) -> set[str]:
    selection, _ = world.run(match)
    assert isinstance(selection, Selection)
    return {asset.id for asset in selection.assets}
