"""Which drivers a rule can be answered by, and what they take in."""

from __future__ import annotations

import pytest

from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.rules.tree import All, Any, Node, Not
from tests.support.compiled_rules import (
    DOG,
    DOGS,
    EMMA,
    FIVE,
    FOUR,
    KYOTO,
    MAKE,
    MANY_DOGS,
    NEW,
    NICE,
    NOAH,
    PATH,
    branch_words,
    plan,
)
from tests.support.in_memory_searches import WHOLE, named, person, smart


@pytest.mark.parametrize(
    ("node", "branches"),
    [
        (NICE, ["(city='Nice')"]),
        (All((NICE, EMMA)), ["(city='Nice', personIds=[emma])"]),
        (All((WHOLE, NICE)), ["(city='Nice')"]),
        (Any((NICE, EMMA)), ["(personIds=[emma])", "(city='Nice')"]),
        (All((NICE, PATH)), ["(city='Nice') | <$.originalPath:x>"]),
        (All((NICE, Not(EMMA))), ["(city='Nice') | not (city='Nice', personIds=[emma])"]),
        (Not(EMMA), ["(the whole timeline) | not (personIds=[emma])"]),
        (MAKE, ["(the whole timeline) | <$.exifInfo.make:x>"]),
        (All((NICE, KYOTO)), []),
        (Not(All((NICE, KYOTO))), ["(the whole timeline)"]),
        # a choice is searched for inside of what must hold
        (
            All((NICE, Any((EMMA, NOAH)))),
            ["(city='Nice', personIds=[emma])", "(city='Nice', personIds=[noah])"],
        ),
        (
            All((Any((NICE, KYOTO)), Any((EMMA, PATH)))),
            [
                f"(city='{name}') | ((city='{name}', personIds=[emma]) or <$.originalPath:x>)"
                for name in ("Nice", "Kyoto")
            ],
        ),
        # ranked searches drive what they rank, and are never narrowed
        (All((DOG, EMMA)), ["smart (query='dog', top 200) | smart (personIds=[emma], query='dog', top 1000)"]),
        (All((DOG, MAKE)), ["smart (query='dog', top 200) | <$.exifInfo.make:x>"]),
        (All((DOG, NICE, MAKE)), ["smart (query='dog', top 200) | <(city='Nice'), checked here>"]),
    ],
)
def test_a_driver_takes_in_what_must_hold(node: Node, branches: list[str]) -> None:
    assert [branch.removesuffix(" & <$.exifInfo.make:x>") for branch in branch_words(plan(node))[0]] == branches


def test_of_two_choices_that_become_drivers_each_may_stay_a_choice_of_the_other() -> None:
    node = All((NICE, Any((EMMA, NOAH)), Any((named("img"), PATH))))
    drivers = [Query(Kind.METADATA, where(city="Nice", personIds=(who,))) for who in ("emma", "noah")]
    assert [branch.driver for branch in plan(node, sizes={NICE.query: 90_000}).rules[0].branches] == drivers


@pytest.mark.parametrize(
    ("node", "branches"),
    [
        (Any((EMMA, NOAH)), ["(personIds any [emma, noah])"]),
        (All((EMMA, Not(NOAH))), ["(personIds=[emma], personIds none [noah])"]),
        (All((EMMA, NICE)), ["(city='Nice', personIds=[emma])"]),  # flat does as well
        (NICE, ["(city='Nice')"]),
        (All((Any((EMMA, NOAH)), PATH)), ["(personIds any [emma, noah]) | <$.originalPath:x>"]),
        (All((Any((EMMA, DOG)), PATH)), ["(personIds=[emma]) | <$.originalPath:x>", f"{DOGS} | <$.originalPath:x>"]),
        (Any((FOUR, FIVE)), ["(rating in [4, 5])"]),
        (All((EMMA, Any((FOUR, FIVE)))), ["(personIds=[emma], rating in [4, 5])"]),
        # what is in EXIF is searched for by itself: photos without EXIF would be left out of the rest, too
        (Any((All((EMMA, Not(NOAH))), NICE)), ["(personIds=[emma], personIds none [noah])", "(city='Nice')"]),
        (
            Any((All((EMMA, Not(NOAH))), named("img"))),
            ["((personIds=[emma] and personIds none [noah]) or (originalFileName='img'))"],
        ),
        (Not(Any((EMMA, NOAH))), ["(personIds none [emma, noah])"]),
        (All((DOG, Not(EMMA), Not(NOAH))), [f"{DOGS} | not (personIds any [emma, noah])"]),
        (
            All((DOG, Any((EMMA, All((NOAH, named("img"))))))),
            [f"{DOGS} | ((personIds=[emma]) or (originalFileName='img' and personIds=[noah]))"],
        ),
        (Any((EMMA, NOAH, named("img"))), ["((personIds any [emma, noah]) or (originalFileName='img'))"]),
        (All((named("img"), Not(EMMA))), ["(originalFileName='img', personIds none [emma])"]),
        (All((EMMA, Not(named("img")))), ["(originalFileName notLike 'img', personIds=[emma])"]),
        (
            All((smart("dog", 90_000), Not(EMMA), Not(NOAH), Not(NICE), Not(FOUR))),
            [f"{MANY_DOGS} | not (personIds any [emma, noah]) & not ((city='Nice') or (rating=4))"],
        ),
    ],
)
def test_from_3_2_on_one_search_says_what_takes_several_flat_ones(node: Node, branches: list[str]) -> None:
    sizes = {EMMA.query: 300, NOAH.query: 200, NICE.query: 100, named("img").query: 50}
    assert sorted(branch_words(plan(node, server=NEW, sizes=sizes))[0]) == sorted(branches)


def test_a_long_choice_stays_one() -> None:
    many = Any(tuple(person(f"p{number}") for number in range(70)))
    assert len(plan(All((NICE, many))).scans) == 71
    assert len(plan(many).scans) == 70
