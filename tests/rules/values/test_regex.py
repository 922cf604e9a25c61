"""Regular expressions mean what Python's `re` means without case, and none of them can hang."""

# ruff: noqa: RUF001 - letters that look alike are what is tested here

from __future__ import annotations

import re
import unicodedata
import warnings

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from immich_smart_albums.rules.values import regex as pattern_module
from immich_smart_albums.rules.values.regex import PatternError, PatternTimeout, compile_pattern
from immich_smart_albums.rules.values.regex_syntax import written_out
from tests.support.examples import examples

CATASTROPHIC = "a" * 200 + "!"

PAIRS = [
    ("canon", ["Canon EOS", "NIKON", ""]),
    ("", ["", "anything"]),
    (r"\.jpe?g$", ["a.JPG", "a.jpeg", "a.jpg.png", "ajpg", "a.jpg\n", "a.jpg\n\n"]),
    (r"^/photos/work", ["/photos/Work/x", "/a/photos/work"]),
    (r"^b", ["b", "a\nb"]),
    (r"(?m)^b", ["b", "a\nb"]),
    (r"a.b", ["a\nb", "a\rb", "axb"]),
    (r"(?s)a.b", ["a\nb"]),
    (r"(?s:a.)b.", ["a\nbx", "a\nb\n"]),
    (r"(?i)x", ["X", "x"]),
    (r"(?-i:x)y", ["xY", "XY"]),
    (r"a(?-i:b(?i:c))d", ["AbCD", "ABCD", "abcd"]),
    (r"(?a)\w", ["é", "e"]),
    (r"(?a)\bé\w[\w\s]", ["éeé ", "éee", " é é"]),
    (r"(?a:\w)\w", ["éé", "eé"]),
    (r"(?u)\w", ["é"]),
    (r"(?x) a b # a comment with ( and [", ["ab", "a b"]),
    (r"(?x) a  # first" + "\n" + r" b \  [ ] c", ["ab  c", "abc", "AB  C"]),
    (r"(?x:a b)c d", ["abc d", "abcd", "a bc d"]),
    (r"a(?#a comment (with [)b", ["ab", "a"]),
    (r"(?<=a)b", ["ab", "b"]),
    (r"(?<!a)b", ["ab", "b", "cb"]),
    (r"a(?=b)", ["ab", "ac"]),
    (r"a(?!b)", ["ab", "ac", "a"]),
    (r"^(?!.*nsfw).*$", ["safe", "some NSFW thing", "nsfw"]),
    (r"(a)(b)\2\1", ["abba", "ABba", "abab"]),
    (r"(?P<one>a+)-(?P=one)$", ["aa-AA", "aa-a", "a-aa"]),
    (r"(x)?(?(1)a|b)$", ["xa", "b", "xb", "a"]),
    (r"(?P<n>x)?(?(n)a|b)$", ["xa", "b"]),
    (r"a++b", ["aab", "b"]),
    (r"(?>a+)ab", ["aab"]),
    (r"a{2}b{1,}c{,2}d{0,1}$", ["aabbccd", "abd", "aabcccd", "aab"]),
    (r"a{,}b|x{y}|{z}|a{e<=1}$", ["aab", "x{y}", "{z}", "b", "a{e<=1}", "ab"]),
    (r"colou?r|gr[ae]y", ["Color", "colour", "gray", "GREY", "groy"]),
    (r"(foo|bar|)baz", ["foobaz", "baz", "bar"]),
    (r"[]a]", ["]", "a", "b"]),
    (r"[^]a]", ["]", "A", "b"]),
    (r"[a\]]x", ["]x", "ax"]),
    (r"[a-]", ["-", "b"]),
    (r"[-a]", ["-", "b"]),
    (r"[+--]", ["+", ",", "-", "."]),
    (r"[a-c-e]", ["b", "-", "d", "e"]),
    (r"[a&&b][a||b][a~~b][[x]]", ["&|~[]", "ab~x]", "aab]", "abax]"]),
    (r"[.*+?{}()|^$]", [".", "^", "x"]),
    (r"[ \t#]", [" ", "\t", "x"]),
    (r"[\b]", ["\b", "b"]),
    (r"[\w.-]+@", ["a.b-c@", "@", "é@"]),
    (r"[^\W\d_]", ["é", "1", "_", "-"]),
    (r"[\W]", ["é", "-", "e\u0301"]),
    (r"[\W\d]", ["é", "-", "1"]),
    (r"[^\W]", ["é", "-"]),
    (r"[^\S\n]", [" ", "\n", "x"]),
    (r"[\Sx]", [" ", "x"]),
    (r"[^\W\S]|[\w\s]$", ["a", " ", "-"]),
    (r"\d\d", ["12", "٣٤", "²³", "1"]),
    (r"\D", ["1", "a", "²"]),
    (r"^\w+$", ["Kes\u00e4", "Kesa\u0308", "中文", "_"]),
    (r"^\W$", ["a", "-"]),
    (r"\bkes", ["Kesä", "x kesä", "xkesä"]),
    (r"a\b", ["a", "a\u0308", "ab", "a-"]),
    (r"a\B", ["a", "a\u0308", "ab", "a-"]),
    (r"\s", ["\x85", "\xa0", "\u2028", "\u200b", " "]),
    (r"^\S+$", ["ab", "a b"]),
    (r"istanbul", ["İSTANBUL", "ISTANBUL", "i̇stanbul"]),
    (r"ısparta|İzmir", ["ISPARTA", "izmir"]),
    (r"\x69\u0131\u0049\N{LATIN SMALL LETTER I}", ["İIıi"]),
    (r"^[a-z]$", ["İ", "ſ", "K", "é"]),
    (r"^[^a-z]$", ["İ", "ſ", "K", "é"]),
    (r"^[h-j]$|^[A-Z]x$", ["İ", "i", "Ix"]),
    (r"(?-i:[a-z])", ["I", "ı", "İ", "i"]),
    (r"(?a)i|(?-i:I)", ["ı", "İ", "I"]),
    ("straße|ﬁ|ς", ["STRASSE", "STRAẞE", "fi", "Σ", "σ"]),
    ("ä", ["Ä", "a\u0308"]),
    ("µ|k", ["μ", "\u212a"]),
    (r"\101\07\0\n\t\\\/\-\_\é", ["A\x07\x00\n\t\\/-_é"]),
    (r"(a)\1(b)(c)(d)(e)(f)(g)(h)(i)(j)\10", ["aabcdefghijj"]),
    (r"\Aab\Z", ["ab", "AB", "ab\n", "xab"]),
    (r"#+ [0-9]{3,4}(?:-\d+)*(?=!)", ["# 123-4-5!", "# 12!"]),
    ("}", ["}", "{"]),
]
CASES = [(pattern, text) for pattern, texts in PAIRS for text in texts]


