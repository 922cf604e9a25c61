"""Names of places, cameras and lenses, and texts in two forms, through the whole compiled plan on several versions."""

from __future__ import annotations

import re
import unicodedata
from contextlib import ExitStack
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_sandbox import Library, Sandbox
from immich_sandbox.library.records import Exif, Person, Tag, User
from immich_smart_albums.errors import MissingPermission, Problem
from immich_smart_albums.model.query import Kind
from immich_smart_albums.operations.accounts import connect_accounts
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.rules.flags.flags import read_rule
from immich_smart_albums.rules.flags.names import FLAGS
from immich_smart_albums.rules.scope import scope_rule
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm
from immich_smart_albums.rules.tree import Not, Rule, Search, leaves
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Selection, evaluate
from tests.support.examples import examples, on_versions
from tests.support.family_server import connected
from tests.support.yaml_values import node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.tree import Node

LEVELS = ("1.132", "2.7", "3.1", "3.2")
FORMS = ("NFC", "NFD")
SAO, OLD_LENS = "S\u00e3o Paulo", "Summi\u0142ux 50"


def in_form(form: str, text: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]  # its names are a literal type


def library() -> Library:
    """Alice's photos: one name written in several ways, and names in the archive and the trash alone."""
    made = Library(clock=1_700_000_000_000_000)
    user = User(made.new_id(), "Alice", "alice@example.org", made.now(), is_admin=True)
    made.users[user.id] = user
    places = (
        ("Finland", "Helsinki", "Apple", "iPhone 14 Pro", "FE 85mm F1.8"),
        ("Brazil", in_form("NFC", SAO), "SONY", "ILCE-7M3", OLD_LENS),
        ("Brazil", in_form("NFD", SAO), "Sony", "ILCE-7M3", OLD_LENS.upper()),
        (None, None, None, None, None),
    )
    for number, (country, city, make, model, lens) in enumerate(places):
        form = FORMS[number % 2]
        made.add_asset(
            name=in_form(form, f"Ans\u00e4tze {number}.jpg"),
            original_path=in_form(form, f"/photos/B\u00fcro/{number}.jpg"),
            exif=Exif(
                country=country,
                city=city,
                make=make,
                model=model,
                lens_model=lens,
                description=in_form(form, "Mu\u00f1oz"),
            ),
        )
    _put_names_on(made, user.id)
    made.add_asset(name="unread.jpg", exif=None)
    made.add_asset(name="archived.jpg", visibility="archive", exif=Exif(country="FINLAND", city="Oulu"))
    trashed = made.add_asset(name="trashed.jpg", exif=Exif(country="Norway"))
    made.trash(trashed.id)
    return made


def _put_names_on(made: Library, user: str) -> None:
    """José is on the first photo, the second is tagged, and the third in an album: names in two parts."""
    first, second, third, _ = made.assets.values()
    jose = Person(made.new_id(), user, in_form("NFD", "Jos\u00e9"), made.now())
    tag = Tag(made.new_id(), user, in_form("NFD", "\u00c9t\u00e9"), made.now(), made.now())
    made.people[jose.id], made.tags[tag.id] = jose, tag
    made.update(first.id, person_ids=(jose.id,))
    made.update(second.id, tag_ids=(tag.id,))
    made.add_album(in_form("NFD", "\u00c9t\u00e9"), owner_id=user, asset_ids=[third.id])


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[str, PhotoServer]]:
    made = library()
    with ExitStack() as stack:
        yield {level: connected(stack.enter_context(Sandbox(made, level))) for level in LEVELS}


def resolved(match: Node, server: PhotoServer) -> tuple[Rule, Diagnostics]:
    diagnostics = Diagnostics()
    return resolve(Rule(scope_rule(match)), server, diagnostics), diagnostics


def selected(match: object, server: PhotoServer) -> set[str]:
    """The names of the files that a match selects, composed and without what stands after a space or a dot."""
    return of_tree(node(match), server)


def of_tree(match: Node, server: PhotoServer) -> set[str]:
    rule, findings = resolved(match, server)
    assert findings.problems == []
    (selection,) = evaluate(compile_rules([rule], server), server.searches, concurrency=2, log=lambda _: None)
    assert isinstance(selection, Selection), selection
    names = (in_form("NFC", asset.file_name) for asset in selection.assets)
    return {name.removesuffix(".jpg").removeprefix("Ans\u00e4tze ") for name in names}


