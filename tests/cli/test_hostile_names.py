"""Names, errors and addresses that would steer a terminal, through every verb."""

from __future__ import annotations

import io
import json
import signal
import unicodedata
from typing import TYPE_CHECKING

import pytest
import urllib3

from immich_sandbox import Sandbox, generate
from immich_smart_albums.cli.console import Console
from immich_smart_albums.cli.verbs import VERBS
from immich_smart_albums.report.assets import FORMATS
from tests.support.free_port import free_port

from .conftest import Shell
from .test_daemon import ended, running, until_it_ran
from .test_serve import ended as interrupted
from .test_serve import link_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

HOSTILE = "\x1b]0;owned\x07\x1b[2J\u202egnp\u2066.\r\n\x9b31m\u2028\x7f\u200b [red]Zo\u200d\u0308"
"""A title, a cleared screen, writing turned round, a new line, a colour; and a joiner, which may stay."""

RULES = """\
albums:
  - name: Kids
    match: {person: PERSON, not: {camera: {name: Nobody, may-be-missing: true}}}
    keep: in-step
    share: bob
  - name: "In {city}"
    match: {path: Emma}
    split: city
  - name: Broken
    match: {person: "[red]Zo"}
"""

JSON_STRING = json.dumps(HOSTILE)


def is_harmless(text: str) -> bool:
    return not [
        character
        for character in text
        if (unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} and character != "\n")
        or (unicodedata.category(character) == "Cf" and character not in "\u200c\u200d")
    ]


@pytest.fixture
def shell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shell]:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    library = generate(60, seed=3)
    with Sandbox(library) as sandbox:
        for user in library.users.values():
            user.email = f"{user.name}{HOSTILE}@example.org"
        alice = library.user_named("alice")
        for person in library.people.values():
            if person.name == "Emma":
                person.name = HOSTILE
        for asset in [asset for asset in library.assets.values() if asset.exif]:
            library.update(asset.id, original_file_name=HOSTILE, city=HOSTILE, model=HOSTILE)
            library.update(asset.id, original_path=f"/photos/{HOSTILE}/Emma.jpg", description=HOSTILE)
        library.add_album(HOSTILE, owner_id=alice.id)
        emma = next(person for person in library.people.values() if person.name == HOSTILE)
        rules = RULES.replace("PERSON", emma.id)
        (tmp_path / "smart-albums.yaml").write_text(rules, encoding="utf-8")
        yield Shell(sandbox, tmp_path)


