"""What predicates select on servers of several versions, against the sandbox's own records."""

from __future__ import annotations

from contextlib import ExitStack
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_sandbox.library.records import Person, Stack
from immich_smart_albums.model.query import WHOLE_LIBRARY, Kind
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.rules.predicates.registry import PREDICATES
from immich_smart_albums.rules.scope import scope_of
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import Filter, Rule, leaves
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Selection, evaluate
from tests.rules.predicates.test_examples import of_yaml
from tests.support.family_server import connected
from tests.support.yaml_values import node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from immich_sandbox import Library
    from immich_sandbox.library.records import Asset
    from immich_smart_albums.model.query import Query
    from immich_smart_albums.operations.ports.server import PhotoServer
    from immich_smart_albums.rules.tree import Record

pytestmark = pytest.mark.untraced

LEVELS = ("1.132", "2.7", "3.1", "3.2")
LIBRARY = "8fbe472e-7463-4d97-ae2d-3efb3270e153"
NOBODY = LIBRARY
"""An id that no photo has."""


def household() -> Library:
    """A small library in which every predicate here has something to find, and something to leave out.

    Bob's photos are in Alice's timeline; he has favourites, people and albums of his own.
    """
    library = generate(150)
    library.partners[0].in_timeline = True
    alice, bob = (library.user_named(name).id for name in ("alice", "bob"))
    people: dict[str, str] = {}
    for key in ("Ada", "Ben", "Twin", "other Twin", "nobody", "Hidden", "Bob's Ada"):
        name = {"other Twin": "Twin", "nobody": "", "Bob's Ada": "Ada"}.get(key, key)
        owner = bob if key == "Bob's Ada" else alice
        person = Person(library.new_id(), owner, name, library.now(), is_hidden=name == "Hidden")
        library.people[person.id] = person
        people[key] = person.id
    tags = {tag.value: tag.id for tag in library.tags.values()}
    groups: tuple[str, ...] = ("", "Ada", "Ben", "Twin", "other Twin", "nobody", "Hidden")
    groups += ("Ada,Ben", "Ada,Hidden", "Ada,nobody", "Ben,Twin", "Ada,Ben,other Twin")
    for number, group in enumerate(groups):
        for place in ("timeline", "archive", "trash"):
            asset = library.add_asset(
                name=f"{group or 'empty'} {place}.jpg",
                visibility="archive" if place == "archive" else "timeline",
                person_ids=tuple(people[letter] for letter in group.split(",") if letter),
                tag_ids=((tags["Trips/Finland/Lakes"],), (tags["Pets"], tags["Trips"]), ())[number % 3],
                is_favorite=number % 2 == 0,
                library_id=LIBRARY if number % 4 == 0 else None,
                is_offline=place == "trash" and number % 2 == 0,
                text="boarding pass" if number % 5 == 0 else "",
            )
            if place == "trash":
                library.trash(asset.id)
    his = [
        library.add_asset(owner="bob", name=f"his {n}.jpg", person_ids=(people["Bob's Ada"],), is_favorite=n == 0).id
        for n in range(3)
    ]
    stacked = [library.add_asset(name=f"stacked {n}.jpg", stack_id=LIBRARY, exif=None).id for n in range(3)]
    library.stacks[LIBRARY] = Stack(LIBRARY, alice, stacked[1], stacked)
    library.add_album("Mixed", owner_id=alice, asset_ids=[*his[:2], *stacked], roles={bob: "editor"})
    library.add_album("His", owner_id=bob, asset_ids=his[1:])
    return library


PHOTOS = [
    asset.id
    for asset in household().assets.values()
    if asset.original_file_name in {"Ada timeline.jpg", "Ada,Ben timeline.jpg", "his 0.jpg", "stacked 2.jpg"}
]
"""Ids are the same in every household."""


@pytest.fixture(scope="module")
def running() -> Iterator[dict[str, Sandbox]]:
    """A sandbox of each version over one library that nobody writes to."""
    library = household()
    with ExitStack() as stack:
        yield {level: stack.enter_context(Sandbox(library, level)) for level in LEVELS}


