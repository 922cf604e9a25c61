"""What rules select on a real server's library is what the docs say, worked out plainly from what that server told.

The plain evaluation knows nothing of searches: it looks at the photos as the real server described them, decides where
a rule looks by what stands outside every `not`, and whom a name covers by how often it is negated.
"""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_sandbox import Sandbox
from immich_sandbox.library.records import Partner
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.names.resolve import resolve
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.tree import Rule
from immich_smart_albums.selection.compile.planner import compile_rules
from immich_smart_albums.selection.run.evaluate import Selection, evaluate
from tests.support.examples import IS_DEEP, crossed, examples
from tests.support.family_server import connected
from tests.support.recorded_library import IMMICH, load, real_library
from tests.support.yaml_values import node

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from immich_smart_albums.operations.ports.server import PhotoServer

pytestmark = [
    pytest.mark.skipif(not IMMICH.exists(), reason="the library of a real server is not beside this checkout"),
    pytest.mark.untraced,
]

LEVELS = ("2.7", "3.1", "3.2")

LEAVES: tuple[dict[str, Any], ...] = (
    {"person": "Anna"},
    {"person": ["Clara", "Emma"]},
    {"people": {"all": ["Anna", "Ben"]}},
    {"people": {"any": "Anna", "none": "Ben"}},
    {"people": {"only": ["Anna", "Ben"]}},
    {"people": {"count": 2}},
    {"person": "none"},
    {"person": ["none", "Waiter"]},
    {"people": {"unnamed": True}},
    {"tag": "Trips/Finland"},
    {"tag": ["Pets", "none"]},
    {"tag": {"all": ["Trips", "print"]}},
    {"album": "Nice 2024"},
    {"album": ["Best of", "none"]},
    {"album": {"in": "Nice 2024", "not-in": "Best of"}},
    {"archived": True},
    {"archived": False},
    {"archived": "any"},
    {"offline": True},
    {"offline": False},
    {"rating": [5, "none"]},
    {"rating": {"min": 4}},
    {"favorite": True},
    {"media": "video"},
    {"taken": {"year": "2022.."}},
    {"taken": {"year": ["..2015", 2024]}},
    {"place": ["Paris", "none"]},
    {"owner": "mine"},
    {"search": {"isArchived": True}},
    {"search": {"withDeleted": True, "country": "Finland"}},
    {"search": {"albumIds": ["f2d39b02-4d0a-4f2c-9b75-0a2b1f7d8a01"], "type": "IMAGE"}},
)

matches = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: st.builds(
        lambda word, members: {word: members},
        st.sampled_from(["all", "any", "not", "not"]),
        st.lists(st.one_of(inner, st.builds(dict.__or__, inner, inner)), min_size=1, max_size=3),
    ),
    max_leaves=7,
)


