"""Files that somebody is in the middle of editing: whatever stands there, reading it ends in rules or in problems."""

from __future__ import annotations

from datetime import date
from textwrap import indent

from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.config.yaml.reader import read_yaml
from immich_smart_albums.rules.predicates.registry import PREDICATES, PREDICATES_BY_WORD
from immich_smart_albums.rules.rules_file.keywords import ALBUM, FILE
from immich_smart_albums.rules.rules_file.rules_file import read_rules
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.reader import Reader
from tests.config.test_starter import WITH_EXAMPLES
from tests.support.examples import examples

EXAMPLES = "\n".join(
    f"  - name: {number}\n    match:\n{indent(example, '      ')}"
    for number, (example, _) in enumerate(example for predicate in PREDICATES for example in predicate.examples)
)
WHOLE = f"{WITH_EXAMPLES}\n{EXAMPLES}\n"
LINES = WHOLE.splitlines(keepends=True)

WORDS = st.sampled_from(
    [*FILE, *ALBUM, *PREDICATES_BY_WORD, "all", "any", "not", "min", "max", "none", "true", "-1", "5"]
)
PIECES = st.one_of(
    st.sampled_from(
        [" ", "  ", "\n", "\t", ": ", "- ", "[", "]", "{", "}", ",", "'", '"', "#", "&a ", "*a", "|", "~", "5 %"]
    ),
    WORDS,
    WORDS.map(lambda word: f"{word}: "),
    st.text(max_size=3),
)


@st.composite
def edited(draw: st.DrawFn) -> str:
    """Some lines of a rules file, a few places of which were deleted or overwritten."""
    start = draw(st.integers(0, len(LINES) - 1))
    text = "".join(LINES[:1] + LINES[start : start + draw(st.integers(1, 30))])
    if draw(st.booleans()):
        text = f"albums:\n{text}"
    for _ in range(draw(st.integers(0, 4))):
        position = draw(st.integers(0, len(text)))
        text = text[:position] + draw(PIECES) + text[position + draw(st.integers(0, 8)) :]
    return text


@settings(max_examples=examples(50), deadline=None)
@given(edited())
def test_a_file_that_is_being_edited_gives_rules_or_problems_with_places(text: str) -> None:
    diagnostics = Diagnostics()
    value = read_yaml("rules.yaml", text.encode(), diagnostics)
    result = read_rules([value], Reader(diagnostics, date(2026, 8, 15))) if value is not None else None
    assert (result is None) is bool(diagnostics.problems)
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for problem in diagnostics.problems:
        name, line, column = problem.where.rsplit(":", 2)
        assert name == "rules.yaml"
        assert 1 <= int(line) <= len(lines)
        assert 1 <= int(column) <= len(lines[int(line) - 1]) + 1


def test_the_file_that_is_edited_is_fine() -> None:
    diagnostics = Diagnostics()
    value = read_yaml("rules.yaml", WHOLE.encode(), diagnostics)
    assert value is not None
    assert read_rules([value], Reader(diagnostics, date(2026, 8, 15))) is not None
    assert diagnostics.problems == []