@dataclass(frozen=True)
class Facts:
    """What the sandbox knows of an asset, in the words of rules."""

    id: str
    people: frozenset[str]
    """The names of those on it who are Alice's."""
    everybody: frozenset[str]
    """The names of all who are on it, whosever people they are: what an exclude by name covers."""
    count: int
    tags: frozenset[str]
    """With the ones above them."""
    albums: frozenset[str]
    mine: bool
    favorite: bool
    archived: bool
    offline: bool
    library: str | None
    stacked: bool
    primary: bool
    text: str

    @classmethod
    def of(cls, asset: Asset, library: Library) -> Facts:
        alice = library.user_named("alice").id
        people = [library.people[person_id] for person_id in asset.person_ids]
        steps = [library.tags[tag_id].value.split("/") for tag_id in asset.tag_ids]
        stack = library.stacks.get(asset.stack_id or "")
        return cls(
            asset.id,
            frozenset(person.name for person in people if person.owner_id == alice),
            frozenset(person.name for person in people),
            len(people),
            frozenset("/".join(path[: size + 1]) for path in steps for size in range(len(path))),
            frozenset(library.albums[album_id].name for album_id in library.albums_of_asset(asset.id)),
            asset.owner_id == alice,
            asset.is_favorite and asset.owner_id == alice,
            asset.visibility == "archive",
            asset.is_offline,
            asset.library_id,
            stack is not None,
            stack is not None and stack.primary_asset_id == asset.id,
            asset.text,
        )


