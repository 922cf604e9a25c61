"""Names and ids of a rule, against a server."""

from __future__ import annotations

import unicodedata
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import MissingPermission
from immich_smart_albums.model.dialects import as_condition, where
from immich_smart_albums.model.query import Kind, Query, Value, Visibility
from immich_smart_albums.model.scope import Scope
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.rules.local_filters.jsonpath import compile_path
from immich_smart_albums.rules.local_filters.local_filter import local_filter
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Search
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Selection, evaluate
from tests.support.family_server import JOSE, album_ids, connected, person_ids

if TYPE_CHECKING:
    from immich_sandbox import Sandbox
    from immich_smart_albums.errors import Problem
    from immich_smart_albums.operations.ports.server import PhotoServer
    from tests.operations.conftest import Start

NOBODY = "8fbe472e-7463-4d97-ae2d-3efb3270e153"
NOT_V4 = "11111111-1111-1111-1111-111111111111"

FLAG = FlagOrigin("--flag")
ADA, BEN, ROBIN = person_named("Ada Stone", FlagOrigin("here")), person_named("Ben Ray"), person_named("Robin Lee")


def resolved(node: Node, server: PhotoServer) -> Node:
    """The tree of a rule without problems."""
    diagnostics = Diagnostics()
    result = resolve(Rule(node, 7), server, diagnostics)
    assert diagnostics.problems == []
    assert result.limit == 7
    return result.match


def problems(node: Node, server: PhotoServer) -> list[Problem]:
    """The problems of a rule, which then stays as it is."""
    diagnostics = Diagnostics()
    assert resolve(Rule(node), server, diagnostics) == Rule(node)
    return diagnostics.problems


def with_people(*ids: str) -> Search:
    return Search(Query(Kind.METADATA, where(personIds=tuple(sorted(ids)))))


def search(name: str, value: Value, label: str = "x.json") -> Search:
    return Search(Query(Kind.METADATA, (as_condition(name, value),)), FlagOrigin(label))


# -- people by name -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["Ada Stone", "ada stone", "  ADA   Stone ", "Ada\u00a0Stone"])
def test_a_name_is_found_without_regard_to_case_and_spaces(sandbox: Sandbox, server: PhotoServer, who: str) -> None:
    (ada,) = person_ids(sandbox.library, "Ada Stone")
    assert resolved(person_named(who), server) == with_people(ada)


@pytest.mark.parametrize("form", ["NFC", "NFD", "NFKC", "NFKD"])
def test_a_name_is_found_however_its_accents_are_encoded(sandbox: Sandbox, server: PhotoServer, form: str) -> None:
    (jose,) = person_ids(sandbox.library, JOSE)
    who = unicodedata.normalize(form, JOSE).upper()  # type: ignore[arg-type]  # its names are a literal type
    assert resolved(person_named(who), server) == with_people(jose)


def test_a_hidden_person_has_a_name_too(sandbox: Sandbox, server: PhotoServer) -> None:
    assert resolved(person_named("Hidden Hand"), server) == with_people(*person_ids(sandbox.library, "Hidden Hand"))


def test_two_people_with_one_name_are_both_meant(sandbox: Sandbox, server: PhotoServer) -> None:
    one, other = person_ids(sandbox.library, "Robin Lee")
    assert resolved(ROBIN, server) == Any((with_people(one), with_people(other)))


def test_people_of_other_accounts_are_not_meant(sandbox: Sandbox, server: PhotoServer) -> None:
    assert person_ids(sandbox.library, "Ada Stone") != person_ids(sandbox.library, "Ada Stone", "Bob")
    assert resolved(ADA, server) == with_people(*person_ids(sandbox.library, "Ada Stone"))


def test_a_name_that_nobody_has_is_told_with_near_names(server: PhotoServer) -> None:
    (messages,) = problems(person_named("Ada Ston", FLAG), server)
    assert (messages.where, messages.message) == ("--flag", "nobody is named 'Ada Ston'")
    assert messages.hint is not None
    assert messages.hint.startswith("Did you mean 'Ada Stone'")


def test_a_name_that_is_near_to_none_says_whom_the_server_lists(server: PhotoServer) -> None:
    (messages,) = problems(person_named("Zzyzx"), server)
    assert messages.hint is not None
    assert messages.hint.startswith("Immich lists people with enough faces")


def test_a_part_of_a_name_is_nobody(server: PhotoServer) -> None:
    assert [problem.message for problem in problems(person_named("Ada"), server)] == ["nobody is named 'Ada'"]


# -- people by id -------------------------------------------------------------------------------------------------


