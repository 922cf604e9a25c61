"""What Immich has not looked at yet waits: it is neither added nor taken out, whatever the rule says of the rest."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from immich_sandbox import IndexingBacklog, Library, Sandbox
from immich_sandbox.generator.concepts import CONCEPTS
from immich_sandbox.library.records import Exif, Person, Tag, User
from immich_smart_albums.ledger.ledger import open_ledger
from immich_smart_albums.ledger.search_cache import SearchCacheFile
from immich_smart_albums.operations.explain.album import AlbumExplanation
from immich_smart_albums.operations.explain.photo import explain_rule
from immich_smart_albums.operations.plan.make import make_plan
from immich_smart_albums.operations.plan.selections import preview
from immich_smart_albums.operations.select import SelectOptions
from immich_smart_albums.report.explanation import explanation_lines
from immich_smart_albums.rules.album import RuleSet
from tests.support.examples import examples
from tests.support.household import UNLIMITED, Household
from tests.support.rules_files import book

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from immich_sandbox.library.records import Asset
    from immich_smart_albums.changes.plan import AlbumPlan
    from immich_smart_albums.selection.ports import CacheStore

HOUR = 3_600_000_000
"""In microseconds."""

DOG, CAKE = CONCEPTS.index("dog"), CONCEPTS.index("cake")
LEVELS = ("1.132", "2.7", "3.1", "3.2")

FACES = "Immich has not looked at them for faces yet"
SMART = "Immich has not looked at them for smart search yet"
FILES = "Immich has not read their files yet"
TEXT = "Immich has not read the text in them yet"


@dataclass
class House:
    """Alice's server with a cut-off photo for `until`, Ben, Emma and a tag, and rules about them."""

    folder: Path
    level: str = "3.1"
    library: Library = field(default_factory=lambda: Library(clock=1_700_000_000_000_000))
    ids: dict[str, str] = field(default_factory=dict)
    store: CacheStore | None = None

    def __post_init__(self) -> None:
        library = self.library
        alice = User(library.new_id(), "Alice", "alice@example.org", library.now(), is_admin=True)
        library.users[alice.id] = alice
        for name in ("Ben", "Emma"):
            person = Person(library.new_id(), alice.id, name, library.now())
            library.people[person.id] = person
            self.ids[name] = person.id
        tag = Tag(library.new_id(), alice.id, "private", library.now(), library.now())
        library.tags[tag.id] = tag
        self.ids["private"] = tag.id
        self.ids["last dog"] = self.photo("last dog", concepts=((DOG, 1.0), (CAKE, 0.5))).id
        self.photo(
            "everything",
            city="Paris",
            person_ids=(self.ids["Ben"], self.ids["Emma"]),
            tag_ids=(tag.id,),
            text="receipt",
        )
        self.indexing = IndexingBacklog(library)

    def photo(self, name: str, *, city: str | None = None, iso: int | None = 100, **more: Any) -> Asset:
        exif = Exif(file_size=1, iso=iso, city=city, country=city and "France", make="Canon", date_time_original=1)
        made: dict[str, Any] = {"taken": "2020-06-01T12:00:00Z", "exif": exif, "concepts": ((CAKE, 1.0),)} | more
        return self.library.add_asset(name=f"{name}.jpg", **made)

    def make(
        self,
        name: str,
        *,
        people: set[str],
        is_private: bool,
        stage: tuple[int, tuple[str, ...]] | None,
        **more: Any,
    ) -> None:
        """A photo at a stage: all done, or uploaded so many hours ago with some steps done."""
        shown = tuple(sorted(self.ids[person] for person in people))
        asset = self.photo(name, person_ids=shown, tag_ids=(self.ids["private"],) if is_private else (), **more)
        if stage is not None:
            hours, done = stage
            self.hold(asset, *done, hours=hours)

    def hold(self, asset: Asset, *done: str, hours: float = 0) -> None:
        """Take a photo back to where it was uploaded so many hours ago, and these steps are done."""
        came = self.library.now() - int(hours * HOUR)
        self.indexing.hold(asset.id, *done, uploaded=came, dated=hours > 0)

    def run(self, sandbox: Sandbox, match: str, more: str = "") -> Household:
        """The rule as an album of a household."""
        text = f"albums: [{{name: Best, match: {match}{more and f', {more}'}}}]".replace("LAST", self.ids["last dog"])
        accounts = book(text).albums
        return Household(sandbox, self.folder / "ledger.db", accounts, keys={"default": "alice"})


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


