"""Albums of a rule that is split, held against what people, corrected dates, new names of the rule and undo do to them.

A rule fills an album for each day, or keeps it in step, with what Alice and Bob gave five stars. Between its runs
photos get other stars or another day, go to the trash and come back, people put them in and take them out and delete
albums, the rule gets other names, also ones that it had before, and runs are taken back. What is to be in each day's
album is worked out from what is on the server alone, and it is there after each run, in one album for each day.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule

from immich_sandbox import Sandbox
from immich_smart_albums.changes.guard import FEWEST_LOST
from immich_smart_albums.errors import ConfigurationError
from immich_smart_albums.rules.tree import Rule, SplitKey
from tests.support import household
from tests.support.examples import IS_DEEP, examples
from tests.support.household import BEST, Household, two_people

if TYPE_CHECKING:
    from collections.abc import Iterable

    from immich_sandbox.library.records import Album

pytestmark = pytest.mark.untraced  # others go the same ways

PHOTOS = 3
"""Of each of the two people."""

DAYS = ("01", "02", "03")
DAY = SplitKey("day", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[8:10],))
NAMES = ("Day {day}", "On the {day}", "At {day}")
PICTURES = st.integers(0, 2 * PHOTOS - 1)


@dataclass
class DayAlbum:
    """What is known of one day's album, from looking at the server at each run."""

    album: str | None = None
    """Its id."""
    ours: set[str] = field(default_factory=set)
    """There, and put there by the tool."""
    seen: set[str] = field(default_factory=set)
    """There when a run looked."""
    unwanted: set[str] = field(default_factory=set)
    """Seen, and not there any more when a run looked again."""

    def gone(self) -> None:
        self.album, self.ours, self.seen = None, set(), set()


