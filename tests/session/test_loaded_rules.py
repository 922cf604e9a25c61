"""Rules are read when they are needed, and again when somebody says so."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from immich_sandbox.library.records import Person
from immich_smart_albums.errors import (
    ConfigurationError,
)
from immich_smart_albums.session.events import Event, Note
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from immich_sandbox import Sandbox
from tests.support.best_photos import RULES, TOGETHER


def test_rules_are_read_again_and_the_accounts_stay_connected(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened()
    accounts = session.accounts
    session.reload({"rules.yaml": b"albums: [{name: All, match: {media: photo}}]"})
    assert [rule.name for rule in session.rules.albums] == ["All"]
    assert session.accounts is accounts
    with pytest.raises(ConfigurationError):
        session.reload({"rules.yaml": b"albums: ["})
    assert [rule.name for rule in session.rules.albums] == ["All"]
    session.refresh()
    assert session.accounts is not accounts


def test_what_should_be_known_of_the_rules_is_told_as_notes(opened: Callable[..., Session]) -> None:
    events: list[Event] = []
    accounts = b"accounts: {a: {key_env: IMMICH_API_KEY}, b: {key_env: B}}\n"
    session = opened(accounts + RULES.replace(b"{name", b"{accounts: [a], name"), events.append)
    assert session.check_rules() == ()
    assert [event.text for event in events if isinstance(event, Note)] == [
        "rules.yaml:1:42: the account b feeds no album"
    ]


def test_rules_that_name_another_key_connect_it(together: Callable[..., Session]) -> None:
    session = together()
    accounts = session.accounts
    session.reload({"rules.yaml": TOGETHER.replace(b"key_env: BOB", b"key_env: ALICE")})
    assert session.accounts is not accounts
    assert list(session.accounts.present) == ["alice"]
    assert list(session.accounts.absent) == ["bob"]


def test_the_day_may_change_while_a_session_is_open(opened: Callable[..., Session], sandbox: Sandbox) -> None:
    session = opened(b"albums: [{name: Recent, match: {taken: {last: 30 days}}}]")
    assert not session.select()["Recent"].assets
    session.set_today(date(2024, 6, 20))
    assert session.options.today == date(2024, 6, 20)
    assert len(session.select()["Recent"].assets) == 5


def test_rules_are_read_when_they_are_to_be(opened: Callable[..., Session]) -> None:
    session = opened(b"albums: [")
    with pytest.raises(ConfigurationError):
        session.load()
    with pytest.raises(ConfigurationError):
        session.parse()
    with pytest.raises(ConfigurationError):
        session.reload()
    session.reload({"rules.yaml": RULES})
    assert [rule.name for rule in session.rules.albums] == ["Best"]


def test_a_name_that_one_of_several_accounts_lacks_is_told_with_the_account(
    together: Callable[..., Session], sandbox: Sandbox
) -> None:
    library = sandbox.library
    person = Person(library.new_id(), library.user_named("alice").id, "Emma", library.now())
    library.people[person.id] = person
    library.add_asset(owner="alice", name="emma.jpg", person_ids=(person.id,))
    answer = together(TOGETHER.replace(b"rating: 5", b"person: Emma")).select()["Best"]
    assert list(answer.selections) == ["alice"]
    assert [problem.message for problem in answer.problems] == ["bob: nobody is named 'Emma'"]


def test_only_albums_that_the_rules_have_are_named(sandbox: Sandbox, tmp_path: Path) -> None:
    environment = {"IMMICH_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"]}

    def named(*albums: str) -> Session:
        text = b"albums: [{name: Best, match: {rating: 5}}, {name: Rest, match: {media: photo}}]"
        options = SessionOptions(
            environment, date(2026, 11, 26), tmp_path / "l.db", rules={"rules.yaml": text}, albums=albums
        )
        return Session(options)

    with pytest.raises(ConfigurationError) as caught:
        named("Bets", "Best", "Zzyzx").load()
    assert [(problem.message, problem.hint) for problem in caught.value.problems] == [
        ("the rules have no album 'Bets'", "Did you mean 'Best'?"),
        ("the rules have no album 'Zzyzx'", "It has Best, Rest."),
    ]
    rules = named("Rest").rules
    assert ([rule.name for rule in rules.albums], [rule.name for rule in rules.others]) == (["Rest"], ["Best"])
    assert len(named().rules.albums) == 2
