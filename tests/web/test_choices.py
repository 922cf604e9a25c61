"""What a value is chosen from, and the map."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from immich_sandbox.library.records import Person
from immich_smart_albums.config.editing.draft import read_value
from immich_smart_albums.web.rows.value import row_value

from .conftest import RULES, opened

if TYPE_CHECKING:
    from pathlib import Path

    from immich_sandbox import Sandbox
    from immich_smart_albums.rules.album import AlbumRule

    from .conftest import Opened


def entry(page: Opened, name: str = "Dogs") -> str:
    """The lines of an album."""
    return page.studio.rules.draft(name).text.entry


def form(page: Opened, word: str) -> str:
    """The form for a new row."""
    answer = page.post("row", name="Dogs", entry=entry(page), word=word).json
    assert "html" in answer, answer
    return str(answer["html"])


def lists(page: Opened, word: str, find: str = "") -> dict[str, str]:
    answer = page.get("suggestions", word=word, find=find).json
    assert "lists" in answer, answer
    return dict(answer["lists"])


def counts(html: str) -> dict[str, int | None]:
    """The choices of a list, with their counts."""
    choices = re.findall(r'<span dir="auto">([^<]*)</span>(?:<span class="number">([\d,]+)</span>)?', html)
    return {label: int(count.replace(",", "")) if count else None for label, count in choices}


def test_what_the_file_names_can_be_chosen(library: Sandbox, tmp_path: Path) -> None:
    rules = "people: {kids: [Emma, Noah]}\nplaces: {cabin: {lat: 60.17, lon: 24.94, radius: 3km}}\n" + RULES
    with library, opened(library, tmp_path, rules=rules) as page:
        assert counts(lists(page, "person", "kids")["any"]) == {"kids: Emma, Noah": None}
        assert counts(lists(page, "near")[""]) == {"cabin": None}
        html = form(page, "near")
        assert '"cabin": {"latitude": 60.17' in html
        page.studio.session.read_library()
        (near,) = counts(lists(page, "near")[""]).values()
        assert (
            near
            == len(
                page.studio.session.select([_rule(page, "near: {lat: 60.17, lon: 24.94, radius: 3km}")])["Dogs"].assets
            )
            > 0
        )


def test_people_have_faces_and_counts_once_the_library_was_read(page: Opened) -> None:
    before = counts(lists(page, "person")["any"])
    assert before["Emma"] is None
    page.studio.session.read_library()
    html = lists(page, "person")["any"]
    shown = counts(html)
    assert shown["Emma"] == len(page.studio.session.select([_rule(page, "person: Emma")])["Dogs"].assets)
    known = [count for count in shown.values() if count is not None]
    assert known == sorted(known, reverse=True)
    faces = re.findall(r'src="face/([^"]+)"', html)
    assert len(faces) == len(shown)
    assert page.get(f"face/{faces[0]}").headers["content-type"].startswith("image/")


def _rule(page: Opened, match: str) -> AlbumRule:
    text = f"albums: [{{name: Dogs, match: {{{match}}}}}]"
    return page.studio.session.parse({"rules.yaml": text.encode()}).albums[0]


@pytest.mark.parametrize(
    ("word", "option", "value"),
    [("place", "country", "Finland"), ("camera", "make", "Apple"), ("tag", "any", "Pets"), ("album", "in", "Finland")],
)
def test_values_have_the_counts_that_their_rules_have(page: Opened, word: str, option: str, value: str) -> None:
    assert value in lists(page, word)[option]
    page.studio.session.read_library()
    match = f"{word}: {{{option}: {json.dumps(value)}}}"
    wanted = len(page.studio.session.select([_rule(page, match)])["Dogs"].assets)
    assert counts(lists(page, word)[option])[value] == wanted > 0


def test_libraries_go_by_their_folders(page: Opened) -> None:
    page.studio.session.read_library()
    html = form(page, "library")
    assert "uploaded, in no external library" in html
    alice = page.sandbox.library.user_named("alice").id
    timeline = page.sandbox.library.timeline
    ids = {asset.library_id for asset in timeline if asset.library_id and asset.owner_id == alice}
    assert re.search(r'<span dir="auto">/', html)
    assert set(re.findall(r'value="([0-9a-f-]{36})"', html)) == ids


def test_thousands_of_people_make_no_large_page_and_are_found_by_typing(sandbox: Sandbox, tmp_path: Path) -> None:
    alice = sandbox.library.user_named("alice").id
    for number in range(3000):
        person = Person(sandbox.library.new_id(), alice, f"Guest Nº {number}", 0)
        sandbox.library.people[person.id] = person
    asset = next(asset for asset in sandbox.library.timeline if asset.owner_id == alice)
    sandbox.library.update(asset.id, person_ids=tuple(sandbox.library.people))
    with opened(sandbox, tmp_path) as page:
        html = form(page, "person")
        assert len(html) < 30_000
        assert "more: type to find them" in html
        assert "Guest Nº 2718" not in html
        fitting = counts(lists(page, "person", "guest nº 2718")["any"])
        assert list(fitting) == ["Guest Nº 2718"]
        chosen = RULES.replace("[Emma, Noah]", "[Guest Nº 2718, nobody I know]")
        page.file.write_text(chosen, encoding="utf-8")
        path = "albums/0/match/person"
        html = page.post("row", name="Kids in Finland", entry=entry(page, "Kids in Finland"), path=path).json["html"]
        assert list(counts(html))[:2] == ["Guest Nº 2718", "nobody I know"]
        assert html.count(" checked>") == 2


def test_people_whose_names_differ_by_an_accent_are_two(sandbox: Sandbox, tmp_path: Path) -> None:
    alice = sandbox.library.user_named("alice").id
    people = [Person(sandbox.library.new_id(), alice, name, 0) for name in ("Zoe", "Zoë")]
    sandbox.library.people |= {person.id: person for person in people}
    asset = next(asset for asset in sandbox.library.timeline if asset.owner_id == alice)
    sandbox.library.update(asset.id, person_ids=tuple(person.id for person in people))
    with opened(sandbox, tmp_path, rules=RULES.replace("[Emma, Noah]", "[ZOË]")) as page:
        path = "albums/0/match/person"
        html = page.post("row", name="Kids in Finland", entry=entry(page, "Kids in Finland"), path=path).json["html"]
        assert re.findall(r'value="(\w+)" checked', html) == ["Zoë"]


def test_a_key_that_may_not_list_people_leaves_the_text(page: Opened) -> None:
    page.sandbox.faults.status(403, path="/api/people", message="Missing required permission: person.read", times=None)
    html = form(page, "person")
    assert "data-value" in html
    assert "Nothing of that kind" in html


def test_the_map_has_all_photos_with_coordinates_once_the_library_was_read(page: Opened) -> None:
    before = page.get("points").json
    assert before["areas"] == []
    assert before["photos"] is None
    page.studio.session.read_library()
    answer = page.get("points").json
    located = [asset for asset in page.sandbox.library.timeline if asset.exif and asset.exif.latitude is not None]
    assert answer["photos"] == sum(area[2] for area in answer["areas"])
    assert 0 < answer["photos"] <= len(located)
    assert answer["near"] is None
    assert len(json.dumps(answer)) < 100_000
    latitude, longitude, count, name = answer["areas"][0]
    near = page.get("points", lat=str(latitude), lon=str(longitude), radius="50000").json["near"]
    rule = _rule(page, f"near: {{lat: {latitude}, lon: {longitude}, radius: 50km}}")
    assert near == len(page.studio.session.select([rule])["Dogs"].assets) > 0
    assert count
    assert name
    assert (
        page.get("points", south="80", west="0", north="81", east="1", lat="nan", lon="x", radius="").json["areas"]
        == []
    )


def test_other_albums_of_a_photo_are_named_with_their_pages(page: Opened) -> None:
    album = next(album for album in page.sandbox.library.albums.values() if album.name == "Finland")
    photo = next(iter(album.asset_ids))
    text = page.get("photo", name="Dogs", id=photo).text
    assert f'href="{page.sandbox.url}/albums/{album.id}"' in text
    page.sandbox.faults.status(500, path="/api/albums", times=None)
    assert "Also in" not in page.get("photo", name="Dogs", id=photo).text


@pytest.mark.parametrize(
    ("text", "shown", "rest"),
    [
        ("Emma", {"any": ("Emma",)}, ""),
        ("[Emma, none]", {"any": ("Emma", "none")}, ""),
        ("{any: Emma, count: 2, none: [Noah, 'a: b']}", {"any": ("Emma",)}, "count: 2, none: [Noah, 'a: b']"),
        ("{any: {who: Emma}}", {}, "any: {who: Emma}"),
        ("{unnamed: true}", {}, "unnamed: true"),
        ("[{all: [Emma, Noah]}, Grandma]", {}, ""),
    ],
)
def test_a_value_is_taken_apart_and_nothing_of_it_is_lost(text: str, shown: object, rest: str) -> None:
    value = row_value(read_value(text), {"any"}, "any")
    assert value.shown == shown
    assert value.rest == rest
    assert value.text("nothing") == ""


def test_examples_are_what_the_field_takes_and_new_rows_can_leave_photos_out(page: Opened) -> None:
    texts = {"name": "Dogs", "entry": entry(page)}
    html = page.post("row", **texts, word="taken").json["html"]
    assert ">2023</code>" in html
    assert "taken: 2023" not in html
    assert "data-exclude" in html
    edited = page.post("edit", **texts, action="exclude", word="taken", value="2023").json["entry"]
    assert "not: [{taken: 2023}]" in edited or "- taken: 2023" in edited
    # A row that is there is turned round by its own button, and a group says by its word what it does.
    assert "data-exclude" not in page.post("row", **texts, path="albums/1/match/smart").json["html"]
    assert "data-exclude" not in page.post("row", **texts, path="albums/1/match/any", word="taken").json["html"]
