"""The album that photos go to."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.operations.albums.albums import find_target
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from tests.support.family_server import SUMMER, album_ids, connected

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.model.album import Album
    from immich_smart_albums.operations.ports.server import PhotoServer

NOWHERE = "8fbe472e-7463-4d97-ae2d-3efb3270e153"


def find(wanted: str, server: PhotoServer, *, create: bool = False) -> Album | None:
    """The album, where nothing is wrong."""
    diagnostics = Diagnostics()
    result = find_target(wanted, server.directory.albums, diagnostics, create=create)
    assert diagnostics.problems == []
    return result


def problem(wanted: str, server: PhotoServer, *, create: bool = False) -> Problem:
    diagnostics = Diagnostics()
    find_target(wanted, server.directory.albums, diagnostics, create=create)
    (only,) = diagnostics.problems
    assert only.where == "--album"
    return only


@pytest.mark.parametrize("form", ["{}", " {} ", "https://photos.example/albums/{}", "/albums/{}?at=1"])
def test_an_album_is_found_by_id_or_address(sandbox: Sandbox, server: PhotoServer, form: str) -> None:
    (best,) = album_ids(sandbox.library, "Best of")
    for wanted in (form.format(best), form.format(best.upper())):
        result = find(wanted, server)
        assert result is not None
        assert (result.id, result.name, result.role) == (best, "Best of", "owner")


@pytest.mark.parametrize("wanted", ["Best of", "  Best of "])
def test_an_album_is_found_by_name(sandbox: Sandbox, server: PhotoServer, wanted: str) -> None:
    result = find(wanted, server)
    assert result is not None
    assert [result.id] == album_ids(sandbox.library, "Best of")


def test_an_album_is_found_however_its_name_is_encoded(sandbox: Sandbox, server: PhotoServer) -> None:
    result = find(unicodedata.normalize("NFC", SUMMER), server)
    assert result is not None
    assert [result.id] == album_ids(sandbox.library, SUMMER)
    assert find(SUMMER, server) == result


def test_spaces_around_the_name_of_an_album_do_not_count(server: PhotoServer) -> None:
    result = find("Padded", server)
    assert result is not None
    assert result.name == " Padded "


def test_an_album_that_is_there_is_not_created_again(sandbox: Sandbox, server: PhotoServer) -> None:
    result = find("Best of", server, create=True)
    assert result is not None
    assert [result.id] == album_ids(sandbox.library, "Best of")


def test_the_case_of_a_name_counts_because_it_does_in_immich(server: PhotoServer) -> None:
    result = problem("best of", server)
    assert result.message == "there is no album 'best of'"
    assert result.hint == "Did you mean 'Best of'? Add --create-album to make it."


def test_a_name_that_is_near_to_none_says_how_to_create(server: PhotoServer) -> None:
    assert problem("Zzyzx", server).hint == "Add --create-album to make it."


def test_a_new_name_is_to_be_created_where_that_was_asked_for(server: PhotoServer) -> None:
    assert find("Best off", server, create=True) is None


def test_two_albums_of_one_name_are_told_apart_by_their_ids(sandbox: Sandbox, server: PhotoServer) -> None:
    for create in (False, True):
        result = problem("Duplicates", server, create=create)
        assert result.message == "2 albums are named 'Duplicates'"
        assert result.hint is not None
        for album_id in album_ids(sandbox.library, "Duplicates"):
            count = len(sandbox.library.albums[album_id].asset_ids)
            assert f"{album_id} ({count} photos, Alice, made 2026-11-01)" in result.hint


def test_an_album_that_may_only_be_viewed_is_refused(server: PhotoServer) -> None:
    result = problem("Bob's travels", server)
    assert result.message == 'the album "Bob\'s travels" is shared with you for viewing only'
    assert result.hint == "Ask Bob to make you an editor."


def test_an_album_of_somebody_who_made_me_editor_is_fine(server: PhotoServer) -> None:
    result = find("Summer together", server)
    assert result is not None
    assert (result.role, result.owner) == ("editor", "Bob")


def test_a_role_that_cannot_be_told_is_left_to_the_server(sandbox: Sandbox) -> None:
    sandbox.add_key("albums-only", "Alice", ("asset.read", "album.read"))
    result = find("Bob's travels", connected(sandbox, "albums-only"))
    assert result is not None
    assert result.role is None


@pytest.mark.parametrize("create", [False, True])
def test_an_id_that_does_not_exist_is_never_created(server: PhotoServer, create: bool) -> None:
    result = problem(NOWHERE, server, create=create)
    assert result.message == f"there is no album {NOWHERE}"


def test_an_album_of_somebody_else_does_not_exist(sandbox: Sandbox, server: PhotoServer) -> None:
    (private,) = album_ids(sandbox.library, "Bob's own")
    assert problem(private, server).message == f"there is no album {private}"


@pytest.mark.parametrize("form", ["{}", "https://photos.example/albums/{}"])
def test_an_id_of_another_uuid_version_is_told_as_such(server: PhotoServer, form: str) -> None:
    odd = "11111111-1111-1111-1111-111111111111"
    assert problem(form.format(odd), server, create=True).message.startswith(f"{odd} is a UUID, but not of version 4")


@pytest.mark.parametrize("path", ["albums", "people/8fbe472e-7463-4d97-ae2d-3efb3270e153", ""])
def test_an_address_of_something_else_is_never_the_name_of_a_new_album(server: PhotoServer, path: str) -> None:
    address = f"https://photos.example/{path}"
    assert problem(address, server, create=True).message == f"the address {address} holds no album"