def problems_and_notes(match: object, server: PhotoServer) -> tuple[list[Problem], list[str]]:
    """Problems and notices of a match."""
    _, findings = resolved(node(match), server)
    return findings.problems, findings.warnings


ALL = {"0", "1", "2", "3", "unread"}

SELECTED: list[tuple[dict[str, Any], str]] = [
    ({"place": "finland"}, "0"),
    ({"place": "  FINLAND "}, "0"),
    ({"place": {"country": "f\u00ednland"}}, "0"),
    ({"place": {"city": "sao paulo"}}, "12"),
    ({"place": {"name": ["SAO PAULO", "helsinki"]}}, "012"),
    ({"camera": "iphone 14 pro"}, "0"),
    ({"camera": "sony"}, "12"),
    ({"camera": {"make": "apple", "model": "IPHONE  14 pro"}}, "0"),
    ({"camera": {"lens": OLD_LENS.lower()}}, "12"),
    ({"search": {"city": SAO}}, "12"),
    ({"search": {"city": SAO.upper(), "make": "sony"}}, "12"),
    ({"search": {"city": "S\u00e3o paulo", "make": "sony", "originalPath": "b\u00fcro"}}, "12"),
    ({"search": {"originalFileName": "ans\u00e4tze"}}, "0123"),
    ({"path": "/B\u00fcro/"}, "0123"),
    ({"path": {"glob": "b\u00fcro/?.jpg"}}, "0123"),
    ({"filename": {"contains": "s\u00e4t"}}, "0123"),
    ({"filename": "^ans[a\u00e4]tze"}, "0123"),
    ({"description": "^mu\u00f1oz$"}, "0123"),
    ({"json": "$.originalPath:b\u00fcro/[01]"}, "01"),
    ({"json": "$.exifInfo.city:^s\u00e3o"}, "12"),
    ({"person": "jos\u00e9"}, "0"),
    ({"people": {"only": "JOS\u00c9"}}, "0"),
    ({"json": "$.people[*].name:^jos\u00e9$"}, "0"),
    ({"json": "$.people[?@.name == 'Jos\u00e9']"}, "0"),
    ({"tag": "\u00e9t\u00e9"}, "1"),
    ({"album": "\u00e9T\u00c9"}, "2"),
    ({"json": "$.exifInfo.country:^finland$"}, "0"),
]


@pytest.mark.parametrize(("level", "case"), on_versions(LEVELS, SELECTED), ids=lambda case: str(case)[:50])
def test_names_and_texts_are_meant_however_they_are_written(
    level: str, case: tuple[dict[str, Any], str], servers: dict[str, PhotoServer]
) -> None:
    match, expected = case
    if level == "1.132" and ("lens" in str(match) or "album" in match):
        pytest.skip("lenses are listed since 2.2, and albums searched for since 1.135")
    for form in FORMS:
        written = _written(match, form)
        assert selected(written, servers[level]) == set(expected)
        # What has no EXIF is not let in by `not` of what looks at it.
        left = selected({"filename": "jpg", "not": written}, servers[level])
        assert left - {"unread"} == ALL - {"unread"} - set(expected)


def _written(match: Any, form: str) -> Any:
    match match:
        case dict():
            return {word: _written(value, form) for word, value in match.items()}
        case list():
            return [_written(value, form) for value in match]
        case _:
            return in_form(form, match)


_LETTERS = st.text(st.sampled_from("ab\u00e4\u00f1\u00e9u\u0308\u0301-."), min_size=1, max_size=4).filter(
    lambda text: any(map(str.isalnum, in_form("NFC", text)))
)


def bare_of(text: str) -> str:
    """The text without accents and case, in another way than the program's."""
    return re.sub("[\u0300-\u036f]", "", in_form("NFD", in_form("NFD", text).casefold()))


def _is(wanted: str, text: str) -> bool:
    return in_form("NFC", wanted).casefold() == in_form("NFC", text).casefold()


def _is_in(wanted: str, text: str) -> bool:
    """A text with a mark of its own, which composes with nothing in it, is also found where letters are taken apart."""
    has_marks = any(map(unicodedata.combining, in_form("NFC", wanted)))
    forms = ("NFC", "NFD") if has_marks else ("NFC",)
    return any(in_form(form, wanted).casefold() in in_form(form, text).casefold() for form in forms)