@pytest.fixture
def sandbox(house: House) -> Iterator[Sandbox]:
    with Sandbox(house.library) as running:
        yield running


def planned(home: Household) -> AlbumPlan:
    (plan,) = home.planned().albums
    assert plan.problems == ()
    return plan


def added_and_waiting(home: Household) -> tuple[set[str], dict[str, set[str]]]:
    """The file names of what would be put in, and by their reasons of what waits."""
    plan = planned(home)
    waiting = {group.reason: {asset.file_name.removesuffix(".jpg") for asset in group.assets} for group in plan.waiting}
    return {asset.file_name.removesuffix(".jpg") for asset in plan.additions}, waiting


def added(home: Household) -> set[str]:
    return added_and_waiting(home)[0]


def waiting(home: Household) -> dict[str, set[str]]:
    return added_and_waiting(home)[1]


# -- the property ---------------------------------------------------------------------------------------------------


def has(name: str) -> Callable[[House, Asset], bool]:
    return lambda house, asset: house.ids[name] in asset.person_ids


def of_exif(test: Callable[[Exif], bool]) -> Callable[[House, Asset], bool]:
    return lambda _, asset: asset.exif is not None and test(asset.exif)


ATOMS: dict[str, Callable[[House, Asset], bool]] = {
    "{person: Ben}": has("Ben"),
    "{person: {all: [Ben, Emma]}}": lambda house, asset: has("Ben")(house, asset) and has("Emma")(house, asset),
    "{person: {none: Ben}}": lambda house, asset: not has("Ben")(house, asset),
    "{person: {only: Emma}}": lambda house, asset: asset.person_ids == (house.ids["Emma"],),
    "{person: {count: 1}}": lambda _, asset: len(asset.person_ids) == 1,
    "{person: none}": lambda _, asset: not asset.person_ids,
    "{smart: {query: dog, until: LAST}}": lambda _, asset: DOG in dict(asset.concepts),
    "{text: receipt}": lambda _, asset: asset.text == "receipt",
    "{place: Paris}": of_exif(lambda exif: exif.city == "Paris"),
    "{place: none}": of_exif(lambda exif: exif.city is None),
    "{camera: Canon}": of_exif(lambda exif: exif.make == "Canon"),
    "{exif: {iso: 400..}}": of_exif(lambda exif: (exif.iso or 0) >= 400),
    "{tag: private}": lambda house, asset: house.ids["private"] in asset.tag_ids,
    "{taken: 2020}": lambda _, asset: asset.local_date_time < 1_609_459_200_000_000,
    "{favorite: true}": lambda _, asset: asset.is_favorite,
    "{search: {city: Paris, personIds: [BEN]}}": lambda house, asset: (
        has("Ben")(house, asset) and of_exif(lambda exif: exif.city == "Paris")(house, asset)
    ),
    '{json: "$.people[*].name:Ben"}': has("Ben"),
    '{json: "$.exifInfo.city:Paris"}': of_exif(lambda exif: exif.city == "Paris"),
}

Meaning = tuple[str, "Callable[[House, Asset], bool]"]


def every(parts: list[Meaning]) -> Meaning:
    words = f"{{all: [{', '.join(word for word, _ in parts)}]}}"
    return words, lambda house, asset: all(holds(house, asset) for _, holds in parts)


