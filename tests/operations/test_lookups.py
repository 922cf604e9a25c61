"""Owners, albums, cut-offs and libraries of a rule, against a server."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_sandbox.library.records import User
from immich_smart_albums.errors import ServerError
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query, Visibility
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Search, leaves
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Selection, evaluate
from tests.support.family_server import album_ids, connected, family
from tests.support.resolved_names import checks, shape
from tests.support.yaml_values import node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.operations.ports.server import PhotoServer

    from .conftest import Start

NOBODY = "8fbe472e-7463-4d97-ae2d-3efb3270e153"


@pytest.fixture(scope="module")
def partners() -> Iterator[Sandbox]:
    """Alice's timeline shows Bob's photos; he put one into an album of hers, and so did Carol, who is no partner."""
    library = family()
    (finland,) = album_ids(library, "Finland")
    library.partners[0].in_timeline = True
    carol = User(library.new_id(), "Carol", "carol@example.org", library.now())
    library.users[carol.id] = carol
    library.albums[finland].roles[carol.id] = "editor"
    added = [library.add_asset(owner=name, name=f"{name}.jpg").id for name in ("bob", "carol")]
    library.add_to_album(finland, added)
    with Sandbox(library) as running:
        yield running


def looked_up(match: object, server: PhotoServer, names: NameResolver | None = None) -> tuple[Node, Diagnostics]:
    """A match with its names looked up, and what that turned up."""
    diagnostics = Diagnostics()
    return resolve(Rule(node(match)), server, diagnostics, names).match, diagnostics


def problem(match: object, server: PhotoServer) -> tuple[str, str, str]:
    """The one problem of a match: place, message, advice."""
    result, findings = looked_up(match, server)
    (only,) = findings.problems
    assert result == node(match)
    return only.where, only.message, only.hint or ""


def names_matched_by(tree: Node, server: PhotoServer) -> set[str]:
    """The names of the files that an album's searches find and its checks let pass."""
    records = {
        record["id"]: record
        for leaf in leaves(tree)
        if isinstance(leaf, Search)
        for batch in server.searches.find(leaf.query, frozenset({"ownerId", "originalFileName"}))
        for record in batch
    }
    passing = [record for record in records.values() if all(check.holds(record) for check in checks(tree))]
    return {str(record["originalFileName"]) for record in passing}


def selected_by(tree: Node, server: PhotoServer) -> set[str]:
    """The names of the files that a tree selects."""
    (result,) = evaluate(compile_rules([Rule(tree)], server), server.searches, concurrency=1, log=lambda _: None)
    assert isinstance(result, Selection)
    return {asset.file_name for asset in result.assets}


# -- owners -------------------------------------------------------------------------------------------------------


def test_mine_is_the_account_that_asks(sandbox: Sandbox) -> None:
    for name in ("alice", "bob"):
        tree, _ = looked_up({"owner": "mine"}, connected(sandbox, name))
        assert shape(tree) == f"owner {sandbox.library.user_named(name).id}"
        (check,) = checks(tree)
        assert check.text == "owner mine"


@pytest.mark.parametrize("who", ["bob@example.org", "BOB", " Bob "])
def test_a_user_is_known_by_name_and_address(sandbox: Sandbox, server: PhotoServer, who: str) -> None:
    bob = sandbox.library.user_named("Bob").id
    assert shape(looked_up({"owner": who}, server)[0]) == f"owner {bob}"
    assert shape(looked_up({"owner": bob.upper()}, server)[0]) == f"owner {bob}"


def test_a_user_who_does_not_exist_is_told(server: PhotoServer) -> None:
    where, message, hint = problem({"owner": "bobb@example.org"}, server)
    assert where == "rules.yaml:1:9"
    assert message == "there is no user 'bobb@example.org'"
    assert hint.startswith("Did you mean 'bob@example.org'")
    assert problem({"owner": "Zzyzx"}, server)[2] == "Users are named by their e-mail address, name or id."
    assert problem({"owner": NOBODY}, server)[1:] == (f"there is no user {NOBODY}", "Give the user's e-mail address.")


# -- albums -------------------------------------------------------------------------------------------------------


def test_an_album_is_known_by_name_id_and_address(sandbox: Sandbox, server: PhotoServer) -> None:
    (best,) = album_ids(sandbox.library, "Best of")
    for name in ("best of", best, f"http://x.example/albums/{best}"):
        tree, findings = looked_up({"album": name}, server)
        assert shape(tree) == {"albumIds": (best,)}
        assert findings.warnings == []


def test_albums_of_one_name_are_any_of_them(sandbox: Sandbox, server: PhotoServer) -> None:
    one, other = album_ids(sandbox.library, "Duplicates")
    tree, _ = looked_up({"album": "Duplicates"}, server)
    assert shape(tree) == ("any", {"albumIds": (one,)}, {"albumIds": (other,)})
    assert all(str(leaf.origin) == "rules.yaml:1:9" for leaf in leaves(tree))


