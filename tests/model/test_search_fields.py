"""The table of search fields: each row is complete, nothing lists fields beside it, and a new field is one row."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import immich_smart_albums
from immich_smart_albums.model.search_field import (
    ALWAYS,
    ONLY_SMART,
    ONLY_STRUCTURED,
    Control,
    Proof,
    SearchField,
    Signal,
    Stage,
    Type,
)
from immich_smart_albums.model.search_fields import BY_NAME, ROWS
from immich_smart_albums.rules.local_filters.asset_shape import EXIF, FROM_DETAILS, FROM_SEARCH

PACKAGE = Path(immich_smart_albums.__file__).parent

rows = pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)


def test_no_field_has_two_rows() -> None:
    assert len(BY_NAME) == len(ROWS)


@rows
def test_some_search_takes_each_field(row: SearchField) -> None:
    assert row.kinds or row.operators
    assert (row.kinds == ONLY_STRUCTURED) <= (row.condition is None and row.absence is None)


@rows
def test_each_field_is_verified_by_a_record_or_by_a_control(row: SearchField) -> None:
    assert row.proof is not Proof.NOTHING or row.control is not Control.NONE or row.kinds == ONLY_SMART
    assert row.record_path is not None or row.proof is Proof.NOTHING
    if row.record_path is not None:
        root, _, below = row.record_path.partition(".")
        assert root in FROM_SEARCH | FROM_DETAILS, "rules/local_filters/asset_shape.py says what records have"
        assert not below or (root == "exifInfo" and below in EXIF)
        # What no search shows proves nothing about one.
        assert root in FROM_SEARCH or row.proof is Proof.NOTHING


@rows
def test_what_is_told_apart_has_values_for_it(row: SearchField) -> None:
    assert (row.control is Control.APART) == bool(row.apart)
    assert len(set(row.apart)) == len(row.apart)
    assert len(row.apart) != 1


@rows
def test_what_a_structured_search_says_instead_is_in_the_table(row: SearchField) -> None:
    if row.condition is not None:
        name, operator = row.condition
        pendant = BY_NAME[name]
        assert operator in pendant.operators
        assert (pendant.record_path, pendant.stage, pendant.signal) == (row.record_path, row.stage, row.signal)
    if row.absence is not None:
        pendant = BY_NAME[row.absence[1]]
        assert pendant.type is Type.TRUTH
        assert pendant.stage is row.stage


@rows
def test_ids_are_those_of_something_and_lists_of_values_have_a_name(row: SearchField) -> None:
    assert (row.refers_to is not None) == (row.type in {Type.ID, Type.IDS})
    assert row.suggestion is None or (row.type is Type.TEXT and row.is_in_exif and row.single)
    assert row.suggested == ALWAYS or row.suggestion


@rows
def test_what_is_read_from_the_file_waits_for_that(row: SearchField) -> None:
    assert not row.is_in_exif or (row.stage is Stage.METADATA and row.signal is Signal.UPDATED_AT)
    assert 0 <= row.share <= 1


@rows
def test_a_value_has_narrower_releases_than_its_field(row: SearchField) -> None:
    for value, releases in row.value_releases:
        assert releases != ALWAYS
        assert row.releases.since <= releases.since
        assert value is None or row.type is Type.TRUTH
        assert value is not None or row.nullable


# -- nothing lists fields beside the table ---------------------------------------------------------------------------

EVERYDAY = frozenset({"id", "type", "description", "order", "model", "query", "language", "checksum"})
"""Names that many other things have as well."""

LISTED = BY_NAME.keys() - EVERYDAY

EXCUSED: dict[str, str] = {
    "immich/versions.py": "fields of records, which versions return",
    "immich/search/controls/probes.py": "the body of a request about the instant of one photo",
    "immich/search/embeddings.py": "the body of a request about the instant of one photo",
    "rules/local_filters/asset_shape.py": "fields of records",
    "selection/cache/records.py": "fields of records",
    "operations/library/values.py": "fields of records, whose values a page offers",
    "web/rows/choices.py": "words of the rules file, in the order in which a page offers them",
    "rules/split.py": "words of the rules file, by which a rule is split",
    "rules/predicates/time_and_place/added.py": "what a word of the rules file means",
    "rules/predicates/time_and_place/place.py": "what a word of the rules file means",
    "rules/predicates/capture/screenshot.py": "what a word of the rules file means",
    "rules/predicates/time_and_place/taken.py": "what a word of the rules file means",
}
"""Modules that may have several names of fields side by side, and why."""


def lists_of_names(text: str) -> list[set[str]]:
    """The names of fields in each collection, mapping and alternative of a module that has two or more."""
    result: list[set[str]] = []
    if len(LISTED & set(re.findall(r"[\"'](\w+)[\"']", text))) < 2:
        return result  # most modules: reading these with care takes a second
    for node in ast.walk(ast.parse(text)):
        match node:
            case ast.Tuple(elements) | ast.List(elements) | ast.Set(elements):
                values: list[ast.expr | None] = list(elements)
            case ast.Dict(keys):
                values = keys
            case ast.MatchOr(patterns):
                values = [pattern.value for pattern in patterns if isinstance(pattern, ast.MatchValue)]
            case _:
                continue
        texts = {value.value for value in values if isinstance(value, ast.Constant) and isinstance(value.value, str)}
        names = texts & LISTED
        if len(names) > 1:
            result.append(names)
    return result


def test_no_other_module_lists_search_fields() -> None:
    result = {
        str(path.relative_to(PACKAGE)): names
        for path in sorted(PACKAGE.rglob("*.py"))
        if path.name != "search_fields.py" and (names := lists_of_names(path.read_text(encoding="utf-8")))
    }
    assert {place: names for place, names in result.items() if place not in EXCUSED} == {}
    assert EXCUSED.keys() <= result.keys(), "excuses that nobody needs any more"


# -- a new field is one row ------------------------------------------------------------------------------------------

NEW_ROW = """
    _Truth(
        name="isEdited",
        releases=Releases(Version(3, 4)),
        condition=("isEdited", "eq"),
        record_path="isEdited",
        proof=Proof.EQUAL,
        signal=Signal.UPDATED_AT,
        stage=None,
        single=True,
        always_known=True,
    ),