def some(parts: list[Meaning]) -> Meaning:
    words = f"{{any: [{', '.join(word for word, _ in parts)}]}}"
    return words, lambda house, asset: any(holds(house, asset) for _, holds in parts)


def none(parts: list[Meaning]) -> Meaning:
    words = f"{{not: [{', '.join(word for word, _ in parts)}]}}"
    return words, lambda house, asset: not any(holds(house, asset) for _, holds in parts)


rules = st.recursive(
    st.sampled_from(list(ATOMS.items())),
    lambda parts: st.one_of(
        *(st.lists(parts, min_size=1, max_size=3).map(combine) for combine in (every, some, none, none))
    ),
    max_leaves=6,
)

PICTURE = (("embedding",), ("faces",), ("text",))
fresh = st.one_of(
    st.just(()), st.sets(st.sampled_from(PICTURE)).map(lambda done: ("metadata", *(step for (step,) in sorted(done))))
)
stuck = st.sampled_from(((), ("metadata",)))
stages = st.one_of(st.none(), st.tuples(st.just(0), fresh), st.tuples(st.just(2), stuck))
"""Done; or uploaded so many hours ago, with these steps done. What has an embedding was looked at in that time."""

photos = st.fixed_dictionaries(
    {
        "people": st.sets(st.sampled_from(("Ben", "Emma"))),
        "city": st.sampled_from((None, "Paris")),
        "iso": st.sampled_from((100, 800)),
        "concepts": st.sampled_from((((DOG, 1.0),), ((CAKE, 1.0),))),
        "text": st.sampled_from(("", "receipt")),
        "is_private": st.booleans(),
        "is_favorite": st.booleans(),
        "taken": st.sampled_from(("2020-06-01T12:00:00Z", "2022-06-01T12:00:00Z")),
        "stage": stages,
    }
)


@pytest.mark.parametrize("level", LEVELS)
@given(rule=rules, shown=st.lists(photos, min_size=1, max_size=8))
@settings(max_examples=examples(4))
def test_no_photo_is_let_in_that_its_fully_indexed_self_would_not_be(
    level: str, rule: Meaning, shown: list[dict[str, Any]], tmp_path_factory: pytest.TempPathFactory
) -> None:
    house = House(tmp_path_factory.mktemp("house"), level)
    for number, fields in enumerate(shown):
        house.make(f"photo-{number}", **fields)
    words, holds = rule
    words = words.replace("BEN", house.ids["Ben"])
    with Sandbox(house.library, level) as sandbox:
        home = house.run(sandbox, words)
        if any("would ignore" in problem.message for problem in home.planned().albums[0].problems):
            return  # this version cannot be asked for that
        allowed = {id_ for id_ in house.library.assets if holds(house, house.indexing.whole(id_))}
        report = home.sync()
        assert not report.failures
        assert members(house) <= allowed
        house.indexing.finish()
        house.library.wait(2 * HOUR)
        assert not home.sync().failures
        assert members(house) == allowed


def members(house: House) -> set[str]:
    return {id_ for album in house.library.albums.values() for id_ in album.asset_ids}


# -- one by one -----------------------------------------------------------------------------------------------------


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("match", "done", "reason"),
    [
        ("{not: {person: Ben}}", ("metadata", "embedding"), FACES),
        ("{not: {text: receipt}}", ("metadata", "embedding", "faces"), TEXT),
        ("{not: {smart: {query: dog, until: LAST}}}", ("metadata",), SMART),
        ("{not: {place: Paris}}", (), FILES),
        ("{not: {exif: {iso: 200}}}", (), FILES),
        ("{not: {tag: private}}", (), FILES),
        ("{person: {count: {max: 3}}}", ("metadata", "embedding"), FACES),
        ("{not: [{not: {person: {none: Ben}}}]}", ("metadata", "embedding"), FACES),
    ],
)
def test_a_photo_that_was_only_just_uploaded_waits(
    house: House, sandbox: Sandbox, match: str, done: tuple[str, ...], reason: str
) -> None:
    house.hold(house.photo("new"), *done)
    home = house.run(sandbox, f"{{all: [{match}, {{filename: new}}]}}")
    assert added_and_waiting(home) == (set(), {reason: {"new"}})
    assert not home.sync().failures
    house.indexing.finish()
    house.library.wait(2 * HOUR)
    assert added_and_waiting(home) == ({"new"}, {})


