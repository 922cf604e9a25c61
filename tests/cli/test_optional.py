"""What is only asked to help never stops a run: no matter how it is answered, the albums are filled."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from immich_sandbox import Sandbox, generate

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

FAULTS: dict[str, Callable[[Sandbox, str], Fault]] = {
    "not found": lambda sandbox, path: sandbox.faults.status(404, path=path, times=None),
    "an error of its own": lambda sandbox, path: sandbox.faults.status(500, path=path, times=None),
    "a login page": lambda sandbox, path: sandbox.faults.login_page(path=path, times=None),
    "other json": lambda sandbox, path: sandbox.faults.status(200, body=b"null", path=path, times=None),
    "an answer that is cut": lambda sandbox, path: sandbox.faults.cut(2, path=path, times=None),
    "no answer for long": lambda sandbox, path: sandbox.faults.slow(4, path=path, times=1),
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
def test_a_question_that_only_helps_never_stops_a_run(question: str, fault: str, shell: Shell) -> None:
    struck = FAULTS[fault](shell.sandbox, OPTIONAL[question])
    result = shell.run("sync", "--timeout", "2")
    assert result.returncode == 0, result.stderr
    assert struck.hits or question == "how many photos a search finds"
    found = {name: shell.album(name) for name in ("Both", "Not so many")}
    shell.sandbox.faults.clear()
    assert all(found.values())
    flags = ("--include-person-names-union", "Emma", "--album", "Flags", "--create-album")
    FAULTS[fault](shell.sandbox, OPTIONAL[question])
    assert shell.run(*flags, "--timeout", "2").returncode == 0


@pytest.mark.parametrize("path", ["/api/people", "/api/tags", "/api/albums"])
def test_searches_are_shown_and_explained_also_without_names_for_ids(path: str, shell: Shell) -> None:
    person = next(each.id for each in shell.sandbox.library.people.values() if each.name == "Emma")
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