"""

USES_IT = """
from immich_smart_albums.errors import Untrustworthy
from immich_smart_albums.immich.search.bodies import filter_body, flat_body
from immich_smart_albums.immich.search.properties import PROPERTIES, control_of
from immich_smart_albums.immich.search.verify import AnswerVerifier
from immich_smart_albums.immich.versions import Capabilities
from immich_smart_albums.model.query import WHOLE_LIBRARY, Condition, Kind, Query, Visibility
from immich_smart_albums.model.search_field import Control
from immich_smart_albums.model.version import Version
from immich_smart_albums.rules.payload.payload import read_search
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.selection.cache.tracking import untracked_reason
from immich_smart_albums.selection.compile.algebra import complement
from immich_smart_albums.selection.compile.pushdown import as_filter
from immich_smart_albums.selection.compile.relations import why_disjoint
from immich_smart_albums.selection.explain.record_values import record_values
from immich_smart_albums.selection.words import query_text
from immich_smart_albums.selection.query_plan import Scan
from tests.support.payloads import source

findings = Diagnostics([], [])
search = read_search(source('{"isEdited": true}'), Kind.METADATA, findings, smart_limit=200, zone=None)
assert search is not None, findings.problems
query = search.query
old, new = Capabilities(Version(3, 3)), Capabilities(Version(3, 4))
assert "isEdited" in old.unsupported(query)[0][1]
assert not new.unsupported(query)
condition = Condition("isEdited", "eq", True)
assert query == Query(Kind.METADATA, (condition,))
assert query.is_flat and query.is_filter
by_filter = Query(Kind.METADATA, any_of=((condition,),))
assert "isEdited" in old.unsupported(by_filter)[0][1]
assert not new.unsupported(by_filter)
assert complement(query).where == (Condition("isEdited", "eq", False),)
assert flat_body(query) == {"isEdited": True}
assert filter_body(query, Visibility.TIMELINE)["isEdited"] == {"eq": True}
record = {"id": "a", "visibility": "timeline", "isTrashed": False, "isEdited": True}
for asked in (query, by_filter):
    verifier = AnswerVerifier(asked, Visibility.TIMELINE, None, new)
    assert "isEdited" in verifier.fields
    assert not verifier.verify([record])
    try:
        verifier.verify([record | {"isEdited": False}])
    except Untrustworthy:
        pass
    else:
        raise AssertionError("a record that contradicts goes through")
    assert untracked_reason(Scan(asked, frozenset(), (), (), (None,), keeps_ids=False)) is None
    assert record_values(asked, record) == {"isEdited": True}
assert PROPERTIES["isEdited"].control is control_of("isEdited", "eq") is Control.APART
assert as_filter(search, WHOLE_LIBRARY, new).holds(record)
assert why_disjoint(query, complement(query)) == "isEdited cannot be true and false"
assert query_text(search, lambda _field, id_: id_) == "isEdited: true"
"""


def test_a_field_of_a_new_immich_is_one_row(tmp_path: Path) -> None:
    copy = tmp_path / "immich_smart_albums"
    shutil.copytree(PACKAGE, copy)  # with its compiled code, which the new row alone makes old
    table = copy / "model" / "search_fields.py"
    head, end, rest = table.read_text(encoding="utf-8").partition("    # Those that only a structured search has.\n")
    assert end
    table.write_text(head + NEW_ROW + end + rest, encoding="utf-8")
    ran = subprocess.run(
        [sys.executable, "-c", USES_IT],
        cwd=PACKAGE.parent.parent,
        env={"PYTHONPATH": f"{tmp_path}:{PACKAGE.parent.parent}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