def test_of_what_is_excluded_together_the_part_waits_that_is_not_known(house: House, sandbox: Sandbox) -> None:
    """The one is found already; whether the other will be decides."""
    new, cake = house.photo("new", concepts=((DOG, 1.0),)), house.photo("new cake")
    for photo in (new, cake):
        house.hold(photo, "metadata", "embedding", "faces")
    home = house.run(sandbox, "{filename: new, not: {all: [{smart: {query: dog, until: LAST}}, {text: receipt}]}}")
    assert added_and_waiting(home) == ({"new cake"}, {TEXT: {"new"}})


@pytest.mark.parametrize("done", [("metadata",), ()])
def test_what_only_details_show_waits_for_the_file(house: House, sandbox: Sandbox, done: tuple[str, ...]) -> None:
    house.hold(house.photo("new"), *done)
    home = house.run(sandbox, '{filename: new, not: {json: "$.tags[*].value:private"}}')
    assert added_and_waiting(home) == (({"new"}, {}) if done else (set(), {FILES: {"new"}}))


def test_what_is_certain_whatever_immich_finds_out_does_not_wait(house: House, sandbox: Sandbox) -> None:
    house.hold(house.photo("new", is_favorite=True))
    home = house.run(sandbox, "{all: [{filename: new}, {any: [{favorite: true}, {not: {person: Ben}}]}]}")
    assert added_and_waiting(home) == ({"new"}, {})


def test_settle_says_how_long_for_one_album_and_for_all(house: House, sandbox: Sandbox) -> None:
    house.hold(house.photo("new"), "metadata", "embedding", hours=0.5)
    match = "{filename: new, not: {person: Ben}}"
    assert waiting(house.run(sandbox, match)) == {FACES: {"new"}}
    assert added(house.run(sandbox, match, "settle: 20 min")) == {"new"}
    assert added(house.run(sandbox, match, "settle: 0")) == {"new"}
    assert added(house.run(sandbox, match, "settle: 1 day")) == set()


@pytest.mark.parametrize(
    ("queue", "match", "said"),
    [
        ("faceDetection", "{not: {person: Ben}}", f"{FACES} (at work: face detection)"),
        ("facialRecognition", "{not: {person: Ben}}", f"{FACES} (at work: facial recognition)"),
        ("ocr", "{not: {text: receipt}}", f"{TEXT} (at work: text recognition)"),
    ],
)
def test_a_queue_that_is_not_empty_holds_photos_up(
    house: House, sandbox: Sandbox, queue: str, match: str, said: str
) -> None:
    home = house.run(sandbox, f"{{all: [{match}, {{filename: last}}]}}")
    assert added(home) == {"last dog"}
    sandbox.settings.queues[queue] = 1
    assert added_and_waiting(home) == (set(), {said: {"last dog"}})


def test_an_old_photo_without_an_embedding_waits_and_the_plan_says_why(house: House, sandbox: Sandbox) -> None:
    house.hold(house.photo("stuck"), "metadata", hours=48)
    home = house.run(sandbox, "{filename: stuck, not: {person: Ben}}")
    assert waiting(home) == {f"{FACES} (it has not come to them at all: no embedding)": {"stuck"}}


