"""The predicate on single photos, by id or address."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from tests.support.asset_records import assert_one_field_decides
from tests.support.payloads import ANNA, BEN
from tests.support.resolved_names import checks, looked_up, shape
from tests.support.yaml_values import problem

IDS = {ANNA: (ANNA,), BEN: (BEN,)}


@pytest.mark.parametrize(
    ("match", "expected"),
    [
        ({"photo": f"https://photos.example/photos/{ANNA.upper()}"}, f"photo {ANNA}"),
        ({"photo": [BEN, ANNA, BEN]}, f"photo {' or '.join(sorted((ANNA, BEN)))}"),
    ],
)
def test_values_are_read(match: object, expected: object) -> None:
    assert shape(looked_up(match, IDS)) == expected


@pytest.mark.parametrize(
    ("match", "message"),
    [
        (
            {"photo": [ANNA, "a dog"]},
            "'a dog' is neither the id of a photo nor the address of its page",
        ),
        ({"photo": []}, "the id of a photo, or the address of its page, is expected here, and the list is empty"),
    ],
)
def test_what_is_wrong_is_told(match: object, message: str) -> None:
    assert problem(match).message == message


def test_a_record_passes_by_one_field() -> None:
    (check,) = checks(looked_up({"photo": [ANNA, BEN]}, IDS))
    assert_one_field_decides(check, {"id": BEN}, BEN)


def test_one_photo_can_be_searched_for_and_a_list_of_them_is_one_look_at_a_record() -> None:
    (one,) = checks(looked_up({"photo": ANNA}, IDS))
    assert (one.superset, one.superset_is_exact) == (Query(Kind.METADATA, where(id=ANNA)), True)
    (several,) = checks(looked_up({"not": {"photo": [ANNA, BEN]}}, IDS))
    assert (several.superset, several.text) == (None, "one of 2 photos")
