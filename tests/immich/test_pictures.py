"""Small pictures: passed on with what the server says of keeping them, and nothing but pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import MissingPermission, NoAccess, NotImmich, Refused, Stopped, Untrustworthy
from immich_smart_albums.immich.pictures import LARGEST, ImmichPictures, Size
from tests.support.bare_server import BareServer, answer
from tests.support.immich_clients import http_to, server_at

if TYPE_CHECKING:
    from immich_sandbox import Sandbox

ID = "11111111-1111-4111-8111-111111111111"


def shown(sandbox: Sandbox) -> str:
    """A photo of Alice's on her timeline."""
    alice = sandbox.library.user_named("Alice").id
    return next(asset.id for asset in sandbox.library.timeline if asset.owner_id == alice)


def test_a_picture_comes_with_what_the_server_says_of_keeping_it(sandbox: Sandbox) -> None:
    pictures = server_at(sandbox).pictures
    sizes: tuple[Size, ...] = ("thumbnail", "preview")
    for size in sizes:
        picture = pictures.of_asset(shown(sandbox), size)
        assert picture.data is not None
        assert picture.data.startswith(b"<svg")
        assert picture.content_type == "image/svg+xml"
        assert picture.headers["cache-control"].startswith("private, max-age=86400")
        assert picture.headers["etag"]
    assert sandbox.requests[-1].query == {"size": "preview"}


def test_one_that_is_the_same_comes_without_data(sandbox: Sandbox) -> None:
    pictures = server_at(sandbox).pictures
    etag = pictures.of_asset(shown(sandbox)).headers["etag"]
    again = pictures.of_asset(shown(sandbox), etag=etag)
    assert (again.data, again.content_type, again.headers["etag"]) == (None, "", etag)
    for other in ('"other"', 'broken\r\nx-evil: 1"', ""):
        assert pictures.of_asset(shown(sandbox), etag=other).data


def test_a_person_has_a_face(sandbox: Sandbox) -> None:
    alice = sandbox.library.user_named("Alice").id
    person = next(person for person in sandbox.library.people.values() if person.owner_id == alice)
    assert server_at(sandbox).pictures.of_person(person.id).data


def test_what_is_not_there_or_not_allowed_is_told_so(sandbox: Sandbox) -> None:
    with pytest.raises(NoAccess):
        server_at(sandbox).pictures.of_asset(ID)
    sandbox.add_key("searches-only", "Alice", ("asset.read",))
    if sandbox.level.version >= (1, 137, 0):
        with pytest.raises(MissingPermission):
            server_at(sandbox, "searches-only").pictures.of_asset(shown(sandbox))


def pictures_of(*answers: bytes) -> tuple[BareServer, ImmichPictures]:
    server = BareServer(*answers)
    return server, ImmichPictures(http_to(server.url, "key"))


def test_a_picture_that_is_not_made_yet_is_no_failure_of_the_server() -> None:
    missing = answer("404 Not Found", b'{"message": "Asset media not found"}', content_type="application/json")
    server, pictures = pictures_of(missing)
    with server, pytest.raises(Refused) as caught:
        pictures.of_asset(ID)
    assert caught.value.status == 404


HUGE = answer("200 OK", content_type="image/webp").replace(b"length: 0", b"length: %d" % (LARGEST + 1))


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (answer("200 OK", b"<script>", content_type="text/html"), NotImmich),
        (answer("200 OK", b"", content_type="image/webp"), NotImmich),
        (answer("200 OK", b"x", content_type="image/x-unknown"), NotImmich),
        (answer("302 Found", location="https://login.example"), NotImmich),
        (answer("404 Not Found", b"<html>", content_type="text/html"), NotImmich),
        (HUGE, Untrustworthy),
    ],
)
def test_what_is_no_picture_is_passed_on_to_nobody(reply: bytes, error: type[Exception]) -> None:
    server, pictures = pictures_of(reply)
    with server, pytest.raises(error):
        pictures.of_asset(ID)


def test_headers_that_could_be_more_than_one_are_left_out() -> None:
    server, pictures = pictures_of(
        answer("200 OK", b"x", content_type="image/webp; q=1", etag='"\xe9"', cache_control="no-cache")
    )
    with server:
        picture = pictures.of_asset(ID)
    assert picture.content_type == "image/webp"
    assert picture.headers == {"cache-control": "no-cache"}
    assert "accept: image/*" in server.requests[0]


def test_who_shows_pictures_is_not_stopped_with_what_reads(newest: Sandbox) -> None:
    stopping = False
    server = server_at(newest, stop=lambda: stopping)
    stopping = True
    assert server.pictures.of_asset(shown(newest)).data
    with pytest.raises(Stopped):
        server.directory.albums()
