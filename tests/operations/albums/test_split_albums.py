"""Albums of one rule that is split: what becomes of one to which nothing goes any more."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.rules.album import Guard, Keep, RuleSet
from immich_smart_albums.rules.tree import Rule, SplitKey
from tests.support.household import BEST, Household, rule, two_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.untraced  # others go the same ways

DAY = SplitKey("day", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[8:10],))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Household]:
    with Sandbox(two_people()) as running:
        yield Household(running, tmp_path / "ledger.db", ())


def test_an_album_of_a_split_rule_to_which_nothing_goes_any_more_is_kept_in_step_too(home: Household) -> None:
    home.rules = (replace(rule("Day {day}"), rule=Rule(BEST.match, split=(DAY,))),)
    home.rate("alice-0", "alice-1", "alice-2")
    home.sync()
    home.put_in("alice-4", album="Day 02")
    home.rate("alice-1", stars=1)
    home.sync()
    assert (home.inside("Day 01"), home.inside("Day 02"), home.inside("Day 03")) == (
        {"alice-0"},
        {"alice-4"},
        {"alice-2"},
    )
    assert not home.sync().has_changed
    home.rate("alice-2", stars=1)
    home.rules = (replace(home.rules[0], keep=Keep.ADD_ONLY),)
    assert not home.sync().has_changed


@pytest.mark.traced
def test_a_split_album_that_went_empty_is_refused_until_its_name_is_allowed(home: Household) -> None:
    home.rules = (replace(rule("Day {day}", guard=Guard()), rule=Rule(BEST.match, split=(DAY,))),)
    home.rate("alice-0", "alice-1")
    home.sync()
    home.rate("alice-1", stars=1)
    with home.writing() as (ledger, accounts):
        options = SelectOptions(concurrency=1, log=lambda _: None)
        make = partial(make_plan, RuleSet(home.rules), accounts, ledger, options, made_at="now")
        assert [bool(album.refusals) for album in make()[0].albums] == [False, True]
        assert not make(allow=["Day 02"])[0].is_refused
        with pytest.raises(ConfigurationError, match=r"--allow: no album .* 'Day 2'") as caught:
            make(allow=["Day 2"])
    assert caught.value.problems[0].hint == "Did you mean 'Day 02', 'Day 01'?"


DAYS = replace(rule("Day {day}", guard=Guard()), rule=Rule(BEST.match, split=(DAY,)))


def test_a_date_that_is_corrected_is_settled_in_one_run(home: Household) -> None:
    home.rules = (DAYS,)
    home.rate("alice-0", "alice-1")
    home.sync()
    instant = home.sandbox.library.assets[home.id("alice-0")].local_date_time
    home.sandbox.library.update(home.id("alice-1"), local_date_time=instant, file_created_at=instant)
    assert not home.planned().is_refused
    assert home.sync().failures == []
    assert (home.inside("Day 01"), home.inside("Day 02")) == ({"alice-0", "alice-1"}, set())
    again = home.planned()
    assert not again.is_refused
    assert not again.has_changes


def test_a_single_photo_that_leaves_the_rule_is_judged_by_all_of_its_albums(home: Household) -> None:
    home.rules = (DAYS,)
    home.rate(*(f"alice-{number}" for number in range(5)))
    home.sync()
    home.rate("alice-1", stars=1)
    assert home.sync().failures == []
    assert home.inside("Day 02") == set()
    assert not home.planned().is_refused
    home.rate("alice-2", "alice-3", stars=1)
    refused = [album.refusals for album in home.planned().albums if album.refusals]
    assert (
        refused
        == [("all albums of the rule together: it would remove 2 of 4 photos (50.0%), and may remove 30.0% at most",)]
        * 2
    )


def test_a_rule_that_selects_nothing_any_more_is_refused_in_each_of_its_albums(home: Household) -> None:
    home.rules = (DAYS,)
    home.rate("alice-0", "alice-1")
    home.sync()
    home.rate("alice-0", "alice-1", stars=1)
    assert [album.refusals[-1] for album in home.planned().albums] == [
        "nothing matches any more; 1 photo that it added are in the album"
    ] * 2


def test_what_only_moves_does_not_count_where_something_is_left(home: Household) -> None:
    home.rules = (DAYS,)
    home.rate("alice-0", "alice-1")
    library = home.sandbox.library
    first = library.assets[home.id("alice-0")].local_date_time
    second = library.assets[home.id("alice-1")].local_date_time
    library.update(home.id("alice-2"), local_date_time=second, file_created_at=second)
    home.rate("alice-2")
    home.sync()
    library.update(home.id("alice-2"), local_date_time=first, file_created_at=first)
    assert home.sync().failures == []
    assert (home.inside("Day 01"), home.inside("Day 02")) == ({"alice-0", "alice-2"}, {"alice-1"})
