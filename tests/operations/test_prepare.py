"""From an order to a plan: problems together, nothing written."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums.errors import ConfigurationError, Problem, ServerError, Unauthorized, Unreachable
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.operations.prepare import Order, check_order, prepare
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.rules.predicates.person import person_named
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import All, Any, Node, Not, Rule, Search

from .serving import album_ids, connect_to, connected, person_ids

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.operations.ports import PhotoServer
    from immich_smart_albums.selection.run.evaluate import Selection

    from .conftest import Start

WHOLE = Search(WHOLE_LIBRARY)


def run(
    order: Order, connect: Callable[[], PhotoServer], *problems: Problem, said: list[str] | None = None
) -> tuple[Selection, AlbumPlan | None]:
    diagnostics = Diagnostics(list(problems))
    log = (lambda _: None) if said is None else said.append
    return prepare(check_order(order, connect, diagnostics, log=log), SelectOptions(2, log))


def fails(order: Order, connect: Callable[[], PhotoServer], *problems: Problem) -> list[str]:
    """What is wrong, in the order in which it is told."""
    with pytest.raises(ConfigurationError) as caught:
        run(order, connect, *problems)
    return [problem.message for problem in caught.value.problems]


def of_person(sandbox: Sandbox, name: str) -> set[str]:
    """What Alice's timeline shows of a person."""
    library = sandbox.library
    found = set().union(*(library.assets_of_person(person_id) for person_id in person_ids(library, name)))
    return {each for each in found if is_shown(sandbox, each)}


def is_shown(sandbox: Sandbox, asset_id: str) -> bool:
    asset = sandbox.library.assets[asset_id]
    return asset.visibility == "timeline" and asset.deleted_at is None


def test_without_an_album_there_is_a_selection_and_no_plan(sandbox: Sandbox) -> None:
    said: list[str] = []
    rule = Rule(All((person_named("Ada Stone"), Not(person_named("Ben Ray")))))
    selection, plan = run(Order(rule), lambda: connected(sandbox), said=said)
    assert plan is None
    assert {asset.id for asset in selection.assets} == of_person(sandbox, "Ada Stone") - of_person(sandbox, "Ben Ray")
    assert said[0] == f"{sandbox.url}: Immich 3.1.0"


def test_with_an_album_the_plan_is_what_is_missing_in_it_newest_first(sandbox: Sandbox) -> None:
    (finland,) = album_ids(sandbox.library, "Finland")
    members = set(sandbox.library.albums[finland].asset_ids)
    said: list[str] = []
    country = Search(Query(Kind.METADATA, (("country", "Finland"),)))
    selection, plan = run(Order(Rule(country), "Finland"), lambda: connected(sandbox), said=said)
    assert plan is not None
    assert plan.album is not None
    assert plan.album.id == finland
    assert members
    assert [asset.id for asset in plan.additions] == [asset.id for asset in selection.assets if asset.id not in members]
    assert plan.already_there == len(selection.assets) - len(plan.additions) > 0
    assert plan.has_changes
    assert said[-1] == f"album 'Finland': {len(members)} photos in it, {len(plan.additions)} to add"


def test_a_plan_for_a_new_album_has_its_name_and_nothing_is_written(start: Start) -> None:
    sandbox = start()
    _, plan = run(Order(Rule(WHOLE), "  New one ", create_album=True), lambda: connected(sandbox))
    assert plan is not None
    assert (plan.name, plan.album, plan.already_there) == ("New one", None, 0)
    assert plan.has_changes
    assert {request.method for request in sandbox.requests} <= {"GET", "POST"}
    assert "/api/albums" not in {request.path for request in sandbox.requests if request.method == "POST"}


def test_a_selection_that_is_empty_is_a_plan_without_changes(sandbox: Sandbox) -> None:
    nothing = Rule(Search(Query(Kind.METADATA, (("city", "Nowhere"),))))
    for order in (Order(nothing, "Best of"), Order(nothing, "New one", create_album=True)):
        selection, plan = run(order, lambda: connected(sandbox))
        assert plan is not None
        assert selection.assets == ()
        assert not plan.has_changes


def test_everything_that_is_wrong_is_told_together_before_the_first_search(start: Start) -> None:
    sandbox = start()
    rule = Rule(Any((person_named("Nobody At All"), Search(Query(Kind.METADATA, (("deviceId", "x"),))))))
    messages = fails(Order(rule, "Duplicates"), lambda: connected(sandbox), Problem("x.json:1:1", "broken JSON"))
    assert messages[0] == "broken JSON"
    assert len(messages) == 4
    assert not any(
        request.path.startswith(("/api/search/metadata", "/api/search/smart")) for request in sandbox.requests
    )


def test_a_rule_that_cannot_be_read_still_has_its_album_checked(sandbox: Sandbox) -> None:
    messages = fails(Order(None, "Duplicates"), lambda: connected(sandbox), Problem("x", "broken JSON"))
    assert messages == ["broken JSON", "2 albums are named 'Duplicates'"]


def test_a_rule_that_cannot_be_read_without_a_problem_is_a_bug(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="must come with a problem"):
        run(Order(None), lambda: connected(sandbox))


@pytest.fixture
def gone() -> str:
    """The address of a server that is not there any more."""
    with Sandbox(generate(10)) as sandbox:
        return sandbox.url


def test_problems_of_the_input_are_told_even_if_the_server_is_down(gone: str) -> None:
    assert fails(Order(None), lambda: connect_to(gone), Problem("x", "broken JSON")) == ["broken JSON"]
    with pytest.raises(Unreachable):
        run(Order(Rule(WHOLE)), lambda: connect_to(gone))


def test_problems_of_the_input_are_told_even_if_the_key_is_wrong(sandbox: Sandbox) -> None:
    order = Order(Rule(person_named("Ada Stone")), "Best of")
    assert fails(order, lambda: connect_to(sandbox.url), Problem("x", "broken JSON")) == ["broken JSON"]
    with pytest.raises(Unauthorized):
        run(order, lambda: connect_to(sandbox.url))


@pytest.mark.parametrize("address", ["photos", "ftp://photos.example", "http://user:secret@photos.example"])
def test_an_address_that_is_none_is_told_with_the_problems_of_the_input(address: str) -> None:
    messages = fails(Order(Rule(WHOLE)), lambda: connect_to(address), Problem("x", "broken JSON"))
    assert messages[0] == "broken JSON"
    assert len(messages) == 2
    assert len(fails(Order(Rule(WHOLE)), lambda: connect_to(address))) == 1


@pytest.mark.parametrize(
    "node",
    [
        person_named("Ada Stone"),
        All((WHOLE, Not(person_named("Ada Stone")))),
        Any((Search(Query(Kind.SMART, (("query", "dog"),), limit=5)), person_named("Ada Stone"))),
    ],
)
def test_a_search_that_fails_leaves_no_plan(start: Start, node: Node) -> None:
    sandbox = start()
    sandbox.faults.status(400, path="/api/search/metadata", times=None)
    with pytest.raises(ServerError):
        run(Order(Rule(node), "Best of"), lambda: connected(sandbox))


def test_an_album_that_cannot_be_read_leaves_no_plan(start: Start) -> None:
    sandbox = start()
    sandbox.faults.invalid_json(path="/api/search/metadata", nth=2, times=None)
    with pytest.raises(ServerError):
        run(Order(Rule(WHOLE), "Best of"), lambda: connected(sandbox))