def test_an_album_that_does_not_exist_is_told(server: PhotoServer) -> None:
    where, message, hint = problem({"album": {"not-in": "Best off"}}, server)
    assert (where, message) == ("rules.yaml:1:18", "there is no album 'Best off'")
    assert hint.startswith("Did you mean 'Best of'")
    assert problem({"album": NOBODY}, server)[1] == f"there is no album {NOBODY}"


def test_of_a_shared_album_counts_what_the_timeline_shows(partners: Sandbox) -> None:
    server = connected(partners)
    tree, findings = looked_up({"album": "Finland"}, server)
    assert isinstance(tree, All)
    assert findings.warnings == []
    names = names_matched_by(tree, server)
    assert "bob.jpg" in names
    assert "carol.jpg" not in names
    assert len(names) > 1
    (search,) = (leaf for leaf in leaves(tree) if isinstance(leaf, Search))
    assert "carol.jpg" in names_matched_by(search, server)


@pytest.mark.parametrize("missing", ["partner.read", "user.read"])
def test_without_permission_to_tell_whose_photos_are_shown_a_shared_album_is_held_against_the_timeline_with_a_notice(
    partners: Sandbox, missing: str
) -> None:
    permissions = {"asset.read", "album.read", "partner.read", "user.read"} - {missing}
    partners.add_key(f"without {missing}", "Alice", sorted(permissions))
    server = connected(partners, f"without {missing}")
    tree, findings = looked_up({"album": ["Finland", "Best of"]}, server)
    (notice,) = findings.warnings
    assert notice.startswith("rules.yaml:1:10: the key lacks the permission partner.read or user.read")
    names = selected_by(tree, server)
    assert "bob.jpg" in names
    assert "carol.jpg" not in names


def test_whose_photos_are_shown_decides_on_a_shared_album_and_is_a_hint_elsewhere(partners: Sandbox) -> None:
    server = connected(partners)
    names = NameResolver(server.directory)
    partners.clear_requests()
    partners.faults.status(503, path="/api/partners", times=None)
    with pytest.raises(ServerError):
        assert names.partners_as_hint
    assert len(partners.requests) == 1
    with pytest.raises(ServerError):
        looked_up({"album": "Finland"}, server, names)
    assert [request.path for request in partners.requests].count("/api/partners") > 2
    partners.faults.clear()
    assert names.partners_as_hint == names.partners == frozenset({partners.library.user_named("Bob").id})


def test_an_album_before_searches_knew_albums_is_refused(start: Start) -> None:
    old = connected(start(level="1.132"))
    diagnostics = Diagnostics()
    resolve(Rule(node({"album": "Best of"})), old, diagnostics)
    (result,) = diagnostics.problems
    assert result.where == "rules.yaml:1:9"
    assert "would ignore 'albumIds' (Immich has it since 1.135.0)" in result.message


# -- tags ---------------------------------------------------------------------------------------------------------


def test_a_tag_is_known_by_its_path(sandbox: Sandbox, server: PhotoServer) -> None:
    (lakes,) = (tag.id for tag in sandbox.library.tags.values() if tag.value == "Trips/Finland/Lakes")
    for name in ("trips/finland/lakes", lakes):
        assert shape(looked_up({"tag": name}, server)[0]) == {"tagIds": (lakes,)}


def test_a_tag_that_does_not_exist_is_told(server: PhotoServer) -> None:
    assert problem({"tag": "Trips/Finnland"}, server)[1:] == (
        "there is no tag 'Trips/Finnland'",
        "Did you mean 'Trips/Finland', 'Trips/Finland/Lakes', 'Trips/Finland/Lapland'?",
    )
    assert problem({"tag": "lakes"}, server)[2] == "Did you mean 'Trips/Finland/Lakes'?"
    assert problem({"tag": "Zzyzx"}, server)[2] == "Tags are named by their whole path, such as Trips/Finland."
    assert problem({"tag": NOBODY}, server)[2] == "Copy the id again, or give the tag's path."


# -- photos that others are to be like, or that mark a cut-off ----------------------------------------------------


def until(*ids: str) -> dict[str, object]:
    return {"smart": {"query": "dog", "until": list(ids)}}


def test_photos_that_mark_a_cut_off_have_to_be_there(sandbox: Sandbox, server: PhotoServer) -> None:
    shown = next(asset.id for asset in sandbox.library.timeline if asset.owner_id == server.directory.me().id)
    tree, findings = looked_up(until(shown), server)
    assert tree == Search(Query(Kind.SMART, where(query="dog"), until=(shown,)))
    assert findings.warnings == []
    tree, findings = looked_up(until(NOBODY, shown), server)
    assert tree == Search(Query(Kind.SMART, where(query="dog"), until=(shown,)))
    assert findings.warnings == [
        f"rules.yaml:1:9: not there any more, so others decide under until: {NOBODY}",
    ]
    place, message, hint = problem(until(NOBODY), server)
    assert (place, message) == ("rules.yaml:1:9", f"of the photos under until none is there any more: {NOBODY}")
    assert hint.startswith("Pick another one")


