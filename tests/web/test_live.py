"""What a change of a rule costs: requests to Immich are counted, not seconds."""

from __future__ import annotations

import threading
import time
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from immich_smart_albums.operations.indexing.waiting import OPEN
from immich_smart_albums.operations.plan import drafts
from immich_smart_albums.web.rows.counts import MOST_NEAR
from tests.support.immich_clients import server_at

from .conftest import opened

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_sandbox import Sandbox

    from .conftest import Opened

NOBODY = "- name: Nobody\n  match:\n    place: {country: Finland}\n    not: {person: John Smith}\n"


@pytest.fixture
def page(library: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Opened]:
    """A studio on which one rule stands; drafts ask about ten photos."""
    monkeypatch.setattr(drafts, "FIRST", 10)
    with library, opened(library, tmp_path, rules=f"albums:\n{NOBODY}") as running:
        yield running


def look(page: Opened, number: int, entry: str = NOBODY) -> Any:
    return page.post("preview", name="Nobody", entry=entry, page="1", number=str(number)).json


def further(page: Opened, shown: Any, number: int) -> Any:
    return page.get("row-counts", preview=shown["preview"], page="1", number=str(number)).json


def sent(page: Opened) -> Counter[str]:
    """The requests since the last time, by path."""
    counts = Counter(request.path.removeprefix("/api") for request in page.sandbox.requests)
    page.sandbox.clear_requests()
    return counts


def held_up(page: Opened, path: str) -> tuple[threading.Event, threading.Event]:
    """Let the next request wait: one event says that it came, the other lets it go."""
    is_busy, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        is_busy.set()
        may_go.wait(180)  # longer than anybody waits for what must not wait for it

    page.sandbox.faults.hook(hold, path=path)
    return is_busy, may_go


def test_a_preview_asks_about_few_photos_and_the_others_wait_until_that_is_known(page: Opened) -> None:
    page.studio.session.read_library()
    sent(page)
    first = look(page, 1)
    assert first["open"]
    assert first["counts"]["added"] == 10
    assert first["counts"]["waiting"] > 10
    assert sent(page)["/search/smart"] <= 3
    assert first["waiting"] == [[OPEN, *[first["counts"]["waiting"]] * 2]]
    page.studio.session.close_open()
    assert not page.get("progress").json["open"]
    sent(page)
    known = look(page, 2)
    assert not known["open"]
    assert known["counts"]["added"] == first["counts"]["added"] + first["counts"]["waiting"]
    assert sent(page)["/search/smart"] == 0


def test_what_a_preview_left_open_is_asked_in_the_background(page: Opened) -> None:
    shown = look(page, 1)
    further(page, shown, 1)
    assert page.studio.reader.is_reading
    page.studio.reader.wait()
    assert not page.get("progress").json["open"]
    assert look(page, 2)["counts"]["waiting"] == 0


def test_the_plan_asks_everything_anew(page: Opened) -> None:
    look(page, 1)
    page.studio.session.close_open()
    page.sandbox.settings.queues["facialRecognition"] = 1
    try:
        assert look(page, 2)["counts"]["waiting"] == 0
        (plan,) = page.studio.session.plan().albums
        assert not plan.additions
        assert "at work: facial recognition" in plan.waiting[0].reason
    finally:
        page.sandbox.settings.queues.clear()


def test_a_changed_rule_costs_a_look_at_the_album_and_no_more(page: Opened) -> None:
    look(page, 1)
    page.studio.session.close_open()
    page.studio.session.read_library()
    look(page, 2)
    sent(page)
    for number, country in enumerate(("France", "Japan", "Finland"), start=3):
        shown = look(page, number, NOBODY.replace("Finland", country))
        further(page, shown, number)
    assert sum(sent(page).values()) <= 3 * 4


def test_what_is_in_an_album_is_read_again_where_it_changed(sandbox: Sandbox, tmp_path: Path) -> None:
    rule = "- name: Finland\n  match:\n    place: {country: France}\n"
    with opened(sandbox, tmp_path, rules=f"albums:\n{rule}") as page:
        page.studio.session.read_library()

        def inside(number: int) -> int:
            shown = page.post("preview", name="Finland", entry=rule, page="1", number=str(number)).json
            count = shown["counts"]["inside"]
            assert isinstance(count, int)
            return count

        before = inside(1)
        sent(page)
        assert inside(2) == before
        (path,) = sent(page)
        assert path.startswith("/albums/")
        album = sandbox.library.albums[path.removeprefix("/albums/")]
        mine = (asset for asset in sandbox.library.timeline if asset.owner_id == album.owner_id)
        new = next(asset.id for asset in mine if asset.id not in album.asset_ids and asset.visibility == "timeline")
        server_at(sandbox).albums.add(album.id, [new])
        assert inside(3) == before + 1


