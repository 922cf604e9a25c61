"""`explain` on the command line."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .conftest import Shell

RULES = """\
albums:
  - name: Friends
    match: {person: Jane Doe, not: {media: video}}
"""


def photo_of(shell: Shell, name: str) -> str:
    """A photo on the timeline with somebody on it."""
    library = shell.sandbox.library
    people = {person.id for person in library.people_named(name)}
    return next(
        asset.id
        for asset in library.timeline
        if people & set(asset.person_ids)
        and (asset.visibility, asset.type, asset.deleted_at) == ("timeline", "IMAGE", None)
        and library.users[asset.owner_id].name == "Alice"
    )


def test_the_rules_album_and_photo_are_named_in_this_order(shell: Shell) -> None:
    (shell.folder / "smart-albums.yaml").write_text(RULES)
    photo = photo_of(shell, "Jane Doe")
    ledger = ("--ledger", "ledger.db")
    by_default = shell.run("explain", "Friends", photo, *ledger)
    assert by_default.returncode == 0, by_default.stderr
    assert "matches 'Friends'" in by_default.stdout
    assert "✓ person 'Jane Doe'  (people: " in by_default.stdout
    assert "there is no album yet, the next run makes it and adds the photo" in by_default.stdout
    named = shell.run(
        "explain", "smart-albums.yaml", "Friends", f"{shell.sandbox.url}/photos/{photo}", "--format", "json", *ledger
    )
    answer = json.loads(named.stdout)
    assert (answer["matches"], answer["asset"]["id"]) == (True, photo)
    assert [request.method for request in shell.sandbox.requests if request.path.startswith("/api/albums/")] == []


def test_what_is_wrong_with_the_words_is_told(shell: Shell) -> None:
    (shell.folder / "smart-albums.yaml").write_text(RULES)
    photo = photo_of(shell, "Jane Doe")
    for words, message in (
        (("Friends",), "an album and a photo are needed"),
        (("Friends", "dog.jpg"), "'dog.jpg' is neither a photo's id nor its address"),
        (("Freinds", photo), "Did you mean 'Friends'?"),
    ):
        result = shell.run("explain", *words, "--ledger", "ledger.db")
        assert result.returncode == 2
        assert message in result.stderr
        assert result.stdout == ""


def test_an_account_that_cannot_be_asked_is_a_failure(shell: Shell) -> None:
    (shell.folder / "smart-albums.yaml").write_text(RULES)
    photo = photo_of(shell, "Jane Doe")
    shell.sandbox.faults.status(403, path=f"/api/assets/{photo}", times=None)
    result = shell.run("explain", "Friends", photo, "--ledger", "ledger.db")
    assert result.returncode == 1
    assert "it is not known whether it matches 'Friends'" in result.stdout
