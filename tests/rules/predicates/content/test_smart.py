"""The smart predicate: texts and photos to be like, and where a ranking is cut off."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.tree import Any, Search
from tests.support.payloads import ANNA, BEN, NOT_V4
from tests.support.yaml_values import Quoted, node, parsed, problem

(DOG,) = where(query="dog")


@pytest.mark.parametrize(
    ("smart", "expected"),
    [
        ("dog", Query(Kind.SMART, (DOG,), limit=200)),
        (" dog ", Query(Kind.SMART, (DOG,), limit=200)),
        ("dog@500", Query(Kind.SMART, (DOG,), limit=500)),
        ("dog @ 500", Query(Kind.SMART, (DOG,), limit=500)),
        ("a@b", Query(Kind.SMART, where(query="a@b"), limit=200)),
        ({"query": "dog"}, Query(Kind.SMART, (DOG,), limit=200)),
        ({"query": "dog@500"}, Query(Kind.SMART, where(query="dog@500"), limit=200)),
        ({"query": "dog", "top": 300}, Query(Kind.SMART, (DOG,), limit=300)),
        ({"query": "dog", "language": "fi"}, Query(Kind.SMART, where(language="fi", query="dog"), limit=200)),
        ({"like": ANNA}, Query(Kind.SMART, where(queryAssetId=ANNA), limit=200)),
        ({"like": ANNA.upper(), "top": 5}, Query(Kind.SMART, where(queryAssetId=ANNA), limit=5)),
        ({"query": "dog", "until": ANNA}, Query(Kind.SMART, (DOG,), until=(ANNA,))),
        (
            {"query": "dog", "until": [Quoted(f"https://x.example/photos/{ANNA}?at=1"), BEN, ANNA]},
            Query(Kind.SMART, (DOG,), until=(ANNA, BEN)),
        ),
        (
            {"like": Quoted(f"https://x.example/albums/{BEN}/photos/{ANNA}"), "until": BEN},
            Query(Kind.SMART, where(queryAssetId=ANNA), until=(BEN,)),
        ),
    ],
)
def test_a_smart_search_is_read(smart: object, expected: Query) -> None:
    result = node({"smart": smart})
    assert isinstance(result, Search)
    assert result.query == expected


def test_a_list_means_any_of_its_searches() -> None:
    result = node({"smart": ["dog", {"query": "cat", "top": 5}]})
    assert isinstance(result, Any)
    assert [child.query.limit for child in result.children if isinstance(child, Search)] == [200, 5]


@pytest.mark.parametrize(
    ("smart", "message"),
    [
        ("", "what should be on the photos is expected here, not nothing"),
        (Quoted(""), "what should be on the photos is expected here, not a blank text"),
        ([], "what should be on the photos is expected here, and the list is empty"),
        ([["dog"]], "what should be on the photos is expected here, not a list"),
        (
            "dog@0",
            "how many photos to keep is expected here, a whole number from 1 to 999999999, not '0'",
        ),
        ("dog@99999999999999999999999", None),
        ({}, "a smart search needs query or like"),
        ({"top": 5}, "a smart search needs query or like"),
        ({"query": "dog", "like": ANNA}, "query and like exclude each other"),
        ({"query": Quoted(" ")}, "what should be on the photos is expected here, not a blank text"),
        ({"querry": "dog"}, "unknown word 'querry' in a smart search"),
        ({"query": "dog", "top": 0}, None),
        ({"query": "dog", "top": "many"}, None),
        ({"query": "dog", "top": 5, "until": ANNA}, "top and until exclude each other"),
        ({"query": "dog", "until": []}, "a photo is expected here, and the list is empty"),
        ({"query": "dog", "until": "x"}, "'x' is neither the id of a photo nor the address of its page"),
        (
            {"query": "dog", "until": [ANNA, Quoted("https://x.example/people/" + ANNA)]},
            f"'https://x.example/people/{ANNA}' is neither the id of a photo nor the address of its page",
        ),
        ({"like": NOT_V4}, f"{NOT_V4} is a UUID, but not of version 4, and Immich refuses it"),
        ({"like": ["x"]}, "the id of a photo, or the address of its page, is expected here, not a list"),
        ({"query": "dog", "language": ""}, "a language such as fi is expected here, not nothing"),
    ],
)
def test_what_is_wrong_is_told(smart: object, message: str | None) -> None:
    result = problem({"smart": smart})
    assert result.message.startswith(message or "how many photos to keep is expected here")


def test_everything_that_is_wrong_in_a_search_is_told() -> None:
    _, findings = parsed({"smart": {"query": "", "top": 0, "until": "x", "language": []}})
    assert len(findings.problems) == 5
