"""What a path tells of itself: its text, and the fields that it touches."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.local_filters.jsonpath import compile_path


def test_a_path_shows_its_text_and_differs_from_others() -> None:
    assert compile_path("$.a") != compile_path("$.b")
    assert "$.a" in repr(compile_path("a"))


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