def _is_barely(wanted: str, text: str) -> bool:
    return bare_of(wanted) == bare_of(text)


ALIKE: list[tuple[Callable[[str], object], Callable[[str, str], bool]]] = [
    (lambda word: {"path": {"regex": re.escape(f"/{word}/")}}, _is),
    (lambda word: {"path": {"glob": f"{word}/*"}}, _is),
    (lambda word: {"path": {"contains": f"p/{word}/"}}, _is),
    (lambda word: {"description": {"contains": word}}, _is_in),
    (lambda word: {"json": {"path": "$.exifInfo.description", "regex": re.escape(word)}}, _is_in),
    (lambda word: {"search": {"city": word}}, _is_barely),
    (lambda word: {"place": word}, _is_barely),
]
"""Tests for a word, and what they mean."""


@settings(max_examples=examples(12))
@given(words=st.lists(_LETTERS, min_size=2, max_size=4, unique_by=lambda text: in_form("NFC", text)), data=st.data())
def test_whatever_the_forms_of_rule_and_record_the_same_is_selected(words: list[str], data: st.DataObject) -> None:
    made = Library(clock=1_700_000_000_000_000)
    user = User(made.new_id(), "Alice", "alice@example.org", made.now(), is_admin=True)
    made.users[user.id] = user
    form = st.sampled_from(FORMS)
    for number, word in enumerate(words):
        folder, text = (in_form(data.draw(form), word) for _ in range(2))
        made.add_asset(name=f"{number}.jpg", original_path=f"/p/{folder}/x.jpg", exif=Exif(city=text, description=text))
    wanted = data.draw(st.sampled_from(words))
    word = in_form(data.draw(form), wanted)
    make, passes = data.draw(st.sampled_from(ALIKE))
    match = make(word)
    expected = {str(number) for number, word in enumerate(words) if passes(wanted, word)}
    for level in ("2.7", "3.1", "3.2"):
        with Sandbox(made, level) as sandbox:
            server = connected(sandbox)
            assert selected(match, server) == expected
            everything = {str(number) for number in range(len(words))}
            assert selected({"search": {}, "not": match}, server) == everything - expected


# -- names that no photo has ----------------------------------------------------------------------------------------

UNKNOWN: list[tuple[object, str]] = [
    ({"place": "Deutschland"}, "no photo has city or state or country 'Deutschland'"),
    ({"place": {"country": "Helsinki"}}, "no photo has country 'Helsinki'"),
    ({"place": ["Finland", "Finlnd"]}, "no photo has city or state or country 'Finlnd'"),
    ({"camera": "iphone 13"}, "no photo has make or model 'iphone 13'"),
    ({"camera": {"lens": "FE 85mm"}}, "no photo has lens 'FE 85mm'"),
    ({"search": {"country": "Finnland"}}, "no photo has country 'Finnland'"),
    ({"search": {"query": "dog", "city": "Hlsinki"}}, "no photo has city 'Hlsinki'"),
    ({"json": "$.exifInfo.country:^finnland$"}, "no photo has country 'finnland'"),
    ({"json": {"path": "$.exifInfo.city", "regex": "St\\. Moritz"}}, "no photo has city 'St. Moritz'"),
    ({"all": [{"favorite": True}, {"place": "Finlnd"}]}, "no photo has city or state or country 'Finlnd'"),
]


@pytest.mark.untraced
@pytest.mark.parametrize(("level", "case"), on_versions(LEVELS, UNKNOWN), ids=lambda case: str(case)[:50])
def test_a_name_that_no_photo_has_is_an_error_where_it_excludes_and_a_note_elsewhere(
    level: str, case: tuple[object, str], servers: dict[str, PhotoServer]
) -> None:
    match, message = case
    problems, notices = problems_and_notes({"search": {}, "not": match}, servers[level])
    assert [problem.message for problem in problems] == [f"{message}, so nothing would be left out"]
    assert problems[0].where.startswith("rules.yaml:1:")
    assert problems[0].hint is not None
    assert "may-be-missing: true" in problems[0].hint
    assert notices == []
    problems, notices = problems_and_notes(match, servers[level])
    assert problems == []
    noted = (
        [] if "lens" in message and level == "1.132" else [message.replace("photo has", "photo on the timeline has")]
    )
    assert [notice.partition(": ")[2].partition(";")[0] for notice in notices] == noted
    # Not not: where nothing is found, nothing comes in.
    problems, notices = problems_and_notes({"search": {}, "not": {"not": match}}, servers[level])
    assert (problems, len(notices)) == ([], len(noted))


