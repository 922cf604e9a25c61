"""Counts make a run cheaper: where a server does not give them, the same is selected."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.operations.accounts import connect_accounts
from immich_smart_albums.operations.plan.selections import select_for_albums
from immich_smart_albums.operations.select import SelectOptions
from tests.support.family_server import connected, family
from tests.support.rules_files import book

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COUNTRIES = [f"{{person: Ada Stone, place: {{country: {country}}}}}" for country in ("Finland", "France", "Japan")]
DAYS = [f"{{person: Ada Stone, taken: {{after: {year}-01-01}}}}" for year in (2019, 2021, 2023)]
RULES = {
    "days of any year": (["{taken: {month: [may, june]}}"], "/api/timeline/buckets"),
    "the whole library": ([*COUNTRIES, *DAYS], "/api/search/statistics"),
}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox(family()) as running:
        yield running


def selected(sandbox: Sandbox, matches: Sequence[str]) -> list[list[str]]:
    entries = [f"{{name: A{number}, match: {match}}}" for number, match in enumerate(matches)]
    rules = book(f"albums: [{', '.join(entries)}]").albums
    accounts = connect_accounts({"default": lambda: connected(sandbox)})
    answers, _ = select_for_albums(rules, accounts, SelectOptions(concurrency=1, log=lambda _: None))
    assert not [problem for answer in answers.values() for problem in answer.problems]
    return [[asset.id for asset in answer.assets] for answer in answers.values()]


@pytest.mark.parametrize("status", [400, 403])
@pytest.mark.parametrize("name", RULES)
def test_what_is_not_counted_is_selected_all_the_same(sandbox: Sandbox, name: str, status: int) -> None:
    matches, path = RULES[name]
    sandbox.faults.clear()
    right = selected(sandbox, matches)
    assert any(right)
    fault = sandbox.faults.status(status, path=path, times=None)
    assert selected(sandbox, matches) == right
    assert fault.hits


def test_a_rule_whose_names_cannot_be_looked_up_leaves_the_others_alone(sandbox: Sandbox) -> None:
    rules = book("albums: [{name: A, match: {place: Finland}}, {name: B, match: {rating: 5}}]").albums
    accounts = connect_accounts({"default": lambda: connected(sandbox)})
    sandbox.faults.clear()
    sandbox.faults.status(403, path="/api/search/suggestions", times=None)
    answers, _ = select_for_albums(rules, accounts, SelectOptions(concurrency=1, log=lambda _: None))
    sandbox.faults.clear()
    assert (answers["A"].selections, len(answers["A"].problems)) == ({}, 1)
    assert answers["B"].assets


def test_of_a_large_library_what_is_counted_decides_and_the_same_is_selected(sandbox: Sandbox) -> None:
    sandbox.faults.clear()
    matches = [*COUNTRIES, *DAYS]
    right = selected(sandbox, matches)
    large = b'{"total": 90000}'
    count = sandbox.faults.answer(
        200, large, "application/json", method="POST", path="/api/search/statistics", times=None
    )
    assert selected(sandbox, matches) == right
    sandbox.faults.clear()
    assert count.hits
