"""Is everything in place?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import Unauthorized
from immich_smart_albums.model.version import Version
from immich_smart_albums.operations.check import check
from immich_smart_albums.operations.permissions import NEEDS
from tests.support.family_server import connect_to, connected

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from immich_smart_albums.operations.ports.server import PhotoServer

    from .conftest import Start


def test_a_key_that_may_do_everything_is_told_so(sandbox: Sandbox, server: PhotoServer) -> None:
    health = check(server)
    assert (health.base, health.version) == (sandbox.url, Version(3, 1))
    assert health.me is not None
    assert health.me.email == "alice@example.org"
    assert health.missing == {}


def test_albums_and_named_people_are_listed_by_name(server: PhotoServer) -> None:
    health = check(server)
    assert health.albums is not None
    assert health.people is not None
    names = [album.name for album in health.albums]
    assert names == sorted(names, key=str.casefold)
    assert names.count("Duplicates") == 2
    assert "Bob's travels" in names
    assert "Bob's own" not in names
    people = [person.name for person in health.people]
    assert people == sorted(people, key=str.casefold)
    assert "" not in people
    assert people.count("Robin Lee") == 2


def test_permissions_that_are_missing_are_told_with_what_they_are_for(sandbox: Sandbox) -> None:
    assert check(connected(sandbox, "alice-minimal")).missing == {}
    health = check(connected(sandbox, "alice-readonly"))
    assert health.missing == {name: purpose for name, purpose in NEEDS.items() if name != "asset.read"}
    assert (health.me, health.albums, health.people) == (None, None, None)


def test_an_older_server_does_not_tell_what_a_key_may_do(start: Start) -> None:
    health = check(connected(start(level="1.132")))
    assert health.missing is None
    assert health.me is not None


def test_a_wrong_key_is_an_error(sandbox: Sandbox) -> None:
    with pytest.raises(Unauthorized):
        check(connect_to(sandbox.url))


def test_what_the_server_answers_wrongly_is_a_problem_and_the_rest_is_checked(start: Start) -> None:
    sandbox = start()
    server = connected(sandbox)
    sandbox.faults.login_page(path="/api/albums", times=None)
    health = check(server)
    assert health.albums is None
    assert health.unanswered == {"albums"}
    assert health.people
    (problem,) = health.problems
    assert problem.where == "server"
    assert "GET /albums" in problem.message
