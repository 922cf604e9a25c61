"""Immich at work on a library, for the first time or once more, beside runs, people, the trash and undo.

A random rule keeps an album in step. Photos come, and Immich finds out about them step by step; it begins anew with
some that it had finished; people change who and what a photo shows, and put it in the trash. Whatever Immich shows at
the moment, a run adds nothing that would not match once it is done, and takes nothing out that would. In the end the
album is what the rule wants of a library of which everything is known.
"""

from __future__ import annotations

import shutil
import tempfile
from contextlib import ExitStack, suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, assume, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule

from immich_sandbox import Sandbox
from immich_smart_albums.errors import ConfigurationError
from tests.operations.indexing.test_waiting import HOUR, LEVELS, House, Meaning, members, photos, rules
from tests.support.examples import IS_DEEP, examples

if TYPE_CHECKING:
    from immich_sandbox.library.records import Asset

pytestmark = pytest.mark.untraced  # others go the same ways

PHOTOS = st.integers(0, 20)
STEPS = (("metadata",), ("metadata", "embedding"), ("metadata", "embedding", "faces"), ("metadata", "faces", "text"))
QUEUES = {"metadata": "metadataExtraction", "faces": "faceDetection", "text": "ocr"}
KEPT_IN_STEP = "keep: in-step, sticky: false, guard: {remove: unlimited, empty: allow}"


class IndexingMachine(RuleBasedStateMachine):
    """A library that is indexed, and the tool."""

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.folder = Path(tempfile.mkdtemp(prefix="indexing-machine-"))
        self.stack.callback(shutil.rmtree, self.folder)
        self.held: dict[str, set[str]] = {}
        """Steps that are to be done, by photo."""
        self.came: list[str] = []
        self.had_faces: set[str] = set()

    def teardown(self) -> None:
        self.stack.close()

    @initialize(level=st.sampled_from(LEVELS), meaning=rules, shown=st.lists(photos, min_size=2, max_size=5))
    def begin(self, level: str, meaning: Meaning, shown: list[dict[str, Any]]) -> None:
        self.house = House(self.folder, level)
        self.library = self.house.library
        words, self.holds = meaning
        for fields in shown:
            self.upload(fields)
        self.sandbox = self.stack.enter_context(Sandbox(self.library, level))
        self.home = self.house.run(self.sandbox, words.replace("BEN", self.house.ids["Ben"]), KEPT_IN_STEP)
        assume(not self.home.planned().albums[0].problems)  # this version cannot be asked for that
        self.sync()

    def pick(self, number: int) -> Asset:
        """One of those that came; what the rule names has to be on some photo, so the first two stay as they are."""
        return self.library.assets[self.came[number % len(self.came)]]

    def wanted(self) -> set[str]:
        """What would match once everything is found out."""
        wholes = {
            id_: replace(self.house.indexing.whole(id_), is_favorite=asset.is_favorite)
            for id_, asset in self.library.assets.items()
            if asset.deleted_at is None
        }
        return {id_ for id_, whole in wholes.items() if self.holds(self.house, whole)}

    # -- what happens on the server ---------------------------------------------------------------------------------

    @rule(fields=photos)
    def come(self, fields: dict[str, Any]) -> None:
        self.upload(fields)

    def upload(self, fields: dict[str, Any]) -> None:
        before = set(self.library.assets)
        self.house.make(f"photo-{len(before)}", **fields)
        (new,) = self.library.assets.keys() - before
        self.came.append(new)
        if fields["stage"] is not None:
            self.held[new] = {"metadata", "faces", "text"} - set(fields["stage"][1])

    @rule(number=PHOTOS, done=st.sampled_from(STEPS), is_seen=st.booleans())
    def index_anew(self, number: int, done: tuple[str, ...], is_seen: bool) -> None:
        """Immich throws away what it knew, above all of what is in the album, and says that it is at work."""
        finished = set(self.came) - self.held.keys()
        known = sorted(finished & members(self.house)) or sorted(finished)
        if known:
            id_ = known[number % len(known)]
            self.house.indexing.hold(id_, *done, uploaded=self.library.assets[id_].created_at, dated=True)
            self.held[id_] = {"metadata", "faces", "text"} - set(done)
        if is_seen:
            self.sync()

    @precondition(lambda self: self.held)
    @rule(number=PHOTOS)
    def finish(self, number: int) -> None:
        id_ = sorted(self.held)[number % len(self.held)]
        self.house.indexing.finish(id_)
        del self.held[id_]

    @rule(number=PHOTOS, what=st.sampled_from(["favorite", "nobody", "Ben", "Paris", "nowhere"]))
    def change(self, number: int, what: str) -> None:
        """People change what a photo says; of one that is not looked at yet only whether they like it."""
        asset = self.pick(number)
        if what == "favorite":
            self.library.update(asset.id, is_favorite=not asset.is_favorite)
        elif asset.id in self.held or asset.exif is None:
            pass
        elif what in {"nobody", "Ben"}:
            self.library.update(asset.id, person_ids=() if what == "nobody" else (self.house.ids["Ben"],))
        else:
            city, country = ("Paris", "France") if what == "Paris" else (None, None)
            self.library.update(asset.id, city=city, country=country)

    @rule(number=PHOTOS)
    def put_into_the_trash_or_back(self, number: int) -> None:
        asset = self.pick(number)
        (self.library.trash if asset.deleted_at is None else self.library.restore)(asset.id)

    # -- runs -------------------------------------------------------------------------------------------------------

    @rule()
    def sync(self) -> None:
        for step, queue in QUEUES.items():
            self.sandbox.settings.queues[queue] = sum(step in left for left in self.held.values())
        before, wanted = members(self.house), self.wanted()
        self.had_faces |= {asset.id for asset in self.library.assets.values() if asset.person_ids}
        assert self.home.sync().failures == []
        after = members(self.house)
        assert after - before <= wanted, "something was added that does not match"
        assert not (before - after) & wanted, "something was taken out that matches"
        assert not self.home.planned().has_changes, "a second run would change something"

    @rule()
    def undo(self) -> None:
        with suppress(ConfigurationError):  # there is nothing to take back
            assert self.home.undo().failures == []

    @rule()
    def finish_all(self) -> None:
        self.house.indexing.finish()
        self.held.clear()
        self.library.wait(2 * HOUR)
        self.sync()
        assert self.home.planned().albums[0].problems == ()
        inside, wanted = members(self.house), self.wanted()
        trashed = {id_ for id_, asset in self.library.assets.items() if asset.deleted_at is not None}
        assert wanted <= inside, "something that matches is missing"
        # Of one that showed somebody nobody knows whether Immich is to look at it again.
        in_doubt = {id_ for id_ in self.had_faces if not self.library.assets[id_].person_ids}
        assert inside - wanted <= trashed | in_doubt, "something that does not match was left in"


IndexingMachine.TestCase.settings = settings(
    max_examples=examples(3),
    stateful_step_count=12 if IS_DEEP else 6,
    deadline=None,
    suppress_health_check=list(HealthCheck),
)
TestIndexingMachine = IndexingMachine.TestCase
