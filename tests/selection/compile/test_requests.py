"""How many requests rules take on a library of some size, on servers with flat and with structured searches."""

from __future__ import annotations

import random
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Library, Sandbox
from immich_sandbox.library import times
from immich_sandbox.library.records import Exif, Person, User
from immich_smart_albums.bootstrap import ConnectionOptions, connect
from immich_smart_albums.config.settings import Settings
from immich_smart_albums.immich.versions import Capabilities
from immich_smart_albums.model.text.secret import Secret
from immich_smart_albums.model.version import Version
from immich_smart_albums.operations.accounts import ONLY_ACCOUNT, lone_account
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.operations.select import plan_searches
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import Any, Rule
from immich_smart_albums.selection.compile.library_size import depends_on_library_size
from immich_smart_albums.selection.compile.notation import search
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Failed, Selection, evaluate
from tests.support.examples import IS_DEEP
from tests.support.rules_files import book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

pytestmark = pytest.mark.untraced

PHOTOS = 12_000
FEW = 300
YEARS = range(2000, 2025)
CITIES = ("Nice", "Kyoto", "Oslo", "Bonn", "Rome", None)


def library(photos: int = PHOTOS, years: range = YEARS) -> Library:
    """Photos from some years; P00 is on every sixth, P10 and P11 on fewer; half are in an album, few in another."""
    chance = random.Random(1)
    made = Library(clock=times.parse("2026-01-01T00:00:00Z"))
    alice, bob = (User(made.new_id(), name, f"{name}@example.org", made.now()) for name in ("Alice", "Bob"))
    made.users |= {alice.id: alice, bob.id: bob}
    people = [Person(made.new_id(), alice.id, f"P{number:02}", made.now()) for number in range(15)]
    made.people |= {person.id: person for person in people}
    shown = []
    for number in range(photos):
        year = years[number * len(years) // photos]
        shown.append(
            made.add_asset(
                owner="alice",
                taken=f"{year}-{chance.randint(1, 12):02}-{chance.randint(1, 28):02}T12:00:00Z",
                name=f"IMG_{number}.jpg",
                person_ids=tuple(
                    person.id for place, person in enumerate(people) if chance.random() < 1 / (6 + 4 * place)
                ),
                concepts=tuple((concept, chance.uniform(0.1, 1.0)) for concept in range(4)),
                exif=Exif(
                    make=chance.choice(("Apple", "Canon")),
                    city=chance.choice(CITIES),
                    rating=chance.choice((None, None, None, 1, 2, 5)),
                ),
            )
        )
    newest = [photo.id for photo in shown[photos // 2 :]]
    made.add_album("Newest", owner_id=alice.id, roles={}, asset_ids=newest)
    made.add_album("Best", owner_id=alice.id, roles={bob.id: "editor"}, asset_ids=[photo.id for photo in shown[::300]])
    return made


class World:
    """The library on one server."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox

    def ask(self, match: str) -> tuple[int, list[dict[str, object]]]:
        """How many photos a rule selects, and the searches that a run sent for it, controls and counts among them."""
        selection, sent = self.run(match)
        assert isinstance(selection, Selection)
        return len(selection.assets), sent

    def run(self, match: str) -> tuple[Selection | Failed, list[dict[str, object]]]:
        """What a rule selects, and the searches that were sent for it."""
        (album,) = book(f'albums: [{{name: "x", match: {match}}}]').albums
        server = connect(
            Settings(self.sandbox.url, Secret(self.sandbox.keys["alice"])),
            ConnectionOptions(concurrency=1),
            on_exchange=lambda _: None,
            on_read=lambda _: None,
        )
        problems = Diagnostics()
        rule = resolve(album.rule, server, problems)
        assert not problems.problems
        self.sandbox.clear_requests()
        plan = plan_searches([rule], lone_account(server).present[ONLY_ACCOUNT])
        (selection,) = evaluate(plan, server.searches, concurrency=1, log=lambda _: None)
        return selection, [request.body for request in self.sandbox.requests if request.path.startswith("/api/search/")]


@pytest.fixture(scope="module")
def worlds() -> Iterator[dict[str, World]]:
    libraries = {
        "": library(),
        " small": library(FEW),
        " dense": library(years=range(2020, 2024)),
    }
    with ExitStack() as running:
        yield {
            f"{level}{size}": World(running.enter_context(Sandbox(photos, level)))
            for level in ("3.1", "3.2")
            for size, photos in libraries.items()
        }


ALBUMS = {
    "{album: Newest, rating: 5}": 4,
    "{album: Newest, place: {city: Nice}}": 4,
    "{album: Newest, taken: 2020}": 2,
    "{album: Newest, person: P03}": 4,
    "{person: P03, not: [{album: Newest}]}": 4,
    "{any: [{person: P10}, {person: P11}], not: {person: P00}}": 6,
}
"""Rules, and the most requests that they may take; the album alone takes seven, and what it is held against more."""


@pytest.mark.parametrize("level", ["3.1", "3.2"])
@pytest.mark.parametrize("match", ALBUMS)
def test_searches_look_no_further_than_what_must_hold_with_them(
    worlds: dict[str, World], match: str, level: str
) -> None:
    result, sent = worlds[level].ask(match)
    assert result > 100
    assert len(sent) <= ALBUMS[match]


BEST = {
    "{album: Best, not: {person: P00}}": 5,
    "{album: Best, person: P00}": 5,
    "{album: Best, people: {any: [P00, P01]}}": 7,
    "{album: Best, taken: {after: 2005}, not: {person: P00}}": 5,
}
"""Rules about an album of forty photos, and the most requests that they may take; two of each are controls."""


@pytest.mark.parametrize("level", ["3.1", "3.2"])
@pytest.mark.parametrize("match", BEST)
def test_who_is_on_photos_of_a_small_album_is_looked_up_inside_of_it(
    worlds: dict[str, World], match: str, level: str
) -> None:
    world = worlds[level]
    result, sent = world.ask(match)
    assert 0 < result < PHOTOS // 300
    assert len(sent) <= BEST[match]
    (best,) = (album.id for album in world.sandbox.library.albums.values() if album.name == "Best")
    pages = [body for body in sent if body.get("size") == 1000]
    assert all(body["albumIds"] == [best] for body in pages)


RANKED = {
    "{smart: {query: beach, top: 500}, not: {person: P00}}": (3, 3),
    "{smart: {query: beach, top: 500}, person: P00}": (3, 3),
    "{smart: {query: beach, top: 500}, not: [{person: P00}, {person: P01}]}": (4, 4),
    "{smart: {query: beach, top: 500}, not: [{person: P00}, {place: {city: Nice}}]}": (4, 4),
    "{smart: {query: beach, top: 500}, not: {taken: {before: 2010}}}": (1, 3),
}
"""Rules about a ranking, and the most requests that they may take: on the large library, and on the small one."""


@pytest.mark.parametrize("size", ["", " small"])
@pytest.mark.parametrize("level", ["3.1", "3.2"])
@pytest.mark.parametrize("match", RANKED)
def test_who_is_left_out_of_a_ranking_is_looked_up_in_it(
    worlds: dict[str, World], match: str, level: str, size: str
) -> None:
    world = worlds[f"{level}{size}"]
    selection, sent = world.run(match)
    assert isinstance(selection, Selection)
    (p00,) = (person.id for person in world.sandbox.library.people.values() if person.name == "P00")
    with_p00 = {photo.id for photo in world.sandbox.library.timeline if p00 in photo.person_ids}
    ids = {asset.id for asset in selection.assets}
    assert ids
    if "P00" in match:
        assert ids - with_p00 == (ids if "not" in match else set())
    assert len(sent) <= RANKED[match][bool(size)]


SMALL = {
    "{people: {none: [P00, P01]}}": (4, 4),
    "{rating: {max: 3}}": (3, 2),
    "{any: [{person: P01}, {person: P02}]}": (3, 2),
    "{person: P01, not: [{person: P02}]}": (3, 3),
    "{all: [{camera: Apple}, {rating: {min: 2}}]}": (3, 3),
}
"""Rules, and the most requests that they may take on a small library: of Immich 3.1, and of 3.2."""


@pytest.mark.untraced
@pytest.mark.traced
@pytest.mark.parametrize("match", SMALL)
def test_on_a_small_library_structured_searches_take_no_more_requests(worlds: dict[str, World], match: str) -> None:
    (result, flat), (same, structured) = (worlds[f"{level} small"].ask(match) for level in ("3.1", "3.2"))
    assert result == same > 0
    most_flat, most_structured = SMALL[match]
    assert len(flat) <= most_flat
    assert len(structured) <= most_structured
    assert len(structured) <= len(flat)


PARTS = (
    *("{person: P00}", "{person: P03}", "{people: {none: [P00, P01]}}", "{people: {any: [P01, P02]}}", "{rating: 5}"),
    *("{place: {city: Nice}}", "{place: {city: Oslo}}", "{rating: {max: 3}}", "{rating: {min: 2}}", "{camera: Apple}"),
    *("{taken: 2010}", "{taken: {after: 2015}}", "{album: Newest}", "{media: photo}", "{filename: IMG_1}"),
    *("{smart: {query: beach, top: 50}}", "{taken: {month: july}}", "{people: {all: [P00, P01]}}"),
)


def mixed(count: int) -> Iterator[str]:
    """Rules of two or three parts."""
    chance = random.Random(3)
    for _ in range(count):
        one, other, third = chance.sample(PARTS, 3)
        yield chance.choice(
            (
                f"{{all: [{one}, {other}]}}",
                f"{{any: [{one}, {other}]}}",
                f"{{all: [{one}], not: [{other}, {third}]}}",
                f"{{any: [{one}, {other}], not: [{third}]}}",
                f"{{all: [{one}, {{any: [{other}, {third}]}}]}}",
            )
        )


MIXED, MOST_FLAT = (32, 155) if IS_DEEP else (12, 72)
"""So many mixed rules, and the most flat requests that they and the parts may take."""


def test_many_rules_on_a_small_library_take_fewer_structured_requests_than_flat_ones(worlds: dict[str, World]) -> None:
    totals = [0, 0]
    for match in (*PARTS, *mixed(MIXED)):
        (result, flat), (same, structured) = (worlds[f"{level} small"].ask(match) for level in ("3.1", "3.2"))
        assert result == same, match
        totals = [totals[0] + len(flat), totals[1] + len(structured)]
    assert totals[1] < totals[0] <= MOST_FLAT


@pytest.mark.traced
def test_where_no_search_that_is_shared_makes_a_choice_cheap_enough_it_stays_a_choice(worlds: dict[str, World]) -> None:
    match = "{all: [{camera: Apple}, {rating: {min: 2}}]}"
    (result, flat), (same, structured) = (worlds[f"{level} small"].ask(match) for level in ("3.1", "3.2"))
    assert result == same
    assert len(flat) <= 5
    assert len(structured) <= 5


DAYS: dict[str, tuple[Callable[[str], bool], int]] = {
    "{taken: 12-24..01-06}": (lambda day: day >= "12-24" or day <= "01-06", 8),
    "{taken: 07-14}": (lambda day: day == "07-14", 8),
    "{taken: {month: february}}": (lambda day: day[:2] == "02", 8),
    "{taken: 07-14, not: {person: P14}}": (lambda day: day == "07-14", 10),
    "{taken: {month: march..november}}": (lambda day: "03" <= day[:2] <= "11", 14),
}
"""Rules about days of any year, which days they mean, and the most requests that they may take for four years."""


@pytest.mark.parametrize("level", ["3.1", "3.2"])
@pytest.mark.parametrize(
    "match", [pytest.param(match, marks=[pytest.mark.traced] if match == "{taken: 07-14}" else []) for match in DAYS]
)
def test_days_of_any_year_are_searched_for_year_by_year(worlds: dict[str, World], match: str, level: str) -> None:
    world = worlds[f"{level} dense"]
    result, sent = world.ask(match)
    is_meant, most = DAYS[match]
    (excluded,) = (person.id for person in world.sandbox.library.people.values() if person.name == "P14")
    meant = [
        photo
        for photo in world.sandbox.library.timeline
        if is_meant(times.plain(photo.local_date_time)[5:10]) and not ("P14" in match and excluded in photo.person_ids)
    ]
    assert result == len(meant) > 10
    assert len(sent) <= most


def test_alternatives_that_records_tell_apart_are_one_search(worlds: dict[str, World]) -> None:
    # Of one city and neighbouring years nothing tells them apart: a day is in both years, somewhere.
    triples = [(f"P{number % 4:02}", CITIES[number % 5], 2001 + number) for number in range(15)] + [
        ("P01", "Nice", 2010),
        ("P02", "Nice", 2011),
    ]
    alternatives = ", ".join(
        f"{{person: {who}, place: {{city: {city}}}, taken: {year}}}" for who, city, year in triples
    )
    (result, flat), (same, structured) = (worlds[level].ask(f"{{any: [{alternatives}]}}") for level in ("3.1", "3.2"))
    assert result == same > 100
    assert len(flat) <= 18
    assert len([body for body in structured if body["size"] == 1000]) <= 2
    assert len(structured) <= 8


@pytest.mark.traced
def test_rules_that_take_many_searches_ask_for_the_size_of_the_library() -> None:
    many = [Rule(Any(tuple(search(originalFileName=f"{number}-{name}") for name in range(31)))) for number in range(10)]
    server = Capabilities(Version(3, 1))
    assert depends_on_library_size(compile_rules(many, server), server)
    assert not depends_on_library_size(compile_rules(many[:1], server), server)
