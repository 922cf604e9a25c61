"""A rule takes over an album that is there."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.changes.desired import CurrentAlbum
from immich_smart_albums.changes.memory import AlbumKey, MembershipState
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.model.album import Album
from immich_smart_albums.operations.adopt import Adopted, adopt

if TYPE_CHECKING:
    from tests.support.household import Household
from tests.support.undo_plans import why_no_undo


def adopted(home: Household, album: str, *photos: str, name: str = "Best", take_over: bool = False) -> Adopted:
    library = home.sandbox.library
    alice = library.user_named("alice").id
    result = home.album(album)
    view = CurrentAlbum(Album(result.id, result.name, 0, "owner", "Alice", ""), frozenset(result.asset_ids))
    with home.writing() as (ledger, _):
        selected = [asset for asset in home.planned().albums[0].additions if home.name(asset.id) in photos]
        taken = {alice: selected} if take_over else None
        return adopt(AlbumKey(alice, name), view, ledger, home.sandbox.url, lambda: "now", take_over=taken)


@pytest.fixture
def older(home: Household) -> Household:
    """A household with an album of Alice's from before, with photos 0, 1 and 4."""
    library = home.sandbox.library
    ids = [home.id(name) for name in ("alice-0", "alice-1", "alice-4")]
    library.add_album("Older", owner_id=library.user_named("alice").id, asset_ids=ids)
    home.rate("alice-0", "alice-1", "alice-2")
    return home


def test_an_adopted_album_is_fed_from_then_on_and_what_is_in_it_stays_hand_made(older: Household) -> None:
    assert adopted(older, "Older") == Adopted(0, None, ())
    older.sync()
    assert older.inside("Older") == {"alice-0", "alice-1", "alice-2", "alice-4"}
    older.rate("alice-0", "alice-2", stars=1)
    older.sync()
    assert older.inside("Older") == {"alice-0", "alice-1", "alice-4"}


def test_what_is_taken_over_may_go_once_it_matches_no_more(older: Household) -> None:
    assert adopted(older, "Older", "alice-0", "alice-1", "alice-2", take_over=True).taken_over == 2
    older.sync()
    older.rate("alice-0", "alice-2", stars=1)
    older.sync()
    assert older.inside("Older") == {"alice-1", "alice-4"}


def test_taking_over_is_nothing_that_undo_takes_out(older: Household) -> None:
    adopted(older, "Older", "alice-0", take_over=True)
    assert why_no_undo(older, 1).message == "run 1 wrote nothing to the server"


def test_a_rule_that_adopts_another_album_lets_the_first_one_go(older: Household) -> None:
    older.sync()
    outcome = adopted(older, "Older")
    assert outcome.before is not None
    assert outcome.before.name == "Best"
    older.sync()
    assert older.inside("Best") == {"alice-0", "alice-1", "alice-2"}
    with open_ledger(older.ledger) as ledger:
        (album,) = ledger.albums()
        assert album.counts == {MembershipState.OURS: 1, MembershipState.HAND_MADE: 3}


def test_two_rules_that_feed_one_album_are_told(older: Household) -> None:
    adopted(older, "Older", name="Other rule")
    assert adopted(older, "Older").shared_with == ("Other rule",)
