"""Calls of Immich change nothing but when: lost, doubled, in any order, the next scheduled run makes it the same.

And a daemon that is killed between any two requests leaves nothing behind that the next one does not complete.
"""

from __future__ import annotations

import io
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from immich_sandbox import Sandbox, generate
from immich_smart_albums.daemon.log import Log
from immich_smart_albums.daemon.loop import Daemon
from immich_smart_albums.daemon.runner import SessionRunner
from immich_smart_albums.daemon.state import DaemonStateFile
from immich_smart_albums.daemon.uploads import UploadQueue
from immich_smart_albums.session.events import ignore
from immich_smart_albums.session.options import SessionOptions
from tests.support.daemon_world import Listener
from tests.support.examples import examples

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox.library.records import Asset

RULES = """
settle: 0
albums:
  - {name: Stars, match: {filename: "star*"}, keep: in-step, guard: {remove: unlimited, empty: allow}}
  - {name: Emma, match: {person: Emma, not: {favorite: true}}, keep: in-step, guard: {remove: unlimited, empty: allow}}
"""
START = datetime(2026, 11, 22, 9, tzinfo=UTC).timestamp()


class Killed(BaseException):
    """The process is gone."""


class House:
    """A sandbox, and one daemon after another on the same files."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.now = START
        self.heard: list[str] = []
        self.offers: dict[str, str] = {}
        self.uploads = UploadQueue()
        self.requests_left: int | None = None
        folder.mkdir(exist_ok=True)
        (folder / "rules.yaml").write_text(RULES)
        self.start()

    def start(self) -> None:
        self.uploads = UploadQueue()
        environment = {"IMMICH_URL": self.sandbox.url, "IMMICH_API_KEY": self.sandbox.keys["alice"]}
        options = SessionOptions(
            environment, date(2026, 11, 22), self.folder / "ledger.db", rules=[self.folder / "rules.yaml"]
        )
        runner = SessionRunner(
            options,
            clock=lambda: self.now,
            stop=self.is_over,
            on_event=ignore,
            on_bug=lambda error: self.heard.append(repr(error)),
        )
        self.daemon = Daemon(
            runner,
            DaemonStateFile(self.folder / "daemon.json", self.heard.append),
            Listener(self),
            Log(io.StringIO(), lambda: datetime.fromtimestamp(self.now, UTC)),
            self.uploads,
            now=self.now,
            hears_of_uploads=True,
            new_token=lambda: "token",
        )

    def is_over(self) -> bool:
        if self.requests_left is not None:
            self.requests_left -= 1
            if self.requests_left < 0:
                raise Killed
        return False

    def pass_time(self, seconds: float) -> None:
        end = self.now + seconds
        while self.now <= end:
            self.now += max(self.daemon.step(self.now, lambda: self.now), 1.0)
        self.now = end

    def albums(self) -> dict[str, set[str]]:
        names = {asset.id: asset.original_file_name for asset in self.sandbox.library.assets.values()}
        albums = self.sandbox.library.albums.values()
        return {
            album.name: {names[id_] for id_ in album.asset_ids} for album in albums if album.name in {"Stars", "Emma"}
        }


DEEDS = st.lists(st.sampled_from(["upload", "read", "look", "favorite", "unlike", "wait"]), min_size=1, max_size=10)


def change(house: House, deeds: list[str], photos: list[Asset], pick: st.DataObject, *, calls: bool) -> None:
    """Do things on the server, and call for some of them, once, twice or not at all."""
    library, uploads = house.sandbox.library, house.sandbox.uploads
    emma = library.people_named("Emma")[0]
    for deed in deeds:
        if deed == "upload":
            name = f"{'star' if len(photos) % 2 else 'moon'}-{len(photos)}.jpg"
            photos.append(uploads.upload(name=name, person_ids=(emma.id,)))
        elif deed == "wait":
            if calls:
                house.pass_time(10)
        elif photos:
            index = pick.draw(st.integers(0, len(photos) - 1), label="photo")
            photo = photos[index]
            if deed == "read":
                uploads.read(photo)
            elif deed == "look":
                uploads.read(photo)
                uploads.look_at(photo)
            else:
                library.update(photo.id, is_favorite=deed == "favorite")
            if calls:
                for _ in range(pick.draw(st.integers(0, 2), label="calls")):
                    house.uploads.note(photo.id, house.now)


@settings(max_examples=examples(3), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(deeds=DEEDS, pick=st.data())
def test_calls_and_then_a_scheduled_run_are_the_scheduled_run(
    tmp_path_factory: pytest.TempPathFactory, deeds: list[str], pick: st.DataObject
) -> None:
    folder = tmp_path_factory.mktemp("same")
    result = []
    choices: list[int] = []
    for calls in (True, False):
        with Sandbox(generate(20, seed=5)) as sandbox:
            house = House(folder / str(calls), sandbox)
            photos: list[Asset] = []
            house.pass_time(1)
            change(house, deeds, photos, Replayed(pick, choices, is_first=calls), calls=calls)  # type: ignore[arg-type]
            for photo in photos:
                sandbox.uploads.read(photo)
                sandbox.uploads.look_at(photo)
            house.pass_time(86400)
            result.append(house.albums())
    assert result[0] == result[1]


class Replayed:
    """Draws which photo is meant, and the same again in the second world; calls are drawn in the first only."""

    def __init__(self, data: st.DataObject, choices: list[int], *, is_first: bool) -> None:
        self._data, self._choices, self._is_first, self._at = data, choices, is_first, 0

    def draw(self, strategy: st.SearchStrategy[int], label: str) -> int:
        if not self._is_first:
            self._at += 1
            return self._choices[self._at - 1]
        drawn = self._data.draw(strategy, label=label)
        if label == "photo":
            self._choices.append(drawn)
        return drawn


@pytest.mark.parametrize("requests", [*range(0, 24, 2), 30, 40])
def test_a_daemon_that_is_killed_loses_nothing(tmp_path: Path, requests: int) -> None:
    with Sandbox(generate(20, seed=5)) as sandbox:
        house = House(tmp_path, sandbox)
        emma = sandbox.library.people_named("Emma")[0]
        photo = sandbox.library.add_asset(name="star.jpg", person_ids=(emma.id,))
        house.uploads.note(photo.id, house.now)
        house.requests_left = requests
        try:
            house.pass_time(120)
        except Killed:
            house.requests_left = None
            house.start()
            house.pass_time(120)
        albums = house.albums()
        assert albums["Stars"] == {"star.jpg"}
        assert "star.jpg" in albums["Emma"]
        assert house.heard.count("ended 1: []") == 0
