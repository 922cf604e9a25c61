"""What is only asked to help never stops a run: no matter how it is answered, the albums are filled."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate
from immich_smart_albums import bootstrap

from .conftest import Shell

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from immich_sandbox.server.faults import Fault

OPTIONAL = {
    "what is still at work": "/api/queues",
    "what the key may do": "/api/api-keys/me",
    "what time it is": "/api/server/ping",
    "whose photos the timeline shows": "/api/partners",
    "how many photos a search finds": "/api/search/statistics",
}
"""Questions whose answer makes a run cheaper, or its messages better, with their paths."""

DECIDING = {
    "/api/server/features": "whether an embedding is a sign that Immich has looked at a photo",
    "/api/server/version": "how this server is searched",
    "/api/users/me": "whose albums they are",
    "/api/users": "with whom an album is shared",
    "/api/people*": "who is meant by a name",
    "/api/search/person": "who is meant by a name",
    "/api/tags": "which tags there are",
    "/api/albums*": "which album is meant, and what is in it",
    "/api/assets/*": "what a photo is like, and whether it is there",
    "/api/search/metadata": "which photos match",
    "/api/search/smart": "which photos match",
    "/api/search/suggestions": "which places and cameras there are",
    "/api/download/info": "what is in an album",
    "/api/activities": "whether people use an album that is to be deleted",
}
"""All other questions, with what they decide: without an answer, the album that needs it is not written."""

FAULTS: dict[str, Callable[[Sandbox, str], Fault]] = {
    "not found": lambda sandbox, path: sandbox.faults.status(404, path=path, times=None),
    "an error of its own": lambda sandbox, path: sandbox.faults.status(500, path=path, times=None),
    "a login page": lambda sandbox, path: sandbox.faults.login_page(path=path, times=None),
    "other json": lambda sandbox, path: sandbox.faults.status(200, body=b"null", path=path, times=None),
    "an answer that is cut": lambda sandbox, path: sandbox.faults.cut(2, path=path, times=None),
    "no answer for long": lambda sandbox, path: sandbox.faults.slow(60, path=path, times=1),
}

RULES = """\
albums:
  - name: Both
    match: {person: Emma, place: {country: Finland}}
  - name: Not so many
    match: {person: [Emma, Noah], not: {place: {country: Finland}}}
"""


@pytest.fixture(scope="module")
def family() -> Iterator[Sandbox]:
    with Sandbox(generate(200)) as running:
        yield running


@pytest.fixture
def shell(family: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    family.faults.clear()
    family.library.albums.clear()
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    (tmp_path / "smart-albums.yaml").write_text(RULES, encoding="utf-8")
    yield Shell(family, tmp_path)
    family.faults.clear()


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("question", OPTIONAL)
def test_a_question_that_only_helps_never_stops_a_run(
    question: str, fault: str, shell: Shell, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bootstrap, "HINT_TIME_OUT", 0.1)
    struck = FAULTS[fault](shell.sandbox, OPTIONAL[question])
    result = shell.run("sync")
    assert result.returncode == 0, result.stderr
    assert struck.hits or question == "how many photos a search finds"
    actual = {name: shell.album(name) for name in ("Both", "Not so many")}
    shell.sandbox.faults.clear()
    assert all(actual.values())
    flags = ("--include-person-names-union", "Emma", "--album", "Flags", "--create-album")
    FAULTS[fault](shell.sandbox, OPTIONAL[question])
    assert shell.run(*flags).returncode == 0


@pytest.mark.parametrize("path", ["/api/people", "/api/tags", "/api/albums"])
def test_searches_are_shown_and_explained_also_without_names_for_ids(path: str, shell: Shell) -> None:
    person = next(person.id for person in shell.sandbox.library.people.values() if person.name == "Emma")
    (shell.folder / "smart-albums.yaml").write_text(
        f"albums: [{{name: Emma, match: {{search: {{personIds: [{person}]}}}}}}]", encoding="utf-8"
    )
    assert shell.run("sync").returncode == 0
    (photo, *_) = shell.album("Emma")
    if path != "/api/albums":
        shell.sandbox.faults.status(404, path=path, times=None)
    assert shell.run("plan", "--show-plan").returncode == 0
    assert shell.run("explain", "Emma", photo).returncode == 0


def test_a_check_tells_of_everything_that_is_answered(shell: Shell) -> None:
    shell.sandbox.faults.status(404, path="/api/people", times=None)
    result = shell.run("check")
    assert result.returncode == 1
    assert "People       could not be asked for" in result.stdout
    assert "Albums       0" in result.stdout
    assert "error: server: GET /people was answered 404" in result.stderr


MANY = """\
albums:
  - {name: Named, match: {person: Emma}}
  - {name: Tagged, match: {tag: TAG}}
  - {name: Ranked, match: {smart: {query: dog, top: 20}}}
  - {name: Shared, match: {media: photo, place: {country: Finland}}, share: bob@example.org}
  - {name: Plain, match: {media: photo, taken: {after: 2020}}}
"""


def with_many(shell: Shell) -> None:
    tag = next(iter(shell.sandbox.library.tags.values())).value
    (shell.folder / "smart-albums.yaml").write_text(MANY.replace("TAG", tag), encoding="utf-8")


def test_every_question_is_either_of_help_or_decides_something(shell: Shell) -> None:
    with_many(shell)
    shell.sandbox.clear_requests()
    assert shell.run("sync").returncode == 0
    (photo, *_) = shell.album("Tagged")
    for words in (("status",), ("explain", "Tagged", photo), ("check",), ("plan", "--show-plan"), ("undo",)):
        assert shell.run(*words).returncode == 0
    known = [*DECIDING, *OPTIONAL.values()]
    for request in shell.sandbox.requests:
        assert any(fnmatchcase(request.path, pattern) for pattern in known), f"{request.path} is in neither table"


PARTS = {
    "/api/people": {"Named"},
    "/api/tags": {"Tagged"},
    "/api/search/smart": {"Ranked"},
    "/api/users": {"Shared"},
}
"""Questions that some albums need, with those albums."""


@pytest.mark.parametrize("path", PARTS)
def test_what_some_albums_need_stops_them_and_no_other(path: str, shell: Shell) -> None:
    with_many(shell)
    shell.sandbox.faults.status(404, path=path, times=None)
    result = shell.run("sync")
    assert result.returncode == 1
    assert result.stderr.count("error:") == 1
    assert "was answered 404" in result.stderr
    written = {album.name for album in shell.sandbox.library.albums.values()}
    assert written == {"Named", "Tagged", "Ranked", "Shared", "Plain"} - PARTS[path]
