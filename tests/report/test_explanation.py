"""Why a photo is in an album or not, for people and for programs."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

import pytest

from immich_smart_albums.changes.journal import Ending, Run
from immich_smart_albums.changes.memory import KEPT_OUT, MembershipState
from immich_smart_albums.errors import Problem
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.operations.explain.album import AlbumExplanation, AlbumPlacement
from immich_smart_albums.operations.explain.photo import RuleExplanation
from immich_smart_albums.report.envelope import json_text
from immich_smart_albums.report.explanation import doing, explanation_json, explanation_lines
from immich_smart_albums.rules.tree import All, Any, EntityKind, Filter, Node, Not, Reference, Search
from immich_smart_albums.selection.explain.explain import LeafEvidence, explain
from tests.support.golden_files import check_golden
from tests.support.sample_plans import SERVER, album, photo

CASES = Path(__file__).parent / "cases"
RUN = Run(12, "sync", SERVER, "2024-01-01T12:30:05Z", "2024-01-01T12:30:09Z", Ending.DONE)
DOG = photo(3, "dog\x1b[31m.jpg")


def check(words: str, line: int) -> Filter:
    return Filter(words, lambda _: True, frozenset(), lambda _: None, origin=FlagOrigin(f"rules.yaml:{line}:9"))


TAKEN = check("taken after 2023-11-03", 4)
MEDIA = check("media photo", 5)
PATH = check("path ^/photos/work_projects/", 9)
SMART = Search(Query(Kind.SMART, where(query="a dog on a beach"), limit=300), FlagOrigin("rules.yaml:7:11"))
JANE, JOHN = (
    Search(Query(Kind.METADATA, where(personIds=(id_,))), FlagOrigin("rules.yaml:6:11")) for id_ in ("jane", "john")
)
PERSONS = Reference(
    EntityKind.PERSON, ("Jane",), "person 'Jane Doe'", lambda _: Any((JANE, JOHN)), origin=FlagOrigin("rules.yaml:6:11")
)


def rule(person: Node) -> Node:
    some = Any((person, SMART), FlagOrigin("rules.yaml:6:5"))
    return All((TAKEN, MEDIA, some, Not(PATH, FlagOrigin("rules.yaml:9:9"))), FlagOrigin("rules.yaml:3:5"))


ANSWERS: dict[Node, LeafEvidence] = {
    TAKEN: LeafEvidence(holds=True, value=dt.date(2023, 12, 28)),
    MEDIA: LeafEvidence(holds=True, value="photo"),
    PATH: LeafEvidence(holds=False, value="/photos/trips/dog\n.jpg"),
    SMART: LeafEvidence(holds=False, value={}, rank=312, read=3000),
    JANE: LeafEvidence(holds=False, value={"people": ["Emma", "Noah"]}),
    JOHN: LeafEvidence(holds=True, value={"people": ["Emma", "Noah"]}),
}


def why(account: str = "alice", **changed: bool) -> RuleExplanation:
    """The example, with other verdicts for some leaves."""
    leaves: dict[str, Node] = {"taken": TAKEN, "media": MEDIA, "path": PATH, "smart": SMART, "jane": JANE, "john": JOHN}
    answers = ANSWERS | {leaves[name]: replace(ANSWERS[leaves[name]], holds=holds) for name, holds in changed.items()}
    result = explain(
        rule(Any((JANE, JOHN))), lambda leaf: answers[leaf], written=rule(PERSONS), name_of=lambda _, id_: id_.title()
    )
    return RuleExplanation(account, DOG, result)


def explained(*accounts: RuleExplanation, places: tuple[AlbumPlacement, ...] = ()) -> AlbumExplanation:
    return AlbumExplanation("Friends, no exes", DOG.id, SERVER, accounts, places)


HERE = album("Friends")
FRIENDS = AlbumPlacement("Friends, no exes", True, HERE, True, MembershipState.OURS, RUN)
PROBLEM = Problem("account bob", "the API key is not accepted", "Make another.")

EXPLANATIONS = {
    "explain-in": explained(why(), places=(FRIENDS,)),
    "explain-out-but-for-one": explained(why(taken=False), places=(replace(FRIENDS, wanted=False, standing=None),)),
    "explain-out": explained(
        why(taken=False, media=False),
        places=(AlbumPlacement("Friends, no exes", False, HERE, standing=MembershipState.TAKEN_OUT),),
    ),
    "explain-any-of-two": explained(why(jane=True), places=(replace(FRIENDS, inside=False, standing=None, run=None),)),
    "explain-nobody-on-it": explained(why(john=False), places=(AlbumPlacement("Friends, no exes", False),)),
    "explain-accounts": explained(
        RuleExplanation("alice", outside="this account does not see it: deleted, locked, or somebody else's"),
        replace(why("bob\x1b"), outside="it is in the trash"),
        RuleExplanation("carol", problems=(PROBLEM,)),
        replace(why("dora"), cut="1,200 photos match, and the rule keeps the newest 300"),
        places=(AlbumPlacement("Friends, no exes", False, problems=(PROBLEM,)),),
    ),
    "explain-split": explained(
        replace(why(), combinations=(("2023", "Finland"),)),
        places=(
            AlbumPlacement("2023 in Finland", True),
            AlbumPlacement("2022 in Finland", False, HERE, True, MembershipState.HAND_MADE),
        ),
    ),
    "explain-split-none": explained(replace(why(), combinations=())),
}


@pytest.mark.parametrize("name", EXPLANATIONS)
def test_explanations(name: str) -> None:
    lines = list(explanation_lines(EXPLANATIONS[name]))
    assert all(line.isprintable() for line in lines)
    check_golden(CASES / name / "explain.txt", "\n".join(lines) + "\n")
    check_golden(CASES / name / "explain.json", json_text(explanation_json(EXPLANATIONS[name])) + "\n")


@pytest.mark.parametrize("standing", [None, *MembershipState])
@pytest.mark.parametrize("inside", [True, False])
def test_every_way_to_stand_to_an_album_has_its_words(standing: MembershipState | None, inside: bool) -> None:
    text = doing(AlbumPlacement("A", True, HERE, inside, standing, RUN), "b1")
    assert text.startswith("in the album, " if inside else "not in the album")
    assert ("`ledger forget A b1`" in text) is (not inside and standing in KEPT_OUT), (
        "what stays out says how to let it in"
    )
    assert ("next run" in text) is (not inside and standing not in KEPT_OUT)
    assert "run 12" not in doing(AlbumPlacement("A", True, HERE, inside, standing), "b1")


def test_a_rule_of_one_predicate_has_no_near_misses_to_tell() -> None:
    alone = explain(TAKEN, lambda leaf: ANSWERS[leaf], name_of=lambda _, id_: id_)
    lines = list(explanation_lines(explained(RuleExplanation("alice", DOG, alone))))
    assert "✓ taken after 2023-11-03  (2023-12-28)" in lines
    assert not [line for line in lines if "but for" in line]