class Plain:
    """The meaning of matches, for Alice."""

    def __init__(self) -> None:
        parts = {name: load(f"library-{name}.json") for name in ("alice", "bob")}
        self.assets = [asset for part in parts.values() for asset in part["assets"]]
        self.owner = parts["alice"]["user"]["id"]
        self.tags = {tag["id"]: tag["value"] for part in parts.values() for tag in part["tags"]}
        self.albums: dict[str, set[str]] = {}
        self.seen: set[str] = set()
        for part in parts.values():
            for album in part["albums"]:
                self.albums.setdefault(album["albumName"], set()).update(part["album_assets"][album["id"]])
        self.ids = {album["albumName"]: album["id"] for album in parts["alice"]["albums"]}
        self.own_people = {person["id"] for person in parts["alice"]["people"]["people"]}
        self._selected: dict[tuple[str, bool], set[str]] = {}

    def selected(self, match: dict[str, Any], *, with_partner: bool) -> set[str]:
        """The ids of what matches, worked out once for all servers."""
        key = str(match), with_partner
        if key not in self._selected:
            self._selected[key] = self._work_out(match, with_partner=with_partner)
        return self._selected[key]

    def _work_out(self, match: dict[str, Any], *, with_partner: bool) -> set[str]:
        places, trash = {"timeline"}, False
        for leaf in outside(match):
            if leaf.get("archived") in (True, "any") or leaf.get("search", {}).get("isArchived"):
                places.add("archive")
            trash |= leaf.get("offline") is True or leaf.get("search", {}).get("withDeleted", False)
        return {
            asset["id"]
            for asset in self.assets
            if asset["visibility"] in places
            and (trash or not asset["isTrashed"])
            and (with_partner or asset["ownerId"] == self.owner)
            and self.holds(match, asset, negated=False)
        }

    def holds(self, match: dict[str, Any], asset: dict[str, Any], *, negated: bool) -> bool:
        """Whether a match holds; under an odd number of negations a name covers everybody who has it."""
        return all(self._entry(word, value, asset, negated) for word, value in match.items())

    def _entry(self, word: str, value: Any, asset: dict[str, Any], negated: bool) -> bool:
        match word:
            case "all":
                return all(self.holds(part, asset, negated=negated) for part in value)
            case "any":
                return any(self.holds(part, asset, negated=negated) for part in value)
            case "not":
                return not any(self.holds(part, asset, negated=not negated) for part in value)
            case "person" | "people":
                return self._people(value, asset, negated)
            case "search":
                return self._search(value, asset)
            case _:
                return bool(getattr(self, f"_{word}")(value, asset))

    def _people(self, value: Any, asset: dict[str, Any], negated: bool) -> bool:
        if not isinstance(value, dict):
            value = {"any": value}
        everybody = asset["people"]

        def names(wide: bool) -> list[str]:
            return [person["name"] for person in everybody if wide or person["id"] in self.own_people]

        def is_on_it(who: str, wide: bool) -> bool:
            return not everybody if who == "none" else who in names(wide)

        tests: dict[str, Callable[[Any], bool]] = {
            "any": lambda wanted: any(is_on_it(who, negated) for who in listed(wanted)),
            "all": lambda wanted: all(is_on_it(who, negated) for who in listed(wanted)),
            "none": lambda wanted: not any(is_on_it(who, not negated) for who in listed(wanted)),
            "only": lambda wanted: (
                bool(everybody)
                and len(everybody) == len(names(negated))
                and all(name in listed(wanted) for name in names(negated))
            ),
            "count": lambda wanted: len({person["id"] for person in everybody}) == wanted,
            "unnamed": lambda _: any(not person["name"] for person in everybody),
        }
        return all(bool(tests[option](wanted)) for option, wanted in value.items())

    def _tag(self, value: Any, asset: dict[str, Any]) -> bool:
        has = {
            "/".join(steps[: n + 1]) for tag in asset["tags"] for n in range(8) if (steps := tag["value"].split("/"))
        }
        if isinstance(value, dict):
            return all(word in has for word in value["all"])
        return any(not has if word == "none" else word in has for word in listed(value))

    def _album(self, value: Any, asset: dict[str, Any]) -> bool:
        within = {name for name, ids in self.albums.items() if asset["id"] in ids}
        if isinstance(value, dict):
            return value["in"] in within and value["not-in"] not in within
        return any(not within if word == "none" else word in within for word in listed(value))

    def _archived(self, value: Any, asset: dict[str, Any]) -> bool:
        return value == "any" or (asset["visibility"] == "archive") is value

    def _offline(self, value: Any, asset: dict[str, Any]) -> bool:
        return bool(asset["isOffline"] is value)

    def _rating(self, value: Any, asset: dict[str, Any]) -> bool:
        stars = asset["exifInfo"]["rating"]
        return stars in (5, None) if isinstance(value, list) else (stars or 0) >= value["min"]

    def _favorite(self, value: Any, asset: dict[str, Any]) -> bool:
        return bool((asset["isFavorite"] and asset["ownerId"] == self.owner) is value)

    def _media(self, value: Any, asset: dict[str, Any]) -> bool:
        return bool(asset["type"] == "VIDEO" and asset["visibility"] != "hidden" and value == "video")

    def _taken(self, value: Any, asset: dict[str, Any]) -> bool:
        year = int(asset["localDateTime"][:4])
        return year >= 2022 if value["year"] == "2022.." else year <= 2015 or year == 2024

    def _place(self, _value: Any, asset: dict[str, Any]) -> bool:
        known = [asset["exifInfo"][field] for field in ("city", "state", "country")]
        return "Paris" in known or not any(known)

    def _owner(self, _value: Any, asset: dict[str, Any]) -> bool:
        return bool(asset["ownerId"] == self.owner)

    def _search(self, value: Any, asset: dict[str, Any]) -> bool:
        if "isArchived" in value:
            return bool(asset["visibility"] == "archive")
        if "albumIds" in value:
            return asset["id"] in self.albums["Nice 2024"] and asset["type"] == "IMAGE"
        return bool(asset["exifInfo"]["country"] == "Finland")


def listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def outside(match: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The leaves outside every `not`."""
    for word, value in match.items():
        if word in {"all", "any"}:
            for part in value:
                yield from outside(part)
        elif word != "not":
            yield {word: value}


@pytest.fixture(scope="module")
def plain() -> Plain:
    return Plain()


@pytest.fixture(scope="module")
def servers() -> Iterator[dict[tuple[str, bool], tuple[PhotoServer, NameResolver]]]:
    """Alice's server of each level, with and without Bob's photos on her timeline."""
    with ExitStack() as stack:
        made = {}
        for with_partner in (False, True):
            library = real_library()
            if with_partner:
                bob, alice = (library.user_named(name).id for name in ("bob", "alice"))
                library.partners.append(Partner(bob, alice, in_timeline=True))
            for level in LEVELS:
                server = connected(stack.enter_context(Sandbox(library, level)))
                made[level, with_partner] = server, NameResolver(server.directory)
        yield made


def differences(
    match: dict[str, Any],
    level: str,
    servers: dict[Any, tuple[PhotoServer, NameResolver]],
    plain: Plain,
    with_partner: bool,
) -> tuple[set[str], set[str]]:
    """What a rule selects and should not, and the other way round."""
    server, names = servers[level, with_partner]
    diagnostics = Diagnostics()
    match_of_ids = _with_ids(match, plain)
    rule = resolve(Rule(node(match_of_ids)), server, diagnostics, names)
    assert diagnostics.problems == []
    (result,) = evaluate(compile_rules([rule], server), server.searches, concurrency=2, log=lambda _: None)
    assert isinstance(result, Selection)
    selected, wanted = {asset.id for asset in result.assets}, plain.selected(match, with_partner=with_partner)
    return selected - wanted, wanted - selected


def _with_ids(value: Any, plain: Plain) -> Any:
    match value:
        case {"albumIds": _}:
            return value | {"albumIds": [plain.ids["Nice 2024"]]}
        case dict():
            return {word: _with_ids(part, plain) for word, part in value.items()}
        case list():
            return [_with_ids(part, plain) for part in value]
        case _:
            return value


def _forms(leaf: dict[str, Any]) -> list[dict[str, Any]]:
    """The leaf, its exclude and, in `make test-deep`, other ways to write the two."""
    forms: list[dict[str, Any]] = [leaf, {"not": [leaf]}]
    return [*forms, {"not": [{"not": [leaf]}]}, {"not": [leaf | {"archived": False}]}] if IS_DEEP else forms


@pytest.mark.untraced
@pytest.mark.parametrize(("level", "with_partner"), crossed(LEVELS, [True, False]))
def test_every_form_and_its_exclude_select_what_the_docs_say(
    level: str, with_partner: bool, servers: dict[Any, tuple[PhotoServer, NameResolver]], plain: Plain
) -> None:
    wrong = {}
    for leaf in LEAVES:
        for match in _forms(leaf):
            result = differences(match, level, servers, plain, with_partner)
            if result != (set(), set()):
                wrong[str(match)] = result
    assert wrong == {}


@settings(max_examples=examples(25), deadline=None)
@given(match=matches, level=st.sampled_from(LEVELS), with_partner=st.booleans())
def test_whatever_is_nested_selects_what_the_docs_say(
    match: dict[str, Any],
    level: str,
    with_partner: bool,
    servers: dict[Any, tuple[PhotoServer, NameResolver]],
    plain: Plain,
) -> None:
    assert differences(match, level, servers, plain, with_partner) == (set(), set())
