"""`apply` and plan files that somebody else could have written: nothing of them is believed."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import msgspec
import pytest

from immich_sandbox import Sandbox
from immich_sandbox.library.records import User
from immich_smart_albums.changes.plan import Plan
from immich_smart_albums.changes.plan_file import plan_text, read_plan
from immich_smart_albums.cli.exits import Exit
from immich_smart_albums.cli.main import run as run_tool
from tests.support.household import Household, two_people

from .conftest import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RULES = """
albums:
  - name: Best
    match: {rating: 5}
    keep: in-step
    share: bob@example.org
    guard: {remove: unlimited, empty: allow}
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Household]:
    with Sandbox(two_people()) as sandbox:
        (tmp_path / "home").mkdir()
        (tmp_path / "rules").mkdir()
        settle(monkeypatch, tmp_path / "home", tmp_path / "state", sandbox)
        (tmp_path / "rules" / "best.yaml").write_text(RULES, encoding="utf-8")
        made = Household(sandbox, tmp_path / "state" / "immich-smart-albums" / "ledger.db", ())
        made.rate("alice-0", "alice-1")
        assert run_tool(["sync", "../rules/best.yaml"]) is Exit.DONE
        made.put_in("alice-4")
        made.rate("alice-0", stars=1)
        made.rate("alice-2")
        assert run_tool(["plan", "../rules/best.yaml", "--out", "plan.json"]) is Exit.DONE
        yield made


def forge(home: Household, edit: Callable[[str], str]) -> None:
    """Change the plan file as somebody would who knows how its fingerprint is made."""
    path = home.ledger.parents[2] / "home" / "plan.json"
    content = json.loads(edit(path.read_text(encoding="utf-8")))
    plan = signed(json.dumps(content))
    path.write_text(plan, encoding="utf-8")
    read_plan(path.read_text(encoding="utf-8"), "plan.json")


def signed(text: str) -> str:
    """The text of a plan file with whatever is in this one, and the fingerprint that fits."""
    return plan_text(msgspec.convert(json.loads(text)["plan"], Plan))


def state(home: Household) -> object:
    albums = home.sandbox.library.albums.values()
    return [(album.name, sorted(album.asset_ids), sorted(album.roles.items()), album.description) for album in albums]


def test_the_rules_that_the_plan_names_are_read(home: Household) -> None:
    assert run_tool(["apply", "plan.json"]) is Exit.DONE
    assert home.inside() == {"alice-1", "alice-2", "alice-4"}
    assert run_tool(["apply", "plan.json"]) is Exit.FAILED  # something was written since


@pytest.mark.parametrize("lost", ["edited", "missing", "world-writable"])
def test_rules_that_are_not_what_they_were_or_may_be_anybodys_are_refused(
    home: Household, lost: str, capsys: pytest.CaptureFixture[str]
) -> None:
    before = state(home)
    rules = home.ledger.parents[2] / "rules" / "best.yaml"
    if lost == "edited":
        rules.write_text(RULES.replace("5", "4"), encoding="utf-8")
    elif lost == "missing":
        rules.unlink()
    else:
        rules.chmod(0o666)
    capsys.readouterr()
    code = run_tool(["apply", "plan.json"])
    said = capsys.readouterr().err
    assert code is (Exit.FAILED if lost == "edited" else Exit.WRONG_USAGE)
    assert {
        "edited": "the rules were edited",
        "missing": "the rules file that the plan was made from cannot be read",
        "world-writable": "somebody else may write",
    }[lost] in said
    assert state(home) == before
    if lost == "world-writable":
        assert run_tool(["apply", "plan.json", "../rules/best.yaml"]) is Exit.DONE


FORGERIES: dict[str, Callable[[Household, str], str]] = {
    "a photo that does not match is added": lambda home, text: text.replace(home.id("alice-2"), home.id("alice-3")),
    "a photo that a person put in is taken out": lambda home, text: text.replace(
        home.id("alice-0"), home.id("alice-4")
    ),
    "another album is written to": lambda home, text: text.replace(home.album("Best").id, home.album("Private").id),
    "somebody else is let in": lambda home, text: json.dumps(
        with_change(
            text,
            {
                "type": "share",
                "user": {
                    "id": home.sandbox.library.user_named("carol").id,
                    "name": "Carol",
                    "email": "carol@example.org",
                },
                "role": "editor",
                "was": None,
            },
        )
    ),
    "the album is deleted": lambda _, text: json.dumps(with_change(text, {"type": "delete"})),
    "the album is described": lambda _, text: json.dumps(
        with_change(text, {"type": "details", "description": {"old": "", "new": "Mine"}})
    ),
}


def with_change(text: str, change: object) -> dict[str, dict[str, list[dict[str, list[object]]]]]:
    content: dict[str, dict[str, list[dict[str, list[object]]]]] = json.loads(text)
    content["plan"]["albums"][0]["changes"].append(change)
    return content


@pytest.mark.parametrize("what", FORGERIES)
def test_a_plan_file_that_was_forged_with_its_fingerprint_writes_nothing(
    home: Household, what: str, capsys: pytest.CaptureFixture[str]
) -> None:
    library = home.sandbox.library
    carol = User(library.new_id(), "Carol", "carol@example.org", library.now())
    library.users[carol.id] = carol
    library.add_album(
        "Private", owner_id=library.user_named("alice").id, asset_ids=library.albums[home.album().id].asset_ids
    )
    forge(home, lambda text: FORGERIES[what](home, text))
    before = state(home)
    capsys.readouterr()
    assert run_tool(["apply", "plan.json"]) is Exit.FAILED
    assert "error: " in capsys.readouterr().err
    assert state(home) == before


def test_a_plan_to_undo_is_never_taken_from_a_file(home: Household, capsys: pytest.CaptureFixture[str]) -> None:
    path = home.ledger.parents[2] / "home" / "plan.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["plan"] |= {"verb": "undo", "undoes": 1}
    path.write_text(signed(json.dumps(content)), encoding="utf-8")
    assert run_tool(["apply", "plan.json"]) is Exit.WRONG_USAGE
    assert "it is a plan to undo, which is never saved" in capsys.readouterr().err


def test_a_guard_that_was_let_pass_for_the_plan_is_let_pass_for_apply(home: Household) -> None:
    rules = home.ledger.parents[2] / "rules" / "best.yaml"
    rules.write_text(RULES.replace("unlimited", "0"), encoding="utf-8")
    assert run_tool(["plan", str(rules), "--out", "plan.json"]) is Exit.REFUSED
    assert run_tool(["apply", "plan.json"]) is Exit.REFUSED
    assert run_tool(["plan", str(rules), "--allow", "Best", "--out", "plan.json"]) is Exit.DONE
    assert run_tool(["apply", "plan.json"]) is Exit.DONE
    assert home.inside() == {"alice-1", "alice-2", "alice-4"}


def test_a_refusal_that_was_cut_out_of_the_file_is_still_one(home: Household) -> None:
    rules = home.ledger.parents[2] / "rules" / "best.yaml"
    rules.write_text(RULES.replace("unlimited", "0"), encoding="utf-8")
    assert run_tool(["plan", str(rules), "--out", "plan.json"]) is Exit.REFUSED
    path = home.ledger.parents[2] / "home" / "plan.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["plan"]["albums"][0]["refusals"] = []
    path.write_text(signed(json.dumps(content)), encoding="utf-8")
    before = state(home)
    assert run_tool(["apply", "plan.json"]) is Exit.REFUSED
    assert state(home) == before
