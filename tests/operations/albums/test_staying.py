"""What one account cannot find matches nowhere in it: it does not stay in an album for what Immich may find out there.

What stays because Immich indexes a library anew is in `test_waiting`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_sandbox.generator.concepts import CONCEPTS
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Condition, Kind, Query
from immich_smart_albums.rules.tree import All, Search
from tests.support.household import BEST, Household, rule, two_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_smart_albums.rules.tree import Node

pytestmark = pytest.mark.untraced  # others go the same ways

DOG, CAKE = CONCEPTS.index("dog"), CONCEPTS.index("cake")
BEST_DOG = Search(Query(Kind.SMART, where(query="dog"), limit=1))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(two_people()) as running:
        yield running


def together(sandbox: Sandbox, folder: Path, match: Node = BEST.match) -> Household:
    return Household(sandbox, folder / "ledger.db", (rule("Best", "alice", "bob", match=match, sticky=False),))


def test_what_matches_no_more_leaves_an_album_that_one_account_does_not_see_any_more(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    home = together(sandbox, tmp_path)
    home.rate("alice-0", "alice-1", "bob-0")
    assert home.sync().failures == []
    del home.album().roles[sandbox.library.user_named("bob").id]  # Alice takes the share back
    home.rate("alice-0", "bob-0", stars=1)
    assert home.sync().failures == []
    assert home.inside() == {"alice-1"}
    assert home.planned().albums[0].staying == ()


def test_what_matches_no_more_leaves_an_album_of_several_although_no_ranking_of_the_others_shows_it(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    """Nobody knows of a photo of somebody else whether it has an embedding."""
    home = together(sandbox, tmp_path, BEST_DOG)
    library = sandbox.library
    for name in ("alice-0", "bob-0"):
        library.update(home.id(name), concepts=((DOG, 1.0),))
    assert home.sync().failures == []
    assert home.inside() == {"alice-0", "bob-0"}
    library.update(home.id("alice-0"), concepts=((CAKE, 1.0),))
    library.update(home.id("alice-1"), concepts=((DOG, 1.0),))
    assert home.sync().failures == []
    assert home.inside() == {"alice-1", "bob-0"}


@pytest.mark.parametrize("level", ["3.1", "3.2"])
def test_what_others_put_into_an_album_is_looked_at_where_the_rule_looks_into_albums(
    level: str, tmp_path: Path
) -> None:
    with Sandbox(two_people(), level) as sandbox:
        library = sandbox.library
        alice, bob = (library.user_named(name).id for name in ("alice", "bob"))
        home = Household(sandbox, tmp_path / "ledger.db", ())
        source = library.add_album("Source", owner_id=alice, roles={bob: "editor"}, asset_ids=[home.id("bob-0")])
        in_source = (
            Query(Kind.METADATA, where=(Condition("albumIds", "any", (source.id,)),))
            if level == "3.2"
            else Query(Kind.METADATA, where(albumIds=(source.id,)))
        )
        home.rules = (rule("Best", "bob", "alice", match=All((Search(in_source), BEST.match))),)
        home.rate("bob-0")
        assert home.sync().failures == []
        assert home.inside() == {"bob-0"}
        home.rate("bob-0", stars=1)
        assert home.sync().failures == []
        assert home.inside() == set()


@pytest.mark.traced
def test_where_the_key_may_not_tell_whose_photos_it_finds_nothing_is_concluded(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    permissions = "asset.read asset.view album.read album.create albumAsset.create albumAsset.delete user.read"
    sandbox.add_key("few", "Alice", permissions.split())
    home = Household(sandbox, tmp_path / "ledger.db", (rule(),), keys={"alice": "few"})
    home.rate("alice-0", "alice-1")
    assert home.sync().failures == []
    home.rate("alice-0", stars=1)
    assert home.sync().failures == []
    assert home.inside() == {"alice-1"}
