"""Runs that remember select the same as runs that read everything, whatever changed in between."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from random import Random
from shutil import copy
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_sandbox import Library, Sandbox, generate
from immich_sandbox.library import times
from immich_smart_albums.errors import FilterError
from immich_smart_albums.rules.tree import All, Not, Rule
from immich_smart_albums.selection.cache import changes as change_feed
from tests.support.cached_runs import FEW_RULES, MINE, RULES, WHOLE, Runs, check, flat, structured
from tests.support.examples import examples

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_sandbox.library.records import Asset
    from immich_smart_albums.rules.tree import Record

PHOTOS = 200
CITIES = ("Helsinki", "Paris", "Rome", None)


@pytest.fixture
def library() -> Library:
    return generate(PHOTOS)


@pytest.fixture
def sandbox(library: Library) -> Iterator[Sandbox]:
    with Sandbox(library, "3.1") as running:
        yield running


@pytest.fixture
def runs(sandbox: Sandbox, tmp_path: Path) -> Runs:
    """Few rules; the tests of edits take all."""
    return Runs(sandbox, tmp_path / "searches.db", rules=FEW_RULES)


# -- edits ------------------------------------------------------------------------------------------------------


def some(library: Library, chance: Random, *, trashed: bool = False) -> Asset:
    """One of Alice's photos."""
    alice = library.user_named("alice").id
    rows = [a for a in library.timeline if a.owner_id == alice and (a.deleted_at is not None) == trashed and a.exif]
    return chance.choice(rows or library.timeline)


def edit(library: Library, chance: Random, **changes: Any) -> None:
    library.update(some(library, chance).id, **changes)


def partner(library: Library, _chance: Random) -> None:
    with library.lock:
        library.partners[0].in_timeline = not library.partners[0].in_timeline
        library.revision += 1


def partner_and_purge(library: Library, chance: Random) -> None:
    """Counts may stay the same."""
    partner(library, chance)
    library.delete(some(library, chance).id)


EDITS: dict[str, Callable[[Library, Random], object]] = {
    "description": lambda library, chance: edit(library, chance, description=chance.choice(("a dog", "x", ""))),
    "rating": lambda library, chance: edit(library, chance, rating=chance.choice((None, 4, 5))),
    "favourite": lambda library, chance: edit(library, chance, is_favorite=chance.random() < 0.5),
    "tags": lambda library, chance: edit(library, chance, tag_ids=(next(iter(library.tags)),)),
    "place": lambda library, chance: edit(library, chance, city=chance.choice(CITIES), country="France"),
    "camera": lambda library, chance: edit(library, chance, make=chance.choice(("Canon", None))),
    "date": lambda library, chance: edit(library, chance, file_created_at=times.exact("2021-03-04T05:06:07Z")),
    "archive": lambda library, chance: edit(library, chance, visibility=chance.choice(("archive", "timeline"))),
    "hide": lambda library, chance: edit(library, chance, visibility="hidden"),
    "lock": lambda library, chance: edit(library, chance, visibility="locked"),
    "trash": lambda library, chance: library.trash(some(library, chance).id),
    "restore": lambda library, chance: library.restore(some(library, chance, trashed=True).id),
    "delete": lambda library, chance: library.delete(some(library, chance).id),
    "empty trash": lambda library, chance: library.delete(some(library, chance, trashed=True).id),
    "upload": lambda library, chance: library.add_asset(name=f"IMG_{chance.randint(1, 99)}.jpg", is_favorite=True),
    "upload of others": lambda library, _: library.add_asset(owner="bob", name="IMG_7.jpg"),
    "upload without EXIF": lambda library, _: library.add_asset(name="IMG_77.jpg", exif=None),
    "partner": partner,
    "partner and purge": partner_and_purge,
    "faces": lambda library, chance: edit(library, chance, person_ids=(next(iter(library.people)),)),
    "text": lambda library, chance: edit(library, chance, text="Menu"),
    "albums": lambda library, chance: library.add_to_album(next(iter(library.albums)), [some(library, chance).id]),
    "a pause": lambda library, _: library.wait(20 * times.MINUTE),
    "a day": lambda library, _: library.wait(times.DAY),
}

