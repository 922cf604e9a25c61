"""Why a photo is selected or not: on a real library, in agreement with the selection."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from immich_sandbox import Sandbox
from immich_sandbox.library.records import Exif
from immich_smart_albums.errors import ConfigurationError, FilterError
from immich_smart_albums.model.dialects import conditions_of, where
from immich_smart_albums.model.query import Condition, Kind, Query, Visibility
from immich_smart_albums.operations.accounts import ConnectedAccount, connect_accounts
from immich_smart_albums.operations.explain.photo import RuleExplanation, asset_id_in, explain_rule
from immich_smart_albums.operations.names.names import NameResolver
from immich_smart_albums.operations.select import SelectOptions, resolve_and_compile, select
from immich_smart_albums.rules.local_filters.jsonpath import compile_path
from immich_smart_albums.rules.local_filters.local_filter import local_filter
from immich_smart_albums.rules.predicates.content.person import person_named
from immich_smart_albums.rules.scope import scope_rule
from immich_smart_albums.rules.tree import All, Any, Filter, Node, Not, Rule, Search, Sort, SplitKey
from immich_smart_albums.rules.values.regex import compile_pattern
from immich_smart_albums.selection.explain.explain import Reason, Verdict
from immich_smart_albums.selection.run.evaluate import Selection
from tests.support.examples import examples
from tests.support.family_server import connected, family, person_ids
from tests.support.immich_clients import searches_sent

if TYPE_CHECKING:
    from collections.abc import Iterator

    from immich_sandbox.library.records import Asset
    from immich_smart_albums.rules.tree import Record
    from tests.operations.conftest import Start

HOW = SelectOptions(2, lambda _: None)


@pytest.fixture(scope="module")
def corners() -> Iterator[Sandbox]:
    """A sandbox with photos of the same thing in every corner."""
    library = family()
    for corner in ("timeline", "archive", "hidden", "trash"):
        asset = library.add_asset(
            name=f"corner-{corner}.jpg",
            visibility="timeline" if corner == "trash" else corner,
            concepts=((0, 1.0),),
        )
        if corner == "trash":
            library.trash(asset.id)
    library.add_asset(name="corner-locked.jpg", visibility="locked")
    library.add_asset(name="corner-bare.jpg", exif=None)
    with Sandbox(library) as running:
        yield running


@pytest.fixture(scope="module")
def alice(corners: Sandbox) -> ConnectedAccount:
    """The account whose rules are asked."""
    return participant(corners)


def participant(sandbox: Sandbox, name: str = "alice") -> ConnectedAccount:
    server = connected(sandbox, name)
    return ConnectedAccount(name, server, server.directory.me(), NameResolver(server.directory))


def explained(node: Node, asset: Asset | str, account: ConnectedAccount, **rule: object) -> RuleExplanation:
    asset_id = asset if isinstance(asset, str) else asset.id
    return explain_rule("Album", Rule(node, **rule), asset_id, account, HOW)  # type: ignore[arg-type]


def selected(rule: Rule, account: ConnectedAccount) -> Selection:
    (selection,) = select(resolve_and_compile({"Album": rule}, account), account, HOW).values()
    assert isinstance(selection, Selection)
    return selection


def corner(sandbox: Sandbox, name: str) -> Asset:
    return next(asset for asset in sandbox.library.timeline if asset.original_file_name == f"corner-{name}.jpg")


def metadata(limit: int | None = None, **filters: object) -> Search:
    return Search(Query(Kind.METADATA, conditions_of(filters), limit=limit))  # type: ignore[arg-type]


def smart(text: str, limit: int | None = 20) -> Search:
    return Search(Query(Kind.SMART, where(query=text), limit=limit))


def local(path: str, regex: str | None = None) -> Filter:
    pattern = compile_pattern(regex, timeout=1) if regex else None
    return local_filter(compile_path(path), pattern, f"{path}:{regex}")


def archived(query: Query) -> Search:
    return Search(Query(query.kind, query.where, frozenset({Visibility.ARCHIVE}), query.limit))


LEAVES: list[Node] = [
    metadata(city="Helsinki"),
    metadata(type="VIDEO"),
    metadata(isFavorite=True),
    metadata(takenAfter="2024-01-01T00:00:00.000Z", takenBefore="2024-12-31T00:00:00.000Z"),
    metadata(limit=30),
    metadata(limit=5, type="VIDEO"),
    metadata(withDeleted=True, originalFileName="corner"),
    smart("beach"),
    smart("dog", 100),
    person_named("Ada Stone"),
    person_named("Robin Lee"),
    local("$.exifInfo.make", "apple"),
    local("$.people[*].name", "a"),
    local("$.tags[*].value"),
    local("$.exifInfo.rating"),
    archived(smart("beach").query),
    archived(Query(Kind.METADATA)),
]
TREES = st.recursive(
    st.sampled_from(LEAVES),
    lambda inner: (
        st.builds(Not, inner)
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: All(tuple(parts)))
        | st.lists(inner, min_size=2, max_size=3).map(lambda parts: Any(tuple(parts)))
    ),
    max_leaves=5,
)


@settings(
    max_examples=examples(10),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(TREES, st.sampled_from([None, None, None, 7]), st.data())
def test_an_explanation_agrees_with_the_selection(
    corners: Sandbox, alice: ConnectedAccount, tree: Node, limit: int | None, data: st.DataObject
) -> None:
    rule = Rule(scope_rule(tree), limit)
    chosen = {asset.id for asset in selected(rule, alice).assets}
    others = [asset.id for asset in corners.library.timeline if asset.id not in chosen]
    asset_ids = [*corner_ids(corners), *data.draw(st.lists(st.sampled_from(others), max_size=2, unique=True))]
    if chosen:
        asset_ids += data.draw(st.lists(st.sampled_from(sorted(chosen)), min_size=1, max_size=3, unique=True))
    for asset_id in asset_ids:
        assert explain_rule("Album", rule, asset_id, alice, HOW).passed is (asset_id in chosen), asset_id


def corner_ids(sandbox: Sandbox) -> list[str]:
    return [asset.id for asset in sandbox.library.timeline if asset.original_file_name.startswith("corner")]


@pytest.mark.parametrize(
    ("where", "outside"),
    [
        ("timeline", None),
        ("archive", "it is in the archive, and the rule looks at what is on the timeline"),
        ("hidden", "it is hidden, such as a live photo's video, and the rule looks at what is on the timeline"),
        ("trash", "it is in the trash"),
    ],
)
def test_what_a_rule_does_not_look_at_is_said(
    corners: Sandbox, alice: ConnectedAccount, where: str, outside: str | None
) -> None:
    explanation = explained(local("$.originalFileName", "corner"), corner(corners, where), alice)
    assert explanation.outside == outside
    assert explanation.explanation is not None
    assert explanation.explanation.passed
    assert explanation.passed is (outside is None)
    assert explanation.asset is not None
    assert explanation.asset.file_name == f"corner-{where}.jpg"


def test_old_servers_do_not_tell_what_is_hidden() -> None:
    library = family()
    hidden = library.add_asset(name="corner-hidden.jpg", visibility="hidden")
    with Sandbox(library, "1.132") as running:
        explanation = explained(local("$.originalFileName", "corner"), hidden, participant(running))
    assert (
        explanation.outside
        == "no search finds it: it is hidden, such as a live photo's video, or was only just uploaded"
    )


def test_photos_of_others_and_locked_ones_are_told_apart(corners: Sandbox, alice: ConnectedAccount) -> None:
    library = corners.library
    shared = next(album for album in library.albums.values() if album.name == "Bob's travels")
    bob = participant(corners, "bob")
    hers = corner(corners, "timeline")
    for asset, account in ((corner(corners, "locked"), alice), (hers, bob)):
        explanation = explained(metadata(type="IMAGE"), asset, account)
        assert (explanation.asset, explanation.explanation, explanation.passed) == (None, None, False)
        assert explanation.outside == "this account does not see it: deleted, locked, or somebody else's"
    partners = list(library.partners)
    library.partners.clear()
    try:
        explanation = explained(local("$.id"), next(iter(shared.asset_ids)), alice)
    finally:
        library.partners += partners
    assert explanation.outside == "it belongs to somebody whose photos are not on this account's timeline"


def ranking(account: ConnectedAccount, text: str) -> list[str]:
    """A whole ranking, best first."""
    query = Query(Kind.SMART, where(query=text), limit=5000)
    return [str(record["id"]) for batch in account.server.searches.find(query, frozenset()) for record in batch]


def answer(reason: Reason) -> tuple[bool, int | None, int | None]:
    assert reason.answer is not None
    return reason.answer.holds, reason.answer.rank, reason.answer.read


def test_a_ranking_tells_the_place_also_beyond_the_cut(
    alice: ConnectedAccount, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = ranking(alice, "beach")
    for place, expected in ((1, (True, 1, 20)), (20, (True, 20, 20)), (21, (False, 21, 200)), (200, (False, 200, 200))):
        explanation = explained(smart("beach"), ids[place - 1], alice).explanation
        assert explanation is not None
        assert answer(explanation.tree) == expected
    explanation = explained(smart("beach"), ids[200], alice).explanation
    assert explanation is not None
    assert answer(explanation.tree) == (False, None, 200)
    monkeypatch.setattr("immich_smart_albums.operations.explain.photo.MOST", 20)
    explanation = explained(smart("beach"), ids[20], alice).explanation
    assert explanation is not None
    assert answer(explanation.tree) == (False, None, 20)


def test_a_ranking_that_ends_at_a_photo_tells_the_place_behind_it(alice: ConnectedAccount) -> None:
    ids = ranking(alice, "beach")
    good = Search(Query(Kind.SMART, where(query="beach"), until=(ids[4],)))
    chosen = {asset.id for asset in selected(Rule(good), alice).assets}
    for place, expected in ((5, (True, 5, 5)), (6, (False, 6, 50))):
        explanation = explained(good, ids[place - 1], alice).explanation
        assert explanation is not None
        assert answer(explanation.tree) == expected
        assert explanation.passed is (ids[place - 1] in chosen)


def test_a_search_for_the_first_tells_the_place_too(corners: Sandbox, alice: ConnectedAccount) -> None:
    newest = sorted(corners.library.timeline, key=lambda asset: (-asset.file_created_at, asset.id))
    videos = [
        asset.id for asset in newest if (asset.type, asset.visibility, asset.deleted_at) == ("VIDEO", "timeline", None)
    ]
    for place, expected in ((1, (True, 1, 3)), (4, (False, 4, min(30, len(videos))))):
        explanation = explained(metadata(limit=3, type="VIDEO"), videos[place - 1], alice).explanation
        assert explanation is not None
        assert answer(explanation.tree) == expected
    explanation = explained(metadata(limit=3, type="VIDEO"), corner(corners, "timeline"), alice).explanation
    assert explanation is not None
    assert answer(explanation.tree) == (False, None, None)


def test_a_ranking_of_the_archive_is_not_asked_about_the_timeline(corners: Sandbox, alice: ConnectedAccount) -> None:
    both = Query(Kind.SMART, where(query="beach"), frozenset({Visibility.ARCHIVE, Visibility.TIMELINE}), 20)
    corners.clear_requests()
    explanation = explained(Search(both), corner(corners, "archive"), alice).explanation
    assert explanation is not None
    assert {body.get("visibility") for body in searches_sent(corners) if "query" in body} == {"archive"}
    explanation = explained(archived(both), ranking(alice, "beach")[0], alice).explanation
    assert explanation is not None
    assert answer(explanation.tree) == (False, None, 0)


def test_names_stand_for_ids_and_the_people_on_it_are_told(corners: Sandbox, alice: ConnectedAccount) -> None:
    library = corners.library
    (ada,) = person_ids(library, "Ada Stone")
    (ben,) = person_ids(library, "Ben Ray")
    both = next(asset for asset in library.timeline if set(asset.person_ids) == {ada, ben})
    album = next(album for album in library.albums.values() if album.name == "Best of")
    tag = next(tag for tag in library.tags.values() if tag.owner_id == alice.user.id)
    rule = Any(
        (
            person_named("Ada Stone"),
            metadata(personIds=(ben,)),
            metadata(albumIds=(album.id,)),
            metadata(tagIds=(tag.id,)),
        )
    )
    explanation = explained(All((Not(rule), local("$.id"))), both, alice).explanation
    assert explanation is not None
    parts = explanation.tree.parts[0].parts[0].parts
    assert [part.words for part in parts] == [
        "person 'Ada Stone'",
        "person Ben Ray",
        "album Best of",
        f"tag {tag.value}",
    ]
    assert parts[0].answer is not None
    assert isinstance(parts[0].answer.value, dict)
    assert sorted(parts[0].answer.value["people"]) == ["Ada Stone", "Ben Ray"]
    assert [part.verdict for part in parts] == [Verdict.PASSED, Verdict.PASSED, Verdict.NOT_ASKED, Verdict.NOT_ASKED]


def test_searches_for_one_photo_are_compared_by_id(corners: Sandbox, alice: ConnectedAccount) -> None:
    one, other = corner(corners, "timeline"), corner(corners, "bare")
    assert explained(metadata(id=one.id), one, alice).passed
    assert not explained(metadata(id=one.id), other, alice).passed


def test_structured_searches_are_asked_about_one_photo() -> None:
    library = family()
    with Sandbox(library, "3.2") as running:
        account = participant(running)
        rated, plain = (library.add_asset(name=name, exif=Exif(rating=rating)) for name, rating in (("a", 5), ("b", 1)))
        query = Query(Kind.METADATA, where=(Condition("rating", "gte", 4),))
        assert explained(Search(query), rated, account).passed
        assert not explained(Search(query), plain, account).passed
        for asset in (rated, plain):
            query = Query(Kind.METADATA, where=(Condition("id", "eq", rated.id),))
            assert explained(Search(query), asset, account).passed is (asset is rated)


def test_what_a_limit_leaves_out_is_said(alice: ConnectedAccount) -> None:
    rule = Rule(metadata(type="IMAGE"), 3, Sort.OLDEST)
    selected_ids = [asset.id for asset in selected(rule, alice).assets]
    assert explain_rule("Album", rule, selected_ids[0], alice, HOW).passed
    everything = selected(Rule(rule.match), alice)
    explanation = explain_rule("Album", rule, everything.assets[0].id, alice, HOW)
    assert not explanation.passed
    assert explanation.cut == f"{everything.matched} photos match, and the rule keeps the oldest 3"


def test_a_limit_needs_the_whole_selection_and_its_failure_is_told(corners: Sandbox, alice: ConnectedAccount) -> None:
    calls = count()

    def fails_on_the_fifth(record: Record) -> bool:
        if next(calls) >= 5:
            raise FilterError("too slow")
        return True

    check = Filter("slow", fails_on_the_fifth, frozenset(), lambda _: None)
    explanation = explained(check, corner(corners, "timeline"), alice, limit=3)
    assert not explanation.passed
    assert [problem.message for problem in explanation.problems] == ["too slow"]


YEAR = SplitKey("year", frozenset({"localDateTime"}), lambda record: (str(record["localDateTime"])[:4],))
PEOPLE = SplitKey(
    "person", frozenset({"people"}), lambda record: tuple(str(person["name"]) for person in people_on(record))
)


def people_on(record: Record) -> list[dict[str, object]]:
    people = record["people"]
    assert isinstance(people, list)
    return people


def test_a_split_rule_tells_which_albums_a_photo_belongs_in(corners: Sandbox, alice: ConnectedAccount) -> None:
    (ada,) = person_ids(corners.library, "Ada Stone")
    pair = next(asset for asset in corners.library.timeline if ada in asset.person_ids and len(asset.person_ids) == 2)
    alone = corner(corners, "timeline")
    for limit in (None, 100_000):
        explanation = explained(local("$.id"), pair, alice, split=(YEAR, PEOPLE), limit=limit)
        assert explanation.passed
        assert explanation.combinations is not None
        assert {year for year, _ in explanation.combinations} == {"2024"}
        assert len(explanation.combinations) == 2
        explanation = explained(local("$.id"), alone, alice, split=(YEAR, PEOPLE), limit=limit)
        assert (explanation.combinations, explanation.passed) == ((), False)


def test_names_that_nobody_has_are_told(corners: Sandbox, alice: ConnectedAccount) -> None:
    explanation = explained(person_named("Ada Stoned"), corner(corners, "timeline"), alice)
    assert [problem.message for problem in explanation.problems] == ["nobody is named 'Ada Stoned'"]
    assert not explanation.passed


def test_a_photo_is_named_by_its_id_or_its_address(corners: Sandbox) -> None:
    asset_id = corner(corners, "timeline").id
    for text in (
        asset_id,
        f" {asset_id.upper()} ",
        f"{corners.url}/photos/{asset_id}",
        f"https://x/albums/1/photos/{asset_id}?at=1",
    ):
        assert asset_id_in(text) == asset_id
    with pytest.raises(ConfigurationError, match="neither a photo's id nor its address"):
        asset_id_in("dog.jpg")


def test_names_that_cannot_be_asked_for_leave_the_ids(start: Start) -> None:
    sandbox = start()
    library = sandbox.library
    (ada,) = person_ids(library, "Ada Stone")
    photo = next(asset for asset in library.timeline if ada in asset.person_ids)
    account = connect_accounts({"alice": lambda: connected(sandbox)}).present["alice"]
    sandbox.faults.status(403, path="/api/people", times=None)
    explanation = explained(metadata(personIds=(ada,)), photo, account).explanation
    assert explanation is not None
    assert explanation.passed
    assert explanation.tree.words == f"person {ada}"


def test_a_photo_that_changes_while_it_is_explained_is_no_failure(start: Start) -> None:
    library = family()
    alice = library.user_named("alice").id
    photo = next(asset for asset in library.timeline if asset.is_favorite and asset.owner_id == alice)
    sandbox = start(library)
    account = participant(sandbox)
    # The record and the searches that explain it still show what was; the selection is made after that.
    sandbox.faults.hook(lambda: library.update(photo.id, is_favorite=False), path="/api/search/metadata", nth=3)
    rule = Rule(metadata(isFavorite=True))
    explanation = explain_rule("Album", rule, photo.id, account, HOW, settle=10**9)  # so that it may not be certain
    assert not explanation.passed
    assert explanation.cut == "it matched a moment ago, and does not any more: it was changed meanwhile"
