"""What an album's entry says."""

from __future__ import annotations

import pytest

from immich_smart_albums.rules.album import RUN_GUARD, Expectation, Guard, Keep, Share
from immich_smart_albums.rules.tree import Sort
from tests.support.rules_files import album, book, read

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
