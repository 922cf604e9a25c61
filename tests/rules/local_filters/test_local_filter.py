"""Local filters, as they are written and as they hold."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import FilterError, Problem
from immich_smart_albums.model.span import FlagOrigin
from immich_smart_albums.rules.local_filters.asset_shape import ASSET
from immich_smart_albums.rules.local_filters.jsonpath import ShapeNode, compile_path
from immich_smart_albums.rules.local_filters.local_filter import local_filter, read_local_filters
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm
from immich_smart_albums.rules.values.regex import compile_pattern
from tests.support.api_fields import by_version
from tests.support.payloads import source

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from immich_smart_albums.rules.tree import Filter

APPLE = {"id": "1", "exifInfo": {"make": "Apple", "model": "iPhone 15 Pro"}}
CANON = {"id": "2", "exifInfo": {"make": "Canon", "model": None}}
KNOWN_PATHS = {place.address for place in ShapeNode("$", ASSET).descendants()}
NO_EXIF: dict[str, object] = {"id": "3", "exifInfo": None}


def read(value: object, form: SourceForm = SourceForm.INLINE) -> tuple[Filter, ...]:
    """The filters in a value that has no problem."""
    diagnostics = Diagnostics()
    result = read_local_filters(source(value, form), diagnostics)
    assert diagnostics.problems == []
    return result


def problems(value: object, form: SourceForm = SourceForm.INLINE) -> list[Problem]:
    """The problems of a value."""
    diagnostics = Diagnostics()
    read_local_filters(source(value, form, "x.json" if form is SourceForm.FILE else "--flag"), diagnostics)
    return diagnostics.problems


# -- lists of objects ---------------------------------------------------------------------------------------------


def test_a_list_gives_one_filter_for_each_object() -> None:
    result = read(
        [{"path": "$.exifInfo.make", "regex": "apple", "description": "Apples"}, {"path": "$.people[*].name"}]
    )
    assert [check.key for check in result] == ["$.exifInfo.make:apple", "$.people[*].name"]
    assert [check.text for check in result] == ["local filter 'Apples'", "local filter '$.people[*].name:'"]
    assert [str(check.origin) for check in result] == ["--flag", "--flag"]


def test_an_empty_expression_is_none() -> None:
    (result,) = read([{"path": "$.exifInfo.make", "regex": ""}])
    assert result.key == "$.exifInfo.make"


@pytest.mark.parametrize(
    ("value", "what"),
    [
        ({"path": "$.exifInfo.make"}, "an object"),
        ("5", "a number"),
        ('"$.exifInfo.make"', "a text"),
        ("true", "true or false"),
    ],
)
def test_a_local_filter_is_a_list_of_objects(value: object, what: str) -> None:
    (messages,) = problems(value)
    assert messages.message == f"a local filter is a list of objects, not {what}"
    assert messages.hint is not None


def test_an_empty_list_and_broken_json_are_refused() -> None:
    assert [problem.message for problem in problems([])] == ["the list of local filters is empty"]
    assert [problem.message for problem in problems("[")] == ["broken JSON: Expecting value"]


@pytest.mark.parametrize("entry", [None, 5, "$.exifInfo.make", ["$.exifInfo.make"], True])
def test_an_entry_that_is_no_object_is_told_by_its_number(entry: object) -> None:
    (messages,) = problems([{"path": "$.id"}, entry])
    assert messages.message.startswith("filter 2: a filter is an object, not ")


def test_unknown_words_are_told_with_the_nearest_known_one() -> None:
    messages = problems([{"path": "$.id", "regexp": "x", "zzz": 1}])
    assert [problem.message for problem in messages] == [
        "filter 1: unknown word 'regexp'",
        "filter 1: unknown word 'zzz'",
    ]
    assert [problem.hint for problem in messages] == ["Did you mean 'regex'?", "A filter has path, regex, description."]


@pytest.mark.parametrize("word", ["path", "regex", "description"])
@pytest.mark.parametrize("value", [None, 5, True, ["x"], {}])
def test_each_word_takes_a_text(word: str, value: object) -> None:
    (messages,) = problems([{"path": "$.id", word: value}])
    assert messages.message.startswith(f"filter 1: {word} takes a text, not ")


def test_an_object_without_a_path_is_refused() -> None:
    assert [problem.message for problem in problems([{"regex": "x"}])] == ["filter 1: there is no path"]


def test_all_problems_of_a_list_are_told_each_at_its_own_entry() -> None:
    text = """[
  {"path": "$.exifInfo.make", "regex": "a+"},
  {"path": "$.exifInfo.make", "regex": 5},
  {"regex": "b"},
  7,
  {"path": "$.exifInfo.maker"},
  {"path": "$.exifInfo.make", "regex": "(b"}
]"""
    messages = problems(text, SourceForm.FILE)
    assert [(problem.where, problem.message.split(":")[0]) for problem in messages] == [
        ("x.json:3:31", "filter 2"),
        ("x.json", "filter 3"),
        ("x.json", "filter 4"),
        ("x.json:6:4", "filter 5"),
        ("x.json:7:31", "filter 6"),
    ]


def test_a_broken_expression_is_marked_inside_itself() -> None:
    (messages,) = problems([{"path": "$.exifInfo.make", "regex": "a(b"}])
    assert messages.excerpt == "a(b\n ^"
    assert messages.hint is not None


def test_a_broken_path_is_marked_inside_itself() -> None:
    (messages,) = problems([{"path": "$.exifInfo[", "regex": "x"}])
    assert messages.where == "--flag, column 3"
    assert messages.excerpt is not None
    assert messages.excerpt.startswith("$.exifInfo[\n")


def test_a_line_break_in_an_expression_does_not_move_its_mark() -> None:
    (messages,) = problems([{"path": "$.id", "regex": "a\n(b"}])
    assert messages.excerpt == "a (b\n  ^"


# -- fields -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("$.exifinfo.make", "assets have no field 'exifinfo'", "Did you mean $.exifInfo?"),
        ("$.exifInfo.maker", "exifInfo has no field 'maker'", "Did you mean $.exifInfo.make?"),
        ("$.make", "assets have no field 'make'", "Did you mean $.exifInfo.make?"),
        ("$.exifInfo.originalpath", "exifInfo has no field 'originalpath'", "Did you mean $.originalPath?"),
        ("$.people[*].nmae", "people[*] has no field 'nmae'", "Did you mean $.people[*].name?"),
        ("$.people[0].nmae", "people[*] has no field 'nmae'", "Did you mean $.people[*].name?"),
        ("$.people[0:2].nmae", "people[*] has no field 'nmae'", "Did you mean $.people[*].name?"),
        ("$.people[*,0].nmae", "people[*] has no field 'nmae'", "Did you mean $.people[*].name?"),
        ("$.people.name", "people has no field 'name'", "Did you mean $.people[*].name?"),
        ("$.people[*].faces[0].idd", "people[*].faces[*] has no field 'idd'", "Did you mean $.people[*].faces[*].id?"),
        ("$.tags[*].vlaue", "tags[*] has no field 'vlaue'", "Did you mean $.tags[*].value?"),
        ("$.owner.emial", "owner has no field 'emial'", "Did you mean $.owner.email?"),
        ("$.stack.primaryAsetId", "stack has no field 'primaryAsetId'", "Did you mean $.stack.primaryAssetId?"),
        ("$.exifInfo['make','modle']", "exifInfo has no field 'modle'", "Did you mean $.exifInfo.model?"),
        ("$['originalPath','make']", "assets have no field 'make'", "Did you mean $.exifInfo.make?"),
        ("$.people[?@.naem=='Emma']", "people[*] has no field 'naem'", "Did you mean $.people[*].name?"),
        ("$.people[?!@.naem].id", "people[*] has no field 'naem'", "Did you mean $.people[*].name?"),
        ("$.people[?@.id==$.ownerid]", "assets have no field 'ownerid'", "Did you mean $.ownerId?"),
        ("$.people[?search(@.nam,'x')]", "people[*] has no field 'nam'", "Did you mean $.people[*].name?"),
        ("$..nmae", "what this path reaches has no field 'nmae'", "Did you mean $.people[*].name?"),
        ("$.*.nmae", "what this path reaches has no field 'nmae'", "Did you mean $.people[*].name?"),
        ("$.people..make", "what this path reaches has no field 'make'", "Did you mean $.exifInfo.make?"),
    ],
)
def test_a_field_that_assets_do_not_have_is_told_with_the_nearest(path: str, message: str, hint: str) -> None:
    messages = problems([{"path": path, "regex": "x"}])
    assert [(problem.message, problem.hint) for problem in messages] == [(f"filter 1: {message}", hint)]


@pytest.mark.parametrize(
    "path",
    [
        "$",
        "$.*",
        "$.exifInfo",
        "$.exifInfo.*",
        "$.exifInfo['make','model']",
        "$.exifInfo..make",
        "$.people",
        "$.people[0].name",
        "$.people[-1:].name",
        "$.people[*].faces[0].boundingBoxX1",
        "$.people[*].sharedBy[*].email",
        "$.people[?@.name=='Emma' && !@.isHidden].birthDate",
        "$.people[?@.faces[?@.sourceType=='exif']]",
        "$.people[?@.updatedAt > $.fileCreatedAt]",
        "$.people[?count(@.faces[*])>1]",
        "$.people[?search(@.name,'a|b')]",
        "$.people..name",
        "$.tags[*].value",
        "$.stack.primaryAssetId",
        "$.unassignedFaces[0].imageWidth",
        "$[?@.make=='Apple']",
        "$..make",
        "$..[?@.name]",
        "$..*",
    ],
)
def test_a_path_that_some_asset_can_have_is_taken(path: str) -> None:
    assert read([{"path": path}])


@pytest.mark.parametrize(
    ("path", "message", "hint"),
    [
        ("$.originalPath.foo", "originalPath has nothing below it", "End the path there: $.originalPath."),
        ("$.originalPath[0]", "originalPath has nothing below it", "End the path there: $.originalPath."),
        ("$.originalPath.*", "originalPath has nothing below it", "End the path there: $.originalPath."),
        ("$.people[*].name[0]", "people[*].name has nothing below it", "End the path there: $.people[*].name."),
        ("$.exifInfo.*.x", "what this path reaches has nothing below it", "End the path there."),
        ("$.exifInfo[?@.make=='x']", "what this path reaches has nothing below it", "End the path there."),
        (
            "$.exifInfo[0]",
            "exifInfo is an object and no list, so this path yields nothing",
            "Name a field, such as $.exifInfo.city.",
        ),
    ],
)
def test_a_path_into_what_has_no_such_parts_is_refused(path: str, message: str, hint: str) -> None:
    (messages,) = problems([{"path": path}])
    assert (messages.message, messages.hint) == (f"filter 1: {message}", hint)


def test_the_fields_that_can_be_asked_for_are_those_that_immich_has_in_some_version() -> None:
    seen = {path for models in by_version().values() for path in _paths("AssetResponseDto", models, "$")}
    assert {path for path in seen if not path.startswith("$.smartInfo")} == KNOWN_PATHS  # smartInfo: in 1.118 only


def _paths(model: str, models: dict[str, dict[str, str]], prefix: str) -> Iterator[str]:
    yield prefix
    for field, type_ in models[model].items():
        inner = re.search(r"\w+ResponseDto", type_)
        is_list = type_.startswith("[")
        if is_list:
            yield f"{prefix}.{field}"
        here = f"{prefix}.{field}" + "[*]" * is_list
        yield from _paths(inner[0], models, here) if inner else [here]


def test_a_field_that_is_near_to_nothing_points_to_the_list() -> None:
    (messages,) = problems([{"path": "$.zzzzzzzz"}])
    assert "list of fields" in str(messages.hint)


def test_a_path_that_asks_an_asset_for_an_element_yields_nothing_ever() -> None:
    (messages,) = problems([{"path": "$[0].id"}])
    assert messages.message == "filter 1: an asset is an object, so this path yields nothing"


# -- words --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "path", "regex"),
    [
        ("$.exifInfo.make:Apple", "$.exifInfo.make", "Apple"),
        (" $.exifInfo.make:^Apple$ ", "$.exifInfo.make", "^Apple$"),
        ("$.exifInfo.make", "$.exifInfo.make", None),
        ("$.exifInfo.make:", "$.exifInfo.make", None),
        ("$.localDateTime:T2[0-3]:", "$.localDateTime", "T2[0-3]:"),
        ("$.exifInfo.make: Apple", "$.exifInfo.make", " Apple"),
        ("$['exifInfo']['make']:a:b", "$.exifInfo.make", "a:b"),
        ("$.people[0:2].name:emma", "$.people[0:2].name", "emma"),
        ('$.people[?@.name == ":"].name:emma', "$.people[?@.name==':'].name", "emma"),
        ("$.people[?match(@.name, 'E:.*')].id:1", "$.people[?match(@.name,'E:.*')].id", "1"),
    ],
)
def test_the_first_colon_outside_brackets_and_quotes_parts_path_and_expression(
    text: str, path: str, regex: str | None
) -> None:
    (result,) = read(text, SourceForm.BARE)
    expected = path if regex is None else f"{path}:{regex}"
    assert result.key.replace(" ", "") == expected.replace(" ", "")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("filters/apple.json", "no such file"),
        ("apple.json", "no such file"),
        ("Apple", "neither a file nor a filter"),
        ("", "neither a file nor a filter"),
        ("exifInfo.make:Apple", "neither a file nor a filter"),
    ],
)
def test_words_that_do_not_begin_with_a_dollar_are_no_filter(text: str, message: str) -> None:
    assert [problem.message for problem in problems(text, SourceForm.BARE)] == [message]


def test_words_with_an_unknown_field_or_a_broken_expression_are_refused() -> None:
    assert [problem.message for problem in problems("$.exifInfo.maker:Apple", SourceForm.BARE)] == [
        "exifInfo has no field 'maker'"
    ]
    (messages,) = problems("$.exifInfo.make:(Apple", SourceForm.BARE)
    assert messages.excerpt == "(Apple\n^"
    assert messages.where == "--flag"
    assert [problem.where for problem in problems("$.exifInfo[make:Apple", SourceForm.BARE)] == ["--flag"]


# -- what holds ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "asset", "expected"),
    [
        ("$.exifInfo.make:apple", APPLE, True),
        ("$.exifInfo.make:ppl", APPLE, True),
        ("$.exifInfo.make:^ppl", APPLE, False),
        ("$.exifInfo.make:apple", CANON, False),
        ("$.exifInfo.make:apple", NO_EXIF, False),
        ("$.exifInfo.make:apple", {}, False),
        ("$.exifInfo.model", APPLE, True),
        ("$.exifInfo.model", CANON, False),  # null is not there
        ("$.exifInfo.model:.*", CANON, False),  # and no expression is found in it
        ("$.exifInfo.model:None", CANON, False),
        ("$.exifInfo.model:^$", CANON, False),
        ("$.exifInfo.description", {"exifInfo": {"description": ""}}, True),
        ("$.exifInfo.description:^$", {"exifInfo": {"description": ""}}, True),
        ("$.isFavorite:true", {"isFavorite": True}, True),
        ("$.isFavorite:^True$", {"isFavorite": True}, True),
        ("$.isFavorite", {"isFavorite": False}, True),
        ("$.isFavorite:false", {"isFavorite": False}, True),
        ("$.exifInfo.iso:^1600$", {"exifInfo": {"iso": 1600}}, True),
        ("$.exifInfo.fNumber:^2\\.2$", {"exifInfo": {"fNumber": 2.2}}, True),
        ("$.exifInfo.iso:^0$", {"exifInfo": {"iso": 0}}, True),
        ("$.people[*].name:emma", {"people": [{"name": "Noah"}, {"name": "Emma"}]}, True),
        ("$.people[*].name:emma", {"people": []}, False),
        ("$.people", {"people": []}, True),
        ("$.exifInfo:'make': 'apple'", APPLE, True),
    ],
)
def test_an_expression_is_searched_in_each_value_as_python_writes_it(
    text: str, asset: Mapping[str, object], expected: bool
) -> None:
    (result,) = read(text, SourceForm.BARE)
    assert result.holds(asset) is expected


def test_equal_filters_are_equal_wherever_they_stand_and_whatever_they_are_called() -> None:
    one, other, third = read(
        [
            {"path": "$.exifInfo.make", "regex": "Apple", "description": "one"},
            {"path": "$['exifInfo']['make']", "regex": "Apple", "description": "two"},
            {"path": "$.exifInfo.make", "regex": "apple"},
        ]
    )
    assert one == other
    assert len({one, other, third}) == 2


def test_an_expression_that_takes_too_long_is_an_error_that_names_filter_and_asset() -> None:
    slow = local_filter(
        compile_path("$.originalFileName"),
        compile_pattern("(a|aa)+$", timeout=0.000001),
        "too clever",
        FlagOrigin("x.json"),
    )
    with pytest.raises(FilterError) as caught:
        slow.holds({"id": "asset-7", "originalFileName": "a" * 5000 + "!"})
    assert caught.value.message.startswith("x.json: the filter 'too clever' failed on asset asset-7: the pattern")
    assert caught.value.hint is not None


def test_a_filter_in_a_path_that_cannot_be_evaluated_is_an_error_and_no_miss() -> None:
    nested: object = "x"
    for _ in range(200):
        nested = [nested]
    deep = local_filter(compile_path("$..[?@.a == 1]"), None, "deep", FlagOrigin("x.json"))
    with pytest.raises(FilterError, match="the filter 'deep' failed on asset asset-8"):
        deep.holds({"id": "asset-8", "people": nested})
    with pytest.raises(FilterError, match="the filter 'deep' failed on asset asset-8"):
        deep.evidence({"id": "asset-8", "people": nested})


def test_inline_and_file_forms_mean_the_same() -> None:
    value = json.dumps([{"path": "$.exifInfo.make", "regex": "Apple"}])
    assert read_local_filters(Source("a", value, SourceForm.INLINE), Diagnostics()) == read_local_filters(
        Source("b", value, SourceForm.FILE), Diagnostics()
    )