def test_near_names_are_told(servers: dict[str, PhotoServer]) -> None:
    (problem,), _ = problems_and_notes({"search": {}, "not": {"place": "Finlnd"}}, servers["3.1"])
    assert problem.hint is not None
    assert problem.hint.startswith("Did you mean 'Finland'? ")
    _, (notice,) = problems_and_notes({"place": "finlnd"}, servers["3.1"])
    assert notice.endswith("no photo on the timeline has city or state or country 'finlnd'; did you mean 'Finland'?")


FINE: list[object] = [
    {"place": {"name": "Deutschland", "may-be-missing": True}},
    {"place": {"country": ["Deutschland", "Finland"], "may-be-missing": True}},
    {"camera": {"lens": "FE 85mm", "may-be-missing": True}},
    {"search": {"country": "Deutschland", "mayBeMissing": True}},
    {"json": {"path": "$.exifInfo.country", "regex": "deutschland", "may-be-missing": True}},
    {"place": "Norway"},  # in the trash
    {"place": {"city": "Oulu"}},  # in the archive
    {"place": {"city": "oulu"}},
    {"place": {"country": "NORWAY"}},
    {"search": {"city": "Oulu"}},
    {"json": "$.exifInfo.city:Oulu"},
    {"json": "$.exifInfo.city:(oslo|bergen)"},
    {"json": "$.exifInfo.city"},
    {"json": "$.originalPath:deutschland"},
    {"place": {"country": "none"}},
]


@pytest.mark.untraced
@pytest.mark.parametrize(("level", "match"), on_versions(LEVELS, FINE), ids=lambda match: str(match)[:60])
def test_what_may_be_missing_or_is_somewhere_is_no_error(
    match: object, level: str, servers: dict[str, PhotoServer]
) -> None:
    assert problems_and_notes({"search": {}, "not": match}, servers[level]) == ([], [])


def test_a_filter_on_lenses_is_asked_of_records_where_the_server_lists_none(servers: dict[str, PhotoServer]) -> None:
    match = {"search": {}, "not": {"json": "$.exifInfo.lensModel:85 mm"}}
    assert problems_and_notes(match, servers["1.132"]) == ([], [])
    assert len(problems_and_notes(match, servers["2.7"])[0]) == 1


@pytest.mark.parametrize("level", LEVELS)
def test_a_rule_that_looks_into_the_archive_excludes_every_spelling_there(
    level: str, servers: dict[str, PhotoServer]
) -> None:
    for match in ({"place": "finland"}, {"search": {"country": "Finland", "withArchived": True}}):
        assert selected({"archived": "any", **match}, servers[level]) == {"0", "archived"}
        left = selected({"archived": "any", "filename": "jpg", "not": match}, servers[level])
        assert left - {"unread"} == {"1", "2", "3"}


def test_flags_exclude_by_name_and_refuse_names_that_nobody_has(servers: dict[str, PhotoServer]) -> None:
    server = servers["3.1"]

    def of_flags(*excludes: tuple[str, str]) -> tuple[Rule, Diagnostics]:
        diagnostics = Diagnostics()
        values = [("--include-metadata-union", "{}"), *excludes]
        flags = {
            flag: [[Source(name, text, SourceForm.INLINE if text[0] in "{[" else SourceForm.BARE)]]
            for flag in FLAGS
            for name, text in values
            if flag.name == name
        }
        rule = read_rule(flags, diagnostics)
        assert rule is not None
        return resolve(rule, server, diagnostics), diagnostics

    rule, diagnostics = of_flags(("--exclude-metadata-union", '{"country": "finland"}'))
    assert diagnostics.problems == []
    assert of_tree(rule.match, server) == {"1", "2", "3", "unread"}
    for name, text in (
        ("--exclude-metadata-intersection", '{"country": "finnland"}'),
        ("--exclude-smart-union", '{"query": "dog", "country": "finnland"}'),
        ("--exclude-local-filter-union", "$.exifInfo.country:finnland"),
        ("--exclude-local-filter-union", '[{"path": "$.exifInfo.country", "regex": "finnland"}]'),
    ):
        _, diagnostics = of_flags((name, text))
        assert [problem.message for problem in diagnostics.problems] == [
            "no photo has country 'finnland', so nothing would be left out"
        ]
        if text[0] in "{[":
            _, diagnostics = of_flags((name, re.sub(r"\}(\]?)$", r', "mayBeMissing": true}\1', text)))
            assert diagnostics.problems == []


