"""What the studio answers, asked directly."""

from __future__ import annotations

import re
import threading
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session
from immich_smart_albums.web.background.progress import Progress
from immich_smart_albums.web.editing.entry_text import entry_text
from immich_smart_albums.web.page_requests import LatestRequests, PageRequest
from immich_smart_albums.web.studio import Studio

from .conftest import RULES, opened

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox import Sandbox

    from .conftest import Opened


def fingerprint(page: Opened, **parameters: str) -> str:
    """Of the plan that the page shows."""
    text = page.get("plan-body", **parameters).text
    return text.partition('data-apply="')[2].partition('"')[0]


def members(sandbox: Sandbox, name: str) -> list[str]:
    return [id_ for album in sandbox.library.albums.values() if album.name == name for id_ in album.asset_ids]


def test_exactly_the_plan_that_was_shown_is_written(page: Opened) -> None:
    plan = fingerprint(page)
    answer = page.applied(plan)
    assert "Done" in answer["html"]
    assert "30 added" in answer["html"]
    assert "undo?run=1" in answer["html"]
    assert "undo 1" not in answer["html"]  # what a terminal would be told
    assert len(members(page.sandbox, "Dogs")) == 30
    assert "Nothing to do" in page.get("plan-body").text
    assert "Run 1" in page.get("history").text
    assert "+30 added" in page.get("run", id="1").text
    (dogs,) = (album for album in page.sandbox.library.albums.values() if album.name == "Dogs")
    assert f'href="{page.sandbox.url}/albums/{dogs.id}"' in page.get("preview", name="Dogs").json["about"]
    # A moment that decided is one in words.
    page.file.write_text("albums: [{name: Dogs, match: {taken: {after: 1999}}}]\n", encoding="utf-8")
    why = page.get("photo", name="Dogs", id=members(page.sandbox, "Dogs")[0]).text
    assert re.search(r'class="value" dir="auto">\d+ \w+ \d{4}, \d\d:\d\d<', why), why
    # What was taken back was shown first, too.
    assert "data-apply" in page.get("undo-body", run="1").text
    assert members(page.sandbox, "Dogs")


def test_a_plan_that_the_world_has_left_behind_is_not_written(page: Opened) -> None:
    plan = fingerprint(page)
    dogs = page.studio.session.select()["Dogs"].assets
    page.sandbox.library.update(dogs[0].id, visibility="archive")
    answer = page.applied(plan)
    assert "moved on" in answer["html"]
    assert not members(page.sandbox, "Dogs")


def test_a_plan_of_rules_that_changed_since_is_not_written(page: Opened) -> None:
    plan = fingerprint(page)
    page.file.write_text(RULES.replace("top: 30", "top: 3"), encoding="utf-8")
    page.get("albums")
    assert "Done" not in page.applied(plan)["html"]
    assert not members(page.sandbox, "Dogs")


def test_a_plan_that_nobody_was_shown_is_not_written(page: Opened) -> None:
    assert "too long ago" in page.post("apply", fingerprint="0" * 64).json["problem"]
    assert page.get("job").json["running"] is False


def test_a_refused_plan_shows_its_photos_and_can_be_allowed_once(sandbox: Sandbox, tmp_path: Path) -> None:
    rules = """\
albums:
- {name: Best, match: {rating: 5}, keep: in-step}
- {name: Low, match: {rating: 4}, keep: in-step}
- {name: Dogs, match: {smart: {query: dog, top: 3}}}
"""
    with opened(sandbox, tmp_path, rules=rules) as page:
        page.applied(fingerprint(page))
        best, low = members(sandbox, "Best"), members(sandbox, "Low")
        assert best
        assert low
        page.file.write_text(rules.replace("5", "1").replace("4", "2"), encoding="utf-8")
        text = page.get("plan-body").text
        assert "Refused" in text
        # Nothing but the refused ones would change, and what is refused is not applied.
        assert "disabled" in text.partition("data-apply")[2].partition(">")[0]
        # First the photos, then the question; each is a link to why.
        assert text.index(f"picture/{best[0]}") < text.index("plan?allow=Best")
        assert f"album?name=Best&amp;tab=leaving&amp;photo={best[0]}" in text
        # Album by album: who allows the second as well goes on allowing the first.
        one = page.get("plan-body", allow="Best").text
        assert "allowed once" in one
        assert "plan?allow=Best&amp;allow=Low" in one
        assert "What is refused stays as it is" in one
        html = page.applied(fingerprint(page, allow="Best"))["html"]
        assert "1 album written, 1 not" in html
        written, _, left = html.partition("<h3>Not written</h3>")
        assert f"{len(best)} taken out" in written
        assert "Low</strong>: nothing was written" in left
        assert "Refused: it would remove" in left
        assert 'href="plan?allow=Low"' in left
        assert not set(best) & set(members(sandbox, "Best"))
        assert members(sandbox, "Low") == low
        # What was done is there with its photos, also in the list of all runs.
        run, runs = page.get("run", id="2").text, page.get("history").text
        assert f"−{len(best)} removed" in run  # noqa: RUF001 - a minus
        assert all(f"picture/{id_}" in run and f"picture/{id_}" in runs for id_ in best)
        assert f"picture/{low[0]}" not in run
        assert f"picture/{low[0]}" in runs


