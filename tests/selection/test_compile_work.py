"""What compiling and evaluating cost, in calls of functions: it grows with the rules, and not with their square."""

from __future__ import annotations

import random
from cProfile import Profile
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.immich.versions import Capabilities
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.version import Version
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Search
from immich_smart_albums.selection.compile.planner import compile_rules, draft
from immich_smart_albums.selection.run.evaluate import Selection, evaluate
from tests.support.examples import IS_DEEP
from tests.support.in_memory_searches import WHOLE, Answers, city, exactly, local, named, person, record, smart

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

pytestmark = pytest.mark.untraced

SERVERS = tuple(Capabilities(Version.parse(version)) for version in ("3.1.0", "3.2.0"))


def calls(work: Callable[[], object]) -> int:
    """How many functions are called; the same on every machine."""
    profile = Profile()
    profile.runcall(work)
    return sum(entry.callcount for entry in profile.getstats())


def leaf(chance: random.Random) -> Node:
    return chance.choice(
        (
            lambda: city(chance.choice(("Paris", "Nice", "Rome", "Oslo"))),
            lambda: person(f"p{chance.randrange(12)}"),
            lambda: Search(Query(Kind.METADATA, where(tagIds=(f"t{chance.randrange(8)}",)))),
            lambda: smart(f"dog {chance.randrange(9)}"),
            lambda: exactly(*chance.choice((("make", "Apple"), ("make", "Canon"), ("rating", 5)))),
            lambda: local("$.originalPath", f"folder {chance.randrange(30)}"),
        )
    )()


def tree(chance: random.Random, size: int) -> Node:
    if size == 1:
        return Not(leaf(chance)) if chance.random() < 0.2 else leaf(chance)
    parts = min(size, chance.randrange(2, 5))
    cuts = sorted(chance.sample(range(1, size), parts - 1))
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, size], strict=True)]
    children = tuple(dict.fromkeys(tree(chance, size) for size in sizes))
    node = children[0] if len(children) == 1 else chance.choice((All, Any))(children)
    return Not(node) if chance.random() < 0.12 else node


LARGEST_RULE = 50
"""Leaves of the largest rules that people write."""

LEAVES, MOST_CALLS, RULES = ((10, LARGEST_RULE + 1), 400_000, 10) if IS_DEEP else ((6, 31), 150_000, 6)
"""How large rules are that are compiled together, the most that each may cost, and how many they are."""

SHORT = 100 if IS_DEEP else 50
"""Names in a list, of which one four times as long is compiled, too."""


def rules(count: int) -> list[Rule]:
    chance = random.Random(1)
    return [Rule(tree(chance, chance.randrange(*LEAVES))) for _ in range(count)]


def compiling(made: Sequence[Rule], server: Capabilities) -> int:
    return calls(lambda: compile_rules(made, server))


@pytest.mark.parametrize("server", SERVERS, ids=str)
def test_a_rule_costs_about_as_much_beside_others_as_alone(server: Capabilities) -> None:
    made = rules(RULES)
    alone = sum(compiling([rule], server) for rule in made)
    assert compiling(made, server) < 2.5 * alone
    assert alone < RULES * MOST_CALLS


@pytest.mark.parametrize("server", SERVERS, ids=str)
def test_the_largest_rules_are_compiled_in_a_fifth_of_a_second(server: Capabilities) -> None:
    assert compiling([Rule(tree(random.Random(1), LARGEST_RULE))], server) < 400_000


NAMES: dict[str, Callable[[int], Node]] = {
    "any of many": lambda count: Any(tuple(named(f"IMG_{number}") for number in range(count))),
    "any of many in a city": lambda count: All((city("Nice"), NAMES["any of many"](count))),
    "none of many in a city": lambda count: All((city("Nice"), Not(NAMES["any of many"](count)))),
    "one of many makes": lambda count: Any(tuple(exactly("make", f"make {number}") for number in range(count))),
}


@pytest.mark.parametrize("server", SERVERS, ids=str)
@pytest.mark.parametrize("form", NAMES)
def test_a_long_list_costs_as_much_as_it_is_long(form: str, server: Capabilities) -> None:
    short, long = (compiling([Rule(NAMES[form](count))], server) for count in (SHORT, 4 * SHORT))
    assert long < 4.6 * short
    assert long < 4 * SHORT * 800  # 3,000 names: well below a second


@pytest.mark.parametrize("server", SERVERS, ids=str)
@pytest.mark.parametrize("form", NAMES)
def test_no_more_is_counted_than_that_may_save(form: str, server: Capabilities) -> None:
    assert len(draft([Rule(NAMES[form](400))], server).queries_to_count) < 20


MATCHES: dict[str, Callable[[int], Node]] = {
    "any": lambda count: Any(tuple(folder(number) for number in range(count))),
    "none": lambda count: Not(Any(tuple(folder(number) for number in range(5, count)))),
    "all but": lambda count: All(tuple(Not(folder(number)) for number in range(5, count))),
    "both": lambda count: Any(tuple(All((folder(number), folder(0))) for number in range(count))),
}


def folder(number: int) -> Filter:
    wanted = f"folder {number}"
    return Filter(wanted, lambda record: record["originalPath"] == wanted, frozenset({"originalPath"}), lambda _: None)


@pytest.mark.parametrize("form", MATCHES)
def test_a_long_list_is_evaluated_at_the_price_of_looking_at_it(form: str) -> None:
    photos = [record(f"a{number}", originalPath=f"folder {number}") for number in range(10)]

    def evaluating(count: int) -> int:
        plan = compile_rules([Rule(MATCHES[form](count))], SERVERS[0])
        searches = Answers({WHOLE.query: [photos]})
        return calls(lambda: evaluate(plan, searches, concurrency=1, log=lambda _: None))

    short, long = evaluating(100), evaluating(400)
    assert long < 4.6 * short
    assert long < 400 * 100


@pytest.mark.parametrize("form", MATCHES)
def test_a_long_list_selects_what_is_in_it(form: str) -> None:
    photos = [record(f"a{number}", originalPath=f"folder {number}") for number in range(10)]
    plan = compile_rules([Rule(MATCHES[form](8))], SERVERS[0])
    (selection,) = evaluate(plan, Answers({WHOLE.query: [photos]}), concurrency=1, log=lambda _: None)
    assert isinstance(selection, Selection)
    numbers = {"any": range(8), "none": (*range(5), 8, 9), "all but": (*range(5), 8, 9), "both": (0,)}[form]
    assert {asset.id for asset in selection.assets} == {f"a{number}" for number in numbers}
