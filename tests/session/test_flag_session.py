"""A session of flags: problems together before the first search, then a plan as for rules files."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Library, Sandbox, generate
from immich_smart_albums.errors import (
    ConfigurationError,
    MissingPermission,
    Problem,
    SmartAlbumsError,
    Unauthorized,
    Unreachable,
)
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.rules.album import Target
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import All, Any, Node, Not, Rule, Search
from immich_smart_albums.session.events import Event, StatusMessage
from immich_smart_albums.session.flag_session import FlagSession
from immich_smart_albums.session.options import FlagOptions
from tests.support.family_server import album_ids, family, person_ids
from tests.support.flags import flag_session

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.selection.run.evaluate import Selection
    from tests.operations.conftest import Start

WHOLE = Search(WHOLE_LIBRARY)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """A sandbox that nobody writes to."""
    with Sandbox(family()) as running:
        yield running


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts sandboxes of the test's own."""
    with ExitStack() as running:

        def begin(library: Library | None = None, level: str = "3.1") -> Sandbox:
            return running.enter_context(Sandbox(family() if library is None else library, level))

        yield begin


def run(
    sandbox: Sandbox | str,
    rule: Rule | None,
    target: Target | None = None,
    *problems: Problem,
    said: list[str] | None = None,
) -> tuple[Selection, AlbumPlan | None]:
    url, key = (sandbox, "none") if isinstance(sandbox, str) else (sandbox.url, sandbox.keys["alice"])
    session = flag_session(url, key, rule, target, problems, said)
    if target is None:
        return session.select(), None
    plan = session.plan()
    return session.selection(plan), plan.albums[0]


def fails(sandbox: Sandbox | str, rule: Rule | None, target: Target | None = None, *problems: Problem) -> list[str]:
    """What is wrong, in the order in which it is told."""
    with pytest.raises(ConfigurationError) as caught:
        run(sandbox, rule, target, *problems)
    return [problem.message for problem in caught.value.problems]


def of_person(sandbox: Sandbox, name: str) -> set[str]:
    """What Alice's timeline shows of a person."""
    library = sandbox.library
    result = set().union(*(library.assets_of_person(person_id) for person_id in person_ids(library, name)))
    return {id_ for id_ in result if is_shown(sandbox, id_)}


def is_shown(sandbox: Sandbox, asset_id: str) -> bool:
    asset = sandbox.library.assets[asset_id]
    return asset.visibility == "timeline" and asset.deleted_at is None


def test_without_an_album_there_is_a_selection_and_no_plan(sandbox: Sandbox) -> None:
    said: list[str] = []
    rule = Rule(All((person_named("Ada Stone"), Not(person_named("Ben Ray")))))
    selection, plan = run(sandbox, rule, said=said)
    assert plan is None
    assert {asset.id for asset in selection.assets} == of_person(sandbox, "Ada Stone") - of_person(sandbox, "Ben Ray")
    assert said[0] == f"{sandbox.url}: Immich 3.1.0"


def test_with_an_album_the_plan_is_what_is_missing_in_it_newest_first(sandbox: Sandbox) -> None:
    (finland,) = album_ids(sandbox.library, "Finland")
    members = set(sandbox.library.albums[finland].asset_ids)
    said: list[str] = []
    country = Search(Query(Kind.METADATA, where(country="Finland")))
    selection, plan = run(sandbox, Rule(country), Target("Finland"), said=said)
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
    _, plan = run(sandbox, Rule(WHOLE), Target("  New one ", may_create=True))
    assert plan is not None
    assert (plan.name, plan.album, plan.already_there) == ("New one", None, 0)
    assert plan.has_changes
    assert {request.method for request in sandbox.requests} <= {"GET", "POST"}
    assert "/api/albums" not in {request.path for request in sandbox.requests if request.method == "POST"}


def test_a_selection_that_is_empty_is_a_plan_without_changes(sandbox: Sandbox) -> None:
    nothing = Rule(Search(Query(Kind.METADATA, where(city="Nowhere"))))
    for target in (Target("Best of"), Target("New one", may_create=True)):
        selection, plan = run(sandbox, nothing, target)
        assert plan is not None
        assert selection.assets == ()
        assert not plan.has_changes


def test_everything_that_is_wrong_is_told_together_before_the_first_search(start: Start) -> None:
    sandbox = start()
    rule = Rule(Any((person_named("Nobody At All"), Search(Query(Kind.METADATA, where(deviceId="x"))))))
    messages = fails(sandbox, rule, Target("Duplicates"), Problem("x.json:1:1", "broken JSON"))
    assert messages[0] == "broken JSON"
    assert len(messages) == 4
    assert not any(
        request.path.startswith(("/api/search/metadata", "/api/search/smart")) for request in sandbox.requests
    )


def test_a_rule_that_cannot_be_read_still_has_its_album_checked(sandbox: Sandbox) -> None:
    messages = fails(sandbox, None, Target("Duplicates"), Problem("x", "broken JSON"))
    assert messages == ["broken JSON", "2 albums are named 'Duplicates'"]


def test_a_rule_that_cannot_be_read_without_a_problem_is_a_bug(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="must come with a problem"):
        run(sandbox, None)


@pytest.fixture
def gone() -> str:
    """The address of a server that is not there any more."""
    with Sandbox(generate(10)) as sandbox:
        return sandbox.url


def test_problems_of_the_input_are_told_even_if_the_server_is_down(gone: str) -> None:
    assert fails(gone, None, None, Problem("x", "broken JSON")) == ["broken JSON"]
    with pytest.raises(Unreachable):
        run(gone, Rule(WHOLE))


