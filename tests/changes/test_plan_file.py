"""Plans as files: everything comes back, and nothing that is not exactly a plan is taken for one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

from immich_smart_albums.changes.change import AddAssets, CreateAlbum, Edit, RemoveAssets, SetDetails, ShareAlbum
from immich_smart_albums.changes.plan import AlbumPlan, AlbumSnapshot, Observed, Plan, Waiting
from immich_smart_albums.changes.plan_file import plan_text, read_plan
from immich_smart_albums.errors import ConfigurationError, Problem, Question
from immich_smart_albums.model.album import Album
from tests.support.change_values import BOB, asset, assets

if TYPE_CHECKING:
    from collections.abc import Callable

PLAN = Plan(
    "http://photos",
    "2024-05-01T10:00:00Z",
    (
        AlbumPlan(
            "Friends",
            "alice",
            Album("a1", "Renamed", 3, "owner", "Alice", "2024-01-01"),
            (
                RemoveAssets("alice", assets("a")),
                ShareAlbum(BOB, "editor"),
                ShareAlbum(BOB, None, "viewer"),
                AddAssets("bob", assets("bc")),
                SetDetails(cover=Edit(None, "b")),
            ),
            matched=2,
            kept_out=(asset("d"),),
            warnings=("look out",),
            problems=(Problem("rules.yaml:1:1", "wrong", "do this", "excerpt"),),
            seen=AlbumSnapshot("u0", "digest"),
            learned=Observed(("h",), (asset("d"),), ("g",), (asset("u"),), (7,)),
        ),
        AlbumPlan("Family", "alice", changes=(CreateAlbum("Family", "Us"),)),
    ),
    users={"alice": "1", "bob": "2"},
    ledger="id:3",
    rules="digest",
    files=("/home/alice/smart-albums.yaml",),
    allowed=("Friends",),
)


def test_a_plan_comes_back_from_its_file() -> None:
    text = plan_text(PLAN)
    assert read_plan(text, "plan.json") == PLAN
    assert json.loads(text)["fingerprint"] == PLAN.fingerprint
    assert '\n  "made_at": "2024-05-01T10:00:00Z"' in text


def test_the_answers_to_a_question_are_no_part_of_the_file() -> None:
    words = ("rules.yaml:1:1", "renamed, or new?")
    asked, said = (
        msgspec.structs.replace(PLAN, albums=(AlbumPlan("Friends", "alice", problems=(problem,)),))
        for problem in (Question(*words, answers=("old", "new")), Problem(*words))
    )
    assert plan_text(asked) == plan_text(said)
    assert read_plan(plan_text(asked), "plan.json") == said


def test_the_fingerprint_is_that_of_the_world_and_the_changes_not_of_the_hour() -> None:
    assert msgspec.structs.replace(PLAN, made_at="later").fingerprint == PLAN.fingerprint
    others = [
        msgspec.structs.replace(PLAN, server="http://other"),
        msgspec.structs.replace(PLAN, albums=PLAN.albums[:1]),
        msgspec.structs.replace(PLAN, users={"alice": "1", "bob": "3"}),
        msgspec.structs.replace(PLAN, ledger="id:4"),
        msgspec.structs.replace(PLAN, rules="other"),
    ]
    assert len({PLAN.fingerprint, *(other.fingerprint for other in others)}) == 6


def edited(edit: Callable[[dict[str, Any]], object]) -> str:
    content = json.loads(plan_text(PLAN))
    edit(content)
    return json.dumps(content)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (plan_text(PLAN)[:-20], "it is no JSON"),
        ("[]", "it is no JSON"),
        ("{}", "it is not a plan of this tool"),
        (edited(lambda file: file.update(version=1)), "it is a plan of version 1, and this tool reads 2"),
        (edited(lambda file: file.pop("plan")), "it is not a whole plan"),
        (edited(lambda file: file["plan"].update(extra=1)), "it is not a whole plan"),
        (edited(lambda file: file["plan"]["albums"][0]["changes"].pop(0)), "it was edited, or damaged"),
        (edited(lambda file: file["plan"].update(server="http://other")), "it was edited, or damaged"),
    ],
)
def test_what_is_not_a_whole_unedited_plan_is_refused(text: str, said: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_plan(text, "plan.json")
    (problem,) = caught.value.problems
    assert problem.where == "plan.json"
    assert problem.message.startswith(said)
    assert problem.hint


def test_a_plan_with_a_part_that_is_none_is_refused() -> None:
    broken = json.loads(plan_text(PLAN))
    broken["plan"]["albums"] = 5
    with pytest.raises(ConfigurationError, match="it is not a whole plan"):
        read_plan(json.dumps(broken), "plan.json")


@pytest.mark.parametrize(("ids", "words"), [("a", "1 photo waits: why"), ("ab", "2 photos wait: why")])
def test_how_many_photos_wait_is_said(ids: str, words: str) -> None:
    assert Waiting("why", assets(ids)).words == words


def test_a_plan_that_is_never_saved_is_no_file() -> None:
    text = plan_text(msgspec.structs.replace(PLAN, verb="undo", undoes=3))
    with pytest.raises(ConfigurationError, match="it is a plan to undo, which is never saved"):
        read_plan(text, "plan.json")
