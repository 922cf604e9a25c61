"""What the second run of a family's rules asks: who is in, once for each search, and nothing that is known before."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_sandbox.library import times
from immich_smart_albums.bootstrap import ConnectionOptions, connect
from immich_smart_albums.config.settings import Settings
from immich_smart_albums.ledger.search_cache import SearchCacheFile
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.operations.accounts import ONLY_ACCOUNT, lone_account
from immich_smart_albums.operations.select import SelectOptions, resolve_and_compile, select
from immich_smart_albums.selection.run.evaluate import Selection
from tests.support.rules_files import book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_smart_albums.bootstrap import Exchange

pytestmark = pytest.mark.untraced

FAMILY = (
    "{person: Emma, not: [{person: John Smith}]}",
    "{any: [{person: Emma}, {person: Noah}], place: {country: Finland}, not: {person: John Smith}}",
    "{person: Noah, near: {lat: 60.2, lon: 24.9, radius: 50km}}",
    "{album: Best of, rating: 5}",
    "{album: Finland, not: {person: John Smith}}",
    "{smart: {query: beach, top: 200}, place: {country: France}}",
    "{smart: {query: dog, top: 300}, not: {person: Emma}}",
    "{place: {country: Finland}, taken: 2021, not: [{person: John Smith}, {album: Best of}]}",
)
"""Albums about people, places, albums and what pictures show; about nobody in particular, and without somebody."""

PHOTOS = 3000
MANY_PHOTOS = 10_000

NAMES = {"/server/version", "/people", "/partners", "/search/suggestions", "/albums", "/users/me", "/server/ping"}
"""What is read of names, the key and the clock in every run, each once."""


class Unanswered(Exception):
    """A rule that could not be searched for."""


@dataclass
class Home:
    """A sandbox with a state file."""

    sandbox: Sandbox
    state: Path
    answers: list[int] = field(default_factory=list)
    """Bytes of each answer to the last run."""

    def run(self, *matches: str) -> dict[str, list[str]]:
        """What each album selects, in a run of a process of its own."""
        self.sandbox.clear_requests()
        self.answers.clear()
        settings = Settings(self.sandbox.url, Secret(self.sandbox.keys["alice"]))
        server = connect(settings, ConnectionOptions(), on_exchange=self._note, on_read=lambda _: None)
        account = lone_account(server).present[ONLY_ACCOUNT]
        text = "albums:\n" + "".join(f"- {{name: a{index}, match: {match}}}\n" for index, match in enumerate(matches))
        compiled = resolve_and_compile({album.name: album.rule for album in book(text).albums}, account)
        store = SearchCacheFile(self.state, lambda _: None)
        selections = select(compiled, account, SelectOptions(4, lambda _: None, store))
        selected = {}
        for name, selection in selections.items():
            if not isinstance(selection, Selection):
                raise Unanswered(selection)
            selected[name] = [asset.id for asset in selection.assets]
        return selected

    def _note(self, exchange: Exchange) -> None:
        self.answers.append(exchange.received)

    @property
    def received(self) -> int:
        """Bytes of all answers to the last run."""
        return sum(self.answers)

    @property
    def paths(self) -> Counter[str]:
        """The requests of the last run, by their paths."""
        return Counter(request.path.removeprefix("/api") for request in self.sandbox.requests)

    @property
    def searches(self) -> list[dict[str, object]]:
        """The searches of the last run, without controls and counts."""
        bodies = [request.body for request in self.sandbox.requests if isinstance(request.body, dict)]
        return [body for body in bodies if body.get("size", 0) not in {0, 1}]


@pytest.fixture(scope="module", params=["3.1", "3.2"])
def sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox whose photos nobody changes; its clock goes on."""
    with Sandbox(generate(PHOTOS), request.param) as running:
        yield running


@pytest.fixture
def home(sandbox: Sandbox, tmp_path: Path) -> Iterator[Home]:
    yield Home(sandbox, tmp_path / "searches.db")
    sandbox.faults.clear()