def test_what_is_written_only_in_part_and_what_is_not_is_said(sandbox: Sandbox, tmp_path: Path) -> None:
    rules = "albums:\n- {name: Best, match: {rating: 5}}\n- {name: Low, match: {rating: 4}}\n"
    with opened(sandbox, tmp_path, rules=rules) as page:
        plan = fingerprint(page)
        sandbox.faults.status(400, method="PUT", path="*/assets", times=None)
        html = page.applied(plan)["html"]
        assert ">2 albums only in part<" in html
        assert "Best: album created, 0 added" in html
        assert "Sandbox fault" in html
        assert "Done" not in html
        sandbox.faults.clear()
        sandbox.faults.status(400, method="PUT", path="*/assets", times=1)
        html = page.applied(fingerprint(page))["html"]
        assert "1 album written, 1 not" in html
        assert html.index("Low: ") < html.index("<h3>Not written</h3>") < html.index("Best: 0 added")


def test_an_album_that_was_deleted_in_immich_stops_its_rule_until_it_is_to_be_made_again(page: Opened) -> None:
    page.applied(fingerprint(page))
    assert "data-make-again" not in page.get("plan-body").text
    (dogs,) = (album for album in page.sandbox.library.albums.values() if album.name == "Dogs")
    del page.sandbox.library.albums[dogs.id]
    text = page.get("plan-body").text
    assert "so far is gone" in text
    assert "Every album is as its rule says" not in text
    assert 'data-make-again="Dogs"' in text
    assert page.post("make-again", rule="Dogs").json == {"forgotten": True}
    assert "30 added" in page.applied(fingerprint(page))["html"]
    assert len(members(page.sandbox, "Dogs")) == 30
    assert "problem" in page.post("make-again", rule="nobody").json


def test_a_ledger_that_somebody_else_writes_to_is_told(page: Opened) -> None:
    plan = fingerprint(page)
    other = Session(SessionOptions(environment={}, today=date(2026, 11, 2), ledger=page.folder / "ledger.db"))
    is_held, may_go = threading.Event(), threading.Event()

    def hold() -> None:
        with other.holding_ledger("sync"):
            is_held.set()
            may_go.wait(180)

    holding = threading.Thread(target=hold)
    holding.start()
    is_held.wait(180)
    answer = page.applied(plan)
    may_go.set()
    holding.join()
    assert "notice bad" in answer["html"]
    assert "ledger" in answer["html"]
    assert "Done" in page.applied(plan)["html"]


def test_a_server_that_fails_in_the_middle_is_told_and_found_again(page: Opened) -> None:
    assert page.get("preview", name="Dogs", page="1", number="1").json["counts"]["added"] == 30
    page.studio.session.refresh()
    page.sandbox.faults.status(403, message="Missing required permission: asset.read", times=None)
    assert "problem" in page.get("preview", name="Dogs", page="1", number="2").json
    page.sandbox.faults.clear()
    assert page.get("preview", name="Dogs", page="1", number="3").json["counts"]["added"] == 30


def test_a_wrong_key_is_told_without_it(sandbox: Sandbox, tmp_path: Path) -> None:
    secret = "a-key-that-is-wrong-a-key-that-is-wrong"
    with opened(sandbox, tmp_path, key=secret) as page:
        for path in ("albums", "status", "plan-body", "check-body", "album?name=Dogs", "preview?name=Dogs"):
            answer = page.request("GET", f"/{path}")
            assert secret not in answer.text
        assert "does not accept the API key" in page.get("albums").text


