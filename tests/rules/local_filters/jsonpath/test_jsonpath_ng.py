"""What else the old library wrote is refused with its standard spelling."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.local_filters.jsonpath import PathError, compile_path
from tests.support.json_assets import ASSET


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
