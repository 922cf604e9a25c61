"""What compiling costs, how many requests some rules take, and what twenty albums cost in one run, cold and warm."""

from __future__ import annotations

import random
import tempfile
import time
from pathlib import Path

from immich_smart_albums.immich.versions import Capabilities
from immich_smart_albums.model.dialects import where
from immich_smart_albums.model.query import Kind, Query
from immich_smart_albums.model.version import Version
from immich_smart_albums.rules.tree import All, Any, Node, Not, Rule, Search
from immich_smart_albums.selection.compile.notation import equal, search
from immich_smart_albums.selection.compile.planner import compile_rules
from ways import Figure, measured_rules, rules_of_a_file

VERSIONS = (Version(3, 1), Version(3, 2))

RULES = (
    "{album: Best of, rating: 5}",
    "{album: Best of, person: Emma}",
    "{person: Emma, not: [{album: Finland}]}",
    "{any: [{person: Emma}, {person: Noah}], not: {person: John Smith}}",
    "{people: {none: [Emma, Noah]}}",
    "{rating: {max: 3}}",
    "{taken: 12-24..01-06}",
    "{taken: 07-14}",
    "{smart: {query: dog, top: 500}, not: {person: Emma}}",
    "{smart: {query: dog, top: 500}, not: [{person: Emma}, {person: Noah}]}",
    "{smart: {query: dog, top: 500}, person: Emma}",
    "{any: ["
    + ", ".join(
        f"{{person: {who}, place: {{country: {country}}}, taken: {year}}}"
        for who, country, year in zip(("Emma", "Noah") * 5, ("Finland", "France") * 5, range(2012, 2022), strict=True)
    )
    + "]}",
)
"""Rules whose searches can be many or few."""

PARTS = (
    *("{person: Emma}", "{person: Noah}", "{people: {none: [Emma, Noah]}}", "{people: {any: [Emma, John Smith]}}"),
    *("{people: {all: [Emma, Noah]}}", "{place: {country: Finland}}", "{media: video}", "{rating: 5}"),
    *("{rating: {max: 3}}", "{rating: {min: 2}}", "{camera: Apple}", "{taken: 2019}", "{taken: {after: 2021}}"),
    *("{taken: {before: 2016}}", "{album: Best of}", "{favorite: true}", "{media: photo}", "{filename: IMG}"),
    *("{smart: {query: beach, top: 50}}", "{taken: {month: july}}", "{path: /work_projects/}"),
)
"""What random rules are made of."""

TWENTY = (
    *RULES[:5],
    *(f"{{person: {who}, taken: {year}}}" for who in ("Emma", "Noah") for year in (2019, 2021, 2023)),
    *(f"{{place: {{country: {country}}}}}" for country in ("Finland", "France")),
    "{place: {country: Finland}, person: Emma}",
    "{favorite: true}",
    "{camera: Apple, rating: 5}",
    "{path: /work_projects/}",
    "{smart: {query: beach, top: 200}}",
    "{media: video, taken: 2022}",
    "{filename: IMG, place: {country: France}}",
)
"""Twenty albums of a family."""


FAMILY = (
    "{person: Emma, not: [{person: John Smith}]}",
    "{any: [{person: Emma}, {person: Noah}], place: {country: Finland}, not: {person: John Smith}}",
    "{person: Noah, near: {lat: 60.2, lon: 24.9, radius: 50km}}",
    "{album: Best of, rating: 5}",
    "{album: Finland, not: {person: John Smith}}",
    "{smart: {query: beach, top: 200}, place: {country: France}}",
    "{smart: {query: dog, top: 300}, not: {person: Emma}}",
    "{place: {country: Finland}, taken: 2021, not: [{person: John Smith}, {album: Best of}]}",
)
"""Eight albums about people, places, albums and what pictures show; of half of them Immich tells no change."""


def compiling() -> None:
    """Print what compiling random rules costs."""
    print("\ncompiling: seconds of CPU\n")
    print("| rules                | Immich 3.1 | Immich 3.2 |\n|----------------------|-----------:|-----------:|")
    chance = random.Random(1)  # noqa: S311 - the same rules each time
    made = [Rule(_tree(chance, chance.randrange(10, 51))) for _ in range(40)]
    names = Rule(Any(tuple(search(originalFileName=f"IMG_{number}") for number in range(3000))))
    rows = [(f"{count} of 10-50 leaves", made[:count]) for count in (1, 5, 10, 20, 40)]
    rows += [("1 of 51 leaves", [Rule(_tree(chance, 51))]), ("1 of 3,000 names", [names])]
    for title, rules in rows:
        spent = []
        for version in VERSIONS:
            started = time.process_time()
            compile_rules(rules, Capabilities(version))
            spent.append(time.process_time() - started)
        print(f"| {title:20} | {spent[0]:10.2f} | {spent[1]:10.2f} |")