def test_an_id_is_taken_in_any_case(sandbox: Sandbox, server: PhotoServer) -> None:
    (ada,) = person_ids(sandbox.library, "Ada Stone")
    assert resolved(person_named(ada.upper()), server) == with_people(ada)


def test_a_person_that_the_server_does_not_list_is_found_all_the_same(sandbox: Sandbox, server: PhotoServer) -> None:
    (archie,) = person_ids(sandbox.library, "Archie")
    assert archie not in {person.id for person in server.directory.people()}
    assert resolved(person_named(archie), server) == with_people(archie)
    assert resolved(with_people(archie), server) == with_people(archie)
    assert resolved(person_named(" archie"), server) == with_people(archie)
    assert [problem.message for problem in problems(person_named("Archi"), server)] == ["nobody is named 'Archi'"]


def test_an_id_that_does_not_exist_or_is_not_ours_is_told(sandbox: Sandbox, server: PhotoServer) -> None:
    (bobs,) = person_ids(sandbox.library, "Ada Stone", "Bob")
    for missing in (NOBODY, bobs):
        (messages,) = problems(person_named(missing, FLAG), server)
        assert messages.message == f"there is no person {missing}"


def test_an_id_of_another_uuid_version_is_told_as_such(server: PhotoServer) -> None:
    (messages,) = problems(person_named(NOT_V4), server)
    assert messages.message == f"{NOT_V4} is a UUID, but not of version 4, and Immich refuses it"


# -- several people ----------------------------------------------------------------------------------------------


def test_people_who_must_all_be_there_are_searches_that_all_hold(sandbox: Sandbox, server: PhotoServer) -> None:
    (ada,), (ben,) = person_ids(sandbox.library, "Ada Stone"), person_ids(sandbox.library, "Ben Ray")
    assert resolved(All((ADA, BEN), FLAG), server) == All((with_people(ada), with_people(ben)), FLAG)
    assert resolved(Not(All((BEN, ADA))), server) == Not(All((with_people(ben), with_people(ada))))


def test_people_of_whom_any_may_be_there_stay_searches_of_their_own(sandbox: Sandbox, server: PhotoServer) -> None:
    (ada,), (ben,) = person_ids(sandbox.library, "Ada Stone"), person_ids(sandbox.library, "Ben Ray")
    assert resolved(Any((ADA, BEN), FLAG), server) == Any((with_people(ada), with_people(ben)), FLAG)
    assert resolved(All((Any((ADA,)), Any((BEN,)))), server) == All(
        (Any((with_people(ada),)), Any((with_people(ben),)))
    )


def test_somebody_with_a_shared_name_is_a_choice_of_two_searches(sandbox: Sandbox, server: PhotoServer) -> None:
    (ada,), (ben,) = person_ids(sandbox.library, "Ada Stone"), person_ids(sandbox.library, "Ben Ray")
    one, other = person_ids(sandbox.library, "Robin Lee")
    nice = search("city", "Nice")
    assert resolved(All((ADA, ROBIN, nice, BEN)), server) == All(
        (with_people(ada), Any((with_people(one), with_people(other))), nice, with_people(ben))
    )
    assert resolved(All((ROBIN, nice)), server) == All((Any((with_people(one), with_people(other))), nice))


@pytest.mark.parametrize(
    "names", [("Ada Stone", "Ben Ray"), ("Ada Stone", "Robin Lee"), ("Ada Stone", "Ben Ray", "Robin Lee")]
)
def test_all_people_together_select_the_photos_that_show_each_of_them(
    sandbox: Sandbox, server: PhotoServer, names: tuple[str, ...]
) -> None:
    def select(node: Node) -> set[str]:
        plan = compile_rules([Rule(resolved(node, server))], server)
        (selection,) = evaluate(plan, server.searches, concurrency=2, log=lambda _: None)
        assert isinstance(selection, Selection)
        return {asset.id for asset in selection.assets}

    people = tuple(person_named(name) for name in names)
    assert select(All(people)) == set.intersection(*(select(person) for person in people))
    assert select(Any(people)) == set.union(*(select(person) for person in people))


# -- ids in searches ----------------------------------------------------------------------------------------------


def test_ids_that_exist_pass(sandbox: Sandbox, server: PhotoServer) -> None:
    library = sandbox.library
    tags = tuple(sorted(tag.id for tag in library.tags.values()))
    albums = tuple(album_ids(library, "Best of") + album_ids(library, "Bob's travels"))
    node = All(
        (
            search("tagIds", tags),
            search("albumIds", albums),
            with_people(*person_ids(library, "Ada Stone")),
            search("tagIds", None),
            search("city", None),
        )
    )
    result = resolved(node, server)
    assert isinstance(result, All)
    tagged, own_part, *rest = result.children
    assert (tagged, *rest) == (node.children[0], *node.children[2:])
    assert isinstance(own_part, All)  # of a shared album what is the account's or a partner's
    assert own_part.children[0] == node.children[1]
    assert isinstance(own_part.children[1], Filter)


