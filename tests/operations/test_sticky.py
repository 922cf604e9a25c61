"""What only a smart search has lost sight of stays in its album, unless the rule says otherwise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_sandbox.generator.concepts import CONCEPTS
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.album import Keep
from immich_smart_albums.rules.tree import All, Any, Not, Search
from tests.support.household import BEST, Household, names_of, rule, two_people

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_smart_albums.rules.tree import Node

pytestmark = pytest.mark.untraced  # others go the same ways

DOG, CAKE = CONCEPTS.index("dog"), CONCEPTS.index("cake")
BEST_DOG = Search(Query(Kind.SMART, where(query="dog"), limit=1))
HIGH = Search(Query(Kind.METADATA, where(rating=4)))


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(two_people()) as running:
        yield running


def outranked(sandbox: Sandbox, folder: Path, match: Node, *, in_step: bool = True, sticky: bool = True) -> Household:
    """Alice's first photo is in the album, and another one is the best dog now."""
    home = Household(sandbox, folder / "ledger.db", (rule(match=match, in_step=in_step, sticky=sticky),))
    home.rate("alice-0", "alice-1")
    sandbox.library.update(home.id("alice-0"), concepts=((DOG, 1.0),))
    assert home.sync().failures == []
    assert home.inside() == {"alice-0"}
    sandbox.library.update(home.id("alice-0"), concepts=((CAKE, 1.0), (DOG, 0.5)))
    sandbox.library.update(home.id("alice-1"), concepts=((DOG, 1.0),))
    return home


def inside_after_a_run(home: Household) -> set[str]:
    assert home.sync().failures == []
    return home.inside()


@pytest.mark.traced
@pytest.mark.parametrize(
    "match", [BEST_DOG, All((BEST_DOG, BEST.match)), Any((BEST_DOG, All((BEST_DOG, BEST.match)))), All((BEST_DOG,))]
)
def test_what_only_ranks_lower_than_before_stays(sandbox: Sandbox, tmp_path: Path, match: Node) -> None:
    assert inside_after_a_run(outranked(sandbox, tmp_path, match)) == {"alice-0", "alice-1"}


@pytest.mark.parametrize("match", [BEST_DOG, All((BEST_DOG, BEST.match))])
def test_it_goes_where_the_rule_says_that_nothing_sticks(sandbox: Sandbox, tmp_path: Path, match: Node) -> None:
    assert inside_after_a_run(outranked(sandbox, tmp_path, match, sticky=False)) == {"alice-1"}


@pytest.mark.traced
def test_what_the_rest_of_the_rule_does_not_match_any_more_goes(sandbox: Sandbox, tmp_path: Path) -> None:
    home = outranked(sandbox, tmp_path, All((BEST_DOG, Any((BEST.match, HIGH)))))
    home.rate("alice-0", stars=4)
    assert inside_after_a_run(home) == {"alice-0", "alice-1"}
    home.rate("alice-0", stars=1)
    assert inside_after_a_run(home) == {"alice-1"}


def test_what_a_smart_search_excludes_goes(sandbox: Sandbox, tmp_path: Path) -> None:
    home = Household(sandbox, tmp_path / "ledger.db", (rule(match=All((BEST.match, Not(BEST_DOG)))),))
    home.rate("alice-0", "alice-1")
    sandbox.library.update(home.id("alice-1"), concepts=((DOG, 1.0),))
    assert inside_after_a_run(home) == {"alice-0"}
    sandbox.library.update(home.id("alice-0"), concepts=((DOG, 1.0),))
    sandbox.library.update(home.id("alice-1"), concepts=((CAKE, 1.0),))
    assert inside_after_a_run(home) == {"alice-1"}


def test_where_the_rest_of_the_rule_cannot_be_asked_nothing_goes(sandbox: Sandbox, tmp_path: Path) -> None:
    home = outranked(sandbox, tmp_path, All((BEST_DOG, Any((BEST.match, HIGH)))))
    home.rate("alice-0", stars=1)
    sandbox.clear_requests()
    assert names_of(home.planned().albums[0], "removals") == {"alice-0"}
    searches = [request.body for request in sandbox.requests if request.path == "/api/search/metadata"]
    before = next(number for number, body in enumerate(searches) if "rating" in body)
    fault = sandbox.faults.status(400, path="/api/search/metadata", nth=before + 1, times=None)
    assert names_of(home.planned().albums[0], "removals") == set()
    assert fault.hits


def test_an_album_that_is_only_added_to_keeps_everything(sandbox: Sandbox, tmp_path: Path) -> None:
    home = outranked(sandbox, tmp_path, All((BEST_DOG, BEST.match)), in_step=False)
    assert home.rules[0].keep is Keep.ADD_ONLY
    assert inside_after_a_run(home) == {"alice-0", "alice-1"}
