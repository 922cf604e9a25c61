"""Albums: what is in them, making one exactly once, and adding with an answer for every photo."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
import pytest

from immich_sandbox import Library, generate
from immich_smart_albums.errors import (
    MissingPermission,
    NoAccess,
    NotImmich,
    Refused,
    ServerError,
    Unreachable,
    Untrustworthy,
)
from immich_smart_albums.model.album import User
from immich_smart_albums.model.outcome import Outcome
from tests.support.examples import crossed
from tests.support.immich_clients import server_at, shown_ids

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from immich_sandbox.library.records import Album
    from tests.immich.conftest import Start

UNKNOWN = "7d1be37b-e20f-4da1-b1e0-95facc285fc2"


def album_named(library: Library, name: str) -> Album:
    return next(album for album in library.albums.values() if album.name == name)


def names(sandbox: Sandbox) -> list[str]:
    return [album.name for album in sandbox.library.albums.values()]


@pytest.mark.untraced
@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
@pytest.mark.parametrize("name", ["Finland", "Summer together", "Empty", "Apollo project"])
def test_the_members_of_an_album_are_those_of_everybody_in_timeline_and_archive(
    start: Start, level: str, name: str
) -> None:
    library = generate(500)
    album = album_named(library, name)
    if name == "Finland":
        bobs = shown_ids_of(library, "bob")[:2]
        library.add_to_album(album.id, [*bobs, *shown_ids(library, "archive")[:2]])
    expected = {
        asset_id for asset_id in album.asset_ids if library.assets[asset_id].visibility in {"timeline", "archive"}
    }
    assert server_at(start(library, level)).albums.members(album.id) == expected


def shown_ids_of(library: Library, owner: str) -> list[str]:
    owner_id = library.user_named(owner).id
    return [asset.id for asset in library.timeline if asset.owner_id == owner_id and asset.visibility == "timeline"]


@pytest.mark.parametrize("level", ["2.7", "3.1"])
def test_trashed_members_are_left_out_and_can_be_added_again(start: Start, level: str) -> None:
    library = generate(300)
    album = library.add_album("Mine", owner_id=library.user_named("alice").id, asset_ids=shown_ids(library)[:10])
    gone = shown_ids(library)[3]
    library.trash(gone)
    server = server_at(start(library, level))
    assert server.albums.members(album.id) == set(album.asset_ids) - {gone}
    assert server.albums.add(album.id, [gone]) == {gone: Outcome.ALREADY_THERE}


def test_an_album_whose_answer_lacks_its_assets_is_not_taken_for_an_empty_one(start: Start) -> None:
    sandbox = start(level="2.7")
    album = album_named(sandbox.library, "Best of")
    sandbox.faults.status(200, body=b'{"albumName":"Best of"}', path=f"/api/albums/{album.id}")
    with pytest.raises(Untrustworthy):
        server_at(sandbox).albums.members(album.id)


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_a_new_album_is_empty_and_ours(start: Start, level: str) -> None:
    sandbox = start(level=level)
    album = server_at(sandbox).albums.create("Friends, no exes")
    made = sandbox.library.albums[album.id]
    assert (made.name, dict(made.asset_ids)) == ("Friends, no exes", {})
    assert (album.name, album.asset_count, album.role) == ("Friends, no exes", 0, "owner")
    assert album.created
    assert server_at(sandbox).albums.members(album.id) == frozenset()


def posts(sandbox: Sandbox) -> int:
    return len([request for request in sandbox.requests if (request.method, request.path) == ("POST", "/api/albums")])


def test_an_album_whose_answer_is_lost_is_found_and_not_made_twice(start: Start) -> None:
    sandbox = start()
    sandbox.faults.lose_answer(method="POST", path="/api/albums")
    album = server_at(sandbox).albums.create("Lost and found")
    assert names(sandbox).count("Lost and found") == 1
    assert album.id == album_named(sandbox.library, "Lost and found").id
    assert posts(sandbox) == 1


@pytest.mark.parametrize("after", [0, 30])
def test_an_album_whose_answer_is_cut_is_found_and_not_made_twice(start: Start, after: int) -> None:
    sandbox = start()
    sandbox.faults.cut(after, method="POST", path="/api/albums")
    assert server_at(sandbox).albums.create("Lost and found").role == "owner"
    assert names(sandbox).count("Lost and found") == 1
    assert posts(sandbox) == 1


def test_an_older_album_of_the_same_name_is_not_taken_for_the_lost_one(start: Start) -> None:
    sandbox = start()
    older = album_named(sandbox.library, "Empty")
    sandbox.faults.lose_answer(method="POST", path="/api/albums")
    album = server_at(sandbox).albums.create("Empty")
    assert album.id != older.id
    assert names(sandbox).count("Empty") == 2


def test_an_older_album_of_the_same_name_is_not_taken_for_one_that_was_not_made(start: Start) -> None:
    sandbox = start()
    older = album_named(sandbox.library, "Empty")
    sandbox.faults.reset(method="POST", path="/api/albums")
    assert server_at(sandbox).albums.create("Empty").id != older.id
    assert names(sandbox).count("Empty") == 2


def test_an_album_that_was_not_made_is_made_once_after_a_reset(start: Start) -> None:
    sandbox = start()
    sandbox.faults.reset(method="POST", path="/api/albums")
    album = server_at(sandbox).albums.create("Second try")
    assert names(sandbox).count("Second try") == 1
    assert album.id == album_named(sandbox.library, "Second try").id
    assert posts(sandbox) == 2


@pytest.mark.parametrize("status", [500, 502, 503])
def test_an_album_that_a_busy_server_did_not_make_is_made_once(start: Start, status: int) -> None:
    sandbox = start()
    sandbox.faults.status(status, method="POST", path="/api/albums")
    server_at(sandbox).albums.create("Second try")
    assert names(sandbox).count("Second try") == 1


def test_an_album_that_the_server_may_still_be_making_is_not_asked_for_again(start: Start) -> None:
    sandbox = start()
    sandbox.faults.status(504, method="POST", path="/api/albums")
    with pytest.raises(Refused, match="504"):
        server_at(sandbox).albums.create("Slow")
    assert posts(sandbox) == 1


def test_an_album_that_appears_late_is_found_and_not_made_again(start: Start) -> None:
    sandbox = start()
    library = sandbox.library
    sandbox.faults.status(504, method="POST", path="/api/albums")
    sandbox.faults.hook(
        lambda: library.add_album("Late", owner_id=library.user_named("alice").id),
        path="/api/albums",
        method="GET",
        nth=4,
    )
    server = server_at(sandbox)
    assert server.albums.create("Late").name == "Late"
    assert names(sandbox).count("Late") == 1
    assert posts(sandbox) == 1


def test_an_album_is_tried_as_often_as_every_request_and_looked_for_before_each_time(start: Start) -> None:
    sandbox = start()
    sandbox.faults.reset(method="POST", path="/api/albums", times=None)
    with pytest.raises(Unreachable, match="POST /albums: the connection to"):
        server_at(sandbox).albums.create("Never")
    assert posts(sandbox) == 4
    assert "Never" not in names(sandbox)
    made = [record.method for record in sandbox.requests if record.path == "/api/albums"]
    assert not [index for index, method in enumerate(made) if method == "POST" and made[index - 1] == "POST"]


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("is_made", [True, False])
def test_a_busy_server_is_waited_for_and_no_twin_is_made(start: Start, status: int, is_made: bool) -> None:
    """Also where the proxy that turned the request away had passed it on."""
    sandbox = start()
    library = sandbox.library
    sandbox.faults.status(status, method="POST", path="/api/albums", retry_after=1, times=3)
    if is_made:
        sandbox.faults.hook(
            lambda: library.add_album("Busy", owner_id=library.user_named("alice").id), method="POST", nth=2
        )
    assert server_at(sandbox).albums.create("Busy").name == "Busy"
    assert names(sandbox).count("Busy") == 1
    assert posts(sandbox) == (2 if is_made else 4)


def test_an_album_that_cannot_be_looked_for_is_looked_for_again(start: Start) -> None:
    sandbox = start()
    sandbox.faults.lose_answer(method="POST", path="/api/albums")
    sandbox.faults.status(500, method="GET", path="/api/albums", nth=2, times=2)
    assert server_at(sandbox).albums.create("Lost").name == "Lost"
    assert names(sandbox).count("Lost") == 1


def test_a_refusal_to_make_an_album_is_final(start: Start) -> None:
    sandbox = start()
    sandbox.faults.status(400, message="Too many albums", method="POST", path="/api/albums")
    with pytest.raises(Refused, match="POST /albums was answered 400: Too many albums"):
        server_at(sandbox).albums.create("Never")
    assert posts(sandbox) == 1


@pytest.mark.parametrize("body", [b'{"id":"x","albumName":"Another"}', b'{"albumName":"New"}', b"[]"])
def test_an_answer_that_is_not_the_new_album_is_not_believed(start: Start, body: bytes) -> None:
    sandbox = start()
    sandbox.faults.status(201, body=body, method="POST", path="/api/albums")
    with pytest.raises(Untrustworthy, match="POST /albums: the answer"):
        server_at(sandbox).albums.create("New")
    assert posts(sandbox) == 1


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_each_photo_that_is_added_has_an_outcome_of_its_own(start: Start, level: str) -> None:
    library = generate(400)
    ids = shown_ids(library)
    album = library.add_album("Mine", owner_id=library.user_named("alice").id, asset_ids=ids[:2])
    bobs = shown_ids_of(library, "bob")[0]
    library.partners.clear()
    outcomes = server_at(start(library, level)).albums.add(album.id, [ids[0], ids[5], UNKNOWN, bobs, ids[6]])
    assert outcomes == {
        ids[0]: Outcome.ALREADY_THERE,
        ids[5]: Outcome.ADDED,
        UNKNOWN: Outcome.NO_PERMISSION,
        bobs: Outcome.NO_PERMISSION,
        ids[6]: Outcome.ADDED,
    }
    assert set(album.asset_ids) == {*ids[:2], ids[5], ids[6]}


def test_an_addition_whose_answer_is_lost_is_repeated_and_known_to_be_done(start: Start) -> None:
    sandbox = start()
    ids = shown_ids(sandbox.library)[:5]
    album = album_named(sandbox.library, "Empty")
    sandbox.faults.lose_answer(method="PUT")
    outcomes = server_at(sandbox).albums.add(album.id, ids)
    assert set(outcomes.values()) == {Outcome.ADDED}
    assert list(album.asset_ids) == ids


def test_an_addition_whose_answers_are_all_lost_may_have_been_carried_out(start: Start) -> None:
    sandbox = start()
    sandbox.faults.lose_answer(method="PUT", times=None)
    with pytest.raises(ServerError) as caught:
        server_at(sandbox).albums.add(album_named(sandbox.library, "Empty").id, shown_ids(sandbox.library)[:1])
    assert caught.value.may_be_running


def test_an_addition_that_was_turned_away_did_nothing_so_what_is_there_was_there_before(start: Start) -> None:
    sandbox = start()
    first, second = shown_ids(sandbox.library)[:2]
    album = album_named(sandbox.library, "Empty")
    sandbox.library.add_to_album(album.id, [first])
    sandbox.faults.status(503, method="PUT")
    outcomes = server_at(sandbox).albums.add(album.id, [first, second])
    assert outcomes == {first: Outcome.ALREADY_THERE, second: Outcome.ADDED}


def test_an_addition_that_is_refused_is_not_repeated(start: Start) -> None:
    sandbox = start()
    sandbox.faults.status(403, message="Missing required permission: albumAsset.create", method="PUT")
    with pytest.raises(MissingPermission):
        server_at(sandbox).albums.add(album_named(sandbox.library, "Empty").id, shown_ids(sandbox.library)[:1])
    assert len([request for request in sandbox.requests if request.method == "PUT"]) == 1


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_each_photo_that_is_taken_out_has_an_outcome_of_its_own(start: Start, level: str) -> None:
    library = generate(400)
    ids = shown_ids(library)
    album = library.add_album("Mine", owner_id=library.user_named("alice").id, asset_ids=ids[:3])
    outcomes = server_at(start(library, level)).albums.remove(album.id, [ids[0], ids[5], UNKNOWN])
    assert outcomes == {ids[0]: Outcome.REMOVED, ids[5]: Outcome.NOT_FOUND, UNKNOWN: Outcome.NOT_FOUND}
    assert list(album.asset_ids) == ids[1:3]


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_an_editor_may_take_out_own_photos_only(start: Start, level: str) -> None:
    library = generate(400)
    library.partners.clear()
    mine, his = shown_ids(library)[0], shown_ids_of(library, "bob")[0]
    users = {name: library.user_named(name).id for name in ("alice", "bob")}
    album = library.add_album("Both", owner_id=users["alice"], asset_ids=[mine, his], roles={users["bob"]: "editor"})
    sandbox = start(library, level)
    outcomes = server_at(sandbox, "bob").albums.remove(album.id, [mine, his])
    assert outcomes == {mine: Outcome.NO_PERMISSION, his: Outcome.REMOVED}


def test_a_removal_whose_answer_is_lost_is_repeated_and_known_to_be_done(start: Start) -> None:
    sandbox = start()
    album = album_named(sandbox.library, "Duplicates")
    ids = list(album.asset_ids)
    sandbox.faults.lose_answer(method="DELETE")
    assert server_at(sandbox).albums.remove(album.id, ids) == dict.fromkeys(ids, Outcome.REMOVED)
    assert not album.asset_ids


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_the_details_of_an_album_are_those_of_the_server(start: Start, level: str) -> None:
    library = generate(300)
    album, bob = album_named(library, "Finland"), library.user_named("bob")
    album.description, album.order = "With the kids", "asc"
    details = server_at(start(library, level)).albums.details(album.id)
    assert (details.id, details.name, details.description, details.order) == (
        album.id,
        "Finland",
        "With the kids",
        "asc",
    )
    assert (details.owner.name, details.cover) == ("Alice", album.thumbnail_asset_id)
    assert details.users == ((User(bob.id, "Bob", "bob@example.org"), "viewer"),)
    assert details.updated
    assert details.created


@pytest.mark.parametrize("level", ["1.132", "3.1"])
def test_an_album_that_is_not_there_has_no_details(start: Start, level: str) -> None:
    with pytest.raises(NoAccess):
        server_at(start(level=level)).albums.details(UNKNOWN)


ANOTHER = b'{"id":"x","albumName":"x","updatedAt":"x","albumUsers":[],"description":"","albumThumbnailAssetId":null}'


@pytest.mark.parametrize("body", [ANOTHER, b"{}"])
def test_an_answer_that_is_not_the_album_is_not_believed(start: Start, body: bytes) -> None:
    sandbox = start()
    album = album_named(sandbox.library, "Empty")
    sandbox.faults.status(200, body=body, path=f"/api/albums/{album.id}")
    with pytest.raises(Untrustworthy):
        server_at(sandbox).albums.details(album.id)


@pytest.mark.parametrize("field", ["description", "albumThumbnailAssetId", "albumUsers", "role"])
def test_details_that_are_left_out_of_an_answer_are_not_taken_for_none(start: Start, field: str) -> None:
    sandbox = start()
    album = album_named(sandbox.library, "Summer together")
    albums = server_at(sandbox).albums
    assert albums.details(album.id).users
    sandbox.faults.hide(field, path="/api/albums/*", times=None)
    with pytest.raises(Untrustworthy, match="the answer cannot be read"):
        albums.details(album.id)


@pytest.mark.parametrize(("level", "is_told"), [("1.132", False), ("2.7", True), ("3.1", True), ("3.2", True)])
def test_members_in_the_trash_are_told_by_versions_that_search_albums(start: Start, level: str, is_told: bool) -> None:
    library = generate(300)
    ids = shown_ids(library)
    album = library.add_album("Mine", owner_id=library.user_named("alice").id, asset_ids=ids[:5])
    library.trash(ids[2], ids[9])
    assert server_at(start(library, level)).albums.trashed(album.id) == ({ids[2]} if is_told else frozenset())


@pytest.mark.parametrize("level", ["2.7", "3.1", "3.2"])
def test_members_that_are_not_shown_are_told_from_those_that_are_not_there(start: Start, level: str) -> None:
    library = generate(300)
    alice, bob = library.user_named("alice").id, library.user_named("bob").id
    ids = [*shown_ids(library)[:4], *(asset.id for asset in library.timeline if asset.owner_id == bob)][:5]
    album = library.add_album("Mine", owner_id=alice, asset_ids=[*ids[:2], *ids[4:]])
    assert {library.assets[id_].owner_id for id_ in album.asset_ids} == {alice, bob}
    library.trash(*album.asset_ids)
    library.delete(ids[2])
    albums = server_at(start(library, level)).albums
    assert albums.hidden(album.id, [*ids]) == album.asset_ids.keys()
    assert albums.hidden(album.id, []) == frozenset()


def test_an_old_version_that_tells_no_albums_of_trashed_photos_is_asked_for_the_photos(start: Start) -> None:
    library = generate(300)
    ids = shown_ids(library)
    album = library.add_album("Mine", owner_id=library.user_named("alice").id, asset_ids=ids[:2])
    library.trash(ids[0])
    sandbox = start(library, "1.132")
    sandbox.faults.status(200, body=b"[]", path="/api/albums", times=None)
    albums = server_at(sandbox).albums
    unknown = "00000000-0000-4000-8000-000000000000"
    assert albums.hidden(album.id, [ids[0], ids[1], unknown]) == {ids[0], unknown}


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1"])
def test_comments_likes_and_links_of_an_album_are_told(start: Start, level: str) -> None:
    sandbox = start(level=level)
    album, bob = album_named(sandbox.library, "Duplicates"), sandbox.library.user_named("bob").id
    albums = server_at(sandbox).albums
    assert (albums.remarks(album.id), albums.details(album.id).has_link) == (0, False)
    sandbox.library.remark(album.id, bob, "Lovely")
    sandbox.library.remark(album.id, bob, asset_id=next(iter(album.asset_ids)))
    album.has_shared_link = True
    assert (albums.remarks(album.id), albums.details(album.id).has_link) == (2, True)


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_an_album_is_edited_where_something_is_given(start: Start, level: str) -> None:
    sandbox = start(level=level)
    album = album_named(sandbox.library, "Duplicates")
    cover = list(album.asset_ids)[-1]
    albums = server_at(sandbox).albums
    albums.edit(album.id, description="Twice", order="asc", cover=cover)
    assert (album.description, album.order, album.thumbnail_asset_id) == ("Twice", "asc", cover)
    albums.edit(album.id, description="")
    assert (album.description, album.order, album.thumbnail_asset_id) == ("", "asc", cover)


def test_a_cover_that_is_not_in_the_album_is_refused(start: Start) -> None:
    sandbox = start()
    with pytest.raises(Refused, match="Invalid album thumbnail"):
        server_at(sandbox).albums.edit(album_named(sandbox.library, "Empty").id, cover=shown_ids(sandbox.library)[0])


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_an_album_is_shared_in_every_role_and_not_any_more(start: Start, level: str) -> None:
    sandbox = start(level=level)
    album, bob = album_named(sandbox.library, "Empty"), sandbox.library.user_named("bob").id
    albums = server_at(sandbox).albums
    for role in ("viewer", "editor", "editor", None, None):
        albums.share(album.id, bob, role)
        assert album.roles.get(bob) == role


@pytest.mark.parametrize("level", ["2.7", "3.1"])
@pytest.mark.parametrize(("before", "after"), [(None, "viewer"), ("viewer", "editor"), ("viewer", None)])
def test_sharing_whose_answer_is_lost_is_known_to_be_done(
    start: Start, level: str, before: str | None, after: str | None
) -> None:
    sandbox = start(level=level)
    album, bob = album_named(sandbox.library, "Empty"), sandbox.library.user_named("bob").id
    albums = server_at(sandbox).albums
    albums.share(album.id, bob, before)
    sandbox.faults.lose_answer(path="/api/albums/*/user*")
    albums.share(album.id, bob, after)
    assert album.roles.get(bob) == after


def test_sharing_with_somebody_who_is_not_there_is_refused(start: Start) -> None:
    sandbox = start()
    with pytest.raises(Refused, match="Invalid user"):
        server_at(sandbox).albums.share(album_named(sandbox.library, "Empty").id, UNKNOWN, "viewer")


@pytest.mark.parametrize("level", ["1.132", "2.7", "3.1", "3.2"])
def test_an_album_is_deleted_also_when_the_answer_is_lost(start: Start, level: str) -> None:
    sandbox = start(level=level)
    albums = server_at(sandbox).albums
    for name in ("Empty", "Best of"):
        album = album_named(sandbox.library, name)
        albums.delete(album.id)
        assert album.id not in sandbox.library.albums
        sandbox.faults.lose_answer(method="DELETE")
    albums.delete(UNKNOWN)


def test_an_album_of_somebody_else_is_not_deleted(start: Start) -> None:
    sandbox = start()
    with pytest.raises(NoAccess):
        server_at(sandbox).albums.delete(album_named(sandbox.library, "Summer together").id)


def test_a_new_album_may_have_a_description(start: Start) -> None:
    sandbox = start()
    album = server_at(sandbox).albums.create("Told", "What it is about")
    assert sandbox.library.albums[album.id].description == "What it is about"


def test_an_addition_that_did_not_arrive_is_repeated(start: Start) -> None:
    sandbox = start()
    ids = shown_ids(sandbox.library)[:5]
    album = album_named(sandbox.library, "Empty")
    sandbox.faults.status(503, method="PUT")
    sandbox.faults.reset(method="PUT")
    outcomes = server_at(sandbox).albums.add(album.id, ids)
    assert outcomes == dict.fromkeys(ids, Outcome.ADDED)


def result(asset_id: str, error: str | None = None) -> dict[str, object]:
    return {"id": asset_id, "success": error is None} | ({} if error is None else {"error": error})


def added(sandbox: Sandbox, ids: list[str], *results: dict[str, object]) -> dict[str, Outcome]:
    """What the client makes of these results."""
    sandbox.faults.status(200, body=msgspec.json.encode(results), method="PUT")
    return server_at(sandbox).albums.add(UNKNOWN, ids)


def test_a_photo_that_is_not_found_is_told_apart(start: Start) -> None:
    assert added(start(), ["a"], result("a", "not_found")) == {"a": Outcome.NOT_FOUND}


def test_a_photo_without_an_answer_is_told_apart(start: Start) -> None:
    outcomes = added(start(), ["a", "b", "c"], result("a"))
    assert outcomes == {"a": Outcome.ADDED, "b": Outcome.UNKNOWN, "c": Outcome.UNKNOWN}


NO_ANSWERS = {
    "null": (b"null", "application/json"),
    "nothing": (b"", "application/json"),
    "a page": (b"<title>Welcome</title>", "text/html"),
    "an empty list": (b"[]", "application/json"),
    "a word that is not known": (b'[{"id": "%ID%", "success": false, "error": "unknown"}]', "application/json"),
    "something else": (b'{"id": "7d1be37b-e20f-4da1-b1e0-95facc285fc2"}', "application/json"),
    "a refusal without a word": (b'[{"id": "%ID%", "success": false}]', "application/json"),
}
"""What a request may be answered, with 200, that says nothing of what became of it."""


def strike(
    sandbox: Sandbox,
    answer: str,
    method: str,
    path: str,
    id_: str = "",
    *,
    times: int | None = 1,
    applied: bool = False,
) -> None:
    """Answer so; `applied`: after the request was carried out."""
    body, content_type = NO_ANSWERS[answer]
    sandbox.faults.answer(
        200, body.replace(b"%ID%", id_.encode()), content_type, applied=applied, method=method, path=path, times=times
    )


@pytest.mark.parametrize("answer", NO_ANSWERS)
@pytest.mark.parametrize("applied", [False, True])
def test_photos_that_an_addition_did_not_answer_for_are_asked_for_again(
    start: Start, answer: str, applied: bool
) -> None:
    sandbox = start()
    ids = shown_ids(sandbox.library)[:3]
    album = album_named(sandbox.library, "Empty")
    strike(sandbox, answer, "PUT", "/api/albums/*/assets", ids[0], applied=applied)
    assert server_at(sandbox).albums.add(album.id, ids) == dict.fromkeys(ids, Outcome.ADDED)
    assert set(album.asset_ids) == set(ids)


@pytest.mark.parametrize("answer", NO_ANSWERS)
@pytest.mark.parametrize(("applied", "outcome"), [(False, Outcome.NOT_DONE), (True, Outcome.ADDED)])
def test_photos_that_no_addition_answers_for_are_looked_for(
    start: Start, answer: str, applied: bool, outcome: Outcome
) -> None:
    sandbox = start()
    ids = shown_ids(sandbox.library)[:1]
    album = album_named(sandbox.library, "Empty")
    strike(sandbox, answer, "PUT", "/api/albums/*/assets", ids[0], applied=applied, times=None)
    assert server_at(sandbox).albums.add(album.id, ids) == {ids[0]: outcome}


@pytest.mark.parametrize("answer", NO_ANSWERS)
@pytest.mark.parametrize(("applied", "outcome"), [(False, Outcome.NOT_DONE), (True, Outcome.REMOVED)])
def test_photos_that_no_removal_answers_for_are_looked_for(
    start: Start, answer: str, applied: bool, outcome: Outcome
) -> None:
    sandbox = start()
    ids = shown_ids(sandbox.library)[:1]
    album = album_named(sandbox.library, "Empty")
    client = server_at(sandbox)
    client.albums.add(album.id, ids)
    strike(sandbox, answer, "DELETE", "/api/albums/*/assets", ids[0], applied=applied, times=None)
    assert client.albums.remove(album.id, ids) == {ids[0]: outcome}


def test_photos_of_which_nothing_is_said_and_nothing_seen_are_an_error(start: Start) -> None:
    sandbox = start()
    album = album_named(sandbox.library, "Empty")
    sandbox.faults.login_page(times=None, path="/api/albums/*/assets")
    sandbox.faults.login_page(times=None, path="/api/search/*")
    client = server_at(sandbox)
    with pytest.raises(NotImmich, match=r"PUT .* with a page instead of JSON: 'Log in'"):
        client.albums.add(album.id, shown_ids(sandbox.library)[:1])


PAGES = ["null", "nothing", "a page", "something else"]


@pytest.mark.parametrize("answer", PAGES)
@pytest.mark.parametrize("applied", [False, True])
def test_a_new_album_is_looked_for_when_the_answer_is_none(start: Start, answer: str, applied: bool) -> None:
    sandbox = start()
    strike(sandbox, answer, "POST", "/api/albums", applied=applied)
    if applied:
        made = server_at(sandbox).albums.create("New")
        assert made.id == album_named(sandbox.library, "New").id
    else:
        with pytest.raises(ServerError, match="POST /albums"):
            server_at(sandbox).albums.create("New")
    assert posts(sandbox) == 1


@pytest.mark.parametrize(
    ("answer", "edit"),
    crossed(PAGES, [{"description": "Words"}, {"order": "asc"}, {"cover": "%FIRST%"}, {"name": "Newer"}]),
)
@pytest.mark.parametrize("applied", [False, True])
def test_an_edit_is_looked_at_when_the_answer_is_none(
    start: Start, answer: str, applied: bool, edit: dict[str, str]
) -> None:
    sandbox = start()
    client = server_at(sandbox)
    album = client.albums.create("New")
    ids = shown_ids(sandbox.library)[:2]
    client.albums.add(album.id, ids)
    wanted = {name: value.replace("%FIRST%", ids[1]) for name, value in edit.items()}
    strike(sandbox, answer, "PATCH", "/api/albums/*", applied=applied)
    if applied:
        client.albums.edit(album.id, **wanted)
        return
    with pytest.raises(ServerError, match="PATCH /albums"):
        client.albums.edit(album.id, **wanted)


@pytest.mark.parametrize(
    ("answer", "roles"), crossed(PAGES, [(None, "viewer"), ("viewer", "editor"), ("editor", None)])
)
@pytest.mark.parametrize("applied", [False, True])
def test_a_share_is_looked_at_when_the_answer_is_none(
    start: Start, answer: str, applied: bool, roles: tuple[str | None, str | None]
) -> None:
    before, role = roles
    sandbox = start()
    client = server_at(sandbox)
    album = client.albums.create("New")
    bob = sandbox.library.user_named("bob").id
    client.albums.share(album.id, bob, before)
    for method in ("PUT", "DELETE"):
        strike(sandbox, answer, method, "/api/albums/*/user*", applied=applied)
    if applied:
        client.albums.share(album.id, bob, role)
    else:
        with pytest.raises(ServerError, match=r"user|sharing"):
            client.albums.share(album.id, bob, role)
    assert sandbox.library.albums[album.id].roles.get(bob) == (role if applied else before)


@pytest.mark.parametrize("answer", PAGES)
@pytest.mark.parametrize("applied", [False, True])
def test_a_deletion_is_looked_at_when_the_answer_is_none(start: Start, answer: str, applied: bool) -> None:
    sandbox = start()
    client = server_at(sandbox)
    album = client.albums.create("New")
    strike(sandbox, answer, "DELETE", "/api/albums/*", applied=applied)
    if applied:
        client.albums.delete(album.id)
    else:
        with pytest.raises(ServerError, match="DELETE /albums"):
            client.albums.delete(album.id)
    assert (album.id in sandbox.library.albums) is not applied


def test_answers_for_photos_that_were_not_sent_do_not_count(start: Start) -> None:
    assert added(start(), ["a"], result("a"), result("z")) == {"a": Outcome.ADDED}


def test_an_album_that_was_deleted_meanwhile_is_told(start: Start) -> None:
    sandbox = start()
    with pytest.raises(ServerError, match="Album not found"):
        server_at(sandbox).albums.add(UNKNOWN, shown_ids(sandbox.library)[:1])
