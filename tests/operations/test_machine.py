"""The promises on writing, held against whatever people, rules and failures do in whatever order.

Two rules keep albums in step with what has five stars: one fed by Alice and Bob without limits, one by Alice with a
guard. Between the runs people put photos in and take them out, rename and delete albums, put photos in the trash, give
rules other names and the server another address; runs are killed at any request, before or after the server carried it
out, get errors or lose answers; runs are taken back, two in a row and out of order, and people take shares back and
give them again. What the machine knows of who put what where it knows from looking at the server's library before
and after, not from the ledger.

After every run:

- nothing was taken out that the tool did not add, and nothing from an album that a guard refused;
- nothing was added that a person took out, as far as a run had a chance to see it there;
- nobody was let in, or got another role, where a person has decided on that;
- after one without trouble, the albums are as the rules want them, a second one changes nothing, and undo brings back
  what was.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pytest
import stamina
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from immich_sandbox import Sandbox
from immich_smart_albums.errors import ConfigurationError, LedgerError, PlanOutdated, UnsafePlan
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.operations.apply import writer
from immich_smart_albums.operations.undo.undo import plan_undo
from immich_smart_albums.rules.album import Guard
from tests.support import household
from tests.support.examples import examples
from tests.support.household import Household, two_people

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_sandbox.library.records import Album
    from immich_smart_albums.bootstrap import Exchange
    from immich_smart_albums.changes.memory import AlbumKey
    from immich_smart_albums.changes.plan import Plan
    from immich_smart_albums.ledger.ledger import SqliteLedger
    from immich_smart_albums.operations.apply.result import ApplyResult

PHOTOS = 4
"""Of each of the two people."""

TOGETHER, GUARDED = "Together", "Guarded"
NAMES = st.sampled_from([TOGETHER, GUARDED])
PICTURES = st.integers(0, 2 * PHOTOS - 1)
RATINGS = st.lists(st.tuples(PICTURES, st.sampled_from([5, 1])), max_size=4)
KILLS = st.tuples(st.integers(1, 3), st.booleans(), st.sampled_from(["PUT", "PUT", "DELETE", "GET"]))
HANDS = st.lists(st.tuples(NAMES, PICTURES, st.booleans()), max_size=2)
TROUBLES = st.tuples(
    st.sampled_from(["status", "reset", "lose_answer", "cut", "a person is faster"]),
    st.sampled_from(["PUT", "PUT", "DELETE", "POST"]),
    st.sampled_from([1, 2, None]),
)

How = tuple[int, bool, str] | tuple[str, str, int | None] | str
"""How a run goes."""


class Killed(BaseException):
    """The process is no more."""


@dataclass
class Known:
    """What the machine knows of one rule's album, from looking at the server before and after each run."""

    album: str | None = None
    """Its id."""
    is_bound: bool = False
    """Whether a run surely remembers that album."""
    added: set[str] = field(default_factory=set)
    """There, and put there by the tool."""
    surely_ours: set[str] = field(default_factory=set)
    """Of these, what the tool must be able to prove."""
    seen: set[str] = field(default_factory=set)
    """There when a run looked and could remember it, or put there by the tool."""
    unwanted: set[str] = field(default_factory=set)
    """Seen, and since then taken out by a person."""
    unnoticed: set[str] = field(default_factory=set)
    """Of these, what may be put back without anybody noticing that it was away."""
    doubtful: set[str] = field(default_factory=set)
    """What an interrupted run was about to add, or took out: it may stay out for good."""

    latest: set[str] = field(default_factory=set)
    """What the latest run put in, or people while it was at it."""
    came: set[str] = field(default_factory=set)
    """What came in during the latest run that was killed or in trouble."""
    faster: set[str] = field(default_factory=set)
    """What people put in while it was at it."""
    by_hand: tuple[str | None] | None = None
    """The role that a person gave Bob after a run had, None for none at all; no tuple where nobody did."""

    def anew(self) -> Known:
        """What stays known when the album is not this rule's any more."""
        return Known(unwanted=self.unwanted - self.unnoticed, doubtful=self.doubtful | self.unnoticed)


