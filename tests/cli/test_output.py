"""What a person and a pipe see."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from immich_smart_albums.cli import main
from immich_smart_albums.cli.exits import MEANINGS, Exit
from immich_smart_albums.report.assets import FORMATS
from immich_smart_albums.rules.local_filters import local_filter
from tests.support.forked import Forked
from tests.support.free_port import free_port

if TYPE_CHECKING:
    from .conftest import Shell


def test_the_preview_is_one_address_per_line_newest_first_and_nothing_else(shell: Shell) -> None:
    result = shell.run("--include-person-names-union", "Emma")
    assert result.returncode == 0
    assert result.stderr == ""
    assets = shell.sandbox.library.assets
    taken = [assets[line.rpartition("/")[2]].file_created_at for line in result.stdout.splitlines()]
    assert len(taken) > 5
    assert taken == sorted(taken, reverse=True)


def test_every_format_tells_of_the_same_assets(shell: Shell) -> None:
    printed = {name: shell.run("--include-person-names-union", "Emma", "--format", name).stdout for name in FORMATS}
    ids = printed["ids"].split()
    assert [line.rpartition("/")[2] for line in printed["urls"].splitlines()] == ids
    assert [line.rpartition("/")[2] for line in printed["table"].splitlines()] == ids
    answer = json.loads(printed["json"])
    assert answer["version"] == 1
    assert [asset["id"] for asset in answer["assets"]] == ids
    assert set(answer["assets"][0]) == {"id", "url", "type", "fileName", "takenAt", "localDateTime"}


def test_json_tells_what_became_of_each_photo(shell: Shell) -> None:
    flags = ("--include-person-names-union", "Noah", "--album", "Noah", "--create-album", "--format", "json")
    first, second = (json.loads(shell.run(*flags).stdout) for _ in range(2))
    assert first["album"]["created"] is True
    assert set(first["outcomes"]["added"]) == {asset["id"] for asset in first["assets"]} == shell.album("Noah")
    assert second["album"] == {**first["album"], "created": False}
    assert second["outcomes"] == {}


def test_verbose_tells_requests_and_counts_but_never_the_key(shell: Shell) -> None:
    result = shell.run(
        *("--include-person-names-union", "Emma"),
        *("--exclude-smart-union", "dog@10"),
        *("--include-local-filter-union", "$.exifInfo.make:Apple"),
        "--verbose",
    )
    assert "POST /search/smart" in result.stderr
    assert "found 10" in result.stderr
    assert "--exclude-smart-union: kept" in result.stderr
    assert "Immich 3.1.0" in result.stderr


def test_exit_code_5_tells_that_photos_were_added_only_when_asked(shell: Shell) -> None:
    flags = ("--include-person-names-union", "Grandma", "--album", "Grandma", "--create-album", "--exit-code")
    assert shell.run(*flags).returncode == 5
    assert shell.run(*flags).returncode == 0


def test_without_flags_the_setup_is_checked(shell: Shell) -> None:
    result = shell.run()
    assert result.returncode == 0
    for words in ("Immich 3.1.0", "Alice", "everything this tool needs", "Best of", "Emma"):
        assert words in result.stdout
    assert shell.run("check").stdout == result.stdout


def test_the_check_names_what_a_key_lacks_and_what_for(shell: Shell) -> None:
    shell.key = "alice-readonly"
    result = shell.run("check")
    assert result.returncode == 1
    assert "albumAsset.create" in result.stdout
    assert "adding photos to an album" in result.stdout
    assert "asset.read " not in result.stdout


def test_the_minimal_key_of_the_readme_can_do_everything(shell: Shell) -> None:
    shell.key = "alice-minimal"
    result = shell.run("--include-person-names-union", "Peter Pan", "--album", "Minimal", "--create-album")
    assert result.returncode == 0, result.stderr


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--include-smart-unoin", "dog"), ("--include-smart-union",)),
        (("previw",), ("no verb 'previw'",)),
        (("--include-metadata-union", '{"ciyt": "Nice"}'), ("'ciyt'", "'city'")),
        (("--exclude-smart-union", "dog"), ("nothing to exclude from",)),
        (("--include-smart-union", "dog", "--max-assets", "-1"), ("--max-assets", "at least 1")),
        (("--include-smart-union", "dog", "--default-smart-result-limit", "0"), ("at least 1",)),
        (("--include-smart-union", "dog", "--timeout", "10000000000"), ("--timeout", "86,400")),
        (("--include-smart-union", "dog", "--album", "A", "--album", "B"), ("2 albums",)),
        (("--include-smart-union", "dog", "--max-assets", "many"), ("not a whole number",)),
        (("--album", "Best of"), ("nothing says which photos are meant",)),
        (("--include-smart-union", "dog", "--create-album"), ("--album",)),
        (("--include-smart-union", "dog", "--album", " "), ("blank",)),
        (("--include-smart-union", "dog", "--album", "Best off"), ("'Best of'", "--create-album")),
        (("--include-smart-union", "dog", "--album", "Duplicates"), ("2 albums are named", "photos")),
        (("--include-smart-union", "dog", "--album", "Bob's travels"), ("viewing only", "Bob")),
        (("--include-person-names-union", "Jane Do"), ("'Jane Doe'",)),
        (("--include-smart-union", "dog", "--server", "immich.local"), ("http://",)),
        (("--include-smart-union", "dog", "--ca", "nowhere.pem"), ("nowhere.pem",)),
        (("sandbox", "--level", "9"), ("3.1",)),
    ],
)
def test_wrong_usage_is_exit_2_with_the_remedy_and_no_search(
    flags: tuple[str, ...], words: tuple[str, ...], shell: Shell
) -> None:
    result = shell.run(*flags)
    assert result.returncode == 2
    assert result.stdout == ""
    for word in words:
        assert word in result.stderr
    looked = [record for record in shell.sandbox.requests if "/search" in record.path]
    assert {record.path for record in looked} <= {"/api/search/person"}  # a name that is not listed is looked for


def test_bytes_that_are_no_text_are_refused_wherever_they_stand(shell: Shell) -> None:
    result = shell.run("--include-smart-union", "dog", "--album", os.fsdecode(b"caf\xe9"), "--create-album")
    assert result.returncode == 2
    assert "bytes that are no text" in result.stderr


def test_a_terminal_that_knows_only_ascii_still_gets_its_lines(shell: Shell) -> None:
    shell.sandbox.library.add_asset(name="Kesä mökillä.jpg", taken="2026-11-01T12:00:00Z")
    result = subprocess.run(
        [sys.executable, "-m", "immich_smart_albums", "--include-metadata-union", "{}", "--format", "table"],
        env={**shell.environment, "PYTHONIOENCODING": "ascii"},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert "Kes\\xe4 m\\xf6kill\\xe4.jpg" in result.stdout
    command = [sys.executable, "-m", "immich_smart_albums", "--include-metadata-union", "{}", "--format", "json"]
    environment = {**shell.environment, "PYTHONIOENCODING": "ascii"}
    answer = json.loads(subprocess.run(command, env=environment, capture_output=True, timeout=300, check=True).stdout)
    assert "Kesä mökillä.jpg" in {asset["fileName"] for asset in answer["assets"]}


def test_everything_that_is_wrong_is_told_at_once(shell: Shell) -> None:
    result = shell.run(
        *("--include-metadata-union", '{"ciyt": "Nice"}', "missing.json"),
        *("--include-person-names-union", "Nobody Here"),
        *("--include-local-filter-union", "$.exifInfo.mkae:x"),
        *("--album", "No such album"),
        *("--max-assets", "-1"),
    )
    assert result.returncode == 2
    assert "6 problems" in result.stderr
    for words in ("'ciyt'", "no such file", "Nobody Here", "mkae", "No such album"):
        assert words in result.stderr


def test_a_wrong_key_is_exit_1_with_the_remedy(shell: Shell) -> None:
    shell.key = "wrong"
    result = shell.run("--include-person-names-union", "Emma")
    assert result.returncode == 1
    assert "Invalid API key" in result.stderr
    assert "API Keys" in result.stderr


def test_a_server_that_is_not_there_is_exit_1_at_once(shell: Shell) -> None:
    result = shell.run("--include-smart-union", "dog", "--server", f"http://127.0.0.1:{free_port()}")
    assert result.returncode == 1
    assert "nothing listens" in result.stderr


def test_an_expression_that_would_hang_is_stopped_and_named(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local_filter, "SECONDS_PER_MATCH", 0.1)
    shell.sandbox.library.add_asset(name="a" * 200 + ".jpg")
    result = shell.run("--include-local-filter-union", r"$.originalFileName:^(a|a|aa)+\d$")
    assert result.returncode == 1
    assert "--include-local-filter-union" in result.stderr
    assert result.stdout == ""


def test_a_reader_that_has_seen_enough_is_no_error(shell: Shell) -> None:
    line = f"{sys.executable} -m immich_smart_albums --include-metadata-union '{{}}' | head -n 1"
    result = subprocess.run(
        ["bash", "-c", line], env=shell.environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert len(result.stdout.splitlines()) == 1
    assert result.stderr == ""


@pytest.mark.parametrize(
    ("redirection", "code", "words"),
    [(">/dev/full", 1, "cannot be written"), (">&-", 0, ""), ("2>&-", 0, ""), (">/dev/null 2>/dev/full", 0, "")],
)
def test_an_output_that_is_closed_or_full_is_no_bug(redirection: str, code: int, words: str, shell: Shell) -> None:
    line = f"{sys.executable} -m immich_smart_albums --include-metadata-union '{{}}' --verbose {redirection}"
    result = subprocess.run(
        ["bash", "-c", line], env=shell.environment, capture_output=True, text=True, timeout=300, check=False
    )
    assert result.returncode == code, result.stderr
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_a_reader_of_messages_who_goes_away_does_not_stop_the_writing(shell: Shell) -> None:
    flags = "--verbose --include-person-names-union Noah --album Unread --create-album"
    line = f"({sys.executable} -m immich_smart_albums {flags} 2>&1 >/dev/null; echo $? >&3) 3>&1 | head -n 1"
    subprocess.run(["bash", "-c", line], env=shell.environment, capture_output=True, timeout=300, check=True)
    assert shell.album("Unread")


def test_a_key_that_may_not_add_is_told_before_anything_is_searched(shell: Shell) -> None:
    shell.key = shell.sandbox.add_key("reader", "alice", ("asset.read", "album.read", "person.read", "user.read"))
    result = shell.run("--include-person-names-union", "Noah", "--album", "Never", "--create-album")
    assert result.returncode == 1
    assert "albumAsset.create" in result.stderr
    assert not [record for record in shell.sandbox.requests if "/search" in record.path]
    assert not [album for album in shell.sandbox.library.albums.values() if album.name == "Never"]


@pytest.mark.parametrize(("variables", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_a_terminal_gets_totals_and_colours_unless_no_color(
    variables: dict[str, str], coloured: bool, shell: Shell
) -> None:
    screen = _on_a_terminal(shell, variables, "--include-person-names-union", "Emma")
    assert "photos" in screen
    assert "taken" in screen
    failure = _on_a_terminal(shell, variables, "--include-person-names-union", "Emmma")
    assert ("\x1b[" in failure) is coloured
    assert "'Emma'" in failure


def test_a_long_scan_on_a_terminal_shows_progress(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    from immich_sandbox import Sandbox, generate  # noqa: PLC0415 - a larger library, for this test only

    with Sandbox(generate(3500)) as larger:
        shell.sandbox = larger
        screen = _on_a_terminal(shell, {}, "--include-metadata-union", "{}", "--album", "Best of")
    assert "photos read" in screen


def _on_a_terminal(shell: Shell, variables: dict[str, str], *arguments: str) -> str:
    ours, theirs = pty.openpty()
    environment = {**shell.environment, "TERM": "xterm-256color", **variables}
    process = Forked(arguments, shell.folder, environment, terminal=theirs)
    os.close(theirs)
    process.go()
    seen = b""
    try:
        while chunk := os.read(ours, 65536):
            seen += chunk
    except OSError:  # how Linux says that the other end was closed
        pass
    process.communicate()
    os.close(ours)
    return seen.decode()


def test_a_bug_of_ours_is_exit_3_with_a_report_that_holds_no_secret(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def broken(_: object) -> bool:
        message = "this cannot happen"
        raise RuntimeError(message)

    monkeypatch.setattr(main, "selects", broken)
    assert main.run(["--key", "very-secret", "--include-person-names-union", "Jane Doe"]) is Exit.OUR_BUG
    text = capsys.readouterr().err
    assert "this cannot happen" in text
    path = next(word for word in text.split() if word.endswith(".md;")).rstrip(";")
    report = Path(path).read_text(encoding="utf-8")
    Path(path).unlink()
    assert "RuntimeError: this cannot happen" in report
    assert "--include-person-names-union" in report
    assert "very-secret" not in text + report
    assert "Jane Doe" not in text + report


def test_every_exit_code_has_a_meaning_in_the_help(shell: Shell) -> None:
    help_text = shell.run("--help").stdout
    assert set(MEANINGS) == set(Exit)
    for code, meaning in MEANINGS.items():
        assert f"{code.value:>3}  {meaning}" in help_text


def test_the_demo_makes_an_album_and_then_has_nothing_to_do(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    # Whatever the way to a server of one's own is like.
    for name, value in {"http_proxy": "http://127.0.0.1:9", "no_proxy": "", "NO_PROXY": ""}.items():
        monkeypatch.setenv(name, value)
    result = shell.run("demo")
    assert result.returncode == 0
    assert "album created, " in result.stderr
    assert ": 0 added, " in result.stderr
    assert "'country'" in result.stderr


@pytest.mark.parametrize("path", ["$.people[*].faces[0].id", "$.people[?@.faces].name", "$.people[0].sharedBy"])
def test_a_filter_on_what_this_version_does_not_tell_of_people_is_refused(path: str, shell: Shell) -> None:
    result = shell.run("--include-metadata-union", "{}", "--exclude-local-filter-union", path)
    assert result.returncode == 2
    assert "Immich 3.1.0 does not return 'people." in result.stderr
    assert result.stdout == ""
