"""Where all that was added is gone at once, or the ledger is, a person decides what that means."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.changes.guard import FEWEST_LOST, refusals_of_emptied
from immich_smart_albums.changes.plan import AlbumPlan, Losses
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.model.album import Album
from immich_smart_albums.operations.forget import forget_album, known_album
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.rules.album import RuleSet
from immich_smart_albums.rules.tree import Rule, SplitKey
from tests.support.household import BEST, Household, applied, names_of, only, rule, two_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.untraced  # others go the same ways

ALL = tuple(f"alice-{number}" for number in range(6))


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Household]:
    with Sandbox(two_people(6)) as sandbox:
        yield Household(sandbox, tmp_path / "ledger.db", (rule(),))


@pytest.fixture
def emptied(home: Household) -> Household:
    """All photos but one that a person took out before are gone from the album at once, as after a restored backup."""
    home.rate(*ALL)
    home.sync()
    home.take_out("alice-0")
    home.sync()
    home.take_out(*ALL[1:])
    return home


def test_an_album_that_was_emptied_is_refused_and_nothing_is_concluded(emptied: Household) -> None:
    (plan,) = emptied.planned().albums
    (refusal,) = plan.refusals
    assert refusal.startswith("all 5 photos that it added are gone from the album at once")
    assert "They stay out: `sync --allow Best`." in refusal
    assert "`ledger forget Best --binding`" in refusal
    for _ in range(2):
        (report,) = emptied.sync().albums
        assert [str(failure).partition(" ")[0] for failure in report.failures] == ["Best:"]
        with open_ledger(emptied.ledger) as ledger:
            memory = ledger.memory(ledger.albums()[0].key)
        assert sorted(membership.standing.value for membership in memory.memberships.values()) == ["ours"] * 5 + [
            "taken out"
        ]
    # The backup is complete after all.
    emptied.put_in(*ALL[1:])
    assert not only(emptied.sync()).has_changed


def test_what_people_took_out_stays_out_once_that_is_allowed(emptied: Household) -> None:
    with emptied.writing() as (ledger, accounts):
        options = SelectOptions(concurrency=1, log=lambda _: None)
        plan, _ = make_plan(RuleSet(emptied.rules), accounts, ledger, options, made_at="now", allow=["Best"])
        assert only(applied(plan, accounts, ledger)).has_changed is False
    (again,) = emptied.planned().albums
    assert (again.refusals, names_of(again, "kept_out"), again.changes) == ((), set(ALL), ())


def test_what_a_restored_backup_did_not_have_comes_back_once_it_is_forgotten(emptied: Household) -> None:
    with emptied.writing() as (ledger, _):
        forget_album(known_album("Best", ledger), ledger)
    assert not only(emptied.sync()).created
    assert emptied.inside() == set(ALL[1:])  # what a person took out before stays out


def test_a_few_photos_are_taken_out_by_hand(home: Household) -> None:
    home.rate(*ALL)
    home.sync()
    home.take_out(*ALL[:4])
    assert home.planned().albums[0].refusals == ()
    home.sync()
    home.take_out(*ALL[4:])
    home.sync()
    assert names_of(home.planned().albums[0], "kept_out") == set(ALL)


def test_photos_that_match_no_more_are_not_missed(home: Household) -> None:
    home.rate(*ALL)
    home.sync()
    for name in ALL:
        home.sandbox.library.update(home.id(name), rating=1)
    home.take_out(*ALL)
    assert home.planned().albums[0].refusals == ()


@pytest.mark.traced
def test_the_numbers_of_the_guard() -> None:
    def said(*numbers: int, album: Album | None = None) -> tuple[str, ...]:
        return refusals_of_emptied(AlbumPlan("Best of all", "alice", album), Losses(*numbers))

    fewest = FEWEST_LOST
    assert said(fewest, fewest, fewest)
    assert not said(fewest - 1, fewest - 1, fewest - 1)
    assert not said(100, 89, 89)
    (refusal,) = said(100, 90, fewest)
    assert refusal.startswith("90 of the 100 photos")
    assert refusal.endswith("They are added again: `ledger forget 'Best of all' --binding`")
    # An album that people renamed would not be found by the rule's name.
    (refusal,) = said(100, 90, fewest, album=Album("id", "Ours", 0, "owner", "Alice", ""))
    assert refusal.endswith("--binding` and `adopt 'Best of all' --id id`")


DAY = SplitKey("day", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[8:10],))


@pytest.mark.untraced
@pytest.mark.parametrize("is_split", [True, False])
def test_many_small_albums_that_were_emptied_at_once_are_refused_like_a_large_one(
    home: Household, is_split: bool
) -> None:
    days = replace(rule("Day {day}"), rule=Rule(BEST.match, split=(DAY,)))
    home.rules = (days,) if is_split else (rule("One"), rule("Two"), rule("Three"))
    home.rate(*(ALL if is_split else ALL[:2]))
    home.sync()
    assert not any(plan.refusals for plan in home.planned().albums)
    for album in home.sandbox.library.albums.values():
        home.sandbox.library.remove_from_album(album.id, list(album.asset_ids))
    with home.writing() as (ledger, accounts):
        options = SelectOptions(concurrency=1, log=lambda _: None)
        make = partial(make_plan, RuleSet(home.rules), accounts, ledger, options, made_at="now")
        plans = make()[0].albums
        assert all(
            "photos that were added to this album and others are gone at once" in plan.refusals[0] for plan in plans
        )
        names = ["Day {day}"] if is_split else ["One", "Two", "Three"]
        assert not make(allow=names)[0].is_refused
        # What was allowed is decided, and the others are still asked about.
        assert [bool(album.refusals) for album in make(allow=[plans[0].rule])[0].albums] == [False] + [True] * (
            len(plans) - 1
        )


# -- the ledger is gone ------------------------------------------------------------------------------------------------


def test_a_ledger_that_vanished_is_told_where_an_album_carries_our_work(home: Household) -> None:
    home.rate(*ALL)
    home.sync()
    assert home.planned().albums[0].warnings == ()
    home.take_out("alice-0")
    home.ledger.unlink()
    (warning,) = home.planned().albums[0].warnings
    assert warning.startswith("5 of the 6 photos that match are in the album already, and the ledger knows nothing")
    assert "restore it from a backup" in warning
    assert "`adopt Best --take-over`" in warning


def test_a_new_album_and_one_with_other_photos_are_no_sign_of_a_lost_ledger(home: Household) -> None:
    home.rate(*ALL)
    assert home.planned().albums[0].warnings == ()
    users = home.sandbox.library.user_named("alice").id
    home.sandbox.library.add_album("Best", owner_id=users)
    home.put_in("alice-0", "bob-0", "bob-1")
    assert home.planned().albums[0].warnings == ()


def test_a_ledger_that_knows_the_account_has_not_vanished(home: Household) -> None:
    home.rate(*ALL)
    home.sync()
    library = home.sandbox.library
    library.add_album("Older", owner_id=library.user_named("alice").id)
    home.put_in(*ALL, album="Older")
    home.rules = (rule(), rule("Older", is_new=True))
    assert [album.warnings for album in home.planned().albums] == [(), ()]