def first_name(rule: str) -> str:
    """What a rule was called at first; later names add to it."""
    return rule.partition(" ")[0]


class Machine(RuleBasedStateMachine):
    """People, rules, failures and the tool."""

    level = "3.1"

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(stamina.set_testing(True, attempts=3, cap=True))
        self.stack.enter_context(patch.object(writer, "CHUNK", 2))
        folder = tempfile.mkdtemp(prefix="machine-")
        self.stack.callback(shutil.rmtree, folder)
        self.library = two_people(PHOTOS)
        self.sandbox = self.stack.enter_context(Sandbox(self.library, self.level))
        rules = (
            household.rule(TOGETHER, "alice", "bob"),
            household.rule(GUARDED, guard=Guard(remove_share=0.5, remove=None)),
        )
        self.home = Household(self.sandbox, Path(folder) / "ledger.db", rules, self.after_request)
        self.photos = list(self.library.assets)
        self.bob = self.library.user_named("bob").id
        self.known = {TOGETHER: Known(), GUARDED: Known()}
        self.names = 0

    @initialize(pictures=st.sets(PICTURES, min_size=3))
    def begin(self, pictures: set[int]) -> None:
        self.sync([(picture, 5) for picture in pictures])

    def teardown(self) -> None:
        self.stack.close()

    # -- what changes on the server ---------------------------------------------------------------------------------

    @rule(picture=PICTURES)
    def put_into_the_trash_or_back(self, picture: int) -> None:
        asset = self.library.assets[self.photos[picture]]
        (self.library.trash if asset.deleted_at is None else self.library.restore)(asset.id)

    @rule(name=NAMES, picture=PICTURES, is_put_in=st.booleans())
    def hand(self, name: str, picture: int, is_put_in: bool) -> None:
        (self.put_in_by_hand if is_put_in else self.take_out_by_hand)(name, picture)

    def put_in_by_hand(self, name: str, picture: int) -> None:
        album = self.album(name)
        left = [photo for photo in self.photos if album and photo not in album.asset_ids]
        if left:
            self.put_in(name, left[picture % len(left)])

    def put_in(self, name: str, photo: str) -> None:
        album, known = self.album(name), self.known[name]
        if album is None or photo in album.asset_ids:
            return
        self.library.add_to_album(album.id, [photo])
        known.unwanted.discard(photo)
        known.surely_ours.discard(photo)
        if photo not in known.unnoticed:
            known.added.discard(photo)
        known.unnoticed.discard(photo)

    def put_in_at_the_last_moment(self) -> None:
        """What the tool is about to put in, a person puts in right before."""
        for name, known in self.known.items():
            album = self.album(name)
            if album is None:
                continue
            # Of what had been taken out unnoticed, it depends on the album's turn whether that still is noticed.
            for photo in sorted(self.selected(name) - album.asset_ids.keys() - known.unnoticed)[:1]:
                self.library.add_to_album(album.id, [photo])
                known.faster.add(photo)

    def take_out_by_hand(self, name: str, picture: int) -> None:
        album = self.album(name)
        # Above all what just came in: that is where interrupted runs are in doubt.
        choice = sorted(self.known[name].latest & album.asset_ids.keys() or album.asset_ids) if album else []
        if choice:
            self.take_out(name, choice[picture % len(choice)])

    def take_out(self, name: str, photo: str) -> None:
        album, known = self.album(name), self.known[name]
        if album is None:
            return
        self.library.remove_from_album(album.id, [photo])
        if photo in known.seen:
            known.unwanted.add(photo)
            known.unnoticed.add(photo)
        else:
            known.doubtful.add(photo)  # a run that could not tell may have seen it

    @rule(name=NAMES, picture=PICTURES, stars=st.tuples(*[st.sampled_from([5, 1])] * 2))
    def take_out_and_put_back_later(self, name: str, picture: int, stars: tuple[int, int]) -> None:
        inside = sorted(self.contents()[name] or ())
        if inside:
            photo = inside[picture % len(inside)]
            self.take_out(name, photo)
            self.sync([(self.photos.index(photo), stars[0])])
            self.put_in(name, photo)
            self.sync([(self.photos.index(photo), stars[1])])

    @rule(name=NAMES, what=st.sampled_from(["rename", "unshare", "make viewer", "share again", "delete"]))
    def touch_the_album(self, name: str, what: str) -> None:
        album = self.album(name)
        match what:
            case "rename" if album is not None:
                album.name, album.updated_at = f"{album.name}!", self.library.now()
            case "unshare" | "make viewer" | "share again" if album is not None:
                self.decide_on_the_share(name, {"make viewer": "viewer", "share again": "editor"}.get(what))
            case "delete" if album is not None:
                self.library.delete_album(album.id)
                self.sync([])  # asks, and makes none
                self.ledger_says(name, lambda ledger, key: ledger.unbind(key))
                self.known[name] = self.known[name].anew()
            case _:
                pass

    def decide_on_the_share(self, name: str, role: str | None) -> None:
        album, known = self.album(name), self.known[name]
        if album is None or (album.roles.get(self.bob) is None and known.by_hand is None):
            return
        album.roles.pop(self.bob, None)
        album.roles.update({self.bob: role} if role else {})
        album.updated_at = self.library.now()
        known.by_hand = (role,)

    @rule(name=NAMES, picture=PICTURES)
    def let_in_again(self, name: str, picture: int) -> None:
        photo, known = self.photos[picture], self.known[name]
        self.ledger_says(name, lambda ledger, key: ledger.forget(key, [photo]))
        known.unwanted.discard(photo)
        if photo in known.unnoticed:
            known.doubtful.add(photo)  # nobody knew yet that it was out, so there was nothing to forget

    # -- what people call things ------------------------------------------------------------------------------------

    @rule(address=st.sampled_from(["", "http://localhost:{}", "HTTP://LocalHost:{}/", "http://127.0.0.1:{}/api/"]))
    def get_another_address(self, address: str) -> None:
        self.home.address = address.format(self.sandbox.url.rpartition(":")[2])

    @rule(name=NAMES)
    def get_another_name(self, name: str) -> None:
        """The rule does, in the rules file, and says what it was, for as long as it has that name."""
        with open_ledger(self.home.ledger) as ledger:
            known = {album.key.rule for album in ledger.albums()}
        self.names += 1
        self.home.rules = tuple(
            replace(rule, name=f"{name} {self.names}", was=rule.name)
            if first_name(rule.name) == name and rule.name in known
            else rule
            for rule in self.home.rules
        )

    # -- runs -------------------------------------------------------------------------------------------------------

    @rule(name=NAMES, picture=PICTURES)
    def put_into_the_trash_for_a_while(self, name: str, picture: int) -> None:
        """Nothing is concluded from the trash: what was ours is ours afterwards, and goes when it matches no more."""
        inside = sorted(self.shown(name))
        if inside:
            photo = inside[picture % len(inside)]
            self.library.trash(photo)
            self.sync([])
            self.library.restore(photo)
            self.sync([(self.photos.index(photo), 1)])

    @rule(
        ratings=RATINGS,
        how=st.one_of(
            KILLS, TROUBLES, st.sampled_from(["sync", "undo", "undo two", "undo the first", "undo the last"])
        ),
        hands=HANDS,
    )
    def run(self, ratings: list[tuple[int, int]], how: How, hands: list[tuple[str, int, bool]]) -> None:
        """The tool at work after photos got or lost their stars."""
        match how:
            case "sync":
                self.sync(ratings)
            case "undo":
                self.sync_and_undo(ratings)
            case "undo two" | "undo the first":
                self.sync_twice_and_undo(ratings, is_in_order=how == "undo two")
            case "undo the last":
                self.undo_the_last_run()
            case (int(nth), bool(is_carried_out), str(method)):
                self.sync_and_be_killed(ratings, nth, method, is_carried_out=is_carried_out)
                self.recover(hands)
            case (str(trouble), str(method), times):
                self.sync_in_trouble(ratings, trouble, method, times)
                self.recover(hands)

    run_again = run_once_more = run  # under three names it is chosen three times as often

    def recover(self, hands: list[tuple[str, int, bool]]) -> None:
        for known in self.known.values():
            known.came = known.latest
        for name, picture, is_put_in in hands:
            self.hand(name, picture, is_put_in)
        self.sync([])
        # What came in meanwhile matches no more: the tool takes out what it put in, and nothing else.
        came = {photo for known in self.known.values() for photo in known.came}
        self.sync([(self.photos.index(photo), 1) for photo in sorted(came)])

    def rate(self, ratings: list[tuple[int, int]]) -> None:
        for picture, stars in ratings:
            self.library.update(self.photos[picture], rating=stars)

    def sync(self, ratings: list[tuple[int, int]]) -> None:
        self.rate(ratings)
        with self.watching() as watch:
            watch.plan, watch.report = self.plan_and_apply()
        self.check_that_all_is_as_wanted(watch)
        again = self.home.planned()
        assert not again.has_changes or again.is_refused, "a second run would change something"

    def sync_and_be_killed(
        self, ratings: list[tuple[int, int]], nth: int, method: str, *, is_carried_out: bool
    ) -> None:
        self.rate(ratings)
        with self.watching() as watch, self.home.writing() as (ledger, accounts):
            watch.plan = self.home.plan(ledger, accounts)
            count = 0

            def kill(exchange: Exchange) -> None:
                nonlocal count
                count += method == exchange.method
                if count >= nth:
                    ledger._database._connection.close()  # what is not committed is lost
                    raise Killed

            if not is_carried_out:
                self.sandbox.faults.reset(method=method, nth=nth, times=None)
            self.killer = kill
            with suppress(Killed, LedgerError):
                watch.report = household.applied(watch.plan, accounts, ledger)
            self.killer = None
            self.sandbox.faults.clear()

    def sync_in_trouble(self, ratings: list[tuple[int, int]], trouble: str, method: str, times: int | None) -> None:
        self.rate(ratings)
        faults = self.sandbox.faults
        match trouble:
            case "status":
                faults.status(500, method=method, path="/api/albums*", times=times)
            case "reset":
                faults.reset(method=method, path="/api/albums*", times=times)
            case "a person is faster":
                faults.hook(self.put_in_at_the_last_moment, method="PUT", path="/api/albums/*/assets", times=times)
            case "lose_answer":
                faults.lose_answer(method=method, path="/api/albums*", times=times)
            case _:
                faults.cut(1, method=method, path="/api/albums*", times=times)
        with self.watching() as watch:
            watch.plan, watch.report = self.plan_and_apply()
        faults.clear()

    @rule(ratings=RATINGS, name=NAMES, picture=PICTURES, is_put_in=st.booleans())
    def apply_a_plan_that_a_person_overtook(
        self, ratings: list[tuple[int, int]], name: str, picture: int, is_put_in: bool
    ) -> None:
        self.rate(ratings)
        plan, before = self.home.planned(), self.shown(name)
        self.hand(name, picture, is_put_in)
        overtaken = before != self.shown(name)
        with self.watching(has_looked=False) as watch:
            watch.plan, watch.report = plan, self.home.apply(plan)
        (album_plan,) = (album for album in plan.albums if first_name(album.rule) == name)
        if overtaken and album_plan.has_changes:
            (album_report,) = (album for album in watch.report.albums if first_name(album.rule) == name)
            assert any(isinstance(failure, PlanOutdated | UnsafePlan) for failure in album_report.failures)

    def sync_and_undo(self, ratings: list[tuple[int, int]]) -> None:
        self.rate(ratings)
        before = self.contents()
        with self.watching() as watch:
            watch.plan, watch.report = self.plan_and_apply()
        if not watch.report.has_changed:
            return
        with self.watching(is_undo=True) as undoing:
            undoing.plan, undoing.report = self.plan_and_undo(watch.report.run)
        assert undoing.report.failures == []
        assert self.contents() == before or self.is_barred()
        with pytest.raises(ConfigurationError, match="was undone by run"):
            self.plan_and_undo(watch.report.run)

    def sync_twice_and_undo(self, ratings: list[tuple[int, int]], *, is_in_order: bool) -> None:
        """Half of the ratings before the first run, all the others and some of the same photos before the second."""
        before = self.contents()
        runs = []
        for some in (ratings[::2], [*ratings[1::2], *((picture, 6 - stars) for picture, stars in ratings[:1])]):
            self.rate(some)
            with self.watching() as watch:
                watch.plan, watch.report = self.plan_and_apply()
            if not watch.report.has_changed:
                return
            runs.append(watch.report.run)
        for run in reversed(runs) if is_in_order else runs:
            with self.watching(is_undo=True) as undoing:
                # In order, a number need not be given.
                undoing.plan, undoing.report = self.plan_and_undo(None if is_in_order else run)
                assert undoing.plan.undoes == run
            assert undoing.report.failures == []
        if is_in_order and not self.is_barred():
            after = self.contents()
            # An album whose cover moved meanwhile may have got it from a person, so it may be left, with nothing in it.
            assert {name: inside or None for name, inside in after.items()} == {
                name: inside or None for name, inside in before.items()
            }

    def is_barred(self) -> bool:
        """Whether a person keeps Bob from being editor, so that what is his cannot be put back."""
        return any(known.by_hand not in {None, ("editor",)} for known in self.known.values())

    def undo_the_last_run(self) -> None:
        with self.watching(is_undo=True) as watch, suppress(ConfigurationError):  # nothing to undo
            watch.plan, watch.report = self.plan_and_undo(None)

    # -- how runs are made ------------------------------------------------------------------------------------------

    killer: Callable[[Exchange], None] | None = None

    def after_request(self, exchange: Exchange) -> None:
        if self.killer is not None:
            self.killer(exchange)

    def plan_and_apply(self) -> tuple[Plan, ApplyResult]:
        with self.home.writing() as (ledger, accounts):
            plan = self.home.plan(ledger, accounts)
            return plan, household.applied(plan, accounts, ledger)

    def plan_and_undo(self, run: int | None) -> tuple[Plan, ApplyResult]:
        with self.home.writing() as (ledger, accounts):
            plan = plan_undo(run, household.keys(accounts), ledger, "now")
            return plan, household.applied(plan, accounts, ledger)

    def ledger_says(self, name: str, what: Callable[[SqliteLedger, AlbumKey], None]) -> None:
        with self.home.writing() as (ledger, _):
            for album in ledger.albums():
                if first_name(album.key.rule) == name:
                    what(ledger, album.key)

    # -- what is watched --------------------------------------------------------------------------------------------

    def album(self, name: str) -> Album | None:
        album_id = self.known[name].album
        return self.library.albums.get(album_id) if album_id else None

    def contents(self) -> dict[str, set[str] | None]:
        """What is in the albums of the rules; None where there is none."""
        albums = {name: self.album(name) for name in self.known}
        return {name: None if album is None else set(album.asset_ids) for name, album in albums.items()}

    def shown(self, name: str) -> set[str]:
        """What is in an album and not in the trash."""
        inside = self.contents()[name] or set()
        return {id_ for id_ in inside if self.library.assets[id_].deleted_at is None}

    def selected(self, name: str) -> set[str]:
        """What a rule is to find now."""
        return {
            asset.id
            for asset in self.library.assets.values()
            if asset.exif is not None
            and asset.exif.rating == 5
            and asset.deleted_at is None
            and (name == TOGETHER or asset.owner_id != self.bob)
        }

    @contextmanager
    def watching(self, *, is_undo: bool = False, has_looked: bool = True) -> Iterator[Watch]:
        """Look at the server before and after a run, check what must hold whatever happened, and learn who did what."""
        watch = Watch()
        before, there = self.contents(), set(self.library.albums)
        yield watch
        for name in self.known:
            self.look(name, before[name] or set(), there, watch, is_undo=is_undo, has_looked=has_looked)

    def look(
        self, name: str, before: set[str], there: set[str], watch: Watch, *, is_undo: bool, has_looked: bool
    ) -> None:
        known, selected = self.known[name], self.selected(name)
        is_well = watch.went_well(name)
        new = {id_: album for id_, album in self.library.albums.items() if id_ not in there}
        made = [id_ for id_, album in new.items() if first_name(album.name) == name]
        assert len(made) <= 1, "two albums were made"
        if made:
            assert not known.is_bound, "an album was made although the rule had one"
            known = self.known[name] = replace(known.anew(), album=made[0])
        album = self.album(name)
        if album is None:
            if known.album in there:
                assert is_undo, "an album was deleted"
                self.known[name] = known.anew()
            return
        if known.by_hand is not None:
            assert known.by_hand == (album.roles.get(self.bob),), "a share that a person decided on was changed"
        after = set(album.asset_ids)
        by_hand, known.faster = known.faster, set()
        added, removed = after - before - by_hand, before - after
        assert removed <= known.added, "something was taken out that the tool had not put in"
        assert not added & known.unwanted, "something was put in that a person had taken out"
        if not is_undo:
            assert added <= selected, "something was put in that does not match"
            assert not removed & selected, "something was taken out that matches"
        if watch.is_refused(name):
            assert not added | removed, "a refused plan was written"
        known.added, known.latest = (known.added - removed - by_hand) | added, added | by_hand
        known.unwanted -= by_hand
        known.seen = (known.seen - removed - by_hand) | added  # what is in and out between two looks, nobody sees
        known.surely_ours &= after
        if is_well:
            known.surely_ours |= added
            known.is_bound = known.is_bound or not is_undo
        if not is_well and not is_undo:
            known.doubtful |= (selected - before) | removed
            known.surely_ours &= selected  # what was about to go may have gone and been put back
        if is_well and not is_undo and has_looked:
            known.seen = after - by_hand
            known.unnoticed = set()
            known.doubtful -= after

    def check_that_all_is_as_wanted(self, watch: Watch) -> None:
        for name, known in self.known.items():
            if not watch.went_well(name):
                assert watch.is_refused(name) or self.album(name) is None, "a run without trouble failed"
                continue
            inside = self.contents()[name] or set()
            selected = addable = self.selected(name)
            if known.by_hand not in {None, ("editor",)}:
                addable = {id_ for id_ in selected if self.library.assets[id_].owner_id != self.bob}
            assert addable - inside <= known.unwanted | known.doubtful, "something that matches is missing"
            assert not (known.surely_ours & self.shown(name)) - selected, "something that matches no more was left in"


@dataclass
class Watch:
    """A run that is watched."""

    plan: Plan | None = None
    report: ApplyResult | None = None

    def went_well(self, name: str) -> bool:
        """Whether all that was to be done about an album was done."""
        if self.plan is None or self.report is None:
            return False
        for plan, report in zip(self.plan.albums, self.report.albums, strict=True):
            if first_name(plan.rule) == name:
                return report.tried and not (report.failures or plan.problems or plan.refusals)
        return False

    def is_refused(self, name: str) -> bool:
        """Whether a guard refused the album's plan."""
        return self.plan is not None and any(
            first_name(plan.rule) == name and plan.refusals for plan in self.plan.albums
        )


Machine.TestCase.settings = settings(
    max_examples=examples(4),
    stateful_step_count=16,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestMachine = Machine.TestCase


class OlderMachine(Machine):
    """On a version where the album's owner sees nothing of what the other one has in the trash."""

    level = "2.7"


OlderMachine.TestCase.settings = settings(Machine.TestCase.settings, max_examples=examples(2))
TestOlderMachine = OlderMachine.TestCase
