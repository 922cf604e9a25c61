"""Search payloads: every field with good and bad values, both placeholders, and everything that Immich would ignore."""

from __future__ import annotations

import json
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind, Query, Value
from immich_smart_albums.model.search_field import Type
from immich_smart_albums.model.search_fields import ALL_WORDS, FIELDS
from immich_smart_albums.rules.payload.payload import read_object
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import SourceForm
from tests.support.examples import examples
from tests.support.payloads import ANNA, BEN, NOT_V4, problem, query, read, source

HELSINKI = ZoneInfo("Europe/Helsinki")

GOOD: dict[Type, list[tuple[object, Value]]] = {
    Type.TEXT: [("Nice", "Nice"), ("  Nice ", "  Nice "), ("50 %", "50 %"), ("0", "0")],
    Type.TRUTH: [(True, True)],
    Type.RATING: [(1, 1), (5, 5)],
    Type.ID: [(ANNA, ANNA), (ANNA.upper(), ANNA)],
    Type.IDS: [([ANNA], (ANNA,)), ([ANNA, BEN], (BEN, ANNA)), ([ANNA, BEN.upper(), BEN, ANNA], (BEN, ANNA))],
    Type.DATE: [("2024-05-31T18:00:00Z", "2024-05-31T18:00:00.000Z")],
    Type.ASSET_TYPE: [(word, word) for word in ("IMAGE", "VIDEO", "AUDIO", "OTHER")],
    Type.ORDER: [("asc", "asc"), ("desc", "desc")],
}
BAD: dict[Type, list[object]] = {
    Type.TEXT: ["", " \t\n", 5, True, [], ["Nice"], {}],
    Type.TRUTH: ["true", 1, 0, [], {}],
    Type.RATING: [0, 6, -1, 3.0, "3", True, [3], {}],
    Type.ID: ["", "Anna", NOT_V4, ANNA[:-1], 5, False, [ANNA], {}],
    Type.IDS: [[], ANNA, "", 5, True, {}, ["Anna"], [ANNA, 5], [None], [[ANNA]], [NOT_V4]],
    Type.DATE: ["", "yesterday", "2024", "2024-13-01", 20240531, True, ["2024-05-31"], {}],
    Type.ASSET_TYPE: ["image", "PHOTO", "", 1, True, ["IMAGE"], {}],
    Type.ORDER: ["ASC", "", "up", 1, True, ["asc"], {"by": "asc"}],
}


def payload_with(name: str, raw: object) -> dict[str, object]:
    """A payload in which the field may stand: a question for `language`, a limit so that `order` is kept."""
    more: dict[str, dict[str, object]] = {"language": {"query": "dog"}, "order": {"resultLimit": 5}}
    return {**more.get(name, {}), name: raw}


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("name", "raw", "expected"),
    [(name, raw, expected) for name, field in FIELDS.items() for raw, expected in GOOD[field.type]],
)
def test_every_field_takes_its_good_values(name: str, raw: object, expected: Value) -> None:
    assert query(payload_with(name, raw)).flat_fields[name] == expected


@pytest.mark.parametrize(
    ("name", "raw"), [(name, raw) for name, field in FIELDS.items() for raw in BAD[field.type]], ids=repr
)
def test_every_field_refuses_bad_values_and_says_which_field(name: str, raw: object) -> None:
    result = problem(payload_with(name, raw))
    assert name in result.message
    assert result.where.startswith("--flag, column ")
    assert result.excerpt is not None
    line, caret = result.excerpt.split("\n")
    assert line[caret.index("^") :].startswith(f'"{name}"')


@pytest.mark.parametrize("name", FIELDS)
def test_null_means_has_none_where_immich_has_that_and_is_refused_elsewhere(name: str) -> None:
    payload = payload_with(name, None)
    if FIELDS[name].nullable:
        assert query(payload).flat_fields[name] is None
    else:
        assert "not null" in problem(payload).message


@pytest.mark.untraced
@pytest.mark.parametrize("name", FIELDS)
def test_a_field_that_smart_searches_do_not_have_is_refused_there(name: str) -> None:
    raw = GOOD[FIELDS[name].type][0][0]
    payload = {"query": "dog", name: raw} if name != "queryAssetId" else {name: raw}
    if Kind.SMART in FIELDS[name].kinds:
        assert query(payload, Kind.SMART).flat_fields.keys() >= {name}
    else:
        result = problem(payload, Kind.SMART)
        assert result.message == f"Immich's smart search does not have {name!r} and would ignore it"
        assert result.hint == "Put it into a search of its own, without query, beside this one: both must hold."


def test_a_language_without_a_question_is_no_metadata_search() -> None:
    assert "'language'" in problem({"language": "de"}).message


def test_an_empty_object_is_the_whole_library() -> None:
    assert query({}) == WHOLE_LIBRARY


