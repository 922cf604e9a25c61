"""A session driven directly, as a page or a daemon does, against a sandbox."""

from __future__ import annotations

import threading
import time
from datetime import date
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_sandbox.generator.concepts import CONCEPTS
from immich_sandbox.library.records import Person
from immich_smart_albums.changes.journal import Ending
from immich_smart_albums.errors import (
    ConfigurationError,
    LedgerError,
    MissingPermission,
    PlanOutdated,
    ServerError,
    Stopped,
)
from immich_smart_albums.model.query import WHOLE_LIBRARY
from immich_smart_albums.operations.apply.result import ApplyResult
from immich_smart_albums.operations.plan import drafts
from immich_smart_albums.selection.explain.explain import Verdict
from immich_smart_albums.session.events import AssetsRead, Detail, Event, Exchanged, Note, ReadingDone
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session
from tests.support.household import two_people
from tests.support.immich_clients import metadata

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

RULES = b"albums: [{name: Best, match: {rating: 5}, keep: in-step, guard: {remove: 100 %}}]"


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that a test may write to: five photos, of which two have five stars."""
    library = two_people()
    for asset in [asset for asset in library.assets.values() if asset.original_file_name.startswith("alice")][:2]:
        library.update(asset.id, rating=5)
    with Sandbox(library) as running:
        yield running


@pytest.fixture
def opened(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Session]:
    """Opens a session on rules that stand in no file."""

    def begin(
        rules: bytes = RULES, on_event: Callable[[Event], None] = lambda _: None, *, keeps_records: bool = False
    ) -> Session:
        environment = {"IMMICH_SERVER_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"]}
        options = SessionOptions(
            environment=environment,
            today=date(2026, 11, 26),
            ledger=tmp_path / "ledger.db",
            folder=tmp_path,
            rules={"rules.yaml": rules},
            keeps_records=keeps_records,
        )
        return Session(options, on_event)

    return begin


def inside(sandbox: Sandbox, name: str = "Best") -> set[str]:
    """What is in the album; nothing where there is none."""
    return {id_ for album in sandbox.library.albums.values() if album.name == name for id_ in album.asset_ids}


def best(sandbox: Sandbox) -> set[str]:
    return {asset.id for asset in sandbox.library.assets.values() if asset.exif and asset.exif.rating == 5}


def test_a_plan_is_applied_told_and_taken_back(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    events: list[Event] = []
    session = opened(on_event=events.append)
    plan = session.plan()
    assert not inside(sandbox)
    assert {asset.id for asset in plan.albums[0].additions} == best(sandbox)
    result = session.apply(plan)
    assert result.albums[0].added == 2
    assert inside(sandbox) == best(sandbox)
    (run,) = session.history()
    assert run.run.verb == "sync"
    assert session.run(run.run.id)[1]
    assert session.known_album("Best")[0] in session.known_albums()
    session.undo()
    assert not inside(sandbox)
    kinds = {type(event) for event in events}
    assert {Detail, Exchanged, AssetsRead, ReadingDone} <= kinds


def test_a_session_plans_again_from_the_world_as_it_is(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.apply(session.plan())
    assert not session.plan().has_changes  # it sees the album that it made
    name = next(asset.id for asset in sandbox.library.assets.values() if asset.original_file_name == "alice-4.jpg")
    sandbox.library.update(name, rating=5)
    assert session.plan().has_changes


def test_writing_stops_before_the_next_request_and_tells_what_was_written(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session, result = opened(), ApplyResult()
    plan = session.writable(session.plan())
    answers = iter([False, False, True])  # the run begins, the album is made, and then it is to end
    with pytest.raises(Stopped):
        session.apply(plan, stop=lambda: next(answers, True), result=result)
    assert result.albums[0].created
    assert not inside(sandbox)
    assert session.history()[0].run.ending is Ending.INTERRUPTED
    session.apply(session.plan())
    assert inside(sandbox) == best(sandbox)


def test_a_run_that_is_to_end_before_it_begins_writes_nothing(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    plan = session.plan()
    with pytest.raises(Stopped):
        session.apply(plan, stop=lambda: True)
    assert not session.history()
    assert not sandbox.library.albums


def test_reading_stops_before_the_next_request(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.connect()
    before = len(sandbox.requests)
    with pytest.raises(Stopped):
        session.plan(stop=lambda: True)
    with pytest.raises(Stopped):
        session.select(stop=lambda: True)
    assert len(sandbox.requests) == before
    assert session.plan().has_changes  # the next one reads as ever


def test_rules_that_somebody_types_are_selected_without_being_saved(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session = opened()
    assert {asset.id for asset in session.select()["Best"].assets} == best(sandbox)
    typed = session.parse({"rules.yaml": b"albums: [{name: All, match: {media: photo}}]"})
    assert len(session.select(typed.albums)["All"].assets) == 5
    assert [rule.name for rule in session.rules.albums] == ["Best"]
    with pytest.raises(ConfigurationError) as caught:
        session.parse({"rules.yaml": b"albums: [{name: All, match: {medium: photo}}]"})
    assert caught.value.problems[0].where == "rules.yaml:1:30"


def test_rules_are_read_again_and_the_accounts_stay_connected(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    accounts = session.accounts
    session.reload({"rules.yaml": b"albums: [{name: All, match: {media: photo}}]"})
    assert [rule.name for rule in session.rules.albums] == ["All"]
    assert session.accounts is accounts
    with pytest.raises(ConfigurationError):
        session.reload({"rules.yaml": b"albums: ["})
    assert [rule.name for rule in session.rules.albums] == ["All"]
    session.refresh()
    assert session.accounts is not accounts


def test_what_should_be_known_of_the_rules_is_told_as_notes(opened: Callable[..., Session]) -> None:
    events: list[Event] = []
    accounts = b"accounts: {a: {key_env: IMMICH_API_KEY}, b: {key_env: B}}\n"
    session = opened(accounts + RULES.replace(b"{name", b"{accounts: [a], name"), events.append)
    assert session.check_rules() == ()
    assert [event.text for event in events if isinstance(event, Note)] == [
        "rules.yaml:1:42: the account b feeds no album"
    ]


def test_a_photo_is_explained(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    explanation = session.explain("Best", min(best(sandbox)))
    assert explanation.passed
    assert explanation.places[0].wanted


def test_two_threads_use_one_session(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    """Each opens the ledger for itself; who writes keeps others from writing, not from reading."""
    session = opened()
    session.apply(session.plan())
    results: dict[str, object] = {}

    def other() -> None:
        results["plan"] = session.plan().has_changes
        results["runs"] = len(session.history())
        try:
            with session.holding_ledger("a test"):
                pass
        except LedgerError as error:
            results["error"] = error

    with session.holding_ledger("sync"):
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        assert not session.plan().has_changes
    assert results["plan"] is False
    assert results["runs"] == 1
    assert isinstance(results["error"], LedgerError)


def test_a_ledger_that_is_held_to_read_is_not_written(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.apply(session.plan())
    with session.holding_ledger():
        session.undo()  # opens it anew, with the lock
        assert len(session.history()) == 2
    assert not inside(sandbox)


def test_adopting_and_forgetting(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    alice = sandbox.library.user_named("Alice").id
    album = sandbox.library.add_album("Old", owner_id=alice)
    adoption = session.adopt("Best", "Old", take_over=True)
    assert adoption.view.album.id == album.id
    session.apply(session.plan())
    out = min(best(sandbox))
    sandbox.library.remove_from_album(album.id, [out])
    session.apply(session.plan())
    assert session.forget("Best", [out])[1] == 1
    session.apply(session.plan())
    assert set(album.asset_ids) == best(sandbox)
    assert session.forget_album("Best").key.rule == "Best"


def test_each_photo_of_a_selection_is_explained_without_a_request_for_it(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    rules = b"albums: [{name: Best, match: {rating: 5, path: alice-0, media: photo}}]"
    session = opened(rules, keeps_records=True)
    session.read_library()
    before = len(sandbox.requests)
    explained = session.explain_selection()["Best"]
    assert not [request for request in sandbox.requests[before:] if "/assets/" in request.path]
    (explanation,) = explained.accounts.values()
    assert [photo.asset for photo in explanation.selected] == list(explained.answer.assets)
    (photo,) = explanation.selected
    assert set(photo.verdicts) == {Verdict.PASSED}
    texts = [leaf.text for leaf in explanation.leaves]
    near = {
        texts[number]: {photo.asset.file_name for photo in photos} for number, photos in explanation.near_misses.items()
    }
    assert list(near.values()) == [{"alice-1.jpg"}]
    assert "alice-0" in next(iter(near))
    assert explanation.looked_at == 5


def test_what_a_library_has_is_known_once_it_was_read(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened(keeps_records=True)
    assert session.library_values is None
    session.read_library()
    values = session.library_values
    assert values is not None
    assert not values.counts("person")
    session.refresh(records=False)
    assert session.library_values is values
    session.refresh()
    assert session.library_values is None
    assert session.estimate(WHOLE_LIBRARY) == 5
    assert opened().estimate(WHOLE_LIBRARY) == 5


class CountingLock:
    """A lock that knows who came for it."""

    def __init__(self) -> None:
        self._lock = threading.RLock()
        self.threads: set[int] = set()

    def __enter__(self) -> None:
        self.threads.add(threading.get_ident())
        self._lock.acquire()

    def __exit__(self, *_: object) -> None:
        self._lock.release()


def test_whoever_waits_for_a_connection_shares_its_failure(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.load()
    photo = next(iter(best(sandbox)))
    lock = session._context.lock = CountingLock()  # type: ignore[assignment]

    def wait_for_all() -> None:
        while len(lock.threads) < ASKING:
            time.sleep(0.01)

    sandbox.faults.hook(wait_for_all, path="/api/server/version")
    sandbox.faults.status(401, path="/api/server/version", times=None)
    sandbox.clear_requests()
    failures: list[Exception] = []

    def ask() -> None:
        try:
            session.thumbnail(photo)
        except ServerError as error:
            failures.append(error)

    asking = [threading.Thread(target=ask) for _ in range(ASKING)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join(30)
    assert len(failures) == ASKING
    assert len(sandbox.requests) == 1
    sandbox.faults.clear()
    assert session.thumbnail(photo).data  # another time it is tried again


ASKING = 4


def test_albums_that_a_photo_is_in_are_told_by_name(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.apply(session.plan())
    (album,) = session.albums_with(next(iter(best(sandbox))).upper())
    assert album.name == "Best"
    with pytest.raises(ConfigurationError, match="is no id"):
        session.albums_with("../albums")


def test_a_changed_rule_costs_no_request_for_what_was_read(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened(keeps_records=True)
    session.read_library()
    typed = b"albums: [{name: All, match: {all: [{media: photo}, {path: alice-%d}]}}]"
    for number in range(5):
        rules = session.parse({"rules.yaml": typed % number})
        before = len(sandbox.requests)
        assert len(session.select(rules.albums)["All"].assets) == 1
        assert not [request for request in sandbox.requests[before:] if "/search/" in request.path]
    sandbox.library.update(min(best(sandbox)), rating=1)
    assert len(session.select()["Best"].assets) == 2  # as it was read
    assert len(session.plan().albums[0].additions) == 1  # what is written rests on what is there
    session.refresh()
    assert len(session.select()["Best"].assets) == 1


def test_pictures_come_from_the_session(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    assert session.thumbnail(min(best(sandbox))).data
    with pytest.raises(ConfigurationError):
        session.thumbnail("../users/me")
    with pytest.raises(ConfigurationError):
        session.person_thumbnail("x")
    with pytest.raises(ConfigurationError):
        session.thumbnail(min(best(sandbox)), account="nobody")


def test_pictures_are_shown_while_something_is_read(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    session.connect()
    shown: list[bool] = []

    def stop() -> bool:
        thread = threading.Thread(target=lambda: shown.append(bool(session.thumbnail(min(best(sandbox))).data)))
        thread.start()
        thread.join()
        return True

    with pytest.raises(Stopped):
        session.select(stop=stop)
    assert shown == [True]


def test_rules_of_accounts_that_are_not_connected_are_not_selected(opened: Callable[..., Session]) -> None:
    session = opened()
    text = b"accounts: {a: {key_env: A}}\nalbums: [{name: All, accounts: [a], match: {media: photo}}]"
    with pytest.raises(ConfigurationError) as caught:
        session.select(session.parse({"rules.yaml": text}).albums)
    assert caught.value.problems[0].message == "the session knows no account 'a'"


# -- several accounts --------------------------------------------------------------------------------------------------

TOGETHER = b"""
accounts: {alice: {key_env: ALICE}, bob: {key_env: BOB}}
albums: [{name: Best, accounts: [alice, bob], match: {rating: 5}}]
"""


@pytest.fixture
def together(sandbox: Sandbox, tmp_path: Path) -> Callable[..., Session]:
    """Opens a session of both; keys may be others."""

    def begin(rules: bytes = TOGETHER, **keys: str) -> Session:
        environment = {"IMMICH_URL": sandbox.url, "ALICE": sandbox.keys["alice"], "BOB": sandbox.keys["bob"], **keys}
        place = tmp_path / "ledger.db"
        return Session(SessionOptions(environment, date(2026, 11, 26), place, tmp_path, {"rules.yaml": rules}))

    return begin


def test_without_the_owners_account_nothing_is_adopted(together: Callable[..., Session], sandbox: Sandbox) -> None:
    sandbox.library.add_album("Best", owner_id=sandbox.library.user_named("alice").id)
    with pytest.raises(ConfigurationError) as caught:
        together(ALICE="wrong").adopt("Best")
    assert [problem.where for problem in caught.value.problems] == ["account alice"]
    assert together().adopt("Best").view.album.name == "Best"


def test_what_cannot_be_selected_is_not_taken_over(together: Callable[..., Session], sandbox: Sandbox) -> None:
    sandbox.library.add_album("Best", owner_id=sandbox.library.user_named("alice").id, asset_ids=sorted(best(sandbox)))
    session = together(BOB="wrong")
    with pytest.raises(ConfigurationError) as caught:
        session.adopt("Best", take_over=True)
    assert [problem.where for problem in caught.value.problems] == ["account bob"]
    assert session.known_albums() == []
    assert together().adopt("Best", take_over=True).adopted.taken_over == 2


def test_an_album_that_is_not_there_or_only_shown_is_not_adopted(
    together: Callable[..., Session], sandbox: Sandbox
) -> None:
    library = sandbox.library
    session = together()
    with pytest.raises(ConfigurationError, match="there is no album 'Nothing'"):
        session.adopt("Best", "Nothing")
    alice, bob = (library.user_named(name).id for name in ("alice", "bob"))
    library.add_album("Shown", owner_id=bob, roles={alice: "viewer"})
    with pytest.raises(ConfigurationError, match="for viewing only"):
        session.adopt("Best", "Shown")


def test_a_saved_plan_is_reviewed_without_the_albums_of_an_account_that_fails(
    together: Callable[..., Session], sandbox: Sandbox
) -> None:
    accounts, _, _ = TOGETHER.partition(b"albums")
    entry = b"{name: %s, accounts: [%s], match: {media: photo}}"
    rules = accounts + b"albums: [" + entry % (b"Mine", b"alice") + b", " + entry % (b"Yours", b"bob") + b"]"
    saved = together(rules).plan()
    assert [bool(album.changes) for album in saved.albums] == [True, True]
    session = together(rules, BOB="wrong")
    plan = session.review(saved)
    assert [bool(album.changes) for album in plan.albums] == [True, False]
    assert plan.albums[1].problems
    assert [album.rule for album in session.review(saved).albums] == ["Mine", "Yours"]
    sandbox.library.trash(next(iter(best(sandbox))))
    with pytest.raises(PlanOutdated):
        session.review(saved)


# -- photos and pictures -----------------------------------------------------------------------------------------------


def test_photos_and_albums_are_shown_as_an_account_sees_them(
    together: Callable[..., Session], sandbox: Sandbox
) -> None:
    library = sandbox.library
    alice = library.user_named("alice").id
    first, second = sorted(best(sandbox))
    album = library.add_album("Archive", owner_id=alice, asset_ids=[first, second])
    library.update(second, visibility="archive")
    session = together()
    assert session.base == sandbox.url
    assert {asset.id for asset in session.album_assets(album.id)} == {first, second}
    assert session.album_cover(album.id, account="alice") == album.thumbnail_asset_id
    assert [shown.name for shown in session.albums_with(first.upper())] == ["Archive"]
    details = session.details(first.upper())
    assert details is not None
    assert details["id"] == first
    assert session.details(first, account="bob") is None
    with pytest.raises(ConfigurationError, match="'Archive' is no id"):
        session.album_cover("Archive")


def test_a_face_is_shown_until_it_is_known(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    library = sandbox.library
    person = Person(library.new_id(), library.user_named("alice").id, "Emma", library.now())
    library.people[person.id] = person
    session = opened()
    shown = session.person_thumbnail(person.id)
    assert shown.data
    assert not session.person_thumbnail(person.id, etag=shown.headers["etag"]).data


# -- one after another -------------------------------------------------------------------------------------------------


def test_the_searches_are_told_and_none_is_sent(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    (plan,) = opened().query_plans()
    assert [scan.query.flat_fields for scan in plan.plan.scans] == [{"rating": 5}]
    assert not [request for request in sandbox.requests if request.path == "/api/search/metadata"]


def test_a_server_is_checked_and_so_is_a_key(together: Callable[..., Session]) -> None:
    me = together().check("bob").me
    assert me is not None
    assert me.name == "Bob"
    with pytest.raises(ConfigurationError, match="no account 'eve' takes part"):
        together().check("eve")


def test_rules_that_name_another_key_connect_it(together: Callable[..., Session]) -> None:
    session = together()
    accounts = session.accounts
    session.reload({"rules.yaml": TOGETHER.replace(b"key_env: BOB", b"key_env: ALICE")})
    assert session.accounts is not accounts
    assert list(session.accounts.present) == ["alice"]
    assert list(session.accounts.absent) == ["bob"]


def test_the_day_may_change_while_a_session_is_open(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened(b"albums: [{name: Recent, match: {taken: {last: 30 days}}}]")
    assert not session.select()["Recent"].assets
    session.set_today(date(2024, 6, 20))
    assert session.options.today == date(2024, 6, 20)
    assert len(session.select()["Recent"].assets) == 5


def test_rules_are_read_when_they_are_to_be(opened: Callable[..., Session]) -> None:
    session = opened(b"albums: [")
    with pytest.raises(ConfigurationError):
        session.load()
    with pytest.raises(ConfigurationError):
        session.parse()
    with pytest.raises(ConfigurationError):
        session.reload()
    session.reload({"rules.yaml": RULES})
    assert [rule.name for rule in session.rules.albums] == ["Best"]


def test_a_run_that_the_ledger_does_not_know_is_told(opened: Callable[..., Session]) -> None:
    with pytest.raises(ConfigurationError, match="knows no run 7"):
        opened().run(7)


def test_what_waits_is_counted_and_what_cannot_be_asked_is_told(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    sandbox.library.update(min(best(sandbox)), concepts=())
    session = opened(b"albums: [{name: Alone, match: {rating: 5, person: none}}]")
    answer = session.select()["Alone"]
    assert (len(answer.assets), sum(answer.waiting.values())) == (1, 1)
    sandbox.faults.status(400, path="/api/search/smart", times=None)
    answer = opened(b"albums: [{name: Alone, match: {rating: 5, person: none}}]").select()["Alone"]
    assert (answer.selections, len(answer.problems)) == ({}, 1)


def test_a_run_that_is_to_end_after_its_last_request_is_interrupted_all_the_same(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session = opened()
    with pytest.raises(Stopped):
        session.apply(session.plan(), stop=lambda: inside(sandbox) == best(sandbox))
    assert inside(sandbox) == best(sandbox)
    assert session.history()[0].run.ending is Ending.INTERRUPTED


def test_a_name_that_one_of_several_accounts_lacks_is_told_with_the_account(
    together: Callable[..., Session], sandbox: Sandbox
) -> None:
    library = sandbox.library
    person = Person(library.new_id(), library.user_named("alice").id, "Emma", library.now())
    library.people[person.id] = person
    library.add_asset(owner="alice", name="emma.jpg", person_ids=(person.id,))
    answer = together(TOGETHER.replace(b"rating: 5", b"person: Emma")).select()["Best"]
    assert list(answer.selections) == ["alice"]
    assert [problem.message for problem in answer.problems] == ["bob: nobody is named 'Emma'"]


def test_the_library_is_read_once_and_anew_after_a_refresh(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened(keeps_records=True)
    assert session.library_values is None
    answers = iter([False, True])  # it begins, and is to end after a batch
    with pytest.raises(Stopped):
        session.read_library(stop=lambda: next(answers, True))
    assert session.library_values is None
    session.read_library()
    values = session.library_values
    assert values is not None
    sandbox.clear_requests()
    session.read_library()
    assert session.library_values is values
    assert not [request for request in sandbox.requests if "/search/" in request.path]
    session.refresh()
    session.read_library()
    assert session.library_values is not values


def test_what_a_page_reads_while_the_library_is_read_is_not_read_again(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session = opened(b"albums: [{name: Best, match: {filename: {regex: '^[a-z]'}}}]", keeps_records=True)
    read: list[int] = []

    def look_first() -> bool:
        if not read:
            read.append(0)
            read[0] = len(session.select(certain=False)["Best"].assets)
            sandbox.clear_requests()
        return False

    session.read_library(stop=look_first)
    assert read == [5]
    assert session.library_values is not None
    assert session.estimate(WHOLE_LIBRARY) == 5
    assert len([request for request in sandbox.requests if request.path == "/api/search/metadata"]) <= 1


@pytest.mark.parametrize("keeps_records", [True, False])
def test_it_is_told_how_many_photos_a_search_finds(
    opened: Callable[..., Session], sandbox: Sandbox, *, keeps_records: bool
) -> None:
    session = opened(keeps_records=keeps_records)
    five_stars = metadata(rating=5)
    assert session.estimate(five_stars) == session.estimate(five_stars, account="default") == 2
    with pytest.raises(ConfigurationError, match="no account 'eve' takes part"):
        session.estimate(five_stars, account="eve")


def test_a_draft_goes_on_with_what_was_found_out_over_another_connection(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session = opened(b"albums: [{name: Alone, match: {rating: 5, person: none}}]", keeps_records=True)
    session.read_library()

    def rankings() -> int:
        sandbox.clear_requests()
        assert len(session.draft(session.rules).plan.albums[0].additions) == 2
        return [request.path for request in sandbox.requests].count("/api/search/smart")

    assert rankings() > 0
    assert rankings() == 0
    session.refresh(records=False)
    assert rankings() == 0


def test_a_draft_does_not_ask_about_many_photos_that_may_stay(
    opened: Callable[..., Session], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "FIRST", 1)
    rules = (
        b"albums: [{name: Best, match: {rating: 5, camera: none}, keep: in-step, settle: 0, guard: {remove: 100 %}}]"
    )
    session = opened(rules, keeps_records=True)
    session.apply(session.plan())
    assert inside(sandbox) == best(sandbox)
    for asset_id in best(sandbox):
        sandbox.library.update(asset_id, rating=1)
    session.refresh()
    requests = []
    for is_draft in (True, False):
        sandbox.clear_requests()
        plan = session.draft(session.rules).plan if is_draft else session.plan()
        assert len(plan.albums[0].removals) == 2
        requests.append(sum(request.path.startswith("/api/assets/") for request in sandbox.requests))
    assert requests == [0, 2]


def test_what_a_draft_left_open_is_asked_afterwards(
    opened: Callable[..., Session], sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drafts, "FIRST", 1)
    session = opened(b"albums: [{name: Alone, match: {media: photo, person: none}}]", keeps_records=True)
    session.read_library()
    assert not session.leaves_open
    (album,) = session.draft(session.rules).plan.albums
    assert (len(album.additions), sum(len(left.assets) for left in album.waiting)) == (1, 4)
    assert session.leaves_open
    with pytest.raises(Stopped):
        session.close_open(stop=lambda: True)
    assert session.leaves_open
    questions: list[str] = []

    def stop() -> bool:
        questions.append("stop?")
        return False

    session.close_open(stop=stop)
    assert len(questions) > 1
    assert not session.leaves_open
    assert len(session.draft(session.rules).plan.albums[0].additions) == 5
    session.close_open()


def test_a_draft_tells_the_best_place_of_each_photo_in_any_ranking(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    dog, cake = CONCEPTS.index("dog"), CONCEPTS.index("cake")
    alice = sandbox.library.user_named("alice").id
    own = sorted(asset.id for asset in sandbox.library.assets.values() if asset.owner_id == alice)
    sandbox.library.update(own[0], concepts=((dog, 1.0), (cake, 0.1)))
    sandbox.library.update(own[1], concepts=((dog, 0.5), (cake, 1.0)))
    text = b"{any: [{smart: {query: dog, top: 2}}, {smart: {query: cake, top: 2}}, {rating: 5}]}"
    session = opened(b"albums: [{name: Both, match: " + text + b"}]", keeps_records=True)
    draft = session.draft(session.rules)
    assert dict(draft.ranks) == dict.fromkeys(own[:2], min(draft.ranks.values()))
    assert {asset.id for asset in draft.plan.albums[0].additions} == best(sandbox) | set(own[:2])


def test_what_is_uncertain_counts_as_it_is_where_that_is_enough(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    for asset_id in best(sandbox):
        sandbox.library.update(asset_id, concepts=())
    session = opened(b"albums: [{name: Alone, match: {rating: 5, person: none}}]")
    sandbox.clear_requests()
    assert len(session.select(certain=False)["Alone"].assets) == 2
    assert not [request for request in sandbox.requests if request.path == "/api/search/smart"]
    assert len(session.select()["Alone"].assets) == 0


def test_only_albums_that_the_rules_have_are_named(sandbox: Sandbox, tmp_path: Path) -> None:
    environment = {"IMMICH_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"]}

    def named(*albums: str) -> Session:
        text = b"albums: [{name: Best, match: {rating: 5}}, {name: Rest, match: {media: photo}}]"
        options = SessionOptions(
            environment, date(2026, 11, 26), tmp_path / "l.db", rules={"rules.yaml": text}, albums=albums
        )
        return Session(options)

    with pytest.raises(ConfigurationError) as caught:
        named("Bets", "Best", "Zzyzx").load()
    assert [(problem.message, problem.hint) for problem in caught.value.problems] == [
        ("the rules have no album 'Bets'", "Did you mean 'Best'?"),
        ("the rules have no album 'Zzyzx'", "It has Best, Rest."),
    ]
    rules = named("Rest").rules
    assert ([rule.name for rule in rules.albums], [rule.name for rule in rules.others]) == (["Rest"], ["Best"])
    assert len(named().rules.albums) == 2


def test_a_session_tells_what_it_works_on(opened: Callable[..., Session], sandbox: Sandbox, tmp_path: Path) -> None:
    session = opened()
    assert session.ledger_place == tmp_path / "ledger.db"
    session.apply(session.plan())
    with session.ledger() as ledger:
        assert [album.key.rule for album in ledger.albums()] == ["Best"]
    assert [server.base for server in session.servers.values()] == [sandbox.url]
    assert list(session.config.settings) == ["default"]
    plan = session.plan_undo()
    assert (plan.verb, plan.undoes) == ("undo", 1)
    assert session.apply(plan).albums[0].deleted


def test_what_is_in_memory_is_gone_through_no_further_than_wanted(sandbox: Sandbox, tmp_path: Path) -> None:
    """Alice's photos are in memory, and Bob's key may not read his."""
    sandbox.add_key("poor", "Bob", ["user.read"])
    environment = {"IMMICH_URL": sandbox.url, "ALICE": sandbox.keys["alice"], "BOB": sandbox.keys["poor"]}
    place, rules = tmp_path / "l.db", {"rules.yaml": TOGETHER}
    session = Session(SessionOptions(environment, date(2026, 11, 26), place, rules=rules, keeps_records=True))
    with pytest.raises(MissingPermission):
        session.read_library()
    sandbox.clear_requests()
    with pytest.raises(Stopped):
        session.read_library(stop=lambda: True)
    assert session.library_values is None
    assert not [request for request in sandbox.requests if "/search/" in request.path]