@pytest.fixture(scope="module", params=["3.1", "3.2"])
def large_sandbox(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """One with so many photos that reading them all is what costs."""
    with Sandbox(generate(MANY_PHOTOS), request.param) as running:
        yield running


@pytest.fixture
def large_home(large_sandbox: Sandbox, tmp_path: Path) -> Home:
    return Home(large_sandbox, tmp_path / "searches.db")


def test_a_second_run_of_a_family_asks_once_who_is_in_each_search(home: Home) -> None:
    cold = home.run(*FAMILY)
    requests, searched = home.paths, home.searches
    home.sandbox.library.wait(times.HOUR)
    assert home.run(*FAMILY) == cold
    assert home.paths.total() < requests.total()
    # Names and the clock, once; each search once, and a control for people and one for albums. Nothing is counted but
    # what an album has of somebody.
    others = {path for path in home.paths if not path.startswith(("/search/metadata", "/search/smart"))}
    assert others <= {*NAMES, "/search/statistics"}
    assert home.paths["/search/statistics"] == 1
    assert {home.paths[path] for path in NAMES & home.paths.keys()} == {1}
    assert home.paths["/search/metadata"] + home.paths["/search/smart"] == len(home.searches) + 2
    assert len({json.dumps(body, sort_keys=True) for body in home.searches}) == len(home.searches) < len(searched)
    assert not any("withExif" in body or "withPeople" in body for body in home.searches)


@pytest.mark.parametrize("level", ["3.1", "3.2"])
def test_what_changed_is_read_with_exif_and_nothing_else_is(level: str, tmp_path: Path) -> None:
    library = generate(PHOTOS)
    with Sandbox(library, level) as sandbox:
        home = Home(sandbox, tmp_path / "searches.db")
        home.run(*FAMILY)
        library.wait(times.HOUR)
        noah = library.people_named("Noah")[0].id
        library.add_asset(name="new.jpg", person_ids=(noah,))
        home.run(*FAMILY)
        with_exif = [body for body in home.searches if "withExif" in body]
    assert with_exif
    assert all("updatedA" in json.dumps(body) for body in with_exif)


DROPPED = (
    ("personIds", "{person: Noah, near: {lat: 60.2, lon: 24.9, radius: 50km}}"),
    ("personIds", "{place: {country: Finland}, not: {person: John Smith}}"),
    ("albumIds", "{album: Best of, rating: 5}"),
    ("rating", "{album: Best of, rating: 5}"),
    ("country", "{place: {country: Finland}}"),
    ("country", "{person: Emma, place: {country: Finland}}"),
    ("tagIds", "{tag: Family, path: /alice/}"),
    ("isNotInAlbum hasAlbums", "{album: none, camera: Apple, path: IMG}"),
    ("ocr", "{text: menu, path: IMG}"),
    ("takenAfter", "{person: Emma, taken: {after: 2022}, path: IMG}"),
    ("visibility", "{person: Emma, path: IMG}"),
)
"""Filters, by all names that they have on some version, and rules whose searches have them."""


@pytest.mark.parametrize(("lost", "match"), DROPPED)
def test_a_filter_that_is_dropped_in_the_second_run_lets_nothing_in(home: Home, lost: str, match: str) -> None:
    """What is known from before is not held against the answer once more; so more of it must not pass for known."""
    library = home.sandbox.library
    best = next(album for album in library.albums.values() if album.name == "Best of")
    for asset_id in list(best.asset_ids)[:5]:
        library.update(asset_id, rating=5, text="menu of the day", original_file_name="IMG_1.jpg")
    before = home.run(match)
    assert before["a0"]
    home.sandbox.library.wait(times.HOUR)
    home.sandbox.faults.drop(*lost.split(), path="/api/search/*", times=None)
    try:
        after = home.run(match)
    except Unanswered:
        after = before
    sent = json.dumps(home.searches)
    assert any(f'"{name}"' in sent for name in lost.split()), sent
    assert after == before


LARGEST = "{people: {none: [Emma, Noah]}}"
"""Nothing but the whole timeline answers this."""

TWENTY = (
    LARGEST,
    *FAMILY,
    *(f"{{person: {who}, taken: {year}}}" for who in ("Emma", "Noah") for year in (2019, 2021)),
    *(f"{{place: {{country: {country}}}}}" for country in ("Finland", "France")),
    "{favorite: true}",
    "{camera: Apple, rating: 5}",
    "{path: /work_projects/}",
    "{media: video, taken: 2022}",
    "{filename: IMG, place: {country: France}}",
)
"""Twenty albums of a family."""


def test_twenty_albums_again_cost_a_third(large_home: Home) -> None:
    cold = large_home.run(*TWENTY)
    received = large_home.received
    large_home.sandbox.library.wait(times.HOUR)
    assert large_home.run(*TWENTY) == cold
    assert large_home.received < 0.3 * received


@pytest.mark.parametrize("large_sandbox", ["3.1"], indirect=True)
def test_twenty_albums_cost_less_than_twice_the_largest(large_home: Home) -> None:
    large_home.run(LARGEST)
    received = large_home.received
    large_home.run(*TWENTY)
    assert large_home.received < 2 * received