def test_filters_are_sorted_so_that_equal_searches_are_equal() -> None:
    assert query({"city": "Nice", "make": None}) == query({"make": None, "city": "Nice"})


def test_a_person_id_that_is_a_name_points_to_the_flags_for_names() -> None:
    hint = problem({"personIds": ["Anna"]}).hint
    assert hint is not None
    assert "--include-person-names-union" in hint
    assert "names" not in str(problem({"tagIds": ["Pets"]}).hint)


def test_an_id_of_another_uuid_version_is_told_from_something_that_is_no_id() -> None:
    assert "not of version 4" in problem({"id": NOT_V4}).message
    assert "is not an id" in problem({"id": "IMG_0001"}).message


def test_long_values_are_shortened_in_messages() -> None:
    message = problem({"rating": "x" * 5000}).message
    assert "…" in message
    assert len(message) < 150


# -- the placeholders of the older tool ---------------------------------------------------------------------------


def test_datetime_means_taken_between_both_days_included() -> None:
    result = query({"datetime": {"from": "2023-06-01", "to": "2023-09-01"}}, zone=HELSINKI)
    assert result.where == where(takenAfter="2023-05-31T21:00:00.000Z", takenBefore="2023-09-01T20:59:59.999Z")


@pytest.mark.parametrize(
    ("span", "filters"),
    [
        ({"from": "2023-06-01"}, {"takenAfter": "2023-06-01T00:00:00.000Z"}),
        ({"to": "2023-06-01"}, {"takenBefore": "2023-06-01T23:59:59.999Z"}),
    ],
)
def test_one_end_of_datetime_may_be_missing(span: object, filters: dict[str, object]) -> None:
    assert query({"datetime": span}).flat_fields == filters


def test_the_other_end_of_datetime_may_be_said_in_immichs_words() -> None:
    result = query({"datetime": {"from": "2023-06-01"}, "takenBefore": "2023-06-02"})
    assert result.flat_fields.keys() == {"takenAfter", "takenBefore"}


@pytest.mark.parametrize("span", [None, "2023-06-01", [], {}, {"since": "2023-06-01"}, {"from": "2023-06-01", "x": 1}])
def test_datetime_takes_nothing_but_from_and_to(span: object) -> None:
    assert problem({"datetime": span}).message == "datetime takes an object with from and to"


def test_a_null_in_datetime_is_no_date() -> None:
    assert "takenAfter takes a date" in problem({"datetime": {"from": None}}).message


def test_datetime_beside_the_same_end_in_immichs_words_is_said_twice() -> None:
    result = problem({"datetime": {"from": "2023-06-01"}, "takenAfter": "2023-06-02"})
    assert result.message == "datetime.from and takenAfter say the same thing twice"


def test_a_question_under_a_metadata_flag_is_a_smart_search_with_a_notice() -> None:
    result, findings = read({"personIds": [ANNA], "query": "porsche", "resultLimit": 300})
    assert result == Query(Kind.SMART, where(personIds=(ANNA,), query="porsche"), limit=300)
    assert findings.warnings == ["--flag: has 'query', so it is run as a smart search"]


def test_a_question_by_asset_under_a_metadata_flag_is_a_smart_search_too() -> None:
    assert query({"queryAssetId": ANNA}) == Query(Kind.SMART, where(queryAssetId=ANNA), limit=200)


# -- resultLimit, order -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("limit", [0, -1, True, 1.5, "5", None, [], {}, 10**9, 10**400])
def test_a_result_limit_is_a_whole_number_of_at_least_one(limit: object) -> None:
    assert "resultLimit takes a whole number" in problem({"resultLimit": limit}).message
    assert "resultLimit takes a whole number" in problem({"query": "dog", "resultLimit": limit}, Kind.SMART).message


def test_a_result_limit_that_python_cannot_read_is_a_problem_and_no_crash() -> None:
    assert problem('{"resultLimit": ' + "9" * 5000 + "}").message.startswith("this JSON cannot be read: ")


def test_a_smart_search_without_a_limit_is_cut_at_the_default_and_a_metadata_search_is_not() -> None:
    assert read({"query": "dog"}, Kind.SMART, smart_limit=77)[0] == Query(Kind.SMART, where(query="dog"), limit=77)
    assert query({"city": "Nice"}).limit is None
    assert query({"city": "Nice", "resultLimit": 5}).limit == 5


def test_the_order_counts_only_where_a_limit_keeps_a_part() -> None:
    assert query({"order": "asc"}) == WHOLE_LIBRARY
    assert query({"order": "asc", "resultLimit": 5}).get("order") == "asc"


def test_a_smart_search_needs_one_question() -> None:
    assert problem({"city": "Nice"}, Kind.SMART).message == "a smart search needs 'query' or 'queryAssetId'"
    both = problem({"query": "dog", "queryAssetId": ANNA}, Kind.SMART)
    assert both.message == "'query' and 'queryAssetId' stand together"