def test_a_key_that_is_replaced_is_taken_without_a_new_start(sandbox: Sandbox, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("a-key-that-was-revoked-in-immich", encoding="utf-8")
    rules = f"accounts: {{alice: {{key_file: {key}}}}}\nalbums: [{{name: Stars, match: {{rating: 5}}}}]\n"
    with opened(sandbox, tmp_path, rules=rules) as page:
        assert "Invalid API key" in page.get("albums").text
        assert "problem" in page.get("preview", name="Stars").json
        key.write_text(sandbox.keys["alice"], encoding="utf-8")
        assert "Stars" in page.get("albums").text
        assert page.get("preview", name="Stars").json["counts"]["added"] > 0


def test_a_file_that_breaks_while_the_studio_runs_is_told_beside_what_was_there(page: Opened) -> None:
    page.get("albums")
    page.file.write_text(RULES.replace("person:", "persn:"), encoding="utf-8")
    text = page.get("albums").text
    assert "persn" in text
    assert "Dogs" in text
    page.file.write_text(RULES, encoding="utf-8")
    assert "persn" not in page.get("albums").text


def test_a_new_album_goes_into_the_file_that_is_picked(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, rules=RULES) as page:
        other = tmp_path / "other.yaml"
        other.write_text("albums:\n- name: Other   # theirs\n  match: {rating: 3}\n", encoding="utf-8")
        page.studio.session.reload([page.file, other])
        assert page.post("create", starter="stars", name="Best: of all #1", file=str(other)).json == {
            "name": "Best: of all #1"
        }
        assert page.file.read_text(encoding="utf-8") == RULES
        text = other.read_text(encoding="utf-8")
        assert text.startswith("albums:\n- name: Other   # theirs\n")
        assert "rating: 5" in text
        # A file that is none of the rules' is not written to.
        page.post("create", starter="stars", name="Elsewhere", file=str(tmp_path / "elsewhere.yaml"))
        assert not (tmp_path / "elsewhere.yaml").exists()


def test_an_album_begins_with_a_photo(page: Opened) -> None:
    photo = next(asset for asset in page.sandbox.library.timeline if asset.exif and asset.exif.city)
    answer = page.post("create", photo=photo.id, ticks="place camera", name="Like that one").json
    assert answer == {"name": "Like that one"}
    text = page.file.read_text(encoding="utf-8")
    assert photo.exif is not None
    assert str(photo.exif.city) in text
    assert text.startswith(RULES.rstrip("\n"))
    shown = page.get("preview", name="Like that one", page="1", number="1").json
    assert shown["counts"]["added"] + shown["counts"]["waiting"] >= 1
    assert "problem" in page.post("create", photo=photo.id, ticks="", name="Nothing").json


def test_a_name_that_is_there_already_is_told_and_nothing_is_written(page: Opened) -> None:
    assert "problem" in page.post("create", starter="stars", name="Dogs").json
    assert page.file.read_text(encoding="utf-8") == RULES


def test_covers_are_those_of_the_albums_now(page: Opened) -> None:
    albums = page.sandbox.library.albums.values()
    album = next(album for album in albums if album.name == "Finland")
    answer = page.get(f"cover/{album.id}")
    assert answer.headers["content-type"].startswith("image/")
    assert answer.headers["cache-control"] == "private, no-cache"
    assert page.request("GET", f"/cover/{album.id}", headers={"if-none-match": answer.headers["etag"]}).status == 304
    empty = next(album for album in albums if album.name == "Empty")
    assert page.get(f"cover/{empty.id}").status == 204


def test_a_thousand_albums_make_no_large_page(page: Opened) -> None:
    library = page.sandbox.library
    album = next(iter(library.albums.values()))
    for number in range(1000):
        id_ = library.new_id()
        library.albums[id_] = replace(album, id=id_, name=f"By hand {number}")
    some = page.get("albums").text
    assert len(some) < 120_000
    assert "Show all 1,0" in some
    assert "By hand 999" not in some
    assert "By hand 999" in page.get("albums", all="1").text


def test_without_a_rule_the_pages_say_where_the_first_one_goes(sandbox: Sandbox, tmp_path: Path) -> None:
    with opened(sandbox, tmp_path, rules=None) as page:
        for path in ("albums", "plan-body", "check-body"):
            text = page.get(path).text
            assert "smart-albums.yaml" in text, path
            assert "notice bad" not in text, path
        assert "Make the first album" in page.get("plan-body").text


def test_without_a_server_and_a_key_the_pages_say_so_and_go_on_once_they_are_there(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    with opened(sandbox, tmp_path, rules=None, knows_server=False) as page:
        for path in ("albums", "plan-body", "check-body"):
            text = page.get(path).text
            assert "no server was given" in text
            assert "no API key was given" in text
            assert "no rules file" not in text  # the studio makes one
            assert "data-again" in text
        lines = f"IMMICH_SERVER_URL={sandbox.url}\nIMMICH_API_KEY={sandbox.keys['alice']}\n"
        (tmp_path / ".env").write_text(lines, encoding="utf-8")
        assert "Make the first album" in page.get("albums").text


def test_an_album_begins_with_somebody_or_a_country(page: Opened) -> None:
    text = page.get("starters").text
    assert 'value="person:Emma"' in text
    assert 'value="country:Finland"' in text
    assert text.count("<label") <= 18
    for starter, name in (("person:Emma", "Emma"), ("country:Finland", "Finland")):
        assert page.post("create", starter=starter).json == {"name": name}
        assert page.get("preview", name=name, page="1", number="1").json["counts"]["added"] > 0
    assert "person: Emma" in page.file.read_text(encoding="utf-8")
    page.post("create", starter="person:none: [", name="Odd")
    assert "person: 'none: ['" in page.file.read_text(encoding="utf-8").replace('"', "'")
    page.sandbox.faults.status(401, times=None)
    page.studio.session.refresh()
    answer = page.get("starters")
    assert (answer.status, answer.text) == (200, "")


def test_near_misses_are_grouped_by_what_they_miss(page: Opened) -> None:
    shown = page.get("preview", name="Kids in Finland", page="1", number="1").json
    further = page.get("row-counts", preview=shown["preview"], page="1", number="1").json
    assert len(further["groups"]) == 2
    assert further["near"] == sum(count for _, count, _ in further["groups"])
    own, after = further["rows"]["albums/0/match/place"]
    assert own > after == shown["counts"]["added"] + shown["counts"]["waiting"]
    assert len(page.get("photos", preview=shown["preview"], tab="near").json["photos"]) == min(further["near"], 240)
    assert page.get("photos", preview="gone", tab="near").json == {"outdated": True}


def test_of_the_requests_of_a_page_only_the_last_one_counts_in_whatever_order_they_come() -> None:
    latest = LatestRequests()
    second = latest.begin(PageRequest("page", 2))
    first = latest.begin(PageRequest("page", 1))
    assert first()
    assert not second()
    third = latest.begin(PageRequest("page", 3))
    assert second()
    assert not third()
    assert not latest.begin(PageRequest("another", 1))()


def test_days_go_on_while_the_studio_runs(tmp_path: Path, sandbox: Sandbox) -> None:
    (tmp_path / "smart-albums.yaml").write_text("albums: [{name: New, match: {taken: {last: 1 days}}}]")
    environment = {"IMMICH_SERVER_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"], "HOME": str(tmp_path)}
    options = SessionOptions(
        environment=environment, today=date(2026, 11, 2), ledger=tmp_path / "l.db", folder=tmp_path
    )
    days = [date(2026, 11, 2)]
    studio = Studio(Session(options), Progress(), today=lambda: days[-1])
    first = studio.rules.albums()[0].rule
    days.append(date(2026, 11, 3))
    assert studio.rules.albums()[0].rule != first


@pytest.mark.parametrize("end", ["\n", "\r\n"])
@pytest.mark.parametrize(
    ("text", "place", "shown"),
    [
        ("albums:\n  - name: A\n    match: {}\n\n  # of B\n  - name: B\n", (2, 5), "- name: A\n  match: {}\n"),
        ("albums:\n- name: A\n  match: {}\n# end\n", (2, 3), "- name: A\n  match: {}\n"),
        ("albums:\n  - name: A\n    # inside\n    match: {}", (2, 5), "- name: A\n  # inside\n  match: {}"),
        ("albums: [{name: A, match: {}}]\n", (1, 10), "albums: [{name: A, match: {}}]\n"),
    ],
)
def test_the_lines_of_an_album_are_its_own(text: str, place: tuple[int, int], shown: str, end: str) -> None:
    from immich_smart_albums.model.span import Document, Span  # noqa: PLC0415 - for this test

    text = text.replace("\n", end)
    parts = entry_text(text, Span(Document("rules.yaml", text), *place))
    assert parts.entry == shown
    assert parts.replaced(parts.entry) == text
    assert parts.replaced(f"{shown.rstrip()}  # mine\n").replace("  # mine", "").rstrip() == text.rstrip()


def test_photos_that_a_rule_names_are_pictures_in_its_rows(page: Opened) -> None:
    one, other = (asset.id for asset in list(page.sandbox.library.timeline)[:2])
    entry = (
        "- name: Dogs\n  match:\n"
        f"    smart: {{query: 'a <b>dog</b>', until: 'https://photos.example/photos/{one}'}}\n"
        f"    photo: [{one}, {other}]\n    library: {other}\n"
    )
    rows = page.post("preview", name="Dogs", entry=entry).json["rows"]
    assert re.findall(r'<img src="picture/([^"]+)"', rows) == [one, one, other]
    assert "a &lt;b&gt;dog&lt;/b&gt;" in rows
    assert "photos.example" not in re.sub(r"<[^>]+>", "", rows)
