"""How paths are written: habits of the old tool are understood, and what is wrong is marked."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.local_filters.jsonpath import PathError, compile_path
from tests.support.json_assets import ASSET


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


def test_habits_mean_the_same_as_their_standard_spelling() -> None:
    assert compile_path("people.[0].'name'").values(ASSET) == ["Anna"]
    assert compile_path("exifInfo.lens-id").values(ASSET) == ["hyphen"]


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
