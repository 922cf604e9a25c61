"""YAML as plain values with places; what rules files cannot be is said where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.config.yaml.reader import DEEPEST, MOST_VALUES, read_yaml
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.document import MappingNode, ScalarNode, SequenceNode, ValueNode
from tests.support.examples import examples

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_smart_albums.errors import Problem

LOADERS = (yaml.CSafeLoader, yaml.SafeLoader)

NAME = "rules.yaml"


def read(text: str | bytes) -> tuple[ValueNode | None, list[Problem]]:
    data = text if isinstance(text, bytes) else text.encode()
    result = []
    for loader in LOADERS:
        diagnostics = Diagnostics()
        result.append((read_yaml(NAME, data, diagnostics, loader=loader), diagnostics.problems))
    assert result[0] == result[1]
    return result[0]


def value(text: str | bytes) -> ValueNode:
    result, problems = read(text)
    assert problems == []
    assert result is not None
    return result


def plain(node: ValueNode) -> object:
    """A value without its places."""
    match node:
        case ScalarNode():
            return node.text
        case SequenceNode():
            return [plain(item) for item in node.items]
        case MappingNode():
            return {key.text: plain(entry) for key, entry in node.entries}


def texts(node: ValueNode) -> Iterator[ScalarNode]:
    match node:
        case ScalarNode():
            yield node
        case SequenceNode():
            for item in node.items:
                yield from texts(item)
        case MappingNode():
            for key, entry in node.entries:
                yield key
                yield from texts(entry)


def places(text: str | bytes) -> list[tuple[str, str]]:
    return [(problem.where, problem.message) for problem in read(text)[1]]


def test_scalars_stay_as_they_are_written() -> None:
    text = "a: NO\nb: 2024-05-01\nc: 007\nd: 1e3\ne: ~\nf:\ng: yes\nh: '1'\n"
    result = value(text)
    assert plain(result) == {
        "a": "NO",
        "b": "2024-05-01",
        "c": "007",
        "d": "1e3",
        "e": "~",
        "f": "",
        "g": "yes",
        "h": "1",
    }
    assert isinstance(result, MappingNode)
    assert [isinstance(entry, ScalarNode) and entry.quoted for _, entry in result.entries] == [False] * 7 + [True]


def test_block_texts_count_as_quoted() -> None:
    result = value("a: |\n  one\n  two\nb: >-\n  three\n  four\n")
    assert plain(result) == {"a": "one\ntwo\n", "b": "three four"}
    assert isinstance(result, MappingNode)
    assert all(isinstance(entry, ScalarNode) and entry.quoted for _, entry in result.entries)


def test_lists_and_mappings_nest_in_both_styles() -> None:
    text = "a:\n  - b: [1, {c: 2}]\n    d: {}\n  - []\n  - - x\n    - y\n"
    assert plain(value(text)) == {"a": [{"b": ["1", {"c": "2"}], "d": {}}, [], ["x", "y"]]}


@pytest.mark.parametrize("text", ["", "\n\n", "# nothing but a comment\n", "---\n", "\ufeff", "--- # x\n...\n"])
def test_a_file_without_a_value_is_an_empty_mapping_or_a_missing_text(text: str) -> None:
    assert plain(value(text)) in ({}, "")


def test_comments_and_lines_for_editors_are_no_trouble() -> None:
    assert plain(value("# yaml-language-server: $schema=x.json\n---\na: b # c\n# d\n")) == {"a": "b"}


@pytest.mark.parametrize("break_", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_places_do_not_depend_on_ends_of_lines_and_byte_order_marks(break_: str, mark: str) -> None:
    text = mark + break_.join(["# é", "a: 😀 x", "bé: {c: [d, *e]}", ""])
    (problem,) = read(text)[1]
    assert problem.where == f"{NAME}:3:13"
    assert problem.excerpt == "bé: {c: [d, *e]}\n            ^"


def test_every_text_knows_where_it_stands() -> None:
    text = "a:\n  - &x é\n  - 'b'\n  - {c: \"d\", 😀: &y  e}\nf:\n"
    lines = text.split("\n")
    for scalar in texts(value(text)):
        rest_of_line = lines[scalar.span.line - 1][scalar.span.column - 1 :]
        assert rest_of_line.lstrip("'\"").startswith(scalar.text)


def test_what_is_missing_stands_behind_its_colon() -> None:
    result = value("match:\nname: &x\nlast: y\n")
    assert isinstance(result, MappingNode)
    assert [str(entry.span) for _, entry in result.entries] == [f"{NAME}:1:7", f"{NAME}:2:7", f"{NAME}:3:7"]


def test_anchors_share_values() -> None:
    result = value("a: &both [alice, bob]\nb: *both\nc: &both carol\nd: [*both, *both]\n*both : e\n")
    both = ["alice", "bob"]
    assert plain(result) == {"a": both, "b": both, "c": "carol", "d": ["carol", "carol"], "carol": "e"}


@pytest.mark.parametrize(
    ("text", "where", "message"),
    [
        ("*b\n", "1:1", "*b stands for nothing: there is no &b before it"),
        ("a: *b\n", "1:4", "*b stands for nothing: there is no &b before it"),
        ("a: *b\nc: &b 1\n", "1:4", "*b stands for nothing: there is no &b before it"),
        ("a: &b [*b]\n", "1:8", "*b stands inside of what it stands for"),
        ("a: 1\nb: 2\na: 3\n", "3:1", "'a' stands here twice; before in line 1"),
        ("a: {b: 1, 'b': 2}\n", "1:11", "'b' stands here twice; before in line 1"),
        ("a: 1\n---\nb: 2\n", "2:1", "a second document begins here, and a rules file is one"),
        ("a: !!python/object:os.system {}\n", "1:4", "tags have no meaning in rules files"),
        ("a: ! b\n", "1:4", "tags have no meaning in rules files"),
        ("a: &x !!str\n  b\n", "1:7", "tags have no meaning in rules files"),
        ("a: !x!y b\n", "1:4", "tags have no meaning in rules files"),
        ("y:\n  <<: 1\n", "2:3", "<< takes a mapping or a list of mappings, not '1'"),
        ("y:\n  <<: [{a: 1}, [b]]\n", "2:3", "<< takes a mapping or a list of mappings, not a list"),
        ("? [a, b]\n: c\n", "1:3", "a word is expected before the colon, not a list"),
        ("{a: {[b]: c}}\n", "1:6", "a word is expected before the colon, not a list"),
        ("? {a: b}\n", "1:3", "a word is expected before the colon, not a mapping"),
        ("a: b\n? \n", "2:2", "a word is expected before the colon, not nothing"),
        ("a: b\x07c\n", "1:5", "the character U+0007 cannot be seen, and YAML does not allow it"),
        ("a: b\n\ufeffb: c\n", "2:1", "the character U+FEFF cannot be seen, and YAML does not allow it"),
        ('a: "b\\0c"\n', "1:4", "this text has the character U+0000, which cannot be seen"),
        (b"a: 1\r\nb: M\xfcller\r\n", "2:5", "the byte 0xfc is not UTF-8 text"),
        (b"\xef\xbb\xbfa\xc3", "1:2", "the byte 0xc3 is not UTF-8 text"),
    ],
)
def test_what_rules_files_are_not(text: str | bytes, where: str, message: str) -> None:
    assert places(text) == [(f"{NAME}:{where}", message)]


def test_problems_that_leave_the_rest_readable_come_together() -> None:
    result, problems = read("a: 1\na: 2\nb: !x 3\n<<: {c: 4, c: 5}\n")
    assert {problem.where for problem in problems} == {f"{NAME}:{place}" for place in ("2:1", "3:4", "4:12")}
    assert result is not None
    assert plain(result) == {"a": "1", "b": "3", "c": "4"}


def test_entries_are_merged_in_where_a_mapping_does_not_have_them() -> None:
    result, problems = read("x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  b: own\n  <<: [*x, *y]\nw: {<<: *y, b: 5}\n")
    assert not problems
    assert result is not None
    assert plain(result) == {
        "x": {"a": "1", "b": "2"},
        "y": {"b": "3", "c": "4"},
        "z": {"b": "own", "a": "1", "c": "4"},
        "w": {"b": "5", "c": "4"},
    }


@pytest.mark.parametrize(
    ("text", "notices"),
    [
        ("- name: Walk #3\n", [f"{NAME}:1:9: this is 'Walk', as YAML takes '#3' for a comment; if it belongs to the "]),
        ("- name: 'Walk #3'\n", []),
        ("- name: Walk # the third\n", []),
        ("- name: Walk  #3\n", []),
        ("- [Walk, Run] #3\n", []),
        ("a: ${HOME}/key\n", [f"{NAME}:1:4: ${{HOME}} is text: nothing is put in its place in a rules file"]),
        ("a: ^\\d${2}\n", []),
    ],
)
def test_what_yaml_makes_of_a_text_is_told_where_it_may_surprise(text: str, notices: list[str]) -> None:
    for loader in LOADERS:
        diagnostics = Diagnostics()
        read_yaml(NAME, text.encode(), diagnostics, loader=loader)
        assert len(diagnostics.warnings) == len(notices)
        for item, expected in zip(diagnostics.warnings, notices, strict=True):
            assert item.startswith(expected)


def test_a_comment_after_an_emoji_is_at_its_place() -> None:
    for loader in LOADERS:
        diagnostics = Diagnostics()
        read_yaml(NAME, "- 😀é Walk #3\n".encode(), diagnostics, loader=loader)
        assert len(diagnostics.warnings) == 1


def test_a_value_that_nobody_knows_is_no_value() -> None:
    assert read("a: *b\n")[0] is None


def test_a_near_anchor_is_offered() -> None:
    (problem,) = read("a: &family x\nb: *familiy\n")[1]
    assert problem.hint == "Did you mean *family?"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be"])
def test_another_encoding_is_told(encoding: str) -> None:
    data = "a: 1\n".encode(encoding) if encoding == "utf-16" else b"" + "é: 1\n".encode(encoding)
    (problem,) = read(data)[1]
    assert "UTF-16" in problem.message or "cannot be seen" in problem.message or "UTF-8" in problem.message
    assert problem.hint


def test_rare_ends_of_lines_are_spaces() -> None:
    assert plain(value("a: x\u2028y\u2029z\x85w\n")) == {"a": "x y z w"}


SYNTAX = [
    ("a:\n\tb: 1\n", "2:1", "a tab stands where only spaces may"),
    ("a: b: c\n", "1:5", "a mapping cannot begin in the middle of this"),
    ("a:\n  b: 1\n c: 2\n", "3:2", "this does not fit to what stands before it"),
    ("- a\nb: 1\n", "2:1", "this does not fit to what stands before it"),
    ('a: "x" y\n', "1:8", "this does not fit to what stands before it"),
    ("a: [1, 2\nb: 3\n", "1:4", "this list is not closed, or a comma is missing in it"),
    ("a: {b: 1\n", "1:4", "this mapping is not closed, or a comma is missing in it"),
    ("a: 'x\nb: 1\n", "1:4", "this quote is never closed"),
    ('a: "x\n---\n', "1:4", "this quote is never closed"),
    ("a: @x\n", "1:4", "a text cannot begin with @"),
    ("a: %x\n", "1:4", "a text cannot begin with %"),
    ("a: *\n", "1:4", "* and a name repeat a value, and the name is missing"),
    ("a: *.jpg\n", "1:4", "* and a name repeat a value, and the name is missing"),
    ("a: &\n", "1:4", "& and a name mark a value, and the name is missing"),
    ("a: !é b\n", "1:4", "tags have no meaning in rules files"),
    ("%YAML 3.0\n---\na: 1\n", "1:1", "a line that begins with % speaks to YAML itself"),
    ("a: }\n", "1:4", "a value is expected here"),
    ("a: [1,,2]\n", "1:7", "a value is expected here"),
    ("a: - b\n", "1:4", "a list cannot begin here"),
    ("a: |x\n b\n", "1:5", "nothing else stands on a line with | or >"),
    ("a: 1\nb\nc: 2\n", "2:1", "a colon is missing after this"),
]


@pytest.mark.parametrize(("text", "where", "message"), SYNTAX)
def test_syntax_errors_are_said_so_that_they_can_be_mended(text: str, where: str, message: str) -> None:
    result, problems = read(text)
    assert result is None
    (problem,) = problems
    assert (problem.where, problem.message) == (f"{NAME}:{where}", message)
    assert problem.hint


@pytest.mark.parametrize("text", ['a: "\\q"\n', 'a: "C:\\users"\n', "a: '^/photos\\d'\nb: \"\\d\"\n"])
def test_a_backslash_in_double_quotes_is_told(text: str) -> None:
    for loader in LOADERS:
        diagnostics = Diagnostics()
        assert read_yaml(NAME, text.encode(), diagnostics, loader=loader) is None
        (problem,) = diagnostics.problems
        assert problem.message == "this backslash has no meaning in double quotes"
        assert problem.hint == "Use single quotes: in them a backslash is just that."


def test_a_character_that_there_is_none_of_is_told() -> None:
    for loader in LOADERS:
        diagnostics = Diagnostics()
        assert read_yaml(NAME, b'a: "\\U00110000"\n', diagnostics, loader=loader) is None
        assert len(diagnostics.problems) == 1


def test_few_lines_that_stand_for_billions_are_refused() -> None:
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 10)}]" for n in range(1, 10)]
    ((where, message),) = places("\n".join(lines))
    assert where.startswith(f"{NAME}:6:")
    assert message == f"with what aliases repeat there are more than {MOST_VALUES:,} values in this file"


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_what_is_nested_without_end_is_refused(opening: str) -> None:
    ((_, message),) = places(opening * (DEEPEST + 1))
    assert message == f"more than {DEEPEST} lists and mappings inside each other"


@pytest.mark.parametrize(
    "line",
    [
        "alice: {key: Geheim, x: *y}",
        "alice: {api_key: 'Geheim', x: *y}",
        'alice: {"apiKey":"Geheim", x: *y}',
        "IMMICH_API_KEY: Geheim\nb: *y",
        "token: Geheim *y: *y",
        "alice: {password : Geheim, x: *y}",
        "server: [http://me:Geheim@here, *y]",
        "server: [https://Geheim@here, *y]",
        "accounts: {alice: Geheim7890123456789012345678901234567890, alice: *y}",
    ],
)
def test_a_key_that_somebody_wrote_into_the_file_shows_in_no_problem(line: str) -> None:
    for text in (line, f"{line}\n\tx", f"{line}]]", f"key: {line}"):
        problems = read(text)[1]
        assert problems
        assert "Geheim" not in repr(problems)


PIECES = st.sampled_from(
    [*"abé😀:-,[]{}#&*!|>'\"%@`?\\~<= \t\n\r", ": ", "- ", "\n  ", "\n    - ", "<<", "key: ", "---\n"]
)


@settings(max_examples=examples(40), deadline=None)
@given(st.one_of(st.lists(PIECES, max_size=40).map("".join), st.text(max_size=40)))
def test_any_text_gives_a_value_or_problems_with_places(text: str) -> None:
    for loader in LOADERS:
        diagnostics = Diagnostics()
        result = read_yaml(NAME, text.encode(), diagnostics, loader=loader)
        assert result is not None or diagnostics.problems
        for problem in diagnostics.problems:
            assert problem.where.startswith(f"{NAME}:")
        if result is not None:
            for scalar in texts(result):
                assert scalar.span.line <= text.count("\n") + text.count("\r") + 1


@settings(max_examples=examples(50), deadline=None)
@given(st.binary(max_size=40))
def test_any_bytes_give_a_value_or_problems(data: bytes) -> None:
    diagnostics = Diagnostics()
    assert read_yaml(NAME, data, diagnostics) is not None or diagnostics.problems
