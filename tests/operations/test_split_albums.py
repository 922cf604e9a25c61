"""Albums of one rule that is split: what becomes of one to which nothing goes any more."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.operations.plan import make_plan
from immich_smart_albums.operations.select import Selecting
from immich_smart_albums.rules.album import Guard, Keep, RuleBook
from immich_smart_albums.rules.tree import Key, Rule

from .household import BEST, Household, rule, two_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

DAY = Key("day", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[8:10],))


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


def test_a_split_album_that_went_empty_is_refused_until_its_name_is_allowed(home: Household) -> None:
    home.rules = (replace(rule("Day {day}", guard=Guard()), rule=Rule(BEST.match, split=(DAY,))),)
    home.rate("alice-0", "alice-1")
    home.sync()
    home.rate("alice-1", stars=1)
    with home.writing() as (ledger, accounts):
        how = Selecting(concurrency=1, log=lambda _: None)
        make = partial(make_plan, RuleBook(home.rules), accounts, ledger, how, made_at="now")
        assert [bool(each.refusals) for each in make()[0].albums] == [False, True]
        assert not make(allow=["Day 02"])[0].is_refused
        with pytest.raises(ConfigurationError, match=r"--allow: no album .* 'Day 2'") as caught:
            make(allow=["Day 2"])
    assert caught.value.problems[0].hint == "Did you mean 'Day 02', 'Day 01'?"
