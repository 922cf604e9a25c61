"""Numbers and their ranges."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from immich_smart_albums.rules.values.numbers import Range, Unit, plain_number, written
from tests.support.asset_records import holds, record
from tests.support.yaml_values import Quoted


@pytest.mark.parametrize(
    ("iso", "inside", "outside"),
    [
        (400, [400], [399, 401]),
        ("100..800", [100, 800], [99, 801]),
        ("100 .. 800", [100, 800], [99, 801]),
        ("100..", [100, 99999], [99]),
        ("..800", [800, 0], [801]),
        (Quoted(">= 400"), [400], [399]),
        (Quoted("<=400"), [400], [401]),
        (Quoted("> 400"), [401], [400]),
        (Quoted("<400"), [399], [400]),
        ({"min": 100}, [100], [99]),
        ({"max": 800}, [800], [801]),
        ({"min": 100, "max": 800}, [100, 800], [99, 801]),
        ([100, "400..800"], [100, 400], [200]),
    ],
)
def test_ranges_have_their_ends(iso: object, inside: list[int], outside: list[int]) -> None:
    assert all(holds({"exif": {"iso": iso}}, record(iso=number)) for number in inside)
    assert not any(holds({"exif": {"iso": iso}}, record(iso=number)) for number in [*outside, None, True])


@given(st.floats(0.001, 1e9), st.floats(0.001, 1e9))
def test_a_range_holds_its_own_ends_and_is_told_apart_from_others(one: float, other: float) -> None:
    low, high = sorted((one, other))
    unit = Unit("", plain_number, written, "")
    assert low in Range(low, high)
    assert high in Range(low, high)
    assert (low in Range(low, None, has_low=False)) is False
    if one != other:
        assert Range(one, None).words(unit) != Range(other, None).words(unit)