@pytest.mark.parametrize(("field", "noun"), [("personIds", "person"), ("tagIds", "tag"), ("albumIds", "album")])
def test_an_id_in_a_search_that_does_not_exist_is_told_with_its_place(
    server: PhotoServer, field: str, noun: str
) -> None:
    (messages,) = problems(All((search(field, (NOBODY,)), search("city", "Nice"))), server)
    assert messages.where == "x.json"
    assert messages.message == f"{field}: there is no {noun} {NOBODY} for this key"


def test_an_album_of_somebody_else_is_not_there(sandbox: Sandbox, server: PhotoServer) -> None:
    (private,) = album_ids(sandbox.library, "Bob's own")
    assert len(problems(search("albumIds", (private,)), server)) == 1


def test_everything_that_is_wrong_is_told_together(server: PhotoServer) -> None:
    node = All(
        (
            person_named("Nobody At All"),
            Not(person_named(NOBODY)),
            Any((search("tagIds", (NOBODY,)), search("albumIds", (NOBODY,)), search("personIds", (NOBODY,)))),
            search("deviceId", "x"),
        )
    )
    assert len(problems(node, server)) == 6


def test_only_what_a_rule_names_is_asked_for(start: Start) -> None:
    sandbox = start()
    server = connected(sandbox)
    sandbox.clear_requests()
    resolved(All((search("rating", 3), Not(search("tagIds", None)))), server)
    assert sandbox.requests == []
    resolved(All((search("city", "Helsinki"), Not(search("city", "HELSINKI")))), server)
    assert [request.query for request in sandbox.requests] == [{"type": "city"}]
    sandbox.clear_requests()
    resolved(All((ADA, BEN, ROBIN)), server)
    assert [request.path for request in sandbox.requests] == ["/api/people"]


def test_a_key_that_may_not_list_people_is_an_error(sandbox: Sandbox) -> None:
    with pytest.raises(MissingPermission, match=r"person\.read"):
        resolve(Rule(ADA), connected(sandbox, "alice-readonly"), Diagnostics())


# -- what the server's version lacks ------------------------------------------------------------------------------


def test_a_filter_that_this_version_would_ignore_is_refused(start: Start) -> None:
    old = connected(start(level="1.132"))
    (messages,) = problems(search("ocr", "receipt"), old)
    assert messages.where == "x.json"
    assert "would ignore 'ocr'" in messages.message
    assert messages.hint == "Remove it from this search; otherwise the whole library would match."


def test_a_field_that_this_version_does_not_return_is_refused_in_local_filters(start: Start) -> None:
    def local(path: str) -> Filter:
        return local_filter(compile_path(path), None, "mine", FlagOrigin("y.json"))

    old = connected(start(level="1.132"))
    (messages,) = problems(All((local("$.width"), local("$.exifInfo.make"), local("$..width"))), old)
    assert messages.where == "y.json"
    assert "does not return 'width'" in messages.message
    assert messages.hint == "Leave local filter 'mine' out: it could never match here."


def test_a_field_that_went_is_refused_with_what_to_write_instead(server: PhotoServer) -> None:
    faces = local_filter(compile_path("$.people[0].faces"), None, "faces", FlagOrigin("localfilter-faces.json"))
    (messages,) = problems(faces, server)
    assert messages.where == "localfilter-faces.json"
    assert "does not return 'people.faces' (Immich has it up to 2.7.5); $.people[*].id has a value" in messages.message


def test_people_who_are_looked_for_in_different_places_stay_apart(sandbox: Sandbox, server: PhotoServer) -> None:
    (ada,), (ben,) = person_ids(sandbox.library, "Ada Stone"), person_ids(sandbox.library, "Ben Ray")
    far = Scope(frozenset({Visibility.ARCHIVE}), trash=True)
    result = resolved(All((ADA, person_named("Ben Ray", scope=far))), server)
    there = Query(Kind.METADATA, where(personIds=(ben,), withDeleted=True), frozenset({Visibility.ARCHIVE}))
    assert result == All((with_people(ada), Search(there)))


def test_somebody_who_is_named_by_id_is_found_where_people_cannot_be_listed(start: Start) -> None:
    sandbox = start()
    (ada,) = person_ids(sandbox.library, "Ada Stone")
    sandbox.faults.status(403, path="/api/people", times=None)
    server = connected(sandbox)
    assert problems(search("personIds", (ada,)), server) == []
    assert len(problems(search("personIds", (NOBODY,)), server)) == 1