def test_a_photo_that_others_are_to_be_like_has_to_be_there(server: PhotoServer) -> None:
    assert problem({"smart": {"like": NOBODY}}, server)[1] == f"queryAssetId: there is no asset {NOBODY} for this key"


def test_a_photo_that_is_gone_is_a_note_where_it_is_looked_for_and_not_asked_for_where_it_is_left_out(
    start: Start,
) -> None:
    sandbox = start()
    server = connected(sandbox)
    shown = next(asset.id for asset in sandbox.library.timeline if asset.owner_id == server.directory.me().id)
    tree, findings = looked_up({"any": [{"photo": [NOBODY, shown]}, {"tag": "Pets"}]}, server)
    assert findings.problems == []
    assert findings.warnings == [f"rules.yaml:1:16: not there, or not for this account: photo {NOBODY}"]
    assert isinstance(tree, Any)
    assert [leaf.key for leaf in leaves(tree) if isinstance(leaf, Filter)] == [f"photo {NOBODY}", f"photo {shown}"]
    before = len(sandbox.requests)
    tree, findings = looked_up({"not": {"photo": [NOBODY, shown]}}, server)
    assert (findings.problems, findings.warnings, sandbox.requests[before:]) == ([], [], [])
    (check,) = leaves(tree)
    assert isinstance(check, Filter)
    assert check.holds({"id": NOBODY})
    assert check.holds({"id": shown})


# -- libraries ----------------------------------------------------------------------------------------------------


def test_a_library_of_which_no_photo_is_seen_is_told(sandbox: Sandbox, server: PhotoServer) -> None:
    me = server.directory.me().id
    library = next(asset.library_id for asset in sandbox.library.timeline if asset.library_id and asset.owner_id == me)
    for known in (library, "none", "any"):
        assert looked_up({"library": known}, server)[1].problems == []
    where, message, _ = problem({"not": {"library": NOBODY}}, server)
    assert (where, message) == (
        "rules.yaml:1:17",
        f"the account sees no photo of an external library {NOBODY}",
    )


# -- all together -------------------------------------------------------------------------------------------------


def test_every_name_that_is_wrong_is_told_at_its_own_place(server: PhotoServer) -> None:
    match = {"any": {"person": ["Nobody", "Zzyzx"], "tag": "Nothing", "people": {"only": ["Nobody", "Emma"]}}}
    _, findings = looked_up(match, server)
    assert [(problem.where, problem.message) for problem in findings.problems] == [
        ("rules.yaml:1:17", "nobody is named 'Nobody'"),
        ("rules.yaml:1:25", "nobody is named 'Zzyzx'"),
        ("rules.yaml:1:38", "there is no tag 'Nothing'"),
        ("rules.yaml:1:62", "nobody is named 'Nobody'"),
    ]


def test_what_names_stand_for_looks_as_far_as_the_rule(server: PhotoServer) -> None:
    tree, _ = looked_up({"any": {"archived": True, "tag": "Pets", "owner": "mine"}}, server)
    assert isinstance(tree, Any)
    both = frozenset({Visibility.TIMELINE, Visibility.ARCHIVE})
    _, tag, owner = tree.children
    assert isinstance(tag, Search)
    assert tag.query.visibility == both
    assert isinstance(owner, All)
    assert owner.children[0] == Search(Query(Kind.METADATA, visibility=both))


def test_each_list_of_names_is_asked_for_once_in_a_run(start: Start) -> None:
    sandbox = start()
    server = connected(sandbox)
    names = NameResolver(server.directory)
    shown = next(asset.id for asset in sandbox.library.timeline if asset.owner_id == server.directory.me().id)
    archie = next(person.id for person in sandbox.library.people.values() if person.name == "Archie")
    match = {
        "person": ["Ada Stone", archie],
        "tag": {"any": ["Pets", "Family"], "none": "Work"},
        "album": ["Best of", "Finland"],
        "owner": ["mine", "bob"],
        **until(shown),
    }
    sandbox.clear_requests()
    for _ in range(3):
        looked_up(match, server, names)
    paths = [request.path for request in sandbox.requests]
    lists = {"/api/people", "/api/tags", "/api/albums", "/api/users", "/api/partners"}
    assert sorted(paths) == sorted({*lists, f"/api/people/{archie}", f"/api/assets/{shown}"})


def test_nothing_is_excluded_by_a_name_that_stands_for_nothing(server: PhotoServer) -> None:
    for match in ({"not": {"person": "Nobody At All"}}, {"not": {"album": "No such"}}, {"not": {"tag": "No such"}}):
        tree, findings = looked_up(match, server)
        assert isinstance(tree, Not)
        assert len(findings.problems) == 1
