"""Rules files: sections of several files put together.

What is wrong with them stands in `tests/config/cases`.
"""

from __future__ import annotations

from tests.support.rules_files import book, problems, read


def test_files_are_put_together() -> None:
    result = book(
        "server: ' http://immich.local:2283 '\npeople: {kids: [Emma]}",
        "# nothing yet",
        "---",
        "albums: [{name: A, match: {person: kids}}]",
        "albums: [{name: B, match: {near: cabin}}]",
        "places: {cabin: {lat: 61.2, lon: 24.1, radius: 2km}}\naccounts: {alice: {key_env: A}}",
    )
    assert [rule.name for rule in result.albums] == ["A", "B"]
    assert result.server == "http://immich.local:2283"
    assert [rule.accounts for rule in result.albums] == [("alice",), ("alice",)]
    assert {word: str(key.span) for word, (key, _) in result.source.items()} == {
        "server": "1.yaml:1:1",
        "people": "1.yaml:2:1",
        "places": "6.yaml:1:1",
        "accounts": "6.yaml:2:1",
    }


def test_a_section_in_two_files_and_an_album_in_both_are_problems() -> None:
    messages = problems(
        "server: http://a\nalbums: [{name: A, match: {favorite: true}}]",
        "server: http://b\nalbums: [{name: A, match: {favorite: false}}]",
    )
    assert messages == [
        ("2.yaml:1:1", "server stands here, and at 1.yaml:1:1 already"),
        ("2.yaml:2:17", "there is an album with the name 'A' already, at 1.yaml:2:17"),
    ]


def test_what_has_no_effect_is_noticed() -> None:
    notices = read("albums: [{name: A, match: {favorite: true}, sort: newest, sticky: false}]")[1].warnings
    assert notices == [
        "1.yaml:1:51: sort has no effect without limit; Immich's own is order",
        "1.yaml:1:67: sticky has no effect without keep: in-step",
    ]


def test_without_any_file_there_is_no_album_and_nobody_to_blame() -> None:
    assert book().albums == ()
