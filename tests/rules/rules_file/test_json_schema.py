"""The schema that editors check rules files with: what reading takes it takes, and misspelt words it does not."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest
import yaml

from immich_smart_albums.rules.predicates.registry import PREDICATES_BY_WORD
from immich_smart_albums.rules.rules_file.json_schema import json_schema
from immich_smart_albums.rules.rules_file.keywords import ACCOUNT, ALBUM, FILE, KEY, NOTIFY
from tests.rules.predicates.test_examples import EditorLoader
from tests.support.rules_files import book

VALIDATOR = jsonschema.Draft202012Validator(json_schema())


def wrong(text: str) -> list[str]:
    """What an editor underlines."""
    return [iter_error.message for iter_error in VALIDATOR.iter_errors(yaml.load(text, Loader=EditorLoader))]


@pytest.mark.untraced
def test_it_is_a_schema() -> None:
    """With those of all predicates in it."""
    schema: Any = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    words = schema["$defs"]["match"]["properties"]
    assert all(predicate.schema.items() <= words[word].items() for word, predicate in PREDICATES_BY_WORD.items())


HOUSEHOLD = """
server: http://immich.local:2283
accounts:
  alice: {key_file: /run/secrets/alice}
  bob: {key_env: BOB_KEY}
  carol: {key_command: [pass, show, immich]}
people: {kids: [Emma, Noah], all: kids}
places: {cabin: {lat: 61.2, lon: "24.1", radius: 2km}}
guard: {remove: [5 %, 1000], add: unlimited}
albums:
  - name: 2024
    match: {person: kids, not: [{near: cabin}, {any: {rating: 5, favorite: true}}]}
    accounts: [alice, bob, carol]
    tests: {match: bb8ee34a-a22d-4bb9-aa67-d394353a06c0, not: [8fbe472e-7463-4d97-ae2d-3efb3270e153]}
    share: [aunt@example.org, {user: uncle, role: editor}]
    unshare: true
    description: Some words
    limit: 10
    sort: newest
    guard: {remove: 12.5%, add: 100, empty: allow}
  - name: "{year}"
    id: https://example.org/albums/8fbe472e-7463-4d97-ae2d-3efb3270e153
    match: {all: [{taken: {after: 2015-01-01}}]}
  - {name: "{year} {city}", match: {search: {}}, split: [year, city], keep: in-step, sticky: false, cover: newest}
"""


def test_a_household_is_fine_for_both() -> None:
    text = HOUSEHOLD.replace('"{year}"', "Old")
    assert wrong(text) == []
    assert len(book(text).albums) == 3


ALBUM_OF = {"name": "name: X", "match": "match: {person: Emma}", "share": "share: [x]", "limit": "limit: 5"}
"""What settings need beside them."""


@pytest.mark.parametrize("word", ALBUM)
def test_the_example_of_an_albums_setting_fits_and_is_read(word: str) -> None:
    entry = {**ALBUM_OF, word: f"{word}: {ALBUM[word].example}"}
    if word == "split":
        entry["name"] = 'name: "{year} {country}"'
    accounts = "accounts: {alice: {key_env: A}, bob: {key_env: B}}"
    text = f"{accounts}\nalbums: [{{{', '.join(entry.values())}}}]"
    assert wrong(text) == []
    assert book(text).albums


@pytest.mark.parametrize("word", ACCOUNT)
def test_the_example_of_an_accounts_setting_fits_and_is_read(word: str) -> None:
    key = "" if word in KEY else "key_env: ALICE_KEY, "
    text = f"accounts: {{alice: {{{key}{word}: {ACCOUNT[word].example}}}}}\nalbums: {FILE['albums'].example}"
    assert wrong(text) == []
    assert book(text).accounts


@pytest.mark.parametrize("word", NOTIFY)
def test_the_example_of_a_targets_setting_fits_and_is_read(word: str) -> None:
    service = "" if word in list(NOTIFY)[:4] else "ntfy: https://ntfy.sh/x, "
    text = f"notify: [{{{service}{word}: {NOTIFY[word].example}}}]\nalbums: {FILE['albums'].example}"
    assert wrong(text) == []
    assert book(text).notify


@pytest.mark.parametrize("word", FILE)
def test_the_example_of_a_section_fits_and_is_read(word: str) -> None:
    sections = {"albums": f"albums: {FILE['albums'].example}", word: f"{word}: {FILE[word].example}"}
    text = "\n".join(sections.values())
    assert wrong(text) == []
    assert book(text).albums


def test_every_word_has_a_description() -> None:
    schema = json_schema()
    definitions = schema["$defs"]
    assert isinstance(definitions, dict)
    words = {**definitions["match"]["properties"], **definitions["album"]["properties"]}
    assert words.keys() == {"all", "any", "not", *PREDICATES_BY_WORD, *ALBUM}
    assert all(word["description"] for word in words.values())


@pytest.mark.parametrize(
    "text",
    [
        "album: []",
        "albums: []",
        "albums: [{match: {person: Emma}}]",
        "albums: [{name: A, match: {}}]",
        "albums: [{name: A, match: {persn: Emma}}]",
        "albums: [{name: A, match: {not: [{any: [{persn: Emma}]}]}}]",
        "albums: [{name: A, match: {person: Emma}, keep: instep}]",
        "albums: [{name: A, match: {person: Emma}, guard: {remove: many}}]",
        "albums: [{name: A, match: {person: Emma}, split: planet}]",
        "accounts: {alice: {key: x}}",
        "accounts: {alice: {key_env: x, key_file: y}}",
        "notify: [{ntfy: https://ntfy.sh/x, url: https://x.org}]",
        "notify: [{events: changes}]",
        "notify: {apprise: https://x.org}",
        "accounts: {}",
        "places: {cabin: {lat: 1, lon: 2}}",
        "people: {kids: []}",
        "- name: A",
    ],
)
def test_what_is_misspelt_is_underlined(text: str) -> None:
    assert wrong(text)
