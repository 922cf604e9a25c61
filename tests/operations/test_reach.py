"""Nothing slips through an exclude where an include looks beyond the timeline."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox
from immich_smart_albums.rules.flags.flags import read_rule
from immich_smart_albums.rules.flags.names import FLAGS, Flag
from immich_smart_albums.rules.syntax.diagnostics import Diagnostics
from immich_smart_albums.rules.syntax.source import Source, SourceForm
from tests.support.family_server import family, person_ids
from tests.support.flags import flag_session

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def hiding() -> Iterator[Sandbox]:
    """A sandbox with secret photos of Archie in every corner, and harmless ones beside them."""
    library = family()
    (archie,) = person_ids(library, "Archie")
    for where in ("timeline", "archive", "hidden", "trash"):
        for name, people in (("secret", (archie,)), ("harmless", ())):
            asset = library.add_asset(
                name=f"{name}-{where}.jpg",
                visibility="timeline" if where == "trash" else where,
                person_ids=people,
                concepts=((0, 1.0),),
            )
            if where == "trash":
                library.trash(asset.id)
    with Sandbox(library) as running:
        yield running


def select(sandbox: Sandbox, line: str) -> set[str]:
    """The names of the secret and harmless photos that a command line selects."""
    flags: dict[Flag, list[list[Source]]] = {}
    by_name = {flag.name: flag for flag in FLAGS}
    group: list[Source] = []
    for word in shlex.split(line):
        if word in by_name:
            group = []
            flags.setdefault(by_name[word], []).append(group)
        else:
            group.append(Source(word, word, SourceForm.INLINE if word.startswith("{") else SourceForm.BARE))
    diagnostics = Diagnostics()
    rule = read_rule(flags, diagnostics)
    selection = flag_session(sandbox.url, sandbox.keys["alice"], rule, None, tuple(diagnostics.problems)).select()
    names = {asset.file_name for asset in selection.assets}
    return {name for name in names if name.startswith(("secret", "harmless"))}


INCLUDES = {
    "--include-metadata-union {}": {"timeline"},
    "--include-metadata-union '{\"withArchived\": true}'": {"timeline", "archive"},
    '--include-metadata-union \'{"visibility": "archive"}\'': {"archive"},
    "--include-metadata-union '{\"visibility\": \"hidden\"}' '{}'": {"timeline", "hidden"},
    "--include-metadata-union '{\"withDeleted\": true}'": {"timeline", "trash"},
    '--include-metadata-union \'{"trashedAfter": "2020-01-01"}\'': {"trash"},
    '--include-smart-union \'{"query": "beach", "withArchived": true, "resultLimit": 5000}\'': {
        "timeline",
        "archive",
    },
}
EXCLUDES = (
    "--exclude-person-names-union Archie",
    "--exclude-person-names-intersection Archie",
    '--exclude-metadata-union \'{"originalFileName": "secret"}\'',
    '--exclude-metadata-intersection \'{"originalFileName": "secret"}\' \'{"type": "IMAGE"}\'',
    '--exclude-smart-union \'{"query": "beach", "personIds": ["%s"]}\'',
)


@pytest.mark.untraced
@pytest.mark.parametrize(("include", "corners"), INCLUDES.items())
def test_an_include_looks_where_it_says(hiding: Sandbox, include: str, corners: set[str]) -> None:
    assert select(hiding, include) == {f"{name}-{corner}.jpg" for name in ("secret", "harmless") for corner in corners}


@pytest.mark.parametrize(("include", "corners"), INCLUDES.items())
@pytest.mark.parametrize("exclude", EXCLUDES)
def test_an_exclude_looks_as_far_as_the_includes_do(
    hiding: Sandbox, include: str, corners: set[str], exclude: str
) -> None:
    (archie,) = person_ids(hiding.library, "Archie")
    line = f"{include} {exclude.replace('%s', archie)}"
    assert select(hiding, line) == {f"harmless-{corner}.jpg" for corner in corners}


@pytest.mark.untraced
@pytest.mark.parametrize(("include", "corners"), INCLUDES.items())
def test_a_person_who_must_be_there_is_found_as_far_as_the_other_includes_look(
    hiding: Sandbox, include: str, corners: set[str]
) -> None:
    line = f"{include} --include-person-names-union Archie"
    assert select(hiding, line) == {f"secret-{corner}.jpg" for corner in corners}


def test_a_person_alone_is_found_on_the_timeline(hiding: Sandbox) -> None:
    assert select(hiding, "--include-person-names-union Archie") == {"secret-timeline.jpg"}


def test_an_exclude_that_says_where_to_look_looks_there(hiding: Sandbox) -> None:
    line = "--include-metadata-union '{\"withArchived\": true}' --exclude-metadata-union "
    assert select(hiding, line + '\'{"originalFileName": "secret", "visibility": "timeline"}\'') == {
        "secret-archive.jpg",
        "harmless-timeline.jpg",
        "harmless-archive.jpg",
    }
