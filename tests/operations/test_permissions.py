"""What keys may do, and what a plan needs."""

from __future__ import annotations

from immich_smart_albums.changes.change import DeleteAlbum
from immich_smart_albums.operations.permissions import without_unpermitted
from immich_smart_albums.rules.album import Share
from tests.support.household import Household, rule
from tests.support.undo_plans import undo_plan


def test_every_change_has_its_permission(home: Household) -> None:
    home.sandbox.add_key("reader", "Alice", ("asset.read", "album.read", "user.read", "person.read", "tag.read"))
    home.rate("alice-0", "alice-1")
    home.rules = (rule(order="asc", share=(Share("bob@example.org", "viewer"),)),)
    plans = [home.planned()]
    home.sync()
    home.rate("alice-0", stars=1)
    home.rules = (rule(order="asc", share=(Share("bob@example.org", "editor"),)),)
    plans.append(home.planned())
    home.rules = (rule(unshare=True),)
    plans += [home.planned(), undo_plan(home)]
    assert any(isinstance(change, DeleteAlbum) for change in plans[3].albums[0].changes)
    home.keys["alice"] = "reader"
    servers = {"alice": home.connect("alice")}
    messages = {problem.message for problem in without_unpermitted(plans[0], servers).albums[0].problems}
    assert "the key lacks the permission album.create, for creating albums" in messages
    result = [
        {problem.message.split()[5].rstrip(",") for problem in stopped.albums[0].problems}
        for stopped in (without_unpermitted(plan, servers) for plan in plans)
    ]
    assert result == [
        {"album.create", "albumUser.create", "albumAsset.create", "album.update"},
        {"albumAsset.delete", "albumUser.update"},
        {"albumAsset.delete", "albumUser.delete"},
        {"albumAsset.delete", "album.delete"},
    ]
    del home.keys["alice"]
    assert without_unpermitted(plans[0], {"alice": home.connect("alice")}) == plans[0]
