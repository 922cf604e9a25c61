"""Whom a name covers: one's own people where it includes, everybody whom a photo shows where it excludes."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from immich_sandbox import Sandbox
from immich_sandbox.library.records import Partner as Partnership
from immich_sandbox.library.records import Person, User
from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.names.people import PersonResolver
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.rules.flags.flags import read_rule
from immich_smart_albums.rules.flags.names import FLAGS
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.scope import TIMELINE_ONLY
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm
from immich_smart_albums.rules.tree import EntityKind, Rule
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Selection, evaluate
from tests.support.family_server import connected
from tests.support.household import two_people
from tests.support.in_memory_searches import Answers, record
from tests.support.yaml_values import node

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_sandbox import Library
    from immich_smart_albums.operations.ports.server import PhotoServer

LEVELS = ("1.132", "2.7", "3.1", "3.2")


def household(*, his_people: bool = True, in_timeline: bool = True) -> Library:
    """Alice has an Emma, and so has Bob, whose photos are on her timeline."""
    library = two_people(0)
    alice, bob = (library.user_named(name).id for name in ("alice", "bob"))
    library.partners.append(Partnership(bob, alice, in_timeline=in_timeline))
    mine, archived = (_person(library, alice, name) for name in ("Emma", "Archie"))
    his, accented, hidden = (_person(library, bob, name) for name in ("emma", "E\u0301mma", "Zoe"))
    library.people[hidden].is_hidden = True
    for name, owner, people, place in (
        ("emma", "alice", (mine,), "timeline"),
        ("emma archived", "alice", (archived,), "archive"),
        ("his emma", "bob", (his,), "timeline"),
        ("his EMMA\u0301", "bob", (accented,), "timeline"),
        ("his hidden", "bob", (hidden,), "timeline"),
        ("his archived", "bob", (his,), "archive"),
        ("his view", "bob", (), "timeline"),
        ("view", "alice", (), "timeline"),
    ):
        shown = people if his_people or owner == "alice" else ()
        library.add_asset(owner=owner, name=name, person_ids=shown, visibility=place, concepts=((0, 1.0),))
    return library


def _person(library: Library, owner: str, name: str) -> str:
    person = Person(library.new_id(), owner, name, library.now())
    library.people[person.id] = person
    return person.id


def id_of(library: Library, name: str, owner: str) -> str:
    return next(
        person.id
        for person in library.people.values()
        if person.name == name and person.owner_id == library.user_named(owner).id
    )


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, Sandbox]]:
    library = household()
    with ExitStack() as stack:
        yield {level: stack.enter_context(Sandbox(library, level)) for level in LEVELS}


@pytest.fixture
def server(running: dict[str, Sandbox]) -> PhotoServer:
    return connected(running["3.1"])


def selected(rule: Rule, server: PhotoServer) -> tuple[set[str], Diagnostics]:
    """The photos that a rule selects, and what looking up its names turned up."""
    diagnostics = Diagnostics()
    resolved = resolve(rule, server, diagnostics)
    assert diagnostics.problems == []
    (result,) = evaluate(compile_rules([resolved], server), server.searches, concurrency=1, log=lambda _: None)
    assert isinstance(result, Selection)
    return {asset.file_name for asset in result.assets}, diagnostics


EXCLUDED: list[tuple[object, set[str]]] = [
    ({"person": "Emma"}, {"emma"}),
    ({"not": {"person": "Emma"}}, {"his hidden", "his view", "view"}),
    ({"people": {"none": "EMMA"}}, {"his hidden", "his view", "view"}),
    ({"not": {"people": {"all": ["Emma", "Emma"]}}}, {"his hidden", "his view", "view"}),
    ({"not": {"people": {"only": "Emma"}}}, {"his hidden", "his view", "view"}),
    ({"not": [{"any": [{"person": "Emma"}, {"rating": 5}]}]}, {"his hidden", "his view", "view"}),
    ({"not": [{"person": "Emma", "owner": "partner"}]}, {"emma", "his hidden", "his view", "view"}),
    ({"not": {"not": {"person": "Emma"}}}, {"emma"}),
    ({"not": {"person": "Zoe"}}, {"emma", "his emma", "his EMMA\u0301", "his view", "view"}),
    ({"smart": {"query": "dog", "top": 50}, "not": {"person": "Emma"}}, {"his hidden", "his view", "view"}),
    (
        {"smart": {"query": "dog", "top": 50}, "not": {"json": "$.people[*].name:emma"}},
        {"his EMMA\u0301", "his hidden", "his view", "view"},
    ),
    ({"smart": {"query": "dog", "top": 50}, "people": {"count": 0}}, {"his view", "view"}),
    ({"archived": "any", "not": {"person": "Emma"}}, {"emma archived", "his hidden", "his view", "view"}),
    ({"archived": "any", "person": "Archie"}, {"emma archived"}),
    ({"archived": True, "not": {"person": "Archie"}}, {"his archived"}),
]


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(("match", "expected"), EXCLUDED, ids=[str(match) for match, _ in EXCLUDED])
def test_an_exclude_by_name_covers_everybody_of_that_name_and_an_include_ones_own_people(
    running: dict[str, Sandbox], level: str, match: object, expected: set[str]
) -> None:
    assert selected(Rule(node(match)), connected(running[level]))[0] == expected


@pytest.mark.parametrize("flag", ["--exclude-person-names-union", "--exclude-person-names-intersection"])
def test_so_does_an_exclude_flag(server: PhotoServer, flag: str) -> None:
    flags = {flag.name: flag for flag in FLAGS}
    sources = {
        flags["--include-metadata-union"]: [[Source("", "{}", SourceForm.INLINE)]],
        flags[flag]: [[Source("", "Emma", SourceForm.BARE)]],
    }
    rule = read_rule(sources, Diagnostics())
    assert rule is not None
    assert selected(rule, server)[0] == {"his hidden", "his view", "view"}


def test_a_partners_person_is_given_by_id(running: dict[str, Sandbox], server: PhotoServer) -> None:
    his = id_of(running["3.1"].library, "emma", "bob")
    assert selected(Rule(node({"person": his})), server)[0] == {"his emma"}
    assert selected(Rule(node({"search": {"personIds": [his]}})), server)[0] == {"his emma"}
    others = {"emma", "his EMMA\u0301", "his hidden", "his view", "view"}
    assert selected(Rule(node({"not": {"person": his}})), server)[0] == others


def test_only_somebody_of_a_partners_is_told_with_the_id(running: dict[str, Sandbox], server: PhotoServer) -> None:
    diagnostics = Diagnostics()
    resolve(Rule(node({"person": "Zoe"})), server, diagnostics)
    (result,) = diagnostics.problems
    assert result.message == "nobody of yours is named 'Zoe', only somebody on a partner's photos"
    assert id_of(running["3.1"].library, "Zoe", "bob") in (result.hint or "")


@pytest.mark.parametrize("match", [{"not": {"person": "Zo"}}, {"person": "Zzyzx"}])
def test_a_name_that_no_photo_shows_is_an_error(server: PhotoServer, match: object) -> None:
    diagnostics = Diagnostics()
    resolve(Rule(node(match)), server, diagnostics)
    assert [problem.message.split(" '")[0] for problem in diagnostics.problems] == ["nobody is named"]


def test_a_key_that_may_not_list_partners_looks_all_the_same(running: dict[str, Sandbox]) -> None:
    server = connected(running["3.1"], "alice-minimal")
    result, findings = selected(Rule(node({"not": {"person": "Emma"}})), server)
    assert result == {"his hidden", "his view", "view"}
    (notice,) = findings.warnings
    assert "the key lacks the permission partner.read" in notice


@pytest.mark.parametrize("key", ["alice", "alice-minimal"])
def test_a_partner_on_whose_photos_nobody_is_shown_is_left_out_with_a_notice(key: str) -> None:
    with Sandbox(household(his_people=False), "3.1") as sandbox:
        server = connected(sandbox, key)
        result, findings = selected(Rule(node({"not": {"person": "Emma"}})), server)
        assert result == {"view"}
        assert any("shows nobody on the photos of some partner" in notice for notice in findings.warnings)
        assert len(selected(Rule(node({"not": {"rating": 5}})), server)[0]) == 6


@pytest.mark.parametrize("in_timeline", [False, None])
def test_without_partners_on_the_timeline_no_photo_is_read_for_names(*, in_timeline: bool | None) -> None:
    library = household(in_timeline=bool(in_timeline))
    if in_timeline is None:
        library.partners.clear()
    with Sandbox(library, "3.1") as sandbox:
        server = connected(sandbox)
        sandbox.clear_requests()
        resolve(Rule(node({"not": {"person": "Emma"}})), server, Diagnostics())
        assert [request.path for request in sandbox.requests] == ["/api/people", "/api/partners"]


def test_photos_are_read_once_for_all_names_of_a_run(running: dict[str, Sandbox], server: PhotoServer) -> None:
    names = NameResolver(server.directory)
    running["3.1"].clear_requests()
    for match in (
        {"not": {"person": "Emma"}},
        {"not": {"person": "Zoe"}},
        {"archived": "any", "people": {"none": "Emma"}},
    ):
        resolve(Rule(node(match)), server, Diagnostics(), names)
    searches = [request.body for request in running["3.1"].requests if request.path == "/api/search/metadata"]
    whole = [body for body in searches if "personIds" not in body]
    assert [body["visibility"] for body in whole] == ["timeline", "archive"]
    people = running["3.1"].library.people
    searched = {(body["visibility"], *body["personIds"]) for body in searches if "personIds" in body}
    by_id = {search for search in searched if search[1] in people}
    assert len(by_id) == 3 + 2  # both of his Emmas and Zoe; later the Emmas also where the archive is looked at
    assert "Zoe" in names.names_by_id(EntityKind.PERSON).values()


def test_a_server_that_lists_people_and_shows_none_is_not_trusted(server: PhotoServer) -> None:
    names = NameResolver(server.directory)
    searches = Answers({WHOLE_LIBRARY: [[record("1", ownerId="a", people=[])]]})
    with pytest.raises(Untrustworthy, match="shows nobody on any photo"):
        names.shown(searches, TIMELINE_ONLY)


@pytest.mark.parametrize("hidden", ["people", "ownerId"])
def test_an_answer_that_does_not_say_who_is_on_a_photo_is_not_trusted(server: PhotoServer, hidden: str) -> None:
    fields: dict[str, Any] = {"ownerId": "a", "people": []}
    del fields[hidden]
    with pytest.raises(Untrustworthy, match="does not tell whose asset 1 is"):
        NameResolver(server.directory).shown(Answers({WHOLE_LIBRARY: [[record("1", **fields)]]}), TIMELINE_ONLY)


def test_a_server_that_finds_no_photo_of_whom_it_shows_is_not_trusted(server: PhotoServer) -> None:
    """Newer ones may show other ids than they search for: then an exclude would let everybody in."""
    stranger = {"id": "8fbe472e-7463-4d97-ae2d-3efb3270e153", "name": "Emma"}
    searches = Answers(
        {
            WHOLE_LIBRARY: [[record("1", ownerId="a", people=[stranger])]],
            Query(Kind.METADATA, where(personIds=(stranger["id"],)), limit=1): [[]],
        }
    )
    leaf = person_named("Emma", FlagOrigin("here"))
    whom = PersonResolver(searches, NameResolver(server.directory), Diagnostics(), TIMELINE_ONLY)
    with pytest.raises(Untrustworthy, match="shows person 'Emma' on a partner's photo and finds no photo"):
        whom.resolve(leaf, excludes=True)


def test_details_of_a_photo_that_no_search_finds_say_what_they_say(running: dict[str, Sandbox]) -> None:
    library = household()
    carol = User(library.new_id(), "Carol", "carol@example.org", library.now())
    library.users[carol.id] = carol
    hers = library.add_asset(owner="carol", name="hers", person_ids=(_person(library, carol.id, "Emma"),))
    library.add_album("Hers", owner_id=carol.id, asset_ids=[hers.id], roles={library.user_named("alice").id: "viewer"})
    with Sandbox(library, "3.1") as sandbox:
        (result,) = connected(sandbox).searches.details([hers.id])
        assert result["people"] == []
