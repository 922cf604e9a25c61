"""Accounts and their keys, as a rules file says it."""

from __future__ import annotations

from immich_smart_albums.rules.album import Account
from tests.support.rules_files import album, book, read

ACCOUNTS = (
    "accounts: {alice: {key_env: ALICE_KEY}, bob: {key_file: ~/bob key}, carol: {key_command: pass show 'my key'}}"
)


def test_accounts_and_who_feeds_an_album() -> None:
    assert album("accounts: [bob, carol]", top=ACCOUNTS).accounts == ("bob", "carol")
    assert album("accounts: carol", top=ACCOUNTS).accounts == ("carol",)
    assert album(top=ACCOUNTS).accounts == ("alice",)
    text = f"{ACCOUNTS}\nalbums: [{{name: Kids, match: {{favorite: true}}}}]"
    assert book(text).accounts == (
        Account("alice", key_env="ALICE_KEY"),
        Account("bob", key_file="~/bob key"),
        Account("carol", key_command=("pass", "show", "my key")),
    )
    assert read(text)[1].warnings == [
        "1.yaml:1:41: the account bob feeds no album",
        "1.yaml:1:69: the account carol feeds no album",
    ]


def test_a_command_may_be_a_list() -> None:
    text = "accounts: {a: {key_command: [pass, show, 'my key']}}\nalbums: [{name: Kids, match: {favorite: true}}]"
    assert book(text).accounts == (Account("a", key_command=("pass", "show", "my key")),)