# -- words that Immich would drop ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "meant"),
    [("personId", "personIds"), ("tags", "tagIds"), ("takenafter", "takenAfter"), ("lensmodel", "lensModel")],
)
def test_an_unknown_word_names_the_nearest(word: str, meant: str) -> None:
    result = problem({word: "x"})
    assert result.message == f"Immich has no search field {word!r} and would return the whole library"
    assert result.hint == f"Did you mean {meant!r}?"


def test_an_unknown_word_that_is_near_to_nothing_points_to_the_list() -> None:
    assert "list of fields" in str(problem({"zzzzzz": 1}).hint)


@pytest.mark.parametrize("word", ["previewPath", "thumbnailPath"])
def test_words_that_every_version_ignores_are_refused(word: str) -> None:
    assert "accepts" in problem({word: "/x"}).message


@pytest.mark.parametrize("word", ["filter", "orderBy", "cursor"])
def test_the_structured_search_is_refused_by_name(word: str) -> None:
    assert "structured search" in problem({word: {}}).message


def test_reading_options_are_left_out_with_a_notice_each() -> None:
    result, findings = read({"page": 3, "size": 100, "withExif": True, "withPeople": "yes", "city": "Nice"})
    assert result == query({"city": "Nice"})
    assert len(findings.warnings) == 4
    assert findings.problems == []


def test_all_problems_of_a_payload_are_told_together() -> None:
    payload = {"citty": "Nice", "rating": 9, "personIds": [], "visibility": "locked", "resultLimit": 0}
    result, findings = read(payload)
    assert result is None
    assert len(findings.problems) == 5


@pytest.mark.parametrize(
    ("payload", "what"), [([], "a list"), ("5", "a number"), ('"dog"', "a text"), ("true", "true or false")]
)
def test_a_search_is_an_object(payload: object, what: str) -> None:
    assert problem(payload).message == f"a search is an object {{…}}, not {what}"


# -- contradictions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("moment", ["taken", "created", "updated", "trashed"])
def test_an_empty_span_of_time_is_refused(moment: str) -> None:
    result = problem({f"{moment}After": "2024-01-02", f"{moment}Before": "2024-01-01"})
    assert "nothing can match" in result.message
    assert len(query({f"{moment}After": "2024-01-01", f"{moment}Before": "2024-01-01"}).where) == 2


def test_not_in_an_album_acts_only_as_true_and_alone() -> None:
    assert "ignores isNotInAlbum: false" in problem({"isNotInAlbum": False}).message
    assert "beside albumIds" in problem({"isNotInAlbum": True, "albumIds": [ANNA]}).message


# -- whatever comes -----------------------------------------------------------------------------------------------

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=4,
)
near_values = st.sampled_from([ANNA, [ANNA], [ANNA, BEN], "2024-05-31", "2023-01-01T00:00:00", "IMAGE", "asc", 3, None])
payloads = st.dictionaries(
    st.sampled_from((*ALL_WORDS, "filter", "previewPath")) | st.text(max_size=6), near_values | anything, max_size=6
)


@given(payloads, st.sampled_from(Kind), st.sampled_from(SourceForm))
@settings(max_examples=examples(60), deadline=None)
def test_any_object_gives_problems_or_a_query_of_known_fields(
    payload: dict[str, object], kind: Kind, form: SourceForm
) -> None:
    result, findings = read(payload, kind, form=form)
    assert (result is None) == bool(findings.problems)
    if result is None:
        return
    assert result.is_flat
    assert all(result.kind in FIELDS[name].kinds for name in result.flat_fields)
    assert result.visibility
    assert result.kind is kind or result.kind is Kind.SMART
    assert result.kind is Kind.METADATA or result.limit is not None
    # Everything that was given is in the query, or was said to be left out.
    said = {"datetime", "order", "resultLimit", "visibility", "isArchived", "withArchived", "isVisible"}
    assert payload.keys() - said <= {*result.flat_fields, "page", "size", "withExif", "withPeople"}


@given(st.text(max_size=30) | payloads.map(json.dumps), st.sampled_from(Kind), st.sampled_from(SourceForm))
@settings(max_examples=examples(50), deadline=None)
def test_any_text_gives_problems_or_a_query(text: str, kind: Kind, form: SourceForm) -> None:
    result, findings = read(text, kind, form=form)
    assert (result is None) == bool(findings.problems)


def test_a_decoded_payload_is_read_as_the_text_is() -> None:
    diagnostics = Diagnostics()
    result = read_object({"city": "Nice"}, source("{}"), Kind.METADATA, diagnostics, smart_limit=200, zone=None)
    assert result is not None
    assert result.query == query({"city": "Nice"})
