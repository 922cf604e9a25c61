"""Ids as Immich checks them, and the addresses that carry them."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.syntax.ids import id_in_url, is_id, looks_like_id, why_no_id
from tests.support.payloads import ANNA, NOT_V4


@pytest.mark.parametrize("version", "0123456789abcdef")
def test_only_version_4_is_an_id(version: str) -> None:
    text = f"8fbe472e-7463-{version}d97-ae2d-3efb3270e153"
    assert is_id(text) is (version == "4")
    assert looks_like_id(text)
    assert (why_no_id(text) is None) is (version == "4")


@pytest.mark.parametrize("variant", "0123456789abcdef")
def test_only_one_variant_is_an_id(variant: str) -> None:
    assert is_id(f"8fbe472e-7463-4d97-{variant}e2d-3efb3270e153") is (variant in "89ab")


@pytest.mark.parametrize("text", ["", "Emma", f"{ANNA} ", f"{ANNA}0", ANNA.replace("-", ""), f"{{{ANNA}}}"])
def test_what_nobody_means_as_an_id_is_none(text: str) -> None:
    assert not is_id(text)
    assert not looks_like_id(text)
    assert why_no_id(text) is None


def test_it_is_said_why_immich_refuses_one() -> None:
    assert why_no_id(NOT_V4) == f"{NOT_V4} is a UUID, but not of version 4, and Immich refuses it"


def test_capital_letters_make_no_difference() -> None:
    assert is_id(ANNA.upper())


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        (f"https://photos.example/albums/{ANNA}", ANNA),
        (f"https://photos.example/base/albums/{ANNA}?at=1", ANNA),
        (f"https://photos.example/albums/{ANNA}/photos", ANNA),
        (f"https://photos.example/albums/{ANNA}#top", ANNA),
        (f"https://photos.example/albums/{ANNA}0", None),
        (f"https://photos.example/people/{ANNA}", None),
        ("https://photos.example/albums", None),
        (ANNA, None),
    ],
)
def test_an_address_carries_the_id_of_its_kind(url: str, expected: str | None) -> None:
    assert id_in_url(url, "albums") == expected