UNNOTICED = {
    "partner and purge",
    "lock",
    "delete",
    "empty trash",
    "partner",
    "upload without EXIF",
    "a day",
    "upload of others",
    "restore",
}
"""After these, some search may have to be read in full."""


@pytest.fixture(scope="module")
def remembered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The state file of a first run with all rules; whatever is generated has the same ids each time."""
    path = tmp_path_factory.mktemp("remembered") / "searches.db"
    with Sandbox(generate(PHOTOS), "3.1") as sandbox:
        Runs(sandbox, path).remembering()
    return path


@pytest.mark.untraced
@pytest.mark.parametrize("name", EDITS)
def test_after_each_kind_of_edit_the_same_is_selected(
    name: str, library: Library, runs: Runs, remembered: Path
) -> None:
    chance, runs.rules = Random(name), RULES
    copy(remembered, runs.path)
    library.wait(times.HOUR)
    for _ in range(3):
        EDITS[name](library, chance)
    selected = runs.remembering()
    if name not in UNNOTICED:
        assert "read in full" not in runs.summary, runs.lines
    assert selected == runs.forgetful()


@settings(max_examples=examples(4), deadline=None)
@given(edits=st.lists(st.lists(st.sampled_from(sorted(EDITS)), max_size=8), min_size=2, max_size=4), seed=st.integers())
def test_whatever_changes_between_runs_the_same_is_selected(edits: list[list[str]], seed: int) -> None:
    chance, library = Random(seed), generate(150)
    with Sandbox(library, "3.1") as sandbox, TemporaryDirectory() as folder:
        runs = Runs(sandbox, Path(folder) / "searches.db")
        runs.remembering()
        for group in edits:
            for name in group:
                EDITS[name](library, chance)
            assert runs.remembering() == runs.forgetful()


# -- what it costs ----------------------------------------------------------------------------------------------


@pytest.mark.untraced
@pytest.mark.parametrize("level", ["3.1", "3.2"])
def test_a_second_run_with_nothing_new_costs_the_same_for_any_library(level: str, tmp_path: Path) -> None:
    requests = []
    for size in (1000, 2000):
        with Sandbox(generate(size), level) as sandbox:
            runs = Runs(sandbox, tmp_path / f"{size}.db")
            first = runs.remembering()
            sandbox.library.wait(times.HOUR)
            assert runs.remembering() == first
            requests.append(sorted(request.path for request in sandbox.requests))
            assert "read in full" not in runs.summary
            assert "0 photos changed" in runs.summary
    assert requests[0] == requests[1]
    # What changed is asked in three visibilities, with a control that the trash is looked at, too; then every search is
    # counted in each of its own, with a control for each filter.
    assert requests[0].count("/api/search/metadata") == 3 + 2


# -- doubts -----------------------------------------------------------------------------------------------------


def test_the_first_run_and_a_changed_rule_read_in_full_and_say_so(library: Library, runs: Runs) -> None:
    runs.remembering()
    assert runs.summary.startswith("0 of ")
    assert "not read like this before" in runs.summary
    runs.rules = (Rule(flat(city="Rome")), *runs.rules)
    runs.remembering()
    assert "read in full: not read like this before (1)" in runs.summary


def test_another_account_and_another_version_read_in_full(library: Library, runs: Runs, sandbox: Sandbox) -> None:
    runs.remembering()
    runs.key = "bob"
    assert runs.remembering() == runs.forgetful()
    runs.remembering()
    assert "read in full" not in runs.summary
    sandbox.add_key("another", "Alice", ["all"])
    runs.key = "another"
    runs.remembering()
    assert "read in full" not in runs.summary  # the same account's photos
    sandbox.faults.status(200, body=b'{"major":3,"minor":1,"patch":7}', path="/api/server/version")
    runs.remembering()
    assert "the server was Immich 3.1.0 then" in runs.summary


def test_every_day_everything_is_read_in_full(library: Library, runs: Runs) -> None:
    runs.remembering()
    for _ in range(3):
        library.wait(7 * times.HOUR)
        runs.remembering()
        assert "read in full" not in runs.summary
    library.wait(3 * times.HOUR)
    runs.remembering()
    assert "a day has gone by since the last time" in runs.summary
    runs.remembering()
    assert "read in full" not in runs.summary


def test_a_clock_that_goes_back_reads_in_full(library: Library, runs: Runs) -> None:
    library.wait(times.HOUR)
    runs.remembering()
    library.wait(-times.HOUR)
    assert runs.remembering() == runs.forgetful()
    runs.remembering()
    library.wait(-times.HOUR)
    runs.remembering()
    assert "the server's clock went back" in runs.summary


def test_edits_just_before_a_run_are_seen_by_the_next_one_as_well(library: Library, runs: Runs) -> None:
    """Clocks differ, and what is being written shows later: so the runs overlap."""
    runs.remembering()
    library.wait(5 * times.MINUTE)
    library.add_asset(is_favorite=True)
    runs.remembering()
    assert "1 photos changed" in runs.summary
    library.wait(5 * times.MINUTE)
    runs.remembering()
    assert "1 photos changed" in runs.summary
    library.wait(10 * times.MINUTE)
    runs.remembering()
    runs.remembering()
    assert "0 photos changed" in runs.summary


def test_deleted_photos_show_in_the_count(library: Library, runs: Runs) -> None:
    before = runs.remembering()
    gone = before[0][0][0]
    library.delete(gone)
    after = runs.remembering()
    assert "the server counts other than" in runs.summary
    assert gone not in after[0][0]
    assert after == runs.forgetful()


def test_a_partner_who_comes_or_goes_is_another_matter(library: Library, runs: Runs, sandbox: Sandbox) -> None:
    runs.remembering()
    partner(library, Random(1))
    runs.remembering()
    assert runs.summary.startswith("0 of ")
    sandbox.add_key("without partners", "Alice", ["asset.read", "asset.statistics", "user.read"])
    runs.key = "without partners"
    runs.remembering()
    partner(library, Random(1))
    assert runs.remembering() == runs.forgetful()


def test_very_many_changes_are_read_in_full(library: Library, runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    runs.remembering()
    library.wait(times.HOUR)
    monkeypatch.setattr(change_feed, "MOST_CHANGED", 4)
    for asset in list(library.timeline)[:20]:
        library.update(asset.id, rating=3)
    selected = runs.remembering()
    assert "more than 4 photos changed" in runs.summary
    assert selected == runs.forgetful()


def test_a_server_that_fails_to_tell_what_changed_is_read_in_full(library: Library, runs: Runs) -> None:
    first = runs.remembering()
    runs.sandbox.faults.status(400, path="/api/search/statistics", times=None)
    assert runs.remembering() == first
    assert "what changed cannot be told" in runs.summary
    runs.sandbox.faults.clear()
    assert runs.remembering() == first  # what was kept before is still good
    assert "read in full" not in runs.summary
    runs.sandbox.faults.status(400, path="/api/search/metadata")  # the first search is for what changed
    assert runs.remembering() == first
    assert "sandbox fault" in runs.summary.lower()


def test_a_key_that_may_not_count_asks_for_ids_or_reads_in_full(runs: Runs, sandbox: Sandbox) -> None:
    sandbox.add_key("few", "Alice", ["asset.read", "user.read"])
    runs.key = "few"
    first = runs.remembering()
    assert runs.remembering() == first
    assert "2 of 3 searches known from the last run, 2 of them asked for their ids" in runs.summary
    assert "read in full: the server does not count it for this key (1)" in runs.summary


def test_who_cannot_be_told_from_others_remembers_nothing(runs: Runs, sandbox: Sandbox) -> None:
    sandbox.add_key("nobody", "Alice", ["asset.read", "asset.statistics"])
    runs.key = "nobody"
    assert remembers_nothing(runs).endswith("the key may not tell whose it is (user.read)")


def test_where_it_cannot_be_asked_whose_photos_are_found_nothing_is_remembered(runs: Runs, sandbox: Sandbox) -> None:
    sandbox.faults.status(400, message="not now", path="/api/partners", times=None)
    assert "GET /partners was answered 400: not now" in remembers_nothing(runs)


def test_before_3_0_nothing_is_remembered(library: Library, tmp_path: Path) -> None:
    with Sandbox(library, "2.7") as old:
        assert remembers_nothing(Runs(old, tmp_path / "searches.db")).endswith("too few changes are told")


def test_a_server_that_cannot_be_asked_for_its_time_is_read_in_full(runs: Runs, sandbox: Sandbox) -> None:
    sandbox.faults.status(400, message="no time", path="/api/server/ping")
    assert remembers_nothing(runs).endswith("the server does not tell its time")


def test_a_server_that_does_not_tell_its_time_is_read_in_full(runs: Runs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(times, "http", lambda _: "high noon")
    assert remembers_nothing(runs).endswith("the server does not tell its time")


def remembers_nothing(runs: Runs) -> str:
    """Runs all the same; the reason that it gave."""
    runs.remembering()
    assert runs.recall is None
    assert not runs.path.exists()
    (line,) = runs.lines
    assert "everything is read in full" in line
    return line


def test_structured_searches_are_remembered_too(library: Library, tmp_path: Path) -> None:
    rules = [
        Rule(structured("city", "in", ("Helsinki", "Rome"))),
        Rule(structured("updatedAt", "gte", "2024-01-01T00:00:00.000Z")),
    ]
    with Sandbox(library, "3.2") as newer:
        runs = Runs(newer, tmp_path / "searches.db", rules=rules)
        runs.remembering()
        library.wait(times.HOUR)
        for asset in list(library.timeline)[:200:10]:
            if asset.exif:
                library.update(asset.id, city="Rome")
        assert runs.remembering() == runs.forgetful()
        runs.remembering()
        assert "read in full" not in runs.summary


def test_what_immich_does_not_tell_is_asked_anew_in_every_run(library: Library, runs: Runs) -> None:
    person = library.people_named("Jane Doe")[0].id
    runs.rules = (Rule(flat(personIds=(person,))), Rule(flat(city="Helsinki")), Rule(flat(isNotInAlbum=True)))
    for _ in range(2):
        runs.remembering()
    assert "2 of 3 searches known from the last run, 1 of them asked for their ids" in runs.summary
    assert "Immich does not tell of changes of albums (1)" in runs.summary
    edit(library, Random(1), person_ids=(person,))
    assert runs.remembering() == runs.forgetful()


def test_a_check_that_cannot_be_made_on_what_changed_fails_as_it_does_in_full(library: Library, runs: Runs) -> None:
    def holds(record: Record) -> bool:
        if record["originalFileName"] == "bad.jpg":
            raise FilterError("cannot be checked")
        return True

    runs.rules = (Rule(All((WHOLE, check("not bad", "originalFileName", holds)))),)
    runs.remembering()
    bad = library.add_asset(name="bad.jpg")
    with pytest.raises(FilterError, match="cannot be checked"):
        runs.remembering()
    library.trash(bad.id)
    assert runs.remembering() == runs.forgetful()


def test_what_changes_while_everything_is_read_is_seen_by_the_next_run(
    library: Library, runs: Runs, sandbox: Sandbox
) -> None:
    runs.rules = (Rule(flat(rating=5)),)

    def upload() -> None:
        library.add_asset(exif=None)
        five = library.add_asset()
        library.update(five.id, rating=5)
        library.delete(next(asset.id for asset in library.timeline if asset.exif and asset.exif.rating == 5))

    sandbox.faults.hook(upload, path="/api/search/metadata")
    runs.remembering()
    assert runs.remembering() == runs.forgetful()
    assert runs.remembering() == runs.forgetful()


@pytest.mark.parametrize("sql", ["UPDATE searches SET value = 'x'", "UPDATE searches SET stamp = '{}'"])
def test_a_state_that_cannot_be_read_is_made_anew(sql: str, runs: Runs) -> None:
    first = runs.remembering()
    with closing(sqlite3.connect(runs.path, isolation_level=None)) as connection:
        connection.execute(sql)
    assert runs.remembering() == first
    assert "what was kept cannot be read" in runs.summary
    runs.remembering()
    assert "read in full" not in runs.summary


def test_a_search_of_which_only_the_ids_matter_is_remembered(library: Library, runs: Runs) -> None:
    runs.rules = (Rule(All((flat(rating=5), MINE, Not(flat(description="a"))))),)
    runs.remembering()
    library.wait(times.HOUR)
    for asset in list(library.timeline)[:300:7]:
        if asset.exif:
            library.update(asset.id, rating=5, is_favorite=True, description="a" if asset.id < "8" else "")
    assert runs.remembering() == runs.forgetful()
    runs.remembering()
    assert "read in full" not in runs.summary