def test_problems_of_the_input_are_told_even_if_the_key_is_wrong(sandbox: Sandbox) -> None:
    rule, target = Rule(person_named("Ada Stone")), Target("Best of")
    assert fails(sandbox.url, rule, target, Problem("x", "broken JSON")) == ["broken JSON"]
    with pytest.raises(Unauthorized):
        run(sandbox.url, rule, target)


@pytest.mark.parametrize("address", ["photos", "ftp://photos.example", "http://user:secret@photos.example"])
def test_an_address_that_is_none_is_told_with_the_problems_of_the_input(address: str) -> None:
    messages = fails(address, Rule(WHOLE), None, Problem("x", "broken JSON"))
    assert messages[0] == "broken JSON"
    assert len(messages) == 2
    assert len(fails(address, Rule(WHOLE))) == 1


@pytest.mark.parametrize(
    "node",
    [
        person_named("Ada Stone"),
        All((WHOLE, Not(person_named("Ada Stone")))),
        Any((Search(Query(Kind.SMART, where(query="dog"), limit=5)), person_named("Ada Stone"))),
    ],
)
def test_a_search_that_fails_leaves_no_plan(start: Start, node: Node) -> None:
    sandbox = start()
    sandbox.faults.status(400, path="/api/search/metadata", times=None)
    with pytest.raises(SmartAlbumsError):
        run(sandbox, Rule(node), Target("Best of"))


def test_an_album_that_cannot_be_read_leaves_no_plan(start: Start) -> None:
    sandbox = start()
    sandbox.faults.invalid_json(path="/api/search/metadata", nth=2, times=None)
    with pytest.raises(SmartAlbumsError):
        run(sandbox, Rule(WHOLE), Target("Best of"))


# -- one call after another --------------------------------------------------------------------------------------------


def unchecked(sandbox: Sandbox, rule: Rule | None, target: Target | None = None) -> FlagSession:
    return FlagSession(FlagOptions({}, server=sandbox.url, key=sandbox.keys["alice"]), rule, target)


def test_nothing_is_searched_for_before_it_was_checked(sandbox: Sandbox) -> None:
    with pytest.raises(TypeError, match="checked before"):
        unchecked(sandbox, Rule(WHOLE)).select()
    with pytest.raises(TypeError, match="make no rule"):
        unchecked(sandbox, None).select()


def test_what_was_not_selected_is_not_shown(sandbox: Sandbox) -> None:
    session = flag_session(sandbox.url, sandbox.keys["alice"], Rule(WHOLE), Target("Best of"))
    plan = session.plan()
    assert session.selection(plan).assets
    with pytest.raises(ValueError, match="nothing was selected"):
        unchecked(sandbox, Rule(WHOLE)).selection(plan)


def test_a_second_plan_looks_at_the_album_anew_and_selects_nothing_again(start: Start) -> None:
    sandbox = start()
    session = flag_session(sandbox.url, sandbox.keys["alice"], Rule(WHOLE), Target("New one", may_create=True))
    assert session.plan().albums[0].album is None
    alice = sandbox.library.user_named("Alice").id
    made = sandbox.library.add_album("New one", owner_id=alice)
    sandbox.clear_requests()
    again = session.plan().albums[0]
    assert again.album is not None
    assert again.album.id == made.id
    bodies = [request.body for request in sandbox.requests if request.path == "/api/search/metadata"]
    assert all("albumIds" in body for body in bodies)
    sandbox.library.add_album("New one", owner_id=alice)
    with pytest.raises(ConfigurationError) as caught:
        session.plan()
    assert [problem.message for problem in caught.value.problems] == ["2 albums are named 'New one'"]


def test_a_place_for_searches_that_is_none_is_said_and_everything_is_read(sandbox: Sandbox, tmp_path: Path) -> None:
    place = tmp_path / "searches.db"
    place.mkdir()
    messages: list[Event] = []
    options = FlagOptions({}, server=sandbox.url, key=sandbox.keys["alice"], searches=place)
    session = FlagSession(options, Rule(WHOLE), None, messages.append)
    session.check_ahead()
    assert session.select().assets
    assert str(place) in "".join(event.text for event in messages if isinstance(event, StatusMessage))


@pytest.mark.parametrize(("target", "name"), [("Best of", "albumAsset.create"), ("New one", "album.create")])
def test_a_key_that_may_not_write_is_told_before_anything_is_searched(start: Start, target: str, name: str) -> None:
    sandbox = start()
    permissions = {"asset.read", "user.read", "album.read", "person.read", "albumAsset.create", "album.create"}
    sandbox.add_key("poor", "Alice", sorted(permissions - {name}))
    with pytest.raises(MissingPermission, match=name):
        flag_session(sandbox.url, sandbox.keys["poor"], Rule(WHOLE), Target(target, may_create=True))
    assert not [request for request in sandbox.requests if request.path == "/api/search/metadata"]


def test_where_a_server_does_not_tell_what_a_key_may_do_the_write_tells(start: Start) -> None:
    sandbox = start()
    sandbox.add_key("poor", "Alice", ["asset.read", "user.read", "album.read"])
    sandbox.faults.status(400, path="/api/api-keys/me", times=None)
    session = flag_session(sandbox.url, sandbox.keys["poor"], Rule(WHOLE), Target("New one", may_create=True))
    assert [type(failure) for failure in session.apply(session.plan()).failures] == [MissingPermission]


def test_flags_are_checked_listed_and_told_without_a_search(sandbox: Sandbox) -> None:
    session = flag_session(sandbox.url, sandbox.keys["alice"], Rule(WHOLE))
    assert session.base == sandbox.url
    me = session.check().me
    assert me is not None
    assert me.name == "Alice"
    assert len(session.query_plan().plan.scans) == 1
