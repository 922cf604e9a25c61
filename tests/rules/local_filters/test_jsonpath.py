"""Paths mean what RFC 9535 says, the old tool's habits are understood, and everything else is refused with a mark."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import OrderedDict
from pathlib import Path as FilePath
from types import MappingProxyType
from typing import Any

import jsonpath as library
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.rules.local_filters.jsonpath import PathError, compile_path, compiler
from immich_smart_albums.rules.local_filters.jsonpath.parser import read_steps
from immich_smart_albums.rules.values.regex import PatternTimeout
from tests.support.examples import examples

ASSET: dict[str, Any] = {
    "id": "1",
    "type": "IMAGE",
    "isFavorite": True,
    "exifInfo": {"make": "Apple", "model": None, "iso": 100, "a b": "spaced", "lens-id": "hyphen"},
    "people": [
        {"id": "p1", "name": "Anna", "isHidden": False, "faces": [{"x": 1}, {"x": 2}]},
        {"id": "p2", "name": "Ben", "isHidden": True, "faces": []},
        {"id": "p3", "name": 'it\'s "Emma"', "isHidden": False},
    ],
    "tags": [],
}

LIBRARY = FilePath(__file__).parents[3] / "../shared/immich/library/library-alice.json"


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$", [ASSET]),
        ("$.type", ["IMAGE"]),
        ("$.isFavorite", [True]),
        ("$.exifInfo.make", ["Apple"]),
        ("$.exifInfo.model", [None]),
        ("$.exifInfo.missing", []),
        ("$.missing", []),
        ("$.missing.make", []),
        ("$.type.make", []),
        ("$.type[0]", []),
        ("$.type[*]", []),
        ("$.exifInfo[0]", []),
        ("$.people.name", []),
        ("$.people[0].name", ["Anna"]),
        ("$.people[-1].id", ["p3"]),
        ("$.people[3].name", []),
        ("$.people[-4].name", []),
        ("$.people[*].id", ["p1", "p2", "p3"]),
        ("$.people[*].faces[*].x", [1, 2]),
        ("$.people.*.id", ["p1", "p2", "p3"]),
        ("$.exifInfo[*]", ["Apple", None, 100, "spaced", "hyphen"]),
        ("$.tags[*]", []),
        ("$..x", [1, 2]),
        ("$..faces[0].x", [1]),
        ("$.people[0]..x", [1, 2]),
        ("$.people[0]..*", ["p1", "Anna", False, [{"x": 1}, {"x": 2}], {"x": 1}, {"x": 2}, 1, 2]),
        ("$..[1]", [ASSET["people"][1], {"x": 2}]),
        ("$..['x']", [1, 2]),
        ("$['exifInfo']['a b']", ["spaced"]),
        ('$["exifInfo"]["make"]', ["Apple"]),
        ("$[ 'exifInfo' ] [ 'make' ]", ["Apple"]),
        ("$[0]", []),
    ],
)
def test_a_plain_path_yields_its_values_in_document_order(path: str, expected: list[object]) -> None:
    assert compile_path(path).values(ASSET) == expected


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("$.people[?(@.name=='Ben')].id", ["p2"]),
        ('$.people[?@.name == "Ben"].id', ["p2"]),
        ("$.people[?@.faces].id", ["p1", "p2"]),
        ("$.people[?!@.isHidden].id", []),
        ("$.people[?@.isHidden==false && length(@.name)>4].id", ["p3"]),
        ("$.people[?@.name=='it\\'s \"Emma\"'].id", ["p3"]),
        ("$.people[?match(@.name,'B.n')].id", ["p2"]),
        ("$.people[?match(@.name,'B.')].id", []),
        ("$.people[?search(@.name,'^(A|B)')].id", ["p1", "p2"]),
        ("$.people[?search(@.isHidden,'a')].id", []),
        ("$.people[?search(@.name,@.isHidden)].id", []),
        ("$.people[?count(@.faces[*])==2].id", ["p1"]),
        ("$.people[?@.id==$.people[1].id].name", ["Ben"]),
        ("$.people[0:2].id", ["p1", "p2"]),
        ("$.people[::-1].id", ["p3", "p2", "p1"]),
        ("$.people[0,2].id", ["p1", "p3"]),
        ("$.exifInfo['make','iso']", ["Apple", 100]),
        ("$..[?@.x==2]", [{"x": 2}]),
        ("$..faces[?@.x==2].x", [2]),
    ],
)
def test_a_filter_a_slice_and_a_union_yield_what_the_standard_says(path: str, expected: list[object]) -> None:
    assert compile_path(path).values(ASSET) == expected


def test_a_slice_of_a_text_yields_nothing() -> None:
    """The library would yield characters; RFC 9535 has slices of lists only."""
    assert compile_path("$.type[0:2]").values(ASSET) == []
    assert compile_path("$..[0:1]").values({"a": "text", "b": ["first", "second"]}) == ["first"]


@pytest.mark.parametrize(
    ("written", "normal"),
    [
        ("exifInfo.make", "$.exifInfo.make"),
        ("people[0].name", "$.people[0].name"),
        ("['a b']", "$['a b']"),
        ("*", "$[*]"),
        ("'a b'.c", "$['a b'].c"),
        ("$.people.[0].name", "$.people[0].name"),
        ("$.people.[*].name", "$.people[*].name"),
        ('$."exifInfo".make', "$.exifInfo.make"),
        ("$.'a b'", "$['a b']"),
        ("$..'a b'", "$..['a b']"),
        ("$.lens-id", "$['lens-id']"),
        ("  $.exifInfo.make\n", "$.exifInfo.make"),
        ("$['exifInfo'][\"make\"]", "$.exifInfo.make"),
        ("$.*", "$[*]"),
        ("$..*", "$..[*]"),
        ("$..[ 0 ]", "$..[0]"),
        ("$.😀", "$['😀']"),
        ("$.ä", "$.ä"),
        ("$['it\\'s']", "$['it\\'s']"),
        ('$["it\'s \\"x\\""]', "$['it\\'s \"x\"']"),
        ("$['\"']", "$['\"']"),
        (r"$['\u00e4\/\ud83d\ude00\n\u0000\\']", r"$['ä/😀\n\u0000\\']"),
        ('$.people[?(@.name=="x")].name', "$.people[?(@.name=='x')].name"),
        ("$.people[ ? @.name == 'a b' ]", "$.people[?@.name=='a b']"),
        ("$.people.[ 0 , 1 ]", "$.people[0,1]"),
        ("$..[ 0 , 1 ]", "$..[0,1]"),
    ],
)
def test_habits_and_long_forms_are_normalised(written: str, normal: str) -> None:
    path = compile_path(written)

    assert path.text == normal
    assert path == compile_path(normal)
    assert hash(path) == hash(compile_path(normal))
    assert compile_path(normal).text == normal


def test_a_path_shows_its_text_and_differs_from_others() -> None:
    assert compile_path("$.a") != compile_path("$.b")
    assert "$.a" in repr(compile_path("a"))


def test_habits_mean_the_same_as_their_standard_spelling() -> None:
    assert compile_path("people.[0].'name'").values(ASSET) == ["Anna"]
    assert compile_path("exifInfo.lens-id").values(ASSET) == ["hyphen"]


@pytest.mark.parametrize(
    ("path", "roots", "fields"),
    [
        ("$.type", {"type"}, {"type"}),
        ("$.exifInfo.make", {"exifInfo"}, {"exifInfo.make"}),
        ("$.exifInfo.make.deeper", {"exifInfo"}, {"exifInfo.make"}),
        ("$.exifInfo..make", {"exifInfo"}, {"exifInfo"}),
        ("$.exifInfo[*]", {"exifInfo"}, {"exifInfo"}),
        ("$.people[*].name", {"people"}, {"people"}),
        ("$.people[?@.name=='x'].id", {"people"}, {"people"}),
        ("$.people[?@.name=='$'].id", {"people"}, {"people"}),
        ("$.people[?@.name==$.type].id", None, None),
        ("$['a.b'].c", {"a.b"}, None),
        ("$.a['b.c']", {"a"}, None),
        ("$", None, None),
        ("$[*]", None, None),
        ("$..name", None, None),
        ("$..[0]", None, None),
        ("$['a','b']", None, None),
        ("$[0]", set(), set()),
    ],
)
def test_a_path_tells_which_fields_it_can_touch(path: str, roots: set[str] | None, fields: set[str] | None) -> None:
    compiled = compile_path(path)

    assert compiled.roots == roots
    assert compiled.fields == fields


@pytest.mark.parametrize("path", ["$.a", "$.a.b", "$.a[*]", "$[*].b", "$.a['b','c']"])
@pytest.mark.parametrize("wrap", [MappingProxyType, OrderedDict])
def test_an_asset_may_be_any_mapping(path: str, wrap: Any) -> None:
    asset = {"a": {"b": 1, "c": 2}}

    assert compile_path(path).values(wrap(asset)) == compile_path(path).values(asset)


def test_a_deep_asset_is_no_limit_for_a_plain_path_and_an_error_for_a_filter() -> None:
    asset: dict[str, Any] = {"x": 1}
    for _ in range(150):
        asset = {"a": asset}

    assert compile_path("$..x").values(asset) == [1]
    with pytest.raises(PathError, match="cannot be evaluated: recursion limit"):
        compile_path("$..[?@.x==1]").values(asset)


@pytest.mark.parametrize("function", ["match", "search"])
def test_a_catastrophic_expression_in_a_filter_is_stopped(function: str) -> None:
    path = compile_path(f"$.people[?{function}(@.name,'(a|aa)+b')]", timeout=0.01)

    with pytest.raises(PatternTimeout, match=r"longer than 0\.01 s"):
        path.values({"people": [{"name": "a" * 200 + "!"}]})


def test_an_expression_from_the_asset_that_is_none_matches_nothing() -> None:
    assert compile_path("$.people[?search(@.name,$.type)]").values({"people": [{"name": "("}], "type": "("}) == []


@pytest.mark.parametrize(
    ("path", "mark", "reason", "hint"),
    [
        ("", 0, "an empty path", "$.exifInfo.make"),
        ("  ", 0, "an empty path", "$.exifInfo.make"),
        ("@.a", 0, "a path begins at the asset", "Write $ in place of @."),
        ("$make", 1, "a dot is missing", "Write $.make."),
        ("$.exifInfo make", 11, "a dot is missing", "Write $.exifInfo.make."),
        ("$.", 2, "the path ends too early", "After $ comes"),
        ("$.a..", 5, "the path ends too early", "After $.a comes"),
        ("$.a]", 3, "unexpected ']'", ".name, ['a name'], [0], [*]"),
        ("$.-a", 2, "unexpected '-'", "After $ comes"),
        ("$.a. b", 4, "unexpected ' '", "After $.a comes"),
        ("$.people.0.name", 9, "does not begin with a digit", "Write $.people[0] for an element"),
        ("$.people[", 8, "the bracket is not closed", "Add a ]."),
        ("$.people[?@.a[0]", 8, "the bracket is not closed", "Add a ]."),
        ("$.people[]", 8, "nothing between the brackets", "[*]"),
        ("$.people[name]", 9, "stands in quotes", "Write ['name']"),
        ("$[make, model]", 2, "stands in quotes", "Write ['make']"),
        ("$.people[(@.length-1)]", 9, "a script", "[-1]"),
        ("$.people[01]", 9, "leading zeros", "Write [1]."),
        ("$.people[-0]", 9, "leading zeros", "Write [0]."),
        ("$.people[-01]", 9, "leading zeros", "Write [-1]."),
        ("$.people[9007199254740992]", 9, "an index beyond any list", "9007199254740991"),
        (f"$.people[{'9' * 5000}]", 9, "an index beyond any list", "9007199254740991"),
        (f"$.people[-{'9' * 5000}]", 9, "an index beyond any list", "9007199254740991"),
        (f"$.people[{'0' * 5000}]", 9, "leading zeros", "Write [0]."),
        (f"$.people.{'9' * 5000}", 9, "does not begin with a digit", "for an element"),
        (f"$.people[1:{'9' * 5000}]", 8, "not a JSONPath", "A filter looks like"),
        (f"$.people[?@.n=={'9' * 5000}]", 8, "not a JSONPath", "A filter looks like"),
        ("$.a['b", 4, "the quotes are not closed", "Add a '."),
        (r"$['a\x']", 2, "a text that JSON does not allow", "Write"),
        (r"$['\ud800']", 2, "a text that JSON does not allow", "Write"),
        ("$['\\\"']", 2, "a text that JSON does not allow", "Write"),
        ("$['a\tb']", 2, "a text that JSON does not allow", "Write"),
        (r"$.people[?@.name=='\x']", 18, "a text that JSON does not allow", "Write"),
        ("$.people[?@.name='x']", 16, "= is not part", "Write == for equal."),
        ("$.people[?@.name=~'x']", 16, "=~ is not part", "search(@.name,'expression')"),
        ("$.people[?@.name<>'x']", 16, "<> is not part", "Write !="),
        ("$.people[?@.a & @.b]", 14, "& is not part", "Write && for and."),
        ("$.people[?@.a | @.b]", 14, "| is not part", "Write || for or."),
        ("$.people[?@.a.`len`]", 14, "` is not part", "Backticks"),
        ("$.people[?name=='x']", 10, "unexpected 'name'", "$.people[?@.name=='Anna']"),
        ("$.people.[?@.name==].x", 19, "unexpected end of expression", "A filter looks like"),
        ("a[?@.b].'c'[?@.d==]", 18, "unexpected end of expression", "A filter looks like"),
        ("$.a..[?@.b==]", 12, "unexpected end of expression", "A filter looks like"),
        ("$.a[?who(@.b)]", 5, "function 'who' is not defined", "A filter looks like"),
        ("$.a[?search(@.b,'(')]", 5, "'(' in search() is not a regular expression", "A filter"),
        ("$.a[?match(@.b,'[')]", 5, "'[' in match() is not a regular expression", "A filter"),
        ("$.a[1e0,2]", 3, "not a JSONPath", "A filter looks like"),
        ("$.a[?@.n==1e400]", 3, "not a JSONPath", "A filter looks like"),
        ("$.a[?@.n, 01]", 10, "not a JSONPath", "A filter looks like"),
    ],
)
def test_a_wrong_path_is_marked_where_it_is_wrong_with_what_to_do(path: str, mark: int, reason: str, hint: str) -> None:
    with pytest.raises(PathError) as caught:
        compile_path(path)

    assert caught.value.position == mark
    assert reason in caught.value.reason
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("path", "mark", "standard"),
    [
        ("$.people[*].name.`parent`", 17, "Stop one step before: write $.people[?@.name]."),
        ("$.people[*].'a b'.`parent`", 18, "Stop one step before: write $.people[?@['a b']]."),
        ("$.exifInfo.make.`parent`", 16, "Stop one step before: write $.exifInfo."),
        ("$.make.`parent`", 7, "Stop one step before: write $."),
        ("$.`parent`", 2, "Write $ and let the regular expression look into the value."),
        ("$.people.`len`", 9, "For at least three elements, say, write $.people[2]."),
        ("$.people.`this`", 9, "Leave it out: write $.people."),
        ("`this`.people", 0, "Leave it out: write $."),
        ("$.a.`sub(/x/, y)`", 4, "Write $.a and let the regular expression look into the value."),
        ("$.people[*] where name", 12, "Write a filter: $.people[?@.name]."),
        ("$.people[*] where $.name", 12, "Write a filter: $.people[?@.name]."),
        ("$.people[*] wherenot name", 12, "Write a filter: $.people[?!@.name]."),
        ("$.people where name", 9, "Write a filter in brackets, such as $.people[?@.name]."),
        ("$.people[*] where", 12, "Write a filter in brackets, such as $.people[?@.name]."),
        ("$.exifInfo.(make|model)", 11, "Write $.exifInfo['make','model']."),
        ("$.('a b'|make)", 2, "Write two filters, one for each path, and combine them."),
        ("($.a|$.b)", 0, "Write two filters, one for each path, and combine them."),
        ("($.a).b", 0, "Leave them out."),
        ("$.a | $.b", 4, "Write two filters, one for each path, and combine them."),
        ("$.a & $.b", 4, "Write two filters, one for each path, and combine them."),
        ("$.exifInfo.make,model", 15, "Write $.exifInfo['make','model']."),
        ("exifInfo.make, 'model'", 13, "Write $.exifInfo['make','model']."),
        ("$.people[0],name", 11, "Write several names as $.exifInfo['make','model']."),
        ("$..make,model", 7, "Write several names as $.exifInfo['make','model']."),
        ("$.a,b.c", 3, "Write several names as $.exifInfo['make','model']."),
        ("$,a", 1, "Write several names as $.exifInfo['make','model']."),
    ],
)
def test_the_rest_of_the_old_dialect_is_refused_with_the_standard_spelling(path: str, mark: int, standard: str) -> None:
    with pytest.raises(PathError) as caught:
        compile_path(path)

    assert caught.value.position == mark
    assert caught.value.hint == standard


@pytest.mark.parametrize(
    "path",
    ["$.people[?@.name]", "$.people[?@['a b']]", "$.people[2]", "$.people[?!@.name]", "$.exifInfo['make','model']"],
)
def test_the_spellings_that_are_shown_are_accepted(path: str) -> None:
    compile_path(path).values(ASSET)


def test_the_message_has_the_path_with_a_caret_below_and_the_advice() -> None:
    with pytest.raises(PathError) as caught:
        compile_path("$.a\n.0")

    assert str(caught.value) == (
        "a name after a dot does not begin with a digit\n"
        "  $.a .0\n"
        "       ^\n"
        "Write $.a[0] for an element of a list, $.a['0'] for a field of that name."
    )
    assert isinstance(caught.value, ValueError)


def test_the_library_is_imported_for_paths_that_are_not_plain_only() -> None:
    program = (
        "import sys\n"
        "from immich_smart_albums.rules.local_filters.jsonpath import compile_path\n"
        "compile_path('$.people[*]..name').values({'people': []})\n"
        "assert 'jsonpath' not in sys.modules\n"
        "compile_path('$.people[0:1]')\n"
        "assert 'jsonpath' in sys.modules\n"
    )

    subprocess.run([sys.executable, "-c", program], check=True)


# --- Our compiler against the library -------------------------------------------------------------------------

_NAMES = st.sampled_from(["a", "b", "c", "_d", "é", "a b", "it's", 'say "x"', "\\", "", "0", "😀", "-", "*"])
_DOCUMENTS = st.dictionaries(
    _NAMES,
    st.recursive(
        st.none() | st.booleans() | st.integers(-2, 2) | st.just(1.5) | st.sampled_from(["", "a", "text"]),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_NAMES, inner, max_size=4),
        max_leaves=20,
    ),
    max_size=5,
)
_DOTTED = st.sampled_from(["a", "b", "c", "_d", "é", "*"])
_BRACKETS = (
    _NAMES.map(json.dumps)
    | _NAMES.map(lambda name: "'" + json.dumps(name)[1:-1].replace('\\"', '"').replace("'", "\\'") + "'")
    | st.integers(-3, 3).map(str)
    | st.just("*")
)
_SPACE = st.sampled_from(["", "", " ", "\n\t"])
_STEPS = (
    _DOTTED.map(".{}".format)
    | _DOTTED.map("..{}".format)
    | st.builds("{}[{}{}{}]".format, st.sampled_from(["", "", ".."]), _SPACE, _BRACKETS, _SPACE)
)
_PATHS = st.lists(_STEPS, max_size=5).map(lambda steps: "$" + "".join(steps))


def _typed(values: list[object]) -> list[str]:
    """Values with their types: 1, 1.0 and true are equal in Python."""
    return [repr(value) for value in values]


@settings(deadline=None, max_examples=examples(100))
@given(path=_PATHS, document=_DOCUMENTS)
def test_our_compiler_yields_what_the_library_yields(path: str, document: dict[str, Any]) -> None:
    assert compiler.compile_getter(read_steps(path)) is not None
    compiled = compile_path(path)

    expected = _typed(library.findall(path, document, strict=True))

    assert _typed(compiled.values(document)) == expected
    assert _typed(library.findall(compiled.text, document, strict=True)) == expected
    assert compile_path(compiled.text) == compiled


@pytest.mark.untraced
@pytest.mark.parametrize(
    "path",
    ["$.exifInfo.make", "$.people[*].name", "$.people[0].name", "$.originalPath", "$..name", "$.tags[*].value", "$.*"],
)
def test_recorded_assets_yield_what_the_library_yields(path: str) -> None:
    if not LIBRARY.exists():
        pytest.skip("the recorded library is not beside this checkout")
    assets = json.loads(LIBRARY.read_text(encoding="utf-8"))["assets"]
    compiled, reference = compile_path(path), library.compile(path, strict=True)

    assert all(compiled.values(asset) == reference.findall(asset) for asset in assets)


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("$.exifInfo.make", {"exifInfo", "exifInfo.make"}),
        ("$.exifInfo['make']", {"exifInfo", "exifInfo.make"}),
        ("$.people[*].faces[0].id", {"people", "people.faces", "people.id"}),
        ("$.people[?@['a b']=='x'].name", {"people", "people.a b", "people.name"}),
        ("$.type", {"type"}),
        ("$..name", set()),
    ],
)
def test_a_path_tells_the_fields_that_it_names(path: str, names: set[str]) -> None:
    assert compile_path(path).names == names