def in_re(pattern: str, text: str) -> bool:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)
        return re.search(pattern, text, re.IGNORECASE) is not None


@pytest.mark.untraced
@pytest.mark.parametrize(("pattern", "text"), CASES)
def test_a_pattern_matches_where_re_matches(pattern: str, text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert compile_pattern(pattern, timeout=10).matches(text) is in_re(pattern, composed)


DIFFERENT = [
    (r"^\w$", ["½", "²"], False),
    (r"^\w$", ["\u0301", "\ufe0f", "Ⓐ"], True),
    (r"\s", ["\x1c", "\x1f"], False),
    ("i", ["ı"], False),
    ("ı", ["i"], False),
]


@pytest.mark.parametrize(
    ("pattern", "text", "holds"), [(pattern, text, yes) for pattern, ts, yes in DIFFERENT for text in ts]
)
def test_these_are_known_to_differ_from_re(pattern: str, text: str, *, holds: bool) -> None:
    assert compile_pattern(pattern, timeout=10).matches(text) is holds is not in_re(pattern, text)


@pytest.mark.parametrize(("pattern", "text"), [("x{s}", "y"), ("a{e<=1}$", "b"), ("(?:dog){i}", "cat"), ("{d}", "a")])
def test_no_pattern_allows_errors(pattern: str, text: str) -> None:
    assert not compile_pattern(pattern, timeout=10).matches(text)
    assert compile_pattern(pattern, timeout=10).matches(pattern.replace("(?:", "").replace(")", "").replace("$", ""))


_PIECES = st.sampled_from(
    [
        *"abix1_ -.{}é*+?*+?^$ß\n中,]&||#()()",
        *("{2}", "{1,2}", "{,2}", "{1,}", "*?", "+?", "*+", "{e<=1}", "{s}"),
        *(r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\b", r"\.", r"\x69", r"\07", r"\101", r"\_"),
        *("(?:", "(?=", "(?!", "(?<=", "(?<!", "(?-i:", "(?s:", "(?x:", "(?m:", "(?>", "(?#c)"),
        *("[a-z]", "[^a-z]", "[h-j-x]", "[]a]", r"[^\W_]", r"[\Wx]", r"[\w\s]", "[a&&b]", "[[x]", r"[^\Sé]", "[^i]"),
    ]
)
_PATTERNS = st.tuples(
    st.sampled_from(["", "", "(?x)", "(?s)", "(?m)"]), st.lists(_PIECES, min_size=1, max_size=10)
).map(lambda parts: parts[0] + "".join(parts[1]))
_TEXTS = st.text(st.sampled_from("abix1_ -.{}éß\n中,[]&e"), min_size=1, max_size=8)


@settings(deadline=None, max_examples=examples(60))
@given(pattern=_PATTERNS, texts=st.lists(_TEXTS, min_size=3, max_size=6))
def test_any_pattern_that_re_takes_means_what_it_means_there(pattern: str, texts: list[str]) -> None:
    try:
        in_re(pattern, "")
    except re.error:
        assume(False)

    for text in texts:
        composed = unicodedata.normalize("NFC", text)
        assert compile_pattern(pattern, timeout=10).matches(text) is in_re(pattern, composed)


@pytest.mark.parametrize(
    ("value", "text", "expected"),
    [
        (True, "^true$", True),
        (1, "^1$", True),
        (1.0, r"^1\.0$", True),
        (2.8, r"2\.8", True),
        ([], r"^\[\]$", True),
        ([1, "a"], r"'a'", True),
        ({"name": "Anna"}, "'name': 'anna'", True),
        ("", "^$", True),
        (False, "true", False),
    ],
)
def test_a_value_is_matched_as_python_writes_it(value: object, text: str, expected: bool) -> None:
    assert compile_pattern(text, timeout=10).matches(value) is expected


def test_nothing_matches_null() -> None:
    assert compile_pattern("", timeout=10).matches(None) is False
    assert compile_pattern("none", timeout=10).matches(None) is False
    assert compile_pattern("none", timeout=10).matches("None") is True


def test_equal_values_of_different_types_are_not_confused() -> None:
    pattern = compile_pattern("^1$", timeout=10)

    assert [pattern.matches(value) for value in (True, 1, 1.0, "1", True)] == [False, True, False, True, False]


def test_patterns_compare_by_text_and_time_limit() -> None:
    assert compile_pattern("a", timeout=1) == compile_pattern("a", timeout=1)
    assert hash(compile_pattern("a", timeout=1)) == hash(compile_pattern("a", timeout=1))
    assert compile_pattern("a", timeout=1) != compile_pattern("b", timeout=1)
    assert compile_pattern("a", timeout=1) != compile_pattern("a", timeout=2)


@pytest.mark.parametrize("text", ["(a|aa)+$", "(?i)((a|a|aa)+)+$", r"^(a|\w\w)*(?=\d)"])
def test_a_catastrophic_match_is_stopped(text: str) -> None:
    pattern = compile_pattern(text, timeout=0.01)

    for _ in range(2):  # A time-out is no answer, so none is remembered.
        with pytest.raises(PatternTimeout) as caught:
            pattern.matches(CATASTROPHIC)
        assert (caught.value.pattern, caught.value.value, caught.value.timeout) == (text, CATASTROPHIC, 0.01)
        assert str(caught.value) == f"the pattern {text!r} took longer than 0.01 s on {'a' * 59 + '…'!r}"
    assert pattern.matches("-") is False


def test_the_message_of_a_time_out_has_a_short_value_whole() -> None:
    assert str(PatternTimeout("a", "b", 2)) == "the pattern 'a' took longer than 2 s on 'b'"


@pytest.mark.parametrize(("text", "size"), [("", 0), ("abc", 3), ("(?:ab){3}c*", 7), (r"[a-z]{2,5}|\d(?=x)", 7)])
def test_repetitions_are_counted_as_they_are_written_out(text: str, size: int) -> None:
    assert written_out(text) == size


def test_a_long_text_gets_an_answer_as_well() -> None:
    pattern = compile_pattern(r"a.*\bKes\w\b.*b", timeout=10)
    long = "-" * 5_000

    assert pattern.matches(f"{long}a Kesä b{long}") is True
    assert pattern.matches(f"{long}a Kesa\u0308 b{long}") is in_re(pattern.text, "a Kes\u00e4 b") is True


@pytest.mark.parametrize(
    ("text", "mark", "reason", "hint"),
    [
        ("*.jpg", 0, "nothing to repeat", 'write ".*" for any text'),
        ("a**", 2, "multiple repeat", "one repetition only"),
        (r"C:\photos\q", 2, r"bad escape \p", "two backslashes"),
        ("a[bc", 1, "unterminated character set", r'"\["'),
        ("a(bc", 1, "missing ), unterminated subpattern", r'"\("'),
        ("abc)", 3, "unbalanced parenthesis", r'"\)"'),
        ("a(?i)b", 1, "global flags not at the start", "to the front"),
        ("(?<=a+)b", 0, "look-behind requires fixed-width", "equally long"),
        ("[z-a]", 1, "bad character range z-a", "Correct it at the mark."),
        (r"\p{L}", 0, r"bad escape \p", "two backslashes"),
        ("a{9999999999}", 0, "too large", "smaller counts"),
        (f"a{{{'9' * 5000}}}", 0, "too large", "smaller counts"),
        ("(?:(?:a{100}){100}){100}", 0, "its repetitions come to 1000000 characters", "smaller counts"),
        ("(?:(?:a{100}){100,}){100}", 0, "its repetitions come to 1000000 characters", "smaller counts"),
    ],
)
def test_a_wrong_pattern_is_marked_where_it_is_wrong_with_what_to_do(
    text: str, mark: int, reason: str, hint: str
) -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern(text, timeout=1)

    assert caught.value.position == mark
    assert reason in caught.value.reason
    assert hint in caught.value.hint


def test_the_message_has_the_pattern_with_a_caret_below_and_the_advice() -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern("a\t[b", timeout=1)

    assert str(caught.value) == (
        "not a regular expression: unterminated character set\n"
        "  a [b\n"
        "    ^\n"
        'Close the set with "]", or write "\\[" for a bracket itself.'
    )
    assert isinstance(caught.value, ValueError)


def test_a_set_that_re_warns_about_is_taken_without_a_warning() -> None:
    assert compile_pattern(r"[[(]\d[\])]", timeout=1).matches("IMG[1]") is True


def test_results_are_remembered_up_to_a_number_and_a_length() -> None:
    texts_searched: list[str] = []

    def search(text: str) -> bool:
        texts_searched.append(text)
        return "a" in text

    matches = pattern_module._remembering(search)
    limit = pattern_module._REMEMBERED
    long = "a" * (pattern_module._REMEMBERED_LENGTH + 1)

    assert [matches(value) for value in ("a", "b", "a", "b", long, long)] == [True, False, True, False, True, True]
    assert texts_searched == ["a", "b", long, long]

    for number in range(limit):
        matches(f"name {number}")
    texts_searched.clear()
    assert matches("a") is True
    assert matches(f"name {limit - 1}") is True
    assert texts_searched == [f"name {limit - 1}"]


# -- one text, two spellings ----------------------------------------------------------------------------------------

_FORMS = ("NFC", "NFD")
_NAMES = st.text(st.sampled_from("aeunoBKz -éüñçåÅệǭё한がй\u0308\u0301\u0323"), min_size=1, max_size=8)


def in_form(form: str, text: str) -> str:
    return unicodedata.normalize(form, text)  # type: ignore[arg-type]  # its names are a literal type


@given(name=_NAMES, around=_NAMES, wanted=st.sampled_from(_FORMS), stored=st.sampled_from(_FORMS))
def test_the_form_of_pattern_and_value_does_not_matter(name: str, around: str, wanted: str, stored: str) -> None:
    pattern = compile_pattern(re.escape(in_form(wanted, name)), timeout=10)
    for text in (name, f"{around}/{name}/{around}", around):
        composed = compile_pattern(re.escape(in_form("NFC", name)), timeout=10).matches(in_form("NFC", text))
        assert pattern.matches(in_form(stored, text)) is composed


@pytest.mark.parametrize(
    "written",
    [
        "^Bu\u0308ro$",
        "^B\u00fcro$",
        r"^Bu\u0308ro$",
        r"^B\xfcro$",
        r"^B\U000000fcro$",
        r"^B\N{LATIN SMALL LETTER U WITH DIAERESIS}ro$",
        r"^B[\u00e4\u00fc]ro$",
        "^B[a\u0308u\u0308]ro$",
        "^B.ro$",
        r"^Bu\u0308?ro$",
        r"^Bu[\u0308]ro$",
        r"^B\wro$",
    ],
)
def test_a_letter_with_a_mark_is_found_however_it_is_written(written: str) -> None:
    pattern = compile_pattern(written, timeout=10)
    assert [pattern.matches(text) for text in ("B\u00fcro", "Bu\u0308ro", "BU\u0308RO")] == [True] * 3
    assert not pattern.matches("Bueuro")


def test_a_set_of_letters_with_marks_does_not_hold_the_letters_without() -> None:
    for written in ("^[a\u0308o\u0308]l$", "^[\u00e4\u00f6]l$", r"^[\u00e4\u00f6]l$"):
        pattern = compile_pattern(written, timeout=10)
        assert [pattern.matches(text) for text in ("al", "\u00e4l", "a\u0308l")] == [False, True, True]


def test_syllables_come_together_as_well() -> None:
    for written in ("한", r"하\u11ab", "\u1112\u1161\u11ab"):
        pattern = compile_pattern(written, timeout=10)
        assert pattern.matches("\ud55c")
        assert pattern.matches("\u1112\u1161\u11ab")


def test_what_stands_surely_in_a_value_is_told_where_it_is_certain() -> None:
    assert compile_pattern("^/Bu\u0308ro/holiday", timeout=1).literal == "ro/holiday"
    assert compile_pattern(r"holidays?Bu\u0308?ro", timeout=1).literal == ""
    assert compile_pattern(r"a;bcd`efghi\x41", timeout=1).literal == "efghiA"


def test_a_pattern_that_composing_breaks_is_told_as_it_was_written() -> None:
    with pytest.raises(PatternError) as caught:
        compile_pattern("[z-\u212a]", timeout=1)
    assert (caught.value.text, caught.value.position) == ("[z-\u212a]", 0)
