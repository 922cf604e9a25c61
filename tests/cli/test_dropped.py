"""A property that is lost on the way ends a run with flags in an error, and nothing is written."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.cli.exits import Exit

if TYPE_CHECKING:
    from .conftest import Shell

FINLAND = ("--include-metadata-union", '{"country": "Finland"}')


def selecting(name: str, shell: Shell) -> tuple[str, ...]:
    """Flags whose selection depends on a property."""
    library = shell.sandbox.library
    tag = next(asset.tag_ids[0] for asset in library.timeline if asset.tag_ids and asset.person_ids)
    jane = library.people_named("Jane Doe")[0].id
    album = next(album.id for album in library.albums.values() if len(list(album.asset_ids)) > 3)
    flags: dict[str, tuple[str, ...]] = {
        "country": FINLAND,
        "tagIds": ("--include-metadata-union", f'{{"tagIds": ["{tag}"]}}'),
        "albumIds": ("--include-metadata-union", f'{{"albumIds": ["{album}"]}}'),
        "isNotInAlbum": ("--include-metadata-union", '{"isNotInAlbum": true}'),
        "isEncoded": ("--include-metadata-union", '{"isEncoded": true}'),
        "personIds": ("--include-smart-union", f'{{"query": "beach", "personIds": ["{jane}"], "resultLimit": 20}}'),
        "withPeople": (*FINLAND, "--exclude-local-filter-union", "$.people[*].name:Jane"),
        "withExif": (*FINLAND, "--exclude-local-filter-union", "$.exifInfo.make:Canon"),
    }
    return flags[name]


DROPPED = ["country", "tagIds", "albumIds", "isNotInAlbum", "isEncoded", "personIds", "withPeople", "withExif"]


@pytest.mark.parametrize("name", DROPPED)
def test_a_property_that_is_dropped_ends_in_an_error_and_nothing_is_written(name: str, shell: Shell) -> None:
    shell.sandbox.faults.drop(name, times=None)
    shell.sandbox.clear_requests()
    done = shell.run(*selecting(name, shell), "--album", "Leak", "--create-album")
    assert done.returncode == Exit.FAILED
    assert re.search("the server drops|does not hold|without exifInfo|does not show people", done.stderr)
    writing = {request.method for request in shell.sandbox.requests if not request.path.startswith("/api/search/")}
    assert writing <= {"GET"}


@pytest.mark.parametrize("name", DROPPED)
def test_the_same_runs_are_fine_where_nothing_is_dropped(name: str, shell: Shell) -> None:
    done = shell.run(*selecting(name, shell))
    assert done.returncode == Exit.DONE, done.stderr
    assert done.stdout