def _leaf(chance: random.Random) -> Node:
    kinds: tuple[Node, ...] = (
        search(city=chance.choice(("Paris", "Nice", "Rome", "Oslo", "Bonn"))),
        search(personIds=(f"p{chance.randrange(12)}",)),
        search(tagIds=(f"t{chance.randrange(8)}",)),
        search(takenAfter=f"20{chance.randrange(10, 25)}-01-01T00:00:00.000Z"),
        search(isFavorite=True),
        Search(Query(Kind.SMART, where(query=f"dog {chance.randrange(9)}"), limit=200)),
        equal("make", chance.choice(("Apple", "Canon"))),
        equal("rating", chance.randrange(1, 6)),
    )
    return chance.choice(kinds)


def _tree(chance: random.Random, size: int) -> Node:
    if size == 1:
        return Not(_leaf(chance)) if chance.random() < 0.2 else _leaf(chance)
    parts = min(size, chance.randrange(2, 5))
    cuts = sorted(chance.sample(range(1, size), parts - 1))
    sizes = [end - start for start, end in zip([0, *cuts], [*cuts, size], strict=True)]
    children = tuple(dict.fromkeys(_tree(chance, size) for size in sizes))
    node = children[0] if len(children) == 1 else chance.choice((All, Any))(children)
    return Not(node) if chance.random() < 0.12 else node


def requests(url: str, key: str, size: int, level: str) -> None:
    """Print how many requests each of some rules takes, everything counted that a run sends for it."""
    print(f"\n{size:,} photos, Immich {level}: requests of one rule\n")
    print("| rule                                                         | requests |    MB |  found |")
    print("|--------------------------------------------------------------|---------:|------:|-------:|")
    for match in RULES:
        figure = measured_rules(url, key, (match,))
        print(f"| {match[:60]:60} | {figure.requests:8,} | {figure.megabytes:5.1f} | {figure.photos:6,} |")


def mixed(count: int) -> tuple[str, ...]:
    """Returns each part by itself, and rules of two or three parts; the same each time."""
    chance = random.Random(3)  # noqa: S311 - the same rules each time
    rules = list(PARTS)
    while len(rules) < count:
        one, other, third = chance.sample(PARTS, 3)
        shapes = (
            f"{{all: [{one}, {other}]}}",
            f"{{any: [{one}, {other}]}}",
            f"{{all: [{one}], not: [{other}]}}",
            f"{{all: [{one}], not: [{other}, {third}]}}",
            f"{{any: [{one}, {other}], not: [{third}]}}",
            f"{{all: [{one}, {{any: [{other}, {third}]}}]}}",
        )
        rules.append(chance.choice(shapes))
    return tuple(rules)


def small(url: str, key: str, size: int, level: str) -> None:
    """Print how many requests 110 rules take together, each in a run of its own."""
    rules = mixed(110)
    together = sum(rules_of_a_file(url, key, (match,), 1, None).requests for match in rules)
    print(f"\n{size:,} photos, Immich {level}: {len(rules)} rules take {together:,} requests")


def twenty(url: str, key: str, size: int) -> None:
    """Print what twenty albums cost in one run, cold and warm, beside the slowest of them alone."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.db"
        alone = [measured_rules(url, key, (match,)) for match in TWENTY]
        cold, warm = (measured_rules(url, key, TWENTY, state=state) for _ in range(2))
    slowest = max(alone, key=lambda figure: figure.requests)  # what else runs here does not change these
    print(f"\n{size:,} photos: twenty mixed albums in one run\n")
    _print_runs((("the slowest alone", slowest), ("all, cold", cold), ("all, warm", warm)))
    print(f"\ncold / slowest alone {_ratio(cold, slowest)}, warm / cold {_ratio(warm, cold)}")


def family(url: str, key: str, size: int, level: str) -> None:
    """Print what the rules of a family cost, cold and warm: who is in is asked anew, and what photos show is known."""
    with tempfile.TemporaryDirectory() as folder:
        state = Path(folder) / "state.db"
        cold, warm = (measured_rules(url, key, FAMILY, state=state) for _ in range(2))
    print(f"\n{size:,} photos, Immich {level}: eight albums of a family in one run\n")
    _print_runs((("cold", cold), ("warm", warm)))
    print(f"\nwarm / cold {_ratio(warm, cold)}")


def _print_runs(rows: tuple[tuple[str, Figure], ...]) -> None:
    print("|                                |  wall s |   CPU s | requests |    MB |")
    print("|--------------------------------|--------:|--------:|---------:|------:|")
    for title, figure in rows:
        spent = f"{figure.wall:7.2f} | {figure.cpu:7.2f} | {figure.requests:8,} | {figure.megabytes:5.1f}"
        print(f"| {title:30} | {spent} |")


def _ratio(one: Figure, other: Figure) -> str:
    ratios = one.cpu / other.cpu, one.requests / max(1, other.requests), one.megabytes / other.megabytes
    return f"{one.wall / other.wall:.2f} (CPU {ratios[0]:.2f}, requests {ratios[1]:.2f}, bytes {ratios[2]:.2f})"
