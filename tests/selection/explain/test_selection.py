"""What is said of the photos of a selection, where little is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, cast

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Condition, Kind, Query
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Search
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.explain.explain import LeafEvidence, Verdict
from immich_smart_albums.selection.explain.leaf_evidence import EvidenceLookup
from immich_smart_albums.selection.explain.selection import _looked_up, _Tree, explain_selection
from immich_smart_albums.selection.query_plan import Branch
from immich_smart_albums.selection.run.certainty import _AssetCertainty
from immich_smart_albums.selection.run.evaluate import RuleEvidence, Selection, evaluate
from tests.support.in_memory_searches import FLAT, Answers, city, exactly, local, record, smart

if TYPE_CHECKING:
    from immich_smart_albums.selection.run.certainty import Certainty

NICE = city("Nice")
MAKE = local("$.exifInfo.make", "apple")
PHOTOS = [record("a", exifInfo={"make": "Apple"}), record("b", exifInfo={"make": "Canon"})]


TWO = Answers({NICE.query: [PHOTOS], smart("cat").query: [[record("c")]]})


def selected(match: Node, answers: Answers, limit: int | None = None, *, keeps_rejected: bool = True) -> Selection:
    plan = compile_rules([Rule(match, limit=limit)], FLAT)
    (result,) = evaluate(plan, answers, concurrency=1, log=lambda _: None, keeps_rejected=keeps_rejected)
    assert isinstance(result, Selection)
    return result


def evidence(match: Node, answers: Answers, *, keeps_rejected: bool = True) -> RuleEvidence:
    result = selected(match, answers, keeps_rejected=keeps_rejected).evidence
    assert result is not None
    return result


def test_a_selection_without_evidence_is_not_explained() -> None:
    with pytest.raises(ValueError, match="without evidence"):
        explain_selection(Selection((), 0), name_of=lambda _, id_: id_)


def test_what_the_limit_looked_up_out_matches_and_is_cut() -> None:
    later = record("c", "2024-02-01T00:00:00.000Z", exifInfo={"make": "Apple"})
    answers = Answers({NICE.query: [[*PHOTOS, later]]})
    explanation = explain_selection(selected(All((NICE, MAKE)), answers, limit=1), name_of=lambda _, id_: id_)
    assert [photo.asset.id for photo in explanation.selected] == ["c"]
    assert [photo.asset.id for photo in explanation.cut] == ["a"]
    assert explanation.cut[0].verdicts == (Verdict.PASSED, Verdict.PASSED)
    assert {number: [photo.asset.id for photo in photos] for number, photos in explanation.near_misses.items()} == {
        1: ["b"]
    }
    assert [(leaf.holding, leaf.failing) for leaf in explanation.leaves] == [(3, 0), (2, 1)]


def test_what_speaks_for_a_photo_is_what_holds_and_what_a_not_keeps_away() -> None:
    explanation = explain_selection(
        selected(All((NICE, Not(MAKE))), Answers({NICE.query: [PHOTOS]})), name_of=lambda _, id_: id_
    )
    (photo,) = explanation.selected
    assert explanation.in_favour(photo) == ("city 'Nice'", "not local filter '$.exifInfo.make:apple'")
    ((miss,),) = explanation.near_misses.values()
    assert explanation.in_favour(miss) == ("city 'Nice'",)


def test_without_what_was_rejected_there_are_no_near_misses() -> None:
    answers = Answers({NICE.query: [PHOTOS]})
    selection = selected(All((NICE, MAKE)), answers, keeps_rejected=False)
    assert explain_selection(selection, name_of=lambda _, id_: id_).near_misses == {}


def test_of_what_nothing_tells_nothing_is_said() -> None:
    facts = EvidenceLookup(evidence(All((NICE, MAKE)), Answers({NICE.query: [PHOTOS]})))
    assert facts.of(exactly("rating", 5), "a") is None
    assert facts.of(MAKE, "unseen") is None
    like = Filter("x", lambda _: True, frozenset(), lambda _: None, superset_is_exact=True)
    for superset in (
        None,
        replace(NICE.query, limit=3),
        Query(Kind.METADATA, where=(Condition("rating", "eq", 5),)),
    ):
        assert facts.of(replace(like, superset=superset), "a") is None
    assert facts.of(Search(Query(Kind.METADATA, where(rating=None))), "a") is None
    assert facts.of(replace(NICE, query=replace(NICE.query, limit=3)), "a") is None  # a cut-off is another search
    twice = EvidenceLookup(evidence(All((NICE, Any((MAKE, smart("cat"))))), TWO))
    assert twice.of(MAKE, "c") is None
    album = Search(Query(Kind.METADATA, where(albumIds=("x",))))
    inside = EvidenceLookup(evidence(All((album, MAKE)), Answers({album.query: [PHOTOS]})))
    assert inside.of(exactly("rating", 5), "a") is None  # who knows where an album's photos are


def test_what_the_searches_imply_is_said() -> None:
    rated = Search(Query(Kind.METADATA, where(rating=5)))
    both = Search(Query(Kind.METADATA, where(city="Nice", rating=5)))
    nice = EvidenceLookup(evidence(NICE, Answers({NICE.query: [PHOTOS]})))
    assert nice.of(both, "unseen") == LeafEvidence(holds=False)  # not even in Nice
    little = EvidenceLookup(evidence(All((NICE, MAKE)), Answers({NICE.query: [PHOTOS]}), keeps_rejected=False))
    assert little.of(NICE, "b") is None  # it was thrown away, and so may others have been
    stars = [record("s", exifInfo={"make": "Canon", "rating": 5})]
    choice = All((NICE, Any((MAKE, exactly("rating", 5)))))
    facts = EvidenceLookup(evidence(choice, Answers({NICE.query: [PHOTOS, stars]})))
    assert (facts.of(rated, "s"), facts.of(rated, "b")) == (LeafEvidence(holds=True), LeafEvidence(holds=False))
    assert facts.of(rated, "unseen") is None


TELLING_NOTHING = cast("Certainty", None)
"""The certainty of a rule of which nobody gets to ask."""


def test_names_that_were_not_looked_up_are_a_bug() -> None:
    name = person_named("Emma")
    for ask in (
        lambda: _looked_up(name),
        lambda: _Tree(name, ()).settle(name, []),
        lambda: _AssetCertainty(Branch(NICE.query, name), TELLING_NOTHING, "a").tables(),
    ):
        with pytest.raises(TypeError, match="not looked up"):
            ask()


def test_of_each_leaf_counts_what_is_known_of_it() -> None:
    """Of what only the ranking found nobody knows whether it is in Nice."""
    answers = Answers(
        {NICE.query: [[*PHOTOS, record("d", exifInfo={"make": "Canon"})]], smart("cat").query: [[record("c")]]}
    )
    explanation = explain_selection(
        selected(Any((All((NICE, MAKE)), smart("cat"))), answers), name_of=lambda _, id_: id_
    )
    assert {photo.asset.id for photo in explanation.selected} == {"a", "c"}
    counts = {leaf.text: (leaf.holding, leaf.failing) for leaf in explanation.leaves}
    assert counts["local filter '$.exifInfo.make:apple'"] == (1, 2)
    assert sum(counts["smart 'cat', top 200"]) == 4
    misses = {number: [photo.asset.id for photo in photos] for number, photos in explanation.near_misses.items()}
    assert ["b", "d"] in misses.values()


def test_of_a_late_check_is_known_what_was_asked_for() -> None:
    """Details are asked for last, for what is left."""
    tags = local("$.tags[*].value", "pets")
    answers = Answers({NICE.query: [PHOTOS]}, [PHOTOS[0] | {"tags": [{"value": "Pets"}]}])
    facts = EvidenceLookup(evidence(All((NICE, MAKE, tags)), answers))
    assert facts.of(tags, "a") == LeafEvidence(holds=True)
    assert facts.of(tags, "b") is None
    assert facts.of(local("$.tags[*].value", "other"), "a") is None
