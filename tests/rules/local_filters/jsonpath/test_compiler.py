"""Plain paths yield what RFC 9535 says, as the library does."""

from __future__ import annotations

import json
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
from tests.support.examples import examples
from tests.support.json_assets import ASSET

LIBRARY = FilePath(__file__).parents[4] / "../shared/immich/library/library-alice.json"


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


@settings(deadline=None, max_examples=examples(60))
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
