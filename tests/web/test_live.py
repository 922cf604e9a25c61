"""What a change of a rule costs: requests to Immich are counted, not seconds."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from immich_smart_albums.operations.indexing.indexing import OPEN
from immich_smart_albums.operations.plan import drafts

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
    return page.get("further", preview=shown["preview"], page="1", number=str(number)).json


def sent(page: Opened) -> Counter[str]:
    """The requests since the last time, by path."""
    counts = Counter(request.path.removeprefix("/api") for request in page.sandbox.requests)
    page.sandbox.clear_requests()
    return counts


def test_a_preview_asks_about_few_photos_and_the_others_wait_until_that_is_known(page: Opened) -> None:
    page.studio.session.read_library()
    sent(page)
    first = look(page, 1)
    assert first["open"]
    assert first["counts"]["added"] == 10
    assert first["counts"]["waiting"] > 10
    assert sent(page)["/search/smart"] <= 3
    waiting = page.get("photos", preview=first["preview"], tab="waiting").json["photos"]
    assert {words for *_, words in waiting} == {OPEN}
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
