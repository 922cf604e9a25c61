"""What rules files say: sections of several files put together, and each setting of an album.

What is wrong with them stands in `tests/config/cases`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.rules.album import RUN_GUARD, Account, Expectation, Guard, Keep, Share
from immich_smart_albums.rules.rules_file.guard import guard_words
from immich_smart_albums.rules.syntax.reader import Circle
from immich_smart_albums.rules.tree import Sort, leaves
from tests.support.rules_files import album, book, problems, read

if TYPE_CHECKING:
    from immich_smart_albums.rules.tree import Reference

ASSET = "bb8ee34a-a22d-4bb9-aa67-d394353a06c0"
OTHER = "8fbe472e-7463-4d97-ae2d-3efb3270e153"


def test_an_album_needs_a_name_and_a_match() -> None:
    result = album()
    assert (result.name, result.accounts, str(result.span)) == ("Kids", ("default",), "1.yaml:2:10")
    assert (result.keep, result.sticky, result.unshare) == (Keep.ADD_ONLY, True, False)
    assert (result.album_id, result.description, result.cover, result.order) == (None, None, None, None)
    assert (result.share, result.tests, result.guard) == ((), (), Guard())
    assert (result.rule.limit, result.rule.sort, result.rule.split) == (None, Sort.BEST, ())
    whole = book("albums: [{name: Kids, match: {favorite: true}}]")
    assert (whole.accounts, whole.server, whole.guard) == ((), None, RUN_GUARD)
    assert (whole.people, whole.places) == ({}, {})


def test_every_setting_of_an_album() -> None:
    result = album(
        f"id: {ASSET.upper()}, keep: in-step, sticky: false, description: ' Lake ', cover: favourite, order: asc,"
        "limit: 100, sort: oldest, share: [aunt@example.org, {user: uncle, role: editor}], unshare: TRUE,"
        f"tests: {{match: [{ASSET}], not: https://example.org/photos/{OTHER}}}",
        name="  Kids ",
    )
    assert (result.name, result.album_id) == ("Kids", ASSET)
    assert (result.keep, result.sticky, result.unshare) == (Keep.IN_STEP, False, True)
    assert (result.description, result.cover, result.order) == ("Lake", "favorite", "asc")
    assert (result.rule.limit, result.rule.sort) == (100, Sort.OLDEST)
    assert result.share == (Share("aunt@example.org", "viewer"), Share("uncle", "editor"))
    assert result.tests == (Expectation(ASSET, matches=True), Expectation(OTHER, matches=False))


@pytest.mark.parametrize("nobody", ["none", "[]", "~"])
def test_the_last_share_is_taken_away_by_sharing_with_nobody(nobody: str) -> None:
    result = album(f"share: {nobody}, unshare: true")
    assert (result.share, result.unshare) == ((), True)
    _, findings = read(f"albums: [{{name: Kids, match: {{favorite: true}}, share: {nobody}}}]")
    assert findings.problems == []
    assert [notice.split(": ", 1)[1] for notice in findings.warnings] == [
        "takes the album from nobody without unshare: true"
    ]


@pytest.mark.parametrize(
    ("settings", "cover"),
    [
        ("cover: newest", "newest"),
        ("cover: oldest", "oldest"),
        ("cover: favorite", "favorite"),
        (f"cover: {ASSET}", ASSET),
        (f"cover: https://example.org/albums/{OTHER}/photos/{ASSET}", ASSET),
    ],
)
def test_a_cover_is_a_word_or_a_photo(settings: str, cover: str) -> None:
    assert album(settings).cover == cover


def test_a_description_can_be_emptied_and_have_several_lines() -> None:
    assert album("description: ''").description == ""
    text = "albums:\n- name: Kids\n  match: {favorite: true}\n  description: |\n    One\n    two\n"
    assert book(text).albums[0].description == "One\ntwo"


def test_an_album_may_be_named_by_its_address() -> None:
    assert album(f"id: https://example.org/albums/{ASSET}?x=1").album_id == ASSET


@pytest.mark.parametrize(
    ("guard", "expected"),
    [
        ("{}", Guard()),
        ("{add: 10}", Guard(add=10)),
        ("{add: unlimited}", Guard()),
        ("{remove: 30 %}", Guard(remove_share=0.3, remove=None)),
        ("{remove: 12.5%}", Guard(remove_share=0.125, remove=None)),
        ("{remove: 0}", Guard(remove_share=None, remove=0)),
        ("{remove: [100, 5 %]}", Guard(remove_share=0.05, remove=100)),
        ("{remove: unlimited}", Guard(remove_share=None, remove=None)),
        ("{empty: allow}", Guard(allow_empty=True)),
        ("{empty: refuse, remove: 5}", Guard(remove_share=None, remove=5)),
    ],
)
def test_guards(guard: str, expected: Guard) -> None:
    assert album(f"guard: {guard}").guard == expected


@pytest.mark.parametrize(
    ("guard", "words"),
    [
        (Guard(), "{remove: [30 %, 500], add: unlimited, empty: refuse}"),
        (Guard(remove_share=None, remove=7, add=100), "{remove: [7], add: 100, empty: refuse}"),
        (Guard(remove_share=None, remove=None, allow_empty=True), "{remove: unlimited, add: unlimited, empty: allow}"),
    ],
)
def test_guards_are_written_as_they_are_read(guard: Guard, words: str) -> None:
    assert guard_words(guard, ("remove", "add", "empty")) == words
    assert album(f"guard: {words}").guard == guard


def test_a_guard_of_the_run() -> None:
    text = "guard: {remove: 5 %, add: 3000}\nalbums: [{name: Kids, match: {favorite: true}}]"
    assert book(text).guard == Guard(remove_share=0.05, remove=None, add=3000)


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


def named(text: str) -> list[str]:
    (result,) = book(text).albums
    names: list[Reference] = [leaf for leaf in leaves(result.rule.match) if hasattr(leaf, "names")]  # type: ignore[misc]
    return [name for reference in names for name in reference.names]


def test_groups_of_people_stand_for_everybody_in_them() -> None:
    groups = "people: {family: [Jane, KIDS , kids, john], kids: [Emma, Noah, Emma], one: Bob}"
    result = book(f"{groups}\nalbums: [{{name: Kids, match: {{person: family}}}}]")
    assert result.people == {"family": ("Jane", "Emma", "Noah", "john"), "kids": ("Emma", "Noah"), "one": ("Bob",)}
    assert named(f"{groups}\nalbums: [{{name: Kids, match: {{person: [Family, one]}}}}]") == [
        *("Jane", "Emma", "Noah", "john"),
        "Bob",
    ]


def test_groups_may_stand_in_a_long_row() -> None:
    rows = ", ".join(f"g{number}: [g{number + 1}]" for number in range(3000))
    result = book(f"people: {{{rows}}}\nalbums: [{{name: Kids, match: {{person: g0}}}}]")
    assert result.people["g0"] == ("g3000",)


def test_places_have_names() -> None:
    text = "places: {cabin: {lat: 61.2, lon: 24.1, radius: 2km}}\nalbums: [{name: Kids, match: {near: cabin}}]"
    assert book(text).places == {"cabin": Circle(61.2, 24.1, 2000.0)}


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
