"""A rule takes over an album that is there, whatever the accounts make of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import (
    ConfigurationError,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_sandbox import Sandbox
    from immich_smart_albums.session.session import Session
from tests.support.best_photos import best


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
