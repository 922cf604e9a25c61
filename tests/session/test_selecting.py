"""Photos of rules, and why they are selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.errors import (
    ConfigurationError,
)
from immich_smart_albums.selection.explain.explain import Verdict
from tests.support.immich_clients import metadata

if TYPE_CHECKING:
    from collections.abc import Callable

    from immich_sandbox import Sandbox
    from immich_smart_albums.session.session import Session
from tests.support.best_photos import best


def test_rules_that_somebody_types_are_selected_without_being_saved(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    session = opened()
    assert {asset.id for asset in session.select()["Best"].assets} == best(sandbox)
    typed = session.parse({"rules.yaml": b"albums: [{name: All, match: {media: photo}}]"})
    assert len(session.select(typed.albums)["All"].assets) == 5
    assert [rule.name for rule in session.rules.albums] == ["Best"]
    with pytest.raises(ConfigurationError) as caught:
        session.parse({"rules.yaml": b"albums: [{name: All, match: {medium: photo}}]"})
    assert caught.value.problems[0].where == "rules.yaml:1:30"


def test_a_photo_is_explained(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    explanation = session.explain("Best", min(best(sandbox)))
    assert explanation.passed
    assert explanation.places[0].wanted


def test_each_photo_of_a_selection_is_explained_without_a_request_for_it(
    opened: Callable[..., Session], sandbox: Sandbox
) -> None:
    rules = b"albums: [{name: Best, match: {rating: 5, path: alice-0, media: photo}}]"
    session = opened(rules, keeps_records=True)
    session.read_library()
    before = len(sandbox.requests)
    explained = session.explain_selection()["Best"]
    assert not [request for request in sandbox.requests[before:] if "/assets/" in request.path]
    (explanation,) = explained.accounts.values()
    assert [photo.asset for photo in explanation.selected] == list(explained.answer.assets)
    (photo,) = explanation.selected
    assert set(photo.verdicts) == {Verdict.PASSED}
    texts = [leaf.text for leaf in explanation.leaves]
    near = {
        texts[number]: {photo.asset.file_name for photo in photos} for number, photos in explanation.near_misses.items()
    }
    assert list(near.values()) == [{"alice-1.jpg"}]
    assert "alice-0" in next(iter(near))
    assert explanation.looked_at == 5


def test_rules_of_accounts_that_are_not_connected_are_not_selected(opened: Callable[..., Session]) -> None:
    session = opened()
    text = b"accounts: {a: {key_env: A}}\nalbums: [{name: All, accounts: [a], match: {media: photo}}]"
    with pytest.raises(ConfigurationError) as caught:
        session.select(session.parse({"rules.yaml": text}).albums)
    assert caught.value.problems[0].message == "the session knows no account 'a'"


def test_the_searches_are_told_and_none_is_sent(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    (plan,) = opened().query_plans()
    assert [scan.query.flat_fields for scan in plan.plan.scans] == [{"rating": 5}]
    assert not [request for request in sandbox.requests if request.path == "/api/search/metadata"]


@pytest.mark.parametrize("keeps_records", [True, False])
def test_it_is_told_how_many_photos_a_search_finds(
    opened: Callable[..., Session], sandbox: Sandbox, *, keeps_records: bool
) -> None:
    session = opened(keeps_records=keeps_records)
    five_stars = metadata(rating=5)
    assert session.estimate(five_stars) == session.estimate(five_stars, account="default") == 2
    with pytest.raises(ConfigurationError, match="no account 'eve' takes part"):
        session.estimate(five_stars, account="eve")