def test_without_smart_search_time_and_queues_decide(house: House, sandbox: Sandbox) -> None:
    house.hold(house.photo("stuck"), "metadata", hours=48)
    house.hold(house.photo("stuck new"), "metadata")
    sandbox.settings.smart_search = False
    home = house.run(sandbox, "{filename: stuck, not: {person: Ben}}")
    assert added_and_waiting(home) == ({"stuck"}, {FACES: {"stuck new"}})


def test_could_not_ask_is_not_looked_at(house: House, sandbox: Sandbox) -> None:
    home = house.run(sandbox, "{filename: last, not: {person: Ben}}")
    sandbox.faults.status(403, message="Forbidden", path="/api/search/smart", times=None)
    (plan,) = home.planned().albums
    assert plan.problems
    assert plan.additions == ()


def test_where_the_server_does_not_tell_its_time_that_of_this_machine_counts_or_nothing_is_added(
    house: House, sandbox: Sandbox
) -> None:
    house.hold(house.photo("new"), "metadata", "embedding")
    home = house.run(sandbox, "{filename: new, not: {person: Ben}}")
    sandbox.faults.status(400, path="/api/server/ping", times=None)
    (plan,) = home.planned().albums
    assert plan.additions == ()
    assert "does not tell its time" in plan.problems[0].message

    def waiting_at(now: float) -> dict[str, int]:
        options = SelectOptions(concurrency=1, log=lambda _: None, clock=lambda: now)
        answers, _ = preview(home.rules, home.accounts(), options)
        return answers["Best"].waiting

    server_now = house.library.clock / 1_000_000
    assert waiting_at(server_now) == {FACES: 1}
    assert waiting_at(server_now + 2 * 3600) == {}


def test_a_photo_that_waits_keeps_its_place_under_a_limit(house: House, sandbox: Sandbox) -> None:
    for day in (1, 2, 3):
        house.photo(f"new {day}", taken=f"2021-06-0{day}T12:00:00Z")
    house.hold(house.photo("new 4", taken="2021-06-04T12:00:00Z"), "metadata", "embedding")
    home = house.run(sandbox, "{filename: new, not: {person: Ben}}", "limit: 2, sort: newest")
    assert added_and_waiting(home) == ({"new 3"}, {FACES: {"new 4"}})


def test_a_split_rule_waits_for_the_date(house: House, sandbox: Sandbox) -> None:
    house.hold(house.photo("new"))
    text = 'albums: [{name: "{year}", match: {filename: new}, split: [year]}]'
    home = Household(sandbox, house.folder / "ledger.db", book(text).albums, keys={"default": "alice"})
    assert waiting(home) == {FILES: {"new"}}


def test_what_a_ranking_of_the_rule_shows_is_not_asked_for(house: House, sandbox: Sandbox) -> None:
    for number in range(9):
        house.photo(f"{number}")
    home = house.run(sandbox, "{smart: {query: cake, top: 50}, not: {person: Ben}}")
    sandbox.clear_requests()
    assert len(added(home)) == 10  # with the last of the dogs
    rankings = [request.body for request in sandbox.requests if request.path == "/api/search/smart"]
    assert not [body for body in rankings if "queryAssetId" in body]
    recent = [request.body for request in sandbox.requests if "createdAfter" in (request.body or {})]
    assert len(recent) == 1  # there is nothing, so it is not asked for again with EXIF, nor counted


def test_many_are_asked_for_at_once_and_nobody_asks_again(house: House, sandbox: Sandbox) -> None:
    for number in range(20):
        house.photo(f"many {number}", taken=f"2021-06-{number + 1:02d}T12:00:00Z")
    house.hold(house.photo("many stuck", taken="2021-06-10T13:00:00Z"), "metadata", hours=48)
    home = house.run(sandbox, "{filename: many, not: {person: Ben}}")
    sandbox.clear_requests()
    assert len(added(home)) == 20
    requests = [request.body for request in sandbox.requests if request.path == "/api/search/smart"]
    assert [len(body) > 2 for body in requests] == [False, True]  # whether one can be ranked by, and all of them
    home.sync()
    sandbox.clear_requests()
    assert not added(home)
    requests = [request for request in sandbox.requests if request.path == "/api/search/smart"]
    assert len(requests) == 1  # the one that waits


