"""Packed ids: the same as a set of texts, in a tenth of the memory."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_smart_albums.selection.cache.entry import contains, exchanged, length, pack, packed, unpacked
from tests.support.examples import examples

IDS = st.sets(st.uuids(version=4).map(str), max_size=20)


@settings(max_examples=examples(40))
@given(IDS, IDS, IDS)
def test_ids_go_and_come_as_in_a_set(ids: set[str], others: set[str], new: set[str]) -> None:
    data = packed(ids)
    gone = set(sorted(ids)[::2]) | others
    assert list(unpacked(data)) == sorted(ids)
    assert [contains(data, pack(id_)) for id_ in gone] == [id_ in ids for id_ in gone]
    after = exchanged(data, map(pack, gone), map(pack, new))
    assert list(unpacked(after)) == sorted((ids - gone) | new)
    assert length(after) == len((ids - gone) | new)


def test_what_goes_and_comes_again_is_there_once() -> None:
    one = "7d1be37b-e20f-4da1-b1e0-95facc285fc2"
    assert exchanged(packed([one]), [pack(one)], [pack(one), pack(one)]) == packed([one]) == UUID(one).bytes


@pytest.mark.parametrize("wrong", ["", "7d1be37b", "7d1be37b-e20f-4da1-b1e0-95facc285fc2aa", "not-an-id"])
def test_what_is_no_uuid_is_refused(wrong: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        pack(wrong)


def test_what_goes_leaves_no_gap() -> None:
    one, two = "63d1e020-fc5a-417e-b9cd-8bc7f5a8434f", "7d1be37b-e20f-4da1-b1e0-95facc285fc2"
    assert exchanged(packed([one, two]), [pack(one)], []) == packed([two])
    assert exchanged(packed([one]), [pack(two)], []) == packed([one])
    assert exchanged(packed([one]), [pack(one)], [pack(two)]) == packed([two])
