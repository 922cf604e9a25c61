"""Every predicate explains photos as it selects them: on their details as on what searches show of them."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.operations.accounts import ConnectedAccount
from immich_smart_albums.operations.explain.photo import explain_rule
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.select import SelectOptions, resolve_and_compile, select
from immich_smart_albums.rules.predicates.registry import PREDICATES
from immich_smart_albums.rules.scope import scope_rule
from immich_smart_albums.rules.tree import Rule
from immich_smart_albums.selection.run.evaluate import Selection
from tests.rules.predicates.test_examples import of_yaml
from tests.support.examples import IS_DEEP
from tests.support.family_server import connected, family

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.rules.predicates.predicate import Predicate

pytestmark = pytest.mark.untraced

HOW = SelectOptions(2, lambda _: None)
AN_ID = "8fbe472e-7463-4d97-ae2d-3efb3270e153"
"""Stands in examples for something of the reader's own."""


@pytest.fixture(scope="module", params=["2.7", "3.2"])
def running(request: pytest.FixtureRequest) -> Iterator[Sandbox]:
    """A sandbox with photos in every corner."""
    library = family()
    library.add_album("Private", owner_id=library.user_named("Alice").id)
    with Sandbox(library, request.param) as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def alice(running: Sandbox) -> ConnectedAccount:
    """The account whose rules are asked."""
    server = connected(running)
    return ConnectedAccount("alice", server, server.directory.me(), NameResolver(server.directory))


def sample(running: Sandbox, chosen: set[str]) -> list[str]:
    """Photos that a rule selects, photos that it does not, and photos of some places."""
    chance = random.Random(1)
    shown = list(running.library.timeline)
    others = [asset.id for asset in shown if asset.id not in chosen]
    corners = {(asset.visibility, asset.deleted_at is not None, asset.owner_id): asset.id for asset in shown}
    many = 2 if IS_DEEP else 1
    picked = [*chance.sample(sorted(chosen), min(many, len(chosen))), *chance.sample(others, many)]
    return list(dict.fromkeys((*picked, *chance.sample(sorted(corners.values()), 2))))


@pytest.mark.parametrize("predicate", PREDICATES, ids=lambda predicate: predicate.name)
def test_examples_are_explained_as_they_select(running: Sandbox, alice: ConnectedAccount, predicate: Predicate) -> None:
    an_asset = next(asset.id for asset in running.library.timeline if asset.concepts and asset.visibility == "timeline")
    a_library = next(asset.library_id for asset in running.library.timeline if asset.library_id)
    half = 0 if running.level.name == "3.2" else 1
    for example, _ in predicate.examples[half::2]:
        text = example.replace(AN_ID, a_library or "" if predicate.name == "library" else an_asset)
        node, findings = of_yaml(text)
        assert node is not None, findings.problems
        rule = Rule(scope_rule(node))
        compiled = resolve_and_compile({"A": rule}, alice)
        if compiled.problems:
            assert explain_rule("A", rule, an_asset, alice, HOW).problems == compiled.problems["A"]
            continue
        (selection,) = select(compiled, alice, HOW).values()
        assert isinstance(selection, Selection), selection
        chosen = {asset.id for asset in selection.assets}
        for asset_id in sample(running, chosen):
            explanation = explain_rule("A", rule, asset_id, alice, HOW)
            assert explanation.passed is (asset_id in chosen), (example, asset_id, explanation)
