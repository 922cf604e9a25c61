"""Whether a photo is in an album, and whose doing that is: after runs, and after people's hands."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.changes.memory import MembershipState
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.operations.explain.album import AlbumExplanation, AlbumPlacement, explain_album, rule_for
from immich_smart_albums.operations.forget import known_album
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.plan.names import with_albums
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.report.explanation import doing
from immich_smart_albums.rules.album import Keep, RuleSet
from immich_smart_albums.rules.tree import Rule, SplitKey
from tests.support.household import BEST, Household, rule, two_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MONTH = SplitKey("month", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[5:7],))
NAME = SplitKey("name", frozenset({"originalFileName"}), lambda record: (str(record["originalFileName"]),))
SPLIT = replace(rule("Best of {month}"), rule=Rule(BEST.match, split=(MONTH,)))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(two_people()) as running:
        yield running


@pytest.fixture
def home(sandbox: Sandbox, tmp_path: Path) -> Household:
    return Household(sandbox, tmp_path / "ledger.db", (rule(),))


def explained(home: Household, photo: str, name: str = "Best") -> AlbumExplanation:
    options = SelectOptions(1, lambda _: None)
    rules = RuleSet(home.rules)
    with open_ledger(home.ledger) as ledger:
        return explain_album(rule_for(name, rules), home.id(photo), home.accounts(), ledger, options, name=name)


def place(home: Household, photo: str) -> AlbumPlacement:
    (only,) = explained(home, photo).places
    return only


def test_before_the_first_run_there_is_no_album(home: Household) -> None:
    home.rate("alice-0")
    explanation = explained(home, "alice-0")
    assert explanation.passed
    assert explanation.places == (AlbumPlacement("Best", wanted=True),)
    assert doing(explanation.places[0], "x") == "there is no album yet, the next run makes it and adds the photo"
    assert not explained(home, "alice-1").passed
    assert doing(place(home, "alice-1"), "x") == "there is no album yet"


def test_what_was_added_tells_the_run(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    explanation = place(home, "alice-0")
    assert (explanation.inside, explanation.wanted, explanation.standing) == (True, True, MembershipState.OURS)
    assert explanation.run is not None
    assert explanation.run.id == 1
    assert explanation.album is not None
    assert explanation.album.id == home.album().id
    assert place(home, "alice-1") == AlbumPlacement("Best", wanted=False, album=explanation.album)


def test_what_people_did_is_told_apart(home: Household) -> None:
    home.rate("alice-0", "alice-1", "alice-2")
    home.sync()
    home.put_in("alice-3")
    home.take_out("alice-0")
    home.rate("alice-1", stars=None)
    home.rate("alice-4")
    doings = {name: doing(place(home, name), "x") for name in ("alice-0", "alice-3", "alice-4")}
    assert doings == {
        "alice-0": "not in the album, a person took it out; it stays out, and the next run notes that",
        "alice-3": "in the album, put there by hand; never taken out by this tool",
        "alice-4": "not in the album yet, the next run adds it",
    }
    home.sync()
    assert place(home, "alice-0").standing is MembershipState.TAKEN_OUT
    assert doing(place(home, "alice-0"), "x").endswith("it stays out until `ledger forget Best x`")
    removed = place(home, "alice-1")
    assert (removed.inside, removed.standing, removed.run and removed.run.id) == (False, MembershipState.REMOVED, 2)
    home.put_in("alice-0")
    assert doing(place(home, "alice-0"), "x") == "in the album, put back by hand; never taken out by this tool"


def test_a_photo_in_the_trash_is_in_its_album_still(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.sandbox.library.trash(home.id("alice-0"))
    explanation = explained(home, "alice-0")
    assert explanation.accounts[0].outside == "it is in the trash"
    assert explanation.places[0].inside
    assert not explanation.places[0].wanted


def test_every_account_says_for_itself(home: Household) -> None:
    home.rules = (rule("Best", "alice", "bob"),)
    home.rate("bob-0")
    explanation = explained(home, "bob-0")
    assert [(account.account, account.passed) for account in explanation.accounts] == [("alice", False), ("bob", True)]
    assert explanation.passed
    home.keys = {"bob": "nobody"}
    explanation = explained(home, "bob-0")
    assert [bool(account.problems) for account in explanation.accounts] == [False, True]
    assert explanation.passed is None
    home.rate("alice-0")
    assert explained(home, "alice-0").passed


def test_the_owners_account_is_needed_to_look_at_the_album(home: Household) -> None:
    home.rules = (rule("Best", "alice", "bob"),)
    home.rate("bob-0")
    home.keys = {"alice": "nobody"}
    explanation = explained(home, "bob-0")
    assert explanation.passed
    (only,) = explanation.places
    assert [problem.where for problem in only.problems] == ["account alice"]
    assert doing(only, "x") == "could not be looked at"


def test_an_album_that_was_deleted_is_a_problem_of_its_own(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    del home.sandbox.library.albums[home.album().id]
    explanation = place(home, "alice-0")
    assert "is gone" in explanation.problems[0].message
    assert explanation.standing is MembershipState.OURS


@pytest.mark.parametrize("path", ["/api/albums", "/api/search/metadata"])
def test_what_the_server_refuses_is_told(home: Household, path: str) -> None:
    home.rate("alice-0")
    home.sync()
    home.sandbox.faults.status(403, path=path, times=None)
    explanation = explained(home, "alice-0")
    problems = [problem for part in (*explanation.accounts, *explanation.places) for problem in _problems(part)]
    assert problems


def _problems(part: Any) -> list[object]:
    return list(part.problems)


def test_a_split_rule_shows_the_albums_that_a_photo_belongs_in_and_those_that_it_is_in(home: Household) -> None:
    home.rules = (SPLIT,)
    home.rate("alice-0")
    home.sync()
    explanation = explained(home, "alice-0", "Best of {month}")
    assert [
        (album_placement.name, album_placement.inside, album_placement.wanted) for album_placement in explanation.places
    ] == [("Best of 06", True, True)]
    home.sandbox.library.update(home.id("alice-0"), local_date_time=1_700_000_000_000_000)
    explanation = explained(home, "alice-0", "Best of {month}")
    placements = {
        album_placement.name: (album_placement.inside, album_placement.wanted) for album_placement in explanation.places
    }
    assert placements == {"Best of 11": (False, True), "Best of 06": (True, False)}
    explanation = explained(home, "alice-1", "Best of 06")
    assert [
        (album_placement.name, album_placement.inside, album_placement.wanted) for album_placement in explanation.places
    ] == [("Best of 06", False, False)]
    assert explained(home, "alice-1", "Best of {month}").places == ()


def test_a_split_rule_is_found_by_the_name_of_one_of_its_albums() -> None:
    two = replace(rule("{name} in {month}"), rule=Rule(BEST.match, split=(NAME, MONTH)))
    rules = RuleSet((rule("Best"), SPLIT, two))
    assert rule_for("Best", rules).name == "Best"
    assert rule_for("Best of 06", rules) is SPLIT
    assert rule_for("Best of {month}", rules) is SPLIT
    assert rule_for("x in 06", rules) is two
    with pytest.raises(ConfigurationError, match="several rules may feed 'Best of x in 06'"):
        rule_for("Best of x in 06", rules)


def test_a_name_that_no_rule_has_is_told_with_near_ones() -> None:
    with pytest.raises(ConfigurationError) as error:
        rule_for("Bset", RuleSet((rule("Best"),)))
    assert error.value.problems[0].hint == "Did you mean 'Best'?"
    with pytest.raises(ConfigurationError) as error:
        rule_for("Holidays", RuleSet((rule("Best"), rule("Dogs"))))
    assert error.value.problems[0].hint == "The rules have 'Best', 'Dogs'."


def test_a_name_is_the_same_in_either_form(home: Household) -> None:
    composed, apart = "B\u00fcro", "Bu\u0308ro"
    home.rules = (rule(composed), replace(SPLIT, name=f"{composed} {{month}}"))
    home.rate("alice-0")
    home.sync()
    rules = RuleSet(home.rules)
    assert with_albums(rules, [apart]).albums == home.rules[:1]
    assert rule_for(apart, rules) is home.rules[0]
    assert rule_for(f"{apart} 06", rules) is home.rules[1]
    (explanation,) = explained(home, "alice-0", apart).places
    assert (explanation.name, explanation.standing, explanation.inside) == (composed, MembershipState.OURS, True)
    with open_ledger(home.ledger) as ledger:
        assert known_album(apart, ledger).key.rule == composed
        options = SelectOptions(1, lambda _: None)
        make_plan(rules, home.accounts(), ledger, options, made_at="now", allow=[apart, f"{apart} 06"])


def test_a_rule_that_was_renamed_is_explained_by_what_is_remembered_of_it(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.rules = (rule("Favourites", was="Best"),)
    explanation = explained(home, "alice-0", "Favourites").places[0]
    assert (explanation.name, explanation.inside, explanation.standing) == ("Favourites", True, MembershipState.OURS)
    assert explanation.run is not None
    home.rules = (rule("Favourites", was="Beast"),)
    explanation = explained(home, "alice-0", "Favourites").places[0]
    assert (explanation.album, explanation.inside, explanation.standing) == (None, False, None)


def test_albums_of_a_split_rule_that_was_renamed_are_explained_by_what_is_remembered_of_them(home: Household) -> None:
    home.rules = (SPLIT,)
    home.rate("alice-0", "alice-1", "alice-2")
    home.sync()
    home.take_out("alice-0", album="Best of 06")
    home.sync()
    home.rate("alice-0", "alice-1", "alice-2", stars=1)
    home.rules = (replace(SPLIT, keep=Keep.ADD_ONLY),)
    home.sync()
    renamed = replace(SPLIT, name="Month {month}", keep=Keep.ADD_ONLY)
    home.rate("alice-0")
    home.rules = (replace(renamed, was=SPLIT.name),)
    for _ in range(2):  # before a run knows that, and after
        (place,) = explained(home, "alice-0", "Month {month}").places
        assert (place.name, place.standing, place.album is None) == ("Month 06", MembershipState.TAKEN_OUT, False)
        home.sync()

    def moved(name: str, month: int) -> None:
        instant = home.sandbox.library.assets[home.id(name)].local_date_time + month * 31 * 86_400_000_000
        home.sandbox.library.update(home.id(name), local_date_time=instant, file_created_at=instant)

    # One that is not wanted is in an album that has its first name still.
    moved("alice-0", 1)
    home.rules = (replace(renamed, name="In {month}", was=renamed.name),)
    home.sync()
    (place,) = explained(home, "alice-1", "In {month}").places
    assert (place.name, place.wanted, place.inside) == ("Month 06", False, True)
    moved("alice-0", -1)
    place, _ = explained(home, "alice-0", "In {month}").places
    assert (place.name, place.wanted, place.standing) == ("In 06", True, MembershipState.TAKEN_OUT)


def test_an_album_that_cannot_be_looked_at_tells_what_the_ledger_knows_all_the_same(home: Household) -> None:
    home.rate("alice-0")
    home.sync()
    home.sandbox.faults.status(403, path=f"/api/albums/{home.album().id}", times=None)
    explanation = place(home, "alice-0")
    assert (explanation.album, explanation.standing) == (None, MembershipState.OURS)
    assert explanation.run is not None
    assert len(explanation.problems) == 1