class SplitMachine(RuleBasedStateMachine):
    """A split rule, and what happens to its albums."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        folder = tempfile.mkdtemp(prefix="split-machine-")
        self.stack.callback(shutil.rmtree, folder)
        self.library = two_people(PHOTOS)
        sandbox = self.stack.enter_context(Sandbox(self.library))
        self.home = Household(sandbox, Path(folder) / "ledger.db", ())
        self.photos = list(self.library.assets)
        self.instants = [self.library.assets[photo].local_date_time for photo in self.photos[: len(DAYS)]]
        self.days = {day: DayAlbum() for day in DAYS}

    def teardown(self) -> None:
        self.stack.close()

    @initialize(pictures=st.sets(PICTURES, min_size=2), in_step=st.sampled_from([True, True, False]))
    def begin(self, pictures: set[int], in_step: bool) -> None:
        self.in_step = in_step
        self.name_rule(NAMES[0])
        for picture in pictures:
            self.library.update(self.photos[picture], rating=5)
        self.sync()

    # -- what changes on the server ---------------------------------------------------------------------------------

    @rule(changes=st.lists(st.tuples(PICTURES, st.sampled_from([5, 1])), min_size=1, max_size=4))
    def rate(self, changes: list[tuple[int, int]]) -> None:
        for picture, stars in changes:
            self.library.update(self.photos[picture], rating=stars)

    @rule(picture=PICTURES, day=st.sampled_from(range(len(DAYS))))
    def correct_a_date(self, picture: int, day: int) -> None:
        instant = self.instants[day]
        self.library.update(self.photos[picture], local_date_time=instant, file_created_at=instant)

    @rule(picture=PICTURES)
    def put_into_the_trash_or_back(self, picture: int) -> None:
        asset = self.library.assets[self.photos[picture]]
        (self.library.trash if asset.deleted_at is None else self.library.restore)(asset.id)

    @rule(day=st.sampled_from(DAYS), picture=PICTURES)
    def put_in(self, day: str, picture: int) -> None:
        album, photo = self.album(day), self.photos[picture]
        if album is not None and photo in self.shown({photo} - album.asset_ids.keys()):
            self.library.add_to_album(album.id, [photo])

    @rule(day=st.sampled_from(DAYS), number=PICTURES, is_noticed=st.booleans())
    def take_out(self, day: str, number: int, is_noticed: bool) -> None:
        album = self.album(day)
        shown = sorted(self.shown(album.asset_ids)) if album else []
        if album and shown:
            self.library.remove_from_album(album.id, [shown[number % len(shown)]])
        # If nearly all is gone at once, a run asks.
        is_much = sum(len(known.seen - self.inside(day)) for day, known in self.days.items()) >= FEWEST_LOST - 1
        if is_noticed or is_much:
            self.sync()

    @rule(day=st.sampled_from(DAYS))
    def delete_an_album(self, day: str) -> None:
        album = self.album(day)
        if album is None:
            return
        self.library.delete_album(album.id)
        with self.home.writing() as (ledger, _):
            for known in ledger.albums():
                if known.binding is not None and known.binding.album_id == album.id:
                    ledger.unbind(known.key)
        self.days[day].gone()

    # -- runs -------------------------------------------------------------------------------------------------------

    def name_rule(self, name: str, was: str | None = None) -> None:
        rule = household.rule(name, "alice", "bob", was=was, in_step=self.in_step)
        self.home.rules = (replace(rule, rule=Rule(BEST.match, split=(DAY,))),)

    @rule(name=st.sampled_from(NAMES), is_to_stay=st.booleans())
    def rename_the_rule(self, name: str, is_to_stay: bool) -> None:
        """It says what it was, and does so no more after a run that could remember it."""
        if name != self.home.rules[0].name and self.is_remembered():
            self.name_rule(name, self.home.rules[0].name)
            self.sync()
            if self.is_remembered() and not is_to_stay:
                self.name_rule(name)

    @rule(day=st.sampled_from(DAYS), name=st.sampled_from(NAMES), is_to_stay=st.booleans(), is_seen=st.booleans())
    def rename_the_rule_while_nothing_goes_to_an_album(
        self, day: str, name: str, is_to_stay: bool, is_seen: bool
    ) -> None:
        best = self.selected(day)
        if is_seen:
            self.sync()
        for photo in best:
            self.library.update(photo, rating=1)
        if is_seen:
            self.sync()
        self.rename_the_rule(name, is_to_stay)
        for photo in best:
            self.library.update(photo, rating=5)
        self.sync()

    def is_remembered(self) -> bool:
        with self.home.writing() as (ledger, _):
            return any(known.split == self.home.rules[0].name for known in ledger.albums())

    @rule()
    def sync(self) -> None:
        expected = {day: self.looked_at(day) for day in DAYS}
        there = set(self.library.albums)
        assert self.home.sync().failures == []
        new = {album.name: album.id for album in self.library.albums.values() if album.id not in there}
        for day, known in self.days.items():
            made = new.pop(self.home.rules[0].name.format(day=day), None)
            assert made is None or known.album is None, "a second album was made"
            known.album = known.album or made
            assert self.inside(day) == expected[day]
        assert not new
        assert not self.home.planned().has_changes, "a second run would change something"

    def looked_at(self, day: str) -> set[str]:
        """What is to be in a day's album after a run; what that learns of the album is noted."""
        known, inside, selected = self.days[day], self.inside(day), self.selected(day)
        if not (selected or (known.ours and self.in_step)):
            return inside
        shown = self.shown(inside)
        known.unwanted |= known.seen - inside
        put_back = known.unwanted & shown
        known.unwanted -= put_back
        added, kept = selected - inside - known.unwanted, (known.ours & inside) - put_back
        removed = (kept & shown) - selected if self.in_step else set()
        known.ours = (kept - removed) | added
        known.seen = ((known.seen & inside) | shown | added) - removed
        return (inside | added) - removed

    @rule()
    def sync_and_undo(self) -> None:
        before, has_changes = self.contents(), self.home.planned().has_changes
        self.sync()
        if has_changes:
            self.undo_the_last_run()
            assert self.contents() == before

    @rule()
    def undo_the_last_run(self) -> None:
        before = self.contents()
        with suppress(ConfigurationError):  # there is nothing to take back
            assert self.home.undo().failures == []
        for day, known in self.days.items():
            inside, after = before[day] or set(), self.inside(day)
            added, removed = after - inside, inside - after
            assert removed <= known.ours, "something was taken out that the tool had not put in"
            assert not added & (known.unwanted | known.seen), "something was put in that a person had taken out"
            known.ours, known.seen = (known.ours - removed) | added, (known.seen - removed) | added
            if known.album and self.album(day) is None:
                known.gone()

    # -- what is on the server --------------------------------------------------------------------------------------

    def album(self, day: str) -> Album | None:
        return self.library.albums.get(self.days[day].album or "")

    def inside(self, day: str) -> set[str]:
        album = self.album(day)
        return set(album.asset_ids) if album else set()

    def contents(self) -> dict[str, set[str] | None]:
        """What is in the album of each day; None where there is none."""
        return {day: self.inside(day) if self.album(day) else None for day in DAYS}

    def shown(self, photos: Iterable[str]) -> set[str]:
        """Those that are not in the trash."""
        return {photo for photo in photos if self.library.assets[photo].deleted_at is None}

    def selected(self, day: str) -> set[str]:
        """What the rule is to find for a day's album now."""
        instant, assets = self.instants[DAYS.index(day)], self.library.assets.values()
        best = {asset.id for asset in assets if asset.exif is not None and asset.exif.rating == 5}
        return self.shown(id_ for id_ in best if self.library.assets[id_].local_date_time == instant)


SplitMachine.TestCase.settings = settings(
    max_examples=examples(2),
    stateful_step_count=15 if IS_DEEP else 5,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestSplitMachine = SplitMachine.TestCase
