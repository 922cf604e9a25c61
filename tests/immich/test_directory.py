"""Names: people of many pages, albums with roles at every level, tags, months, and what the key may do."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Library, Sandbox, generate
from immich_sandbox.library.keys import MINIMAL
from immich_sandbox.library.records import Partner
from immich_sandbox.library.records import Person as PersonRecord
from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich import directory as module
from immich_smart_albums.immich.directory import Directory
from immich_smart_albums.model.album import Album, Person
from tests.support.immich_clients import server_at, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    from .conftest import Start

PEOPLE = 2300

PERSON = b'{"id":"a","name":"Anna","isHidden":false}'


@pytest.fixture(scope="module")
def crowded() -> Library:
    """A library with more people than fit on a page; all of them on one photo, some of them hidden."""
    library = generate(40)
    alice = library.user_named("alice").id
    made = []
    for number in range(PEOPLE):
        person = PersonRecord(library.new_id(), alice, f"Guest {number // 2}", 0, is_hidden=number % 10 == 0)
        library.people[person.id] = person
        made.append(person.id)
    library.add_asset(person_ids=tuple(made))
    return library


def test_people_of_many_pages_are_all_read_hidden_ones_and_namesakes_too(crowded: Library, start: Start) -> None:
    sandbox = start(crowded)
    people = server_at(sandbox).directory.people()
    guests = [person for person in people if person.name.startswith("Guest")]
    assert len({guest.id for guest in guests}) == len(guests) == PEOPLE
    assert sum(guest.hidden for guest in guests) == PEOPLE // 10
    assert len([guest for guest in guests if guest.name == "Guest 7"]) == 2
    pages = [request.query["page"] for request in sandbox.requests if request.path == "/api/people"]
    assert pages == ["1", "2", "3"]


def test_people_whom_pages_lose_because_of_ties_are_found_by_reading_again(crowded: Library, start: Start) -> None:
    sandbox = start(crowded)

    def turn_over() -> None:
        """All guests are on one photo, so any order of them is right."""
        crowded.people = dict(reversed(crowded.people.items()))

    sandbox.faults.hook(turn_over, path="/api/people", nth=2, times=1)
    people = server_at(sandbox).directory.people()
    assert len([person for person in people if person.name.startswith("Guest")]) == PEOPLE
    assert len(sandbox.requests) > 1 + 3


def test_people_who_are_never_complete_are_an_error_and_not_a_shorter_list(crowded: Library, start: Start) -> None:
    sandbox = start(crowded)
    body = b'{"people":[%b,%b],"hasNextPage":false,"total":2,"hidden":0}' % (PERSON, PERSON)
    sandbox.faults.status(200, body=body, path="/api/people", times=None)
    with pytest.raises(Untrustworthy) as caught:
        server_at(sandbox).directory.people()
    assert "(1 of 2 seen)" in caught.value.message
    assert caught.value.hint
    assert len(sandbox.requests) == 1 + module.MOST_READINGS


@pytest.mark.untraced
def test_people_are_listed_as_the_sandbox_knows_them(sandbox: Sandbox, library: Library) -> None:
    people = {person.id: person for person in server_at(sandbox).directory.people()}
    alice = library.user_named("alice").id
    for person in library.people.values():
        faces = [asset for asset in shown(library) if person.id in asset.person_ids]
        if person.owner_id == alice and person.name and faces:
            assert people[person.id] == Person(person.id, person.name, person.is_hidden)
        elif person.owner_id != alice:
            assert person.id not in people


def test_a_person_can_be_there_without_being_listed(start: Start) -> None:
    library = generate(60)
    alice = library.user_named("alice").id
    shy = PersonRecord(library.new_id(), alice, "On archived photos only", 0)
    library.people[shy.id] = shy
    library.add_asset(person_ids=(shy.id,), visibility="archive")
    directory = server_at(start(library)).directory
    assert shy.id not in {person.id for person in directory.people()}
    assert directory.has_person(shy.id)


def roles(albums: list[Album]) -> dict[str, set[str | None]]:
    result: dict[str, set[str | None]] = {}
    for album in albums:
        result.setdefault(album.name, set()).add(album.role)
    return result


def test_albums_are_listed_once_with_roles_and_owners_at_every_level(sandbox: Sandbox, library: Library) -> None:
    albums = server_at(sandbox).directory.albums()
    assert len({album.id for album in albums}) == len(albums)
    assert roles(albums) == {
        "Best of": {"owner"},
        "Finland": {"owner"},
        "Apollo project": {"owner"},
        "Duplicates": {"owner"},
        "Empty": {"owner"},
        "Summer together": {"editor"},
        "Bob's travels": {"viewer"},
    }
    assert len([album for album in albums if album.name == "Duplicates"]) == 2
    owners = {album.name: album.owner for album in albums}
    assert (owners["Best of"], owners["Bob's travels"]) == ("Alice", "Bob")
    best = next(album for album in albums if album.name == "Best of")
    assert best.asset_count == len(library.albums[best.id].asset_ids)
    assert best.created.endswith("Z")


def test_the_account_is_asked_once_for_all_albums(newest: Sandbox) -> None:
    server_at(newest).directory.albums()
    assert [request.path for request in newest.requests].count("/api/users/me") == 1


def test_the_albums_of_an_asset_are_those_that_it_is_in(sandbox: Sandbox, library: Library) -> None:
    directory = server_at(sandbox).directory
    listed = {album.id for album in directory.albums()}
    together = next(album for album in library.albums.values() if album.name == "Summer together")
    asset_id = next(iter(together.asset_ids))
    expected = {album.id for album in library.albums.values() if asset_id in album.asset_ids} & listed
    albums = directory.albums_with(asset_id)
    assert {album.id for album in albums} == expected
    assert roles(albums)["Summer together"] == {"editor"}
    assert directory.albums_with(library.new_id()) == []
    sandbox.faults.drop("assetId", path="/api/albums", times=None)
    with pytest.raises(Untrustworthy, match="not the albums of an asset"):
        directory.albums_with(asset_id)
    sandbox.faults.clear()


def test_without_user_read_roles_stay_open_only_where_somebody_shares(start: Start) -> None:
    for level in ("2.7", "3.1"):
        sandbox = start(level=level)
        sandbox.add_key("albums", "alice", ["album.read"])
        result = roles(server_at(sandbox, "albums").directory.albums())
        assert result["Best of"] == {"owner"}
        assert result["Finland"] == {None}
        assert result["Summer together"] == {None}
        assert [request.path for request in sandbox.requests].count("/api/users/me") == 1


def test_an_account_without_albums_asks_for_nobody(start: Start) -> None:
    library = generate(30)
    library.albums.clear()
    sandbox = start(library)
    assert server_at(sandbox).directory.albums() == []
    assert "/api/users/me" not in {request.path for request in sandbox.requests}


def test_an_album_shared_in_an_unknown_way_has_an_open_role(start: Start) -> None:
    sandbox = start()
    body = (
        b'[{"id":"a","albumName":"Odd","assetCount":0,"shared":true,"albumUsers":'
        b'[{"user":{"id":"x","name":"X"},"role":"owner"},{"user":{"id":"y","name":"Y"},"role":"viewer"}]},'
        b'{"id":"b","albumName":"Nobody\'s","assetCount":0,"shared":false,"albumUsers":[]}]'
    )
    sandbox.faults.status(200, body=body, path="/api/albums")
    odd, nobodys = server_at(sandbox).directory.albums()
    assert (odd.role, odd.owner) == (None, "X")
    assert nobodys == Album("b", "Nobody's", 0, "owner", "", "")


def test_tags_are_known_by_id(sandbox: Sandbox, library: Library) -> None:
    alice = library.user_named("alice").id
    expected = {tag.id for tag in library.tags.values() if tag.owner_id == alice}
    assert expected
    assert {tag.id for tag in server_at(sandbox).directory.tags()} == expected


def test_months_count_the_timeline_and_are_asked_once(sandbox: Sandbox, library: Library) -> None:
    directory = server_at(sandbox).directory
    months = directory.months()
    assert directory.months() is months
    assert len([request for request in sandbox.requests if request.path == "/api/timeline/buckets"]) == 1
    assert sum(month.count for month in months) >= len(list(shown(library)))
    begins = [month.begins for month in months]
    assert begins == sorted(set(begins), reverse=True)


def test_the_account_is_known_and_asked_once(sandbox: Sandbox) -> None:
    directory = server_at(sandbox).directory
    assert (directory.me().name, directory.me().email) == ("Alice", "alice@example.org")
    assert len([request for request in sandbox.requests if request.path == "/api/users/me"]) == 1


@pytest.mark.parametrize(
    ("key", "expected"), [("alice", {"all"}), ("alice-minimal", set(MINIMAL)), ("alice-readonly", {"asset.read"})]
)
def test_a_key_tells_what_it_may_do(sandbox: Sandbox, key: str, expected: set[str]) -> None:
    permissions = server_at(sandbox, key).directory.permissions()
    assert permissions == (None if sandbox.level.name == "1.132" else expected)


def test_pages_of_people_that_bring_nobody_new_are_not_read_for_ever(start: Start) -> None:
    sandbox = start()
    body = b'{"people":[%b],"hasNextPage":true,"total":1,"hidden":0}' % PERSON
    sandbox.faults.status(200, body=body, path="/api/people", times=None)
    with pytest.raises(Untrustworthy, match="a page brings nobody new and says that more follow"):
        server_at(sandbox).directory.people()
    assert len([request for request in sandbox.requests if request.path == "/api/people"]) == 2


def test_an_asset_is_there_or_not(sandbox: Sandbox, library: Library) -> None:
    directory = server_at(sandbox).directory
    assert directory.has_asset(next(shown(library)).id)
    assert not directory.has_asset("7d1be37b-e20f-4da1-b1e0-95facc285fc2")


@pytest.mark.parametrize("level", ["1.132", "2.7"])
def test_where_shared_albums_are_not_asked_for_any_more_on_the_way_it_is_noticed(start: Start, level: str) -> None:
    sandbox = start(level=level)
    assert any(album.role != "owner" for album in server_at(sandbox).directory.albums())
    sandbox.faults.drop("shared", path="/api/albums", times=None)
    with pytest.raises(Untrustworthy, match="not the shared albums"):
        server_at(sandbox).directory.albums()


def test_whether_there_are_shared_albums_is_believed_where_the_key_may_not_count_them(start: Start) -> None:
    library = generate(40)
    for album in library.albums.values():
        album.roles.clear()
    sandbox = start(library, "2.7")
    server = server_at(sandbox)
    assert all(album.role == "owner" for album in server.directory.albums())
    assert "/api/albums/statistics" in {request.path for request in sandbox.requests}
    sandbox.faults.status(403, message="Missing required permission: album.statistics", path="/api/albums/statistics")
    assert all(album.role == "owner" for album in server_at(sandbox).directory.albums())


def test_where_hidden_people_are_not_asked_for_any_more_on_the_way_it_is_noticed(start: Start) -> None:
    library = generate(40)
    alice = library.user_named("alice").id
    person = PersonRecord(library.new_id(), alice, "Hidden", 0, is_hidden=True)
    library.people[person.id] = person
    library.add_asset(person_ids=(person.id,))
    sandbox = start(library)
    assert any(person.hidden for person in server_at(sandbox).directory.people())
    sandbox.faults.drop("withHidden", path="/api/people", times=None)
    with pytest.raises(Untrustworthy, match="none of them is listed"):
        server_at(sandbox).directory.people()


def test_a_page_of_people_that_does_not_say_whether_more_follow_is_not_taken_for_the_last(
    crowded: Library, start: Start
) -> None:
    sandbox = start(crowded)
    whole = {person.id for person in server_at(sandbox).directory.people()}
    sandbox.faults.hide("hasNextPage", path="/api/people", times=None)
    assert {person.id for person in server_at(sandbox).directory.people()} == whole


@pytest.mark.parametrize(
    ("field", "path", "ask"),
    [
        ("albumUsers", "/api/albums", Directory.albums),
        ("role", "/api/albums", Directory.albums),
        ("shared", "/api/albums", Directory.albums),
        ("assetCount", "/api/albums", Directory.albums),
        ("inTimeline", "/api/partners", Directory.partners),
        ("hidden", "/api/people", Directory.people),
        ("isHidden", "/api/people", Directory.people),
        ("name", "/api/people", Directory.people),
    ],
)
def test_a_list_without_a_field_that_every_version_has_is_not_read_as_if_it_were_empty(
    field: str, path: str, ask: Callable[[Directory], object], start: Start
) -> None:
    sandbox = start()
    alice, bob = (sandbox.library.user_named(name).id for name in ("alice", "bob"))
    sandbox.library.partners.append(Partner(bob, alice, in_timeline=True))
    directory = server_at(sandbox).directory
    assert ask(directory)
    sandbox.faults.hide(field, path=path, times=None)
    with pytest.raises(Untrustworthy, match=f"{path.removeprefix('/api')}: the answer cannot be read"):
        ask(directory)


@pytest.mark.parametrize(("level", "most"), [("1.132", 1000), ("3.1", 100)])
def test_more_people_of_a_name_than_the_server_shows_are_not_cut_off(start: Start, level: str, most: int) -> None:
    library = generate(40)
    alice = library.user_named("alice").id
    for _ in range(most - 1):
        person = PersonRecord(library.new_id(), alice, "Guest", 0)
        library.people[person.id] = person
    sandbox = start(library, level)
    assert len(server_at(sandbox).directory.people_named("Guest")) == most - 1
    person = PersonRecord(library.new_id(), alice, "Guest", 0)
    library.people[person.id] = person
    with pytest.raises(Untrustworthy, match=f"{most} people are named like 'Guest'"):
        server_at(sandbox).directory.people_named("Guest")
