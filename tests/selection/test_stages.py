"""Which steps of Immich the parts of a rule rest on, where a check looks at everything or at what is late."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.search_field import Stage
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.tree import Filter, Not
from immich_smart_albums.selection.compile.relax import upper_bound
from immich_smart_albums.selection.stages import of_fields, when_failed, when_passed


def check(*reads: str) -> Filter:
    return Filter("x", lambda _: True, frozenset(reads), lambda _: None)


ANY = Filter("x", lambda _: True, None, lambda _: None)
"""One that may look at any field."""


@pytest.mark.parametrize(
    ("checked", "passed", "failed"),
    [
        (ANY, {Stage.DATES, Stage.FACES, Stage.METADATA}, {Stage.METADATA, Stage.FACES, Stage.EMBEDDING}),
        (check("exifInfo.make"), {Stage.DATES, Stage.METADATA}, {Stage.METADATA}),
        (check("people"), {Stage.FACES}, {Stage.FACES}),
        (check("isFavorite"), set(), set()),
    ],
)
def test_what_a_check_rests_on(checked: Filter, passed: set[Stage], failed: set[Stage]) -> None:
    assert when_passed(checked) == passed
    assert when_failed(checked) == failed


def test_what_the_fields_of_a_record_rest_on() -> None:
    assert of_fields(None) == {Stage.DATES, Stage.FACES}
    assert of_fields({"tags", "people", "isFavorite"}) == {Stage.DATES, Stage.FACES}


def test_a_name_that_was_not_looked_up_is_left_as_it_is() -> None:
    name = person_named("Emma")
    assert upper_bound(name, frozenset(Stage)) == name
    assert upper_bound(Not(name), frozenset(Stage)) == Not(name)
