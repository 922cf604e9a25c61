"""Answers from which something on the way took a field: no photo gets into an album for that, and none is taken out."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Library, Sandbox, generate
from immich_sandbox.library.records import Partner, Person
from immich_smart_albums.errors import SmartAlbumsError
from immich_smart_albums.session.options import SessionOptions
from immich_smart_albums.session.session import Session
from tests.support.api_fields import FILE
from tests.support.examples import IS_DEEP, crossed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

LEVELS = ("1.132", "2.7", "3.1", "3.2")

RECORDS = (
    *("AssetResponseDto", "ExifResponseDto", "PersonResponseDto", "TagResponseDto", "UserResponseDto"),
    *("AssetStackResponseDto", "SearchAssetResponseDto", "SearchResponseDto"),
)
LISTS = (
    *("albumName", "albumThumbnailAssetId", "albumUsers", "assetCount", "createdAt", "hasNextPage", "hasSharedLink"),
    *("hidden", "inTimeline", "lastModifiedAssetTimestamp", "owner", "people", "permissions", "role", "shared", "user"),
    *(
        "active",
        "delayed",
        "jobCounts",
        "paused",
        "smartSearch",
        "statistics",
        "success",
        "total",
        "updatedAt",
        "waiting",
    ),
)
FEW = ("albumUsers", "hasNextPage", "inTimeline", "nextPage", "ownerId", "people", "tags", "waiting")


def fields() -> list[str]:
    """Every field of records and of lists; in `make test` those that decided something once."""
    models = json.loads(FILE.read_text(encoding="utf-8"))["models"]
    everything = {name for model in RECORDS for name in models[model]} | {*LISTS}
    assert {*FEW} <= everything
    return sorted(everything) if IS_DEEP else list(FEW)


def library() -> Library:
    """Photos of Alice, whose timeline shows Bob's as well; he has named somebody as she has."""
    photos = generate(40)
    alice, bob = (photos.user_named(name).id for name in ("alice", "bob"))
    photos.partners.append(Partner(bob, alice, in_timeline=True))
    namesake = Person(photos.new_id(), bob, person_of(photos), 0)
    photos.people[namesake.id] = namesake
    photo = next(asset for asset in photos.timeline if asset.owner_id == bob and asset.type == "IMAGE")
    photos.update(photo.id, person_ids=(namesake.id,))
    return photos


def person_of(photos: Library) -> str:
    """The first name that Alice has given."""
    alice = photos.user_named("alice").id
    return next(person.name for person in photos.people.values() if person.owner_id == alice and person.name)


def rules(photos: Library) -> bytes:
    alice = photos.user_named("alice").id
    person = person_of(photos)
    tag = next(tag.value for tag in photos.tags.values() if tag.owner_id == alice)
    matches = {
        "Not the person": {"all": [{"media": "photo"}, {"not": {"person": person}}]},
        "The person": {"person": person},
        "Tagged": {"any": [{"tag": tag}, {"favorite": True}]},
        "Neither": {"not": {"any": [{"tag": tag}, {"album": "Finland"}]}},
    }
    albums = [
        {"name": f"Rule {name}", "match": match, "keep": "in-step", "guard": {"remove": "100 %"}}
        for name, match in matches.items()
    ]
    return json.dumps({"albums": albums}).encode()


def sync(sandbox: Sandbox, ledger: Path) -> None:
    options = SessionOptions(
        environment={"IMMICH_SERVER_URL": sandbox.url, "IMMICH_API_KEY": sandbox.keys["alice"]},
        today=date(2026, 11, 26),
        ledger=ledger,
        folder=ledger.parent,
        rules={"rules.yaml": rules(sandbox.library)},
        full=True,
    )
    session = Session(options)
    session.apply(session.plan())


def inside(sandbox: Sandbox) -> Mapping[str, frozenset[str]]:
    albums = sandbox.library.albums.values()
    return {album.name: frozenset(album.asset_ids) for album in albums if album.name.startswith("Rule ")}


@pytest.mark.untraced
@pytest.mark.parametrize(("level", "field"), crossed(LEVELS, fields()))
def test_a_field_that_is_left_out_of_answers_moves_no_photo(level: str, field: str, tmp_path: Path) -> None:
    with Sandbox(library(), level) as sandbox:
        sync(sandbox, tmp_path / "whole.db")
        expected = inside(sandbox)
        assert all(expected.values())
        sandbox.faults.hide(field, path="/api/*", times=None)
        with_failures(sandbox, tmp_path / "whole.db")
        assert inside(sandbox) == expected
    with Sandbox(library(), level) as sandbox:
        sandbox.faults.hide(field, path="/api/*", times=None)
        with_failures(sandbox, tmp_path / "new.db")
        assert all(photos <= expected[name] for name, photos in inside(sandbox).items())


def with_failures(sandbox: Sandbox, ledger: Path) -> None:
    """A run that may refuse to use such answers."""
    try:
        sync(sandbox, ledger)
    except SmartAlbumsError:
        return