# -- what is in the album -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("match", "steps"),
    [
        ("{person: Ben}", ("metadata", "embedding", "text")),
        ("{smart: {query: dog, until: LAST}}", ("metadata", "faces", "text")),
        ("{camera: Leica}", ()),
        ("{any: [{person: Ben}, {place: Rome}]}", ()),
        ("{person: {only: Ben}}", ("metadata", "embedding", "text")),
        ("{text: ticket}", ("metadata", "faces")),
    ],
)
def test_nothing_is_taken_out_because_immich_indexes_anew(
    house: House, sandbox: Sandbox, match: str, steps: tuple[str, ...]
) -> None:
    photo = house.photo("ours", person_ids=(house.ids["Ben"],), concepts=((DOG, 1.0),), text="ticket", city="Rome")
    house.library.update(photo.id, make="Leica")
    home = house.run(sandbox, f"{{all: [{match}, {{filename: ours}}]}}", "keep: in-step, sticky: false, settle: 0")
    home = replace(home, rules=(replace(home.rules[0], guard=UNLIMITED),))
    assert not home.sync().failures
    assert members(house) == {photo.id}
    house.indexing.hold(photo.id, *steps, uploaded=photo.created_at, dated=True)
    sandbox.settings.queues["faceDetection"] = 1
    house.photo("another", person_ids=(house.ids["Ben"],), concepts=((DOG, 1.0),), text="ticket", city="Rome")
    house.library.update(next(reversed(house.library.assets)), make="Leica")
    plan = planned(home)
    assert plan.removals == ()
    assert [len(group.assets) for group in plan.staying] == [1]
    house.indexing.finish()
    sandbox.settings.queues.clear()
    assert planned(home).staying == ()


@pytest.mark.parametrize("match", ["{person: Ben}", "{all: [{person: Ben}, {filename: ours}]}"])
@pytest.mark.parametrize("is_asked", [True, False])
def test_what_immich_may_find_out_stays_also_where_the_rest_cannot_be_asked(
    house: House, sandbox: Sandbox, match: str, *, is_asked: bool
) -> None:
    photo = house.photo("ours", person_ids=(house.ids["Ben"],))
    home = house.run(sandbox, match, "keep: in-step, settle: 0")
    home = replace(home, rules=(replace(home.rules[0], guard=UNLIMITED),))
    assert not home.sync().failures
    house.indexing.hold(photo.id, "metadata", "embedding", "text", uploaded=photo.created_at, dated=True)
    sandbox.settings.queues["faceDetection"] = 1
    house.library.update(photo.id, original_file_name="ours too.jpg" if is_asked else "theirs.jpg")
    sandbox.clear_requests()
    (first,) = home.planned().albums
    left = {photo.id} if is_asked or "filename" not in match else set()
    assert {asset.id for group in first.staying for asset in group.assets} == left
    searches = [request.body for request in sandbox.requests if request.path == "/api/search/metadata"]
    rest = [number for number, body in enumerate(searches) if "originalFileName" in body and "personIds" not in body]
    assert bool(rest) is ("filename" in match)
    if rest:
        sandbox.faults.status(400, path="/api/search/metadata", nth=rest[0] + 1, times=None)
        (plan,) = home.planned().albums
        assert plan.removals == ()
        assert {asset.id for group in plan.staying for asset in group.assets} == {photo.id}