SELECTED: list[tuple[object, Callable[[Facts], bool]]] = [
    ({"person": "Ada"}, lambda it: "Ada" in it.people),
    ({"person": "Twin"}, lambda it: "Twin" in it.people),
    ({"person": ["Ada", "Twin"]}, lambda it: bool({"Ada", "Twin"} & it.people)),
    ({"people": {"all": ["Ada", "Ben"]}}, lambda it: it.people >= {"Ada", "Ben"}),
    ({"people": {"all": ["Ben", "Twin"], "none": "Ada"}}, lambda it: it.people == {"Ben", "Twin"}),
    ({"people": {"only": ["Ada", "Ben"]}}, lambda it: bool(it.people) and it.people <= {"Ada", "Ben"}),
    ({"people": {"only": "Twin"}}, lambda it: it.people == {"Twin"}),
    # A name is one of Alice's own people; under a not it is everybody of that name.
    ({"not": {"person": "Ada"}}, lambda it: "Ada" not in it.everybody),
    ({"people": {"none": "Ada"}}, lambda it: "Ada" not in it.everybody),
    ({"not": {"people": {"only": "Ada"}}}, lambda it: it.everybody != {"Ada"}),
    ({"not": {"not": {"person": "Ada"}}}, lambda it: "Ada" in it.people),
    ({"not": {"people": {"none": "Ada"}}}, lambda it: "Ada" in it.people),
    ({"people": {"count": 2}}, lambda it: it.count == 2),
    ({"people": {"count": {"min": 3}}}, lambda it: it.count >= 3),
    ({"person": "none"}, lambda it: it.count == 0),
    ({"people": {"unnamed": True}}, lambda it: "" in it.people),
    ({"people": {"any": "Ada", "unnamed": False}}, lambda it: "Ada" in it.people and "" not in it.people),
    ({"tag": "Trips"}, lambda it: "Trips" in it.tags),
    ({"tag": "Trips/Finland"}, lambda it: "Trips/Finland" in it.tags),
    ({"tag": {"all": ["Trips", "Pets"]}}, lambda it: it.tags >= {"Trips", "Pets"}),
    ({"tag": {"any": "Trips", "none": "Pets"}}, lambda it: "Trips" in it.tags and "Pets" not in it.tags),
    ({"tag": "none"}, lambda it: not it.tags),
    ({"album": "Mixed"}, lambda it: "Mixed" in it.albums),
    ({"album": ["Mixed", "Best of"]}, lambda it: bool({"Mixed", "Best of"} & it.albums)),
    ({"album": {"not-in": "Mixed"}}, lambda it: "Mixed" not in it.albums),
    ({"album": "none"}, lambda it: not it.albums),
    ({"album": {"none": False}}, lambda it: bool(it.albums)),
    ({"owner": "mine"}, lambda it: it.mine),
    ({"owner": "partner"}, lambda it: not it.mine),
    ({"owner": ["mine", "bob@example.org"]}, lambda _: True),
    ({"owner": "Bob", "album": "Mixed"}, lambda it: not it.mine and "Mixed" in it.albums),
    ({"favorite": True}, lambda it: it.favorite),
    ({"favorite": False}, lambda it: not it.favorite),
    ({"library": LIBRARY}, lambda it: it.library == LIBRARY),
    ({"library": "none"}, lambda it: it.library is None),
    ({"library": "any", "not": {"library": LIBRARY}}, lambda it: it.library not in {None, LIBRARY}),
    ({"stack": True}, lambda it: it.stacked),
    ({"stack": False}, lambda it: not it.stacked),
    ({"stack": "primary"}, lambda it: it.primary),
    ({"any": [{"stack": False, "favorite": True}, {"stack": "primary"}]}, lambda it: it.primary or it.favorite),
    ({"photo": PHOTOS[0]}, lambda it: it.id == PHOTOS[0]),
    ({"photo": [*PHOTOS, NOBODY]}, lambda it: it.id in PHOTOS),
    ({"not": {"photo": [*PHOTOS, NOBODY]}}, lambda it: it.id not in PHOTOS),
    ({"not": {"photo": PHOTOS[0]}}, lambda it: it.id != PHOTOS[0]),
    ({"not": {"not": {"photo": PHOTOS}}}, lambda it: it.id in PHOTOS),
    ({"archived": "any", "photo": PHOTOS}, lambda it: it.id in PHOTOS),
    ({"any": [{"person": "Ada"}, {"photo": PHOTOS}]}, lambda it: "Ada" in it.people or it.id in PHOTOS),
    ({"person": "Ada", "photo": PHOTOS}, lambda it: "Ada" in it.people and it.id in PHOTOS),
    ({"tag": "Pets", "not": {"photo": PHOTOS}}, lambda it: "Pets" in it.tags and it.id not in PHOTOS),
    ({"text": "boarding pass"}, lambda it: "oarding pass" in it.text),
    ({"archived": False}, lambda _: True),
    ({"offline": False}, lambda _: True),
    # Rules that reach further than the timeline.
    ({"archived": True}, lambda it: it.archived),
    ({"archived": "any"}, lambda _: True),
    ({"archived": True, "person": "Ada"}, lambda it: it.archived and "Ada" in it.people),
    ({"archived": True, "not": {"person": "Ada"}}, lambda it: it.archived and "Ada" not in it.people),
    ({"archived": True, "people": {"count": 2}}, lambda it: it.archived and it.count == 2),
    ({"archived": True, "not": {"stack": True}}, lambda it: it.archived),
    ({"any": {"archived": True, "person": "Ada"}}, lambda it: it.archived or "Ada" in it.people),
    ({"archived": "any", "not": {"tag": "Pets"}}, lambda it: "Pets" not in it.tags),
    (
        {"any": [{"archived": True, "tag": "Pets"}, {"not": {"person": "Ada"}}]},
        lambda it: (it.archived and "Pets" in it.tags) or "Ada" not in it.everybody,
    ),
    (
        {"any": [{"archived": True, "tag": "Pets"}, {"favorite": False}]},
        lambda it: (it.archived and "Pets" in it.tags) or not it.favorite,
    ),
    (
        {"any": [{"archived": True, "tag": "Pets"}, {"tag": "Trips", "people": {"count": 1}}]},
        lambda it: (it.archived and "Pets" in it.tags) or ("Trips" in it.tags and it.count == 1),
    ),
    (
        {"any": [{"archived": True, "tag": "Pets"}, {"owner": "partner"}]},
        lambda it: (it.archived and "Pets" in it.tags) or not it.mine,
    ),
    (
        {"archived": "any", "any": [{"person": "Ada"}, {"people": {"count": 0}, "favorite": True}]},
        lambda it: "Ada" in it.people or (it.count == 0 and it.favorite),
    ),
    ({"offline": True}, lambda it: it.offline),
    ({"offline": True, "person": "Ada"}, lambda it: it.offline and "Ada" in it.people),
    ({"offline": True, "not": {"person": "Ada"}}, lambda it: it.offline and "Ada" not in it.people),
    ({"offline": True, "library": "any"}, lambda it: it.offline and it.library is not None),
    (
        {"any": {"offline": True, "all": [{"person": "Ada"}, {"archived": True}]}},
        lambda it: it.offline or (it.archived and "Ada" in it.people),
    ),
]


