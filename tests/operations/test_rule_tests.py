"""The tests of rules: what they stop, and why."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.span import Document, Span
from immich_smart_albums.operations.accounts import ConnectedAccount
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.rule_tests import failing_tests
from immich_smart_albums.operations.select import SelectOptions, resolve_and_compile, select
from immich_smart_albums.rules.album import AlbumRule, Expectation
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import All, Node, Not, Rule, Search
from immich_smart_albums.selection.run.evaluate import Selection
from tests.support.family_server import connected, family, person_ids

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.errors import Problem

HERE = Span(Document("rules.yaml", "tests:\n  - match: x"), 2, 5)
IMAGES = Search(Query(Kind.METADATA, where(type="IMAGE")))


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    """A sandbox that nobody writes to."""
    with Sandbox(family()) as sandbox:
        yield sandbox


def failing(running: Sandbox, rule: Rule, *tests: Expectation, names: tuple[str, ...] = ("alice",)) -> list[Problem]:
    """What the tests of a rule turn up."""
    selections, resolved, accounts = {}, {}, {}
    for name in names:
        server = connected(running, name)
        accounts[name] = account = ConnectedAccount(name, server, server.directory.me(), NameResolver(server.directory))
        compiled = resolve_and_compile({"Friends": rule}, account)
        (selection,) = select(compiled, account, SelectOptions(2, lambda _: None)).values()
        assert isinstance(selection, Selection)
        selections[name], resolved[name] = selection, compiled.rules["Friends"]
    album = AlbumRule("Friends", rule, names, Span(HERE.document, 1, 1), tests=tests)
    return list(failing_tests(album, selections, resolved, accounts))


def both_on_it(running: Sandbox) -> str:
    """A photo of Ada and Ben."""
    library = running.library
    wanted = {*person_ids(library, "Ada Stone"), *person_ids(library, "Ben Ray")}
    return next(asset.id for asset in library.timeline if set(asset.person_ids) == wanted)


ADA_ALONE: Node = All((person_named("Ada Stone"), Not(person_named("Ben Ray"))))


def test_tests_that_hold_say_nothing(running: Sandbox) -> None:
    photo = both_on_it(running)
    assert failing(running, Rule(person_named("Ben Ray")), Expectation(photo, matches=True)) == []
    assert failing(running, Rule(ADA_ALONE), Expectation(photo, matches=False)) == []
    assert failing(running, Rule(ADA_ALONE)) == []


def test_a_photo_that_must_match_and_does_not_is_told_with_the_reason(running: Sandbox) -> None:
    photo = both_on_it(running)
    (problem,) = failing(running, Rule(ADA_ALONE), Expectation(photo, matches=True, span=HERE))
    assert problem.where == "rules.yaml:2:5"
    start = f"a test of 'Friends' fails: {running.url}/photos/{photo} must match and does not, because person 'Ben Ray'"
    assert problem.message.startswith(start)
    assert problem.message.removeprefix(start) in {" (people: Ada Stone, Ben Ray)", " (people: Ben Ray, Ada Stone)"}
    assert problem.hint is not None


def test_a_photo_that_must_not_match_and_does_is_told_with_the_reason(running: Sandbox) -> None:
    (problem,) = failing(running, Rule(IMAGES), Expectation(both_on_it(running), matches=False))
    assert problem.where == "rules.yaml:1:1"
    assert problem.message.endswith("must not match and does, because type 'IMAGE' (type: IMAGE)")


def test_a_photo_in_the_trash_is_told_so(running: Sandbox) -> None:
    trashed = next(asset for asset in running.library.timeline if asset.deleted_at and asset.visibility == "timeline")
    (problem,) = failing(running, Rule(IMAGES), Expectation(trashed.id, matches=True))
    assert problem.message.endswith("because it is in the trash")


def test_a_photo_that_a_limit_leaves_out_is_told_so(running: Sandbox) -> None:
    (problem,) = failing(running, Rule(IMAGES, 1), Expectation(both_on_it(running), matches=True))
    assert problem.message.endswith("because type 'IMAGE' (type: IMAGE), and the rule keeps the best 1")


def test_every_account_tells_its_own_reason(running: Sandbox) -> None:
    rule = Rule(Search(Query(Kind.METADATA, where(type="VIDEO"))))
    (problem,) = failing(running, rule, Expectation(both_on_it(running), matches=True), names=("alice", "bob"))
    expected = (
        "alice: type 'VIDEO' (type: IMAGE); bob: this account does not see it: deleted, locked, or somebody else's"
    )
    assert problem.message.endswith(f"because {expected}")
    (problem,) = failing(running, Rule(IMAGES), Expectation(both_on_it(running), matches=False), names=("bob", "alice"))
    assert problem.message.endswith("because type 'IMAGE' (type: IMAGE)")


def test_a_reason_that_cannot_be_asked_for_fails_the_test_all_the_same(running: Sandbox) -> None:
    photo = both_on_it(running)
    fault = running.faults.status(403, path=f"/api/assets/{photo}", times=None)
    try:
        (problem,) = failing(running, Rule(ADA_ALONE), Expectation(photo, matches=True))
    finally:
        running.faults.clear()
    assert fault.hits
    assert "must match and does not, because the reason could not be asked for: " in problem.message