# -- what is asked --------------------------------------------------------------------------------------------------


def test_each_list_is_asked_for_once_and_only_where_a_rule_uses_it() -> None:
    with Sandbox(library(), "3.1") as sandbox:
        server = connected(sandbox)
        names = NameResolver(server.directory)
        sandbox.clear_requests()
        resolve(Rule(node({"rating": 5})), server, Diagnostics(), names)
        assert sandbox.requests == []
        for match in (
            {"place": {"city": "helsinki"}},
            {"search": {"city": SAO}},
            {"not": {"place": {"city": "HELSINKI"}}},
        ):
            resolve(Rule(node(match)), server, Diagnostics(), names)
        assert [(request.path, request.query) for request in sandbox.requests] == [
            ("/api/search/suggestions", {"type": "city"})
        ]


def test_whether_any_photo_has_a_name_is_asked_once() -> None:
    with Sandbox(library(), "3.1") as sandbox:
        server = connected(sandbox)
        names = NameResolver(server.directory)
        requests = []
        for _ in range(2):
            sandbox.clear_requests()
            diagnostics = Diagnostics()
            resolve(Rule(node({"search": {}, "not": {"place": {"country": "Narnia"}}})), server, diagnostics, names)
            assert len(diagnostics.problems) == 1
            requests.append([request.path for request in sandbox.requests].count("/api/search/metadata"))
        assert requests[0] > 0
        assert requests[1] == 0


def test_a_key_that_may_not_ask_stops_the_rule() -> None:
    with Sandbox(library(), "3.1") as sandbox:
        sandbox.add_key("small", "alice", ["user.read"])
        with pytest.raises(MissingPermission):
            resolved(Not(node({"place": "Finland"})), connected(sandbox, "small"))


def test_a_limited_search_with_several_spellings_says_that_the_limit_counts_for_each(
    servers: dict[str, PhotoServer],
) -> None:
    rule, findings = resolved(node({"search": {"query": "dog", "make": "sony", "resultLimit": 5}}), servers["3.1"])
    assert [leaf.query.get("make") for leaf in leaves(rule.match) if isinstance(leaf, Search)] == ["SONY", "Sony"]
    assert all(leaf.query.kind is Kind.SMART for leaf in leaves(rule.match) if isinstance(leaf, Search))
    (notice,) = findings.warnings
    assert notice.endswith("there are 2 spellings, and the limit counts for each")


def test_what_another_account_of_the_run_has_is_no_slip() -> None:
    made = library()
    user = User(made.new_id(), "Bob", "bob@example.org", made.now(), is_admin=False)
    made.users[user.id] = user
    made.add_asset(owner="bob", exif=Exif(country="Peru"))
    with Sandbox(made, "3.1") as sandbox:
        connect = {name: partial(connected, sandbox, name) for name in ("alice", "bob")}
        alice = connect_accounts(connect).present["alice"]

        def problems(country: str) -> list[str]:
            diagnostics = Diagnostics()
            match = node({"search": {}, "not": {"place": {"country": country}}})
            resolve(Rule(match), alice.server, diagnostics, alice.names)
            return [problem.message for problem in diagnostics.problems]

        assert problems("peru") == []
        assert problems("Chile") == ["no photo has country 'Chile', so nothing would be left out"]
        sandbox.add_key("small", "bob", ["user.read"])
        connect["bob"] = partial(connected, sandbox, "small")
        alice = connect_accounts(connect).present["alice"]
        assert problems("peru") == ["no photo has country 'peru', so nothing would be left out"]


def test_what_is_asked_by_content_is_asked_in_one_form(servers: dict[str, PhotoServer]) -> None:
    for form in FORMS:
        rule, findings = resolved(node({"smart": in_form(form, "caf\u00e9")}), servers["3.1"])
        assert (findings.problems, findings.warnings) == ([], [])
        (leaf,) = leaves(rule.match)
        assert isinstance(leaf, Search)
        assert leaf.query.get("query") == "caf\u00e9"