def test_who_comes_to_a_rule_again_sees_what_immich_has_now(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule = "- name: Hearts\n  match: {favorite: true}\n- name: Nina\n  match: {person: Nina}\n"
    with opened(sandbox, tmp_path, rules=f"albums:\n{rule}") as page:
        page.studio.session.read_library()

        def added(name: str) -> int | None:
            return page.get("preview", name=name).json["counts"]["added"] or None

        now = time.monotonic()
        before = added("Hearts")
        assert added("Nina") is None
        for emma in sandbox.library.people_named("Emma"):
            emma.name = "Nina"
        monkeypatch.setattr(page.studio, "_clock", lambda: now + 40)
        assert added("Nina")
        owner = sandbox.library.albums[next(iter(sandbox.library.albums))].owner_id
        mine = (asset for asset in sandbox.library.timeline if asset.owner_id == owner)
        new = next(asset for asset in mine if not asset.is_favorite and asset.visibility == "timeline")
        sandbox.library.update(new.id, is_favorite=True)
        monkeypatch.setattr(page.studio, "_clock", lambda: now + 700)
        assert added("Hearts") == (before or 0) + 1


def test_a_photo_that_is_taken_out_is_noticed_also_where_another_comes_back(sandbox: Sandbox, tmp_path: Path) -> None:
    rule = "- name: Finland\n  match:\n    place: {country: France}\n"
    with opened(sandbox, tmp_path, rules=f"albums:\n{rule}") as page:

        def inside(number: int) -> set[str]:
            shown = page.post("preview", name="Finland", entry=rule, page="1", number=str(number)).json
            photos = page.get("photos", preview=shown["preview"], tab="inside").json["photos"]
            return {photo[0] for photo in photos}

        back, out, *_ = sorted(inside(1))
        (path,) = {path for path in sent(page) if path.startswith("/albums/")}
        album = sandbox.library.albums[path.removeprefix("/albums/")]
        album.thumbnail_asset_id = None  # without another cover, the album is not changed
        sandbox.library.trash(back)
        before = inside(2)
        sandbox.library.remove_from_album(album.id, [out])
        sandbox.library.restore(back)
        assert inside(3) == before - {out} | {back}


def test_what_is_a_favourite_is_searched_for_once(sandbox: Sandbox, tmp_path: Path) -> None:
    rule = "- name: New\n  cover: favorite\n  match:\n    place: {country: France}\n"
    with opened(sandbox, tmp_path, rules=f"albums:\n{rule}") as page:
        for number in (1, 2):
            sent(page)
            entry = f"{rule}    rating: {number}\n"
            assert "preview" in page.post("preview", name="New", entry=entry, page="1", number=str(number)).json
        assert sent(page)["/search/metadata"] <= 1  # of the rule itself


def test_what_was_read_before_a_page_asked_for_something_is_not_read_again(page: Opened) -> None:
    page.studio.session.read_library()
    whole = sent(page)["/search/metadata"]
    page.studio.session.refresh()
    is_busy, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        is_busy.set()
        may_go.wait(180)  # longer than anybody waits for what must not wait for it

    page.studio.session.connect()
    sent(page)
    page.sandbox.faults.hook(hold, path="/api/search/metadata")
    page.studio.reader.begin()
    assert is_busy.wait(30)
    look(page, 1, NOBODY.replace("Finland", "Japan"))
    may_go.set()
    page.studio.reader.wait()
    counts = Counter(str(request.body) for request in page.sandbox.requests if request.path == "/api/search/metadata")
    read = [body for body in counts if "'withExif': True" in body and "country" not in body]
    assert len(read) <= whole
    assert all(counts[body] == 1 for body in read)


def test_what_a_page_has_read_itself_is_not_read_on_in_the_background(page: Opened) -> None:
    page.studio.session.connect()
    is_busy, may_go = held_up(page, "/api/search/metadata")
    page.studio.reader.begin()
    assert is_busy.wait(30)
    look(page, 1, NOBODY.replace("place: {country: Finland}", "filename: {regex: '^[A-Z]'}"))
    page.studio.session.close_open()
    sent(page)
    may_go.set()
    page.studio.reader.wait()
    assert not sent(page)["/search/metadata"]
    values = page.studio.session.library_values
    assert values is not None
    page.studio.session.refresh()
    page.studio.session.read_library()
    anew = page.studio.session.library_values
    assert anew is not None
    assert values.counts("country") == anew.counts("country")


def test_of_many_changes_only_the_last_one_is_looked_at_and_the_others_wait_for_nothing(page: Opened) -> None:
    look(page, 1)
    is_busy, may_go = held_up(page, "/api/search/metadata")
    answers: dict[int, Any] = {}

    def ask(number: int) -> None:
        entry = NOBODY.replace("John Smith", "Emma").replace("Finland", ("France", "Japan")[number % 2])
        answers[number] = look(page, number, entry)

    threads = {number: threading.Thread(target=ask, args=(number,)) for number in range(2, 23)}
    threads[2].start()
    assert is_busy.wait(30)
    for number in range(3, 23):
        threads[number].start()
    # The request of the first one is still under way, and none of those that came since is waiting for it.
    # The first one itself may have given up before its next request.
    for number in range(3, 22):
        threads[number].join(60)
        assert answers.get(number) == {"outdated": True}
    may_go.set()
    for thread in threads.values():
        thread.join(30)
    assert answers[2] == {"outdated": True}
    assert answers[22]["counts"]["added"]
    for thread in threading.enumerate():
        if thread.name.startswith("search"):
            thread.join(30)
            assert not thread.is_alive()


def test_a_page_does_not_wait_for_what_is_read_in_the_background_and_that_goes_on(page: Opened) -> None:
    look(page, 1)
    is_busy, may_go = held_up(page, "/api/search/smart")
    page.studio.reader.begin()
    assert is_busy.wait(30)
    sent(page)
    assert look(page, 2)["counts"]["added"] == 10
    assert page.studio.reader.is_reading
    may_go.set()
    page.studio.reader.wait()
    assert look(page, 3)["counts"]["waiting"] == 0
    assert sent(page)["/search/metadata"] == 0


def test_how_far_the_library_is_read_is_told(page: Opened) -> None:
    is_busy, may_go = held_up(page, "/api/search/metadata")
    page.studio.reader.begin()
    assert is_busy.wait(30)
    progress = page.get("progress").json
    assert progress["reading"]
    assert progress["library"] < progress["total"] > 500
    may_go.set()
    page.studio.reader.wait()
    assert page.get("progress").json["total"] is None


def test_what_is_read_makes_way_for_pages_and_begins_anew_where_it_was_forgotten(page: Opened) -> None:
    look(page, 1)
    reader = page.studio.reader
    with reader.paused():
        sent(page)
        reader.begin()
        assert not sent(page)
    reader.wait()
    assert not reader.is_reading
    assert page.studio.session.library_values is not None
    page.studio.session.refresh()
    reader.forget()
    assert page.studio.session.library_values is None
    reader.begin()
    reader.wait()
    assert page.studio.session.library_values is not None


def test_counts_of_rows_are_given_up_where_the_rule_changes(page: Opened) -> None:
    first = look(page, 1)
    look(page, 2, NOBODY.replace("Finland", "Japan"))
    assert further(page, first, 1) == {"outdated": True}


@pytest.mark.parametrize(
    ("archived", "other"),
    [
        ("archived: true", "camera: {make: Apple}"),
        ("archived: any", "not: {rating: 5}"),
        ("archived: any", "rating: 5"),
    ],
)
def test_rows_of_a_rule_that_reaches_into_the_archive_are_counted_where_it_looks(
    page: Opened, archived: str, other: str
) -> None:
    def counted(number: int, *lines: str) -> tuple[Any, int]:
        shown = look(page, number, "- name: Nobody\n  match:\n" + "".join(f"    {line}\n" for line in lines))
        return shown, shown["counts"]["added"] + shown["counts"]["waiting"]

    _, everything = counted(1, archived)
    shown, together = counted(2, archived, other)
    assert 0 < together < everything
    answer = further(page, shown, 2)
    first, second = list(answer["rows"].values())[:2]
    assert first == [everything, everything]
    assert second == [together, together]
    assert answer["near"] == everything - together
    assert [shown for *_, shown in answer["groups"]] == [min(everything - together, MOST_NEAR)]