def too_new(level: str, match: object) -> bool:
    """Whether a match has something that this version would ignore."""
    return level == "1.132" and any(word in str(match) for word in ("'Mixed'", "'text'", "'tag': 'none'"))


def differences(sandbox: Sandbox, cases: Sequence[tuple[object, Callable[[Facts], bool]]]) -> list[str]:
    """What matches, searched for together, select otherwise than they say."""
    library, server = sandbox.library, connected(sandbox)
    facts = {asset.id: Facts.of(asset, library) for asset in library.assets.values()}
    names = NameResolver(server.directory)
    rules, expected = [], []
    for match, says in cases:
        diagnostics = Diagnostics()
        rule = resolve(Rule(node(match)), server, diagnostics, names)
        assert bool(diagnostics.problems) is too_new(sandbox.level.name, match), diagnostics.problems
        if not diagnostics.problems:
            rules.append(rule)
            reach = scope_of(rule.match)
            places = {visibility.value for visibility in reach.visibility}
            about = (
                asset
                for asset in library.assets.values()
                if asset.visibility in places and (reach.trash or asset.deleted_at is None)
            )
            expected.append((match, {asset.id for asset in about if says(facts[asset.id])}))
    result = evaluate(compile_rules(rules, server), server.searches, concurrency=2, log=lambda _: None)
    lines = []
    for selection, (match, wanted) in zip(result, expected, strict=True):
        assert isinstance(selection, Selection)
        assert wanted, match
        lines += [
            f"{match}: {'misses' if id_ in wanted else 'has'} {library.assets[id_].original_file_name}"
            for id_ in {asset.id for asset in selection.assets} ^ wanted
        ]
    return lines


@pytest.mark.parametrize("level", LEVELS)
def test_all_matches_together_select_what_they_say(running: dict[str, Sandbox], level: str) -> None:
    assert differences(running[level], SELECTED) == []


@pytest.mark.parametrize("case", SELECTED, ids=[str(match) for match, _ in SELECTED])
def test_a_match_alone_selects_what_it_says(
    running: dict[str, Sandbox], case: tuple[object, Callable[[Facts], bool]]
) -> None:
    assert differences(running["3.2"], [case]) == []


# -- checks and the searches around them --------------------------------------------------------------------------


def checks_with_a_search() -> list[Filter]:
    """Every check with a search around it that a match here, or an example in the docs, leads to."""
    texts = [example for predicate in PREDICATES for example, _ in predicate.examples]
    examples = [tree for tree, _ in map(of_yaml, texts) if tree is not None]
    trees = [*(node(match) for match, _ in SELECTED), *examples]
    result = dict.fromkeys(leaf for tree in trees for leaf in leaves(tree) if isinstance(leaf, Filter))
    return [check for check in result if check.superset is not None and check.superset.kind is Kind.METADATA]


def ids_of(server: PhotoServer, query: Query) -> set[str]:
    return {record["id"] for batch in server.searches.find(query, frozenset()) for record in batch}  # type: ignore[misc]


@pytest.mark.parametrize("level", LEVELS)
def test_a_check_and_the_search_around_it_agree(running: dict[str, Sandbox], level: str) -> None:
    server = connected(running[level])
    records: list[Record] = list(server.searches.details(ids_of(server, WHOLE_LIBRARY)))
    assert len(records) > 100
    compared = 0
    for check in checks_with_a_search():
        assert check.superset is not None
        if server.unsupported(check.superset) or server.unsupported_asset_fields(
            check.required_fields | (check.roots or frozenset())
        ):
            continue
        compared += 1
        passing = {str(record["id"]) for record in records if check.holds(record)}
        result = ids_of(server, check.superset)
        assert passing <= result, check
        assert not check.superset_is_exact or passing == result, check
    assert compared > 10