def test_what_surely_matches_no_more_is_taken_out(house: House, sandbox: Sandbox) -> None:
    photo = house.photo("ours", person_ids=(house.ids["Ben"],))
    home = house.run(sandbox, "{all: [{all: [{filename: ours}]}, {person: Ben}]}", "keep: in-step, settle: 0")
    home = replace(home, rules=(replace(home.rules[0], guard=UNLIMITED),))
    assert not home.sync().failures
    house.library.update(photo.id, person_ids=(house.ids["Emma"],))
    assert len(planned(home).removals) == 1
    house.library.update(photo.id, person_ids=(), original_file_name="renamed.jpg")
    assert len(planned(home).removals) == 1


def test_an_explanation_says_what_a_photo_waits_for(house: House, sandbox: Sandbox) -> None:
    new, old = house.photo("new"), house.photo("new old")
    house.hold(new, "metadata", "embedding")
    home = house.run(sandbox, "{filename: new, not: {person: Ben}}")
    (rule,) = home.rules
    account = home.accounts().present["default"]
    options = SelectOptions(concurrency=1, log=lambda _: None)
    explanation = explain_rule("Best", rule.rule, new.id, account, options)
    assert (explanation.passed, explanation.waits) == (False, FACES)
    assert f"… it waits: {FACES}" in list(
        explanation_lines(AlbumExplanation("Best", new.id, sandbox.url, (explanation,), ()))
    )
    explanation = explain_rule("Best", rule.rule, old.id, account, options)
    assert (explanation.passed, explanation.waits) == (True, None)
    explanation = explain_rule("Best", rule.rule, new.id, account, options, settle=0)
    assert (explanation.passed, explanation.waits) == (True, None)


@pytest.mark.untraced
@pytest.mark.parametrize("is_remembered", [True, False])
def test_who_was_seen_on_a_photo_is_remembered(house: House, sandbox: Sandbox, *, is_remembered: bool) -> None:
    photo = house.photo("ours", person_ids=(house.ids["Ben"],))
    home = house.run(sandbox, "{filename: ours, person: Ben}", "keep: in-step, settle: 0")
    home = replace(home, rules=(replace(home.rules[0], guard=UNLIMITED),))
    assert not home.sync().failures
    store = SearchCacheFile(house.folder / "state.db", lambda _: None) if is_remembered else None
    options = SelectOptions(concurrency=1, log=lambda _: None, store=store)
    house.photo("ours too", person_ids=(house.ids["Ben"],))

    def plan() -> AlbumPlan:
        with open_ledger(home.ledger) as ledger:
            return make_plan(RuleSet(home.rules), home.accounts(), ledger, options, made_at="now")[0].albums[0]

    assert plan().removals == ()
    house.library.update(photo.id, person_ids=())  # without a queue that could show that faces are thrown away
    assert (len(plan().removals), len(plan().staying)) == ((0, 1) if is_remembered else (1, 0))


def test_who_was_seen_with_an_embedding_is_not_asked_for_again(house: House, sandbox: Sandbox) -> None:
    home = house.run(sandbox, "{filename: last, not: {person: Ben}}")
    store = SearchCacheFile(house.folder / "state.db", lambda _: None)
    options = SelectOptions(concurrency=1, log=lambda _: None, store=store)
    requests = []
    for _ in range(2):
        sandbox.clear_requests()
        answers, _ = preview(home.rules, home.accounts(), options)
        assert [len(selection.assets) for selection in answers["Best"].selections.values()] == [1]
        requests.append([request.path for request in sandbox.requests].count("/api/search/smart"))
    assert requests == [1, 0]


@pytest.mark.parametrize("is_read", [True, False])
def test_details_tell_whether_the_file_of_a_photo_without_an_embedding_was_read(
    house: House, sandbox: Sandbox, *, is_read: bool
) -> None:
    house.hold(house.photo("stuck"), *(["metadata"] if is_read else []), hours=48)
    home = house.run(sandbox, "{filename: stuck, not: {place: Paris}}")
    if is_read:
        assert added_and_waiting(home) == ({"stuck"}, {})
    else:
        assert waiting(home) == {f"{FILES} (it has not come to them at all: no embedding)": {"stuck"}}
