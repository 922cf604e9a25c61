"""A rule that has another name now, or another account, goes on with its album, once somebody said so."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from shutil import copy
from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import Library, Sandbox
from immich_smart_albums.changes.change import SetDetails
from immich_smart_albums.changes.desired import CurrentAlbum
from immich_smart_albums.changes.memory import AlbumKey
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.model.album import Album
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.operations.adopt import adopt
from immich_smart_albums.operations.forget import forget_album, known_album
from immich_smart_albums.operations.plan.names import with_albums
from immich_smart_albums.rules.album import RuleSet
from immich_smart_albums.rules.tree import Rule, Search, SplitKey
from tests.support.household import BEST, Household, copied, names_of, only, rule, two_people

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.errors import Problem
    from immich_smart_albums.rules.album import AlbumRule

BAD = Rule(Search(Query(Kind.METADATA, where(rating=1))))
"""What has one star."""

DAY = SplitKey("day", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[8:10],))


@pytest.fixture(scope="module")
def before(tmp_path_factory: pytest.TempPathFactory) -> tuple[Library, Path]:
    """Best holds photos 0 to 2 of Alice, which are ours, and 4, which is not; a person took 3 out."""
    ledger = tmp_path_factory.mktemp("before") / "ledger.db"
    with Sandbox(two_people(6)) as sandbox:
        household = Household(sandbox, ledger, (rule(),))
        household.rate("alice-0", "alice-1", "alice-2", "alice-3")
        household.sync()
        household.take_out("alice-3")
        household.put_in("alice-4")
        household.sync()
    return sandbox.library, ledger


@pytest.fixture
def home(before: tuple[Library, Path], tmp_path: Path) -> Iterator[Household]:
    library, ledger = before
    with Sandbox(copied(library)) as sandbox:
        yield Household(sandbox, Path(copy(ledger, tmp_path)), (rule(),))


def albums(home: Household) -> list[str]:
    return sorted(album.name for album in home.sandbox.library.albums.values())


def problem(home: Household) -> Problem:
    """The only one of the only album."""
    (plan,) = home.planned().albums
    (result,) = plan.problems
    assert plan.changes == ()
    return result


@pytest.mark.parametrize("name", ["best", "BEST", "Be\u017ft", " Best", "Best of all"])
def test_a_rule_that_has_another_name_is_asked_about_before_there_is_a_second_album(home: Household, name: str) -> None:
    home.rules = (rule(name),)
    result = problem(home)
    assert result.message.startswith(f"{name!r} is new, and 'Best', which ")
    assert result.message.endswith(" is not in the rules any more: renamed, or a new album?")
    assert result.hint == "Renamed: add `was: Best`. A new album: add `was: none`."
    assert result.answers == ("Best", "none")
    home.sync()
    assert albums(home) == ["Best"]


def test_a_rule_that_was_renamed_goes_on_with_all_that_was_known(home: Household) -> None:
    home.rules = (rule("Favourites", was="Best"),)
    (plan,) = home.planned().albums
    assert plan.reasons == ("it goes on with what is remembered of the rule 'Best'",)
    assert (names_of(plan, "kept_out"), plan.hand_made, plan.additions) == ({"alice-3"}, 1, ())
    home.sync()
    assert albums(home) == ["Favourites"]  # it had the rule's name, and still has
    assert home.inside("Favourites") == {"alice-0", "alice-1", "alice-2", "alice-4"}
    # What is ours is, what is not is not, and `was` may stay or go.
    home.rate("alice-0", stars=1)
    home.sync()
    home.rules = (rule("Favourites"),)
    assert not home.sync().has_changed
    assert home.inside("Favourites") == {"alice-1", "alice-2", "alice-4"}
    with open_ledger(home.ledger) as ledger:
        assert [album.key.rule for album in ledger.albums()] == ["Favourites"]
        assert {write.intent.key.rule for run in ledger.runs() for write in ledger.writes(run.id)} == {"Favourites"}
    home.undo(1)
    assert home.inside("Favourites") == {"alice-4"}


def test_an_album_that_people_renamed_keeps_its_name(home: Household) -> None:
    home.album().name = "Ours"
    home.rules = (rule("Favourites", was="Best"),)
    assert not only(home.sync()).edits
    assert albums(home) == ["Ours"]
    home.album("Ours").name = "Best"
    home.sync()
    assert albums(home) == ["Best"]


def test_the_new_name_of_an_album_is_taken_back_with_its_run(home: Household) -> None:
    home.rules = (rule("Favourites", was="Best"),)
    (edit,) = only(home.sync()).edits
    assert isinstance(edit, SetDetails)
    home.undo()
    assert albums(home) == ["Best"]


def test_a_rule_that_is_said_to_be_new_gets_an_album_of_its_own(home: Household) -> None:
    home.rules = (rule("Favourites", is_new=True),)
    assert only(home.sync()).created
    assert albums(home) == ["Best", "Favourites"]
    home.rules = (rule("Favourites"),)
    assert not home.sync().has_changed


def test_a_rule_for_other_photos_is_none_of_those_before_and_says_so_once(home: Household) -> None:
    home.rate("alice-5", stars=1)
    home.rules = (replace(rule("Worst", in_step=False), rule=BAD), rule())
    assert home.planned().albums[0].warnings == ()
    home.rules = home.rules[:1]
    (warning,) = home.planned().albums[0].warnings
    assert warning.startswith("the ledger also knows of 'Best', which these rules do not have")
    assert only(home.sync()).created
    assert home.planned().albums[0].warnings == ()


@pytest.mark.parametrize("how", ["forgotten", "deleted"])
def test_a_rule_that_was_removed_for_good_is_asked_about_no_more(home: Household, how: str) -> None:
    if how == "deleted":
        home.sandbox.library.delete_album(home.album().id)
    else:
        with home.writing() as (ledger, _):
            forget_album(known_album("Best", ledger), ledger)
    home.rules = (rule("Favourites"),)
    assert home.planned().albums[0].warnings == ()
    assert only(home.sync()).created


@pytest.mark.parametrize("is_by_id", [True, False])
def test_an_album_that_another_rule_fed_is_not_fed_as_if_nothing_were_known_of_it(
    home: Household, is_by_id: bool
) -> None:
    home.album().name = "Ours"
    home.rules = (rule("Other" if is_by_id else "Ours", album_id=home.album("Ours").id if is_by_id else None),)
    assert "fed the album that is meant here" in problem(home).message
    home.rules = (replace(home.rules[0], was="Best"),)
    home.sync()
    assert home.inside("Ours") == {"alice-0", "alice-1", "alice-2", "alice-4"}


def test_rules_that_a_run_leaves_alone_are_still_there(home: Household) -> None:
    home.rules = (rule(), rule("Favourites"))
    book = with_albums(RuleSet(home.rules), ["Favourites"])
    assert [other.name for other in book.others] == ["Best"]
    with home.writing() as (ledger, accounts):
        (plan,) = home.plan(ledger, accounts, book).albums
    assert plan.problems == ()


def test_a_name_that_no_rule_had_is_told_with_those_that_are_near(home: Household) -> None:
    home.rules = (rule("Favourites", was="Bets"),)
    result = problem(home)
    assert result.message == "the ledger knows no rule 'Bets' that is not in the rules any more"
    assert result.hint is not None
    assert result.hint.startswith("Did you mean 'Best'? ")
    home.rules = (rule("Favourites", was="Zzyzx"),)
    assert (problem(home).hint or "").startswith("`ledger list`")


def test_a_rule_that_another_one_goes_on_with_is_not_asked_about(home: Household) -> None:
    home.rules = (rule("Favourites", was="Best"), rule("Stars"))
    home.sync()
    assert albums(home) == ["Favourites", "Stars"]


def test_a_rule_that_changes_its_owner_is_asked_about(home: Household) -> None:
    home.rules = (rule("Best", "bob", "alice"),)
    assert "was another account's" in problem(home).message
    library = home.sandbox.library
    home.album().roles[library.user_named("bob").id] = "editor"
    home.rules = (rule("Best", "bob", "alice", was="Best"),)
    home.sync()
    assert home.inside() == {"alice-0", "alice-1", "alice-2", "alice-4"}


def test_an_account_that_is_not_there_leaves_its_rules_in_peace(home: Household) -> None:
    home.rate("bob-0")
    home.rules = (rule(), rule("Favourites", "bob"))
    home.keys["alice"] = "wrong"
    first, second = home.planned().albums
    assert (len(first.problems), second.problems) == (1, ())


def test_what_stays_out_by_the_new_name_stays_out(home: Household) -> None:
    home.rules = (rule("Favourites", is_new=True),)
    home.sync()
    home.take_out("alice-0", album="Favourites")
    home.sync()
    with home.writing() as (ledger, _):
        forget_album(known_album("Favourites", ledger), ledger)
    home.sandbox.library.delete_album(home.album("Favourites").id)
    home.take_out("alice-0")
    home.rules = (rule("Favourites", was="Best"),)
    home.sync()
    assert home.inside("Favourites") == {"alice-1", "alice-2", "alice-4"}
    assert names_of(home.planned().albums[0], "kept_out") == {"alice-0", "alice-3"}


@pytest.mark.parametrize("names", [{"Favourites"}, {"Favourites", "Best"}])
def test_an_album_of_a_rule_that_is_gone_is_adopted_with_all_that_is_remembered(
    home: Household, names: set[str]
) -> None:
    library = home.sandbox.library
    result = home.album()
    view = CurrentAlbum(Album(result.id, "Best", 0, "owner", "Alice", ""), frozenset(result.asset_ids))
    with home.writing() as (ledger, _):
        key = AlbumKey(library.user_named("alice").id, "Favourites")
        adopted = adopt(key, view, ledger, home.sandbox.url, lambda: "now", rules=names)
        assert adopted.shared_with == (("Best",) if "Best" in names else ())
    home.rules = (rule("Favourites"),)
    home.sync()
    assert ("alice-3" in home.inside()) is ("Best" in names)


# -- splits ------------------------------------------------------------------------------------------------------------


def split(name: str, *accounts: str, **more: Any) -> AlbumRule:
    return replace(rule(name, *accounts, **more), rule=Rule(BEST.match, split=(DAY,)))


@pytest.fixture
def days(tmp_path: Path) -> Iterator[Household]:
    with Sandbox(two_people()) as sandbox:
        household = Household(sandbox, tmp_path / "ledger.db", (split("Day {day}"),))
        household.rate("alice-0", "alice-1")
        household.sync()
        yield household


def test_a_split_rule_that_was_renamed_goes_on_with_all_of_its_albums(days: Household) -> None:
    days.rules = (split("On the {day}"),)
    assert problem(days).hint == 'Renamed: add `was: "Day {day}"`. A new album: add `was: none`.'
    assert problem(days).answers == ('"Day {day}"', "none")
    days.rules = (split("On the {day}", was="Day {day}"),)
    days.rate("alice-0", stars=1)
    days.rate("alice-2")
    days.sync()
    # The one to which nothing goes any more is kept in step under its old name, until something goes there again.
    assert albums(days) == ["Day 01", "On the 02", "On the 03"]
    assert (days.inside("Day 01"), days.inside("On the 02")) == (set(), {"alice-1"})
    assert not days.sync().has_changed
    days.rate("alice-0")
    days.sync()
    assert albums(days) == ["On the 01", "On the 02", "On the 03"]
    days.rules = (split("On the {day}"),)
    assert not days.sync().has_changed
    days.rate("alice-3")
    assert days.sync().failures == []


@pytest.fixture
def day_without(days: Household) -> Household:
    """Photo 0 of Alice was taken out of the album of the first day, and nothing goes there now."""
    days.take_out("alice-0", album="Day 01")
    days.sync()
    days.rate("alice-0", stars=1)
    days.sync()
    return days


def renamed(household: Household, *names: str) -> None:
    """A run for each name, in which the rule says what it was, and another one in which it does not any more."""
    for name in names:
        for was in (household.rules[0].name, None):
            household.rules = (split(name, was=was),)
            assert household.sync().failures == []


@pytest.mark.parametrize("names", [["On the {day}"], ["On the {day}", "At {day}"], ["On the {day}", "Day {day}"]])
def test_what_stays_out_of_an_album_to_which_nothing_goes_stays_out_whatever_its_rule_is_called(
    day_without: Household, names: list[str]
) -> None:
    days = day_without
    renamed(days, *names)
    last = names[-1].format(day="0{}").format
    assert albums(days) == sorted(["Day 01", last(2)])
    days.rate("alice-0", "bob-0")
    days.rules = (split(names[-1], "alice", "bob"),)
    assert days.sync().failures == []
    assert albums(days) == [last(1), last(2)]
    assert days.inside(last(1)) == {"bob-0"}
    assert not days.sync().has_changed


def test_photos_are_taken_out_of_an_album_that_is_known_by_its_first_name_only(days: Household) -> None:
    days.rules = (split("Day {day}", in_step=False),)
    days.rate("alice-0", stars=1)
    for name, was in (("On the {day}", "Day {day}"), ("At {day}", "On the {day}")):
        days.rules = (split(name, was=was, in_step=False),)
        days.sync()
    assert (albums(days), days.inside("Day 01")) == (["At 02", "Day 01"], {"alice-0"})
    days.rules = (split("At {day}"),)
    days.sync()
    assert days.inside("Day 01") == set()


def test_a_rule_of_which_nothing_was_left_when_it_was_renamed_is_known_by_what_it_takes_out(
    day_without: Household,
) -> None:
    days = day_without
    days.rate("alice-1", stars=1)
    renamed(days, "On the {day}")
    assert days.inside("Day 02") == set()
    days.rate("alice-0")
    assert not only(days.sync()).added
    assert albums(days) == ["Day 02", "On the 01"]


def test_a_rule_that_only_made_a_new_album_when_it_was_renamed_is_known_by_that(day_without: Household) -> None:
    days = day_without
    days.rate("alice-1", stars=1)
    days.sync()
    days.rate("alice-2")
    renamed(days, "On the {day}")
    days.rate("alice-0")
    assert days.sync().failures == []
    assert (days.inside("On the 01"), days.inside("On the 03")) == (set(), {"alice-2"})


def test_a_rule_that_did_nothing_when_it_was_renamed_is_asked_about_once_more(day_without: Household) -> None:
    days = day_without
    days.rate("alice-1", stars=1)
    days.sync()
    renamed(days, "On the {day}")
    days.rate("alice-0")
    result = problem(days)
    assert "'Day {day}', which is to stay without 1 of the 1 photos that match here, is not in the" in result.message
    assert result.answers == ('"Day {day}"', "none")


def test_an_album_that_is_called_as_one_of_a_rule_before_is_left_to_its_own_rule(day_without: Household) -> None:
    days = day_without
    renamed(days, "On the {day}")
    days.sandbox.library.delete_album(days.album("Day 01").id)
    with days.writing() as (ledger, _):
        forget_album(known_album("Day 01", ledger), ledger)
    days.rate("alice-0")
    other = replace(rule("Day 01", is_new=True), rule=BAD)
    days.rate("alice-3", stars=1)
    days.rules = (other, *days.rules)
    days.sync()
    assert (days.inside("Day 01"), days.inside("On the 01")) == ({"alice-3"}, {"alice-0"})


def test_what_stays_out_is_known_by_the_new_name_where_there_was_no_album_either(home: Household) -> None:
    home.sandbox.library.delete_album(home.album().id)
    with home.writing() as (ledger, _):
        forget_album(known_album("Best", ledger), ledger)
    home.rate("alice-0", "alice-1", "alice-2", "alice-3", stars=1)
    home.rules = (rule("Favourites", was="Best"),)
    home.sync()
    home.rules = (rule("Favourites"),)
    home.rate("alice-2", "alice-3")
    home.sync()
    assert home.inside("Favourites") == {"alice-2"}


def test_a_rule_that_is_split_now_was_another_one(days: Household) -> None:
    days.rules = (rule("All days"),)
    assert problem(days).hint == "A new album: add `was: none`."
    assert problem(days).answers == ("none",)
    days.rules = (rule("All days", was="Day {day}"),)
    assert "knows no rule 'Day {day}'" in problem(days).message
    assert problem(days).answers == ()
    days.rules = (rule("All days", is_new=True),)
    days.sync()
    assert albums(days) == ["All days", "Day 01", "Day 02"]


def test_where_albums_cannot_be_listed_nobody_knows_which_rule_it_was_and_nothing_is_written(home: Household) -> None:
    home.rules = (rule("Favourites"),)
    home.sandbox.faults.status(403, method="GET", path="/api/albums", times=None)
    assert problem(home).message.startswith("GET /albums was answered 403")
    home.sync()
    home.sandbox.faults.clear()
    assert albums(home) == ["Best"]
