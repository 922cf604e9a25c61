"""Filters, slices and unions are left to the library."""

from __future__ import annotations

import subprocess
import sys

import pytest

from immich_smart_albums.rules.local_filters.jsonpath import compile_path
from immich_smart_albums.rules.values.regex import PatternTimeout
from tests.support.json_assets import ASSET


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


@pytest.mark.parametrize("function", ["match", "search"])
def test_a_catastrophic_expression_in_a_filter_is_stopped(function: str) -> None:
    path = compile_path(f"$.people[?{function}(@.name,'(a|aa)+b')]", timeout=0.01)

    with pytest.raises(PatternTimeout, match=r"longer than 0\.01 s"):
        path.values({"people": [{"name": "a" * 200 + "!"}]})


def test_an_expression_from_the_asset_that_is_none_matches_nothing() -> None:
    assert compile_path("$.people[?search(@.name,$.type)]").values({"people": [{"name": "("}], "type": "("}) == []


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
