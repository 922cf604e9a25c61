"""The sixteen flags: the tree that they make, and what it selects."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Value
from immich_smart_albums.rules.flags.flags import read_rule
from immich_smart_albums.rules.flags.names import FLAGS, Flag
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Reference, Rule, Search, leaves
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Selection, evaluate
from tests.support.examples import examples
from tests.support.in_memory_searches import Uncounted
from tests.support.payloads import ANNA

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping

BY_NAME = {flag.name: flag for flag in FLAGS}


def given_flags(**flags: list[list[str]]) -> dict[Flag, list[list[Source]]]:
    """Flags by name with underscores; each has occurrences, each of them values."""
    result = {}
    for name, occurrences in flags.items():
        flag = BY_NAME["--" + name.replace("_", "-")]
        result[flag] = [[Source(flag.name, value, _form(value)) for value in group] for group in occurrences]
    return result


def _form(value: str) -> SourceForm:
    return SourceForm.INLINE if value.startswith("{") else SourceForm.BARE


def rule(**flags: list[list[str]]) -> Rule:
    """The rule of flags that have no problem."""
    diagnostics = Diagnostics()
    result = read_rule(given_flags(**flags), diagnostics)
    assert diagnostics.problems == []
    assert result is not None
    return result


def city(name: str) -> Search:
    return Search(Query(Kind.METADATA, where(city=name)))


def smart(words: str) -> Search:
    return Search(Query(Kind.SMART, where(query=words), limit=200))


def unlabelled(node: Node) -> Node:
    """The tree without labels, for comparison."""
    match node:
        case All():
            return All(tuple(unlabelled(child) for child in node.children))
        case Any():
            return Any(tuple(unlabelled(child) for child in node.children))
        case Not():
            return Not(unlabelled(node.child))
        case _:
            return node


NICE, KYOTO = '{"city": "Nice"}', '{"city": "Kyoto"}'


# -- the tree -----------------------------------------------------------------------------------------------------


def test_there_are_sixteen_flags_named_as_in_the_older_tool() -> None:
    assert len(BY_NAME) == 16
    assert "--include-metadata-union" in BY_NAME
    assert "--exclude-local-filter-intersection" in BY_NAME
    assert "--exclude-person-names-intersection" in BY_NAME


def test_a_union_flag_means_any_and_an_intersection_flag_all() -> None:
    assert unlabelled(rule(include_metadata_union=[[NICE, KYOTO]]).match) == All((Any((city("Nice"), city("Kyoto"))),))
    assert unlabelled(rule(include_metadata_intersection=[[NICE, KYOTO]]).match) == All(
        (All((city("Nice"), city("Kyoto"))),)
    )


def test_both_modes_and_all_types_must_hold() -> None:
    result = rule(
        include_metadata_union=[[NICE]],
        include_metadata_intersection=[[KYOTO]],
        include_smart_union=[["dog"]],
        include_person_names_intersection=[["Emma"]],
    )
    assert unlabelled(result.match) == All(
        (Any((city("Nice"),)), All((city("Kyoto"),)), Any((smart("dog"),)), All((person_named("Emma"),)))
    )


def test_parts_are_labelled_with_their_flags() -> None:
    result = rule(include_metadata_union=[[NICE]], exclude_smart_union=[["dog"]])
    assert isinstance(result.match, All)
    assert [str(child.origin) for child in result.match.children if isinstance(child, Any | Not)] == [
        "--include-metadata-union",
        "--exclude-smart-union",
    ]


@pytest.mark.parametrize("flag", ["include_metadata_union", "include_metadata_intersection"])
def test_several_occurrences_of_an_include_are_the_same_as_one(flag: str) -> None:
    assert rule(**{flag: [[NICE], [KYOTO]]}) == rule(**{flag: [[NICE, KYOTO]]})


def test_several_occurrences_of_an_exclude_union_are_the_same_as_one() -> None:
    one = rule(include_metadata_union=[["{}"]], exclude_metadata_union=[[NICE, KYOTO]])
    several = rule(include_metadata_union=[["{}"]], exclude_metadata_union=[[NICE], [KYOTO]])
    assert one == several
    assert unlabelled(one.match) == All((Any((Search(WHOLE_LIBRARY),)), Not(Any((city("Nice"), city("Kyoto"))))))


def test_each_occurrence_of_an_exclude_intersection_is_a_group() -> None:
    result = rule(
        include_metadata_union=[["{}"]],
        exclude_person_names_intersection=[["John", "Mary"], ["Peter", "Wendy"]],
    )
    assert unlabelled(result.match) == All(
        (
            Any((Search(WHOLE_LIBRARY),)),
            Not(All((person_named("John"), person_named("Mary")))),
            Not(All((person_named("Peter"), person_named("Wendy")))),
        )
    )


def test_a_file_of_local_filters_adds_each_of_its_entries() -> None:
    value = json.dumps([{"path": "$.exifInfo.make", "regex": "Apple"}, {"path": "$.id"}])
    flags = {
        BY_NAME["--include-metadata-union"]: [[Source("", "{}", SourceForm.INLINE)]],
        BY_NAME["--include-local-filter-union"]: [[Source("x.json", value, SourceForm.FILE)]],
    }
    result = read_rule(flags, Diagnostics())
    assert result is not None
    assert [type(leaf) for leaf in leaves(result.match)] == [Search, Filter, Filter]


def test_limits_and_the_zone_reach_the_rule() -> None:
    flags = given_flags(include_metadata_union=[['{"takenAfter": "2023-06-01"}']], include_smart_union=[["dog"]])
    result = read_rule(flags, Diagnostics(), max_assets=7, smart_limit=50, zone=ZoneInfo("Europe/Helsinki"))
    assert result is not None
    assert result.limit == 7
    queries = [leaf.query for leaf in leaves(result.match) if isinstance(leaf, Search)]
    assert queries == [
        Query(Kind.METADATA, where(takenAfter="2023-05-31T21:00:00.000Z")),
        Query(Kind.SMART, where(query="dog"), limit=50),
    ]


def test_smart_flags_take_payloads_too() -> None:
    flags = {BY_NAME["--include-smart-union"]: [[Source("beach.json", '{"query": "beach"}', SourceForm.FILE)]]}
    result = read_rule(flags, Diagnostics())
    assert result is not None
    assert [leaf.query for leaf in leaves(result.match) if isinstance(leaf, Search)] == [smart("beach").query]


@pytest.mark.parametrize(
    ("text", "who"),
    [
        (" Emma ", "Emma"),
        (ANNA, ANNA),
        (f"https://photos.example/people/{ANNA}", ANNA),
        (f"https://photos.example/people/{ANNA}?previousRoute=%2Fpeople", ANNA),
    ],
)
def test_people_are_given_by_name_id_or_address(text: str, who: str) -> None:
    assert list(leaves(rule(include_person_names_union=[[text]]).match)) == [person_named(who)]


# -- problems -----------------------------------------------------------------------------------------------------


def problems(**flags: list[list[str]]) -> tuple[Rule | None, list[str], list[str]]:
    diagnostics = Diagnostics()
    result = read_rule(given_flags(**flags), diagnostics)
    return result, [problem.message for problem in diagnostics.problems], diagnostics.warnings


def test_only_excludes_are_an_error_and_nothing_else_is_said() -> None:
    _, messages, notices = problems(exclude_metadata_union=[[NICE]])
    assert messages == ["only excludes, and nothing to exclude from"]
    assert notices == []


def test_only_local_filters_read_the_whole_library_with_a_notice() -> None:
    problems_shown, messages, notices = problems(
        include_local_filter_union=[["$.exifInfo.make:Apple"]], exclude_metadata_union=[[NICE]]
    )
    assert messages == []
    assert notices == ["only local filters include: the whole library is read"]
    assert problems_shown is not None
    assert next(iter(leaves(problems_shown.match))) == Search(WHOLE_LIBRARY)


def test_an_unreadable_include_is_never_the_whole_library() -> None:
    problems_shown, messages, notices = problems(include_metadata_union=[["{"]])
    assert problems_shown is None
    assert len(messages) == 1
    assert notices == []


@pytest.mark.parametrize(
    ("flag", "text", "message"),
    [
        ("include_metadata_union", "filters/x.json", "no such file"),
        ("include_metadata_union", "Helsinki", "neither a file nor JSON"),
        ("include_smart_union", "  ", "a blank search"),
        ("include_smart_union", "x.json", "no such file"),
        ("include_person_names_union", " ", "a blank name"),
        ("include_local_filter_union", "Apple", "neither a file nor a filter"),
    ],
)
def test_a_value_that_is_nothing_is_told(flag: str, text: str, message: str) -> None:
    problems_shown, messages, _ = problems(**{flag: [[text]]})
    assert problems_shown is None
    assert messages == [message]


def test_a_smart_payload_without_a_question_is_told() -> None:
    flags = {BY_NAME["--include-smart-union"]: [[Source("x.json", "{}", SourceForm.FILE)]]}
    diagnostics = Diagnostics()
    assert read_rule(flags, diagnostics) is None
    assert len(diagnostics.problems) == 1


def test_what_can_be_read_is_read_beside_what_cannot_so_that_all_problems_show() -> None:
    problems_shown, messages, _ = problems(
        include_metadata_union=[["{", NICE]], include_person_names_union=[["Emma"], [""]], exclude_smart_union=[["x@0"]]
    )
    assert len(messages) == 3
    assert problems_shown is not None
    assert unlabelled(problems_shown.match) == All((Any((city("Nice"),)), Any((person_named("Emma"),))))


# -- what the flags select ----------------------------------------------------------------------------------------

UNIVERSE = tuple(f"asset-{number}" for number in range(6))

Values = list[list[list[frozenset[str]]]]
"""For each occurrence its values, each with what it finds. A value of a local filter flag is a file of entries."""


@dataclass
class FlagResults(Uncounted):
    """Searches in memory: each value of a flag is a query of its own with the result that the test says."""

    results: dict[Query, frozenset[str]]
    records: dict[str, dict[str, object]]

    def find(self, query: Query, fields: frozenset[str]) -> Generator[Iterable[Mapping[str, object]], None, None]:
        yield [self.records[id_] for id_ in sorted(self.result(query))]

    def result(self, query: Query) -> frozenset[str]:
        """A search that several were put together to finds what they all find."""
        if query in self.results:
            return self.results[query]
        single = [one._replace(value=filter_) for one in query.where for filter_ in _values(one.value)]
        return frozenset(UNIVERSE).intersection(*(self.results[Query(query.kind, (filter_,))] for filter_ in single))

    def unsupported(self, query: Query) -> list[tuple[str, str]]:
        return [("filter", "structured searches are not understood here")] if not query.is_flat else []

    def leaves_out_unread(self, query: Query) -> bool:
        return True

    def unsupported_asset_fields(self, names: Iterable[str]) -> list[str]:
        return []

    def details(self, ids: Iterable[str]) -> Iterator[Mapping[str, object]]:
        raise AssertionError


def _values(value: Value) -> list[Value]:
    return [(str(item),) for item in value] if isinstance(value, tuple) else [value]


sets = st.frozensets(st.sampled_from(UNIVERSE), max_size=6)
files = st.lists(sets, min_size=1, max_size=2)
assignments = st.dictionaries(
    st.sampled_from(FLAGS), st.lists(st.lists(files, min_size=1, max_size=3), min_size=1, max_size=2), max_size=7
)


def in_words(assigned: dict[Flag, Values]) -> set[str]:
    """The rules of combination as they are written down, over plain sets."""

    def entries(group: list[list[frozenset[str]]], flag: Flag) -> list[frozenset[str]]:
        # One value is one search or one person; a local filter file holds several entries.
        return [item for value in group for item in (value if flag.type == "local-filter" else value[:1])]

    selected = set(UNIVERSE)
    for flag, occurrences in assigned.items():
        if flag.action == "include":
            every = [item for group in occurrences for item in entries(group, flag)]
            matching = frozenset().union(*every) if flag.mode == "union" else frozenset(UNIVERSE).intersection(*every)
            selected &= matching
    for flag, occurrences in assigned.items():
        if flag.action == "exclude":
            for group in occurrences:
                item = entries(group, flag)
                selected -= frozenset().union(*item) if flag.mode == "union" else item[0].intersection(*item)
    return selected


def as_sources(assigned: dict[Flag, Values]) -> tuple[dict[Flag, list[list[Source]]], FlagResults]:
    """The same as flags, with searches that answer so."""
    results: dict[Query, frozenset[str]] = {WHOLE_LIBRARY: frozenset(UNIVERSE)}
    marks: dict[str, list[str]] = {id_: [] for id_ in UNIVERSE}
    flags: dict[Flag, list[list[Source]]] = {}
    number = 0
    for flag, occurrences in assigned.items():
        for group in occurrences:
            sources = []
            for value in group:
                number += 1
                sources.append(_source(flag.type, value, number, results, marks))
            flags.setdefault(flag, []).append(sources)
    records: dict[str, dict[str, object]] = {
        id_: {"id": id_, "fileCreatedAt": "2024-01-01T00:00:00.000Z", "originalPath": "".join(marks[id_])}
        for id_ in UNIVERSE
    }
    return flags, FlagResults(results, records)


def _source(
    type_: Literal["metadata", "smart", "person-names", "local-filter"],
    value: list[frozenset[str]],
    number: int,
    results: dict[Query, frozenset[str]],
    marks: dict[str, list[str]],
) -> Source:
    name = f"v{number}"
    match type_:
        case "metadata":
            results[_file_name(name).query] = value[0]
            return Source(name, json.dumps({"originalFileName": name}), SourceForm.INLINE)
        case "smart":
            results[smart(name).query] = value[0]
            return Source(name, name, SourceForm.BARE)
        case "person-names":
            results[_person(name).query] = value[0]
            return Source(name, name, SourceForm.BARE)
        case "local-filter":
            entries = []
            for part, item in enumerate(value):
                for id_ in item:
                    marks[id_].append(f"<{name}-{part}>")
                entries.append({"path": "$.originalPath", "regex": f"<{name}-{part}>"})
            return Source(name, json.dumps(entries), SourceForm.FILE)


def _file_name(text: str) -> Search:
    return Search(Query(Kind.METADATA, where(originalFileName=text)))


def _person(name: str) -> Search:
    return Search(Query(Kind.METADATA, where(personIds=(name,))))


def _with_people(node: Node) -> Node:
    """The tree with each name as the search that finds this person."""
    match node:
        case Reference():
            return _person(node.names[0])
        case All():
            return All(tuple(_with_people(child) for child in node.children))
        case Any():
            return Any(tuple(_with_people(child) for child in node.children))
        case Not():
            return Not(_with_people(node.child))
        case _:
            return node


@given(assignments)
@settings(max_examples=examples(30), deadline=None)
def test_any_flags_select_what_the_rules_in_words_say(assigned: dict[Flag, Values]) -> None:
    flags, searches = as_sources(assigned)
    diagnostics = Diagnostics()
    result = read_rule(flags, diagnostics)
    if not any(flag.action == "include" for flag in assigned):
        assert len(diagnostics.problems) == 1
        return
    assert diagnostics.problems == []
    assert result is not None
    resolved = Rule(_with_people(result.match))
    (selection,) = evaluate(compile_rules([resolved], searches), searches, concurrency=1, log=lambda _: None)
    assert isinstance(selection, Selection)
    assert {asset.id for asset in selection.assets} == in_words(assigned)
    only_local = all(flag.type == "local-filter" for flag in assigned if flag.action == "include")
    assert bool(diagnostics.warnings) == only_local


def test_the_words_by_example() -> None:
    """Guards the transcription itself, with sets that can be checked by eye."""
    a, b, c, d = (frozenset({f"asset-{number}"}) for number in range(4))
    assert in_words({BY_NAME["--include-metadata-union"]: [[[a], [b]], [[c]]]}) == a | b | c
    assert in_words({BY_NAME["--include-smart-intersection"]: [[[a | b], [b | c]]]}) == b
    assert (
        in_words(
            {
                BY_NAME["--include-metadata-union"]: [[[a | b | c | d]]],
                BY_NAME["--exclude-person-names-intersection"]: [[[a | b], [b]], [[c], [c | d]]],
            }
        )
        == a | d
    )