def test_every_verb_prints_a_hostile_name_harmlessly(shell: Shell) -> None:
    asset = next(iter(shell.sandbox.library.assets))
    album = next(album for album in shell.sandbox.library.albums.values() if album.name == HOSTILE)
    lines = [
        ("check",),
        ("check", "--verbose"),
        ("config", "check"),
        ("config", "show"),
        ("config", "schema"),
        *(("preview", "--verbose", "--format", form) for form in FORMATS),
        ("preview", "--album", "Kids"),
        ("plan", "--show-plan"),
        *(("plan", "--format", form) for form in ("text", "markdown", "json")),
        ("plan", "--out", "plan.json"),
        ("status",),
        ("apply", "plan.json"),
        ("sync", "--verbose"),
        *(
            ("explain", album, asset, "--format", form)
            for album in ("Kids", f"In {HOSTILE}")
            for form in ("text", "json")
        ),
        ("history",),
        ("history", "1"),
        ("history", "1", "--format", "json"),
        ("ledger", "list"),
        ("ledger", "list", f"In {HOSTILE}"),
        ("ledger", "list", "Kids", "--format", "json"),
        ("ledger", "forget", f"In {HOSTILE}"),
        ("adopt", f"In {HOSTILE}", "--id", album.id, "--take-over"),
        ("undo", "--dry-run", "--format", "markdown"),
        ("undo",),
        ("healthcheck",),
        ("workflow", "status", "--url", f"http://{HOSTILE}"),
        ("workflow", "install", "--dry-run", "--url", "http://smart-albums:8765"),
        ("init", f"{HOSTILE.replace('/', '')}.yaml"),
        ("--include-person-names-union", HOSTILE, "--format", "table", "--verbose"),
        ("--include-person-names-union", HOSTILE, "--format", "json"),
        ("--include-person-names-union", f"{HOSTILE}x"),
        ("--include-metadata-union", json.dumps({"city": HOSTILE}), "--album", HOSTILE),
        ("--include-local-filter-union", f"$.originalPath:{HOSTILE}x"),
        ("--album", f"{HOSTILE}x"),
        (HOSTILE,),
        (f"--{HOSTILE}",),
    ]
    # Those run until they are stopped: what the daemon and the studio print is tested below.
    untried = set(VERBS) - {"demo", "sandbox", "daemon", "serve"} - {line[0] for line in lines}
    assert not untried, "put a line of each among those above, one that prints names if it can"
    seen, as_data = set(), set()
    for line in lines:
        result = shell.run(*line)
        assert is_harmless(result.stdout), line
        assert is_harmless(result.stderr), line
        assert result.returncode != 3, result.stderr
        if "[red]Zo\u200d" in result.stdout + result.stderr:
            seen.add(line[0])
        if line[-1] == "json":
            json.loads(result.stdout)
            if JSON_STRING.strip('"').replace("\x7f", "\\u007f") in result.stdout:
                as_data.add(line[0])
    # What it is all about was printed at all, and joiners were left.
    assert seen >= {"check", "preview", "plan", "status", "apply", "sync", "explain", "history", "ledger", "adopt"}
    assert as_data >= {"preview", "plan", "explain", "history", "--include-person-names-union"}


@pytest.mark.parametrize("form", ["text", "json"])
def test_a_daemon_logs_a_hostile_name_harmlessly(form: str, shell: Shell) -> None:
    port = free_port()
    arguments = ("--listen", f"127.0.0.1:{port}", "--verbose", "--log-format", form)
    with running(shell, *arguments) as process:
        until_it_ran(port)
        process.send_signal(signal.SIGTERM)
        status, log = ended(process)
    assert status == 0, log
    assert is_harmless(log)
    assert "[red]Zo" in log
    if form == "json":
        for line in log.splitlines():
            json.loads(line)


def test_the_studio_prints_its_address_and_no_name(shell: Shell) -> None:
    process = shell.start("serve", "--port", "0", "--verbose")
    link = link_of(process)
    page = b"".join(urllib3.request("GET", f"{link}{path}").data for path in ("albums", "plan"))
    log = interrupted(process)
    assert b"[red]Zo" in page
    assert is_harmless(log)


@pytest.mark.parametrize("kind", ["message", "redirect", "login page", "status page"])
def test_what_a_server_or_a_proxy_says_is_harmless(kind: str, shell: Shell) -> None:
    faults, path = shell.sandbox.faults, "/api/search/metadata"
    match kind:
        case "message":
            faults.status(400, message=HOSTILE * 5000, path=path, times=None)
        case "redirect":
            faults.redirect(302, "https://\x1b[2Jevil.example/\x9b31m" + "x" * 30_000, path=path, times=None)
        case "login page":
            page = f"<title>{HOSTILE}</title>".encode()
            faults.status(200, body=page, path=path, times=None)
        case _:
            faults.status(418, body=f"<title>{HOSTILE}</title>".encode(), path=path, times=None)
    for line in (("plan",), ("--include-metadata-union", "{}", "--verbose"), ("preview",)):
        result = shell.run(*line)
        assert result.returncode == 1, result.stderr
        assert is_harmless(result.stdout + result.stderr)
        assert len(result.stderr) < 10_000


def test_a_table_takes_no_commands_from_a_name() -> None:
    stream = io.StringIO()
    Console(stream, verbose=False).table(HOSTILE, [(HOSTILE, "[link=https://evil.example]1[/link]")])
    assert is_harmless(stream.getvalue())
    assert "[red]" in stream.getvalue()
    assert "[link=" in stream.getvalue()
